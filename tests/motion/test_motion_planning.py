"""Collision checks and ways around, over and between objects."""

from __future__ import annotations

import math

import numpy as np
import pytest

from llmagentos.errors import CollisionError
from llmagentos.motion.kinematics import Kinematics
from llmagentos.motion.planning import (
    InHand,
    Obstacles,
    check_free,
    moving_body,
    plan_straight,
    plan_transit,
)
from llmagentos.motion.solids import Box, Disc, geometry_of, gripper_prisms, object_prisms, overlap
from llmagentos.robots import ArmSpec
from llmagentos.types import Pose, Scene, SceneObject


def thing(
    name: str, kind: str, size: float, x: float, y: float, z0: float = 0.0, yaw: float = 0.0
) -> SceneObject:
    bare = SceneObject(name, kind, "red", size, 0.1, (x, y, 0.0))
    height = geometry_of(bare).height_m
    return SceneObject(name, kind, "red", size, height, (x, y, z0 + height / 2), yaw)


def test_prisms_overlap() -> None:
    box = Box(0.0, 0.0, 0.02, 0.01, 0.0, 0.0, 0.1)
    assert overlap(box, Disc(0.03, 0.0, 0.011, 0.05, 0.2))
    assert not overlap(box, Disc(0.03, 0.0, 0.009, 0.05, 0.2))
    assert overlap(Disc(0.03, 0.0, 0.009, 0.05, 0.2), box, margin_m=0.002)
    assert not overlap(box, Disc(0.0, 0.0, 0.011, 0.1, 0.2)), "it stands on it"
    assert not overlap(box, Box(0.0, 0.021, 0.01, 0.02, math.pi / 2, 0.0, 0.1))
    assert overlap(box, Box(0.0, 0.02, 0.02, 0.02, 0.3, 0.0, 0.1))
    assert overlap(Disc(0, 0, 0.02, 0, 1), Disc(0.03, 0, 0.011, 0, 1))
    ring = Disc(0.0, 0.0, 0.06, 0.0, 0.1, hole=0.05)
    assert not overlap(ring, Disc(0.01, 0.0, 0.03, 0.0, 0.1))
    assert overlap(ring, Disc(0.025, 0.0, 0.03, 0.0, 0.1))
    assert not overlap(box, ring) and overlap(Box(0.04, 0, 0.02, 0.01, 0, 0, 0.1), ring)


def test_a_zone_is_in_nobodys_way_and_unknown_kinds_are_cylinders() -> None:
    assert object_prisms(thing("z", "zone", 0.12, 0.5, 0.0)) == []
    thing_ = object_prisms(SceneObject("d", "thing", "yellow", 0.08, 0.07, (0.5, 0.0, 0.035)))
    assert thing_ == [Disc(0.5, 0.0, 0.04, 0.0, pytest.approx(0.07))]


@pytest.mark.parametrize(
    "kind, size", [("bowl", 0.14), ("plate", 0.2), ("cup", 0.08), ("box", 0.14)]
)
def test_the_inside_of_a_vessel_is_free_and_its_wall_is_not(kind: str, size: float) -> None:
    vessel = thing("v", kind, size, 0.5, 0.0)
    g = geometry_of(vessel)
    solids = Obstacles((("v", tuple(object_prisms(vessel))),))
    finger = Disc(0.5, 0.0, 0.008, g.height_m * 0.6, 0.3)
    assert solids.hit([finger]) is None
    at_wall = Disc(0.5 + g.rim_radius_m, 0.0, 0.008, g.height_m * 0.6, 0.3)
    assert solids.hit([at_wall]) == "v"
    through_floor = Disc(0.5, 0.0, 0.008, g.floor_m * 0.5, 0.3)
    assert solids.hit([through_floor]) == "v"


def test_the_hand_is_wide_across_the_fingers(spec: ArmSpec) -> None:
    tall = Disc(0.5, 0.065, 0.005, 0.0, 0.1)
    assert any(overlap(p, tall) for p in gripper_prisms(spec, Pose((0.5, 0.0, 0.02), 0.0), 0.08))
    assert not any(
        overlap(p, tall) for p in gripper_prisms(spec, Pose((0.5, 0.0, 0.02), math.pi / 2), 0.08)
    )


def test_fingers_below_the_table_are_refused(spec: ArmSpec) -> None:
    with pytest.raises(CollisionError, match="table"):
        check_free(Pose((0.5, 0.0, 0.005)), Obstacles(), moving_body(spec, 0.0), "the goal")


def test_what_is_held_keeps_its_place_in_the_hand() -> None:
    bowl = thing("b", "bowl", 0.12, 0.5, 0.1, yaw=0.4)
    tip = Pose((0.5575, 0.1, 0.04), math.pi / 2)
    in_hand = InHand.of(bowl, tip)
    again = in_hand.object_at(tip)
    np.testing.assert_allclose(again.position, bowl.position, atol=1e-12)
    assert again.yaw == pytest.approx(bowl.yaw) and again.held
    moved = in_hand.tip_for(0.4, -0.2, 0.01, -0.7)
    there = in_hand.object_at(moved)
    np.testing.assert_allclose(there.position[:2], (0.4, -0.2), atol=1e-12)
    assert there.bottom_z == pytest.approx(0.01)
    assert there.yaw == pytest.approx(0.4 - math.pi / 2 - 0.7)


def test_transit_goes_over_a_tower(kinematics: Kinematics) -> None:
    tower = [thing(f"t{i}", "block", 0.06, 0.5, 0.0, 0.06 * i) for i in range(3)]
    obstacles = Obstacles.of(Scene(tuple(tower)))
    start = kinematics.solve(Pose((0.5, -0.2, 0.03), math.pi / 2))
    held = InHand.of(thing("h", "can", 0.05, 0.5, -0.2), Pose((0.5, -0.2, 0.05), math.pi / 2))
    body = moving_body(kinematics.spec, 0.05, held)
    goal = Pose((0.5, 0.2, 0.05), math.pi / 2)
    paths = plan_transit(kinematics, start, goal, obstacles, body)
    for path in paths:
        for q in path.joints:
            tip = kinematics.tip_pose(q)
            assert obstacles.hit(body(tip), 0.0) in (None, "table"), tip
    assert max(float(p.tool[:, 2].max()) for p in paths) > 0.18
    np.testing.assert_allclose(paths[-1].tool[-1], goal.position, atol=1e-5)


def test_a_blocked_goal_and_a_blocked_lane_are_errors(kinematics: Kinematics) -> None:
    obstacles = Obstacles.of(Scene((thing("can", "can", 0.06, 0.5, 0.0),)))
    start = kinematics.solve(Pose((0.5, -0.2, 0.03)))
    with pytest.raises(CollisionError, match=r"the goal to be free .* got can"):
        plan_transit(
            kinematics,
            start,
            Pose((0.5, 0.05, 0.03)),
            obstacles,
            moving_body(kinematics.spec, 0.04),
        )
    with pytest.raises(CollisionError, match="straight way"):
        goal = Pose((0.5, 0.2, 0.03))
        plan_straight(kinematics, start, [goal], obstacles, moving_body(kinematics.spec, 0.0))


def test_held_and_ignored_objects_are_no_obstacles() -> None:
    import dataclasses

    held = dataclasses.replace(thing("h", "block", 0.04, 0.5, 0.0), held=True)
    scene = Scene((held, thing("i", "block", 0.04, 0.6, 0.0), thing("o", "block", 0.04, 0.4, 0.0)))
    assert [name for name, _ in Obstacles.of(scene, ["i"]).solids] == ["o"]


def test_a_far_corner_behind_a_tower_is_reached_by_a_slanted_way(kinematics: Kinematics) -> None:
    tower = tuple(thing(f"t{i}", "block", 0.04, 0.5, 0.17, 0.04 * i) for i in range(8))
    body = moving_body(
        kinematics.spec, 0.05, InHand(thing("h", "block", 0.05, 0, 0), 0, 0, 0.03, 0)
    )
    obstacles = Obstacles.of(Scene(tower))
    for start, goal in (((0.4, 0.0), (0.7, 0.31)), ((0.7, 0.31), (0.4, 0.0))):
        joints = kinematics.solve(Pose((*start, 0.1), 0.0))
        end = Pose((*goal, 0.03), 0.0)
        paths = plan_transit(kinematics, joints, end, obstacles, body)
        assert np.allclose(paths[-1].tool[-1], end.position, atol=1e-3)
        for at in np.vstack([path.tool for path in paths]):
            assert obstacles.hit(body(Pose(tuple(at), 0.0))) is None
