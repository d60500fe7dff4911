"""Which way commands go: our topics, or control_msgs' actions.

control_msgs has no wheel, so its two actions are stand-ins with the fields that ours are filled
with; on a robot the real ones take their place.
"""

from __future__ import annotations

import importlib.machinery
import sys
import types
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from action_msgs.msg import GoalStatus
from llmagentos_ros import outputs
from trajectory_msgs.msg import JointTrajectory

from llmagentos.errors import DriverError


class Future:
    """Done at once."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def result(self) -> Any:
        return self._value

    def add_done_callback(self, callback: Callable[[Any], None]) -> None:
        callback(self)


class Server:
    """An action's other side: keeps the goals, answers as it is told."""

    def __init__(self, node: Any, kind: Any, name: str, **options: Any) -> None:
        self.kind, self.name, self.goals, self.ready = kind, name, [], True
        self.accepts, self.status, self.words = True, GoalStatus.STATUS_CANCELED, ""

    def server_is_ready(self) -> bool:
        return self.ready

    def send_goal_async(self, goal: Any) -> Future:
        self.goals.append(goal)
        result = SimpleNamespace(error_string=self.words, error_code=-4)
        answer = Future(SimpleNamespace(status=self.status, result=result))
        return Future(SimpleNamespace(accepted=self.accepts, get_result_async=lambda: answer))


class Node:
    """What the outputs ask of a node."""

    group = None

    def __init__(self, listeners: int = 1) -> None:
        self.sent: list[Any] = []
        self._listeners, self.kept = listeners, 0

    def publisher(self, topic: Any, needs_reader: Any = None) -> Any:
        return SimpleNamespace(
            publish=self.sent.append, get_subscription_count=lambda: self._listeners
        )

    def keep(self, thing: Any, destroy: Any) -> Any:
        self.kept += 1
        return thing


@pytest.fixture
def control_msgs(monkeypatch: pytest.MonkeyPatch) -> None:
    """control_msgs as installed on a robot, as far as we use it."""
    package, actions = types.ModuleType("control_msgs"), types.ModuleType("control_msgs.action")
    package.__spec__ = importlib.machinery.ModuleSpec("control_msgs", None)
    command = lambda: SimpleNamespace(position=0.0, max_effort=0.0)  # noqa: E731
    actions.GripperCommand = SimpleNamespace(  # type: ignore[attr-defined]
        Goal=lambda: SimpleNamespace(command=command())
    )
    actions.FollowJointTrajectory = SimpleNamespace(  # type: ignore[attr-defined]
        Goal=lambda: SimpleNamespace(trajectory=None)
    )
    monkeypatch.setitem(sys.modules, "control_msgs", package)
    monkeypatch.setitem(sys.modules, "control_msgs.action", actions)
    monkeypatch.setattr(outputs, "SafeActionClient", Server)


@pytest.mark.parametrize("interface", ["auto", "topic"])
def test_without_control_msgs_there_are_the_topics(interface: str) -> None:
    node = Node()
    outputs.ArmOutput(node, interface, "arm").send(JointTrajectory())
    outputs.GripperOutput(node, interface, "hand", lambda width_m: width_m / 2).send(0.04, 20.0)
    assert isinstance(node.sent[0], JointTrajectory)
    assert (node.sent[1].width, node.sent[1].force) == (0.04, 20.0)


def test_without_control_msgs_an_action_cannot_be_had() -> None:
    with pytest.raises(DriverError, match="expected control_msgs"):
        outputs.GripperOutput(Node(), "action", "hand", lambda width_m: width_m / 2)
    with pytest.raises(DriverError, match="expected one of auto, topic, action"):
        outputs.ArmOutput(Node(), "telepathy", "arm")


def test_gripper_goals_are_one_fingers_position(control_msgs: None) -> None:
    node = Node()
    out = outputs.GripperOutput(node, "auto", "hand", lambda width_m: width_m / 2)
    out.send(0.06, 15.0)
    goal = out._client.goals[0]
    assert (goal.command.position, goal.command.max_effort) == (0.03, 15.0)
    assert node.sent == [] and node.kept == 1
    out._client.ready = False  # no such server: the topic
    out.send(0.06, 15.0)
    assert len(node.sent) == 1


def test_the_arm_takes_the_topic_where_a_controller_listens(control_msgs: None) -> None:
    node = Node(listeners=1)
    out = outputs.ArmOutput(node, "auto", "arm")
    out.send(JointTrajectory())
    assert len(node.sent) == 1 and out._client.goals == []
    deaf = Node(listeners=0)
    out, msg = outputs.ArmOutput(deaf, "auto", "arm"), JointTrajectory(joint_names=["a"])
    out.send(msg)
    assert deaf.sent == [] and out._client.goals[0].trajectory is msg
    assert out.problem == ""  # a goal that was replaced is no trouble


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"accepts": False}, "refused"),
        ({"status": GoalStatus.STATUS_ABORTED, "words": "path tolerance"}, "path tolerance"),
        ({"status": GoalStatus.STATUS_ABORTED}, "error -4"),
    ],
)
def test_a_controller_that_says_no_is_heard(
    control_msgs: None, change: dict[str, Any], why: str
) -> None:
    out = outputs.ArmOutput(Node(), "action", "arm")
    for name, value in change.items():
        setattr(out._client, name, value)
    out.send(JointTrajectory())
    assert why in out.problem
    out.clear()
    assert out.problem == ""
