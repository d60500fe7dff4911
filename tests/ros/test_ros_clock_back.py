"""A clock that is set back under a command, as a bag's loop or a simulator's reset does."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from lab.arms import PANDA
from lifecycle_msgs.msg import Transition
from llmagentos_msgs.action import ExecutePlan
from llmagentos_msgs.srv import PlanCommand
from llmagentos_ros import interface as table
from llmagentos_ros.agent import AgentNode
from llmagentos_ros.convert import joint_state_to_msg, to_seconds, to_time
from llmagentos_ros.executor import ExecutorNode
from llmagentos_ros.images import image_to_msg, info_to_msg
from llmagentos_ros.perception import PerceptionNode
from rclpy.action import ActionServer
from rclpy.callback_groups import ReentrantCallbackGroup
from stage import Stage

from llmagentos.types import RobotState

#: Limits that hold on a machine under load.
RELAXED = (
    "profile:=sim",
    "arm_interface:=topic",
    "gripper_interface:=topic",
    "joint_states_timeout_s:=10.0",
    "clock_timeout_s:=30.0",
    "scene_timeout_s:=10.0",
    "look_timeout_s:=20.0",
)
#: Moves for seconds: up, over there, down.
WAY = "point above [ the red block ]"


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Stage(ExecutorNode, RELAXED) as made:
        made.activate()
        yield made


@pytest.mark.parametrize("to_s", [0.0, 40.0])
def test_the_command_ends_the_arm_rests_and_the_next_one_works(stage: Stage, to_s: float) -> None:
    first = stage.perform(WAY)
    stage.wait(lambda: len(stage.positions) > 2 and stage.speed_radps > 0.2)
    stage.set_clock(to_s)
    ended = first.result()
    assert ended.status == "failed" and "the clock went back by" in ended.reply
    # Its own time: what the nodes take on a starved machine is a part of it.
    assert stage.now_s - to_s < 2.0
    stage.wait(lambda: stage.speed_radps < 0.01)
    again = stage.perform(WAY).result()
    assert again.status == "succeeded", again.reply


def test_a_clock_that_was_set_back_between_commands_is_followed(stage: Stage) -> None:
    assert stage.perform(WAY).result().status == "succeeded"
    stage.set_clock(0.0)
    stage.wait(lambda: stage.node.get_clock().now().nanoseconds < 50e9)  # it has heard of it
    again = stage.perform("home").result()
    assert again.status == "succeeded", again.reply


def test_a_transition_that_is_not_allowed_does_not_touch_a_motion(stage: Stage) -> None:
    running = stage.perform(WAY)
    stage.wait(lambda: len(stage.positions) > 2 and stage.speed_radps > 0.2)
    for number in (Transition.TRANSITION_CONFIGURE, Transition.TRANSITION_CLEANUP):
        assert not stage.transition(number)
    assert stage.state == "active"
    ended = running.result()
    assert ended.status == "succeeded", ended.reply


class Camera:
    """Pictures of an empty table from straight above, 1.2 m high, into a perception node."""

    def __init__(self, node: PerceptionNode) -> None:
        self.node = node
        self._rng = np.random.default_rng(0)
        self.sees = np.array([[200.0, 0.0, 80.0], [0.0, 200.0, 60.0], [0.0, 0.0, 1.0]])

    def look(self, stamp_s: float) -> None:
        stamp = to_time(stamp_s)
        state = joint_state_to_msg(RobotState(PANDA.home_rad, (0.0,) * 7, 0.08, stamp_s), PANDA, "")
        state.header.stamp = stamp
        self.node._on_joint_state(state)
        self.node._on_info(info_to_msg(self.sees, 160, 120, stamp, "camera"))
        depth = np.full((120, 160), 1.2, np.float32)
        self.node._on_depth(image_to_msg(depth, "32FC1", stamp, "camera"))
        grey = self._rng.integers(90, 110, (120, 160, 3)).astype(np.uint8)
        self.node._on_color(image_to_msg(grey, "rgb8", stamp, "camera"))


def test_perception_sees_again_when_pictures_begin_anew() -> None:
    place = ["camera_position:=[0.5, 0.0, 1.2]", "camera_quaternion:=[1.0, 0.0, 0.0, 0.0]"]
    with Stage(PerceptionNode, place) as stage:
        stage.activate()
        camera = Camera(stage.node)
        for stamp_s in (200.0, 200.2, 0.1, 0.3, 0.5):
            if abs(stamp_s - stage.node.now_s) > 5.0:
                stage.set_clock(stamp_s)
                stage.wait(lambda at_s=stamp_s: abs(stage.node.now_s - at_s) < 1.0)
            camera.look(stamp_s)
        assert stage.node.health()[2]["looks"] == 5, stage.node.health()
        assert to_seconds(stage.node._latest.header.stamp) == pytest.approx(0.5)


@pytest.mark.parametrize("while_it", ["thinks", "looks"])
def test_a_command_that_has_not_moved_yet_ends_too(while_it: str) -> None:
    relaxed = ["look_timeout_s:=30.0", "node_timeout_s:=60.0", "plan_timeout_s:=300.0"]
    with Stage(AgentNode, relaxed, ("perception", "planner", "executor")) as stage:
        asked, over = threading.Event(), threading.Event()

        def think(request: PlanCommand.Request, answer: PlanCommand.Response) -> Any:
            asked.set()
            stage.wait(over.is_set)
            return answer

        stage.world.create_service(
            PlanCommand, table.PLAN_COMMAND.name, think, callback_group=ReentrantCallbackGroup()
        )
        ActionServer(stage.world, ExecutePlan, table.EXECUTE_PLAN.name, lambda goal: None)
        stage.activate()
        stage.wait(lambda: stage.node._scenes.age.seen)
        stage.scenes_run = while_it == "thinks"
        if while_it == "looks":
            later_s = stage.now_s + 10.0  # the last picture is too old then
            stage.set_clock(later_s)
            stage.wait(lambda: stage.node.now_s >= later_s)
        command = stage.say("go home")
        if while_it == "thinks":
            stage.wait(asked.is_set)
        else:
            stage.wait(stage.node._busy.locked)
        stage.set_clock(0.0)
        ended = command.result()
        over.set()
        assert ended.status == "failed" and "the clock went back by" in ended.reply, ended.reply
        assert stage.now_s < 2.0
        assert not stage.node._busy.locked()
