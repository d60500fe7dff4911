# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
Where a base is by what others say: tf or `amcl_pose`, and whether it moves by its odometry.

Knows: both sources, how old and how unsure they may be. Does not know: who localizes, or drives.
"""

from __future__ import annotations

from dataclasses import replace
import math
import threading
from typing import Any

from geometry_msgs.msg import PoseWithCovarianceStamped
from llmagentos.errors import DriverError
from llmagentos.ports.driving import STILL, Velocity
from llmagentos.safety.ages import AgeTimer
from llmagentos.types import MapPose
from llmagentos_ros import interface as table
from llmagentos_ros.base_messages import odometry_from_msg, planar, pose_from_msg
from llmagentos_ros.frames import Frames
from nav_msgs.msg import Odometry as OdometryMsg

#: Slower than this is rest.
_REST_MPS, _REST_RADPS = 0.01, 0.02


class Whereabouts:
    """
    Make it in a node's `build`.

    tf's newest pose of the base on the map counts, where there is one, else `amcl_pose`.
    most_unsure_m: one standard deviation of `amcl_pose` beyond which the base is lost.
    tf_timeout_s: so long nobody may say where odom is on the map, once somebody has.
    """

    def __init__(self, node: Any, most_unsure_m: float = 1.0, tf_timeout_s: float = 3.0) -> None:
        self._node = node
        self._map, self._odom = node.value('map_frame'), node.value('odom_frame')
        self._most_unsure_m, self._tf_timeout_s = most_unsure_m, tf_timeout_s
        self._frames = Frames(node)
        self._lock = threading.Lock()
        self._told: MapPose | None = None
        self._unsure_m, self._problem = 0.0, ''
        self._velocity, self._last = Velocity(), MapPose(0.0, 0.0)
        self._odometry_age = AgeTimer('odometry', 1.0)
        node.subscription(table.AMCL_POSE, self._on_pose, any_policy=True)
        node.subscription(replace(table.ODOM, qos=table.SENSOR), self._on_odometry)

    @property
    def pose(self) -> MapPose:
        """Where it is on the map: what was known last where nobody tells now."""
        try:
            self._last = planar(self._frames.pose(self._map, self._node.base_frame))
        except DriverError:
            with self._lock:
                self._last = self._told or self._last
        return self._last

    def lost(self) -> str:
        """Why nobody knows where it is, in words, or ''."""
        by_tf = self._frames.age_s(self._odom)
        if math.isfinite(by_tf) and by_tf > self._tf_timeout_s:
            return f'nobody has said where I am for {by_tf:.1f} s'
        with self._lock:
            unsure_m, told, problem = self._unsure_m, self._told, self._problem
        if unsure_m > self._most_unsure_m:
            return f'where I am is unsure by {unsure_m:.1f} m'
        if told is None and not math.isfinite(by_tf):
            return problem or 'nobody says where I am: neither tf nor amcl_pose'
        return ''

    def rests(self) -> bool:
        """Whether its wheels say that it stands."""
        v = self._velocity
        slow = abs(v.forward_mps) <= _REST_MPS and abs(v.turn_radps) <= _REST_RADPS
        return slow and not self._odometry_age.stale()

    def unrest(self) -> str:
        """Why it is not known to rest, as a sentence."""
        silent = self._odometry_age.stale()
        if silent:
            return f'I was told to stop, and nobody says whether I stand: {silent}.'
        return 'I was told to stop, and still move.'

    def _on_pose(self, msg: PoseWithCovarianceStamped) -> None:
        try:
            if msg.header.frame_id.lstrip('/') not in ('', self._map):
                raise DriverError(f'expected a pose in {self._map}, got {msg.header.frame_id}')
            pose, problem = pose_from_msg(msg.pose.pose), ''
        except DriverError as exc:
            pose, problem = None, str(exc)
        wide = max(msg.pose.covariance[0], msg.pose.covariance[7])
        with self._lock:
            self._told, self._problem = pose or self._told, problem
            self._unsure_m = math.sqrt(wide) if wide >= 0 else math.inf

    def _on_odometry(self, msg: OdometryMsg) -> None:
        try:
            self._velocity = odometry_from_msg(msg).velocity
        except DriverError as exc:
            self._velocity = STILL
            self._odometry_age.refuse(str(exc), at_once=True)
            return
        self._odometry_age.beat()
