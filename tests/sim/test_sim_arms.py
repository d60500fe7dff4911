"""Several arms in one world: scenes that name them, drivers in their own frames, and two that work side by side."""

from __future__ import annotations

import math

import numpy as np
import pytest

from benchmarks.two_arms import BASE_Y_M, HALVES, Run, run, scene_of, table
from llmagentos.errors import DriverError, SceneError
from llmagentos.types import Action
from sim.arms import Arms
from sim.scene import SceneSpec
from sim.side_by_side import SideBySide
from sim.world import SimWorld

TWO = {
    "robots": [{"name": "left"}, {"name": "far", "position": [1.1, 0.0], "yaw": math.pi}],
    "objects": [
        {"kind": "block", "color": "red", "position": [0.45, 0.1], "yaw": 0.2},
        {"kind": "block", "color": "blue", "position": [0.9, 0.2]},
    ],
}


def test_scenes_name_several_arms() -> None:
    scene = SceneSpec.from_dict(TWO)
    assert [place.name for place in scene.robots] == ["left", "far"]
    assert SceneSpec.from_dict(scene.to_dict()).to_dict() == scene.to_dict()
    assert scene.top_m[1] > 1.15  # the table goes on under the far one
    assert SceneSpec.from_dict({"objects": []}).top_m == SceneSpec().top_m


@pytest.mark.parametrize(
    ("robots", "problem"),
    [
        ([{"name": "a"}, {"name": "a", "position": [1, 0]}], "every name once, got 'a'"),
        ([{"name": "a", "position": [1, 0]}], r"'a', the first one, at \[0, 0\]"),
        ([{"name": "a"}, {"name": "b", "robot": "hal", "position": [1, 0]}], "robots: b: "),
        ([{"name": "a"}, {"name": "b", "position": [math.nan, 0]}], "finite numbers for 'b'"),
    ],
)
def test_arms_that_cannot_be_are_said(robots: list[dict[str, object]], problem: str) -> None:
    with pytest.raises(SceneError, match=problem):
        SceneSpec.from_dict({"robots": robots, "objects": []})


def test_each_arm_sees_and_moves_in_the_frame_of_its_base() -> None:
    world = SimWorld(SceneSpec.from_dict(TWO), renderer="tiny")
    try:
        arms = Arms(world)
        left, far = arms.drivers["left"], arms.drivers["far"]
        own = {o.id: o for o in far.scene().objects}
        assert own["red_block"].position[:2] == pytest.approx((0.65, -0.1), abs=2e-3)
        assert own["blue_block"].position[:2] == pytest.approx((0.2, -0.2), abs=2e-3)
        goal = np.array(far.state().positions)
        goal[0] += 0.1
        before = left.state().positions
        for share in np.linspace(0, 1, 30):
            far.send_joint_positions((goal - [0.1 * (1 - share), *[0.0] * 6]).tolist())
            for driver in (left, far):
                driver.advance()
            arms.step()
        assert far.state().positions[0] == pytest.approx(goal[0], abs=0.01)
        assert left.state().positions == pytest.approx(before, abs=1e-3)
        x, y, _ = far.body.tip_pose()[0]
        assert (x, y) == pytest.approx((1.1 - 0.232, -0.023), abs=0.01)
        far.advance()
        with pytest.raises(
            DriverError, match="a step of all arms after each period, got far again"
        ):
            far.advance()
        with pytest.raises(DriverError, match="one arm in a world to copy, got 2"):
            world.fork()
        with (
            pytest.raises(DriverError, match="one arm to try things out with, got 2"),
            world.what_if(),
        ):
            pass
        world.reset()
        assert far.state().positions == pytest.approx(before, abs=0.01)
    finally:
        world.close()


def test_two_arms_share_the_work_and_never_touch() -> None:
    two = run(1, 2, blocks=2)
    assert two.sorted == two.blocks == 2 and not two.failed
    assert 0.02 <= two.gap_m < 0.3  # the margin of the claims, at least
    assert "| 2 | 1 |" in table([two])
    facing = run(1, 2, blocks=2, facing=True)
    assert facing.sorted == 2 and not facing.failed
    assert 0.02 <= facing.gap_m < 0.3


def test_without_claims_two_arms_do_come_near() -> None:
    """Else the test above shows nothing: the same two arms, both sent to the middle at once."""
    scene, _ = scene_of(1, 2, 2)
    jobs = {}
    for item in scene.objects:
        item.position = (0.45, 0.08 if item.position[1] > -0.3 else BASE_Y_M - 0.08)
    one, other = scene.objects
    one.position, other.position = (0.5, -0.28), (0.5, -0.40)
    jobs = {
        "left": [Action("pick", object_id=one.id)],
        "right": [Action("pick", object_id=other.id)],
    }
    least = {}
    for claims in (True, False):
        world = SimWorld(scene, renderer="tiny")
        try:
            side = SideBySide(world, HALVES)
            if not claims:
                for context in side.contexts.values():
                    context.arm.ways = None
            least[claims] = side.run(jobs).gap_m
        finally:
            world.close()
    assert least[False] < 0.02 < least[True]


def test_the_table_says_the_ratio_and_who_touched() -> None:
    runs = [Run(0, 1, 8, 80.0, 0.3, 0.0, 8, ()), Run(0, 2, 8, 48.0, -0.001, 5.0, 7, ("left: ...",))]
    said = table(runs)
    assert "two arms take 0.60 of one arm's time" in said
    assert "runs in which arms touched: 1" in said
