"""Flats that nobody drew: rooms, doors, furniture and people from a seed.

Knows: what makes a flat that can be lived and driven in. Does not know: PyBullet, maps, goals.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import SceneError
from llmagentos.navigation.clearance import clearance_m
from llmagentos.navigation.floor_plan import Furniture
from llmagentos.navigation.frame import GridFrame
from llmagentos.robots.bases import load_base
from sim.flats.solids import KINDS, FurnitureKind
from sim.flats.spec import WALL_HALF_M, FlatSpec

_LEAST_M, _LARGEST_M2 = 2.5, 17.0
#: Names by size: the largest room first.
_NAMES = ("living room", "bedroom", "kitchen", "dining room", "study", "workshop", "storage",
          "office", "bathroom", "hall")  # fmt: skip
#: Floor that stays free around a door's middle, and between furniture, metres.
_AT_DOOR_M, _BETWEEN_M = 0.85, 0.1
#: More than the base needs: where its middle may pass.
_PASSES_M = 0.10
_TRIES = 12

Rectangle = tuple[float, float, float, float]


@dataclass(frozen=True)
class Recipe:
    """size_m: how wide and deep whole flats are, from, to; fill_m2: floor a piece of furniture; people:
    at most."""

    size_m: tuple[float, float] = (7.0, 11.0)
    fill_m2: float = 3.5
    people: int = 0


def random_flat(seed: int, recipe: Recipe | None = None, base: str = "rover") -> FlatSpec:
    """The flat of a seed; the same each time. All its doors can be driven through from its start."""
    recipe = recipe or Recipe()
    rng = np.random.default_rng([seed, 0xF1A7F1A7])
    for _ in range(50):
        try:
            return _Maker(rng, recipe, base).made()
        except SceneError:
            continue
    raise SceneError(f"expected a flat of seed {seed} and {recipe}, got none in 50 tries")


class _Maker:
    def __init__(self, rng: np.random.Generator, recipe: Recipe, base: str) -> None:
        self._rng, self._recipe, self._base = rng, recipe, base
        self._needs_m = load_base(base).radius_m + _PASSES_M

    def made(self) -> FlatSpec:
        low, high = self._recipe.size_m
        width, depth = (round(float(v), 1) for v in self._rng.uniform(low, high, 2))
        rooms = self._split((0.0, width, 0.0, depth))
        doors = self._doors(rooms)
        data: dict[str, Any] = {
            "base": self._base,
            "start": [0, 0, 0],
            "rooms": self._named(rooms),
            "doors": doors,
            "furniture": [],
        }
        flat = FlatSpec.model_validate(data)
        self._furnish(flat)
        free, frame = self._open_floor(flat)
        spots = frame.centres(np.argwhere(free))
        x, y = spots[int(self._rng.integers(len(spots)))]
        flat.start = (round(float(x), 2), round(float(y), 2), round(self._rng.uniform(-3, 3), 2))
        self._people(flat, spots)
        flat.check()
        return flat

    # ---- rooms and doors ----------------------------------------------------------------------

    def _split(self, room: Rectangle) -> list[Rectangle]:
        x0, x1, y0, y1 = room
        wide, deep = x1 - x0, y1 - y0
        if wide * deep <= _LARGEST_M2 and (wide * deep < 9 or self._rng.random() < 0.4):
            return [room]
        along_x = wide > deep if abs(wide - deep) > 1.0 else self._rng.random() < 0.5
        length = wide if along_x else deep
        if length < 2 * _LEAST_M:
            return [room]
        at = round(float(self._rng.uniform(_LEAST_M, length - _LEAST_M)), 1)
        if along_x:
            return self._split((x0, x0 + at, y0, y1)) + self._split((x0 + at, x1, y0, y1))
        return self._split((x0, x1, y0, y0 + at)) + self._split((x0, x1, y0 + at, y1))

    def _named(self, rooms: list[Rectangle]) -> list[dict[str, Any]]:
        order = sorted(range(len(rooms)), key=lambda i: -_area(rooms[i]))
        names: dict[int, str] = {}
        for rank, i in enumerate(order):
            name = _NAMES[rank % len(_NAMES)]
            names[i] = name if rank < len(_NAMES) else f"second {name}"
        return [
            {"name": names[i], "x": [x0, x1], "y": [y0, y1]}
            for i, (x0, x1, y0, y1) in enumerate(rooms)
        ]

    def _doors(self, rooms: list[Rectangle]) -> list[dict[str, Any]]:
        """As few as join all rooms, and some more."""
        shared = []
        for i in range(len(rooms)):
            for j in range(i):
                edge = _shared(rooms[i], rooms[j])
                if edge is not None:
                    shared.append((i, j, *edge))
        self._rng.shuffle(shared)
        group = list(range(len(rooms)))
        doors = []
        for i, j, vertical, across, low, high in shared:
            i, j = int(i), int(j)
            joins = group[i] != group[j]
            if not joins and self._rng.random() > 0.3:
                continue
            group = [group[i] if g == group[j] else g for g in group]
            width = round(float(self._rng.uniform(0.8, 1.1)), 2)
            at = float(self._rng.uniform(low + width / 2 + 0.2, high - width / 2 - 0.2))
            place = [across, at] if vertical else [at, across]
            doors.append({"at": [round(float(v), 2) for v in place], "width": width})
        return doors

    # ---- furniture ----------------------------------------------------------------------------

    def _furnish(self, flat: FlatSpec) -> None:
        for room in flat.rooms:
            wanted = int((room.x[1] - room.x[0]) * (room.y[1] - room.y[0]) / self._recipe.fill_m2)
            kinds = [k for k in KINDS.values() if room.name in k.rooms]
            kinds += [KINDS["cabinet"], KINDS["plant"], KINDS["chair"], KINDS["crate"]]
            for _ in range(wanted):
                kind = kinds[int(self._rng.integers(len(kinds)))]
                for _ in range(_TRIES):
                    if self._put(flat, kind, (*room.x, *room.y)):
                        break

    def _put(self, flat: FlatSpec, kind: FurnitureKind, room: Rectangle) -> bool:
        at, yaw = self._place(kind, room)
        taken = {piece.name for piece in flat.furniture}
        name, number = kind.name, 1
        while name in taken:
            number += 1
            name = f"{kind.name} {number}"
        piece = {"kind": kind.name, "name": name, "at": at, "yaw": yaw}
        changed = FlatSpec.model_validate(
            {**flat.model_dump(exclude={"furniture"}),
             "furniture": [*(_given(p) for p in flat.furniture), piece]}
        )  # fmt: skip
        new = changed.furniture[-1]
        corners = new.corners(WALL_HALF_M + 0.02)
        x0, x1, y0, y1 = room
        if (corners < (x0, y0)).any() or (corners > (x1, y1)).any():
            return False
        for door in flat.doors:
            if _distance(new, door.at) < _AT_DOOR_M:
                return False
        if any(_overlap(new.corners(_BETWEEN_M), p.corners()) for p in flat.furniture):
            return False
        try:
            self._open_floor(changed)
        except SceneError:
            return False
        flat.furniture = changed.furniture
        return True

    def _place(self, kind: FurnitureKind, room: Rectangle) -> tuple[list[float], float]:
        x0, x1, y0, y1 = room
        rng, (length, width, _) = self._rng, kind.size
        if not kind.against_wall:
            yaw = float(rng.choice([0.0, math.pi / 2])) + float(rng.uniform(-0.3, 0.3))
            at = rng.uniform((x0 + 0.3, y0 + 0.3), (x1 - 0.3, y1 - 0.3))
            return [round(float(v), 3) for v in at], round(yaw, 3)
        side = int(rng.integers(4))
        off = width / 2 + WALL_HALF_M + 0.03
        half = length / 2 + WALL_HALF_M + 0.03
        if side < 2:  # a wall along x: its back is at y0, or at y1
            span = (x0 + half, x1 - half)
            place = [_between(rng, span), (y0 + off) if side == 0 else (y1 - off)]
            return [round(v, 3) for v in place], (0.0 if side == 0 else 3.1416)
        span = (y0 + half, y1 - half)
        place = [(x0 + off) if side == 2 else (x1 - off), _between(rng, span)]
        return [round(v, 3) for v in place], (-1.5708 if side == 2 else 1.5708)

    def _open_floor(self, flat: FlatSpec) -> tuple[NDArray[np.bool_], GridFrame]:
        """Where the base's middle may be, all of it joined. SceneError where a door is cut off."""
        walls, frame = flat.occupied(below_m=load_base(self._base).height_m)
        free = clearance_m(walls, frame.resolution_m) > self._needs_m
        _, labels = cv2.connectedComponents(free.astype(np.uint8), connectivity=4)
        at_doors = {int(labels[frame.cell(*door.at)]) for door in flat.doors}
        if len(at_doors - {0}) > 1 or 0 in at_doors:
            raise SceneError("expected all doors to be joined, got one that is cut off")
        label = at_doors.pop() if at_doors else int(np.bincount(labels[free]).argmax())
        inside: NDArray[np.bool_] = labels == label
        in_rooms = np.zeros(frame.shape, dtype=bool)
        for room in flat.rooms:  # outside of the walls is no floor
            (r0, c0), (r1, c1) = frame.cell(room.x[0], room.y[0]), frame.cell(room.x[1], room.y[1])
            in_rooms[r0:r1, c0:c1] = True
        inside &= in_rooms
        if not inside.any():
            raise SceneError("expected floor to stand on, got none")
        return inside, frame

    def _people(self, flat: FlatSpec, spots: NDArray[np.float64]) -> None:
        walkers = []
        start = np.array(flat.start[:2])
        for _ in range(int(self._rng.integers(self._recipe.people + 1))):
            for _ in range(30):
                a, b = spots[self._rng.integers(len(spots), size=2)]
                if np.hypot(*(a - b)) < 1.5 or np.hypot(*(a - start)) < 1.2:
                    continue
                along = a + (b - a) * np.linspace(0, 1, 60)[:, None]
                if all(np.hypot(*(spots - p).T).min() < 0.06 for p in along):
                    path = [[round(float(v), 2) for v in p] for p in (a, b)]
                    walkers.append({"path": path, "speed": round(self._rng.uniform(0.3, 0.9), 2)})
                    break
        flat.walkers = FlatSpec.model_validate(
            {**flat.model_dump(exclude={"walkers", "furniture"}), "walkers": walkers}
        ).walkers


def _given(piece: Any) -> dict[str, Any]:
    return {"kind": piece.kind, "name": piece.name, "at": piece.at, "yaw": piece.yaw}


def _area(room: Rectangle) -> float:
    return (room[1] - room[0]) * (room[3] - room[2])


def _between(rng: np.random.Generator, span: tuple[float, float]) -> float:
    return float(rng.uniform(*span)) if span[1] > span[0] else sum(span) / 2


def _shared(a: Rectangle, b: Rectangle) -> tuple[bool, float, float, float] | None:
    """The wall between two rooms: whether it runs along y, where, from, to; None without room for a
    door."""
    for vertical in (True, False):
        p, q = ((a[:2], a[2:]), (b[:2], b[2:])) if vertical else ((a[2:], a[:2]), (b[2:], b[:2]))
        for edge in (0, 1):
            if abs(p[0][edge] - q[0][1 - edge]) < 1e-6:
                low, high = max(p[1][0], q[1][0]), min(p[1][1], q[1][1])
                if high - low > 1.6:
                    return vertical, p[0][edge], low, high
    return None


def _distance(piece: Furniture, at: tuple[float, float]) -> float:
    contour = piece.corners().astype(np.float32)
    return -float(cv2.pointPolygonTest(contour, tuple(map(float, at)), True))


def _overlap(a: NDArray[np.float64], b: NDArray[np.float64]) -> bool:
    area, _ = cv2.intersectConvexConvex(a.astype(np.float32), b.astype(np.float32))
    return float(area) > 1e-6
