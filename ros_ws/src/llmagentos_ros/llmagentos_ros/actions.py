# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
Actions that lose nothing: no answer under a multi-threaded executor, no feedback at either end.

Knows: races in rclpy and between DDS's channels. Does not know: which action, or what for.

Humble's and Jazzy's ActionClient sends a request first and notes it afterwards. An answer that
another thread takes in between is thrown away ("Ignoring unexpected goal response"): the server
carries the goal out, and its client waits for ever. Kilted has a lock of its own.
"""

from __future__ import annotations

import threading
import time
from typing import Any

from rclpy.action import ActionClient

#: From the last feedback to the result, seconds.
_FEEDBACK_S = 0.1
#: How long a goal waits for somebody who hears its feedback, seconds.
_LISTENER_S = 0.5


class SafeActionClient(ActionClient):
    """rclpy's ActionClient; answers wait until the request that they belong to has been noted."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self._noting = threading.RLock()
        super().__init__(*args, **options)

    def send_goal_async(self, *args: Any, **options: Any) -> Any:
        """Send a goal, as the ActionClient does."""
        with self._noting:
            return super().send_goal_async(*args, **options)

    def _cancel_goal_async(self, goal_handle: Any) -> Any:
        with self._noting:
            return super()._cancel_goal_async(goal_handle)

    def _get_result_async(self, goal_handle: Any) -> Any:
        with self._noting:
            return super()._get_result_async(goal_handle)

    async def execute(self, taken_data: Any) -> None:
        """Handle answers, once nothing is half sent."""
        with self._noting:
            pass
        await super().execute(taken_data)


def await_listener(node: Any, action: str) -> None:
    """
    Wait, a moment at most, until somebody hears an action's feedback.

    A client that was just started can send a goal before the server's side has found its reader;
    what is published then reaches nobody.
    """
    heard = f'{action}/_action/feedback'
    give_up = time.monotonic() + _LISTENER_S
    while not node.count_subscribers(heard) and time.monotonic() < give_up:
        threading.Event().wait(0.005)


def let_feedback_arrive() -> None:
    """
    Wait a moment between a goal's last feedback and its result.

    They travel on different channels, and rclpy's client drops feedback that comes after the
    result.
    """
    threading.Event().wait(_FEEDBACK_S)
