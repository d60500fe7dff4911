# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
Waiting on simulated time.

Knows: a node's clock and its jumps. Does not know: who waits, or for what.
"""

from __future__ import annotations

import threading
from typing import Any

from rclpy.clock import JumpThreshold
from rclpy.duration import Duration


def clock_condition(node: Any) -> threading.Condition | None:
    """Make a condition that is notified when simulated time moves; None on real time."""
    clock = node.get_clock()
    if not node.get_parameter('use_sim_time').value:
        return None
    moved = threading.Condition()

    def jumped(_: Any) -> None:
        with moved:
            moved.notify_all()

    threshold = JumpThreshold(
        min_forward=Duration(nanoseconds=1),
        min_backward=Duration(nanoseconds=-1),
        on_clock_change=True,
    )
    # The handle must live as long as the condition.
    moved.handle = clock.create_jump_callback(  # type: ignore[attr-defined]
        threshold, post_callback=jumped
    )
    return moved
