"""Moving the arm and the gripper, one control period at a time.

Knows: the driver, trajectories, what was sent last. Does not know: objects, skills.

Motions are generators: every `yield` is one control period that has been sent and has passed.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import ContactStop, MotionError
from llmagentos.motion.kinematics import Kinematics
from llmagentos.motion.paths import joint_line
from llmagentos.motion.trajectory import (
    JointPath,
    Trajectory,
    split,
    stop_trajectory,
    time_path,
)
from llmagentos.ports.hardware import RobotDriver
from llmagentos.robots.specs import DEFAULT_PROFILE, ArmSpec
from llmagentos.safety.gate import STALE_RAD
from llmagentos.safety.limits import MotionLimits, motion_limits
from llmagentos.skills.shared_room import Ways
from llmagentos.types import Pose, RobotState

Motion = Generator[None, None, None]

#: The arm lags this far behind its command only when something holds it up, rad.
_LAG_RAD = 0.08
#: Farther off, a command is no reference any more; the gate judges by the same figure.
_LOST_RAD = STALE_RAD
#: A hand tilted more than this (after a stop, a push) is set upright before it goes on, rad.
_TILT_RAD = 0.005
#: Slower than this is rest.
_REST_RADPS = 1e-3
#: A command at rest that is farther than this from the measured joints presses on something, rad.
_PRESSING_RAD = 0.012
_UPRIGHT_RISE_M = 0.012
#: Fingers that stand this much narrower than commanded have not opened.
_STUCK_M = 0.01
#: Fingers closer together than this hold nothing.
EMPTY_M = 0.0015
_GRIP_SETTLE_S, _GRIP_LIMIT_S, _GRIP_STILL_M = 0.12, 1.0, 0.0002


def _for_planning(limits: MotionLimits, shares: tuple[float, ...]) -> MotionLimits:
    """Softer limits: with hand and load, joints follow these shares of what they may."""

    def softer(values: tuple[float, ...]) -> tuple[float, ...]:
        return tuple(v * share for v, share in zip(values, shares, strict=True))

    return replace(
        limits,
        acceleration_radps2=softer(limits.acceleration_radps2),
        jerk_radps3=softer(limits.jerk_radps3),
    )


class BlockedError(MotionError):
    """The arm does not follow: it pushes against something."""


class Arm:
    """One arm with its driver. Not safe to share between threads.

    gripper_latency_s: so late may fingers begin to move, and be seen to, after their command.
    """

    def __init__(
        self,
        driver: RobotDriver,
        kinematics: Kinematics,
        profile: str = DEFAULT_PROFILE,
        gripper_latency_s: float = 0.0,
    ) -> None:
        self.driver = driver
        self._gripper_latency_s = gripper_latency_s
        self.kinematics = kinematics
        # Stopping may brake as hard as the profile, and so the gate, allows.
        self._brakes = motion_limits(self.spec, profile)
        self.limits = _for_planning(self._brakes, self.spec.load_acceleration)
        self.pace = (
            1.0  # of all motions; beyond 1 only what is slower than the profile is quickened
        )
        #: What says when a way may be gone; None for an arm that has its table to itself.
        self.ways: Ways | None = None
        self._sent: NDArray[np.float64] | None = None
        self._velocity = np.zeros(len(self.spec.joint_names))
        self._acceleration = np.zeros(len(self.spec.joint_names))
        self.width_command_m = driver.state().gripper_width_m

    @property
    def spec(self) -> ArmSpec:
        """The arm that the kinematics is for."""
        return self.kinematics.spec

    # --- where it is --------------------------------------------------------------------

    def state(self) -> RobotState:
        """What the driver measured last."""
        return self.driver.state()

    @property
    def joints(self) -> NDArray[np.float64]:
        """Where motion continues from: the last command, or the measured joints if it is lost.

        A command that lags a little stays the reference, since the gate's is that too; `relax`
        brings it to where the arm is.
        """
        measured = self._measured()
        return measured if self._sent is None or self._is_lost(measured) else self._sent

    @property
    def tip(self) -> Pose:
        """The tip's pose by the measured joints."""
        return self.kinematics.tip_pose(self.driver.state().positions)

    @property
    def pressed_aside_m(self) -> tuple[float, float, float]:
        """How far the measured tip is from where the last command would have it, base frame."""
        if self._sent is None:
            return 0.0, 0.0, 0.0
        x, y, z = self.kinematics.tip_position(self._sent)
        at = self.tip.position
        return at[0] - x, at[1] - y, at[2] - z

    def at_home(self) -> bool:
        """Whether every joint is within 0.02 rad of the home position."""
        return bool(np.max(np.abs(self.joints - self.kinematics.home)) < 0.02)

    def forget(self) -> None:
        """The robot was put elsewhere by other means."""
        self._sent = None
        self._velocity[:] = 0.0
        self._acceleration[:] = 0.0
        self.width_command_m = self.driver.state().gripper_width_m

    def catch_up(self) -> None:
        """Motion goes on from where the driver came to rest that braked by itself, while nobody here
        commanded it: it judges what comes next by that."""
        rests_at = self.driver.resting_command
        if rests_at is not None and self._sent is not None:
            if not np.array_equal(self._sent, rests_at):
                self._velocity[:] = self._acceleration[:] = 0.0
            self._sent = np.array(rests_at)

    # --- motions ------------------------------------------------------------------------

    def follow(self, paths: Sequence[JointPath], speed: float = 1.0) -> Motion:
        """Along paths from rest to rest, at a share of the profile's speed.

        Raises BlockedError when the arm is held up.
        """
        speed = min(1.0, speed * self.pace)
        gently = min(1.0, self.pace)
        limits = self.limits if speed == 1.0 else self.limits.scaled(speed, gently)
        for path in paths:
            timed = time_path(path, limits, self.driver.control_period_s)
            if self.ways is None or not len(timed.positions):
                yield from self._drive(timed)
                continue
            if not self.ways.clear(timed.positions):
                # What of the way is the arm's own is gone meanwhile: it waits where it comes soonest from.
                cut = split(path, timed.positions[max(0, self.ways.own)])
                if cut is not None:
                    yield from self._drive(time_path(cut[0], limits, self.driver.control_period_s))
                    timed = time_path(cut[1], limits, self.driver.control_period_s)
                while not self.ways.clear(timed.positions):
                    self._send(self.joints)
                    yield
            yield from self._drive(timed)

    def _drive(self, timed: Trajectory) -> Motion:
        for row, positions in enumerate(timed.positions):
            self._send(positions)
            if self.ways is not None:
                self.ways.passed(row)
            yield
            self._check_lag()

    def to_joints(self, goal: NDArray[np.float64], speed: float = 1.0) -> Motion:
        """Straight in joint space."""
        yield from self.follow([joint_line(self.kinematics, self.joints, goal)], speed)

    def upright(self) -> Motion:
        """Point the hand straight down again if it does not, and a little up: what has bent it is
        below."""
        if self.kinematics.tilt(self.joints) > _TILT_RAD:
            here = self.kinematics.tip_pose(self.joints)
            x, y, z = here.position
            here = Pose((x, y, z + _UPRIGHT_RISE_M * self.spec.scale), here.yaw)
            yield from self.to_joints(self.kinematics.solve(here, self.joints), 0.5)

    def relax(self) -> Motion:
        """Where the arm presses on something, bring the command to where the arm is."""
        measured = self._measured()
        if float(np.max(np.abs(self.joints - measured))) > _PRESSING_RAD:
            inside = np.clip(measured, self._brakes.lower_rad, self._brakes.upper_rad)
            yield from self.follow([joint_line(self.kinematics, self.joints, inside)], 0.5)

    def hold(self, duration_s: float) -> Motion:
        """Stay where the arm is."""
        for _ in range(max(1, round(duration_s / self.driver.control_period_s))):
            self._send(self.joints)
            yield

    def grip(self, width_m: float, force_n: float = 20.0, wait: bool = True) -> Motion:
        """Open or close; done when the fingers stand still, 1 s after they may move at most."""
        self.width_command_m = self.driver.send_gripper(width_m, force_n)
        if not wait:
            return
        period = self.driver.control_period_s
        # Fingers that have not begun to move yet are not done.
        last, still, waited = self.driver.state().gripper_width_m, 0.0, -self._gripper_latency_s
        while still < _GRIP_SETTLE_S and waited < _GRIP_LIMIT_S:
            self._send(self.joints)
            yield
            width = self.driver.state().gripper_width_m
            stands = abs(width - last) < _GRIP_STILL_M
            still = still + period if stands and waited >= 0 else 0.0
            waited += period
            last = width

    def release(self, width_m: float | None = None) -> Motion:
        """Open to a width (None: all the way); once more with all force where the fingers stick."""
        width = self.spec.max_opening_m if width_m is None else width_m
        for force_n in (20.0, self.spec.max_grip_force_n):
            yield from self.grip(width, force_n)
            if self._has_opened(width):
                return

    def grasps(self) -> bool:
        """Whether the fingers press on something between them: they are neither closed nor open."""
        state, s = self.driver.state(), self.spec.scale
        return state.gripper_effort_n > 0 and (
            EMPTY_M * s < state.gripper_width_m < self.spec.max_opening_m - _STUCK_M * s
        )

    def _has_opened(self, width_m: float) -> bool:
        return self.driver.state().gripper_width_m > width_m - _STUCK_M * self.spec.scale

    def come_to_rest(self) -> Motion:
        """As `stop`; where something pushes meanwhile, the gate brakes, and time must only pass."""
        try:
            yield from self.stop()
        except ContactStop:
            yield from self.stop()

    def stop(self) -> Motion:
        """From any motion to rest, as fast as the profile's limits allow."""
        while self._is_lost(self._measured()) or bool(np.any(np.abs(self._velocity) > _REST_RADPS)):
            if self._is_lost(self._measured()):
                self._send(self._braked())
                yield
            else:
                yield from self._ramp_down()

    def _ramp_down(self) -> Motion:
        timed = stop_trajectory(
            self.joints.tolist(),
            self._velocity.tolist(),
            self._acceleration.tolist(),
            self._brakes,
            self.driver.control_period_s,
        )
        for positions in timed.positions:
            if self._is_lost(self._measured()):
                return
            wanted = np.clip(positions, self._brakes.lower_rad, self._brakes.upper_rad)
            sent = self._send(wanted)
            yield
            if not np.array_equal(sent, wanted):  # the gate brakes by itself: go on from there
                return
        self._send(self.joints)
        yield

    def _braked(self) -> NDArray[np.float64]:
        """The next command on the way to rest from the measured state."""
        state, period = self.driver.state(), self.driver.control_period_s
        slower = np.array(self._brakes.acceleration_radps2) * period
        velocity = np.array(state.velocities)
        velocity = np.sign(velocity) * np.maximum(np.abs(velocity) - slower, 0.0)
        wanted = np.array(state.positions) + velocity * period
        return np.clip(wanted, self._brakes.lower_rad, self._brakes.upper_rad)

    def _measured(self) -> NDArray[np.float64]:
        return np.array(self.driver.state().positions)

    def _is_lost(self, measured: NDArray[np.float64]) -> bool:
        return self._sent is not None and bool(np.max(np.abs(self._sent - measured)) > _LOST_RAD)

    def _send(self, positions: NDArray[np.float64]) -> NDArray[np.float64]:
        period = self.driver.control_period_s
        before = self.joints
        sent = np.array(self.driver.send_joint_positions(positions.tolist()))
        velocity = (sent - before) / period
        self._acceleration = (velocity - self._velocity) / period
        self._sent, self._velocity = sent, velocity
        self.driver.advance()
        return sent

    def _check_lag(self) -> None:
        assert self._sent is not None
        lag = np.abs(self._sent - self._measured())
        if float(np.max(lag)) > _LAG_RAD:
            joint = int(np.argmax(lag)) + 1
            raise BlockedError(
                f"expected the arm to follow within {_LAG_RAD} rad, got {np.max(lag):.3f} at "
                f"joint {joint}"
            )
