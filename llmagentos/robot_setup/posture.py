"""Where an arm may rest: its hand straight down, near its own base.

Knows: a chain's joint limits and its own inverse kinematics with the hand's turn left free, joints
that are one too many locked at rest. Does not know: what the arm works on, pictures.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pinocchio as pin
from numpy.typing import NDArray

from llmagentos.robots.model import whole_model
from llmagentos.safety.limits import POSITION_MARGIN_RAD

Array = NDArray[np.float64]

_ITERATIONS, _STEP_RAD, _TOLERANCE = 80, 0.3, 1e-5
_STARTS = 4
#: A pose takes five joints where the hand's turn is free.
_TASK = 5
#: Where the tip may rest: shares of the stretched arm ahead of its base and above it.
_AHEAD = (0.45, 0.35, 0.55, 0.25)
#: A short arm with five joints points straight down low over its table only.
_UP, _LOW = (0.35, 0.25, 0.45), (0.15, 0.08, 0.02)
#: No joint of an arm at rest is nearer to the ends of its range, rad.
_SPARE_RAD = 0.15
#: A first joint that turns so far in all has the table ahead within its range, rad.
_ROUND_RAD = 3.0
#: Solutions that are as near as this are the same one, rad.
_SAME_RAD = 0.3


@dataclass(frozen=True)
class Posture:
    """joints: rad. height_m: mean height of the joints over the first one: an elbow that is up
    stays out of the way. spare_rad: to the nearest end of a range."""

    joints: tuple[float, ...]
    height_m: float
    spare_rad: float


def nearest_turn(value: float, low: float, high: float) -> float:
    """The same angle in the turn nearest to 0, where the range [low, high] holds it; rad."""
    near = math.remainder(value, 2 * math.pi)
    return near if low <= near <= high else value


class Chain:
    """One arm's joints in a URDF, the hand's tip at its end."""

    def __init__(
        self, urdf: str, joints: Sequence[str], tip: str, ranges: Sequence[tuple[float, float]]
    ) -> None:
        whole = whole_model(urdf)
        others = [i for i in range(1, whole.njoints) if whole.names[i] not in joints]
        self._model = pin.buildReducedModel(whole, others, pin.neutral(whole))
        self._data = self._model.createData()
        self._tip = self._model.getFrameId(tip)
        self.lower = np.array([low for low, _ in ranges]) + POSITION_MARGIN_RAD
        self.upper = np.array([high for _, high in ranges]) - POSITION_MARGIN_RAD
        pin.framesForwardKinematics(self._model, self._data, self.middle)
        #: Where the first joint is, base frame, metres.
        self.shoulder: Array = self._data.oMi[1].translation.copy()

    @property
    def middle(self) -> Array:
        """The joints' rest: 0 where they can, else the middle of their range."""
        zero = (self.lower < 0) & (self.upper > 0)
        return np.where(zero, 0.0, (self.lower + self.upper) / 2)

    @property
    def turns_upright(self) -> bool:
        """Whether the first joint turns about the vertical, and far enough to either side."""
        pin.framesForwardKinematics(self._model, self._data, self.middle)
        joint = self._model.joints[1].createData()
        self._model.joints[1].calc(joint, self.middle[:1])
        axis = self._data.oMi[1].rotation @ np.asarray(joint.S).reshape(6)[3:]
        return bool(abs(axis[2]) > 0.999 and self.upper[0] - self.lower[0] > _ROUND_RAD)

    def length_m(self) -> float:
        """All links from the first joint to the tip in one line, metres."""
        pin.framesForwardKinematics(self._model, self._data, self.middle)
        points = [self._data.oMi[i].translation.copy() for i in range(1, self._model.njoints)]
        points.append(self._data.oMf[self._tip].translation.copy())
        pairs = itertools.pairwise(points)
        return float(sum(np.linalg.norm(b - a) for a, b in pairs))

    def postures(self, towards: float = 0.0) -> list[Posture]:
        """Resting postures that face the direction `towards` (rad about z), the best first."""
        found: list[Posture] = []
        solutions = list(self._solutions(towards, _UP)) or list(self._solutions(towards, _LOW))
        for q in map(self._unwound, solutions):
            if all(np.max(np.abs(q - np.array(p.joints))) > _SAME_RAD for p in found):
                found.append(self._posture(q))
        usable = [p for p in found if p.spare_rad > _SPARE_RAD] or found
        return sorted(usable, key=lambda p: -p.height_m)

    def _unwound(self, q: Array) -> Array:
        """The same pose with every joint in the turn nearest to 0."""
        return np.array(
            [nearest_turn(*each) for each in zip(q, self.lower, self.upper, strict=True)]
        )

    def _solutions(self, towards: float, heights: Sequence[float]) -> Iterator[Array]:
        length, rng, found = self.length_m(), np.random.default_rng(0), False
        for locked in self._locks():
            for ahead in _AHEAD:
                for up in heights:
                    target = self.shoulder + length * np.array(
                        [ahead * math.cos(towards), ahead * math.sin(towards), 0.0]
                    )
                    target[2] = self.shoulder[2] * 0.5 + up * length
                    for _ in range(_STARTS):
                        start = rng.uniform(self.lower, self.upper)
                        start[list(locked)] = self.middle[list(locked)]
                        q = self._descend(target, start, locked)
                        if q is not None:
                            found = True
                            yield q
            if found and self._model.nq <= _TASK:
                return  # the hand need not be turned as well

    def _locks(self) -> Sequence[tuple[int, ...]]:
        """Which joints stay at rest, so that five are left: the last one, and each that is one too
        many; the third of seven first, which leaves most such arms in one plane."""
        count = self._model.nq
        last = count - 1
        if count <= _TASK:
            return [(last,), ()]
        if count == _TASK + 1:
            return [(last,)]
        return [(k, last) for k in (2, *(k for k in range(1, last) if k != 2))][:3]

    def _descend(self, target: Array, start: Array, locked: Sequence[int]) -> Array | None:
        q = start.copy()
        free = np.ones(len(q))
        free[list(locked)] = 0.0
        for _ in range(_ITERATIONS):
            pin.computeJointJacobians(self._model, self._data, q)
            placement = pin.updateFramePlacement(self._model, self._data, self._tip)
            down = placement.rotation[:, 2]
            lean = np.array([-down[1], down[0], 0.0])  # down x straight down
            if down[2] > 0:  # more than a right angle: the sine falls again
                lean = lean / max(float(np.linalg.norm(lean)), 1e-6)
            error = np.concatenate([target - placement.translation, 0.3 * lean])
            if float(np.linalg.norm(error)) < _TOLERANCE and down[2] < 0:
                return q
            full = pin.getFrameJacobian(
                self._model, self._data, self._tip, pin.ReferenceFrame.LOCAL_WORLD_ALIGNED
            )
            upright = np.eye(3) - np.outer(down, down)
            jacobian = np.vstack([full[:3], 0.3 * upright @ full[3:]]) * free
            gram = jacobian @ jacobian.T + 1e-5 * np.eye(6)
            step = jacobian.T @ np.linalg.solve(gram, error)
            largest = float(np.max(np.abs(step)))
            if largest > _STEP_RAD:
                step *= _STEP_RAD / largest
            q = np.clip(q + step, self.lower, self.upper)
        return None

    def _posture(self, q: Array) -> Posture:
        pin.framesForwardKinematics(self._model, self._data, q)
        heights = [float(self._data.oMi[i].translation[2]) for i in range(1, self._model.njoints)]
        spare = float(np.min(np.minimum(q - self.lower, self.upper - q)[:-1]))
        joints = tuple(round(float(v), 6) for v in q)
        return Posture(joints, float(np.mean(heights)) - float(self.shoulder[2]), spare)
