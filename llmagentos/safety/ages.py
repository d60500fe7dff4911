"""Message-age timers, which tell whether a source is still alive, and stamps that cannot be.

Knows: when something last came, on the monotonic clock, and by which clock it was stamped.
Does not know: what came, or what follows from silence (watchdogs.py).
A source that was never seen is stale, which no transport would ever say.
"""

from __future__ import annotations

import time
from collections.abc import Callable

#: Stamps may be this far ahead of the node's clock (a clock's own messages come late, too) and
#: this far behind it, seconds. Beyond that they are of another clock, or of none.
AHEAD_S, BEHIND_S = 0.5, 5.0
#: The same stamp may come again for so long (a message that is sent twice), in so few messages.
STOOD_S, _REPEATS = 1.0, 3


def stamp_problem(what: str, stamp_s: float, now_s: float) -> str:
    """
    Say why a stamp cannot be of the node's clock, in words, or "".

    what: whose stamp it is, in the plural; stamp_s, now_s: seconds.
    """
    ahead_s = stamp_s - now_s
    if -BEHIND_S <= ahead_s <= AHEAD_S:
        return ""
    if stamp_s == 0:
        return f"expected {what} with stamps, got 0: their driver sets none"
    if now_s == 0:
        return f"expected {what} by this node's clock, which stands at 0: no /clock comes"
    way = "ahead" if ahead_s > 0 else "behind"
    return (
        f"expected {what} stamped by this node's clock, got {abs(ahead_s):.1f} s {way}: "
        "are clocks and use_sim_time the same everywhere?"
    )


def not_of_now(what: str, stamp_s: float, now_s: float, limit_s: float) -> str:
    """Say why something with this stamp is not of now (older than limit_s, or of the future), in
    words, or "". Both in seconds on one clock."""
    age_s = now_s - stamp_s
    if -limit_s <= age_s <= limit_s:
        return ""
    way = "old" if age_s > 0 else "ahead of the clock"
    return f"expected {what} of now, got one {abs(age_s):.1f} s {way}"


class StampWatch:
    """
    Whether stamps go on: a driver that repeats its last message looks alive and is blind.

    what: whose stamps they are, in the plural.
    """

    def __init__(self, what: str) -> None:
        self._what = what
        self._stamp_s, self._since_s, self._times = -1.0, 0.0, 0

    def problem(self, stamp_s: float, now_s: float) -> str:
        """
        Take in the stamp of one message; say why it is an old one again, in words, or "".

        stamp_s, now_s: seconds, on the node's clock: while that stands still, stamps may, too.
        """
        if stamp_s != self._stamp_s or now_s < self._since_s:
            self._stamp_s, self._since_s, self._times = stamp_s, now_s, 0
        self._times += 1
        stood_s = now_s - self._since_s
        if self._times < _REPEATS or stood_s <= STOOD_S:
            return ""
        return (
            f"expected {self._what} with stamps that go on, got one stamp {self._times} times in "
            f"{stood_s:.1f} s: their driver repeats an old one"
        )


class AgeTimer:
    """The age of the newest message of one source."""

    def __init__(
        self, name: str, timeout_s: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.name = name
        self.timeout_s = timeout_s
        self._clock = clock
        self._last: float | None = None
        self._refused = ""
        self._missed = self._broken = ""

    def beat(self) -> None:
        """Note that a message has come. Silence before it that nobody looked at (this process was
        frozen, or starved) is kept for `missed`."""
        if self._last is not None:
            self._missed = self.stale() or self._missed
        self._last = self._clock()
        self._refused = self._broken = ""

    def missed(self) -> str:
        """The last silence that ended since it was asked for, in words, or "". Once."""
        missed, self._missed = self._missed, ""
        return missed

    def refuse(self, why: str, at_once: bool = False) -> None:
        """Note that a message has come that cannot be used: it counts as none, and is named.
        at_once: nor can what came before it, until something comes that can."""
        self._refused = why
        if at_once:
            self._broken = why

    def forget(self) -> None:
        """Count as never seen again."""
        self._last, self._broken = None, ""

    @property
    def seen(self) -> bool:
        """Whether a message ever came."""
        return self._last is not None

    @property
    def age_s(self) -> float:
        """Seconds since the newest message; infinite when none ever came."""
        return float("inf") if self._last is None else self._clock() - self._last

    def stale(self) -> str:
        """Why the source is stale, in words, or ""."""
        if self._broken:
            return self._broken
        refused = f", refused: {self._refused}" if self._refused else ""
        if self._last is None:
            return f"{self.name} never seen{refused}"
        age = self.age_s
        if age > self.timeout_s:
            allowed = f"(allowed: {self.timeout_s:.2f} s)"
            return f"{self.name} silent for {age:.2f} s {allowed}{refused}"
        return ""
