"""One action at a time at a table of several arms, by one that reaches.

Knows: who reaches what. Does not know: skills, plans. For what is not done side by side (together.py):
pointing, waiting, opening a hand.
"""

from __future__ import annotations

import math

from llmagentos.fleet.table import Job, Seat
from llmagentos.ports.failures import Failure
from llmagentos.ports.skills import SkillExecutor, SkillReport, SkillStatus, Ways, failed, succeeded
from llmagentos.skills.catalog import ways_of
from llmagentos.team.crew import Crew
from llmagentos.types import Action, Hand, Scene

#: What all arms do at once.
_ALL = ("home", "look")


class TeamSkills(SkillExecutor):
    """See SkillExecutor; scene and poses are in the shared frame. only: whose actions they must be; () for
    anybody's."""

    def __init__(self, crew: Crew) -> None:
        self.crew = crew
        self.only: tuple[str, ...] = ()
        self._report = succeeded("nothing to do")
        self._last = crew.seats[0].name

    @property
    def held(self) -> str | None:
        """Id of something that is in a hand, or None."""
        return next(iter(self.crew.holds()), None)

    def hand(self) -> Hand:
        """That of the arm that acted last."""
        return self.crew.hand(self._last)

    def ways(self, name: str) -> Ways:
        """By its declaration."""
        return ways_of(name)

    def scene(self) -> Scene:
        """What stands where now."""
        return self.crew.scene()

    def see(self, scene: Scene | None = None) -> Scene:
        """The same: who looks here sees all."""
        return self.crew.scene()

    def start(self, action: Action) -> None:
        """Begin; nothing moves before the first tick."""
        names = self._who(action)
        if not names:
            item = self.scene().get(action.object_id)
            what = "that place" if item is None else f"the {item.label}"
            who = "nobody reaches" if not self.only else f"{' and '.join(self.only)} can't reach"
            self._report = failed(Failure.UNREACHABLE, f"{who} {what}", 0)
            self.crew.begin([])
            return
        self._report, self._last = SkillReport(SkillStatus.RUNNING), names[0]
        seats = {seat.name: seat for seat in self.crew.seats}
        self.crew.begin([Job(n, n, (seats[n].action(action),), action.object_id) for n in names])

    def tick(self) -> SkillReport:
        """See SkillExecutor; it has ended when all arms are home."""
        if self._report.status is not SkillStatus.RUNNING:
            return self._report
        for news in self.crew.tick():
            report = news.report
            if report is not None and (self._ended is None or report.failure is not None):
                self._ended = report
        if not self.crew.busy:
            self._report, self._ended = self._ended or succeeded(), None
        return self._report

    _ended: SkillReport | None = None

    def stop(self) -> SkillReport:
        """All arms ramp down at once."""
        told = self.crew.stop()
        self._ended = None
        words = "; ".join(report.words for report in told)
        self._report = failed(Failure.STOPPED, words, held=self.held)
        return self._report

    def reset(self) -> None:
        """The world was set up anew."""
        self.crew.reset()
        self._report, self._ended, self.only = succeeded("nothing to do"), None, ()

    def _who(self, action: Action) -> list[str]:
        """Whose it is: who holds the thing, else the nearest of those that reach."""
        seats = [s for s in self.crew.seats if not self.only or s.name in self.only]
        if action.name in _ALL:
            return [s.name for s in seats]
        holds = self.crew.holds()
        item = self.scene().get(action.object_id)
        if action.object_id in holds:
            return [holds[action.object_id]]
        if item is None and action.pose is None:
            holders = [s.name for s in seats if s.name in holds.values()]
            return holders[:1] or [s.name for s in seats][:1]
        points = [item.position] if item is not None else []
        points += [action.pose.position] if action.pose is not None else []
        able = [s for s in seats if all(map(s.reaches, points))]
        return [s.name for s in sorted(able, key=lambda s: _far(s, points[0]))][:1]


def _far(seat: Seat, point: tuple[float, float, float]) -> float:
    return math.dist(seat.hand_m, point[:2])
