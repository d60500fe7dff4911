"""The clock that leases are counted by.

Knows: one number. Does not know: the time of day.
"""

from __future__ import annotations

import time


def now_s() -> float:
    """Seconds that only go forward, and count while the machine sleeps: a robot that was suspended must
    not find its lease as it left it."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)
