# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
One goal of one of Nav2's actions, from its sending to its end.

Knows: rclpy's handles, and what Nav2's error codes mean for a drive. Does not know: what the goal
is for, what comes after it.
"""

from __future__ import annotations

from dataclasses import dataclass
import threading
import time
from typing import Any

from action_msgs.msg import GoalStatus
from llmagentos.ports.failures import Failure

#: What Nav2's servers tell by number; the names stand in nav2_msgs' actions. Those of planner
#: (2xx) and controller (1xx) come through NavigateToPose as they are.
CODES: dict[int, Failure] = {
    **dict.fromkeys((102, 202, 203, 702, 712, 722, 9002), Failure.LOST),
    **dict.fromkeys((204, 205, 206, 208), Failure.NO_WAY),
    **dict.fromkeys((103, 104, 105, 106, 703, 714, 723), Failure.WAY_BLOCKED),
    **dict.fromkeys((207, 701, 711, 721, 9003), Failure.TIMEOUT),
    **dict.fromkeys((713, 724), Failure.INVALID_ACTION),
    **dict.fromkeys((101, 107, 201, 9001), Failure.NO_ANSWER),
}


@dataclass(frozen=True)
class Ended:
    """How a goal ended. failure: None for success; words: Nav2's own, or its code."""

    failure: Failure | None
    words: str = ''


class Nav2Goal:
    """Sends a goal as it is made. Callbacks come on the node's threads."""

    def __init__(self, client: Any, goal: Any) -> None:
        self._lock = threading.Lock()
        self._handle: Any = None
        self._unwanted = False
        self.feedback: Any = None
        #: When the server was heard last, on the monotonic clock.
        self.heard_s = time.monotonic()
        self.accepted = False
        self.ended: Ended | None = None
        sent = client.send_goal_async(goal, feedback_callback=self._on_feedback)
        sent.add_done_callback(self._on_answer)

    def cancel(self) -> None:
        """Ask for its end; one that is not taken yet is ended as soon as it is."""
        with self._lock:
            self._unwanted = True
            handle = self._handle
        if handle is not None and self.ended is None:
            handle.cancel_goal_async()

    def _on_feedback(self, msg: Any) -> None:
        self.feedback, self.heard_s = msg.feedback, time.monotonic()

    def _on_answer(self, future: Any) -> None:
        handle, self.heard_s = future.result(), time.monotonic()
        if not handle.accepted:
            self.ended = Ended(Failure.NO_ANSWER, 'Nav2 refused the goal: is it active?')
            return
        handle.get_result_async().add_done_callback(self._on_result)
        with self._lock:
            self._handle, unwanted = handle, self._unwanted
        self.accepted = True
        if unwanted:
            handle.cancel_goal_async()

    def _on_result(self, future: Any) -> None:
        answer = future.result()
        self.ended = ended(answer.status, answer.result)


def ended(status: int, result: Any) -> Ended:
    """Read a result. Humble's have neither code nor words."""
    if status == GoalStatus.STATUS_SUCCEEDED:
        return Ended(None)
    if status == GoalStatus.STATUS_CANCELED:
        return Ended(Failure.STOPPED, 'Nav2 was told to stop')
    code = int(getattr(result, 'error_code', 0))
    words = str(getattr(result, 'error_msg', ''))
    if not words:
        words = f'Nav2 gave up (error {code})' if code else 'Nav2 gave up and did not say why'
    return Ended(CODES.get(code, Failure.WAY_BLOCKED), words)
