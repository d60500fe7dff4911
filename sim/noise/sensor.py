"""Sensor noise for simulated pictures: what may be wrong with them, and in which order.

Knows: the figures of each effect, and which of them stay for as long as a camera stands where it does
(drawn once a seed). Does not know: how an effect is drawn (depth.py, color.py), the scene or the
camera's place.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from sim.noise import color as colors
from sim.noise import depth as depths

Color = NDArray[np.uint8]
Depth = NDArray[np.float32]


@dataclass
class SensorNoise:
    """Noise drawn from its own generator, so that pictures repeat with the seed.

    All effects are off (0) unless given; those marked * are the most that is drawn, evenly and with
    either sign, once a seed, as a camera's faults stay what they are.

    Depth: depth_std_m: white noise, at 1 m, growing with the square of the distance. depth_dropout:
    share of pixels without a reading (0), more of them along depth edges. sensor: "stereo" or "tof".
    blotch_m: noise correlated over blotch_px pixels, its robust deviation at 1.25 m. baseline_m:
    between a stereo camera's eyes; beside near things the table is seen by one eye only, so it has
    holes there. smear_px: how far edges wander. flying: share of the pixels next to an edge that
    lie between near and far. hole_px: width of what is lost along edges. offset_m*, scale* (0.006
    is 0.6 %), tilt_rad*: how the whole of depth is off.

    Colour: shift_px*: colour is off depth by this. rgb_std: grain, grey levels of 255. blur_px:
    standard deviation of defocus. motion_px: longest motion blur, drawn anew each picture.
    exposure* (0.2: 1/1.2 to 1.2), balance*: factors of all and of single channels. lamp: how much
    brighter lamps make spots of the picture; glare: so many reflections, which take depth with
    them; chroma: colours at half the resolution, as YUV formats have them.
    """

    rgb_std: float = 0.0
    depth_std_m: float = 0.0
    depth_dropout: float = 0.0
    seed: int = 0
    sensor: Literal["stereo", "tof"] = "stereo"
    blotch_m: float = 0.0
    blotch_px: float = 5.0
    baseline_m: float = 0.0
    smear_px: float = 0.0
    flying: float = 0.0
    hole_px: int = 0
    offset_m: float = 0.0
    scale: float = 0.0
    tilt_rad: float = 0.0
    shift_px: float = 0.0
    blur_px: float = 0.0
    motion_px: float = 0.0
    exposure: float = 0.0
    balance: float = 0.0
    lamp: float = 0.0
    glare: int = 0
    chroma: bool = False
    rng: np.random.Generator = field(init=False, repr=False)
    #: What was drawn for this seed: numbers of -1 to 1 by the effect's name.
    drawn: dict[str, Any] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.reset(self.seed)

    def reset(self, seed: int) -> None:
        """Start the sequence of noise over, with the faults that this seed's camera has."""
        self.seed = seed
        self.rng = np.random.default_rng([seed, 0x5EE])
        lasting = np.random.default_rng([seed, 0xFA17])
        self.drawn = {
            "offset": lasting.uniform(-1, 1),
            "scale": lasting.uniform(-1, 1),
            "tilt": lasting.uniform(-1, 1, 2),
            "shift": lasting.uniform(-1, 1, 2),
            "exposure": lasting.uniform(-1, 1),
            "balance": lasting.uniform(-1, 1, 3),
            "lamps": lasting.uniform(0, 1, (3, 4)),
            "glare": lasting.uniform(0, 1, (8, 5)),
        }

    def apply(self, rgb: Color, depth: Depth, focal_px: float = 880.0) -> tuple[Color, Depth]:
        """Noisy copies of colour uint8 [H, W, 3] and depth float32 [H, W] metres.

        focal_px: the camera's, for a stereo camera's shadows.
        """
        rgb, shine = self._color(rgb)
        return rgb, self._depth(depth, rgb, shine, focal_px)

    def fresh(self, seed: int | None = None) -> SensorNoise:
        """The same noise from its beginning, with another seed's faults where one is given."""
        return replace(self, seed=self.seed if seed is None else seed)

    def of_glance(self, draw: int) -> SensorNoise:
        """The noise of a small piece of depth seen by this camera: its faults as a whole, not those
        along edges, whose pixels are others. draw: a number of the piece."""
        piece = replace(
            self, rgb_std=0.0, smear_px=0.0, flying=0.0, hole_px=0, baseline_m=0.0, tilt_rad=0.0,
            shift_px=0.0, blur_px=0.0, motion_px=0.0, exposure=0.0, balance=0.0, lamp=0.0, glare=0,
            chroma=False,
        )  # fmt: skip
        piece.rng = np.random.default_rng([self.seed + draw, 0x5EE])
        return piece

    def _color(self, rgb: Color) -> tuple[Color, NDArray[np.float32] | None]:
        """Noisy colour; and where reflections are, 0 to 1 [H, W], where there are any."""
        drawn, shine = self.drawn, None
        if self.shift_px > 0:
            rgb = colors.shifted(rgb, drawn["shift"] * self.shift_px)
        if self.lamp > 0 or self.glare > 0:
            rgb, shine = colors.lit(rgb, self.lamp, drawn["lamps"], drawn["glare"][: self.glare])
        if self.blur_px > 0 or self.motion_px > 0:
            motion = self.rng.uniform(0, (self.motion_px, np.pi))
            rgb = colors.blurred(rgb, self.blur_px, float(motion[0]), float(motion[1]))
        if self.exposure > 0 or self.balance > 0:
            gain = (1 + self.exposure) ** drawn["exposure"] * (1 + self.balance * drawn["balance"])
            rgb = colors.scaled(rgb, gain)
        if self.chroma:
            rgb = colors.with_coarse_chroma(rgb)
        if self.rgb_std > 0:
            grain = self.rng.standard_normal(rgb.shape, dtype=np.float32) * self.rgb_std
            rgb = np.clip(rgb + grain + 0.5, 0, 255).astype(np.uint8)
        return rgb, shine

    def _depth(
        self, depth: Depth, rgb: Color, shine: NDArray[np.float32] | None, focal_px: float
    ) -> Depth:
        rng = self.rng
        if self.baseline_m > 0:
            shadow = depths.stereo_shadow(depth, focal_px * self.baseline_m)
        if self.smear_px > 0:
            depth = depths.smeared(depth, self.smear_px, rng)
        if self.flying > 0 or self.hole_px > 0:
            depth = depths.ragged_edges(depth, self.flying, self.hole_px, rng)
        if self.blotch_m > 0:
            dim = rgb if self.sensor == "tof" else None
            depth = depths.blotchy(depth, self.blotch_m, self.blotch_px, rng, dim)
        if self.depth_std_m > 0:
            grain = rng.standard_normal(depth.shape, dtype=np.float32)
            depth = np.where(depth > 0, depth + grain * self.depth_std_m * depth**2, 0)
        if self.offset_m > 0 or self.scale > 0 or self.tilt_rad > 0:
            depth = depths.off(
                depth, self.drawn["offset"] * self.offset_m, 1 + self.drawn["scale"] * self.scale,
                self.drawn["tilt"] * self.tilt_rad, focal_px,
            )  # fmt: skip
        if self.depth_dropout > 0:
            depth = np.where(self._lost(depth), 0, depth)
        if self.baseline_m > 0:
            depth = np.where(shadow, 0, depth)
        if shine is not None:
            depth = np.where(shine > 0.6, 0, depth)
        return depth.astype(np.float32)

    def _lost(self, depth: Depth) -> NDArray[np.bool_]:
        edge = np.zeros(depth.shape, dtype=bool)
        edge[:, 1:] |= np.abs(np.diff(depth, axis=1)) > 0.01
        edge[1:, :] |= np.abs(np.diff(depth, axis=0)) > 0.01
        chance = np.where(edge, 20 * self.depth_dropout, self.depth_dropout)
        return self.rng.random(depth.shape, dtype=np.float32) < chance
