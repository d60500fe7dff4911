"""A plan that moves while its rest is tried out: what comes before which action, and what stops it."""

from __future__ import annotations

from lab.scenes import blocks_and_bowls
from test_execution_copies import Copies, bad

from llmagentos.events import ActionStarted, Event, Rehearsed
from llmagentos.execution.executor import PlanExecutor
from llmagentos.execution.rehearsing import Rehearsing
from llmagentos.execution.trying import Mark, Trying
from llmagentos.lang import codec as compact
from llmagentos.ports.failures import Failure
from llmagentos.ports.modules import Outcome
from llmagentos.ports.rehearsal import Harm
from llmagentos.ports.skills import SkillReport, SkillStatus
from llmagentos.skills.symbolic import SymbolicSkills
from llmagentos.types import Action

PUT = "put [ the red block ] in [ the red bowl ]"
TWO = f"{PUT} ; put [ the blue block ] in [ the red bowl ]"


class Slow(SymbolicSkills):
    """Skills each of whose actions takes some ticks, and that can be stopped."""

    def __init__(self, ticks: int) -> None:
        super().__init__(blocks_and_bowls())
        self._ticks, self._left = ticks, 0
        self.stops = 0

    def start(self, action: Action) -> None:
        self._left = self._ticks
        super().start(action)

    def tick(self) -> SkillReport:
        self._left -= 1
        return SkillReport(SkillStatus.RUNNING) if self._left > 0 else super().tick()

    def stop(self) -> SkillReport:
        self.stops += 1
        return super().stop()


class Table:
    """A session whose plans are tried out behind their own motion. ticks: of each action."""

    def __init__(self, copies: Copies, ticks: int = 1, behind: bool = True):
        self.skills, self.events = Slow(ticks), list[Event]()
        rehearsing = Rehearsing(copies, self.events.append, behind)
        self.executor = PlanExecutor(self.skills, None, self.events.append, rehearsal=rehearsing)

    def do(self, text: str, command: str = "") -> Outcome:
        return self.executor.run(compact.parse(text), command)

    @property
    def order(self) -> list[str]:
        kinds = {ActionStarted: "moves", Rehearsed: "knows"}
        return [kinds[type(e)] for e in self.events if type(e) in kinds]

    @property
    def begun(self) -> list[str]:
        return [e.words for e in self.events if isinstance(e, ActionStarted)]


def test_the_first_action_begins_before_the_rest_is_known() -> None:
    t = Table(Copies(each_s=1.0), ticks=3)
    assert t.do(TWO).status == "succeeded"
    assert t.order[0] == "moves" and t.order.count("knows") == 1
    told = next(e for e in t.events if isinstance(e, Rehearsed))
    assert (told.copies, told.bad) == (1, 0)


def test_by_itself_all_is_known_before_anything_moves() -> None:
    t = Table(Copies(each_s=1.0), behind=False)
    assert t.do(TWO).status == "succeeded"
    assert t.order[0] == "knows"


def test_no_action_begins_before_a_copy_has_gone_through_it() -> None:
    """However quick the real ones are."""
    done: list[str] = []
    t = Table(Copies(lambda action, number: done.append(action.name), each_s=1.0))
    seen: list[tuple[int, int]] = []
    begin = t.skills.start

    def start(action: Action) -> None:
        seen.append((len(seen) + 1, len(done)))
        begin(action)

    t.skills.start = start  # type: ignore[method-assign]
    assert t.do(TWO).status == "succeeded"
    assert len(seen) == 4 and all(tried >= number for number, tried in seen)


def test_what_fails_at_once_is_known_before_anything_moves() -> None:
    t = Table(Copies(bad("pick", 1, 2, 3, 4, reason=Failure.GRASP_FAILED)))
    assert t.do(TWO).status == "question"
    assert t.order == ["knows"] and not t.skills.actions and not t.skills.stops


def test_what_goes_wrong_later_stops_the_arm_on_its_way_and_is_asked_about() -> None:
    t = Table(Copies(bad("place", 1, 2, 3, 4)), ticks=60)
    out = t.do(PUT)
    assert out.status == "question" and t.skills.stops == 1
    assert out.reply == (
        "I have tried that out in my head: the red block would not stay in the red bowl. "
        "Shall I do it all the same?"
    )
    assert t.begun == ["grasping the red block"] and not t.skills.actions
    assert t.do("yes", "yes").status == "succeeded"
    assert t.skills.scene().get("red_block").inside  # type: ignore[union-attr]


def test_the_action_that_would_do_the_harm_never_begins() -> None:
    """Though the action before it was over before anything was known."""
    t = Table(Copies(bad("place", 1, 2, 3, 4), each_s=0.4), ticks=1)
    assert t.do(PUT).status == "question"
    assert t.begun == ["grasping the red block"]


def test_harm_to_what_stands_by_is_asked_about_behind_the_first_motion() -> None:
    harms = dict.fromkeys(range(1, 5), Harm("blue_block", "knocked over"))
    t = Table(Copies(harms=harms), ticks=60)
    assert "knock over the blue block" in t.do(PUT).reply


def test_a_stop_ends_the_rehearsal_too() -> None:
    t = Table(Copies(each_s=1.0), ticks=60)
    t.executor.start(compact.parse(TWO))
    assert t.executor.tick() is None
    assert t.executor.stop().reply.startswith("I stopped.")
    assert not t.executor._rehearsing.is_under_way
    assert t.do("pick [ the green block ]").status == "succeeded"


def test_pieces_are_counted_in_what_they_compute() -> None:
    def pieces():  # type: ignore[no-untyped-def]
        for number in range(10):
            yield Mark(0.1, number)
        return "all"

    trying = Trying[str](pieces())
    trying.go_on(0.25)
    trying.cover(2)
    assert trying.found is None
    trying.cover(5)
    assert trying.found is None and trying.advance() == 0.1
    trying.go_on(0.3)
    assert trying.found is None
    trying.cover(1000)
    assert trying.found == "all" == trying.whole()
