# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
Perception as a node: camera pictures in, scenes out.

Knows: which messages make one frame and where the camera stands. Does not know: how anything is
seen (llmagentos.perception), what scenes are for.

The camera's pose comes from calibrated parameters, from tf2 where it is installed, or from a
plain transform message; `camera_pose_source` says which.
"""

from __future__ import annotations

from collections import deque, OrderedDict
import importlib.util
import inspect
import time
from typing import Any

from diagnostic_msgs.msg import DiagnosticStatus
from geometry_msgs.msg import TransformStamped
from llmagentos.class_lookup import load_named
from llmagentos.errors import DriverError, LLMAgentOSError, PerceptionError
from llmagentos.ports.modules import PerceptionModule
from llmagentos.types import CameraFrame, Observation, RobotState
from llmagentos_msgs import msg as m
from llmagentos_msgs.srv import QueryScene, Reset
from llmagentos_ros import interface as table
from llmagentos_ros.base import ModuleNode, Parameter, run
from llmagentos_ros.convert import (
    JointStateReader,
    pose_matrix,
    scene_to_msg,
    to_seconds,
    transform_to_matrix,
)
from llmagentos_ros.images import color_from_msg, depth_from_msg, intrinsics_from_info
from rcl_interfaces.msg import ParameterType  # noqa: F401 - part of the parameter contract
from sensor_msgs.msg import CameraInfo, Image, JointState

#: Colour and depth pictures that wait for their partner; older ones are given up.
_WAITING = 3


class PerceptionNode(ModuleNode):
    """Owns a PerceptionModule."""

    PARAMETERS = (
        Parameter('module', 'llmagentos.perception:TabletopPerception', 'Class, module:name'),
        Parameter('camera', 'overhead', 'Name of the camera for the module'),
        Parameter('max_hz', 15.0, 'Pictures looked at per second, at most', 0.1, 60.0, False),
        Parameter('stale_s', 1.0, 'Query answers older than this say so', 0.05, 60.0, False),
        Parameter('pair_slop_s', 0.02, 'Colour and depth stamps may differ by this', 0.0, 0.5),
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
        Parameter('joint_names', [''], 'Arm joints, shoulder to wrist; empty: those of `robot`'),
        Parameter('finger_joint_names', [''], 'Finger joints; empty: those of `robot`'),
    )

    def __init__(self) -> None:
        super().__init__('perception')
        self.module: PerceptionModule | None = None
        self._error = ''
        self._looks = self._dropped = 0
        self._look_s = 0.0
        self._latest: m.Scene | None = None

    def build(self) -> None:
        """Create the module that the parameter names, and the channels of cameras and joints."""
        self.module = self._made(load_named(self.value('module')))
        self._reader = JointStateReader(
            self.robot, names(self.value('joint_names')), names(self.value('finger_joint_names'))
        )
        self._states: deque[RobotState] = deque(maxlen=32)
        self._color: OrderedDict[float, Image] = OrderedDict()
        self._depth: OrderedDict[float, Image] = OrderedDict()
        self._info: CameraInfo | None = None
        self._pose_msg: TransformStamped | None = None
        self._pose = self._calibrated()
        self._tf = self._listen_to_tf()
        self._last_look_s = float('-inf')
        self._scene_out = self.publisher(table.SCENE)
        self.subscription(table.COLOR, self._on_color)
        self.subscription(table.DEPTH, self._on_depth)
        self.subscription(table.CAMERA_INFO, self._on_info)
        self.subscription(table.CAMERA_POSE, self._on_pose, needed=self._needs_pose_topic)
        # One near each picture is enough; while a picture is looked at the others pass.
        self.subscription(table.JOINT_STATES, self._on_joint_state, least_hz=1.0)
        self.serve(table.QUERY_SCENE, self._on_query, self.default_callback_group)
        self.serve(table.RESET_PERCEPTION, self._on_reset, self.default_callback_group)

    def _made(self, kind: Any) -> PerceptionModule:
        """Make the module; one that asks for an arm (to know it in the picture) gets this one."""
        wants = 'arm' in inspect.signature(kind).parameters
        module: PerceptionModule = kind(arm=self.robot) if wants else kind()
        return module

    def release(self) -> None:
        """Forget the module and what it saw last."""
        self.module, self._latest = None, None

    def health(self) -> tuple[bytes, str, dict[str, Any]]:
        """Say how many looks there were, how long one takes (ms), and what failed last."""
        figures = {
            'looks': self._looks,
            'dropped_pictures': self._dropped,
            'look_ms': f'{self._look_s * 1000:.1f}',
        }
        if self._error:
            return DiagnosticStatus.ERROR, self._error, figures
        level, words, _ = super().health()
        return level, words, figures

    # --- messages in -----------------------------------------------------------------------

    def _on_info(self, msg: CameraInfo) -> None:
        self._info = msg

    def _on_pose(self, msg: TransformStamped) -> None:
        self._pose_msg = msg

    def _on_joint_state(self, msg: JointState) -> None:
        try:
            state = self._reader.read(msg)
        except DriverError:
            return
        if state is not None:
            self._states.append(state)

    def _on_color(self, msg: Image) -> None:
        self._put(self._color, msg)
        self._pair(msg, self._depth)

    def _on_depth(self, msg: Image) -> None:
        self._put(self._depth, msg)
        self._pair(msg, self._color)

    def _put(self, waiting: OrderedDict[float, Image], msg: Image) -> None:
        waiting[to_seconds(msg.header.stamp)] = msg
        while len(waiting) > _WAITING:
            waiting.popitem(last=False)
            self._dropped += 1

    def _pair(self, msg: Image, others: OrderedDict[float, Image]) -> None:
        if not others or not self.is_active or self.module is None:
            return
        stamp = to_seconds(msg.header.stamp)
        partner = min(others, key=lambda s: abs(s - stamp))
        if abs(partner - stamp) > self.value('pair_slop_s'):
            return
        # A period a little short of the nominal one counts as whole: stamps are quantized.
        if 0 <= stamp - self._last_look_s < 0.9 / self.value('max_hz'):
            return
        first, second = (self._color, self._depth)
        color = min(first, key=lambda s: abs(s - stamp))
        depth = min(second, key=lambda s: abs(s - stamp))
        pictures = first.pop(color), second.pop(depth)
        first.clear()
        second.clear()
        self._last_look_s = stamp
        self._look(*pictures)

    # --- the module ------------------------------------------------------------------------

    def _look(self, color: Image, depth: Image) -> None:
        began = time.perf_counter()
        assert self.module is not None
        try:
            frame = self._frame(color, depth)
            robot = self._robot_at(frame.stamp_s)
            scene = self.module.perceive(Observation((frame,), robot))
        except LLMAgentOSError as exc:
            self._error = f'{type(exc).__name__}: {exc}'
            self.get_logger().warning(self._error, throttle_duration_sec=2.0)
            return
        self._error = ''
        self._latest = scene_to_msg(scene, self.base_frame)
        self._scene_out.publish(self._latest)
        self._looks += 1
        self._look_s = time.perf_counter() - began

    def _frame(self, color: Image, depth: Image) -> CameraFrame:
        if self._info is None:
            raise PerceptionError('expected a CameraInfo with the picture, got none yet')
        return CameraFrame(
            camera=self.value('camera'),
            rgb=color_from_msg(color),
            depth=depth_from_msg(depth),
            intrinsics=intrinsics_from_info(self._info),
            base_from_camera=self._camera_pose(color),
            stamp_s=to_seconds(color.header.stamp),
        )

    def _robot_at(self, stamp_s: float) -> RobotState:
        if not self._states:
            raise PerceptionError('expected joint states with the picture, got none yet')
        return min(self._states, key=lambda s: abs(s.stamp_s - stamp_s))

    # --- where the camera stands -----------------------------------------------------------

    def _calibrated(self) -> Any:
        quaternion = list(self.value('camera_quaternion'))
        if self.value('camera_pose_source') not in ('auto', 'parameters'):
            return None
        if not any(quaternion):
            if self.value('camera_pose_source') == 'parameters':
                raise PerceptionError('expected a calibrated camera_quaternion, got zeros')
            return None
        return pose_matrix(list(self.value('camera_position')), quaternion)

    def _needs_pose_topic(self) -> bool:
        return self._pose is None and self._tf is None

    def _listen_to_tf(self) -> Any:
        wanted = self.value('camera_pose_source')
        if wanted not in ('auto', 'tf') or self._pose is not None:
            return None
        if importlib.util.find_spec('tf2_ros') is None:
            if wanted == 'tf':
                raise PerceptionError('expected tf2_ros for camera_pose_source tf, got none')
            return None
        tf2_ros = importlib.import_module('tf2_ros')
        buffer = tf2_ros.Buffer()
        self.keep(tf2_ros.TransformListener(buffer, self), lambda listener: None)
        return buffer

    def _camera_pose(self, color: Image) -> Any:
        if self._pose is not None:
            return self._pose
        if self._pose_msg is not None and self.value('camera_pose_source') != 'tf':
            return transform_to_matrix(self._pose_msg)
        if self._tf is not None:
            from rclpy.time import Time

            frame = color.header.frame_id
            try:
                found = self._tf.lookup_transform(self.base_frame, frame, Time())
            except Exception as exc:
                raise PerceptionError(
                    f'expected a transform {self.base_frame} from {frame}, got {exc}'
                ) from exc
            return transform_to_matrix(found)
        raise PerceptionError("expected the camera's pose (parameters, tf or topic), got none yet")

    # --- services --------------------------------------------------------------------------

    def _on_query(
        self, request: QueryScene.Request, answer: QueryScene.Response
    ) -> QueryScene.Response:
        if self._latest is None:
            answer.success, answer.age = False, -1.0
            answer.message = self._error or 'no picture yet'
            return answer
        scene = self._latest
        answer.age = max(0.0, self.now_s - to_seconds(scene.header.stamp))
        wanted = {k: getattr(request, k) for k in ('id', 'kind', 'color') if getattr(request, k)}
        kept = [o for o in scene.objects if all(getattr(o, k) == v for k, v in wanted.items())]
        ids = {o.id for o in kept}
        answer.scene = m.Scene(
            header=scene.header,
            objects=kept,
            relations=[
                r
                for r in scene.relations
                if r.subject in ids and (r.object in ids or r.object == 'table')
            ],
            workspace_x_min=scene.workspace_x_min,
            workspace_x_max=scene.workspace_x_max,
            workspace_y_min=scene.workspace_y_min,
            workspace_y_max=scene.workspace_y_max,
            table_z=scene.table_z,
        )
        answer.success = answer.age <= self.value('stale_s')
        if not answer.success:
            answer.message = self._error or f'the last picture is {answer.age:.1f} s old'
        return answer

    def _on_reset(self, request: Reset.Request, answer: Reset.Response) -> Reset.Response:
        if self.module is not None:
            self.module.reset()
        self._color.clear()
        self._depth.clear()
        self._last_look_s = float('-inf')
        answer.success = self.module is not None
        return answer


def names(value: Any) -> tuple[str, ...]:
    """Joint names of a parameter; [""] stands for none, since ROS cannot pass an empty list."""
    return tuple(n for n in value if n)


def main(args: list[str] | None = None) -> int:
    """Entry point of `ros2 run llmagentos_ros perception`."""
    return run(PerceptionNode, args, threads=1)


if __name__ == '__main__':
    raise SystemExit(main())
