"""Where a base stands when it is at a named place.

Knows: a floor plan, and where a body of some size fits. Does not know: what is said, drives.
"""

from __future__ import annotations

import math
from itertools import product

import numpy as np

from llmagentos.navigation.costmap import Costmap
from llmagentos.navigation.floor_plan import Door, FloorPlan, Furniture, Room
from llmagentos.types import MapPose, NamedPlace

#: Between the body and the furniture it stands before, metres: as near as is free on any side; farther
#: where none of a row is.
_BEFORE_M = ((0.02, 0.05, 0.08), (0.2,), (0.35,), (0.6,))
#: Floor that is open enough to stand on in a room, metres to the nearest thing.
_OPEN_M = 0.6


def named_places(plan: FloorPlan, costmap: Costmap) -> tuple[NamedPlace, ...]:
    """Rooms, doors, furniture and the dock, each with a pose that is free on the map; what the body
    cannot stand at is left out."""
    found: list[NamedPlace | None] = [_room(room, costmap) for room in plan.rooms]
    found += [_door(door, plan, costmap) for door in plan.doors]
    found += [_furniture(piece, plan, costmap) for piece in plan.furniture]
    if plan.dock is not None:
        room = plan.room_at(*plan.dock[:2])
        name = room.name if room else ""
        found.append(NamedPlace("dock", MapPose(*plan.dock), "spot", name, ("charging station",)))
    return tuple(place for place in found if place is not None)


def _room(room: Room, costmap: Costmap) -> NamedPlace | None:
    """As near to its middle as the floor is open; where it is open nowhere, where it is the most."""
    (r0, c0), (r1, c1) = (
        costmap.frame.cell(room.x[0], room.y[0]),
        costmap.frame.cell(room.x[1], room.y[1]),
    )
    rows, columns = costmap.frame.shape
    r0, c0, r1, c1 = max(r0, 0), max(c0, 0), min(r1, rows), min(c1, columns)
    if r0 >= r1 or c0 >= c1:
        return None
    clear = costmap.clearance_m[r0:r1, c0:c1]
    free = np.isfinite(costmap.costs[r0:r1, c0:c1])
    if not free.any():
        return None
    most = float(clear[free].max())
    cells = np.argwhere(free & (clear >= min(_OPEN_M, most))) + np.array([r0, c0])
    spots = costmap.frame.centres(cells)
    x, y = spots[int(np.hypot(*(spots - room.middle).T).argmin())]
    return NamedPlace(room.name, MapPose(float(x), float(y)), "room", "", tuple(room.words))


def _door(door: Door, plan: FloorPlan, costmap: Costmap) -> NamedPlace | None:
    if not costmap.is_free(*door.at):
        return None
    rooms = plan.rooms_of(door)
    name = door.name
    if name == "door" and rooms:
        name = f"{min(rooms, key=_size).name} door"  # the smaller room is what a door leads into
    ahead = [(1.0, 0.0), (0.0, 1.0)]
    through = max(
        ahead, key=lambda d: costmap.is_free(door.at[0] + 0.5 * d[0], door.at[1] + 0.5 * d[1])
    )
    yaw = math.atan2(through[1], through[0])
    words = tuple(
        w for room in rooms for w in (f"{room.name} door", *(f"{x} door" for x in room.words))
    )
    return NamedPlace(
        name, MapPose(*door.at, yaw), "door", "", tuple(w for w in words if w != name)
    )


def _furniture(piece: Furniture, plan: FloorPlan, costmap: Costmap) -> NamedPlace | None:
    """Before the middle of one of its sides, facing it; its front (+y) is tried first."""
    body_m = costmap.inflation.radius_m
    c, s = math.cos(piece.yaw), math.sin(piece.yaw)
    room = plan.room_at(*piece.at)
    for row in _BEFORE_M:
        for side, before_m in product(((0, 1), (0, -1), (1, 0), (-1, 0)), row):
            half = piece.size[0] / 2 if side[0] else piece.size[1] / 2
            away = half + body_m + before_m
            dx, dy = c * side[0] - s * side[1], s * side[0] + c * side[1]
            x, y = piece.at[0] + away * dx, piece.at[1] + away * dy
            same_room = room is None or room.holds(x, y)
            if same_room and costmap.is_free(x, y):
                pose = MapPose(x, y, math.atan2(-dy, -dx))
                name = room.name if room else ""
                return NamedPlace(piece.name, pose, "furniture", name, tuple(piece.words))
    return None


def _size(room: Room) -> float:
    return (room.x[1] - room.x[0]) * (room.y[1] - room.y[0])
