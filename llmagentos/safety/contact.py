"""Whether something from outside pushes against the moving arm, or holds it up.

Knows: what the joints measure, what was commanded, the bounds of a profile. Does not know: what it
touches, skills, how the arm is stopped (gate.py).

Where the driver tells the torques that come from outside, the force at the tool that explains them
best is judged: torques = J^T force, solved by least squares (libfranka's examples stop by the same
figures). Where it doesn't, joints that lag behind their command are. Only a moving arm is judged:
a grip presses on purpose, and an arm that rests has nothing to stop. What is carried and what is
pushed on purpose stays below the bounds by its weight and friction; a heavier load needs a driver
that takes its weight out of what it tells, as arms do that are told their load.

After a contact the arm must be able to get away: while the force stays, motion that yields to it is
no new contact, nor is what is left of the old motion. So it is with what presses on an arm at rest.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from llmagentos.types import RobotState

#: The tool point's Jacobian (3 x joints, m/rad, base frame) at joint positions (rad).
ToolJacobian = Callable[[Sequence[float]], NDArray[np.float64]]

#: So many periods in a row make it a contact: one alone is noise, unless it is so many times more
#: than the bound.
_PERIODS, _GROSS = 2, 1.5
#: The arm accelerates where a joint's commanded rate changes by more than this share of its most.
_ACCELERATES = 0.25
#: Periods after a contact's brakes in which the rest of the old motion may still be commanded.
_SETTLING = 15


@dataclass(frozen=True)
class ContactLimits:
    """Forces at the tool at steady speed and accelerating, N; lag of a joint, rad."""

    steady_n: float
    accelerating_n: float
    lag_rad: float


@dataclass(frozen=True)
class Commanded:
    """What was sent last: positions (rad), rates (rad/s), and the share of the joints' most that the
    rates changed by."""

    positions: Sequence[float]
    rates: Sequence[float]
    effort: float


class ContactWatch:
    """Judges one measured state a control period. jacobian: None judges by the lag alone."""

    def __init__(self, limits: ContactLimits, jacobian: ToolJacobian | None = None) -> None:
        self.limits = limits
        self._jacobian = jacobian
        self._over = 0
        #: Periods judged since something began to press that has not gone yet; None without it.
        self._pressed: int | None = None

    def judge(self, state: RobotState, sent: Commanded | None) -> str:
        """What was found, in words ("... got ..."), "" for nothing. sent: None at rest. A state that
        is none is not judged: the gate refuses to move by it."""
        if sent is None or not any(sent.rates) or not _is_measured(state, len(sent.positions)):
            self._over = 0
            self._rest(state)
            return ""
        judged = self._force if self._tells_torques(state) else self._lag
        share, found, yields = judged(state, sent)
        if share <= 1:
            self._over, self._pressed = 0, None
            return ""
        if self._pressed is not None:
            self._pressed += 1
            if yields or self._pressed <= _SETTLING:
                return ""
        self._over += 1 if share <= _GROSS else _PERIODS
        if self._over < _PERIODS:
            return ""
        self._over, self._pressed = 0, 0
        return found

    def _rest(self, state: RobotState) -> None:
        """At rest nothing is stopped. What presses then, as a grip beside the middle of a thing
        does, is no new contact for a motion that yields to it."""
        joints = len(state.external_nm)
        if not (self._tells_torques(state) and _is_measured(state, joints)):
            return
        share, _, _ = self._force(state, Commanded(state.positions, state.velocities, 0.0))
        if share <= 1:
            self._pressed = None
        elif self._pressed is None:
            self._pressed = _SETTLING

    def forget(self) -> None:
        """Begin anew: the arm was put elsewhere."""
        self._over, self._pressed = 0, None

    def _tells_torques(self, state: RobotState) -> bool:
        return self._jacobian is not None and len(state.external_nm) == len(state.positions)

    def _force(self, state: RobotState, sent: Commanded) -> tuple[float, str, bool]:
        """The share of its bound, words for too much of it, whether the tool moves along with it."""
        assert self._jacobian is not None
        limits = self.limits
        if not all(map(math.isfinite, state.external_nm)):
            words = f"expected finite torques from outside, got {state.external_nm}"
            return math.inf, words, False
        jacobian = self._jacobian(state.positions)
        force = np.linalg.lstsq(jacobian.T, np.array(state.external_nm), rcond=None)[0]
        newtons = float(np.linalg.norm(force))
        bound = limits.accelerating_n if sent.effort > _ACCELERATES else limits.steady_n
        words = f"expected less than {bound:.0f} N at the tool, got {newtons:.0f} N"
        return newtons / bound, words, float(force @ (jacobian @ np.array(sent.rates))) >= 0

    def _lag(self, state: RobotState, sent: Commanded) -> tuple[float, str, bool]:
        lags = [abs(a - b) for a, b in zip(sent.positions, state.positions, strict=True)]
        lag = max(lags)
        words = (
            f"expected joint {lags.index(lag) + 1} within {self.limits.lag_rad:.2f} rad of its "
            f"command, got {lag:.2f} rad"
        )
        return lag / self.limits.lag_rad, words, False


def _is_measured(state: RobotState, joints: int) -> bool:
    values = (*state.positions, *state.velocities)
    return len(values) == 2 * joints and all(map(math.isfinite, values))
