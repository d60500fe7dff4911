"""Flats as files: what is where before anything happens, and whether that can exist.

Knows: the file's format; walls follow from rooms and doors. Does not know: PyBullet, who drives there.

    base: rover
    start: [1.0, 1.0, 0.0]
    rooms:
      - {name: kitchen, x: [0, 4], y: [0, 3]}
      - {name: hall, x: [4, 6], y: [0, 3]}
    doors:
      - {at: [4, 1.5], width: 0.9}
    furniture:
      - {kind: table, at: [2, 1.5]}
    walkers:
      - {path: [[4.5, 0.5], [4.5, 2.5]], speed: 0.6}
    objects:
      - {kind: cup, color: red, stands_on: table, position: [0.2, -0.1]}
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from llmagentos.errors import FileError, RobotError, SceneError
from llmagentos.files import read_yaml
from llmagentos.navigation.floor_plan import FloorPlan, Furniture, Span
from llmagentos.navigation.frame import GridFrame
from llmagentos.robots.bases import DEFAULT_BASE, load_base
from sim.flats.solids import KINDS, FurnitureKind, Part, parts_of, surface_m
from sim.object_spec import ObjectSpec, check_object
from sim.scene import unused_id
from sim.touching import interpenetrate

#: Half a wall, and how high walls are.
WALL_HALF_M, WALL_HEIGHT_M = 0.05, 2.4
_MOST_M = 100.0


class Piece(Furniture):
    """A piece of furniture of a kind. height: over the floor; size and height default to the kind's."""

    name: str = ""
    kind: str
    size: tuple[float, float] = (0.0, 0.0)
    height: Annotated[float, Field(ge=0, le=3)] = 0.0

    @model_validator(mode="before")
    @classmethod
    def _named_as_its_kind(cls, data: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("kind"), str):
            kind = KINDS.get(data["kind"])
            if kind is None:
                raise ValueError(f"expected a kind of {', '.join(KINDS)}, got {data['kind']!r}")
            data = {
                "name": kind.name,
                "size": kind.size[:2],
                "height": kind.size[2],
                **data,
            }
            data["words"] = [*data.get("words", []), *kind.words]
        return data

    @property
    def traits(self) -> FurnitureKind:
        """What is true of all of its kind."""
        return KINDS[self.kind]

    @property
    def parts(self) -> list[Part]:
        """What it is made of, about its own middle."""
        return parts_of(self.traits, (*self.size, self.height))


class Walker(BaseModel):
    """A person who goes to and fro along a path, and stops before whatever stands in the way."""

    model_config = ConfigDict(extra="forbid")

    path: Annotated[list[Span], Field(min_length=2)]
    speed: Annotated[float, Field(gt=0, le=2.0)] = 0.6
    radius: Annotated[float, Field(gt=0, le=0.5)] = 0.2


class Placed(ObjectSpec):
    """A thing in a flat: the entries of a scene's objects, and `stands_on`: the name of the furniture that it
    stands on. position is then from that piece's middle, along its length and width, and yaw from its
    own; without `stands_on` it stands on the floor, in the flat's frame."""

    stands_on: str = ""


class FlatSpec(FloorPlan):
    """A flat that can exist. start: where the base stands (x, y, yaw); explore: the base makes its map
    by driving around first, instead of being given the plan's. Raises SceneError through `from_dict`
    and `from_yaml`."""

    base: str = DEFAULT_BASE
    explore: bool = False
    start: tuple[float, float, float]
    furniture: list[Piece] = Field(default=[])  # type: ignore[assignment]
    walkers: list[Walker] = Field(default=[])
    objects: list[Placed] = Field(default=[])

    @classmethod
    def from_dict(cls, data: Any) -> FlatSpec:
        """Read and check a flat. SceneError says what is wrong, and where."""
        if not isinstance(data, dict):
            raise SceneError(f"expected a mapping with 'rooms', got {type(data).__name__}")
        try:
            flat = cls.model_validate(data)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"])) or "flat"
            raise SceneError(f"{where}: {first['msg']}, got {first.get('input')!r}") from error
        flat.check()
        return flat

    @classmethod
    def from_yaml(cls, path: str | Path) -> FlatSpec:
        """Read and check a flat's file. SceneError too for one that cannot be read."""
        try:
            data = read_yaml(path, "a flat")
        except FileError as error:
            raise SceneError(str(error)) from error
        return cls.from_dict(data)

    def check(self) -> None:
        """SceneError for what cannot be: no room, a door in no wall, a base or a start outside."""
        if not self.rooms:
            raise SceneError("rooms: expected at least one, got none")
        for door in self.doors:
            if not any(_cut(wall, door.at, door.width) for wall in _whole_walls(self)):
                raise SceneError(f"doors: expected {door.at} on a wall of a room, got none there")
        try:
            radius_m = load_base(self.base).radius_m
        except RobotError as error:
            raise SceneError(f"base: {error}") from error
        if self.room_at(*self.start[:2]) is None:
            raise SceneError(f"start: expected a place in a room, got {self.start}")
        low, high = self.extent
        if max(high[0] - low[0], high[1] - low[1]) > _MOST_M:
            raise SceneError(f"rooms: expected at most {_MOST_M:.0f} m across")
        walls, frame = self.occupied(resolution_m=0.02, below_m=0.3)
        away = cv2.distanceTransform((~walls).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
        if away[frame.cell(*self.start[:2])] * 0.02 < radius_m:
            raise SceneError(
                f"start: expected room for the base at {self.start}, something stands there"
            )
        self._check_objects()

    def with_base(self, base: str) -> FlatSpec:
        """The same flat with another base. SceneError where that can't be."""
        changed = self.model_copy(update={"base": base}, deep=True)
        changed.check()
        return changed

    def _check_objects(self) -> None:
        """Fill in ids, colours and sizes; SceneError for what can't stand there."""
        taken: set[str | None] = {item.id for item in self.objects if item.id}
        for number, item in enumerate(self.objects):
            where = f"objects.{number}"
            check_object(item, where, 1.0)
            if item.id is None:
                item.id = unused_id(item, taken)
                taken.add(item.id)
            self._check_spot(item, where)
        if len({item.id for item in self.objects}) < len(self.objects):
            raise SceneError("objects: expected every id once, got one twice")
        stand = [self.standing(item) for item in self.objects]
        for number, one in enumerate(stand):
            other = next((o for o in stand[:number] if interpenetrate(one, o)), None)
            if other is not None:
                raise SceneError(
                    f"objects.{number}: expected {one.id} beside {other.id}, they overlap"
                )

    def _check_spot(self, item: Placed, where: str) -> None:
        piece = self._under(item, where)
        x, y = item.position[:2]
        if piece is None:
            if self.room_at(x, y) is None:
                raise SceneError(
                    f"{where}: expected {item.id} in a room, got {tuple(item.position)}"
                )
            return
        room = item.geometry.footprint_radius_m
        most = [side / 2 - room for side in piece.size]
        if abs(x) > most[0] or abs(y) > most[1]:
            raise SceneError(
                f"{where}: expected {item.id} on the {piece.name}, x within {most[0]:.2f} and y within "
                f"{most[1]:.2f} m of its middle, got {tuple(item.position)}"
            )

    def _under(self, item: Placed, where: str = "objects") -> Piece | None:
        """What a thing stands on; None for the floor."""
        if not item.stands_on:
            return None
        found = next((q for q in self.furniture if q.name == item.stands_on.lower()), None)
        if found is None:
            names = ", ".join(q.name for q in self.furniture) or "no furniture"
            raise SceneError(
                f"{where}: stands_on: expected furniture of {names}, got {item.stands_on!r}"
            )
        return found

    def standing(self, item: Placed) -> ObjectSpec:
        """The thing with its pose in the flat's frame, z over the floor."""
        piece = self._under(item)
        (x, y), yaw, floor = item.position[:2], item.yaw, 0.0
        if piece is not None:
            c, s = np.cos(piece.yaw), np.sin(piece.yaw)
            x, y = piece.at[0] + c * x - s * y, piece.at[1] + s * x + c * y
            yaw, floor = yaw + piece.yaw, surface_m(piece.traits, piece.height)
        z = item.position[2] if len(item.position) > 2 else item.geometry.height_m / 2
        plain = ObjectSpec.model_validate(item.model_dump(exclude={"stands_on"}))
        plain.position, plain.yaw = (float(x), float(y), float(floor + z)), float(yaw)
        return plain

    @property
    def extent(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """The corners of all rooms with their walls: lowest x, y; highest x, y."""
        x0, x1 = min(r.x[0] for r in self.rooms), max(r.x[1] for r in self.rooms)
        y0, y1 = min(r.y[0] for r in self.rooms), max(r.y[1] for r in self.rooms)
        w = WALL_HALF_M
        return (x0 - w, y0 - w), (x1 + w, y1 + w)

    def walls(self) -> list[Part]:
        """Boxes of all walls with their doors left out, in the map's frame."""
        boxes = []
        for wall in _whole_walls(self):
            for low, high in _pieces(wall, self):
                boxes.append(wall.box(low, high))
        return boxes

    def occupied(
        self, resolution_m: float = 0.05, at_m: float | None = None, below_m: float = 0.3
    ) -> tuple[NDArray[np.bool_], GridFrame]:
        """Which cells something stands in: at a height, or anywhere below one; and where they are."""
        low, high = self.extent
        frame = GridFrame.around(low, high, resolution_m)
        picture = np.zeros(frame.shape, dtype=np.uint8)
        for corners, radius_m, bottom, top in self._outlines():
            if (bottom < below_m) if at_m is None else (bottom <= at_m <= top):
                _fill(picture, frame, corners, radius_m)
        return picture.astype(bool), frame

    def _outlines(self) -> Iterator[tuple[NDArray[np.float64], float, float, float]]:
        """Of all parts: corners [4, 2] (of a cylinder, its middle [1, 2]), radius, bottom, top."""
        for wall in self.walls():
            plan = Furniture(name="wall", at=wall.at[:2], size=(2 * wall.half[0], 2 * wall.half[1]))
            yield plan.corners(), 0.0, 0.0, 2 * wall.half[2]
        for piece in self.furniture:
            c, s = np.cos(piece.yaw), np.sin(piece.yaw)
            for part in piece.parts:
                x, y, z = part.at
                at = piece.at[0] + c * x - s * y, piece.at[1] + s * x + c * y
                bottom, top = z - part.half[2], z + part.half[2]
                if part.radius_m:
                    yield np.array([at]), part.radius_m, bottom, top
                else:
                    size = 2 * part.half[0], 2 * part.half[1]
                    outline = Furniture(name="part", at=at, size=size, yaw=piece.yaw)
                    yield outline.corners(), 0.0, bottom, top


@dataclass(frozen=True)
class _Wall:
    """A whole wall. along: 0 where it runs along x, 1 along y; across_m: where it stands."""

    along: int
    across_m: float
    low: float
    high: float

    def box(self, low: float, high: float) -> Part:
        middle = [self.across_m, self.across_m]
        middle[self.along] = (low + high) / 2
        half = [WALL_HALF_M, WALL_HALF_M]
        half[self.along] = (high - low) / 2
        z = WALL_HEIGHT_M / 2
        return Part((middle[0], middle[1], z), (half[0], half[1], z), (0.80, 0.80, 0.78))


def _whole_walls(flat: FloorPlan) -> list[_Wall]:
    """One wall a stretch of line that bounds rooms; those of neighbours are one."""
    spans: dict[tuple[int, float], list[tuple[float, float]]] = {}
    for room in flat.rooms:
        for y in room.y:
            spans.setdefault((0, round(y, 3)), []).append(room.x)
        for x in room.x:
            spans.setdefault((1, round(x, 3)), []).append(room.y)
    walls = []
    for (along, across), pieces in sorted(spans.items()):
        low, high = sorted(pieces)[0]
        for a, b in sorted(pieces)[1:]:
            if a > high + 1e-6:
                walls.append(_Wall(along, across, low - WALL_HALF_M, high + WALL_HALF_M))
                low, high = a, b
            high = max(high, b)
        walls.append(_Wall(along, across, low - WALL_HALF_M, high + WALL_HALF_M))
    return walls


def _cut(wall: _Wall, at: tuple[float, float], width: float) -> tuple[float, float] | None:
    """From where to where a door opens a wall; None where it is in another one."""
    along, across = at[wall.along], at[1 - wall.along]
    if abs(across - wall.across_m) > 0.15 or not wall.low <= along <= wall.high:
        return None
    return along - width / 2, along + width / 2


def _pieces(wall: _Wall, flat: FloorPlan) -> Iterator[tuple[float, float]]:
    cuts = sorted(c for d in flat.doors if (c := _cut(wall, d.at, d.width)) is not None)
    low = wall.low
    for a, b in cuts:
        if a > low + 1e-6:
            yield low, a
        low = max(low, b)
    if wall.high > low + 1e-6:
        yield low, wall.high


def _fill(
    picture: NDArray[np.uint8], frame: GridFrame, corners: NDArray[np.float64], radius_m: float
) -> None:
    """Cells whose middle lies in an outline."""
    low, high = corners.min(axis=0) - radius_m, corners.max(axis=0) + radius_m
    (r0, c0), (r1, c1) = frame.cell(*low), frame.cell(*high)
    rows, columns = frame.shape
    r0, c0, r1, c1 = max(r0, 0), max(c0, 0), min(r1, rows - 1), min(c1, columns - 1)
    if r0 > r1 or c0 > c1:
        return
    grid = np.stack(np.meshgrid(np.arange(r0, r1 + 1), np.arange(c0, c1 + 1), indexing="ij"), -1)
    points = frame.centres(grid.reshape(-1, 2))
    if radius_m:
        inside = np.hypot(*(points - corners[0]).T) <= radius_m + frame.resolution_m / 2
    else:
        inside = np.ones(len(points), dtype=bool)
        for a, b in zip(corners, np.roll(corners, -1, axis=0), strict=True):
            edge = (b - a) / np.hypot(*(b - a))
            off = points - a
            # A thin part is never lost between the middles of two cells.
            inside &= edge[0] * off[:, 1] - edge[1] * off[:, 0] >= -frame.resolution_m / 2
    picture[r0 : r1 + 1, c0 : c1 + 1] |= inside.reshape(r1 - r0 + 1, c1 - c0 + 1)
