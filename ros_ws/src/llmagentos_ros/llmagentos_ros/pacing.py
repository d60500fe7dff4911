# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
How fast simulated time may pass.

Knows: real time, the stamps of commands. Does not know: physics, messages.

Time passes at real time at most. On a machine that is too busy it waits for commands that are
under way, so that load makes a simulated robot slow and not clumsy; a stream of commands that has
ended for good is not waited for.
"""

from __future__ import annotations

from collections.abc import Callable
import time

#: Time waits when the newest command of a moving arm is older than this, seconds.
COMMAND_AGE_S = 0.05
#: Commands that come later than this are counted.
_LATE_S = 0.1
#: Real time that may be caught up after a slow picture; what is older is given up.
_CATCH_UP_S = 0.1
#: Periods that may pass in one go: commands must get in between, as on a robot.
_AT_ONCE = 2


class Pace:
    """Tells how many control periods are due. clock: monotonic seconds."""

    def __init__(self, period_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._period_s, self._clock = period_s, clock
        self.late = 0
        self.start()

    def start(self) -> None:
        """Begin anew: nothing is owed, nobody is waited for."""
        self._debt_s, self._woke_s = 0.0, self._clock()
        self._command_s: float | None = None
        self._heard_s = self._woke_s

    def command(self, stamp_s: float, sim_s: float, moving: bool) -> None:
        """Note a command with its stamp, at simulated time `sim_s`; moving: more must follow."""
        self.late += sim_s - stamp_s > _LATE_S
        self._command_s, self._heard_s = (stamp_s if moving else None), self._clock()

    def waits(self, sim_s: float, wait_s: float) -> bool:
        """Whether the next command of a moving arm is late, and not given up after `wait_s`."""
        if self._command_s is None or sim_s - self._command_s <= COMMAND_AGE_S:
            return False
        if self._clock() - self._heard_s > wait_s:
            self._command_s = None
        return self._command_s is not None

    def due(self, speed: float, waits: bool) -> int:
        """Return the periods to let pass now. speed: simulated seconds per second, at most."""
        now = self._clock()
        self._debt_s += (now - self._woke_s) * speed
        self._woke_s = now
        self._debt_s = 0.0 if waits else min(self._debt_s, _CATCH_UP_S * max(1.0, speed))
        periods = min(int(self._debt_s / self._period_s + 1e-3), _AT_ONCE * max(1, round(speed)))
        self._debt_s -= periods * self._period_s
        return periods
