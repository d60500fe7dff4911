"""Pictures of a PyBullet world: which renderer, what light.

Knows: TinyRenderer and the EGL plugin, light settings, turning buffers into arrays.
Does not know: where cameras are mounted, noise, what the objects are.
"""

from __future__ import annotations

import contextlib
import math
import threading
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import DriverError
from sim.cameras import CameraSpec, depth_from_buffer, view_matrix
from sim.egl import quiet_output


@dataclass(frozen=True)
class Lighting:
    """One distant light and an ambient share. direction points from the table to the light."""

    direction: tuple[float, float, float] = (0.12, -0.16, 1.0)
    color: tuple[float, float, float] = (1.0, 1.0, 1.0)
    ambient: float = 0.62
    diffuse: float = 0.42
    specular: float = 0.05

    @classmethod
    def random(cls, rng: np.random.Generator) -> Lighting:
        """Another time of day: direction, brightness and a slight tint vary."""
        angle, lean = rng.uniform(0, 2 * math.pi), rng.uniform(0.1, 0.8)
        warmth = rng.uniform(-0.06, 0.06)
        return cls(
            direction=(lean * math.cos(angle), lean * math.sin(angle), 1.0),
            color=(1.0 + min(warmth, 0.0), 1.0 - abs(warmth) / 2, 1.0 - max(warmth, 0.0)),
            ambient=float(rng.uniform(0.50, 0.70)),
            diffuse=float(rng.uniform(0.30, 0.50)),
        )


class Renderer:
    """Takes pictures in one PyBullet client. kind: "tiny" or "egl"."""

    def __init__(self, client: Any, kind: str) -> None:
        if kind not in ("tiny", "egl"):
            raise DriverError(f"expected renderer 'tiny' or 'egl', got {kind!r}")
        self.kind = kind
        self._lighting = Lighting()
        self._client = client
        self._is_warm = kind == "tiny"
        #: The plugin's OpenGL context belongs to the thread that loaded it, and PyBullet sends every
        #: picture through the plugin: from another thread the first one ends the process, and a
        #: later one comes out wrong.
        self._thread = threading.get_ident()
        self._flag = client.ER_TINY_RENDERER if kind == "tiny" else client.ER_BULLET_HARDWARE_OPENGL

    def render(
        self, spec: CameraSpec, base_from_camera: NDArray[np.float64], shadow: bool = False
    ) -> tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.int32]]:
        """Colour uint8 [H, W, 3], depth float32 [H, W] metres (0: nothing), body numbers [H, W].

        Raises DriverError from another thread than the one that built it, where EGL draws.
        """
        if self.kind == "egl" and threading.get_ident() != self._thread:
            raise DriverError(
                "expected a picture to be taken in the thread that built the simulation, where EGL "
                "draws, got another one: build it there, or set LLMAGENTOS_RENDERER=tiny"
            )
        if not self._is_warm:
            self._warm_up()
        rgba, buffer, segments = self._shoot(spec, base_from_camera, shadow)
        shape = (spec.height, spec.width)
        rgb = np.asarray(rgba, dtype=np.uint8).reshape(*shape, 4)[:, :, :3].copy()
        z = np.asarray(buffer, dtype=np.float32).reshape(shape)
        depth = depth_from_buffer(z, spec.near_m, spec.far_m)
        return rgb, depth, np.asarray(segments, dtype=np.int32).reshape(shape)

    @property
    def lighting(self) -> Lighting:
        """The light that pictures are taken in; setting it changes all pictures from then on."""
        return self._lighting

    @lighting.setter
    def lighting(self, lighting: Lighting) -> None:
        self._lighting = lighting
        self._is_warm = self.kind == "tiny"

    def _warm_up(self) -> None:
        """EGL draws the first frames under a light with the old shadows: throw them away."""
        spec = CameraSpec("warm-up", 64, 48, 60.0, 0.1, 3.0, np.eye(4))
        for _ in range(3):
            self._shoot(spec, spec.pose, False)
        self._is_warm = True

    def _shoot(
        self, spec: CameraSpec, base_from_camera: NDArray[np.float64], shadow: bool
    ) -> tuple[Any, Any, Any]:
        light = self._lighting
        with quiet_output() if not self._is_warm else contextlib.nullcontext():
            _, _, rgba, buffer, segments = self._client.getCameraImage(
                spec.width,
                spec.height,
                viewMatrix=view_matrix(base_from_camera),
                projectionMatrix=spec.projection,
                renderer=self._flag,
                shadow=int(shadow),
                lightDirection=light.direction,
                lightColor=light.color,
                lightDistance=3.0,
                lightAmbientCoeff=light.ambient,
                lightDiffuseCoeff=light.diffuse,
                lightSpecularCoeff=light.specular,
            )
        return rgba, buffer, segments
