# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
The bench's eye on a running graph: commands, joint speeds, and when pictures and scenes come.

Knows: topics and the Command action. Does not know: processes, what is printed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
import json
import time
from typing import Any

from llmagentos.errors import DriverError
from llmagentos_ros import interface as table
from llmagentos_ros.convert import to_seconds
import rclpy
from rclpy.action import ActionClient
from rclpy.executors import SingleThreadedExecutor

PATIENCE_S = 180.0
#: Slower than this in every joint is rest, for so many joint states in a row (100 ms).
REST_RADPS, _REST_STATES = 0.01, 6
#: A command is stopped once a joint is faster than this.
FAST_RADPS = 0.5
MOVES = 'put the red block in the blue bowl'


class Watcher:
    """An action client that also times pictures and scenes."""

    def __init__(self) -> None:
        rclpy.init(args=[])
        self.node = rclpy.create_node('bench')
        self.executor = SingleThreadedExecutor()
        self.executor.add_node(self.node)
        self.client = ActionClient(
            self.node,
            table.COMMAND_ACTION.kind,
            table.COMMAND_ACTION.name,
            feedback_sub_qos_profile=table.FEEDBACK,
        )
        self.pictures: dict[tuple[int, int], float] = {}
        self.scenes: dict[tuple[int, int], float] = {}
        #: Stamp (s) and fastest joint (rad/s) of every joint state.
        self.speeds: list[tuple[float, float]] = []
        joints = table.JOINT_STATES
        self.node.create_subscription(joints.kind, joints.name, self._on_joints, joints.qos)
        for topic, seen in ((table.CAMERA_INFO, self.pictures), (table.SCENE, self.scenes)):
            self.node.create_subscription(topic.kind, topic.name, self._note(seen), topic.qos)

    def _note(self, seen: dict[tuple[int, int], float]) -> Callable[[Any], None]:
        def note(msg: Any) -> None:
            seen[msg.header.stamp.sec, msg.header.stamp.nanosec] = time.perf_counter()

        return note

    def _on_joints(self, msg: Any) -> None:
        self.speeds.append((to_seconds(msg.header.stamp), max(map(abs, msg.velocity))))

    def wait(self, done: Callable[[], bool], timeout_s: float = PATIENCE_S) -> None:
        """Spin until `done()`; DriverError after the timeout."""
        give_up = time.monotonic() + timeout_s
        while not done():
            if time.monotonic() > give_up:
                raise DriverError(f'expected an answer within {timeout_s:.0f} s, got none')
            self.executor.spin_once(timeout_sec=0.05)

    def command(self, text: str) -> dict[str, Any]:
        """Send a command; return the result's trace."""
        self.wait(self.client.server_is_ready)
        sent = self.client.send_goal_async(table.COMMAND_ACTION.kind.Goal(text=text))
        self.wait(sent.done)
        result = sent.result().get_result_async()
        self.wait(result.done)
        return json.loads(result.result().result.trace or '{}')

    def start_moving(self) -> Any:
        """
        Send a command that moves; its goal handle, once the arm is fast.

        A command that ends before the arm has moved (a node had just come back) is sent again,
        twice at most; then DriverError with the reply.
        """
        reply = ''
        for _ in range(3):
            self.wait(self.client.server_is_ready)
            sent = self.client.send_goal_async(table.COMMAND_ACTION.kind.Goal(text=MOVES))
            self.wait(sent.done)
            ended = sent.result().get_result_async()
            self.speeds.clear()
            self.wait(partial(self._fast_or_over, ended))
            if self._fast():
                return sent.result()
            reply = ended.result().result.reply
            self.reset_safety()
        raise DriverError(f'expected the arm to move, got: {reply}')

    def _fast(self) -> bool:
        return bool(self.speeds) and self.speeds[-1][1] > FAST_RADPS

    def _fast_or_over(self, ended: Any) -> bool:
        return self._fast() or bool(ended.done())

    def time_to_rest(self) -> float:
        """Return the robot's time from now until every joint rests, seconds."""
        asked = self.speeds[-1][0]
        del self.speeds[:-1]
        self.wait(self._rests)
        return next(at for at, speed in self.speeds[-_REST_STATES:]) - asked

    def _rests(self) -> bool:
        last = self.speeds[-_REST_STATES:]
        return len(last) == _REST_STATES and all(speed < REST_RADPS for _, speed in last)

    def cancelled(self) -> float:
        """Cancel a moving command; the robot's time from the request until it rests."""
        handle = self.start_moving()
        handle.cancel_goal_async()
        spent = self.time_to_rest()
        self.wait(handle.get_result_async().done)
        return spent

    def reset(self) -> None:
        """Put everything back."""
        self.call(table.RESET, table.RESET.kind.Request(seed=-1))

    def reset_safety(self) -> None:
        """Let a stopped robot go on, as a person does, once all that was silent is heard again."""
        give_up = time.monotonic() + PATIENCE_S
        while not (
            answer := self.call(table.RESET_SAFETY, table.RESET_SAFETY.kind.Request())
        ).success:
            if time.monotonic() > give_up:
                raise DriverError(f'expected a reset, got: {answer.message}')
            self.watch(0.2)

    def call(self, endpoint: table.Endpoint, request: Any) -> Any:
        """Ask a service; its answer."""
        client = self.node.create_client(endpoint.kind, endpoint.name)
        self.wait(client.service_is_ready)
        future = client.call_async(request)
        self.wait(future.done)
        self.node.destroy_client(client)
        return future.result()

    def watch(self, seconds: float) -> None:
        """Spin for a while."""
        until = time.monotonic() + seconds
        self.wait(lambda: time.monotonic() > until, seconds + 5)

    def close(self) -> None:
        """Give everything back."""
        self.client.destroy()
        self.executor.shutdown(timeout_sec=1.0)
        self.node.destroy_node()
        rclpy.try_shutdown()
