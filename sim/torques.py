"""Torques from outside on a simulated arm's joints, as a real arm's driver estimates them.

Knows: the motors' torques, PyBullet's inverse dynamics. Does not know: what pushes.

The motors correct their error anew in every physics step, so one step's torque means little: the
mean over a control period is compared with what the arm's own motion in it takes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

_Array = NDArray[np.float64]


class TorqueSense:
    """What the joints of one arm feel from outside, a control period at a time.

    joints: those that are told, in order; `moving` are all joints of the body that move.
    """

    def __init__(self, client: Any, body: int, joints: list[int]) -> None:
        self._client, self._body = client, body
        fixed = client.JOINT_FIXED
        count = client.getNumJoints(body)
        self._moving = [i for i in range(count) if client.getJointInfo(body, i)[2] != fixed]
        self._told = [self._moving.index(j) for j in joints]
        self._zero = (0.0,) * len(joints)
        #: Of the last period, N m, one a joint; zeros before the first.
        self.external_nm: tuple[float, ...] = self._zero

    def period(self, step: Callable[[], None], substeps: int, step_s: float) -> None:
        """Let a period pass, `substeps` calls of `step`, and note what it showed."""
        read, total = self._client.getJointStates, np.zeros((3, len(self._moving)))
        before = [state[1] for state in read(self._body, self._moving)]
        after = before
        for _ in range(substeps):
            step()
            states = read(self._body, self._moving)
            after = [state[1] for state in states]
            total += ([state[0] for state in states], after, [state[3] for state in states])
        mean: _Array = total / substeps
        change = (np.array(after) - before) / (substeps * step_s)
        own = self._client.calculateInverseDynamics(
            self._body, mean[0].tolist(), mean[1].tolist(), change.tolist()
        )
        outside = np.array(own) - mean[2]
        self.external_nm = tuple(outside[self._told].tolist())

    def forget(self) -> None:
        """The arm was put elsewhere."""
        self.external_nm = self._zero
