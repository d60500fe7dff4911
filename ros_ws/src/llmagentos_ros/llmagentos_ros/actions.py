# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
An action client that loses no answer under a multi-threaded executor.

Knows: a race in rclpy. Does not know: which action, or what for.

Humble's and Jazzy's ActionClient sends a request first and notes it afterwards. An answer that
another thread takes in between is thrown away ("Ignoring unexpected goal response"): the server
carries the goal out, and its client waits for ever. Kilted has a lock of its own.
"""

from __future__ import annotations

import threading
from typing import Any

from rclpy.action import ActionClient


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
