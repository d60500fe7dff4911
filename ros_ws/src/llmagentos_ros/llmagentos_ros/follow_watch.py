# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
Whether an arm follows its commands at all.

Knows: where the commands had it at a measurement's time, and where it was. Does not know: ROS, or
why an arm lags (skills notice one that is held up on its way).

A state that is ahead by the points under way (driver.py) hides an arm that never moves: what is
compared here is the bare measurement.
"""

from __future__ import annotations

from collections.abc import Sequence
import math

#: A joint that moved so far has followed; encoders are better than that, rad.
_MOVED_RAD = 0.004
#: Commands that went so far were not followed: under way, and once they rest for so long. Skills
#: call an arm held up at 0.08 rad, and one that presses on something is 0.01 to 0.02 rad off.
_UNDER_WAY_RAD, _AT_REST_RAD, _REST_S = 0.06, 0.03, 0.3
_SAME_RAD = 1e-6

Joints = Sequence[float]


class FollowWatch:
    """One arm. problem: why it does not follow, in words, or ''; `begin` with each command."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Forget what was seen: from now on the arm has to follow."""
        self.problem = ''
        self._from: tuple[Joints, Joints] | None = None
        self._due: Joints = ()
        self._since_s = 0.0
        self._taken_s = -math.inf

    def take(self, stamp_s: float, due: Joints, measured: Joints) -> None:
        """
        Compare one measurement (rad, at stamp_s) with where the commands had the arm then.

        The same one again says nothing new: where none comes, that is for watchdogs to tell.
        """
        if stamp_s == self._taken_s:
            return
        self._taken_s = stamp_s
        if self._from is None or _far(measured, self._from[1]) > _MOVED_RAD:
            self._from = due, measured
            self._due, self._since_s = due, stamp_s
            return
        if _far(due, self._due) > _SAME_RAD:
            self._due, self._since_s = due, stamp_s
        went = _far(due, self._from[0])
        rests = stamp_s - self._since_s > _REST_S
        if went > (_AT_REST_RAD if rests else _UNDER_WAY_RAD):
            self.problem = (
                f'expected the arm to follow its commands, which went {went:.2f} rad, got joints '
                'that stand still: does its driver hear them?'
            )


def _far(one: Joints, other: Joints) -> float:
    return max(abs(a - b) for a, b in zip(one, other, strict=True))
