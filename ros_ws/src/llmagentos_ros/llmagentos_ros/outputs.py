# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
Where joint and gripper commands go: topics, or control_msgs' actions where a robot offers them.

Knows: FollowJointTrajectory, GripperCommand, and when each is taken. Does not know: what is
commanded. control_msgs is looked for at run time; without it there are the topics.

The arm's commands are a stream that is decided anew every period. A controller takes that on its
topic; where nobody listens on the topic, every window of points is a goal that replaces the one
before. An action also says no, and why: `problem` tells, and motion stops.
"""

from __future__ import annotations

from collections.abc import Callable
import importlib
import importlib.util
from typing import Any

from action_msgs.msg import GoalStatus
from llmagentos.errors import DriverError
from llmagentos_msgs.msg import GripperCommand
from llmagentos_ros import interface as table
from llmagentos_ros.actions import SafeActionClient
from trajectory_msgs.msg import JointTrajectory

INTERFACES = ('auto', 'topic', 'action')


def action_client(node: Any, interface: str, kind: str, name: str) -> Any:
    """
    Make a client of one of control_msgs' actions; None where the topic is meant.

    Raises DriverError for an unknown interface, or an action without control_msgs.
    """
    if interface not in INTERFACES:
        raise DriverError(f'expected one of {", ".join(INTERFACES)}, got {interface!r}')
    if interface == 'topic':
        return None
    if importlib.util.find_spec('control_msgs') is None:
        if interface == 'action':
            raise DriverError(f'expected control_msgs for {kind}, got none: use the topic')
        return None
    made = SafeActionClient(
        node,
        getattr(importlib.import_module('control_msgs.action'), kind),
        name,
        callback_group=node.group,
    )
    node.keep(made, lambda client: client.destroy())
    return made


class ArmOutput:
    """Sends joint trajectories. interface: auto takes the topic if a controller listens there."""

    def __init__(self, node: Any, interface: str, action: str) -> None:
        self._always = interface == 'action'
        self._client: Any = None
        self._topic = node.publisher(table.TRAJECTORY, lambda: not self._takes_action())
        self._client = action_client(node, interface, 'FollowJointTrajectory', action)
        self._goal: Callable[[], Any] | None = None
        if self._client is not None:
            kinds = importlib.import_module('control_msgs.action')
            self._goal = kinds.FollowJointTrajectory.Goal
        #: Why the controller refused or gave up, or "".
        self.problem = ''

    def send(self, msg: JointTrajectory) -> None:
        """Replace what the arm is to do next."""
        if self._goal is None or not self._takes_action():
            self._topic.publish(msg)
            return
        goal = self._goal()
        goal.trajectory = msg
        self._client.send_goal_async(goal).add_done_callback(self._on_answer)

    def clear(self) -> None:
        """Forget the last problem, for a new plan."""
        self.problem = ''

    def _takes_action(self) -> bool:
        if self._client is None or self._always:
            return self._client is not None
        return not self._topic.get_subscription_count() and self._client.server_is_ready()

    def _on_answer(self, future: Any) -> None:
        handle = future.result()
        if not handle.accepted:
            self.problem = 'the arm controller refused the trajectory'
            return
        handle.get_result_async().add_done_callback(self._on_result)

    def _on_result(self, future: Any) -> None:
        # A goal that the next one has replaced ends as canceled; only an abort means trouble.
        answer = future.result()
        if answer.status == GoalStatus.STATUS_ABORTED:
            words = answer.result.error_string or f'error {answer.result.error_code}'
            self.problem = f'the arm controller gave up ({words})'


class GripperOutput:
    """
    Sends gripper commands. interface: auto takes the action where its server is there.

    position_of: the first finger joint's position (m or rad) for a distance between the finger
    tips, which is what the action takes.
    """

    def __init__(
        self, node: Any, interface: str, action: str, position_of: Callable[[float], float]
    ) -> None:
        self._always = interface == 'action'
        self._client: Any = None
        self._position_of = position_of
        self._topic = node.publisher(table.GRIPPER, lambda: not self._takes_action())
        self._client = action_client(node, interface, 'GripperCommand', action)
        self._goal: Callable[[], Any] | None = None
        if self._client is not None:
            self._goal = importlib.import_module('control_msgs.action').GripperCommand.Goal

    def send(self, width_m: float, force_n: float) -> None:
        """Move the fingers to a distance with at most a force per finger."""
        if self._goal is None or not self._takes_action():
            self._topic.publish(GripperCommand(width=width_m, force=force_n))
            return
        goal = self._goal()
        goal.command.position = self._position_of(width_m)
        goal.command.max_effort = force_n
        self._client.send_goal_async(goal)

    def _takes_action(self) -> bool:
        return self._client is not None and (self._always or self._client.server_is_ready())
