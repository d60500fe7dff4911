"""An arm's ways in a room of two: home is its own, the strip is claimed and let go, another's home refused."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest

from llmagentos.errors import CollisionError
from llmagentos.fleet.space.reservations import Reservations
from llmagentos.fleet.space.volumes import Box
from llmagentos.motion.kinematics import Kinematics
from llmagentos.motion.swept import Swept
from llmagentos.robots import load
from llmagentos.skills.shared_room import SharedRoom
from llmagentos.types import Pose

SPEC = load("panda")
KINEMATICS = Kinematics(SPEC)
INF = math.inf
STRIP = Box((-INF, -0.49, -INF), (INF, -0.19, INF))


def rooms() -> tuple[Reservations, SharedRoom, SharedRoom]:
    room = Reservations(0.02)
    left = SharedRoom(
        room,
        "left",
        Swept(SPEC),
        Box((-INF, -0.17, -INF), (INF, INF, INF)),
        [STRIP],
        lambda: 0.0,
        0.1,
    )
    right = SharedRoom(
        room, "right", Swept(SPEC, (0.0, -0.68, 0.0)), Box((-INF, -INF, -INF), (INF, -0.51, INF)), [STRIP], lambda: 0.0, 0.1
    )  # fmt: skip
    return room, left, right


def way(*places: tuple[float, float]) -> np.ndarray:
    joints = [KINEMATICS.home, *(KINEMATICS.solve(Pose((x, y, 0.15), 0.0)) for x, y in places)]
    return np.vstack([np.linspace(a, b, 200) for a, b in pairwise(joints)])


def test_ways_at_home_need_nobody() -> None:
    room, left, right = rooms()
    assert left.clear(way((0.5, 0.2))) and right.clear(way((0.5, -0.2)))
    assert room.granted("left") is None and room.granted("right") is None


def test_the_strip_is_ones_until_it_is_home_for_the_rest() -> None:
    room, left, right = rooms()
    into = way((0.5, -0.3), (0.5, 0.2))
    theirs = way((0.5, 0.3))
    assert left.clear(into)
    assert not right.clear(theirs) and not right.clear(theirs)
    assert right.waited_s == pytest.approx(0.2)
    freed = next(
        row for row in range(len(into)) if left.passed(row) or room.granted("left") is None
    )
    assert len(into) / 2 < freed < len(into) - 1  # on the way back, before the end
    assert right.clear(theirs) and room.granted("right") is not None


def test_an_arm_that_stays_in_the_strip_keeps_it() -> None:
    room, left, _ = rooms()
    into = way((0.5, -0.3))
    assert left.clear(into)
    for row in range(len(into)):
        left.passed(row)
    assert room.granted("left") is not None
    assert left.clear(into[::-1])  # and may go home through it
    for row in range(len(into)):
        left.passed(row)
    assert room.granted("left") is None


def test_anothers_home_is_refused() -> None:
    room, left, _ = rooms()
    with pytest.raises(CollisionError, match="a way of 'left' outside of others' homes"):
        left.clear(way((0.45, -0.5)))
    assert room.granted("left") is None
