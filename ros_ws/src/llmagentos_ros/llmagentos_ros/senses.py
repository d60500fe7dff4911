# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
A node's watchdogs, looked at all the time.

Knows: the table's sources that this node hears (llmagentos.safety.watchdogs), and its clock, which
is one of them where it is asked for. Does not know: messages, nor what follows from silence:
whoever made it is told of each change, once.

The one timer of a source is the table's: who takes a source's messages in beats it (`timer`), and
nobody else measures how old they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
import math
import threading
import time

from llmagentos.safety.ages import AgeTimer
from llmagentos.safety.watchdogs import Effect, Silence, Watchdogs

#: So often silence is looked for, seconds: a part of the shortest limit.
_LOOK_S = 0.02


class Senses:
    """
    Watchdogs with a thread that looks, from `start` to `stop`.

    limits_s: the sources, each with its limit. clock: the node's, seconds. told: hears of each
    change, from the thread that looks, or from whoever calls `look`. stood_s: where this process
    got no time for so long (it was frozen), that is told as silence of the executor: between two
    motions nothing else shows it. now_s: monotonic seconds.
    """

    def __init__(
        self,
        limits_s: Mapping[str, float],
        clock: Callable[[], float],
        told: Callable[[Silence], None],
        stood_s: float = math.inf,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._dogs = Watchdogs(tuple(limits_s), limits_s)
        self._clock, self._told = clock, told
        self._stood_s, self._now_s = stood_s, now_s
        self._looked_s = math.inf
        self._read_s = clock()
        self._looking = threading.Lock()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._loop, name='watchdogs', daemon=True)

    def timer(self, source: str) -> AgeTimer:
        """Return the timer of a source, for whoever takes its messages in."""
        return self._dogs.timers[source]

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._closing.set()
        if self._thread.ident is not None:
            self._thread.join()

    def look(self) -> None:
        """Look now, and tell what has changed."""
        with self._looking:
            self._tell_standstill()
            now_s = self._clock()
            if now_s != self._read_s and 'clock' in self._dogs.timers:
                self._dogs.beat('clock')
            self._read_s = now_s
            for change in self._dogs.changes():
                self._told(change)

    def _tell_standstill(self) -> None:
        before_s, self._looked_s = self._looked_s, self._now_s()
        if self._looked_s - before_s > self._stood_s:
            why = f'this process stood still for {self._looked_s - before_s:.2f} s'
            self._told(Silence.of('executor', why))
            self._told(Silence.of('executor', ''))

    def _loop(self) -> None:
        while not self._closing.wait(_LOOK_S):
            self.look()

    # --- what is silent ------------------------------------------------------------------------

    @property
    def all_seen(self) -> bool:
        """Whether every source was heard at least once."""
        return all(timer.seen for timer in self._dogs.timers.values())

    def silent(self, effect: Effect | None = None) -> str:
        """Say which sources are silent now, of one effect where that is given; '' for none."""
        return '; '.join(self._dogs.silent(effect).values())

    def words(self) -> str:
        """Say to a person what silence keeps the arm from now: a stop's first; '' for none."""
        return self._dogs.words(Effect.STOP) or self._dogs.words(Effect.NO_NEW_GRASP)

    def age_s(self, source: str) -> float:
        """Return a source's age; -1 for one that was never seen."""
        age_s = self._dogs.timers[source].age_s
        return -1.0 if math.isinf(age_s) else age_s
