"""A base whose world is a map in memory: each drive takes three ticks and always arrives, unless it
is told what stands in the way."""

from __future__ import annotations

import math
from dataclasses import replace

from llmagentos.ports.base import Side
from llmagentos.ports.failures import Failure
from llmagentos.ports.skills import SkillReport, SkillStatus, failed, succeeded
from llmagentos.types import BaseState, MapPose, NamedPlace, PlaceKind

TICKS = 3


def place(
    name: str, x: float, y: float, kind: PlaceKind = "room", room: str = "", *words: str
) -> NamedPlace:
    """A named place; a room without more."""
    return NamedPlace(name, MapPose(x, y), kind, room, words)


#: A flat: three rooms, a table in two of them, two doors, a dock.
FLAT = (
    place("kitchen", 3, 0),
    place("hall", 0, 0),
    place("bedroom", 0, 4),
    place("table", 4, 1, "furniture", "kitchen"),
    place("table", 1, 1, "furniture", "hall"),
    place("fridge", 4, -1, "furniture", "kitchen"),
    place("dock", -1, 0, "spot", "hall"),
    place("kitchen door", 1.5, 0, "door"),
    place("bedroom door", 0, 2, "door"),
)


class MapBase:
    """Implements the port `Base` (tests/ports/test_base_contract.py). blocked: no drive arrives."""

    def __init__(self, places: tuple[NamedPlace, ...] = FLAT) -> None:
        self._state = BaseState(MapPose(0.0, 0.0), places, "hall")
        self._goal: MapPose | None = None
        self._left = 0
        self._report = succeeded("nothing to do")
        self.blocked = False

    def state(self) -> BaseState:
        return replace(self._state, moving=self._report.status is SkillStatus.RUNNING)

    def go_to(self, goal: MapPose, speed: float = 1.0) -> None:
        if not all(map(math.isfinite, (goal.x_m, goal.y_m, goal.yaw_rad, speed))) or speed <= 0:
            self._report = failed(Failure.INVALID_ACTION, attempts=0)
            return
        self._goal, self._left = goal, TICKS
        self._report = SkillReport(SkillStatus.RUNNING)

    def go_by(self, ahead_m: float, turn_rad: float = 0.0, speed: float = 1.0) -> None:
        at = self._state.pose
        x = at.x_m + ahead_m * math.cos(at.yaw_rad)
        y = at.y_m + ahead_m * math.sin(at.yaw_rad)
        self.go_to(MapPose(x, y, at.yaw_rad + turn_rad), speed)

    def follow_wall(self, side: Side = "nearer", speed: float = 1.0) -> None:
        self.go_by(1.0, 0.0, speed)

    def tick(self) -> SkillReport:
        if self._report.status is not SkillStatus.RUNNING or self._goal is None:
            return self._report
        self._left -= 1
        if self._left == 0 and self.blocked:
            self._report = failed(Failure.WAY_BLOCKED)
        elif self._left == 0:
            near = [q for q in self._state.places if _far(q.pose, self._goal) < 0.5]
            room = (near[0].room or near[0].name) if near else ""
            self._state = replace(self._state, pose=self._goal, room=room)
            self._report = succeeded("arrived")
        return self._report

    def stop(self) -> SkillReport:
        at = self._state.pose
        self._report = failed(Failure.STOPPED, f"I stand at x {at.x_m:.1f} m, y {at.y_m:.1f} m.")
        return self._report

    def name_place(self, name: str) -> NamedPlace:
        if not name.strip():
            raise ValueError("expected a name for this place, got an empty one")
        named = NamedPlace(name.strip().lower(), self._state.pose, "spot", self._state.room)
        others = tuple(q for q in self._state.places if q.name != named.name)
        self._state = replace(self._state, places=(*others, named))
        return named


def _far(a: MapPose, b: MapPose) -> float:
    return math.hypot(a.x_m - b.x_m, a.y_m - b.y_m)
