"""Where people are, as any detector tells it: the guard's input.

Knows: the newest report and how old it is, on a monotonic clock. Does not know: cameras, light
curtains, laser scanners or who else reports; nor what is done about it (rules.py).
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class People:
    """One moment. at: x and y of each person that is seen, base frame, metres. unknown: why nobody
    knows whether there are more, or ""."""

    at: tuple[tuple[float, float], ...] = ()
    unknown: str = ""


class PeopleInput:
    """A port that any detector feeds, from any thread.

    `report(places)` as often as it looks, also with none: from the first report on, silence for
    longer than timeout_s counts as not knowing, and the guard lets nothing move. needed: so it
    counts before the first report, too. clock: monotonic seconds.
    """

    def __init__(
        self,
        timeout_s: float = 1.0,
        needed: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.timeout_s, self._needed, self._clock = timeout_s, needed, clock
        self._lock = threading.Lock()
        self._newest: tuple[float, tuple[tuple[float, float], ...]] | None = None

    def report(self, places: Iterable[tuple[float, float]]) -> None:
        """Everybody who is seen now: x and y in the robot's base frame, metres. Raises ValueError
        for a place that is no two finite numbers; the report before it then ages on."""
        found = tuple((float(x), float(y)) for x, y in places)
        if not all(math.isfinite(v) for place in found for v in place):
            raise ValueError(f"expected finite places of people, got {found}")
        with self._lock:
            self._newest = (self._clock(), found)

    def now(self) -> People:
        """Who is where, as far as it is known."""
        with self._lock:
            newest = self._newest
        if newest is None:
            words = "no detector has told me yet whether anybody is near"
            return People(unknown=words if self._needed else "")
        age_s = self._clock() - newest[0]
        if age_s > self.timeout_s:
            words = f"for {age_s:.1f} s no detector has told me whether anybody is near"
            return People(newest[1], words)
        return People(newest[1])
