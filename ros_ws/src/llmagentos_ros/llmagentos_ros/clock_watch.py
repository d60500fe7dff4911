# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
Notices a clock that is set back: a bag that begins anew, a simulator's reset, a corrected date.

Knows: the readings of a clock. Does not know: ROS, who waits for what.

Whoever waits for a time of such a clock waits for ever, and whatever came before has a stamp in
the future. So what is under way ends, with these words; what begins afterwards knows nothing of
the old time.
"""

from __future__ import annotations

from collections.abc import Callable
import math
import threading

#: Less is a correction: what waits for a time waits a little longer.
BACK_S = 1.0


class ClockWatch:
    """Reads a clock (seconds) and counts how often it was set back; thread-safe."""

    def __init__(self, clock: Callable[[], float], back_s: float = BACK_S) -> None:
        self._clock, self._back_s = clock, back_s
        self._latest_s = -math.inf
        self._times, self._by_s = 0, 0.0
        #: The last reading before the clock was set back.
        self.before_s = -math.inf
        self._lock = threading.Lock()

    def now_s(self) -> float:
        """Read the clock."""
        with self._lock:
            now = self._clock()
            if now < self._latest_s - self._back_s:
                self._times += 1
                self._by_s, self.before_s = self._latest_s - now, self._latest_s
                self._latest_s = now
            self._latest_s = max(self._latest_s, now)
            return now

    @property
    def times(self) -> int:
        """How often it was set back up to now."""
        self.now_s()
        return self._times

    def since(self, times: int) -> str:
        """Why what began when `times` was read must end, or ""."""
        if self.times == times:
            return ''
        return f'the clock went back by {self._by_s:.1f} s'

    def watch(self) -> Callable[[], str]:
        """Return what says whether the clock went back from now on: the reason, or ""."""
        times = self.times
        return lambda: self.since(times)
