"""An arm on a base, as one body in one world: it fetches things with eyes, wheels, lift and fingers, and
the simulator's truth says where they are then."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pytest

from llmagentos.agent import Agent
from llmagentos.errors import RobotError, StoppedError
from llmagentos.lang import codec
from llmagentos.ports.driving import Lift
from llmagentos.ports.modules import PlanningModule, PlanRequest, PlanResult
from llmagentos.robots.bases import load_base
from llmagentos.safety.gated_lift import GatedLift
from llmagentos.safety.permit import Permit
from llmagentos.safety.runner import Supervisor
from llmagentos.safety.signals import Reset, Stop
from llmagentos.types import MapPose
from sim.flats.spec import FlatSpec
from sim.flats.world import FlatWorld

FLAT = {
    "base": "rover_xarm7",
    "start": [1.0, 1.2, 0.0],
    "person": [1.0, 1.6, 1.57],
    "rooms": [
        {"name": "hall", "x": [0, 3], "y": [0, 3.4]},
        {"name": "kitchen", "x": [3, 6.2], "y": [0, 3.4]},
    ],
    "doors": [{"at": [3, 1.2], "width": 1.0}],
    "furniture": [
        {"kind": "table", "at": [4.8, 2.4], "size": [1.2, 0.7]},
        {"kind": "coffee table", "at": [1.2, 2.9], "size": [1.0, 0.6]},
        {"kind": "stove", "at": [5.8, 0.4], "height": 1.06},
    ],
    "objects": [
        {"kind": "cup", "color": "red", "stands_on": "table", "position": [-0.3, -0.2]},
        {"kind": "block", "color": "blue", "stands_on": "table", "position": [0.2, 0.0]},
        {"kind": "can", "color": "yellow", "stands_on": "stove", "position": [0.0, 0.17]},
    ],
}


class Notation(PlanningModule):
    """Reads the command as the plan's own notation."""

    def plan(self, request: PlanRequest) -> PlanResult:
        return PlanResult(codec.parse(request.command), request.command)


@pytest.fixture(scope="module")
def shared() -> Iterator[Agent]:
    with Agent.in_simulation(FLAT, planning=Notation()) as agent:
        yield agent


@pytest.fixture
def agent(shared: Agent) -> Agent:
    robot: Any = shared.robot
    robot.supervisor.tell(Reset("tester"))
    shared.reset()
    return shared


def world(agent: Agent) -> FlatWorld:
    robot: Any = agent.robot
    made: FlatWorld = robot.simulation.world
    return made


def aside_m(base: FlatWorld) -> float:
    """How far the hand is from the base's middle, over the floor."""
    assert base.body.arm is not None
    (x, y, _), _ = base.body.arm.tip_pose()
    return math.hypot(x - base.truth.x_m, y - base.truth.y_m)


def test_it_brings_a_cup_from_another_room_to_the_person(agent: Agent) -> None:
    base, robot = world(agent), agent.robot
    out: list[float] = []
    driver: Any = robot.driver  # type: ignore[union-attr]

    def watch() -> None:
        if driver.odometry().velocity.forward_mps > 0.05:
            out.append(aside_m(base))

    driver.observers.append(watch)
    result = agent.command("bring [ the red cup ]")
    driver.observers.remove(watch)
    assert result.status == "succeeded", result.reply
    assert "I put it on the coffee table" in result.reply
    (x, y, z), _ = base.object_pose("red_cup")
    assert abs(x - 1.2) < 0.5 and abs(y - 2.9) < 0.3, "on the coffee table, by the simulator"
    assert z == pytest.approx(0.42 + 0.04, abs=0.01) and result.held is None
    assert not base.contacts
    assert max(out) < base.spec.radius_m, "the arm is folded while it drives"
    (row,) = [o for o in result.objects if o["id"] == "red_cup"]
    assert row["position"][:2] == pytest.approx([x, y])


def test_what_is_too_high_for_its_lift_is_told(agent: Agent) -> None:
    base = world(agent)
    before = base.object_pose("yellow_can")[0]
    result = agent.command('bring [ the yellow can ] from "stove" to "table"')
    assert not result.ok and "cm too high for my arm" in result.reply
    assert base.object_pose("yellow_can")[0] == pytest.approx(before, abs=0.01)
    assert not base.contacts


def test_a_stop_while_the_arm_moves_stops_both_and_keeps_what_is_held(agent: Agent) -> None:
    base = world(agent)
    assert agent.command('goto "table"').status == "succeeded"
    assert agent.begin("pick [ the red cup ]") is None
    while base.held_truth() is None:
        assert agent.step() is None
    for _ in range(3):
        assert agent.step() is None
    robot: Any = agent.robot
    robot.supervisor.post(Stop("tester", "test"))
    result = None
    while result is None:
        result = agent.step()
    assert result.status == "failed" and result.held == "red_cup"
    assert base.arm is not None and max(map(abs, base.arm.state().velocities)) < 0.02
    assert base.body.velocity.forward_mps == pytest.approx(0.0, abs=0.005)
    refused = agent.command('goto "hall"')
    assert refused.status == "refused"


def test_one_body_whose_arm_and_camera_ride_the_lift() -> None:
    made = FlatWorld(FlatSpec.from_dict(FLAT), renderer="tiny", exact=True)
    try:
        assert made.body.arm is not None and made.body.body == made.body.arm.body
        low = made.body.arm.tip_pose()[0][2], made.capture(160, 120).base_from_camera[2, 3]
        assert made.raise_to(9.0) == made.spec.lift.highest_m  # type: ignore[union-attr]
        for _ in range(160):
            made.advance()
        high = made.body.arm.tip_pose()[0][2], made.capture(160, 120).base_from_camera[2, 3]
        rise = 0.95 - 0.40
        assert [b - a for a, b in zip(low, high, strict=True)] == pytest.approx(
            [rise, rise], abs=0.01
        )
        at = made.truth
        assert made.arm is not None
        home = made.arm.state().positions
        made.arm.send_joint_positions([home[0] + 0.05, *home[1:]])
        for _ in range(60):
            made.arm.advance()
        assert made.truth.distance_m(at) < 0.002, "the brakes hold while the arm moves"
        assert made.now_s > 8.0 and isinstance(made, Lift)
    finally:
        made.close()


def test_the_lift_needs_the_lease(agent: Agent) -> None:
    base = world(agent)
    supervisor = Supervisor(lambda: base.now_s)
    supervisor.arm("tester")
    gated = GatedLift(base, Permit(supervisor))
    height = base.height_m
    with pytest.raises(StoppedError):
        gated.raise_to(height + 0.2)
    base.advance()
    assert base.height_m == pytest.approx(height, abs=0.002)
    gated.permit.begin()  # type: ignore[union-attr]
    assert gated.raise_to(height + 0.02) == pytest.approx(height + 0.02)
    gated.permit.end()  # type: ignore[union-attr]


def test_an_arm_needs_a_link_and_a_lift_on_its_base(tmp_path: Any) -> None:
    spec = load_base("rover_xarm7")
    assert spec.arm == "xarm7" and load_base("rover").arm == ""
    text = (spec.folder / "robot.yaml").read_text(encoding="utf-8")
    urdf = (spec.folder / spec.urdf).read_text(encoding="utf-8")
    for broken, why in (
        (text.replace("mount_link: platform\n", ""), "expected lift and mount_link"),
        (
            text.replace("mount_link: platform", "mount_link: shelf"),
            "mount_link: expected a name of",
        ),
        (text.replace("highest_m: 0.95", "highest_m: 0.2"), "expected highest_m over lowest_m"),
    ):
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        (folder / "robot.yaml").write_text(broken, encoding="utf-8")
        (folder / spec.urdf).write_text(urdf, encoding="utf-8")
        with pytest.raises(RobotError, match=why):
            load_base(folder)


def test_it_says_where_it_stands_with_an_arm(agent: Agent) -> None:
    row = agent.command('goto "kitchen"').to_json()["base"]
    assert row["room"] == "kitchen"
    assert MapPose(*row["pose"]).distance_m(MapPose(*row["true_pose"])) < 0.1
