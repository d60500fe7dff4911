# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
Frames on tf: what is told there, and telling it.

Knows: `tf2_msgs/TFMessage`, which is looked for at run time, and chains of transforms, the newest
of each. Does not know: times in between, what a frame is for.

Names of topics are relative, as Nav2 has them for several robots: each namespace has a tf of its
own. A slash before a frame's name, as ROS 1 wrote it, is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
import importlib
import importlib.util
import threading
import time
from typing import Any

from geometry_msgs.msg import TransformStamped
from llmagentos.errors import DriverError
from llmagentos.types import MapPose
from llmagentos_ros import interface as table
from llmagentos_ros.convert import (
    to_seconds,
    to_time,
    transform_to_matrix,
    yaw_to_quaternion,
)
import numpy as np
from numpy.typing import NDArray
from rclpy.qos import QoSDurabilityPolicy, QoSProfile

#: As tf2's own listeners and broadcasters have them.
_TF = QoSProfile(depth=100)
_TF_STATIC = QoSProfile(depth=100, durability=QoSDurabilityPolicy.TRANSIENT_LOCAL)
#: No chain of frames is longer: what is would be a ring.
_LONGEST = 32


def tf_message() -> Any:
    """Return the class TFMessage; None where tf2_msgs is not installed."""
    if importlib.util.find_spec('tf2_msgs') is None:
        return None
    return importlib.import_module('tf2_msgs.msg').TFMessage


def planar_transform(pose: MapPose, parent: str, child: str, stamp_s: float) -> TransformStamped:
    """Return a child's pose on the floor of its parent as a transform."""
    out = TransformStamped(child_frame_id=child)
    out.header.frame_id, out.header.stamp = parent, to_time(stamp_s)
    t = out.transform.translation
    t.x, t.y = float(pose.x_m), float(pose.y_m)
    out.transform.rotation = yaw_to_quaternion(pose.yaw_rad)
    return out


class Told:
    """Frames as they were told last; thread-safe. What cannot be a transform is left out."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        #: By the child: its parent, its pose there, its stamp, when it came (monotonic).
        self._known: dict[str, tuple[str, NDArray[np.float64], float, float]] = {}

    def take(self, transforms: Sequence[TransformStamped]) -> None:
        """Take transforms in."""
        for each in transforms:
            child, parent = _plain(each.child_frame_id), _plain(each.header.frame_id)
            try:
                matrix = transform_to_matrix(each)
            except DriverError:
                continue
            if not child or not parent or child == parent or not np.isfinite(matrix).all():
                continue
            stamp_s = to_seconds(each.header.stamp)
            with self._lock:
                self._known[child] = (parent, matrix, stamp_s, time.monotonic())

    def pose(self, parent: str, child: str) -> NDArray[np.float64]:
        """Return the pose of `child` in `parent`, 4x4, metres. DriverError where none is known."""
        parent, child = _plain(parent), _plain(child)
        up, down = self._to_root(child), self._to_root(parent)
        for frame, pose in up.items():
            if frame in down:
                out: NDArray[np.float64] = np.linalg.inv(down[frame]) @ pose
                return out
        raise DriverError(f'expected a transform {parent} from {child} on tf, got none')

    def age_s(self, child: str) -> float:
        """Return how long ago a child's pose was told last; infinite where it never was."""
        with self._lock:
            known = self._known.get(_plain(child))
        return float('inf') if known is None else time.monotonic() - known[3]

    def _to_root(self, frame: str) -> dict[str, NDArray[np.float64]]:
        """Return the pose of a frame in itself and all that it hangs on, nearest first."""
        out, pose = {frame: np.eye(4)}, np.eye(4)
        with self._lock:
            for _ in range(_LONGEST):
                if frame not in self._known:
                    break
                frame, step = self._known[frame][:2]
                pose = step @ pose
                out[frame] = pose
        return out


class Frames(Told):
    """What a node hears of frames. Without tf2_msgs it hears nothing, and `heard` is False."""

    def __init__(self, node: Any) -> None:
        super().__init__()
        kind = tf_message()
        self.heard = kind is not None
        for name, qos in (('tf', _TF), ('tf_static', _TF_STATIC)) if self.heard else ():
            made = node.create_subscription(kind, name, lambda m: self.take(m.transforms), qos)
            node.keep(made, node.destroy_subscription)


class Broadcast:
    """What a node tells of frames; nothing without tf2_msgs."""

    def __init__(self, node: Any) -> None:
        kind = self._kind = tf_message()
        self._out = self._fixed = None
        if kind is not None:
            self._out = node.publisher(table.Topic('tf', kind, _TF, 0.0, 'frames that move'))
            self._fixed = node.publisher(
                table.Topic('tf_static', kind, _TF_STATIC, 0.0, 'frames that do not')
            )

    def tell(self, *transforms: TransformStamped) -> None:
        """Tell of frames that move."""
        if self._out is not None:
            self._out.publish(self._kind(transforms=list(transforms)))

    def fix(self, *transforms: TransformStamped) -> None:
        """Tell of frames that stay, all of this node's at once: the last word is kept."""
        if self._fixed is not None:
            self._fixed.publish(self._kind(transforms=list(transforms)))


def _plain(frame: str) -> str:
    return frame.lstrip('/')
