"""Scenes to learn on, from PyBullet: things apart, touching, in rows as high as each other, in heaps.

Knows: how things come to lie so, cameras anywhere around, and what each pixel shows. Does not know: the
network, its inputs. Everything is drawn from the scene's seed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from llmagentos.types import Workspace
from sim.bodies import create_body
from sim.cameras import CameraSpec, looking_at
from sim.connection import connect, disconnect
from sim.furniture import build_furniture
from sim.noise import SEVERITIES, severity
from sim.palette import TABLE_RGB
from sim.rendering import Lighting, Renderer
from sim.tables import TABLES, texture_of
from training.segmenter.paint import painted
from training.segmenter.shapes import Shape, draw_box, draw_shape

LAYOUTS = ("apart", "touching", "row", "heap")
_WEIGHTS = (0.15, 0.25, 0.2, 0.4)
#: Rows and columns of all pictures.
SIZE = (480, 640)
_GREY = 0.8
#: Steps of 1/240 s that things have to come to rest.
_STEPS = 300
#: So many pictures have depth that the camera smooths, which steps higher than this survive, metres.
_SOFT, _SOFT_STEP_M = 0.45, 0.012


@dataclass(frozen=True)
class Shot:
    """One picture with truth. rgb uint8 [H, W, 3]; depth float32 [H, W], metres, 0 unknown;
    intrinsics [3, 3]; base_from_camera [4, 4]; ids uint8 [H, W]: number of the thing, 0 for none;
    middles float32 [N + 1, 3]: each thing's middle, base frame, metres; noise: its name."""

    rgb: NDArray[np.uint8]
    depth: NDArray[np.float32]
    intrinsics: NDArray[np.float64]
    base_from_camera: NDArray[np.float64]
    ids: NDArray[np.uint8]
    middles: NDArray[np.float32]
    noise: str


class HeapWorld:
    """A PyBullet client with a table, filled anew for each seed. Close it after."""

    def __init__(self, renderer: str = "auto") -> None:
        self.client: Any
        self.client, kind = connect(False, renderer)
        self._renderer = Renderer(self.client, kind)
        self._area = Workspace()

    def close(self) -> None:
        """Give the client back."""
        disconnect(self.client)

    def shots(
        self, seed: int, views: int = 3, layout: str = "", fresh: bool = False, noise: str = ""
    ) -> list[Shot]:
        """Pictures of one scene. layout: of LAYOUTS, else drawn; fresh: with meshes that nothing was
        trained on; noise: a severity, else drawn for each picture."""
        rng = np.random.default_rng([seed, 0x5E6])
        layout = layout or str(rng.choice(LAYOUTS, p=_WEIGHTS))
        client = self.client
        client.resetSimulation()
        client.setPhysicsEngineParameter(fixedTimeStep=1 / 240, deterministicOverlappingPairs=1)
        client.setGravity(0, 0, -9.81)
        table = build_furniture(client, self._area)[0]
        things = self._fill(rng, layout, fresh)
        pictures = []
        top = str(rng.choice(list(TABLES))) + f":{rng.integers(1000)}"
        prints = [int(n) for n in rng.integers(1 << 30, size=len(things) + 1)]
        self._renderer.lighting = Lighting.random(rng)
        for view in range(views):
            # Overhead as ours is mounted, now and then; else from anywhere around.
            spec = _camera(rng, *self._area.middle)
            name = noise or _draw_noise(rng)
            pictures.append(self._shot(rng, spec, table, things, prints, top, name, seed + view))
        return pictures

    def _fill(self, rng: np.random.Generator, layout: str, fresh: bool) -> list[tuple[int, Shape]]:
        count = int(rng.integers(*{"apart": (2, 7), "heap": (4, 16)}.get(layout, (3, 9))))
        if layout == "row":
            return self._rows(rng, count)
        x0, y0 = self._area.middle
        reach = {"apart": 0.2, "touching": 0.16, "heap": float(rng.uniform(0.02, 0.09))}[layout]
        things = []
        for k in range(count):
            shape = draw_shape(rng, fresh)
            body = create_body(self.client, shape.geometry, (_GREY,) * 3, shape.solid)
            things.append((body, shape))
            upright = layout != "heap" or (shape.upright and rng.random() < 0.5)
            lies = rng.random() < 0.35 and not shape.upright
            turn = _turn(rng, upright and not lies)
            x, y = x0 + rng.uniform(-reach, reach), y0 + rng.uniform(-1.3, 1.3) * reach
            if layout == "heap":
                z = 0.12 + 0.06 * k
            else:
                x, y = self._free(rng, things[:-1], shape, reach)
                z = shape.geometry.height_m / 2 + (0.08 if lies else 0.001)
            self.client.resetBasePositionAndOrientation(body, (x, y, z), turn)
        self._settle([body for body, _ in things], (x0, y0), layout)
        return things

    def _free(
        self, rng: np.random.Generator, others: list[tuple[int, Shape]], shape: Shape, reach: float
    ) -> tuple[float, float]:
        """A place beside all others, further out the longer it takes to find one."""
        x0, y0 = self._area.middle
        placed = [(self.client.getBasePositionAndOrientation(b)[0], s) for b, s in others]
        own = shape.geometry.footprint_radius_m
        for attempt in range(60):
            spread = reach * (1 + attempt / 30)
            x, y = x0 + rng.uniform(-spread, spread), y0 + rng.uniform(-1.4, 1.4) * spread
            if all(
                math.hypot(x - p[0], y - p[1]) > own + s.geometry.footprint_radius_m + 0.01
                for p, s in placed
            ):
                break
        return x, y

    def _settle(self, bodies: list[int], middle: tuple[float, float], layout: str) -> None:
        """Let things fall; those that are to touch are drawn together first."""
        client = self.client
        for step in range(_STEPS):
            if layout == "touching" and 60 < step < 200:
                for body in bodies:
                    at = client.getBasePositionAndOrientation(body)[0]
                    way = np.array([middle[0] - at[0], middle[1] - at[1], 0.0])
                    speed = 0.25 * way / max(float(np.linalg.norm(way)), 0.02)
                    turn = np.array(client.getBaseVelocity(body)[1]) * 0.7
                    client.resetBaseVelocity(body, speed.tolist(), turn.tolist())
            client.stepSimulation()

    def _rows(self, rng: np.random.Generator, count: int) -> list[tuple[int, Shape]]:
        """Boxes side by side without a step between most of them, maybe in two layers."""
        x0, y0 = self._area.middle
        height = float(np.exp(rng.uniform(np.log(0.025), np.log(0.16))))
        yaw, at = float(rng.uniform(-np.pi, np.pi)), 0.0
        along = np.array([math.cos(yaw), math.sin(yaw)])
        things: list[tuple[int, Shape]] = []
        for _ in range(count):
            same = rng.random() < 0.6
            shape = draw_box(rng, height if same else None)
            length, width, tall = shape.geometry.extents_m
            turned = rng.random() < 0.5
            wide = width if turned else length
            body = create_body(self.client, shape.geometry, (_GREY,) * 3, shape.solid)
            middle = np.array([x0, y0]) + along * (at + wide / 2 - 0.15)
            middle += np.array([-along[1], along[0]]) * rng.uniform(-0.02, 0.02)
            turn = yaw + (math.pi / 2 if turned else 0.0) + rng.normal(0, 0.02)
            quaternion = (0.0, 0.0, math.sin(turn / 2), math.cos(turn / 2))
            self.client.resetBasePositionAndOrientation(body, (*middle, tall / 2), quaternion)
            at += wide + float(rng.choice([0.0005, 0.001, 0.002, 0.006]))
            things.append((body, shape))
            if at > 0.4:
                break
        return things

    def _shot(
        self,
        rng: np.random.Generator,
        spec: CameraSpec,
        table: int,
        things: list[tuple[int, Shape]],
        prints: list[int],
        top: str,
        noise: str,
        seed: int,
    ) -> Shot:
        rgb, depth, bodies = self._renderer.render(spec, spec.pose, shadow=bool(rng.random() < 0.3))
        v, u = np.indices(depth.shape, dtype=np.float32)
        rays = np.stack([u, v, np.ones_like(u)], -1) @ np.linalg.inv(spec.intrinsics).T.astype(
            np.float32
        )
        points = (rays * depth[..., None]) @ spec.pose[:3, :3].T + spec.pose[:3, 3]
        color = rgb.astype(np.float32)
        ids = np.zeros(depth.shape, np.uint8)
        middles = np.zeros((len(things) + 1, 3), np.float32)
        for number, (body, shape) in enumerate(things, 1):
            at, turn = self.client.getBasePositionAndOrientation(body)
            mask = bodies == body
            ids[mask] = number
            middles[number] = at
            if mask.any():
                turned = np.array(self.client.getMatrixFromQuaternion(turn)).reshape(3, 3)
                own = ((points[mask] - at) @ turned).astype(np.float32)
                look = painted(own, np.random.default_rng(prints[number]), shape.geometry.size_m)
                color[mask] *= look / np.float32(_GREY)
        color = _on_table(color, points, bodies == table, top, prints[0])
        rgb = np.clip(color + 0.5, 0, 255).astype(np.uint8)
        rgb, depth = severity(noise, seed).apply(rgb, depth, spec.focal_px)
        if rng.random() < _SOFT:
            depth = softened(depth, float(rng.uniform(0.8, 2.5)))
        return Shot(rgb, depth, spec.intrinsics, spec.pose, ids, middles, noise)


def softened(depth: NDArray[np.float32], sigma_px: float) -> NDArray[np.float32]:
    """Depth as cameras give it that smooth over a window: grooves are shallow, low edges round. Where
    depth steps by more than that, it stays."""
    known = (depth > 0).astype(np.float32)
    share = np.asarray(cv2.GaussianBlur(known, (0, 0), sigma_px), np.float32)
    soft = cv2.GaussianBlur(depth, (0, 0), sigma_px) / np.maximum(share, 1e-3)
    take = (known > 0) & (np.abs(soft - depth) < _SOFT_STEP_M)
    return np.where(take, soft, depth).astype(np.float32)


def _on_table(
    color: NDArray[np.float32], points: NDArray[Any], mask: NDArray[np.bool_], top: str, draw: int
) -> NDArray[np.float32]:
    """The table's look, in any tint; for the mat any one colour."""
    rng = np.random.default_rng(draw)
    light = color[mask] / (255 * np.array(TABLE_RGB, np.float32))
    texture = _texture(top)
    if texture is None:
        color[mask] = light * rng.uniform(20, 235, 3).astype(np.float32)
        return color
    side = len(texture)
    cells = np.clip((points[mask][:, :2] + (0.25, 0.75)) / 1.5 * side, 0, side - 1).astype(np.intp)
    color[mask] = light * texture[cells[:, 1], cells[:, 0]] * rng.uniform(0.8, 1.1, 3)
    return color


@lru_cache(maxsize=4)
def _texture(top: str) -> NDArray[np.uint8] | None:
    return texture_of(top)


def _turn(rng: np.random.Generator, upright: bool) -> tuple[float, ...]:
    """A quaternion (x, y, z, w): about z alone, or any."""
    if upright:
        half = float(rng.uniform(-np.pi, np.pi)) / 2
        return (0.0, 0.0, math.sin(half), math.cos(half))
    q = rng.normal(size=4)
    return tuple((q / np.linalg.norm(q)).tolist())


def _draw_noise(rng: np.random.Generator) -> str:
    plain = str(rng.choice(list(SEVERITIES), p=[0.1, 0.25, 0.45, 0.2]))
    return plain + ("-tof" if rng.random() < 0.4 else "")


def _camera(rng: np.random.Generator, x: float, y: float) -> CameraSpec:
    """A camera that looks about there from 30 to 90 degrees above the table."""
    rows, cols = SIZE
    focal = float(rng.uniform(430, 900))
    away = focal / float(np.exp(rng.uniform(np.log(420), np.log(1100))))
    lift, around = math.radians(float(rng.uniform(32, 90))), float(rng.uniform(-np.pi, np.pi))
    target = (x + rng.normal(0, 0.03), y + rng.normal(0, 0.03), 0.02)
    flat = math.cos(lift) * away
    eye = (target[0] + flat * math.cos(around), target[1] + flat * math.sin(around),
           target[2] + math.sin(lift) * away)  # fmt: skip
    up = (-math.cos(around), -math.sin(around), 0.05)
    pose = looking_at(eye, target, up)
    return CameraSpec("any", cols, rows, focal, 0.15, 3.0, pose)
