"""Where an arm stands at a table and works, in the frame that all arms there share: the first one's.

Knows: places, turns, work areas. Does not know: arms' joints, or what stands on the table.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from llmagentos.types import Action, Pose, Workspace

#: An arm goes a little beyond its work area; nearer than this to where it ends it is relied on, metres.
BEYOND_M = 0.03
#: In front of its base the hand of an arm waits, metres.
_HAND_M = 0.3


@dataclass(frozen=True)
class Seat:
    """name: the arm's. at_m, yaw_rad: its base in the shared frame. workspace: in its own."""

    name: str
    at_m: tuple[float, float]
    yaw_rad: float
    workspace: Workspace

    def own(self, x: float, y: float) -> tuple[float, float]:
        """A point of the shared frame in the arm's, metres."""
        c, s = math.cos(self.yaw_rad), math.sin(self.yaw_rad)
        dx, dy = x - self.at_m[0], y - self.at_m[1]
        return c * dx + s * dy, c * dy - s * dx

    def shared(self, x: float, y: float) -> tuple[float, float]:
        """A point of the arm's frame in the shared one, metres."""
        c, s = math.cos(self.yaw_rad), math.sin(self.yaw_rad)
        return self.at_m[0] + c * x - s * y, self.at_m[1] + s * x + c * y

    def reaches(self, point: Sequence[float]) -> bool:
        """Whether it works at a point (x, y and more, shared frame)."""
        return self.workspace.contains(*self.own(point[0], point[1]), -BEYOND_M)

    @property
    def hand_m(self) -> tuple[float, float]:
        """Where its hand waits, about."""
        return self.shared(_HAND_M, 0.0)

    @property
    def area(self) -> Workspace:
        """The upright rectangle around its work area in the shared frame."""
        w = self.workspace
        corners = [self.shared(x, y) for x in (w.x_min, w.x_max) for y in (w.y_min, w.y_max)]
        xs, ys = zip(*corners, strict=True)
        return replace(w, x_min=min(xs), x_max=max(xs), y_min=min(ys), y_max=max(ys))

    def action(self, action: Action) -> Action:
        """An action of the shared frame in the arm's."""
        if action.pose is None:
            return action
        x, y, z = action.pose.position
        pose = Pose((*self.own(x, y), z), action.pose.yaw - self.yaw_rad)
        return replace(action, pose=pose)


def whole_table(seats: Sequence[Seat]) -> Workspace:
    """The upright rectangle around all work areas, shared frame: what one who plans for all works on."""
    areas = [seat.area for seat in seats]
    return replace(
        areas[0],
        x_min=min(a.x_min for a in areas),
        x_max=max(a.x_max for a in areas),
        y_min=min(a.y_min for a in areas),
        y_max=max(a.y_max for a in areas),
    )


def side_of(point: Sequence[float], seats: Sequence[Seat]) -> str:
    """On whose side a point of the shared frame is: the nearest one's of those that reach it; "" for nobody's."""
    able = [seat for seat in seats if seat.reaches(point)]
    return min(able, key=lambda s: math.dist(s.at_m, point[:2])).name if able else ""


#: Words for a side of the table, with where it is: shares of the way from right to left and near to far.
_SIDES = {
    "left": (0, 1), "right": (0, -1), "front": (-1, 0), "back": (1, 0), "middle": (0, 0),
}  # fmt: skip


def sides(seats: Sequence[Seat]) -> dict[str, str]:
    """Each arm's side of the whole table in a word, for arms that have one of their own: that is nearest to
    the middle of their work area, and to no other arm's."""
    whole = whole_table(seats)
    (mx, my), found = whole.middle, dict[str, str]()
    half_x, half_y = (whole.x_max - whole.x_min) / 2, (whole.y_max - whole.y_min) / 2
    for seat in seats:
        x, y = seat.area.middle
        at = ((x - mx) / half_x, (y - my) / half_y)
        found[seat.name] = min(_SIDES, key=lambda side: math.dist(at, _scaled(side)))
    words = list(found.values())
    return {name: word for name, word in found.items() if words.count(word) == 1}


def _scaled(side: str) -> tuple[float, float]:
    x, y = _SIDES[side]
    return 0.5 * x, 0.5 * y
