"""Where the things of a drawn scene stand: in regions, on, in and beside each other, with room.

Knows: things with what was said of their places. Does not know: descriptions (scenes.py).
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from llmagentos.objects.kinds import traits
from llmagentos.types import SceneObject, Workspace
from llmagentos.world import regions
from llmagentos.world.relations import DIRECTIONS

WORKSPACE = Workspace()


class CannotBuildError(Exception):
    """No scene can be made for a description; the words say why."""


@dataclass(eq=False)
class Thing:
    """One object while its scene is drawn. xy: None until it is laid out."""

    id: str
    kind: str
    color: str | None = None
    size_m: float = 0.0
    on: Thing | None = None
    inside: bool = False
    held: bool = False
    region: str | None = None
    beside: list[tuple[str, Thing]] = field(default_factory=list)
    xy: tuple[float, float] | None = None
    z_m: float = 0.0
    material: str | None = None

    @property
    def height_m(self) -> float:
        """Extent along z of its kind at its size, metres."""
        return traits(self.kind).extents_at(self.size_m)[2]


def ground_of(t: Thing) -> Thing:
    """The lowest thing of the pile that a thing is in."""
    while t.on is not None:
        t = t.on
    return t


class Layout:
    """Lays things out, each after what it stands on, in or beside."""

    def __init__(self, rng: random.Random, things: Sequence[Thing]):
        self.rng, self.things = rng, things

    def objects(self) -> tuple[SceneObject, ...]:
        """The things as perception would report them. Raises CannotBuildError for lack of room."""
        for t in sorted(self.things, key=lambda t: (bool(t.beside), -t.size_m)):
            self._lay(t, 0)
        return tuple(self._seen(t) for t in self.things)

    def _lay(self, t: Thing, depth: int) -> None:
        if t.xy is not None:
            return
        if depth > 8:
            raise CannotBuildError("things relate in a circle")
        if t.held:
            t.xy, t.z_m = (0.45, 0.0), 0.25
            return
        if t.on is not None:
            self._lay(t.on, depth + 1)
            self._on_top(t, t.on)
            return
        for _, mark in t.beside:
            self._lay(ground_of(mark), depth + 1)
        for attempt in range(60):
            x, y = self._spot(t, attempt)
            if self._free_at(t, x, y, 0.03 if attempt < 40 else 0.012):
                t.xy = (x, y)
                return
        raise CannotBuildError("no room on the table")

    def _on_top(self, t: Thing, below: Thing) -> None:
        assert below.xy is not None
        x, y = below.xy
        here = [o for o in self.things if o.on is below and o.xy is not None]
        several = sum(o.on is below for o in self.things) > 1
        if t.inside or traits(below.kind).is_surface:
            turn = 2.4 * len(here)
            off = 0.24 * below.size_m if here else 0.0
            if several and not t.inside:  # side by side, with room for the fingers between them
                off = 0.34 * below.size_m
            x, y = x + off * math.cos(turn), y + off * math.sin(turn)
            t.z_m = below.z_m + (0.006 if t.inside else below.height_m)
        else:
            t.z_m = below.z_m + below.height_m
        t.xy = (x, y)

    def _spot(self, t: Thing, attempt: int) -> tuple[float, float]:
        ws, rng = WORKSPACE, self.rng
        margin = 0.03 + t.size_m / 2
        if t.beside:
            return self._beside(t, attempt)
        back, front, left, right = self._room_around(t)
        for _ in range(30):
            x = rng.uniform(ws.x_min + margin + front, max(ws.x_max - margin - back, ws.x_min))
            y = rng.uniform(ws.y_min + margin + right, max(ws.y_max - margin - left, ws.y_min))
            if t.region is None or regions.contains(ws, t.region, x, y, True):
                break
        return x, y

    def _room_around(self, mark: Thing) -> tuple[float, float, float, float]:
        """Metres to keep free behind, in front, left and right for what stands there."""
        room = [0.0, 0.0, 0.0, 0.0]
        for t in self.things:
            for rel, m in t.beside:
                if m is mark and rel in DIRECTIONS:
                    ux, uy = DIRECTIONS[rel]
                    for k, along in enumerate((ux, -ux, uy, -uy)):
                        if along > 0.1:
                            room[k] = min(0.22, max(room[k] + 0.03, t.size_m + 0.04))
        back, front, left, right = room
        return min(back, 0.3 - front), min(front, 0.2), left, right

    def _beside(self, t: Thing, attempt: int) -> tuple[float, float]:
        rel, mark = t.beside[0]
        assert mark.xy is not None
        x, y = mark.xy
        rng, touch = self.rng, (t.size_m + mark.size_m) / 2
        if rel == "between" and len(t.beside) > 1 and t.beside[1][1].xy is not None:
            x2, y2 = t.beside[1][1].xy
            part = rng.uniform(0.35, 0.65)
            return x + part * (x2 - x), y + part * (y2 - y)
        if rel in DIRECTIONS:
            ux, uy = DIRECTIONS[rel]
            wide = 0.01 if attempt < 15 else 0.15
            way = touch + rng.uniform(0.03, 0.08 if attempt < 15 else 0.25)
            x, y = x + ux * way, y + uy * way
            return x + abs(uy) * rng.uniform(-wide, wide), y + abs(ux) * rng.uniform(-wide, wide)
        angle = rng.uniform(0, 2 * math.pi)
        way = touch + rng.uniform(0.02, 0.035)
        if rel in ("far_from", "away_from"):
            way = rng.uniform(0.27, 0.5)
        return x + way * math.cos(angle), y + way * math.sin(angle)

    def _free_at(self, t: Thing, x: float, y: float, gap_m: float) -> bool:
        if not WORKSPACE.contains(x, y, min(0.02, t.size_m / 2)):
            return False
        for o in self.things:
            if o.xy is None or o.on is not None or o.held or o is t:
                continue
            if math.hypot(x - o.xy[0], y - o.xy[1]) < (t.size_m + o.size_m) / 2 * 1.15 + gap_m:
                return False
        return True

    @staticmethod
    def _seen(t: Thing) -> SceneObject:
        assert t.xy is not None and t.color is not None
        return SceneObject(
            t.id, t.kind, t.color, t.size_m, t.height_m, (*t.xy, t.z_m + t.height_m / 2),
            support="table" if t.on is None or t.held else t.on.id,
            inside=t.inside and t.on is not None, held=t.held,
        )  # fmt: skip
