"""Damped least squares: from joints to joints that put the tip at a placement.

Knows: one chain's Jacobian and joint limits. Does not know: where to begin, what a pose means.
"""

from __future__ import annotations

import math

import eigenpy
import numpy as np
import pinocchio as pin
from numpy.typing import NDArray

Joints = NDArray[np.float64]

#: A solution is accepted below this error (metres and radians together).
TOLERANCE = 1e-6
#: Numbers of a placement's error: joints beyond these are redundant, with fewer some is lost.
_TASK = 6
#: So many answers are kept.
_MOST_FOUND = 8192
_MAX_ITERATIONS = 60
#: Iterations that also pull a redundant joint's swivel towards the rest posture.
_NULLSPACE_ITERATIONS = 15
_NULLSPACE_GAIN = 0.25
_MAX_STEP_RAD = 0.35
#: Steering ends below this error (metres and radians together), and damps by this much.
_STEERED, _STEER_DAMPING = 2e-4, 1e-6


class Descent:
    """Solves for one frame of one chain. Not safe to share between threads."""

    def __init__(self, model: pin.Model, tip: int, lower: Joints, upper: Joints) -> None:
        self._model, self._data, self._tip = model, model.createData(), tip
        self._lower, self._upper = lower, upper
        self._found: dict[tuple[bytes, bytes, bytes], tuple[Joints, float]] = {}

    def to(self, target: pin.SE3, start: Joints, rest: Joints | None) -> tuple[Joints, float]:
        """From joints `start`, drawn to `rest` if it is given; returns the joints and the error
        left. What was asked before (ways are laid in a rehearsal, and then to be driven) is known.
        """
        asked = (
            target.homogeneous.tobytes(),
            start.tobytes(),
            b"" if rest is None else rest.tobytes(),
        )
        found = self._found.get(asked)
        if found is None:
            if len(self._found) >= _MOST_FOUND:
                self._found.clear()
            found = self._found[asked] = self._solved(target, start, rest)
        return found[0].copy(), found[1]

    def _solved(self, target: pin.SE3, start: Joints, rest: Joints | None) -> tuple[Joints, float]:
        q, residual = start.copy(), math.inf
        for iteration in range(_MAX_ITERATIONS):
            pin.computeJointJacobians(self._model, self._data, q)
            placement = pin.updateFramePlacement(self._model, self._data, self._tip)
            jacobian = pin.getFrameJacobian(
                self._model, self._data, self._tip, pin.ReferenceFrame.LOCAL
            )
            error = pin.log6(placement.actInv(target)).vector
            residual = float(np.linalg.norm(error))
            pull = iteration < _NULLSPACE_ITERATIONS
            if residual < TOLERANCE and (rest is None or not pull):
                break
            away = _NULLSPACE_GAIN * (rest - q) if rest is not None and pull else None
            step = self._step(jacobian, error, residual, q, away)
            largest = float(np.max(np.abs(step)))
            if largest > _MAX_STEP_RAD:
                step *= _MAX_STEP_RAD / largest
            q = np.clip(q + step, self._lower, self._upper)
        return q, residual

    def steer(
        self, target: pin.SE3, q: Joints, rest: Joints | None, iterations: int
    ) -> tuple[Joints, float]:
        """As `to`, for control at a fixed rate: a few quick iterations with one damping, the error
        that of before the last one. Joints at their limits are cut, not worked around."""
        few, residual = len(q) < _TASK, math.inf
        for _ in range(iterations):
            pin.computeJointJacobians(self._model, self._data, q)
            placement = pin.updateFramePlacement(self._model, self._data, self._tip)
            jacobian = pin.getFrameJacobian(
                self._model, self._data, self._tip, pin.ReferenceFrame.LOCAL
            )
            error = pin.log6(placement.actInv(target)).vector
            residual = math.sqrt(error @ error)
            if residual < _STEERED:
                break
            gram = jacobian.T @ jacobian if few else jacobian @ jacobian.T
            gram.flat[:: len(gram) + 1] += _STEER_DAMPING
            solve = eigenpy.LDLT(gram).solve  # several times as fast as NumPy's for so few numbers
            if few:
                step = solve(jacobian.T @ error)
            elif rest is None:
                step = jacobian.T @ solve(error)
            else:  # the pull's part that would move the tip is taken out by the same solution
                away = _NULLSPACE_GAIN * (rest - q)
                step = away + jacobian.T @ solve(error - jacobian @ away)
            q = np.minimum(np.maximum(q + step, self._lower), self._upper)
        return q, residual

    def _step(
        self, jacobian: Joints, error: Joints, residual: float, q: Joints, away: Joints | None
    ) -> Joints:
        """One damped step; joints at their limits that it would push on stay out of it."""
        damping = (min(1e-3, residual * residual * 0.1) + 1e-9) * np.eye(_TASK)
        step: Joints = np.zeros(len(q))
        for _ in range(3):
            if len(q) < _TASK:  # what they cannot change stays as it is, exactly
                few = jacobian.T @ jacobian + damping[: len(q), : len(q)]
                step = np.asarray(np.linalg.solve(few, jacobian.T @ error), np.float64)
            else:
                gram = np.linalg.inv(jacobian @ jacobian.T + damping)
                step = np.asarray(jacobian.T @ (gram @ error), np.float64)
            if away is not None:
                step += away - jacobian.T @ (gram @ (jacobian @ away))
            stuck = ((q <= self._lower) & (step < 0)) | ((q >= self._upper) & (step > 0))
            if not stuck.any():
                break
            jacobian = np.where(stuck, 0.0, jacobian)
            away = None if away is None else np.where(stuck, 0.0, away)
        return step
