# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
Values of a base that drives to messages and back.

Knows: odometry, poses, maps and velocities of `nav_msgs` and `geometry_msgs`. Does not know:
topics, nodes, scans (scan_messages.py).

Frames are REP 105's, units REP 103's. Covariances are not read; those that are sent are the
defaults of whoever knows nothing better.
"""

from __future__ import annotations

import math
from typing import Any

from geometry_msgs.msg import Pose, PoseStamped, Twist
from llmagentos.errors import DriverError, NavigationError
from llmagentos.navigation.frame import GridFrame
from llmagentos.navigation.occupancy import OccupancyGrid
from llmagentos.ports.driving import Odometry, Velocity
from llmagentos.types import MapPose
from llmagentos_ros.convert import pose_matrix, pose_to_msg, to_seconds, to_time
from nav_msgs.msg import OccupancyGrid as OccupancyGridMsg
from nav_msgs.msg import Odometry as OdometryMsg
import numpy as np
from numpy.typing import NDArray

#: A base whose upward axis leans more than this does not stand on a floor, radians.
_MOST_LEAN_RAD = math.radians(20)
#: Occupied and free by nav_msgs: per cent; -1 is unknown. As map_server separates them.
_OCCUPIED, _FREE = 65, 19.6
#: A map's origin may be turned by so little, radians.
_TURNED_RAD = 1e-3


# --- poses ----------------------------------------------------------------------------------


def pose_stamped(pose: MapPose, frame_id: str, stamp_s: float) -> PoseStamped:
    """Convert a pose on the floor, with its frame and time."""
    out = PoseStamped(pose=pose_to_msg(pose))
    out.header.frame_id, out.header.stamp = frame_id, to_time(stamp_s)
    return out


def pose_from_msg(msg: Pose) -> MapPose:
    """Return the pose on the floor. DriverError for what is no number, no turn, or leans."""
    p, q = msg.position, msg.orientation
    if not (math.isfinite(p.x) and math.isfinite(p.y)):
        raise DriverError(f'expected a finite position, got {p.x}, {p.y}')
    return planar(pose_matrix((p.x, p.y, 0.0), (q.x, q.y, q.z, q.w)))


def planar(matrix: NDArray[np.float64]) -> MapPose:
    """Return a 4x4 pose as one on the floor. DriverError where its upward axis leans."""
    if matrix[2, 2] < math.cos(_MOST_LEAN_RAD):
        raise DriverError(
            f'expected a base that stands upright, got one that leans by '
            f'{math.degrees(math.acos(np.clip(matrix[2, 2], -1.0, 1.0))):.0f} degrees'
        )
    x, y, yaw = matrix[0, 3], matrix[1, 3], math.atan2(matrix[1, 0], matrix[0, 0])
    return MapPose(float(x), float(y), yaw)


# --- odometry and velocities ----------------------------------------------------------------


def odometry_to_msg(said: Odometry, odom_frame: str, base_frame: str) -> OdometryMsg:
    """Convert what the wheels say."""
    out = OdometryMsg(child_frame_id=base_frame)
    out.header.frame_id, out.header.stamp = odom_frame, to_time(said.stamp_s)
    out.pose.pose = pose_to_msg(said.pose)
    out.twist.twist = twist_of(said.velocity)
    return out


def odometry_from_msg(msg: OdometryMsg) -> Odometry:
    """
    Return what the wheels say. DriverError for what is no number or no turn.

    Its twist is in the frame of the base, as nav_msgs has it; sideways motion is not read.
    """
    v, w = msg.twist.twist.linear.x, msg.twist.twist.angular.z
    if not (math.isfinite(v) and math.isfinite(w)):
        raise DriverError(f'expected finite velocities, got {v}, {w}')
    return Odometry(pose_from_msg(msg.pose.pose), Velocity(v, w), to_seconds(msg.header.stamp))


def twist_of(velocity: Velocity) -> Twist:
    """Convert a velocity."""
    out = Twist()
    out.linear.x, out.angular.z = float(velocity.forward_mps), float(velocity.turn_radps)
    return out


def velocity_of(msg: Any) -> Velocity:
    """
    Return the velocity of a Twist or a TwistStamped.

    DriverError for what no base with two driven wheels can do: it would do something else.
    """
    twist = getattr(msg, 'twist', msg)
    v, w = twist.linear, twist.angular
    if any((v.y, v.z, w.x, w.y)):
        raise DriverError(
            'expected a velocity ahead and a turn to the side, got '
            f'{v.y:g}, {v.z:g} m/s aside and up, {w.x:g}, {w.y:g} rad/s about other axes'
        )
    return Velocity(v.x, w.z)


# --- maps -----------------------------------------------------------------------------------


def grid_to_msg(grid: OccupancyGrid, frame_id: str, stamp_s: float) -> OccupancyGridMsg:
    """Convert a map: 100 occupied, 0 free, -1 unknown."""
    out = OccupancyGridMsg()
    out.header.frame_id, out.header.stamp = frame_id, to_time(stamp_s)
    out.info.map_load_time = out.header.stamp
    frame = grid.frame
    out.info.resolution = float(frame.resolution_m)
    out.info.height, out.info.width = (int(n) for n in frame.shape)
    out.info.origin = pose_to_msg(MapPose(*frame.origin_m))
    cells = np.full(frame.shape, -1, dtype=np.int8)
    cells[grid.free], cells[grid.occupied] = 0, 100
    out.data = cells.ravel().tolist()
    return out


def grid_from_msg(msg: OccupancyGridMsg) -> OccupancyGrid:
    """Return a map. NavigationError for one that cannot be, or whose origin is turned."""
    info, shape = msg.info, (int(msg.info.height), int(msg.info.width))
    cells = np.asarray(msg.data, dtype=np.int8)
    if not (math.isfinite(info.resolution) and info.resolution > 0) or cells.size != np.prod(
        shape
    ):
        raise NavigationError(
            f'expected {shape[0]} x {shape[1]} cells of a positive size, '
            f'got {cells.size} of {info.resolution} m'
        )
    try:
        origin = pose_from_msg(info.origin)
    except DriverError:  # zeros instead of a turn: a map whose maker left it as it was made
        origin = MapPose(info.origin.position.x, info.origin.position.y)
    if abs(origin.yaw_rad) > _TURNED_RAD:
        raise NavigationError(f'expected a map that is not turned, got {origin.yaw_rad:.3f} rad')
    share = np.where(cells < 0, 0.5, cells / 100.0).reshape(shape)
    # A float32's 0.05 is 0.0500000007: over a map of 100 m that is no matter.
    frame = GridFrame((origin.x_m, origin.y_m), round(float(info.resolution), 6), shape)
    return OccupancyGrid.of_shares(share, frame, _FREE / 100, (_OCCUPIED - 0.5) / 100)
