# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
The simulated robot as a node: cameras, joints and clock out, trajectories in.

Knows: how a SimWorld's pictures and joints become messages. Does not know: perception, plans.
It owns simulated time: /clock moves as the physics does, at real time or slower (pacing.py).
"""

from __future__ import annotations

import time
from typing import Any

from llmagentos.composition import load_scene
from llmagentos.errors import DriverError, LLMAgentOSError, SceneError
from llmagentos_msgs.msg import GripperCommand
from llmagentos_msgs.srv import Reset
from llmagentos_ros import interface as table
from llmagentos_ros.base import ModuleNode
from llmagentos_ros.convert import joint_state_to_msg, matrix_to_transform, to_seconds, to_time
from llmagentos_ros.follower import Point, TrajectoryFollower
from llmagentos_ros.images import image_to_msg, info_to_msg
from llmagentos_ros.pacing import Pace
from llmagentos_ros.parameters import Parameter
from llmagentos_ros.process import run
from llmagentos_ros.rivals import Rivals
import numpy as np
from rclpy.clock import Clock as RclpyClock
from rclpy.clock import ClockType
from rosgraph_msgs.msg import Clock
from trajectory_msgs.msg import JointTrajectory

#: Points that are farther apart than this are a motion, rad.
_MOTION_RAD = 0.01


class RobotSim(ModuleNode):
    """Owns sim.world.SimWorld."""

    PARAMETERS = (
        Parameter('scene', 'demo', 'Scene: a shipped name, a YAML file, or random'),
        Parameter('seed', 0, 'Seeds noise and random scenes', 0, 2**31 - 1),
        Parameter('control_hz', 60, 'Physics periods and joint states per second', 20, 240),
        Parameter('camera_hz', 15.0, 'Pictures per second; 0 stops the camera', 0.0, 60.0, False),
        Parameter('speed', 1.0, 'Simulated seconds per second, at most', 0.05, 20.0, False),
        Parameter(
            'command_wait_s',
            0.5,
            'Wall time that simulated time waits for the next command of a moving arm',
            0.0,
            10.0,
            False,
        ),
        Parameter('camera_frame', 'camera_color_optical_frame', 'Optical frame of the camera'),
        Parameter('view', False, "Open PyBullet's window"),
        Parameter('rgb_noise', 0.0, 'Standard deviation of colours, grey levels', 0.0, 50.0),
        Parameter('depth_noise_m', 0.0, 'Standard deviation of depth at 1 m', 0.0, 0.1),
    )

    def __init__(self) -> None:
        super().__init__('robot_sim')
        self.world: Any = None
        self.pace = Pace(1.0)
        self._rejected = 0
        self._pictures = 0

    def build(self) -> None:
        """Create the world from the scene parameter. SceneError for one that cannot exist."""
        from sim.noise import SensorNoise
        from sim.world import SimWorld

        seed = int(self.value('seed'))
        rgb_std, depth_std_m = self.value('rgb_noise'), self.value('depth_noise_m')
        noise = None  # as the scene has it
        if rgb_std > 0 or depth_std_m > 0:
            noise = SensorNoise(rgb_std=rgb_std, depth_std_m=depth_std_m, seed=seed)
        self.world = SimWorld(
            load_scene(self.value('scene'), seed, self.value('robot')),
            seed=seed,
            control_hz=int(self.value('control_hz')),
            view=self.value('view'),
            noise=noise,
        )
        self.world.overhead.capture()  # the first picture builds the renderer
        self.follower = TrajectoryFollower(self.world.state().positions, self.robot)
        self._spec, self._frame = self.robot, self.base_frame
        self._offset_s = 0.0
        # The clock goes on over a restart, since everyone else's does: it begins at the uptime.
        self._offset_s = time.monotonic()
        self.pace = Pace(self.world.control_period_s)
        self._clock_out = self.publisher(table.CLOCK)
        self._joints_out = self.publisher(table.JOINT_STATES)
        self._color_out = self.publisher(table.COLOR)
        self._depth_out = self.publisher(table.DEPTH)
        self._info_out = self.publisher(table.CAMERA_INFO)
        self._pose_out = self.publisher(table.CAMERA_POSE)
        # Commands come when there is something to do.
        self._rivals = Rivals(self)
        self.subscription(table.TRAJECTORY, self._on_trajectory, needed=lambda: False)
        self.subscription(table.GRIPPER, self._on_gripper)
        self.serve(table.RESET_ROBOT, self._on_reset, self.default_callback_group)
        # Physics is paced by the steady clock: the node's own clock is what it produces.
        steady = RclpyClock(clock_type=ClockType.STEADY_TIME)
        self.keep(
            self.create_timer(self.world.control_period_s, self._on_timer, clock=steady),
            self.destroy_timer,
        )

    def release(self) -> None:
        """Give the physics back."""
        if self.world is not None:
            self.world.close()
            self.world = None

    def started(self) -> None:
        """Begin to keep pace with the wall's clock, with a picture at once."""
        self.pace.start()
        self._next_picture_s = 0.0
        self._pose_sent = False

    def health(self) -> tuple[bytes, str, dict[str, Any]]:
        """Say how many pictures were taken, and how many commands were late or rejected."""
        level, words, _ = super().health()
        figures = {
            'pictures': self._pictures,
            'rejected_commands': self._rejected,
            'late_commands': self.pace.late,
        }
        return level, words, figures

    @property
    def sim_s(self) -> float:
        """The robot's clock: it never runs backwards, not even over a reset."""
        return self.world.now_s + self._offset_s

    def _on_timer(self) -> None:
        if not self.is_active or self.world is None:
            return
        waits = self.pace.waits(self.sim_s, self.value('command_wait_s'))
        if waits:
            # Once more: whoever is waited for may have missed it.
            self._clock_out.publish(Clock(clock=to_time(self.sim_s)))
        for _ in range(self.pace.due(self.value('speed'), waits)):
            self._step()

    def _step(self) -> None:
        world = self.world
        if self.follower.moving:
            world.send_joint_positions(self.follower.sample(self.sim_s + world.control_period_s))
        else:
            self.follower.sample(self.sim_s + world.control_period_s)
        world.advance()
        stamp = to_time(self.sim_s)
        self._clock_out.publish(Clock(clock=stamp))
        msg = joint_state_to_msg(world.state(), self._spec, self._frame)
        msg.header.stamp = stamp
        self._joints_out.publish(msg)
        rate = self.value('camera_hz')
        if rate > 0 and self.sim_s >= self._next_picture_s:
            self._next_picture_s = max(self._next_picture_s + 1.0 / rate, self.sim_s)
            self._publish_picture(stamp)

    def _publish_picture(self, stamp: Any) -> None:
        frame_id = self.value('camera_frame')
        frame = self.world.overhead.capture()
        height, width = frame.depth.shape
        self._info_out.publish(info_to_msg(frame.intrinsics, width, height, stamp, frame_id))
        self._depth_out.publish(
            image_to_msg(np.asarray(frame.depth, np.float32), '32FC1', stamp, frame_id)
        )
        self._color_out.publish(image_to_msg(frame.rgb, 'rgb8', stamp, frame_id))
        self._pictures += 1
        if not self._pose_sent:
            self._pose_sent = True
            self._pose_out.publish(
                matrix_to_transform(frame.base_from_camera, self._frame, frame_id, self.sim_s)
            )

    def _on_trajectory(self, msg: JointTrajectory) -> None:
        """As the joint trajectory controller: a stamp of zero means now."""
        if not self.is_active:
            return
        try:
            self._refuse_rivals()
            order = [msg.joint_names.index(name) for name in self._spec.joint_names]
            start = to_seconds(msg.header.stamp) or self.sim_s
            points = [
                Point(
                    start + p.time_from_start.sec + p.time_from_start.nanosec * 1e-9,
                    tuple(p.positions[i] for i in order),
                )
                for p in msg.points
            ]
            self.follower.accept(points, self.sim_s)
            self.pace.command(start, self.sim_s, _spread(points) > _MOTION_RAD)
        except (DriverError, ValueError, IndexError) as exc:
            self._rejected += 1
            self.get_logger().warning(f'trajectory rejected: {exc}', throttle_duration_sec=1.0)

    def _refuse_rivals(self) -> None:
        """Raise DriverError where two nodes send commands: nobody's count, the arm brakes."""
        commanders = self._rivals.commanders()
        if len(commanders) > 1:
            who = ', '.join(sorted(commanders))
            raise DriverError(f'expected one node to command the arm, got {who}')

    def _on_gripper(self, msg: GripperCommand) -> None:
        if not self.is_active:
            return
        try:
            if not (np.isfinite(msg.width) and np.isfinite(msg.force)):
                raise DriverError(f'expected finite numbers, got {msg.width}, {msg.force}')
            self.world.send_gripper(msg.width, msg.force)
        except DriverError as exc:
            self._rejected += 1
            self.get_logger().warning(f'gripper command rejected: {exc}')

    def _on_reset(self, request: Reset.Request, answer: Reset.Response) -> Reset.Response:
        """Set the scene up anew. The clock goes on, since everyone else's does."""
        before = self.sim_s
        seed = None if request.seed < 0 else int(request.seed)
        try:
            spec = _scene_of(request.scene, seed or 0, self.value('robot'))
            self.world.reset(spec, seed)
        except LLMAgentOSError as exc:
            answer.success, answer.message = False, f'{type(exc).__name__}: {exc}'
            return answer
        self._offset_s = before - self.world.now_s
        self.follower.reset(self.world.state().positions)
        self.pace.start()
        answer.success, answer.message = True, ''
        return answer


def _spread(points: list[Point]) -> float:
    """Return how far the last point is from the first, rad."""
    if not points:
        return 0.0
    pairs = zip(points[0].positions, points[-1].positions, strict=True)
    return max(abs(a - b) for a, b in pairs)


def _scene_of(text: str, seed: int, robot: str) -> Any:
    """Load a SceneSpec of that arm from a name, a file, or YAML text; None for no change."""
    if not text:
        return None
    if '\n' in text or text.lstrip().startswith('{'):
        import yaml

        try:
            data = yaml.safe_load(text)
        except yaml.YAMLError as exc:
            raise SceneError(f'expected a scene as YAML, got {exc}') from exc
        if not isinstance(data, dict):
            raise SceneError(f'expected a mapping, got {type(data).__name__}')
        return load_scene(data, seed, robot)
    return load_scene(text, seed, robot)


def main(args: list[str] | None = None) -> int:
    """Entry point of `ros2 run llmagentos_ros robot_sim`."""
    return run(RobotSim, 'robot_sim', args, threads=1)


if __name__ == '__main__':
    raise SystemExit(main())
