"""What the parts of a floor are called: rooms, doors, furniture, a dock.

Knows: names and rectangles, in the map's frame, as a file or a simulation's flat has them. Does not
know: scans, costs, where a base may stand (places.py), walls.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Any

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from llmagentos.errors import NavigationError
from llmagentos.files import read_yaml
from llmagentos.navigation.frame import GridFrame

_Finite = Annotated[float, Field(allow_inf_nan=False)]
_Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Span = tuple[_Finite, _Finite]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Named(_Entry):
    """name: as people say it; words: what else it is called."""

    name: str = Field(min_length=1)
    words: list[str] = []

    @model_validator(mode="after")
    def _in_lower_case(self) -> _Named:
        self.name = " ".join(self.name.lower().split())
        self.words = [" ".join(word.lower().split()) for word in self.words]
        if not self.name:
            raise ValueError("expected a name, got blanks")
        return self


class Room(_Named):
    """A rectangle of floor: x from, to; y from, to."""

    x: Span
    y: Span

    @model_validator(mode="after")
    def _has_floor(self) -> Room:
        if self.x[1] <= self.x[0] or self.y[1] <= self.y[0]:
            raise ValueError(f"expected room {self.name} to reach from less to more")
        return self

    def holds(self, x_m: float, y_m: float) -> bool:
        """Whether a place lies in it."""
        return self.x[0] <= x_m <= self.x[1] and self.y[0] <= y_m <= self.y[1]

    @property
    def middle(self) -> tuple[float, float]:
        """x and y."""
        return (self.x[0] + self.x[1]) / 2, (self.y[0] + self.y[1]) / 2


class Door(_Named):
    """An opening in a wall; at: its middle. name may be left to be made of its rooms'."""

    name: str = "door"
    at: Span
    width: Annotated[float, Field(ge=0.5, le=3.0)] = 0.9


class Furniture(_Named):
    """A thing that stands on the floor. at: its middle, turned by yaw; size: length, width (m)."""

    at: Span
    size: tuple[_Positive, _Positive]
    yaw: _Finite = 0.0

    def corners(self, more_m: float = 0.0) -> NDArray[np.float64]:
        """Of its outline, that much larger on each side, counter-clockwise, [4, 2]."""
        half = np.array(self.size) / 2 + more_m
        c, s = math.cos(self.yaw), math.sin(self.yaw)
        square = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half
        turned: NDArray[np.float64] = square @ np.array([[c, s], [-s, c]]) + np.array(self.at)
        return turned


class FloorPlan(_Entry):
    """All that has a name on one floor. dock: where the base stands when it is not needed; person:
    where the person who gives commands is (x, y, yaw each)."""

    rooms: list[Room] = []
    doors: list[Door] = []
    furniture: list[Furniture] = []
    dock: tuple[_Finite, _Finite, _Finite] | None = None
    person: tuple[_Finite, _Finite, _Finite] | None = None

    def keep_out(self, frame: GridFrame) -> NDArray[np.bool_]:
        """Cells under furniture, bool [rows, columns] of the frame: of a table a scanner meets only the
        legs, and what stands out of the base does not pass under its top."""
        filled = np.zeros(frame.shape, np.uint8)
        for piece in self.furniture:
            cells = frame.cells(piece.corners())[:, ::-1]  # columns first, as OpenCV has it
            cv2.fillConvexPoly(filled, np.ascontiguousarray(cells, np.int32), 1)
        return filled.astype(bool)

    def room_at(self, x_m: float, y_m: float) -> Room | None:
        """The room that a place lies in, or None."""
        return next((room for room in self.rooms if room.holds(x_m, y_m)), None)

    def rooms_of(self, door: Door) -> list[Room]:
        """The rooms on both sides of a door."""
        reach = 0.3
        sides = [(reach, 0.0), (-reach, 0.0), (0.0, reach), (0.0, -reach)]
        found = [self.room_at(door.at[0] + dx, door.at[1] + dy) for dx, dy in sides]
        return [room for i, room in enumerate(found) if room and room not in found[:i]]


def load_plan(path: Path) -> FloorPlan:
    """A floor plan's file. Raises FileError, and NavigationError naming the field."""
    return plan_of(read_yaml(path, "a floor plan"), str(path))


def plan_of(data: Any, where: str) -> FloorPlan:
    """A floor plan of plain data. Raises NavigationError."""
    try:
        return FloorPlan.model_validate(data)
    except ValidationError as exc:
        first = exc.errors()[0]
        field = ".".join(map(str, first["loc"])) or "the file"
        raise NavigationError(
            f"{where}: {field}: {first['msg']}, got {first.get('input')!r}"
        ) from exc
