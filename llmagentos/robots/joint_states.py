"""Joint readings by name, as drivers send them, to one arm's state; what cannot be is refused.

Knows: the arm's joints and limits, and how drivers go wrong: joints in parts and in any order, no
velocities or such as never change, degrees, two drivers at once. Does not know: ROS, or any other
wire.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Sequence

from llmagentos.errors import DriverError, NotANumberError
from llmagentos.robots.specs import ArmSpec
from llmagentos.types import RobotState

#: A joint may be this far beyond its range: ranges are narrowed, and wrists count turns.
_BEYOND_RAD = 2 * math.pi
#: The gripper may be this much wider or narrower than it can be, as a share of its opening.
_BEYOND_OPENING = 0.5
#: Faster than this, in units of the joint's top speed, a reading is no motion; below so little, rad,
#: it is noise.
_TOO_FAST, _NOISE_RAD = 3.0, 0.1
#: So many readings in a row say that the arm really is elsewhere (put there, or a restart).
_BELIEVED_AFTER = 3
#: Velocities are compared with what positions do over this time, seconds.
_WINDOW_S = 0.25
#: A velocity is derived from positions at least so far apart, where there are any, seconds.
_DERIVED_S = 0.03
#: A stamp that is so much older is of a clock that was set back, seconds.
_BACK_S = 1.0
#: They contradict beyond this much (rad/s) and this share of the faster one.
_CONTRADICTS_RADPS, _CONTRADICTS_SHARE = 0.1, 0.5


class JointReadings:
    """Readings of one arm to robot states.

    Joints are found by name, in any order, and may come in several messages (one for the arm, one
    for the hand); the last values are remembered. joint_names, finger_names: what the driver calls
    them, where that differs from the spec. Fewer finger names will do: the joints of a gripper move
    together.
    """

    def __init__(
        self,
        spec: ArmSpec,
        joint_names: Sequence[str] = (),
        finger_names: Sequence[str] = (),
    ) -> None:
        self._spec = spec
        self._arm = tuple(joint_names or spec.joint_names)
        self._fingers = tuple(finger_names or spec.finger_joint_names)
        if len(self._arm) != len(spec.joint_names):
            raise DriverError(
                f"expected {len(spec.joint_names)} joint names for {spec.name}, "
                f"got {len(self._arm)}"
            )
        self.forget()

    def forget(self) -> None:
        """Begin anew: the robot was put elsewhere by other means."""
        self._position: dict[str, float] = {}
        self._effort: dict[str, float] = {}
        self._elsewhere = 0
        tops = zip(self._arm, self._spec.max_velocity_radps, strict=True)
        self._rates = {name: _Rate(_TOO_FAST * top) for name, top in tops}
        self._stamp_s = -math.inf
        self._stamps: dict[str, float] = {}

    def take(
        self,
        names: Sequence[str],
        positions: Sequence[float],
        velocities: Sequence[float],
        efforts: Sequence[float],
        stamp_s: float,
    ) -> RobotState | None:
        """The state after this message; None while joints are missing.

        positions (rad, fingers as the spec has them), velocities (rad/s) and efforts belong to the
        names one by one; velocities and efforts may be missing or NaN: velocities then follow from
        positions, efforts count as 0. A message without any arm joint (a hand's own) updates the
        fingers only. One that was overtaken by a newer one of the same joints says nothing. Raises
        DriverError naming what cannot be, and believes nothing of the message.
        """
        ours = [i for i, name in enumerate(names) if name in self._arm or name in self._fingers]
        if not ours:
            return None
        if len(positions) != len(names):
            raise DriverError(f"expected {len(names)} joint positions, got {len(positions)}")
        twice = _twice(names[i] for i in ours)
        if twice:
            raise DriverError(f"expected every joint once, got {twice} twice")
        found = {names[i]: float(positions[i]) for i in ours}
        if self._is_late(found, stamp_s):
            return None
        self._check(found)
        self._check_jump(found, stamp_s)
        self._position |= found
        self._stamps |= dict.fromkeys(found, stamp_s)
        for i in ours:
            effort = float(efforts[i]) if len(efforts) == len(names) else 0.0
            self._effort[names[i]] = effort if math.isfinite(effort) else 0.0
        moved = [i for i in ours if names[i] in self._arm]
        for i in moved:
            velocity = float(velocities[i]) if len(velocities) == len(names) else math.nan
            self._rates[names[i]].take(stamp_s, found[names[i]], velocity)
        if not moved:
            return None
        self._stamp_s = stamp_s
        return None if self.missing else self._state(stamp_s)

    @property
    def missing(self) -> tuple[str, ...]:
        """Joints that no message has named so far."""
        return tuple(n for n in (*self._arm, *self._fingers) if n not in self._position)

    @property
    def contradictions(self) -> tuple[str, ...]:
        """Joints whose velocities say something else than their positions do."""
        return tuple(name for name, rate in self._rates.items() if rate.contradicts)

    def _state(self, stamp_s: float) -> RobotState:
        efforts = [abs(self._effort[name]) for name in self._fingers]
        return RobotState(
            positions=tuple(self._position[name] for name in self._arm),
            velocities=tuple(self._rates[name].velocity for name in self._arm),
            gripper_width_m=self._opening_m(self._position),
            stamp_s=stamp_s,
            gripper_effort_n=sum(efforts) / len(efforts),
        )

    def _opening_m(self, position: dict[str, float]) -> float:
        return self._spec.gripper.opening_m([position[name] for name in self._fingers])

    def _is_late(self, found: Iterable[str], stamp_s: float) -> bool:
        """Whether of each of these joints something newer is known. A clock that was set back makes
        nothing late."""
        known = [self._stamps.get(name, -math.inf) for name in found]
        return all(at_s - _BACK_S < stamp_s < at_s for at_s in known)

    def _check(self, found: dict[str, float]) -> None:
        """Whether these positions can be of this arm. DriverError."""
        for name, value in found.items():
            if not math.isfinite(value):
                raise NotANumberError(f"expected finite joint positions, got {name} {value}")
        limits = zip(self._arm, self._spec.lower_rad, self._spec.upper_rad, strict=True)
        for name, low, high in limits:
            low, high = low - _BEYOND_RAD, high + _BEYOND_RAD
            if name in found and not low <= found[name] <= high:
                raise DriverError(
                    f"expected {name} in radians between {low:.1f} and {high:.1f}, "
                    f"got {found[name]:.4g}: is it in degrees?"
                )
        if not any(name in found for name in self._fingers):
            return
        known = self._position | found
        if any(name not in known for name in self._fingers):
            return
        opening, most = self._opening_m(known), self._spec.max_opening_m
        if not -_BEYOND_OPENING * most <= opening <= (1 + _BEYOND_OPENING) * most:
            fingers = ", ".join(f"{name} {known[name]:.4g}" for name in self._fingers)
            raise DriverError(
                f"expected finger joints for an opening of 0 to {most:.3f} m, got {fingers}, "
                f"which opens {opening:.4g} m: are they in another unit?"
            )

    def _check_jump(self, found: dict[str, float], stamp_s: float) -> None:
        """Whether the arm can have moved so far since the last message. DriverError.

        What stays where it has jumped to is believed: the arm was put there.
        """
        dt_s = max(stamp_s - self._stamp_s, 0.0)
        for name, top in zip(self._arm, self._spec.max_velocity_radps, strict=True):
            if name not in found or name not in self._position:
                continue
            step = abs(found[name] - self._position[name])
            if step <= _NOISE_RAD + _TOO_FAST * top * dt_s:
                continue
            self._elsewhere += 1
            if self._elsewhere >= _BELIEVED_AFTER:
                break
            raise DriverError(
                f"expected {name} to move at most {top:.2f} rad/s, got a jump of {step:.2f} rad in "
                f"{dt_s:.3f} s: do two drivers send joint states?"
            )
        self._elsewhere = 0


class _Rate:
    """One joint's velocity: the driver's where it can be believed, else what its positions do."""

    def __init__(self, top_radps: float) -> None:
        self._top_radps = top_radps
        self._seen: deque[tuple[float, float, float]] = deque()
        #: Over what is in `_seen`: the sum of the driver's velocities, and how many it did not have.
        self._told, self._untold = 0.0, 0
        self.velocity = 0.0
        self.contradicts = False

    def take(self, stamp_s: float, position: float, velocity: float) -> None:
        """velocity: the driver's, NaN where it has none."""
        too_fast = abs(velocity) > self._top_radps
        if too_fast:
            velocity = math.nan
        seen = self._seen
        while seen and stamp_s <= seen[-1][0]:
            self._count(seen.pop()[2], -1)  # a clock that was set back, or the same moment again
        seen.append((stamp_s, position, velocity))
        self._count(velocity, 1)
        while len(seen) > 2 and stamp_s - seen[1][0] >= _WINDOW_S:
            self._count(seen.popleft()[2], -1)
        if self._untold:
            self.velocity, self.contradicts = self._derived(), too_fast
            return
        since_s, before, _ = seen[0]
        if stamp_s - since_s >= _WINDOW_S:
            real, said = (position - before) / (stamp_s - since_s), self._told / len(seen)
            allowed = _CONTRADICTS_RADPS + _CONTRADICTS_SHARE * max(abs(real), abs(said))
            self.contradicts = abs(real - said) > allowed
        self.velocity = self._derived() if self.contradicts else velocity

    def _count(self, velocity: float, times: int) -> None:
        if math.isfinite(velocity):
            self._told += times * velocity
        else:
            self._untold += times

    def _derived(self) -> float:
        """Rad/s from the last positions, over a while that outlasts noise; 0 where there is one."""
        now_s, now, _ = self._seen[-1]
        earlier = (seen for seen in reversed(self._seen) if now_s - seen[0] >= _DERIVED_S)
        before_s, before, _ = next(earlier, self._seen[0])
        return (now - before) / (now_s - before_s) if now_s > before_s else 0.0


def _twice(names: Iterable[str]) -> str:
    """The first name that comes a second time, or ""."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return ""
