# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
What anybody may tell an executor beside its own sensors: people nearby, the battery's charge.

Knows: both topics. Does not know: who publishes them, or what follows (the plan guard, goal.py).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from geometry_msgs.msg import PoseArray
from llmagentos.safety.battery import Battery
from llmagentos.safety.guard import PlanGuard
from llmagentos_ros import interface as table
from rclpy.callback_groups import MutuallyExclusiveCallbackGroup
from sensor_msgs.msg import BatteryState


class Surroundings:
    """Listens for one node. low: called with each charge at which the arm has to be parked."""

    def __init__(
        self, node: Any, guard: PlanGuard, battery: Battery, low: Callable[[], None]
    ) -> None:
        self._node, self._guard = node, guard
        self._battery, self._low = battery, low
        own = MutuallyExclusiveCallbackGroup
        node.subscription(table.PEOPLE, self._on_people, own(), needed=lambda: False)
        node.subscription(
            table.BATTERY, self._on_battery, own(), needed=lambda: False, any_policy=True
        )

    def _on_people(self, msg: PoseArray) -> None:
        """Take a detector's report; one in another frame, or of no numbers, counts as none."""
        node, frame = self._node, msg.header.frame_id
        if frame not in ('', node.base_frame):
            node.get_logger().warning(f'expected people in {node.base_frame}, got {frame!r}')
            return
        try:
            self._guard.people.report((p.position.x, p.position.y) for p in msg.poses)
        except ValueError as exc:
            node.get_logger().warning(str(exc))

    def _on_battery(self, msg: BatteryState) -> None:
        self._battery.take(msg.percentage)
        if self._battery.parks:
            self._low()
