# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
When an arm began to move, as its joints show it.

Knows: measured joint positions, a monotonic clock. Does not know: commands, messages.

What is told to others is how long ago that was: a time on this machine's clock would mean nothing
on another one, and a clock's owner can't be guessed from its value.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
import time

#: A joint that is this far from where it was has moved, rad: more than an encoder's noise.
MOVED_RAD = 5e-4


class MotionWatch:
    """Thread-safe enough: one thread measures, another one asks. clock: monotonic seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self.begin()

    def begin(self) -> None:
        """Forget what moved before; the next measurement is where the arm rests."""
        self._rest: tuple[float, ...] | None = None
        self._began_s: float | None = None

    def take(self, positions: Sequence[float]) -> None:
        """Note a measurement, rad."""
        if self._rest is None:
            self._rest = tuple(positions)
        elif self._began_s is None:
            pairs = zip(positions, self._rest, strict=True)
            if max(abs(q - rest) for q, rest in pairs) > MOVED_RAD:
                self._began_s = self._clock()

    @property
    def moving_for_s(self) -> float | None:
        """How long ago the arm began to move, seconds; None while it has not."""
        return None if self._began_s is None else self._clock() - self._began_s
