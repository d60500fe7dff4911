"""When the recorder may take a picture: never so often that the command feels it.

Knows: a rate, a share of the time. Does not know: cameras.
"""

from __future__ import annotations

import time
from collections.abc import Callable


class Pace:
    """hz: at most so many a second, by both clocks. share: all turns together take at most this
    share of the time that commands take, since a simulated camera has to be rendered for. What one
    command has spent beyond it the next ones save, so that many short ones cost no more than a long
    one."""

    def __init__(
        self, hz: float, share: float, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self._period = 1 / hz if hz > 0 else float("inf")
        self._share, self._clock = share, clock
        self._begun, self._spent, self._under_way = clock(), 0.0, False
        self.begin()

    def begin(self) -> None:
        """A command begins, and the one before has ended."""
        self.end()
        self._begun, self._under_way = self._clock(), True
        self._last = self._last_robot = float("-inf")

    def end(self) -> None:
        """The command has ended: the time until the next one is no command's."""
        if self._under_way:
            self._spent = max(0.0, self._spent - self._share * (self._clock() - self._begun))
            self._under_way = False

    def due(self, robot_s: float) -> bool:
        """Whether it is time for one. robot_s: the robot's clock, seconds."""
        if robot_s < self._last_robot:  # the robot's clock began anew
            self._last_robot = float("-inf")
        if robot_s - self._last_robot < self._period:
            return False
        now = self._clock()
        if now - self._last < self._period or self._spent > self._share * (now - self._begun):
            return False
        self._last, self._last_robot = now, robot_s
        return True

    def took(self, seconds: float) -> None:
        """One took so long."""
        self._spent += seconds
