"""Errands of several arms: their order, who gets which, and where things change hands."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest

from llmagentos.errors import FleetError
from llmagentos.fleet.space.homes import territories
from llmagentos.fleet.space.volumes import gap_m
from llmagentos.fleet.table import Seat, Shared, errands_of, share, whole_table
from llmagentos.fleet.table.errands import in_order
from llmagentos.fleet.table.seats import sides
from llmagentos.types import Action, Pose, Scene, SceneObject, Workspace

LEFT = Seat("left", (0.0, 0.0), 0.0, Workspace())
RIGHT = Seat("right", (0.0, -0.68), 0.0, Workspace())
FAR = Seat("far", (0.0, -1.36), 0.0, Workspace())
FACING = Seat("facing", (1.1, 0.0), math.pi, Workspace())
FAR_APART = LEFT, Seat("facing", (1.3, 0.0), math.pi, Workspace())


def thing(name: str, x: float, y: float) -> SceneObject:
    """A block."""
    return SceneObject(name, "block", "red", 0.04, 0.04, (x, y, 0.02))


def carried(name: str, x: float, y: float, support: str = "table") -> list[Action]:
    """A pick and a place."""
    return [Action("pick", name), Action("place", name, Pose((x, y, 0.0)), support)]


def shared(
    things: Sequence[SceneObject],
    actions: Sequence[Action],
    seats: Sequence[Seat] = (LEFT, RIGHT),
    only: tuple[str, ...] = (),
) -> Shared:
    """What comes of one hand's actions."""
    scene = Scene(tuple(things), 0.0, whole_table(seats))
    return share(errands_of([(a, scene) for a in actions], only), seats, scene)


def test_seats_know_their_side_of_the_table() -> None:
    assert sides([LEFT, RIGHT]) == {"left": "left", "right": "right"}
    assert sides([LEFT, RIGHT, FAR]) == {"left": "left", "right": "middle", "far": "right"}
    turned = Seat("far", (1.4, 0.0), math.pi, Workspace())
    assert sides([LEFT, turned]) == {"left": "front", "far": "back"}
    assert sides([LEFT, Seat("twin", (0.0, 0.01), 0.0, Workspace())]) == {}
    assert turned.own(0.9, 0.1) == pytest.approx((0.5, -0.1))
    assert turned.shared(*turned.own(0.9, 0.1)) == pytest.approx((0.9, 0.1))


def test_each_does_what_lies_on_its_side_in_its_own_frame() -> None:
    things = [thing("a", 0.4, 0.1), thing("b", 0.4, -0.8)]
    told = shared(things, [*carried("a", 0.5, 0.2), *carried("b", 0.5, -0.9)])
    assert {job.thing: job.robot for job in told.jobs} == {"a": "left", "b": "right"}
    pose = next(job for job in told.jobs if job.thing == "b").actions[1].pose
    assert pose is not None and pose.position == pytest.approx((0.5, -0.22, 0.0))
    assert not told.left and all(not job.after for job in told.jobs)


def test_what_one_alone_can_not_bring_is_handed_on_where_both_reach() -> None:
    told = shared([thing("a", 0.4, 0.1)], carried("a", 0.5, -0.8))
    assert [(j.robot, j.hands_to) for j in told.jobs] == [("left", "right"), ("right", "")]
    assert told.jobs[1].after == (told.jobs[0].id,)
    spot = told.jobs[0].actions[1].pose
    assert spot is not None and LEFT.reaches(spot.position) and RIGHT.reaches(spot.position)


def test_over_three_arms_it_goes_through_the_one_between() -> None:
    told = shared([thing("a", 0.4, 0.1)], carried("a", 0.5, -1.5), (LEFT, RIGHT, FAR))
    assert [j.robot for j in told.jobs] == ["left", "right", "far"]


def test_who_is_named_has_its_hands_on_it() -> None:
    near = shared([thing("a", 0.4, -0.8)], carried("a", 0.5, -0.9), only=("left",))
    assert list(near.left.values()) == [
        "left can't get the red block there, also not with the help of the others"
    ]
    told = shared([thing("a", 0.4, -0.8)], [Action("pick", "a")], only=("left",))
    assert [(j.robot, j.hands_to) for j in told.jobs] == [("right", "left"), ("left", "")]


def test_out_of_reach_is_said() -> None:
    assert list(shared([thing("a", 1.4, 0.1)], carried("a", 0.5, 0.2)).left.values()) == [
        "nobody reaches the red block"
    ]
    assert list(shared([thing("a", 0.4, 0.1)], carried("a", 1.5, 0.2)).left.values()) == [
        "nobody reaches where the red block shall go"
    ]
    apart = Seat("apart", (0.0, -2.0), 0.0, Workspace())
    told = shared([thing("a", 0.4, 0.1)], carried("a", 0.4, -2.0), (LEFT, apart))
    assert "no free spot that two of us reach" in next(iter(told.left.values()))


def test_only_what_must_waits() -> None:
    things = [thing("a", 0.4, 0.1), thing("b", 0.6, -0.8), thing("c", 0.4, -0.8)]
    scene = Scene(tuple(things), 0.0, whole_table([LEFT, RIGHT]))
    actions = [*carried("a", 0.5, -0.34), *carried("b", 0.5, -0.34, "a"), *carried("c", 0.6, -0.8)]
    made = in_order(errands_of([(a, scene) for a in actions]))
    assert [e.after for e in made] == [(), ("e0",), ("e1",)]  # onto a; to where b stood


def test_a_table_is_cut_into_homes_that_touch_nothing_of_others() -> None:
    cut = territories({"a": (0.0, 0.0), "b": (0.0, -0.68), "c": (0.0, -1.36)})
    for one, other in (("a", "b"), ("b", "c"), ("a", "c")):
        assert gap_m(cut[one].home, cut[other].home) > 0.3
    for name, others in (("a", "bc"), ("b", "ac"), ("c", "ab")):
        assert len(cut[name].zones) == (2 if name == "b" else 1)
        for zone in cut[name].zones:
            assert all(gap_m(zone, cut[other].home) >= 0.02 - 1e-9 for other in others)
    facing = territories({"a": (0.0, 0.0), "b": FACING.at_m})
    assert facing["a"].home.high[0] < facing["b"].home.low[0]
    areas = {"a": FAR_APART[0].area, "b": FAR_APART[1].area}
    wide = territories({"a": (0.0, 0.0), "b": (1.3, 0.0)})["a"].home
    cut = territories({"a": (0.0, 0.0), "b": (1.3, 0.0)}, areas=areas)
    assert cut["a"].home.high[0] > wide.high[0] + 0.1  # arms rest and work at home, too
    assert cut["a"].zones[0].high[0] > areas["a"].x_max + 0.1
    with pytest.raises(FleetError, match=r"0\.4 m apart or more, got 'a' and 'b' 0\.20 m apart"):
        territories({"a": (0.0, 0.0), "b": (0.0, 0.2)})
