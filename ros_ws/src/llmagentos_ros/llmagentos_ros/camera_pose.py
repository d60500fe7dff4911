# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
Where the camera stands: from calibrated parameters, a plain transform message, or tf.

Knows: the three sources, their order, and whether their frames are those of the pictures.
Does not know: pictures, or what is done with the pose.
"""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

from geometry_msgs.msg import TransformStamped
from llmagentos.errors import PerceptionError
from llmagentos_ros import interface as table
from llmagentos_ros.base import ModuleNode, Parameter
from llmagentos_ros.convert import pose_matrix, transform_to_matrix
import numpy as np
from numpy.typing import NDArray


class CameraPose:
    """Asks its node's parameters for the source; build it in the node's `build`."""

    PARAMETERS = (
        Parameter(
            'camera_pose_source',
            'auto',
            'auto, parameters, tf or topic; auto takes parameters if set, else topic, else tf',
        ),
        Parameter('camera_position', [0.0, 0.0, 0.0], 'Calibrated pose in the base frame, metres'),
        Parameter(
            'camera_quaternion',
            [0.0, 0.0, 0.0, 0.0],
            'x, y, z, w of the optical frame in the base frame; zeros: not calibrated',
        ),
    )

    def __init__(self, node: ModuleNode) -> None:
        self._node = node
        self._source = node.value('camera_pose_source')
        self._msg: TransformStamped | None = None
        self._fixed = self._calibrated()
        self._tf = self._listen_to_tf()
        self._alone = self._fixed is None and self._tf is None
        node.subscription(
            table.CAMERA_POSE, self._on_pose, needed=lambda: self._alone, any_policy=True
        )

    def of(self, frame_id: str) -> NDArray[np.float64]:
        """
        Return the pose of the pictures' frame in the base frame, 4x4, metres.

        PerceptionError where no source has it yet, DriverError where it is none.
        """
        if self._fixed is not None:
            return self._fixed
        if self._msg is not None and self._source != 'tf':
            return transform_to_matrix(self._msg)
        if self._tf is not None:
            from rclpy.time import Time

            base = self._node.base_frame
            try:
                found = self._tf.lookup_transform(base, frame_id, Time())
            except Exception as exc:
                raise PerceptionError(
                    f'expected a transform {base} from {frame_id}, got {exc}'
                ) from exc
            return transform_to_matrix(found)
        raise PerceptionError("expected the camera's pose (parameters, tf or topic), got none yet")

    def doubt(self, frame_id: str) -> str:
        """Whether the topic's pose names other frames than it is used for, in words, or ''."""
        if self._msg is None or self._fixed is not None or self._source == 'tf':
            return ''
        told = (self._msg.header.frame_id, self._msg.child_frame_id)
        wanted = (self._node.base_frame, frame_id)
        if all(a == b for a, b in zip(told, wanted, strict=True) if a and b):
            return ''
        return (
            f'{table.CAMERA_POSE.name} is taken for {wanted[1]} in {wanted[0]} '
            f'and says {told[1]} in {told[0]}'
        )

    def _on_pose(self, msg: TransformStamped) -> None:
        self._msg = msg

    def _calibrated(self) -> Any:
        quaternion = list(self._node.value('camera_quaternion'))
        if self._source not in ('auto', 'parameters'):
            return None
        if not any(quaternion):
            if self._source == 'parameters':
                raise PerceptionError('expected a calibrated camera_quaternion, got zeros')
            return None
        return pose_matrix(list(self._node.value('camera_position')), quaternion)

    def _listen_to_tf(self) -> Any:
        if self._source not in ('auto', 'tf') or self._fixed is not None:
            return None
        if importlib.util.find_spec('tf2_ros') is None:
            if self._source == 'tf':
                raise PerceptionError('expected tf2_ros for camera_pose_source tf, got none')
            return None
        tf2_ros = importlib.import_module('tf2_ros')
        buffer = tf2_ros.Buffer()
        self._node.keep(tf2_ros.TransformListener(buffer, self._node), lambda listener: None)
        return buffer
