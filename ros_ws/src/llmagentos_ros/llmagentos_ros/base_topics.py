# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
A base's topics as one node has them: the driver behind them, where its scanner is.

Knows: parameters, subscriptions, tf. Does not know: what drives, or where to.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from llmagentos.errors import DriverError
from llmagentos.safety.ages import AgeTimer
from llmagentos_ros import interface as table
from llmagentos_ros.base_driver import RosBaseDriver
from llmagentos_ros.driving_node import CMD_VEL_KIND, DrivingNode
from llmagentos_ros.frames import Frames
from llmagentos_ros.parameters import Parameter
from llmagentos_ros.sim_clock import clock_condition
import numpy as np
from numpy.typing import NDArray

PARAMETERS = (
    Parameter('control_hz', 20.0, 'Velocities per second', 2.0, 100.0),
    Parameter('odometry_timeout_s', 0.4, 'Silence of the odometry that ends a drive', 0.05, 10.0),
    Parameter('scan_max_m', 10.0, 'How far the scanner sees, where it does not tell', 0.5, 200.0),
    Parameter(
        'inf_is_free',
        False,
        'Ranges of inf, or over range_max, mean that nothing is there; else no answer',
    ),
    Parameter('stamps', 'header', 'header, or arrival where the base has a clock of its own'),
    Parameter(
        'scanner_pose',
        [0.0, 0.0, 0.0],
        'x, y (m) and yaw (rad) of the scanner in the frame of the base; zeros: tf tells',
    ),
    Parameter('scanner_upside_down', False, 'With scanner_pose: it hangs upside down'),
    CMD_VEL_KIND,
)
#: Simulated time may stand for so long, seconds of the wall's clock.
_CLOCK_S = 2.0


class BaseTopics:
    """Make it in a node's `build`: `driver` is the base behind the node's topics."""

    def __init__(self, node: DrivingNode) -> None:
        self._node = node
        self.frames = Frames(node)
        self._fixed = _scanner_pose(node)
        silent_s = node.value('odometry_timeout_s')
        self._odometry_age = AgeTimer('odometry', silent_s)
        self._scan_age = AgeTimer('scan', silent_s)
        self._out = node.send_velocities()
        self.driver = RosBaseDriver(
            self._out,
            lambda: self._out.is_heard,
            lambda: node.now_s,
            self._mount,
            odometry_age=self._odometry_age,
            scan_age=self._scan_age,
            clock_age=AgeTimer('clock', _CLOCK_S),
            clock_moved=clock_condition(node),
            period_s=1.0 / node.value('control_hz'),
            max_m=node.value('scan_max_m'),
            inf_is_free=node.value('inf_is_free'),
            stamps=node.value('stamps'),
            frames=(str(node.value('odom_frame')), ''),
        )
        # As sensor data: who sends it reliably is heard, too.
        for topic, heard in (
            (table.ODOM, self.driver.on_odometry),
            (table.SCAN, self.driver.on_scan),
        ):
            node.subscription(replace(topic, qos=table.SENSOR), heard, node.group)

    def problem(self) -> str:
        """Why the base is not heard, in words, or ''."""
        deaf = '' if self._out.is_heard else 'nobody reads cmd_vel'
        return self._odometry_age.stale() or self._scan_age.stale() or deaf

    def _mount(self, frame: str) -> NDArray[np.float64]:
        if self._fixed is not None:
            return self._fixed
        if not frame:
            raise DriverError('expected scans with a frame, got none: give scanner_pose')
        if not self.frames.heard:
            raise DriverError('expected tf2_msgs or scanner_pose, got neither')
        return self.frames.pose(self._node.base_frame, frame)


def _scanner_pose(node: Any) -> NDArray[np.float64] | None:
    """Return the given pose of the scanner, 4x4; None where tf is to tell. DriverError if odd."""
    given = [float(v) for v in node.value('scanner_pose')]
    if len(given) != 3 or not np.isfinite(given).all():
        raise DriverError(f'expected x, y and yaw for scanner_pose, got {given}')
    down = bool(node.value('scanner_upside_down'))
    if not any(given) and not down:
        return None
    x, y, yaw = given
    out = np.eye(4)
    c, s, up = np.cos(yaw), np.sin(yaw), -1.0 if down else 1.0
    out[:3, :3] = [[c, -s * up, 0.0], [s, c * up, 0.0], [0.0, 0.0, up]]
    out[:2, 3] = x, y
    return out
