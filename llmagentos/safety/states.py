"""What the supervisor remembers: modes, the lease, who waits for an answer, what was measured.

Knows: the fields and their limits in time. Does not know: what leads from one state to the next
(supervisor.py).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

#: How long a lease holds, and how often its holder renews it, seconds.
LEASE_S, RENEW_S = 0.1, 0.02
#: At rest: every joint slower than this, measured for so long without a gap of that length.
REST_RADPS, REST_S = 0.01, 0.1
#: Whoever asked for a stop has an answer after so long; a robot that does not rest by then is in
#: fault. The longest ramp of the arms here takes 0.3 s.
ANSWER_S = 1.0
#: Two readers of one clock may come in the other order; more than this is a clock that went back.
BACK_S = 0.02
#: So many goals are remembered: none of them gets a second lease.
GOALS = 256


class Mode(str, Enum):
    """LOCKED at the start. ARMED: takes a goal. MOVING: somebody holds the lease. STOPPING: on the
    way to rest. STOPPED, FAULT: at rest, or broken, until a person resets it."""

    LOCKED = "locked"
    ARMED = "armed"
    MOVING = "moving"
    STOPPING = "stopping"
    STOPPED = "stopped"
    FAULT = "fault"


#: Modes that only a person's reset leads out of (STOPPING by way of the other two).
LATCHED = frozenset({Mode.STOPPING, Mode.STOPPED, Mode.FAULT})


@dataclass(frozen=True)
class Lease:
    """Who may command the driver, for which goal, until when (seconds)."""

    holder: str
    number: int
    goal: str
    until_s: float


@dataclass(frozen=True)
class Asked:
    """Somebody who waits for a stop's answer, and since when (seconds)."""

    asker: str
    at_s: float


@dataclass(frozen=True)
class State:
    """All that the supervisor remembers; times in seconds, on the clock of `now_s`.

    leases: how many were given. goals: those that had one, newest last; paused: the one of them
    that may have another, "" for none; ended: why the one that paused may not. stale: silent
    sources with the reason in words. why: what the robot was stopped for. fault: what broke, "" for
    nothing. asked: who waits for an answer. stop_s: when STOPPING began. quiet_s: since when every
    joint is measured at rest, None where one moves or is not measured. measured_s: the last
    measurement.
    """

    mode: Mode = Mode.LOCKED
    now_s: float = 0.0
    lease: Lease | None = None
    leases: int = 0
    goals: tuple[str, ...] = ()
    paused: str = ""
    ended: str = ""
    stale: tuple[tuple[str, str], ...] = ()
    why: str = ""
    fault: str = ""
    asked: tuple[Asked, ...] = ()
    stop_s: float = 0.0
    quiet_s: float | None = None
    measured_s: float = -math.inf
    holding: str = ""

    @property
    def at_rest(self) -> bool:
        """Whether every joint has been measured at rest for REST_S, and still is."""
        return self.now_s - self.measured_s <= REST_S and self.rest_after(-math.inf) is not None

    def rest_after(self, at_s: float) -> float | None:
        """How long after at_s every joint had come to the rest that was then measured for REST_S,
        seconds; None as long as there was no such rest."""
        if self.quiet_s is None or self.measured_s - max(self.quiet_s, at_s) < REST_S:
            return None
        return max(self.quiet_s - at_s, 0.0)
