# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
The simulated base as a node: wheels, scanner, map and clock out, velocities in.

Knows: how a FlatWorld's wheels and scans become messages, and who may move it. Does not know:
ways, goals, who drives it: teleoperation, Nav2, or our own navigator.

Whatever comes on `cmd_vel` goes through our gate: inside the profile's limits, braked before
anything is touched. A velocity counts for `cmd_vel_timeout_s`; after that the base brakes. With
`localize` it also says where it is on its map, as map_server and AMCL would; without, they do.
"""

from __future__ import annotations

from pathlib import Path
import threading
import time
from typing import Any

from geometry_msgs.msg import PoseWithCovarianceStamped
from llmagentos.errors import DriverError, GateRejection, LLMAgentOSError, StoppedError
from llmagentos.navigation.localization import Localization
from llmagentos.ports.driving import Odometry
from llmagentos.safety.base_gate import BaseGate
from llmagentos.safety.gated_base import GatedBase
from llmagentos.safety.permit import Permit
from llmagentos.types import MapPose
from llmagentos_msgs.srv import Reset
from llmagentos_ros import interface as table
from llmagentos_ros.base_messages import (
    grid_to_msg,
    odometry_to_msg,
    pose_from_msg,
    velocity_of,
)
from llmagentos_ros.base_stopping import BaseStopping
from llmagentos_ros.convert import pose_to_msg, to_seconds, to_time
from llmagentos_ros.driving_node import CMD_VEL_KIND, DrivingNode
from llmagentos_ros.frames import Broadcast, planar_transform
from llmagentos_ros.pacing import Pace
from llmagentos_ros.parameters import Parameter
from llmagentos_ros.process import run
from llmagentos_ros.scan_messages import scan_to_msg
from rclpy.clock import Clock as RclpyClock
from rclpy.clock import ClockType
from rosgraph_msgs.msg import Clock
from std_msgs.msg import String
import yaml

#: How often the base says where it is on its map, seconds.
_POSE_S = 0.5


class BaseSim(DrivingNode):
    """Owns sim.flats.world.FlatWorld."""

    PARAMETERS = (
        Parameter('flat', 'flat', 'Flat: flat, workshop, random, or a YAML file'),
        Parameter('at_dock', False, "It begins at the flat's dock, where it has one"),
        Parameter('seed', 0, 'Seeds noise, drift and random flats', 0, 2**31 - 1),
        Parameter('control_hz', 20, 'Physics periods and odometry per second', 15, 240),
        Parameter('speed', 1.0, 'Simulated seconds per second, at most', 0.05, 20.0, False),
        Parameter('exact', False, 'Neither wheels nor scanner err'),
        Parameter('localize', True, 'Say where the base is: map to odom on tf, amcl_pose'),
        Parameter('tell_map', True, 'Tell the map of the flat, and what its parts are called'),
        Parameter('scan_frame', 'laser', 'Frame of the scanner'),
        Parameter('cmd_vel_timeout_s', 0.5, 'So long a velocity counts', 0.05, 5.0, False),
        Parameter('view', False, "Open PyBullet's window"),
        CMD_VEL_KIND,
    )

    def __init__(self) -> None:
        super().__init__('base_sim')
        self.world: Any = None
        self.pace = Pace(1.0)
        self._passed_s = 0.0
        self._stopping = BaseStopping(self, lambda: self._passed_s)
        self._permit = Permit(self._stopping.supervisor, 'cmd_vel')
        self._rejected = 0
        self._alone = threading.RLock()

    def build(self) -> None:
        """Create the world. SceneError for a flat that cannot exist."""
        self._offset_s = time.monotonic()  # the clock goes on over a restart
        self._heard: Any = None
        self._enter(self.value('flat'), int(self.value('seed')))
        self._clock_out = self.publisher(table.CLOCK)
        self._odom_out = self.publisher(table.ODOM)
        self._scan_out = self.publisher(table.SCAN)
        self._map_out = self.publisher(table.MAP)
        self._plan_out = self.publisher(table.FLOOR_PLAN)
        self._pose_out = self.publisher(table.AMCL_POSE)
        self._frames = Broadcast(self)
        self.hear_velocities(self._on_velocity)
        self.subscription(
            table.INITIAL_POSE, self._on_initial_pose, self.group, needed=lambda: False
        )
        self.serve(table.RESET_BASE, self._on_reset)
        self._stopping.reach('base_sim/')  # a navigator may have a stop of its own
        self.pace = Pace(self.world.control_period_s)
        steady = RclpyClock(clock_type=ClockType.STEADY_TIME)
        self.keep(
            self.create_timer(self.world.control_period_s, self._on_timer, clock=steady),
            self.destroy_timer,
        )

    def _enter(self, flat: str, seed: int) -> None:
        """Be in a flat, at its start."""
        from sim.flats.flat import floor_plan, planned_map
        from sim.flats.world import FlatWorld

        spec = _flat_of(flat, seed, self.value('base'))
        if self.value('at_dock') and spec.dock is not None:
            spec = spec.model_copy(update={'start': spec.dock})
        world = FlatWorld(
            spec,
            seed=seed,
            control_hz=int(self.value('control_hz')),
            exact=self.value('exact'),
            view=self.value('view'),
        )
        self._leave()
        self.world, self._spec = world, world.spec
        self._permit.end()  # what moved it before moves it no more
        self._has_goal = False
        gate = BaseGate(self._spec, self.value('profile'))
        self.driver = GatedBase(world, gate, self._permit)
        self._grid = planned_map(spec, self._spec.scanner.height_m)
        self._plan = floor_plan(spec)
        self._where = Localization(self._grid, MapPose(*spec.start), seed=seed)
        self._command: Any = None
        self._scan_s, self._pose_s = -1.0, -1.0

    def _leave(self) -> None:
        if self.world is not None:
            self.world.close()
            self.world = None

    def release(self) -> None:
        """Give the physics back."""
        with self._alone:
            self._leave()

    def started(self) -> None:
        """Begin to keep pace with the wall's clock."""
        self._stopping.supervisor.arm('activation of the base')
        self.pace.start()
        self._tell_what_stays()

    def stopped(self) -> None:
        """Drive on nobody's behalf."""
        self._command = None

    def health(self) -> tuple[bytes, str, dict[str, Any]]:
        """Say how many velocities were refused, and what the gate held back."""
        level, words, _ = super().health()
        held = {} if self.world is None else dict(self.driver.gate.rejections)
        return level, words, {'rejected_commands': self._rejected, **held}

    @property
    def sim_s(self) -> float:
        """The base's clock: it never runs backwards, not even over a reset."""
        return float(self.world.now_s + self._offset_s)

    # --- every period --------------------------------------------------------------------------

    def _on_timer(self) -> None:
        with self._alone:
            if not self.is_active or self.world is None:
                return
            for _ in range(self.pace.due(self.value('speed'), False)):
                self._step()

    def _step(self) -> None:
        self._passed_s = self.sim_s
        self._drive()
        self.driver.advance()
        odometry, scan = self.driver.odometry(), self.driver.scan()
        self._where.update(odometry, scan)
        now = self.sim_s
        said = Odometry(odometry.pose, odometry.velocity, now)
        odom, base = self.value('odom_frame'), self.base_frame
        self._passed_s = now
        self._odom_out.publish(odometry_to_msg(said, odom, base))
        moving = [planar_transform(odometry.pose, odom, base, now)]
        if self.value('localize'):
            here = self._where.map_from_odom
            moving.append(planar_transform(here, self.value('map_frame'), odom, now))
        self._frames.tell(*moving)
        if scan.stamp_s != self._scan_s:
            self._scan_s = scan.stamp_s
            msg = scan_to_msg(scan, self.value('scan_frame'))
            msg.header.stamp = to_time(scan.stamp_s + self._offset_s)
            msg.scan_time = 1.0 / self._spec.scanner.rate_hz
            self._scan_out.publish(msg)
        if now - self._pose_s >= _POSE_S and self.value('localize'):
            self._pose_s = now
            self._pose_out.publish(self._pose(now))
        self._clock_out.publish(Clock(clock=to_time(now)))

    def _drive(self) -> None:
        """Pass the last velocity on as long as it counts."""
        command = self._command
        if command is not None and self.sim_s - command[0] > self.value('cmd_vel_timeout_s'):
            command = self._command = None
        if command is None:
            if self._has_goal and self.driver.rests:
                self._permit.end()
                self._has_goal = False
            return
        if not self._has_goal:
            self._permit.begin()
            self._has_goal = True
        try:
            self.driver.send_velocity(command[1])
        except (StoppedError, DriverError, GateRejection) as exc:
            self._command = None
            self._refuse(exc)

    def _pose(self, now: float) -> PoseWithCovarianceStamped:
        out = PoseWithCovarianceStamped()
        out.header.frame_id, out.header.stamp = self.value('map_frame'), to_time(now)
        out.pose.pose = pose_to_msg(self._where.pose)
        way, turn = self._where.spread
        # x, y and the turn about z on the diagonal of 6 x 6.
        out.pose.covariance[0] = out.pose.covariance[7] = float(way) ** 2
        out.pose.covariance[35] = float(turn) ** 2
        return out

    def _tell_what_stays(self) -> None:
        now, mount = self.sim_s, MapPose(self._spec.scanner.x_m, 0.0)
        fixed = planar_transform(mount, self.base_frame, self.value('scan_frame'), now)
        fixed.transform.translation.z = float(self._spec.scanner.height_m)
        self._frames.fix(fixed)
        if self.value('tell_map'):
            self._map_out.publish(grid_to_msg(self._grid, self.value('map_frame'), now))
            self._plan_out.publish(String(data=yaml.safe_dump(self._plan.model_dump(mode='json'))))

    # --- what others say -----------------------------------------------------------------------

    def _on_velocity(self, msg: Any) -> None:
        if not self.is_active:
            return
        try:
            velocity = velocity_of(msg)
            header = getattr(msg, 'header', None)
            late = 0.0 if header is None else self.sim_s - to_seconds(header.stamp)
            if header is not None and to_seconds(header.stamp) > 0 and late > self._most_late:
                raise DriverError(f'expected a velocity of now, got one {late:.1f} s old')
        except DriverError as exc:
            self._refuse(exc)
            self._command = None
            return
        self._command = (self.sim_s, velocity)

    @property
    def _most_late(self) -> float:
        return float(self.value('cmd_vel_timeout_s'))

    def _refuse(self, why: Exception) -> None:
        self._rejected += 1
        self.get_logger().warning(f'velocity refused: {why}', throttle_duration_sec=1.0)

    def _on_initial_pose(self, msg: PoseWithCovarianceStamped) -> None:
        try:
            pose = pose_from_msg(msg.pose.pose)
        except DriverError as exc:
            self.get_logger().warning(f'initial pose refused: {exc}')
            return
        with self._alone:
            self._where.place(pose)

    def _on_reset(self, request: Reset.Request, answer: Reset.Response) -> Reset.Response:
        """Put the base back to its start. The clock goes on, since everyone else's does."""
        with self._alone:
            before = self.sim_s
            try:
                self._enter(request.scene or self.value('flat'), max(int(request.seed), 0))
            except LLMAgentOSError as exc:
                answer.success, answer.message = False, f'{type(exc).__name__}: {exc}'
                return answer
            self._offset_s = before - self.world.now_s
            self.pace.start()
            self._tell_what_stays()
        answer.success, answer.message = True, ''
        return answer


def _flat_of(text: str, seed: int, base: str) -> Any:
    """Load a flat by a shipped name, as random, or from a file."""
    from sim.flats.flat import FLATS
    from sim.flats.generated import random_flat
    from sim.flats.spec import FlatSpec

    if text == 'random':
        return random_flat(seed, base=base)
    shipped = FLATS / f'{text}.yaml'
    spec = FlatSpec.from_yaml(shipped if shipped.exists() else Path(text))
    return spec.model_copy(update={'base': base})


def main(args: list[str] | None = None) -> int:
    """Entry point of `ros2 run llmagentos_ros base_sim`."""
    return run(BaseSim, 'base_sim', args)


if __name__ == '__main__':
    raise SystemExit(main())
