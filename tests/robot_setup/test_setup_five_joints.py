"""Arms of five joints: one that nobody has prepared works, others are refused with a reason."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from robot_setup import urdfs

from llmagentos.agent import Agent
from llmagentos.errors import RobotError
from llmagentos.motion.kinematics import Kinematics
from llmagentos.motion.planning import Obstacles, moving_body, plan_transit
from llmagentos.motion.trajectory import time_path
from llmagentos.robot_setup.check import home_finding, trips_finding
from llmagentos.robot_setup.draft import draft
from llmagentos.robot_setup.drafts import Draft
from llmagentos.robot_setup.few_joints import built_fault
from llmagentos.robot_setup.tree import read_tree
from llmagentos.robot_setup.writing import write_folder
from llmagentos.robots import load
from llmagentos.safety.gate import MotionGate
from llmagentos.safety.limits import motion_limits
from llmagentos.types import Pose, RobotState


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Draft, Path]:
    place = tmp_path_factory.mktemp("arms")
    drafted = draft(read_tree(urdfs.written(place, urdfs.robot(urdfs.five(radps=6.0)))))
    write_folder(drafted, place / "five", "stranger.urdf")
    return drafted, place / "five"


def test_no_way_over_the_work_area_is_stopped_by_the_gate(made: tuple[Draft, Path]) -> None:
    """Its joints are fast: where the lean had a kink, they were to turn harder than they may."""
    spec = load(made[1])
    kinematics, limits, area = Kinematics(spec), motion_limits(spec, "sim"), spec.workspace
    assert limits.velocity_radps[0] > 5 and spec.lean_rad
    rng, joints, leaning = np.random.default_rng(7), kinematics.home, 0.0
    body = moving_body(spec, 0.02)
    for _ in range(12):
        x, y = rng.uniform(area.x_min, area.x_max), rng.uniform(area.y_min, area.y_max)
        goal = Pose((float(x), float(y), 0.02 * area.scale + spec.lowest_tip_m))
        goal = Pose(goal.position, kinematics.best_yaw(goal))
        for path in plan_transit(kinematics, joints, goal, Obstacles(), body, 0.05 * area.scale):
            gate = MotionGate.of(spec, "sim", kinematics.tip_position)
            for q in time_path(path, limits, 0.01).positions:  # raises where it is refused
                gate.check(q.tolist(), RobotState(tuple(joints), (0.0,) * 5, 0.0, 0.0), 0.01)
                joints = q
            leaning = max(leaning, *(kinematics.lean(Pose(tuple(p))) for p in path.tool.tolist()))
    assert leaning > 0.1, "some ways lead to where the hand leans"


def test_nothing_is_left_to_ask_and_the_way_it_faces_is_told(made: tuple[Draft, Path]) -> None:
    drafted, folder = made
    assert drafted.questions == []
    assert "turned by -1.57 rad against base: the arm faces that way" in drafted.notes["base_link"]
    spec = load(folder)
    assert spec.base_link == "stranger_base" and built_fault(spec) == ""
    area = spec.workspace
    assert area.x_min > 0 and area.y_min == -area.y_max, "ahead of it, to both sides alike"
    assert 0.25 <= area.scale < 1, "a small table has small things on it"
    assert trips_finding(spec).well and home_finding(spec).well


def test_a_jaw_is_on_the_side_that_it_opens_to(made: tuple[Draft, Path]) -> None:
    """Its pivot lies on the roll's axis, which says nothing."""
    spec = load(made[1])
    ends = [p for p in spec.hand[-1].parts if p.side]
    assert {p.side for p in ends} == {-1, 1} and all(p.y_m * p.side > 0 for p in ends)
    assert spec.fixed_face_m is not None


def test_it_puts_a_block_into_a_bowl(made: tuple[Draft, Path]) -> None:
    area = load(made[1]).workspace
    x = round(0.7 * area.x_min + 0.3 * area.x_max, 3)
    y = round(0.6 * area.y_max, 3)
    scene = {
        "robot": str(made[1]),
        "objects": [
            {"kind": "block", "color": "red", "position": [x, y]},
            {"kind": "bowl", "color": "blue", "position": [x, -y]},
        ],
    }
    agent = Agent.in_simulation(scene)
    try:
        result = agent.command("put the red block in the blue bowl")
        truth = {o["kind"]: o["position"] for o in agent.robot.objects()}
    finally:
        agent.destroy()
    assert result.status == "succeeded", result
    assert np.hypot(*np.subtract(truth["block"], truth["bowl"])[:2]) < 0.04 * area.scale


@pytest.mark.parametrize(
    ("arm", "why"),
    [
        (urdfs.five(roll_axis="1 0 0"), "roll does not turn the hand in the plane"),
        (urdfs.five(roll_axis="0 0 1"), "expected the last of five joints to turn the hand about its own axis"),
        (urdfs.five().replace('<axis xyz="1 0.00001 0"/>', '<axis xyz="0 1 0"/>'),
         "elbow does not bend in the plane of the others"),
        (urdfs.five().replace('name="roll" type="revolute"', 'name="roll" type="fixed"'),
         "expected at least 5 turning joints"),
    ],
)  # fmt: skip
def test_other_arms_of_few_joints_are_refused_with_a_reason(
    tmp_path: Path, arm: str, why: str
) -> None:
    with pytest.raises(RobotError, match=why):
        draft(read_tree(urdfs.written(tmp_path, urdfs.robot(arm))))
