"""Sensor noise for simulated pictures.

Knows: simple models of colour and depth noise. Does not know: the scene or the camera's place.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass
class SensorNoise:
    """Noise drawn from its own generator, so that pictures repeat with the seed.

    rgb_std: standard deviation of each pixel's channels, in grey levels (0-255).
    depth_std_m: at 1 m, growing with the square of the distance, as stereo cameras do.
    depth_dropout: share of pixels without a reading (0), more of them along depth edges.
    """

    rgb_std: float = 0.0
    depth_std_m: float = 0.0
    depth_dropout: float = 0.0
    seed: int = 0
    rng: np.random.Generator = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.reset(self.seed)

    def reset(self, seed: int) -> None:
        """Start the sequence of noise over."""
        self.seed = seed
        self.rng = np.random.default_rng([seed, 0x5EE])

    def apply(
        self, rgb: NDArray[np.uint8], depth: NDArray[np.float32]
    ) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        """Noisy copies of colour uint8 [H, W, 3] and depth float32 [H, W] metres."""
        if self.rgb_std > 0:
            grain = self.rng.standard_normal(rgb.shape, dtype=np.float32) * self.rgb_std
            rgb = np.clip(rgb + grain + 0.5, 0, 255).astype(np.uint8)
        if self.depth_std_m > 0:
            grain = self.rng.standard_normal(depth.shape, dtype=np.float32)
            depth = np.where(depth > 0, depth + grain * self.depth_std_m * depth**2, 0)
        if self.depth_dropout > 0:
            depth = np.where(self._lost(depth), 0, depth)
        return rgb, depth.astype(np.float32)

    def _lost(self, depth: NDArray[np.float32]) -> NDArray[np.bool_]:
        edge = np.zeros(depth.shape, dtype=bool)
        edge[:, 1:] |= np.abs(np.diff(depth, axis=1)) > 0.01
        edge[1:, :] |= np.abs(np.diff(depth, axis=0)) > 0.01
        chance = np.where(edge, 20 * self.depth_dropout, self.depth_dropout)
        return self.rng.random(depth.shape, dtype=np.float32) < chance
