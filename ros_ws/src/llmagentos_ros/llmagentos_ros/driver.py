# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
A robot arm behind ROS topics, as the core's `RobotDriver`.

Knows: joint trajectories out, joint states in, the gripper's command, clocks and their lag.
Does not know: whether a simulator or a real arm is on the other side.

Every command is a point that shall be reached `lookahead_s` after its period begins, and every
message carries all points that are still ahead, so that a late message costs nothing, and then
points that brake, so that an arm whose commands end in mid-motion ramps down (braking.py).
`state()` takes that known lag out: it says where the arm will be when the points under way are
reached, which is what the measured joints show once the lag has passed. An arm that is held up
differs from its commands all the same, and skills notice.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
import math
import threading
import time

from builtin_interfaces.msg import Duration
from llmagentos.errors import DriverError
from llmagentos.robots import ArmSpec, PANDA
from llmagentos.types import RobotState
from llmagentos_ros.braking import braking_points
from llmagentos_ros.convert import JointStateReader, to_time
from llmagentos_ros.freshness import AgeTimer
from sensor_msgs.msg import JointState
from trajectory_msgs.msg import JointTrajectory, JointTrajectoryPoint

#: Braking points are this many control periods apart.
_BRAKE_PERIODS = 2
#: A measured state counts for the whole period in which it was read, but not longer than this.
_VIEW_S = 0.25
#: Behind the clock by more periods than this, the driver starts counting afresh.
_LOST_PERIODS = 3


class RosDriver:
    """
    One arm. `advance` may be called from one thread, messages come in on another.

    publish: sends a JointTrajectory; grip: sends (width_m, force_n); clock: seconds on the node's
    clock; clock_moved: a condition that is notified when simulated time has moved, or None for a
    clock that runs by itself.
    """

    def __init__(
        self,
        publish: Callable[[JointTrajectory], None],
        grip: Callable[[float, float], None],
        clock: Callable[[], float],
        *,
        clock_moved: threading.Condition | None = None,
        spec: ArmSpec = PANDA,
        joint_names: Sequence[str] = (),
        finger_names: Sequence[str] = (),
        control_hz: float = 60.0,
        lookahead_s: float = 0.06,
        state_timeout_s: float = 0.25,
        stall_timeout_s: float = 1.0,
        gripper_latency_s: float = 0.1,
    ) -> None:
        self._publish, self._grip, self._clock = publish, grip, clock
        self._clock_moved = clock_moved
        self._spec = spec
        self._names = tuple(joint_names or spec.joint_names)
        self._reader = JointStateReader(self._names, finger_names or spec.finger_joint_names)
        self._period_s = 1.0 / control_hz
        self._lookahead_s = lookahead_s
        self._stall_s = stall_timeout_s
        #: What skills wait for fingers to begin to move, beyond a simulator's.
        self.gripper_latency_s = gripper_latency_s
        self.joint_states = AgeTimer('joint states', state_timeout_s)
        self.rejected = 0
        self._lock = threading.Lock()
        self._state: RobotState | None = None
        #: What this period's readers see, and when the first of them asked.
        self._view: RobotState | None = None
        self._viewed_s = -math.inf
        self._sent: deque[tuple[float, tuple[float, ...]]] = deque(maxlen=64)
        #: What the arm does after the last point unless it hears of more.
        self._brake: list[tuple[float, tuple[float, ...]]] = []
        self._tick_s = -math.inf
        self._command: tuple[float, ...] | None = None
        self._moved_s = -math.inf
        self._width: float | None = None

    # --- messages in ---------------------------------------------------------------------

    def on_joint_state(self, msg: JointState) -> None:
        """Take a message in; one with values that are not finite counts as none."""
        try:
            state = self._reader.read(msg)
        except DriverError:
            self.rejected += 1
            return
        if state is None:
            return
        with self._lock:
            self._state = state
            self.joint_states.beat()

    # --- the driver port -----------------------------------------------------------------

    @property
    def control_period_s(self) -> float:
        return self._period_s

    @property
    def now_s(self) -> float:
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
        """Joint targets (7, rad) for the next period, clipped to the arm's range."""
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
        width = min(max(float(width_m), 0.0), self._spec.max_opening_m)
        force = min(max(float(force_n), 0.0), self._spec.max_grip_force_n)
        if not (math.isfinite(width) and math.isfinite(force)):
            raise DriverError(f'expected finite width and force, got {width_m}, {force_n}')
        if width != self._width:
            self._width = width
            self._moved_s = self.now_s + self.gripper_latency_s
        self._grip(width, force)
        return width

    def advance(self) -> None:
        """
        Send what was commanded and wait for the next period of the node's clock.

        Raises DriverError when the clock stands still for longer than the stall timeout.
        """
        self._view = None
        now = self._clock()
        if not self._tick_s + _LOST_PERIODS * self._period_s > now >= self._tick_s - 1.0:
            self._tick_s = now
        if self._command is not None:
            self._send(self._tick_s)
        self._tick_s += self._period_s
        self._wait_until(self._tick_s)
        self._view = None

    def forget(self) -> None:
        """Start over: the robot was put elsewhere by other means (a simulator's reset)."""
        with self._lock:
            self._state = self._view = None
            self.joint_states.forget()
        self._sent.clear()
        self._brake = []
        self._command, self._width = None, None
        self._tick_s = self._moved_s = -math.inf

    # --- inside --------------------------------------------------------------------------

    def _send(self, tick_s: float) -> None:
        assert self._command is not None
        target, self._command = self._command, None
        # No command came for so long that the arm has begun to brake.
        self._sent.extend(point for point in self._brake if point[0] <= tick_s)
        due = tick_s + self._period_s + self._lookahead_s
        if self._sent and due <= self._sent[-1][0]:
            due = self._sent[-1][0] + self._period_s
        if (
            not self._sent
            or max(abs(a - b) for a, b in zip(target, self._sent[-1][1], strict=True)) > 1e-6
        ):
            self._moved_s = due
        self._sent.append((due, target))
        self._brake = [
            (due + after, positions)
            for after, positions in braking_points(
                target, self._velocity(), self._spec, _BRAKE_PERIODS * self._period_s
            )
        ]
        msg = JointTrajectory()
        msg.joint_names = list(self._names)
        msg.header.stamp = to_time(tick_s)
        for at, positions in (*self._sent, *self._brake):
            if at > tick_s + self._period_s / 2:
                ahead = JointTrajectoryPoint(positions=list(positions))
                ahead.time_from_start = _duration(at - tick_s)
                msg.points.append(ahead)
        self._publish(msg)

    def _velocity(self) -> tuple[float, ...]:
        """Return the rate between the last two points, rad/s."""
        if len(self._sent) < 2:
            return (0.0,) * len(self._names)
        (begin, before), (end, last) = self._sent[-2], self._sent[-1]
        span = min(end - begin, self._lookahead_s + self._period_s)
        return tuple((b - a) / span for a, b in zip(before, last, strict=True))

    def _ahead(self, state: RobotState) -> tuple[float, ...]:
        """Measured joints plus what the points between the measurement and the last one add."""
        if not self._sent:
            return state.positions
        due, last = self._sent[-1]
        if state.stamp_s >= due:
            return state.positions
        then = self._commanded_at(state.stamp_s)
        return tuple(q + (b - a) for q, a, b in zip(state.positions, then, last, strict=True))

    def _commanded_at(self, at_s: float) -> tuple[float, ...]:
        """Interpolated command at a time; the first known one before that."""
        later = self._sent[-1]
        for earlier in reversed(self._sent):
            if earlier[0] <= at_s:
                span = later[0] - earlier[0]
                # A pause lies between: the arm waited at the earlier point until the stream
                # began again, one lookahead before the later one.
                span = min(span, self._lookahead_s + self._period_s)
                share = 1.0 if span <= 0 else max(0.0, 1 - (later[0] - at_s) / span)
                pairs = zip(earlier[1], later[1], strict=True)
                return tuple(a + (b - a) * share for a, b in pairs)
            later = earlier
        return later[1]

    def _wait_until(self, at_s: float) -> None:
        give_up = time.monotonic() + self._stall_s
        while True:
            left = at_s - self._clock()
            if left <= 0:
                return
            if time.monotonic() > give_up:
                raise DriverError(
                    f'expected the clock to reach {at_s:.3f} s, got {self._clock():.3f} s '
                    f'for {self._stall_s:.1f} s'
                )
            if self._clock_moved is None:
                threading.Event().wait(min(left, 0.05))
            else:
                with self._clock_moved:
                    self._clock_moved.wait(0.05)


def _duration(seconds: float) -> Duration:
    whole, nanos = divmod(round(seconds * 1e9), 1_000_000_000)
    return Duration(sec=int(whole), nanosec=int(nanos))
