"""Which source may be silent for how long, and what happens then: one table.

Knows: sources by name, the age of each one's newest message on the monotonic clock. Does not know:
messages, ROS, or what stops an arm (supervisor.py: silence that stops is told to it).

A source that was never seen is stale. Ages come from the monotonic clock of this process: a clock
that is set, here or in stamps, changes none of them. The same table is in docs/safety.md.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from llmagentos.safety.ages import AgeTimer
from llmagentos.safety.signals import Event, Fresh, Stale


class Effect(str, Enum):
    """STOP: motion ends, and a person has to reset. NO_NEW_GRASP: what is under way goes on, and
    nothing new is gripped. TELL: the person hears of it, and motion goes on."""

    STOP = "stop"
    NO_NEW_GRASP = "no new grasp"
    TELL = "tell"


@dataclass(frozen=True)
class Watchdog:
    """One source. limit_s: older than this is silent, seconds. words: what a person hears, a whole
    sentence. awaited: a look waits for it, so that it may be silent while the arm rests for one."""

    source: str
    limit_s: float
    effect: Effect
    words: str
    awaited: bool = False


#: Every source that is watched; limits are defaults where a robot's parameters say another one. Nodes
#: are heard by heartbeats, five a second, which a busy computer delays.
# fmt: off
TABLE = (
    Watchdog("joint states", 0.25, Effect.STOP, "I can't feel where my arm is, so I stopped."),
    Watchdog("scene", 1.0, Effect.STOP, "I don't know any more what stands where, so I stopped.",
             awaited=True),
    Watchdog("executor", 2.0, Effect.STOP, "What moves my arm does not answer, so I stopped."),
    Watchdog("clock", 1.0, Effect.STOP, "My clock stands still, so I stopped."),
    Watchdog("pictures", 0.5, Effect.NO_NEW_GRASP, "I can't see, so I won't grip anything new."),
    Watchdog("planner", 2.0, Effect.TELL, "I can't understand new commands at the moment."),
)
# fmt: on
_BY_SOURCE = {row.source: row for row in TABLE}


def limit_s(source: str) -> float:
    """The table's limit of a source, seconds. KeyError for another one."""
    return _BY_SOURCE[source].limit_s


@dataclass(frozen=True)
class Silence:
    """A source that fell silent, or is heard again (why: "")."""

    watchdog: Watchdog
    why: str

    @classmethod
    def of(cls, source: str, why: str) -> Silence:
        """That of a source of the table. KeyError for another one."""
        return cls(_BY_SOURCE[source], why)

    @property
    def words(self) -> str:
        """What a person hears of it."""
        if self.why:
            return f"{self.watchdog.words} ({self.why})"
        return f"The {self.watchdog.source} came back; a new command is needed to go on."


class Watchdogs:
    """Timers of some sources of the table. clock: monotonic seconds; limits_s: other limits than
    the table's, by source. KeyError for a source that is not in the table."""

    def __init__(
        self,
        sources: Iterable[str] = tuple(_BY_SOURCE),
        limits_s: Mapping[str, float] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        limits_s = limits_s or {}
        self.rows = {name: _BY_SOURCE[name] for name in sources}
        self.timers = {
            name: AgeTimer(name, limits_s.get(name, row.limit_s), clock)
            for name, row in self.rows.items()
        }
        self._silent: dict[str, str] = {}

    def beat(self, source: str) -> None:
        """A message of the source came, and can be used."""
        self.timers[source].beat()

    def refuse(self, source: str, why: str) -> None:
        """A message came that can't be used (an old or future stamp, a stuck picture): it counts as
        none, and at once as silence. why: in words."""
        self.timers[source].refuse(why, at_once=True)

    def silent(self, effect: Effect | None = None) -> dict[str, str]:
        """Silent sources, of one effect where that is given, with the reason in words."""
        found: dict[str, str] = {}
        for source, row in self.rows.items():
            why = self.timers[source].stale()
            if why and effect in (None, row.effect):
                found[source] = why
        return found

    def no_grasp(self) -> str:
        """Why nothing new may be gripped, in words; "" where it may."""
        found = {**self.silent(Effect.STOP), **self.silent(Effect.NO_NEW_GRASP)}
        return "; ".join(found.values())

    def changes(self) -> list[Silence]:
        """What fell silent and what is heard again since the last call; silence that came and went
        in between (nobody could look: this process was frozen) as both."""
        now, before = self.silent(), self._silent
        missed = {s: t.missed() for s, t in self.timers.items()}
        between = {s: why for s, why in missed.items() if why and s not in now and s not in before}
        self._silent = now
        fell = {**between, **{s: why for s, why in now.items() if s not in before}}
        back = [s for s in (*before, *between) if s not in now]
        return [Silence(self.rows[s], why) for s, why in fell.items()] + [
            Silence(self.rows[s], "") for s in back
        ]

    def words(self, effect: Effect) -> str:
        """What a person hears of the sources of that effect that are silent now; "" for none."""
        found = self.silent(effect)
        return " ".join(Silence(self.rows[s], why).words for s, why in found.items())


def events(changes: Iterable[Silence]) -> list[Event]:
    """What a supervisor has to hear of them: only silence that stops is its business."""
    return [
        Stale(c.watchdog.source, c.why, c.watchdog.awaited) if c.why else Fresh(c.watchdog.source)
        for c in changes
        if c.watchdog.effect is Effect.STOP
    ]
