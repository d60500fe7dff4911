# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
A base behind ROS topics, as the core's `BaseDriver`.

Knows: velocities out, odometry and scans in, their ages and clocks. Does not know: nodes, maps,
who made the base; the gate before it (safety/gated_base.py) decides what is driven.

What was heard counts from the moment it came: a stamp that is ahead of this clock is taken for one
of now, so no clock makes a scan younger than it is, and one that is far off is refused by name.
Odometry that stays away ends the drive with an error, and the base is told to stand; a scan that
stays away is the gate's to judge. A base goes on with its last velocity until its own time limit
for commands: that a base has one (`cmd_vel_timeout` of ros2_control's diff_drive_controller) is
what a dead process is safe by, and this driver cannot replace it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
import math
import threading

from llmagentos.errors import DriverError
from llmagentos.ports.driving import BaseDriver, LaserScan, Odometry, STILL, Velocity
from llmagentos.safety.ages import AgeTimer, stamp_problem
from llmagentos_ros.base_messages import odometry_from_msg
from llmagentos_ros.clock_watch import ClockWatch
from llmagentos_ros.scan_messages import scan_from_msg
from nav_msgs.msg import Odometry as OdometryMsg
import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import LaserScan as LaserScanMsg

#: Which time a message counts for: the one it says, or the one at which it came.
STAMPS = ('header', 'arrival')
#: Stamps are rounded: a clock that is this close has come, seconds.
_SAME_S = 1e-6
#: Who asks this much later than a period ends sees what came meanwhile, in periods.
_LATE_PERIODS = 1.5

Mount = Callable[[str], NDArray[np.float64]]


class RosBaseDriver(BaseDriver):
    """
    One base. `advance` may be called from one thread, messages come in on another.

    send: sends a velocity; is_heard: whether somebody reads them; clock: seconds on the node's
    clock; mount: the pose of a frame in that of the base, 4x4 (DriverError where none is known);
    odometry_age: how long odometry may stay away; scan_age: as that, before the first scan;
    clock_age: how long the clock may stand;
    clock_moved: notified when simulated time has moved, None for a clock that runs by itself;
    max_m, inf_is_free: see scan_messages. frames: those of odometry and base, where other ones are
    refused; "" takes any.
    """

    def __init__(
        self,
        send: Callable[[Velocity], None],
        is_heard: Callable[[], bool],
        clock: Callable[[], float],
        mount: Mount,
        *,
        odometry_age: AgeTimer,
        scan_age: AgeTimer,
        clock_age: AgeTimer,
        clock_moved: threading.Condition | None = None,
        period_s: float = 0.05,
        max_m: float = 10.0,
        inf_is_free: bool = False,
        stamps: str = 'header',
        frames: tuple[str, str] = ('', ''),
    ) -> None:
        if stamps not in STAMPS:
            raise DriverError(f'expected one of {", ".join(STAMPS)} for stamps, got {stamps!r}')
        self._send, self._is_heard = send, is_heard
        self._clock, self._mount = clock, mount
        self._odometry_age, self._scan_age, self._clock_age = odometry_age, scan_age, clock_age
        self._clock_moved, self._period_s = clock_moved, period_s
        self._max_m, self._inf_is_free = max_m, inf_is_free
        self._by_arrival, self._frames = stamps == 'arrival', frames
        self._lock = threading.Lock()
        self._odometry: Odometry | None = None
        self._scan: LaserScan | None = None
        #: What this period's readers see, and when they began to.
        self._seen: tuple[Odometry, LaserScan] | None = None
        self._tick_s = -math.inf
        #: What periods took together, seconds: it stands while nobody drives, and never jumps.
        self.passed_s = 0.0
        self._went_back = ClockWatch(clock).watch()
        self._connected = self._commanded = False

    # --- messages in ---------------------------------------------------------------------------

    def on_odometry(self, msg: OdometryMsg) -> None:
        """Take in what the wheels say; what cannot be is none, and is named."""
        try:
            self._check_frame('odometry in', msg.header.frame_id, self._frames[0])
            self._check_frame('odometry of', msg.child_frame_id, self._frames[1])
            said = odometry_from_msg(msg)
            said = replace(said, stamp_s=self._stamped('odometry', said.stamp_s))
        except DriverError as exc:
            self._odometry_age.refuse(str(exc))
            return
        with self._lock:
            before = self._odometry
            if before is not None and 0 < before.stamp_s - said.stamp_s < 1.0:
                return  # overtaken on its way
            self._odometry = said
        self._odometry_age.beat()

    def on_scan(self, msg: LaserScanMsg) -> None:
        """Take a scan in; one that cannot be is none, and is named."""
        try:
            mount = self._mount(msg.header.frame_id)
            scan = scan_from_msg(msg, mount, self._max_m, self._inf_is_free)
            scan = replace(scan, stamp_s=self._stamped('scans', scan.stamp_s))
        except DriverError as exc:
            self._scan_age.refuse(str(exc))
            return
        with self._lock:
            before = self._scan
            if before is not None and 0 < before.stamp_s - scan.stamp_s < 1.0:
                return
            self._scan = scan
        self._scan_age.beat()

    def _stamped(self, what: str, stamp_s: float) -> float:
        now = self._clock()
        if self._by_arrival:
            return now
        problem = stamp_problem(what, stamp_s, now)
        if problem:
            raise DriverError(problem)
        return min(stamp_s, now)

    @staticmethod
    def _check_frame(what: str, frame: str, wanted: str) -> None:
        frame = frame.lstrip('/')
        if wanted and frame and frame != wanted:
            raise DriverError(f'expected {what} {wanted}, got {frame}')

    # --- the driver port -----------------------------------------------------------------------

    def connect(self) -> None:
        """Use the topics, at rest."""
        if not self._connected:
            self._connected, self._commanded = True, False
            self._tick_s, self._seen = self._clock(), None

    def disconnect(self) -> None:
        """Tell the base to stand, and send nothing more."""
        if self._connected:
            self._connected = False
            self._send(STILL)

    @property
    def control_period_s(self) -> float:
        """Return the time between two velocities, seconds."""
        return self._period_s

    @property
    def now_s(self) -> float:
        """Return when this period began, on the node's clock, seconds."""
        return self._tick_s if math.isfinite(self._tick_s) else self._clock()

    def odometry(self) -> Odometry:
        """Return what the wheels said last. DriverError when they are silent."""
        return self._view()[0]

    def scan(self) -> LaserScan:
        """Return the last scan, however old. DriverError before the first."""
        return self._view()[1]

    def send_velocity(self, velocity: Velocity) -> Velocity:
        """Send a velocity for the next period."""
        self._check_connected()
        if not (math.isfinite(velocity.forward_mps) and math.isfinite(velocity.turn_radps)):
            raise DriverError(f'expected finite velocities, got {velocity}')
        if not self._is_heard():
            raise DriverError('expected somebody who reads cmd_vel, got nobody')
        self._commanded = True
        self._send(velocity)
        return velocity

    def advance(self) -> None:
        """
        Wait for the next period of the node's clock.

        A period without a velocity is told to the base as one to stand. DriverError when odometry
        is silent, the clock stands, or was set back; the base is told to stand then, too.
        """
        self._check_connected()
        if not self._commanded:
            self._send(STILL)
        self._commanded = False
        now = self._clock()
        # Who comes late does not catch up: the base drove on meanwhile.
        begins_s = self._tick_s if now <= self._tick_s + 2 * self._period_s else now
        try:
            self._wait_until(begins_s + self._period_s)
            self._tick_s, self._seen = begins_s + self._period_s, None
            self.passed_s += self._period_s
            self._view()
        except DriverError:
            self._send(STILL)
            raise

    # --- inside --------------------------------------------------------------------------------

    def _check_connected(self) -> None:
        if not self._connected:
            raise DriverError('expected a connected base, got one that is not')

    def _view(self) -> tuple[Odometry, LaserScan]:
        """Return what is seen in this period: whoever plans and whoever checks see the same."""
        self._check_connected()
        late_s = self._clock() - self._tick_s
        if self._seen is None or not 0 <= late_s <= _LATE_PERIODS * self._period_s:
            stale = self._odometry_age.stale() or ('' if self._scan else self._scan_age.stale())
            with self._lock:
                odometry, scan = self._odometry, self._scan
            if stale or odometry is None or scan is None:
                raise DriverError(f'expected a base that is heard, got: {stale or "no odometry"}')
            self._seen = odometry, scan
        return self._seen

    def _wait_until(self, at_s: float) -> None:
        seen = -math.inf
        while True:
            reason = self._went_back()
            if reason:
                self._begin_anew()
                raise DriverError(f'expected a clock that goes on, got another: {reason}')
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

    def _begin_anew(self) -> None:
        """After another clock: what was heard has stamps of the old one."""
        self._went_back = ClockWatch(self._clock).watch()
        with self._lock:
            self._odometry = self._scan = None
        self._odometry_age.forget()
        self._scan_age.forget()
        self._tick_s, self._seen = self._clock(), None
