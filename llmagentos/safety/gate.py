"""The last check before the driver: a bad joint command never reaches the robot.

Knows: limits, the last command that passed, the arm's measured joints. Does not know: why a command
is sent, by whom, nor what is behind it (gated_driver.py). It rejects and never clips: a command that
is far off means something is broken.
"""

from __future__ import annotations

import logging
import math
from collections import Counter
from collections.abc import Callable, Sequence

from llmagentos.errors import GateRejection
from llmagentos.ports.audit import Audit, Unaudited
from llmagentos.robots.specs import DEFAULT_PROFILE, ArmSpec
from llmagentos.safety.contact import Commanded, ContactWatch, ToolJacobian
from llmagentos.safety.limits import MotionLimits, motion_limits
from llmagentos.types import RobotState, Vec3

_log = logging.getLogger(__name__)

#: Commands may exceed a rate by this share: rounding and sampling, not speeding.
_RATE_TOLERANCE = 1.02
#: How far the arm may lag behind its last command before that command is no reference any more.
STALE_RAD = 0.1
#: Joints already outside the range (pushed there) may come back in steps up to the rate limits.
_RANGE_TOLERANCE_RAD = 1e-6

_BOX_TOLERANCE_M = 1e-4

ToolPosition = Callable[[Sequence[float]], Vec3]


class MotionGate:
    """Judges joint position commands for one arm.

    tool_position: forward kinematics of the tool point (m, base frame), for its speed and where it
    may go; None leaves these limits unchecked. tool_jacobian: its Jacobian, which makes forces of
    the torques that a driver tells. rejections counts refusals by reason.
    """

    def __init__(
        self,
        limits: MotionLimits,
        tool_position: ToolPosition | None = None,
        tool_jacobian: ToolJacobian | None = None,
    ) -> None:
        self.limits = limits
        self.contact = ContactWatch(limits.contact, tool_jacobian)
        self.rejections: Counter[str] = Counter()
        #: Told of refusals: the first of each reason, the second, the fourth, the eighth ...
        self.audit: Audit = Unaudited()
        self._tool_position = tool_position
        self._last: tuple[float, ...] | None = None
        self._velocity: tuple[float, ...] = ()
        self._effort = math.inf  # of no command yet
        self._stamp_s = -math.inf
        #: Joints and tool position of the last command that passed.
        self._tool: tuple[tuple[float, ...], Vec3] | None = None

    @classmethod
    def of(
        cls,
        spec: ArmSpec,
        profile: str = DEFAULT_PROFILE,
        tool_position: ToolPosition | None = None,
        tool_jacobian: ToolJacobian | None = None,
    ) -> MotionGate:
        """The gate of an arm, with the limits of one of its profiles."""
        return cls(motion_limits(spec, profile), tool_position, tool_jacobian)

    def check(self, command: Sequence[float], state: RobotState, dt_s: float) -> tuple[float, ...]:
        """The command (rad, one per joint) as floats, if the arm may go there within dt_s.

        Velocity and acceleration are measured against the last command that passed, or against
        the measured joints where there is none or the arm is elsewhere. Raises GateRejection.
        """
        limits = self.limits
        target = self._finite(command, dt_s)
        last, velocity = self._reference(state)
        for joint, (q, before) in enumerate(zip(target, last, strict=True)):
            low, high = limits.lower_rad[joint], limits.upper_rad[joint]
            inward = min(abs(q - low), abs(q - high)) < min(abs(before - low), abs(before - high))
            came_from_outside = not low <= before <= high
            if not low - _RANGE_TOLERANCE_RAD <= q <= high + _RANGE_TOLERANCE_RAD and not (
                came_from_outside and inward
            ):
                self._reject("range", f"joint {joint + 1} in [{low:.3f}, {high:.3f}] rad", q)
        rates = tuple((q - before) / dt_s for q, before in zip(target, last, strict=True))
        effort = 0.0
        for joint, (rate, old) in enumerate(zip(rates, velocity, strict=True)):
            bound = limits.velocity_radps[joint]
            if abs(rate) > bound * _RATE_TOLERANCE:
                self._reject("velocity", f"joint {joint + 1} below {bound:.3f} rad/s", rate)
            bound, change = limits.acceleration_radps2[joint], (rate - old) / dt_s
            if abs(change) > bound * _RATE_TOLERANCE:
                self._reject("acceleration", f"joint {joint + 1} below {bound:.2f} rad/s²", change)
            effort = max(effort, abs(change) / bound)
        self._check_tool(target, last, dt_s)
        self._last, self._velocity, self._effort = target, rates, effort
        return target

    @property
    def last(self) -> tuple[float, ...] | None:
        """The last command that passed, those on the way to rest among them, rad; None for none."""
        return self._last

    @property
    def rests(self) -> bool:
        """Whether the last command that passed was one to stay."""
        return not any(self._velocity)

    def touched(self, state: RobotState) -> str:
        """What pushes against the moving arm or holds it up, in words; "" for nothing.

        Where something does, the way to rest begins at the measured joints: what the arm presses
        on is not pressed any more.
        """
        moves = self._last is not None and not self.rests
        sent = Commanded(self._last or (), self._velocity, self._effort) if moves else None
        found = self.contact.judge(state, sent)
        if found:
            self._note("contact", found)
            self._last, self._velocity = tuple(state.positions), tuple(state.velocities)
        return found

    def brake(self, dt_s: float, hard: bool = False) -> tuple[float, ...] | None:
        """The next command on the way to rest after the last one; None when at rest.

        hard: as hard as the hardware can with a load, not only the profile.
        """
        if self._last is None or self.rests:
            return None
        bounds = self.limits.brake_radps2 if hard else self.limits.acceleration_radps2
        slower = tuple(
            math.copysign(max(abs(v) - bound * dt_s, 0.0), v)
            for v, bound in zip(self._velocity, bounds, strict=True)
        )
        limits = zip(self._last, slower, self.limits.lower_rad, self.limits.upper_rad, strict=True)
        target = tuple(
            min(max(q + v * dt_s, min(q, low)), max(q, high)) for q, v, low, high in limits
        )
        self._last, self._velocity = target, slower
        return target

    def forget(self) -> None:
        """Judge the next command against the measured joints at rest (after a reset)."""
        self._last, self._velocity, self._stamp_s = None, (), -math.inf
        self.contact.forget()

    def _reference(self, state: RobotState) -> tuple[tuple[float, ...], tuple[float, ...]]:
        expected = len(self.limits.lower_rad)
        measured = tuple(state.positions)
        if len(measured) != expected or not all(map(math.isfinite, measured)):
            self._reject("state", f"{expected} finite measured joint positions", measured)
        if state.stamp_s < self._stamp_s:
            self.forget()  # the driver's clock began anew: a simulator was reset
        self._stamp_s = state.stamp_s
        if self._last is None:
            return measured, (0.0,) * expected
        lag = max(abs(a - b) for a, b in zip(self._last, measured, strict=True))
        if lag > STALE_RAD:
            return measured, tuple(state.velocities)
        return self._last, self._velocity

    def _finite(self, command: Sequence[float], dt_s: float) -> tuple[float, ...]:
        expected = len(self.limits.lower_rad)
        if not (math.isfinite(dt_s) and dt_s > 0):
            self._reject("period", "a positive control period", dt_s)
        if len(command) != expected:
            self._reject("length", f"{expected} joint positions", len(command))
        target = tuple(float(q) for q in command)
        if not all(map(math.isfinite, target)):
            self._reject("not finite", "finite joint positions", target)
        return target

    def _check_tool(self, target: tuple[float, ...], last: tuple[float, ...], dt_s: float) -> None:
        if self._tool_position is None:
            return
        known = self._tool
        before = known[1] if known and known[0] == last else self._tool_position(last)
        there = self._tool_position(target)
        speed = math.dist(there, before) / dt_s
        bound = self.limits.tool_speed_mps
        if speed > bound * _RATE_TOLERANCE:
            self._reject("tool speed", f"the tool below {bound:.2f} m/s", speed)
        box = self.limits.keep_in
        outside = box.outside_m(there)
        if outside > _BOX_TOLERANCE_M and outside >= box.outside_m(
            before
        ):  # inwards it may come back
            self._reject("workspace", f"the tool in x {box.x_m}, y {box.y_m}, z {box.z_m} m", there)
        self._tool = (target, there)

    def _note(self, reason: str, message: str) -> None:
        self.rejections[reason] += 1
        times = self.rejections[reason]
        _log.warning("gate: %s: %s", reason, message)
        if times & (times - 1) == 0:
            self.audit.post("refused", by="gate", rule=reason, why=message, times=times)

    def _reject(self, reason: str, expected: str, got: object) -> None:
        message = f"expected {expected}, got {got}"
        self._note(reason, message)
        raise GateRejection(f"{reason}: {message}")
