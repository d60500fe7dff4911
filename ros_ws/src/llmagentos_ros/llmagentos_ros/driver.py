# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
A robot arm behind ROS topics, as the core's `RobotDriver`.

Knows: joint trajectories out, joint states in, the gripper's command, clocks and their lag.
Does not know: whether a simulator or a real arm is on the other side.

Every command is a point that shall be reached `lookahead_s` after its period begins (stream.py).
Every message carries all points that are still ahead, so that a late message costs nothing, and
then points that brake, so that an arm whose commands end in mid-motion ramps down (braking.py).
`state()` takes that known lag out: it says where the arm will be when the points under way are
reached, which is what the measured joints show once the lag has passed. An arm that is held up
differs from its commands all the same, and skills notice; one that never moves is told by
follow_watch.py.

A clock that is set back takes the meaning from every time under way. The arm is then sent the
way to rest once more, on the new clock, and whoever commands it gets an error.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
import math
import threading

from builtin_interfaces.msg import Duration
from llmagentos.errors import DriverError, NotANumberError
from llmagentos.ports.hardware import RobotDriver
from llmagentos.robots import ArmSpec
from llmagentos.safety.ages import AgeTimer
from llmagentos.types import RobotState
from llmagentos_ros.clock_watch import ClockWatch
from llmagentos_ros.convert import JointStateReader, to_time
from llmagentos_ros.follow_watch import FollowWatch
from llmagentos_ros.stream import PointStream, TimedPoint
from sensor_msgs.msg import JointState
from trajectory_msgs.msg import JointTrajectory, JointTrajectoryPoint

#: A measured state counts for the whole period in which it was read, but not longer than this.
_VIEW_S = 0.25
#: A stop's points begin so long after it: what comes later would be caught up with a jolt.
_HEED_S = 0.02
#: So long after a way to rest its end is no command any more, seconds.
_OVER_S = 0.25
#: Stamps are rounded: a clock that is this close has come, seconds.
_SAME_S = 1e-6


class RosDriver(RobotDriver):
    """
    One arm. `advance` may be called from one thread, messages come in on another.

    publish: sends a JointTrajectory; grip: sends (width_m, force_n); clock: seconds on the node's
    clock; clock_moved: a condition that is notified when simulated time has moved, or None for a
    clock that runs by itself; spec: the arm; joint_names, finger_names: what its driver calls
    them, where that differs; joint_states, clock_age: the watchdogs' timers of both sources.
    """

    def __init__(
        self,
        publish: Callable[[JointTrajectory], None],
        grip: Callable[[float, float], None],
        clock: Callable[[], float],
        *,
        spec: ArmSpec,
        clock_moved: threading.Condition | None = None,
        joint_names: Sequence[str] = (),
        finger_names: Sequence[str] = (),
        control_hz: float = 60.0,
        lookahead_s: float = 0.06,
        joint_states: AgeTimer,
        clock_age: AgeTimer,
        gripper_latency_s: float = 0.1,
    ) -> None:
        self._publish, self._grip, self._clock = publish, grip, clock
        self._clock_watch = ClockWatch(clock)
        self._went_back = self._clock_watch.watch()
        self._clock_moved = clock_moved
        self._spec = spec
        self._names = tuple(joint_names or spec.joint_names)
        self._reader = JointStateReader(spec, self._names, finger_names)
        self._period_s = 1.0 / control_hz
        self._lookahead_s = lookahead_s
        self._stream = PointStream(spec, self._period_s, lookahead_s)
        #: What skills wait for fingers to begin to move, beyond a simulator's.
        self.gripper_latency_s = gripper_latency_s
        self.joint_states, self._clock_age = joint_states, clock_age
        self.follows = FollowWatch()
        self.rejected = 0
        self._lock, self._sending = threading.Lock(), threading.Lock()
        #: After a stop: what is left of the way to rest. None: what is commanded is sent.
        self._way: list[TimedPoint] | None = None
        self._state: RobotState | None = None
        #: What this period's readers see, and when the first of them asked.
        self._view: RobotState | None = None
        self._viewed_s = -math.inf
        self._tick_s = -math.inf
        self._command: tuple[float, ...] | None = None
        self._moved_s = -math.inf
        self._width: float | None = None
        self._connected = True

    # --- messages in ---------------------------------------------------------------------

    def on_joint_state(self, msg: JointState) -> RobotState | None:
        """Take a message in, return what it says; one that cannot be is none, and is named."""
        with self._lock:
            try:
                state = self._reader.read(msg, self._clock())
            except DriverError as exc:
                self.rejected += 1
                # No number is no late or foreign message: nothing is known of the arm any more.
                self.joint_states.refuse(str(exc), at_once=isinstance(exc, NotANumberError))
                return None
            if state is not None:
                self._state = state
                self.joint_states.beat()
            return state

    # --- the driver port -----------------------------------------------------------------

    def connect(self) -> None:
        """Use the topics again after `disconnect`; at first they are in use."""
        if not self._connected:
            self._connected = True
            self.forget()

    def disconnect(self) -> None:
        """Send nothing more; an arm in motion brakes with the points that it has."""
        self._connected = False
        self._command = None

    def _check_connected(self) -> None:
        if not self._connected:
            raise DriverError('expected a connected driver, got one that was disconnected')

    @property
    def control_period_s(self) -> float:
        """Return the time between two commands, seconds."""
        return self._period_s

    @property
    def broken_streams(self) -> int:
        """How often points came so late that the arm braked in mid-motion."""
        return self._stream.broken

    @property
    def now_s(self) -> float:
        """Return the ROS clock, seconds; it goes back only after `advance` has raised for it."""
        return max(self._tick_s, self._clock())

    @property
    def moved_s(self) -> float:
        """When the last motion or gripper command takes effect at the latest, node clock."""
        return self._moved_s

    def state(self) -> RobotState:
        """
        Return the state without the commands' lag. DriverError when it is stale.

        It stays the same until `advance`: whoever plans a command and whoever checks it must judge
        by the same measurement, and messages come in at any time.
        """
        self._check_connected()
        stale = self.joint_states.stale()
        with self._lock:
            state = self._state
        if stale or state is None:
            raise DriverError(f'expected fresh joint states, got {stale or "none"}')
        now = self._clock()
        if self._view is None or not 0 <= now - self._viewed_s <= _VIEW_S:
            self._view = replace(state, positions=self._ahead(state))
            self._viewed_s = now
        return self._view

    def send_joint_positions(self, positions: Sequence[float]) -> tuple[float, ...]:
        """Joint targets (one per joint, rad) for the next period, clipped to the arm's range."""
        self._check_connected()
        values = tuple(float(q) for q in positions)
        if len(values) != len(self._names):
            raise DriverError(f'expected {len(self._names)} joint positions, got {len(values)}')
        if not all(map(math.isfinite, values)):
            raise DriverError(f'expected finite joint positions, got {values}')
        limits = zip(values, self._spec.lower_rad, self._spec.upper_rad, strict=True)
        self._command = tuple(min(max(q, low), high) for q, low, high in limits)
        return self._command

    def send_gripper(self, width_m: float, force_n: float = 20.0) -> float:
        """Finger distance to reach; returns the width really commanded."""
        self._check_connected()
        if not (math.isfinite(width_m) and math.isfinite(force_n)):
            raise DriverError(f'expected finite width and force, got {width_m}, {force_n}')
        width = min(max(float(width_m), 0.0), self._spec.max_opening_m)
        force = min(max(float(force_n), 0.0), self._spec.max_grip_force_n)
        if width != self._width:
            self._width = width
            self._moved_s = self.now_s + self.gripper_latency_s
        self._grip(width, force)
        return width

    def advance(self) -> None:
        """
        Send what was commanded and wait for the next period of the node's clock.

        Raises DriverError when the clock stands still for longer than its watchdog lets it, and
        when it was set back; the command is not sent then, and the arm comes to rest.
        """
        self._check_connected()
        self._view = None
        self._check_clock()
        now = self._clock()
        if now > self._tick_s + self._stream.slack_s:
            self._tick_s = now
        command, self._command = self._command, None
        if command is None:
            self._tick_s += self._period_s
        else:
            self._send(command)
        self._wait_until(self._tick_s)
        self._view = None

    def brake_now(self) -> None:
        """
        Come to rest at once, from any thread: the points that are under way are taken back.

        What is commanded from then on is not sent, until `forget`: the way to rest stays.
        """
        with self._sending:
            now = self._clock()
            if self._way is None:
                self._way = self._stream.brake_from(now + _HEED_S)
            self._publish_way(now)

    def _publish_way(self, now: float) -> None:
        """
        Send what is left of the way to rest; its end once more when it is over.

        Not long after it: an arm that the way never reached, since the network was parted, has
        come to rest by itself, elsewhere, and stays there.
        """
        if not self._way:
            return
        end_s, rest = self._way[-1]
        if now > end_s + _OVER_S:
            self._way = []
            return
        ahead = [point for point in self._way if point[0] > now]
        self._publish(self._message(now, [(at - now, where) for at, where in ahead]
                                    or [(self._period_s, rest)]))  # fmt: skip
        self._moved_s = max(end_s, self._moved_s)
        if not ahead:
            self._way = []

    def forget(self) -> None:
        """Start over: the robot was put elsewhere by other means (a simulator's reset)."""
        with self._lock:
            self._state = self._view = None
            self._reader.readings.forget()
            self.joint_states.forget()
        with self._sending:
            self._stream.begin_anew()
            self._way = None
        self.follows.begin()
        self._command, self._width = None, None
        self._tick_s = self._moved_s = -math.inf
        self._went_back = self._clock_watch.watch()

    # --- inside --------------------------------------------------------------------------

    def _send(self, target: tuple[float, ...]) -> None:
        """Send the points ahead, `target` the last of the path's; move the tick one point on."""
        with self._sending:
            if self._way is not None:
                self._publish_way(self._clock())
                self._tick_s += self._period_s
            else:
                self._send_on(target)

    def _send_on(self, target: tuple[float, ...]) -> None:
        tick_s = self._tick_s
        moves = self._stream.add(tick_s, target)
        assert self._stream.last is not None
        due = self._stream.last[0]
        if moves:
            self._moved_s = due
        ahead = self._stream.ahead_of(tick_s + self._period_s / 2)
        self._publish(self._message(tick_s, [(at - tick_s, where) for at, where in ahead]))
        self._tick_s = due - self._lookahead_s

    def _check_clock(self) -> None:
        """Raise DriverError once the clock was set back, with the arm at rest."""
        reason = self._went_back()
        if not reason:
            return
        self._went_back = self._clock_watch.watch()
        before_s, now = self._clock_watch.before_s, self._clock()
        with self._sending:
            under_way = self._way or self._stream.ahead_of(before_s)
            ahead = [(at - before_s, where) for at, where in under_way if at > before_s]
            self._way = None if self._way is None else []
            self._stream.begin_anew()
        self._command, self._view = None, None
        self._tick_s = self._moved_s = now
        if ahead:
            self._publish(self._message(now, ahead))
            self._tick_s = self._moved_s = now + ahead[-1][0]
            self._wait_until(self._tick_s)
        raise DriverError(f'expected a clock that goes on, got another: {reason}')

    def _message(self, stamp_s: float, points: Sequence[TimedPoint]) -> JointTrajectory:
        """Make a trajectory of points, whose times count from `stamp_s`."""
        msg = JointTrajectory(joint_names=list(self._names))
        msg.header.stamp = to_time(stamp_s)
        msg.points = [
            JointTrajectoryPoint(positions=list(positions), time_from_start=_duration(after_s))
            for after_s, positions in points
        ]
        return msg

    def _ahead(self, state: RobotState) -> tuple[float, ...]:
        """Measured joints plus what the points between the measurement and the last one add."""
        more, last = self._stream.still_to_come(state.stamp_s), self._stream.last
        if last is not None:
            under_way = more or (0.0,) * len(last[1])
            due = tuple(q - d for q, d in zip(last[1], under_way, strict=True))
            self.follows.take(state.stamp_s, due, state.positions)
        if more is None:
            return state.positions
        return tuple(q + d for q, d in zip(state.positions, more, strict=True))

    def _wait_until(self, at_s: float) -> None:
        seen = -math.inf
        while True:
            self._check_clock()
            now = self._clock()
            if now >= at_s - _SAME_S:
                return
            if now != seen:
                seen = now
                self._clock_age.beat()
            elif still := self._clock_age.stale():
                raise DriverError(
                    f'expected the clock to reach {at_s:.3f} s, got {now:.3f} s: {still}'
                )
            if self._clock_moved is None:
                threading.Event().wait(min(at_s - now, 0.05))
            else:
                with self._clock_moved:
                    self._clock_moved.wait(0.05)


def _duration(seconds: float) -> Duration:
    whole, nanos = divmod(round(seconds * 1e9), 1_000_000_000)
    return Duration(sec=int(whole), nanosec=int(nanos))
