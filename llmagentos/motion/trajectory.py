"""When the arm is where on its path: jerk-limited timing inside the limits.

Knows: paths through joint space, limits, Ruckig. Does not know: obstacles, drivers.

Ruckig's community edition times one straight motion at a time. So a path is cut into pieces (a
straight run, a rounded corner, ...), every piece gets the highest speed that its own curvature
allows, the speeds where pieces meet are chosen so that each can be reached, and Ruckig moves the
one path parameter through piece after piece. The arm follows the path exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from ruckig import ControlInterface, InputParameter, Result, Ruckig
from ruckig import Trajectory as RuckigTrajectory

from llmagentos.errors import MotionError
from llmagentos.motion.spline import CubicSpline
from llmagentos.safety.limits import MotionLimits

Array = NDArray[np.float64]

#: Shares of the acceleration limit for the path's curvature and for speeding up along it, and of
#: the jerk limit for the latter; what is left covers the change of curvature within a piece.
_CURVE_SHARE, _ALONG_SHARE, _JERK_SHARE = 0.5, 0.75, 0.8
#: Steepness of the smooth maximum over the joints that makes the path parameter.
_NORM = 6
_SAFE = 0.97
#: How often a trajectory may be stretched until its samples keep the limits, which they may exceed
#: by this share at last.
_STRETCHES, _EXCESS = 30, 1.005


@dataclass(frozen=True)
class JointPath:
    """Joint positions [N, J] along a way, the tool's positions [N, 3] there, and the piece
    boundaries: indices of nodes, from 0 to N - 1, N >= 3."""

    joints: Array
    tool: Array
    cuts: tuple[int, ...]


def split(path: JointPath, joints: Array) -> tuple[JointPath, JointPath] | None:
    """A path in two, at a node before it comes nearest to `joints` [J]; None where either would be too
    short."""
    near = int(np.argmin(np.linalg.norm(path.joints - joints, axis=1)))
    at = near - 1
    if at < 2 or len(path.joints) - at < 3:
        return None
    first = (*(cut for cut in path.cuts if cut < at), at)
    second = (0, *(cut - at for cut in path.cuts if cut > at))
    return (
        JointPath(path.joints[: at + 1], path.tool[: at + 1], first),
        JointPath(path.joints[at:], path.tool[at:], second),
    )


@dataclass(frozen=True)
class Trajectory:
    """Joint positions [M, J] at period, 2 * period, ... until the arm rests at the end."""

    positions: Array
    period_s: float

    @property
    def duration_s(self) -> float:
        """Time from the first command to the last, seconds."""
        return len(self.positions) * self.period_s


def time_path(path: JointPath, limits: MotionLimits, period_s: float) -> Trajectory:
    """Time a path from rest to rest inside `limits`, sampled every `period_s`.

    A way of no length gives an empty trajectory. Raises MotionError for a path that no time makes
    smooth enough, before anything moves.
    """
    velocity = np.array(limits.velocity_radps)
    steps = np.concatenate(
        [
            np.abs(np.diff(path.joints, axis=0)) / velocity,
            np.linalg.norm(np.diff(path.tool, axis=0), axis=1, keepdims=True)
            / limits.tool_speed_mps,
        ],
        axis=1,
    )
    lengths = np.sum(steps**_NORM, axis=1) ** (1 / _NORM)
    if float(np.sum(lengths)) < 1e-6:
        return Trajectory(np.empty((0, path.joints.shape[1])), period_s)
    lengths = np.maximum(lengths, 1e-6 * float(np.sum(lengths)))
    knots = np.concatenate([[0.0], np.cumsum(lengths)])
    spline = CubicSpline(knots, path.joints)
    pieces = [
        _Piece.of(spline, knots, path.tool, first, last, limits)
        for first, last in zip(path.cuts[:-1], path.cuts[1:], strict=True)
    ]
    slower = 1.0
    for _ in range(_STRETCHES):
        times = _chain([piece.slower(slower) for piece in pieces], period_s)
        positions = np.clip(spline(times), limits.lower_rad, limits.upper_rad)
        excess = _excess(path.joints[0], positions, limits, period_s)
        if excess <= 1.0:
            break
        # A kink in the path (a joint that reaches its limit) shows only in the samples.
        slower *= excess * 1.02
    else:
        if excess > _EXCESS:
            raise MotionError(f"expected a way within the joints' limits, got {excess:.2f} of them")
    return Trajectory(positions, period_s)


def _excess(start: Array, positions: Array, limits: MotionLimits, period_s: float) -> float:
    """By how much the samples would have to be stretched in time to keep the limits."""
    track = np.vstack([start, start, positions, positions[-1:], positions[-1:]])
    velocity = np.diff(track, axis=0) / period_s
    acceleration = np.diff(velocity, axis=0) / period_s
    fastest = float(np.max(np.abs(velocity) / limits.velocity_radps))
    hardest = float(np.max(np.abs(acceleration) / limits.acceleration_radps2))
    return max(fastest, hardest**0.5)


@dataclass
class _Piece:
    """A stretch of the path parameter with constant bounds on its rate of change."""

    length: float
    velocity: float
    acceleration: float
    jerk: float

    @classmethod
    def of(
        cls,
        spline: CubicSpline,
        knots: Array,
        tool: Array,
        first: int,
        last: int,
        limits: MotionLimits,
    ) -> _Piece:
        # The curvature at a boundary belongs to the curved side; a straight piece ignores it.
        inner = slice(first + 1, last) if last - first > 3 else slice(first, last + 1)
        slope = np.abs(spline.first()[inner]) + 1e-9
        bend = np.abs(spline.second[inner]) + 1e-9
        acceleration = np.array(limits.acceleration_radps2)
        tool_rate = np.linalg.norm(np.diff(tool[first : last + 1], axis=0), axis=1) / np.diff(
            knots[first : last + 1]
        )
        velocity = min(
            float(np.min(np.array(limits.velocity_radps) / slope)),
            float(np.min(limits.tool_speed_mps / (tool_rate + 1e-9))),
            float(np.min(np.sqrt(_CURVE_SHARE * acceleration / bend))),
        )
        return cls(
            length=float(knots[last] - knots[first]),
            velocity=_SAFE * velocity,
            acceleration=_ALONG_SHARE * float(np.min(acceleration / slope)),
            jerk=_JERK_SHARE * float(np.min(np.array(limits.jerk_radps3) / slope)),
        )

    def slower(self, factor: float) -> _Piece:
        """The same piece, its motion stretched in time by a factor."""
        return _Piece(
            self.length,
            self.velocity / factor,
            self.acceleration / factor**2,
            self.jerk / factor**3,
        )

    def fastest_to(self, speed: float) -> float:
        """The highest speed at the other end of the piece for `speed` at this one."""
        if self._distance(speed, self.velocity) <= self.length:
            return self.velocity
        low, high = speed, self.velocity
        for _ in range(40):
            middle = (low + high) / 2
            if self._distance(speed, middle) <= self.length * _SAFE:
                low = middle
            else:
                high = middle
        return low

    def _distance(self, slow: float, fast: float) -> float:
        """Way needed from one speed to a higher one, both without acceleration at the ends."""
        change = fast - slow
        if change <= 0:
            return 0.0
        if change <= self.acceleration**2 / self.jerk:
            duration = 2 * (change / self.jerk) ** 0.5
        else:
            duration = change / self.acceleration + self.acceleration / self.jerk
        return (slow + fast) / 2 * duration


def _chain(pieces: list[_Piece], period_s: float) -> Array:
    """Path parameters at every period, piece after piece."""
    meet = [0.0] + [min(a.velocity, b.velocity) for a, b in pairwise(pieces)]
    meet.append(0.0)
    for i, piece in enumerate(pieces):
        meet[i + 1] = min(meet[i + 1], piece.fastest_to(meet[i]))
    for i in reversed(range(len(pieces))):
        meet[i] = min(meet[i], pieces[i].fastest_to(meet[i + 1]))
    samples: list[float] = []
    clock, offset = period_s, 0.0
    for i, piece in enumerate(pieces):
        timed = _time_piece(piece, meet[i], meet[i + 1])
        while clock < timed.duration:
            samples.append(offset + timed.at_time(clock)[0][0])
            clock += period_s
        clock -= timed.duration
        offset += piece.length
    samples.append(offset)
    return np.array(samples)


def _time_piece(piece: _Piece, start: float, end: float) -> RuckigTrajectory:
    given = InputParameter(1)
    given.current_position, given.target_position = [0.0], [piece.length]
    given.current_velocity, given.target_velocity = [start], [end]
    given.current_acceleration, given.target_acceleration = [0.0], [0.0]
    given.max_velocity = [piece.velocity]
    given.max_acceleration = [piece.acceleration]
    given.max_jerk = [piece.jerk]
    timed = RuckigTrajectory(1)
    result = Ruckig(1).calculate(given, timed)
    if result not in (Result.Working, Result.Finished):
        raise MotionError(f"expected a timing for {piece} from {start} to {end}, got {result}")
    return timed


def stop_trajectory(
    positions: Sequence[float],
    velocities: Sequence[float],
    accelerations: Sequence[float],
    limits: MotionLimits,
    period_s: float,
) -> Trajectory:
    """Bring all joints to rest from any state as fast as `limits` allow."""
    count = len(positions)
    given = InputParameter(count)
    given.control_interface = ControlInterface.Velocity
    given.current_position = list(map(float, positions))
    given.current_velocity = list(map(float, velocities))
    bound = np.array(limits.acceleration_radps2)
    given.current_acceleration = np.clip(accelerations, -bound, bound).tolist()
    given.target_velocity, given.target_acceleration = [0.0] * count, [0.0] * count
    given.max_acceleration = bound.tolist()
    given.max_jerk = [4 * j for j in limits.jerk_radps3]
    timed = RuckigTrajectory(count)
    result = Ruckig(count).calculate(given, timed)
    if result not in (Result.Working, Result.Finished):
        raise MotionError(f"expected a way to stop from {velocities} rad/s, got {result}")
    number = int(np.ceil(timed.duration / period_s - 1e-9))
    instants = [min((i + 1) * period_s, timed.duration) for i in range(number)]
    samples = [timed.at_time(t)[0] for t in instants]
    return Trajectory(np.array(samples).reshape(-1, count), period_s)
