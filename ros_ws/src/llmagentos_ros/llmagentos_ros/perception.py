# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
Perception as a node: camera pictures in, scenes out.

Knows: which messages make one frame, and says which cannot. Does not know: how anything is seen
(llmagentos.perception), where the camera stands (camera_pose.py), what scenes are for.
"""

from __future__ import annotations

from collections import deque
import inspect
import time
from typing import Any

from diagnostic_msgs.msg import DiagnosticStatus
from llmagentos.class_lookup import load_named
from llmagentos.errors import DriverError, LLMAgentOSError, PerceptionError
from llmagentos.learning import places
from llmagentos.perception.lens import Lens, Straightener
from llmagentos.perception.shown import ShownThings
from llmagentos.ports.modules import PerceptionModule
from llmagentos.ports.showing import Shows
from llmagentos.safety.ages import AHEAD_S, BEHIND_S, not_of_now, stamp_problem, StampWatch
from llmagentos.safety.watchdogs import limit_s
from llmagentos.types import CameraFrame, Observation, RobotState
from llmagentos_msgs import msg as m
from llmagentos_msgs.srv import QueryScene, Reset, ShowThing
from llmagentos_ros import interface as table
from llmagentos_ros.base import ModuleNode
from llmagentos_ros.camera_pose import CameraPose
from llmagentos_ros.clock_watch import BACK_S
from llmagentos_ros.convert import JointStateReader, scene_to_msg, to_seconds
from llmagentos_ros.fit import hear_joints, misfit, refuse_misfit
from llmagentos_ros.images import calibration_from_info, color_from_msg, depth_from_msg
from llmagentos_ros.pairing import PicturePairs
from llmagentos_ros.parameters import Parameter
from llmagentos_ros.process import run
from rcl_interfaces.msg import ParameterType  # noqa: F401 - part of the parameter contract
from sensor_msgs.msg import CameraInfo, Image, JointState

_COLOR, _DEPTH = 'colour pictures', 'depth pictures'


class PerceptionNode(ModuleNode):
    """Owns a PerceptionModule."""

    PARAMETERS = (
        Parameter('module', 'llmagentos.perception:TabletopPerception', 'Class, module:name'),
        Parameter('camera', 'overhead', 'Name of the camera for the module'),
        Parameter('max_hz', 15.0, 'Pictures looked at per second, at most', 0.1, 60.0, False),
        Parameter(
            'picture_max_age_s',
            limit_s('pictures'),
            'Pictures that are older when they come show the table as it was: they are refused',
            0.05,
            60.0,
            False,
        ),
        Parameter('stale_s', 1.0, 'Query answers older than this say so', 0.05, 60.0, False),
        Parameter('pair_slop_s', 0.02, 'Colour and depth stamps may differ by this', 0.0, 0.5),
        Parameter(
            'rectified',
            'auto',
            'yes: pictures are undistorted already; no; auto: topics named image_rect... are',
        ),
        Parameter(
            'depth_unit_m', 0.0, "Metres a unit of depth; 0: the encoding's convention", 0.0, 1.0
        ),
        Parameter('shown', True, 'Keep what things look like that people show by name'),
        Parameter('taught_folder', '', "Where; empty: learning in the user's data folder"),
        *CameraPose.PARAMETERS,
        Parameter('joint_names', [''], 'Arm joints, shoulder to wrist; empty: those of `robot`'),
        Parameter('finger_joint_names', [''], 'Finger joints; empty: those of `robot`'),
    )

    def __init__(self) -> None:
        super().__init__('perception')
        self.module: PerceptionModule | None = None
        self._error = self._joints_error = ''
        self._doubts: list[str] = []
        self._looks = self._refused = 0
        self._look_s = 0.0
        self._latest: m.Scene | None = None
        self._pairs = PicturePairs(self.value('pair_slop_s'))
        self._heard = hear_joints(self)

    def build(self) -> None:
        """Create the module that the parameter names, and the channels of cameras and joints."""
        arm, fingers = names(self.value('joint_names')), names(self.value('finger_joint_names'))
        refuse_misfit(self.robot, self._heard, arm, fingers)
        self.module = self._made(load_named(self.value('module')))
        self._reader = JointStateReader(self.robot, arm, fingers)
        self._states: deque[RobotState] = deque(maxlen=32)
        self._pairs = PicturePairs(self.value('pair_slop_s'))
        self._info: CameraInfo | None = None
        self._straightener = Straightener()
        self._pose = CameraPose(self)
        self._last_look_s = float('-inf')
        self._scene_out = self.publisher(table.SCENE)
        color = self.subscription(table.COLOR, self._on_color)
        depth = self.subscription(table.DEPTH, self._on_depth)
        self._rectified = [self._is_rectified(topic.topic_name) for topic in (color, depth)]
        self._stamps = {what: StampWatch(what) for what in (_COLOR, _DEPTH)}
        # Some drivers send it once, and keep it for those who come later.
        self.subscription(table.CAMERA_INFO, self._on_info, needed=lambda: True, any_policy=True)
        # One near each picture is enough; while a picture is looked at the others pass.
        self.subscription(table.JOINT_STATES, self._on_joint_state, least_hz=1.0)
        self.serve(table.QUERY_SCENE, self._on_query, self.default_callback_group)
        self.serve(table.SHOW_THING, self._on_show, self.default_callback_group)
        self.serve(table.RESET_PERCEPTION, self._on_reset, self.default_callback_group)

    def _made(self, kind: Any) -> PerceptionModule:
        """
        Make the module.

        One that asks for an arm (to know it in the picture) gets this one, and one that asks for
        what was shown gets that.
        """
        wanted = inspect.signature(kind).parameters
        given: dict[str, Any] = {}
        if 'arm' in wanted:
            given['arm'] = self.robot
        if 'shown' in wanted and self.value('shown'):
            robot = f'{self.get_namespace()}-{self.robot.name}'
            given['shown'] = ShownThings(places.shown(robot, self.value('taught_folder')))
            if given['shown'].problem:
                self.get_logger().warning(given['shown'].problem)
        module: PerceptionModule = kind(**given)
        return module

    def release(self) -> None:
        """Forget the module and what it saw last."""
        self.module, self._latest = None, None

    def health(self) -> tuple[bytes, str, dict[str, Any]]:
        """Say how many looks there were, how long one takes (ms), and what failed last."""
        figures = {
            'looks': self._looks,
            'dropped_pictures': self._pairs.dropped,
            'refused_pictures': self._refused,
            'look_ms': f'{self._look_s * 1000:.1f}',
        }
        level, words, _ = super().health()
        problems = (self._error, self._pairs.problem, self._joints_error, self._misfit())
        errors = [e for e in problems if e]
        if errors or self._doubts:
            level = DiagnosticStatus.ERROR if errors else DiagnosticStatus.WARN
            words = '; '.join([*errors, *self._doubts])
        return level, words, figures

    def _misfit(self) -> str:
        if self.module is None:
            return ''
        arm, fingers = names(self.value('joint_names')), names(self.value('finger_joint_names'))
        return misfit(self.robot, self._heard, arm, fingers)

    # --- messages in -----------------------------------------------------------------------

    def _on_info(self, msg: CameraInfo) -> None:
        self._info = msg

    def _on_joint_state(self, msg: JointState) -> None:
        try:
            state = self._reader.read(msg, self.now_s)
        except DriverError as exc:
            self._joints_error = f'{type(exc).__name__}: {exc}'
            return
        if state is not None:
            self._joints_error = ''
            self._states.append(state)

    def _on_color(self, msg: Image) -> None:
        if self._usable(msg, _COLOR):
            self._consider(self._pairs.color(to_seconds(msg.header.stamp), msg))

    def _on_depth(self, msg: Image) -> None:
        if self._usable(msg, _DEPTH):
            self._consider(self._pairs.depth(to_seconds(msg.header.stamp), msg))

    def _usable(self, msg: Image, what: str) -> bool:
        """Whether pictures are wanted now, and this one is of now: names it where it is not."""
        if not self.is_active or self.module is None:
            return False
        stamp_s, now_s = to_seconds(msg.header.stamp), self.now_s
        stood = self._stamps[what].problem(stamp_s, now_s)
        problem = stamp_problem(what, stamp_s, now_s) or stood or self._late(what, stamp_s, now_s)
        if problem:
            self._refuse(problem)
        return not problem

    def _late(self, what: str, stamp_s: float, now_s: float) -> str:
        """
        Say why pictures are too old, in words, or ''.

        A picture may have waited here while the one before it was looked at, which is no fault of
        its sender: that long it may be older, but no longer than half of the limit. However slow a
        look is, what always comes too late does not get through.
        """
        limit_s = self.value('picture_max_age_s')
        room_s = min(self._look_s, limit_s / 2)
        problem = not_of_now(what, stamp_s, now_s, limit_s + room_s)
        return problem and f'{problem} (picture_max_age_s {limit_s:g} s)'

    def _refuse(self, why: str) -> None:
        self._refused += 1
        self._error = why
        self.get_logger().warning(why, throttle_duration_sec=2.0)

    def _consider(self, pair: tuple[Image, Image] | None) -> None:
        if pair is None:
            return
        stamp = to_seconds(pair[0].header.stamp)
        if stamp < self._last_look_s - BACK_S:
            self.get_logger().warning(f'pictures went back by {self._last_look_s - stamp:.1f} s')
            self._begin_anew()
        # A period a little short of the nominal one counts as whole: stamps are quantized.
        if 0 <= stamp - self._last_look_s < 0.9 / self.value('max_hz'):
            return
        self._last_look_s = stamp
        self._look(*pair)

    # --- the module ------------------------------------------------------------------------

    def _look(self, color: Image, depth: Image) -> None:
        began = time.perf_counter()
        assert self.module is not None
        try:
            frame = self._frame(color, depth)
            robot = self._robot_at(frame.stamp_s)
            scene = self.module.perceive(Observation((frame,), robot))
        except LLMAgentOSError as exc:
            self._refuse(f'{type(exc).__name__}: {exc}')
            return
        self._error = ''
        self._doubts = self._doubts_of(color, depth)
        self._latest = scene_to_msg(scene, self.base_frame)
        self._scene_out.publish(self._latest)
        self._looks += 1
        self._look_s = time.perf_counter() - began

    def _frame(self, color: Image, depth: Image) -> CameraFrame:
        rgb, metres = color_from_msg(color), depth_from_msg(depth, self.value('depth_unit_m'))
        if rgb.shape[:2] != metres.shape:
            raise PerceptionError(
                f'expected depth aligned to colour, {color.width}x{color.height} pixels, '
                f'got {depth.width}x{depth.height}'
            )
        lens = self._lens(color.width, color.height)
        return CameraFrame(
            camera=self.value('camera'),
            rgb=lens.color(rgb),
            depth=lens.depth(metres),
            intrinsics=lens.intrinsics,
            base_from_camera=self._pose.of(color.header.frame_id),
            stamp_s=to_seconds(color.header.stamp),
        )

    def _lens(self, width: int, height: int) -> Lens:
        if self._info is None:
            raise PerceptionError('expected a CameraInfo with the picture, got none yet')
        told = calibration_from_info(self._info)
        rectified = self._rectified
        lens = self._straightener.lens(told, width, height, all(rectified))
        if any(rectified) and not all(rectified) and not lens.is_straight:
            raise PerceptionError(
                'expected colour and depth both rectified or both as the lens takes them, '
                f'got {" and ".join("rectified" if r else "raw" for r in rectified)}'
            )
        return lens

    def _is_rectified(self, topic: str) -> bool:
        """Whether a topic's pictures are undistorted already, by image_proc's naming."""
        said = self.value('rectified')
        if said not in ('auto', 'yes', 'no'):
            raise PerceptionError(f'expected rectified auto, yes or no, got {said!r}')
        return bool(said == 'yes' or (said == 'auto' and 'image_rect' in topic))

    def _robot_at(self, stamp_s: float) -> RobotState:
        if not self._states:
            why = self._joints_error and f': {self._joints_error}'
            raise PerceptionError(f'expected joint states with the picture, got none yet{why}')
        state = min(self._states, key=lambda s: abs(s.stamp_s - stamp_s))
        # While a picture is looked at many pass; on a busy machine the nearest is seconds away.
        if abs(state.stamp_s - stamp_s) > BEHIND_S:
            raise PerceptionError(
                f'expected joint states within {BEHIND_S:.0f} s of the picture, '
                f'got {state.stamp_s - stamp_s:+.2f} s'
            )
        return state

    def _doubts_of(self, color: Image, depth: Image) -> list[str]:
        """Name what is got along with: frames that differ, velocities that contradict."""
        frame_id = color.header.frame_id
        doubts = [self._pose.doubt(frame_id)]
        assert self._info is not None
        for what, other in (('depth', depth), ('camera_info', self._info)):
            if other.header.frame_id and other.header.frame_id != frame_id:
                doubts.append(
                    f'colour is of frame {frame_id}, {what} of {other.header.frame_id}: '
                    'do they belong together?'
                )
        odd = ', '.join(self._reader.readings.contradictions)
        doubts.append(odd and f'velocities contradict positions, which count: {odd}')
        return [doubt for doubt in doubts if doubt]

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
            workspace_scale=scene.workspace_scale,
            left_out=scene.left_out,
        )
        # A clock that was set back makes the last picture one of the future.
        future = to_seconds(scene.header.stamp) - self.now_s > AHEAD_S
        answer.success = answer.age <= self.value('stale_s') and not future
        if not answer.success:
            old = "stamped ahead of this node's clock" if future else f'{answer.age:.1f} s old'
            answer.message = self._error or f'the last picture is {old}'
        return answer

    def _on_show(
        self, request: ShowThing.Request, answer: ShowThing.Response
    ) -> ShowThing.Response:
        namer: Shows | None = getattr(self.module, 'namer', None)
        if namer is None:
            answer.error, answer.message = 'PerceptionError', 'this perception keeps no names'
            return answer
        try:
            if request.action == ShowThing.Request.SHOW:
                told = namer.show(request.object_id, request.name)
                answer.views, answer.like, answer.twin = told.views, told.like, told.twin
                answer.success = True
            elif request.action == ShowThing.Request.FORGET:
                answer.success = namer.forget(request.name)
            else:
                answer.success = True
        except (LLMAgentOSError, ValueError) as exc:
            answer.error, answer.message = type(exc).__name__, str(exc)
        answer.names = list(namer.names)
        return answer

    def _on_reset(self, request: Reset.Request, answer: Reset.Response) -> Reset.Response:
        self._begin_anew()
        answer.success = self.module is not None
        return answer

    def _begin_anew(self) -> None:
        """Forget what was seen: it is of another session, or of another time."""
        if self.module is not None:
            self.module.reset()
        self._pairs.forget()
        # A state of before says nothing of a picture of now; the newest may be of now already.
        now = [s for s in self._states if s.stamp_s <= self.now_s + BACK_S]
        self._states.clear()
        self._states.extend(now)
        self._last_look_s = float('-inf')


def names(value: Any) -> tuple[str, ...]:
    """Joint names of a parameter; [""] stands for none, since ROS cannot pass an empty list."""
    return tuple(n for n in value if n)


def main(args: list[str] | None = None) -> int:
    """Entry point of `ros2 run llmagentos_ros perception`."""
    return run(PerceptionNode, 'perception', args, threads=1)


if __name__ == '__main__':
    raise SystemExit(main())
