"""Bringing an arm on a base to the height of what is before it.

Knows: the lift, the surface that was seen, the periods that pass while it rises. Does not know: how a
surface is seen, drives, what the arm does there.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from llmagentos.errors import DriverError, StoppedError
from llmagentos.ports.driving import BaseDriver, Lift
from llmagentos.ports.failures import Failure
from llmagentos.ports.skills import SkillReport, SkillStatus, failed, succeeded

#: So near to its height the arm works; what is farther away than that from the lift's range is out of
#: it, metres.
LEVEL_M = 0.012
#: It has arrived when it is so near, metres; or given up after so long, seconds.
_THERE_M, _MOST_S = 0.003, 20.0
_TICK_S = 0.1


class Leveling:
    """One lift. surface_m: how high over the floor the surface before the base is; None where there is
    none. base: lets time pass; it stands meanwhile."""

    def __init__(self, lift: Lift, base: BaseDriver, surface_m: Callable[[], float | None]) -> None:
        self._lift, self._base, self._surface_m = lift, base, surface_m
        self._goal_m = lift.height_m
        self._until_s = 0.0

    def begin(self) -> None:
        """Toward the surface that is seen now, as near as the lift comes; where there is none, stay."""
        surface = self._surface_m()
        low, high = self._lift.range_m
        self._goal_m = self._lift.height_m if surface is None else min(max(surface, low), high)
        self._until_s = self._base.now_s + _MOST_S

    def tick(self) -> SkillReport:
        """About 0.1 s of robot time, or less when it is there."""
        try:
            until = self._base.now_s + _TICK_S - self._base.control_period_s / 2
            while abs(self._lift.height_m - self._goal_m) > _THERE_M:
                if self._base.now_s > self._until_s:
                    return failed(Failure.TIMEOUT, "the lift did not get there")
                self._lift.raise_to(self._goal_m)
                self._base.advance()
                if self._base.now_s > until:
                    return SkillReport(SkillStatus.RUNNING)
        except StoppedError as stopped:
            return failed(Failure.STOPPED, str(stopped))
        except DriverError as broken:
            return failed(Failure.NO_ANSWER, str(broken))
        return succeeded("level")

    def stop(self) -> None:
        """Stay at this height."""
        self._goal_m = self._lift.height_m
        with suppress(StoppedError, DriverError):  # it stays by itself then
            self._lift.raise_to(self._goal_m)

    def problem(self) -> str:
        """Why the arm can't work on the surface before it, in words; "" where it can."""
        surface = self._surface_m()
        if surface is None:
            return "there is nothing before me that things could stand on"
        off_m = surface - self._lift.height_m
        if abs(off_m) <= LEVEL_M:
            return ""
        return f"what is before me is {abs(off_m) * 100:.0f} cm too {'high' if off_m > 0 else 'low'} for my arm"
