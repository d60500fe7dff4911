"""What a rehearsal makes of what happens in copies: symbolic ones here, so that any can go wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from lab.scenes import blocks_and_bowls

from llmagentos.events import Event, Rehearsed
from llmagentos.execution.copies import Outlook, changed
from llmagentos.execution.executor import PlanExecutor
from llmagentos.lang import codec as compact
from llmagentos.ports.failures import Failure
from llmagentos.ports.modules import Outcome
from llmagentos.ports.rehearsal import Harm
from llmagentos.ports.skills import SkillReport, failed
from llmagentos.skills.symbolic import SymbolicSkills
from llmagentos.tasks.scope import Lessons
from llmagentos.types import Action, Scene

PUT = "put [ the red block ] in [ the red bowl ]"
#: What an action comes to in a copy; None for what it would come to by itself.
Fate = Callable[[Action, int], SkillReport | None]


class Copy(SymbolicSkills):
    """One copy in which some actions go wrong."""

    def __init__(self, scene: Scene, number: int, fate: Fate, harm: Harm | None, each_s: float):
        super().__init__(scene)
        self._number, self._fate, self._harm, self._each_s = number, fate, harm, each_s
        self.cost_s = 0.0

    def _carried_out(self, action: Action) -> SkillReport:
        self.cost_s += self._each_s
        report = self._fate(action, self._number)
        return super()._carried_out(action) if report is None else report

    def harm(self) -> Harm | None:
        return self._harm


class Copies:
    """A rehearsal of such copies. harms: by the copy's number."""

    def __init__(
        self,
        fate: Fate = lambda action, number: None,
        harms: Mapping[int, Harm] | None = None,
        each_s: float = 0.1,
    ):
        self._fate, self._harms, self._each_s = fate, harms or {}, each_s
        self.made: list[int] = []
        self.resets = self.prepared = 0

    def prepare(self, scene: Scene) -> None:
        self.prepared += 1

    def copy(self, scene: Scene, number: int) -> Copy:
        self.made.append(number)
        return Copy(scene, number, self._fate, self._harms.get(number), self._each_s)

    def reset(self) -> None:
        self.resets += 1

    def close(self) -> None:
        """Nothing to give back."""


class Table:
    """A session whose plans are tried out first."""

    def __init__(self, copies: Copies):
        self.skills, self.events = SymbolicSkills(blocks_and_bowls()), list[Event]()
        self.executor = PlanExecutor(self.skills, None, self.events.append, rehearsal=copies)

    def do(self, text: str, command: str = "") -> Outcome:
        return self.executor.run(compact.parse(text), command)

    @property
    def told(self) -> Rehearsed:
        return next(e for e in reversed(self.events) if isinstance(e, Rehearsed))


def bad(name: str, *numbers: int, reason: Failure = Failure.MISPLACED) -> Fate:
    """An action that goes wrong in these copies."""

    def fate(action: Action, number: int) -> SkillReport | None:
        return failed(reason) if action.name == name and number in numbers else None

    return fate


def test_one_copy_that_goes_well_is_enough() -> None:
    copies = Copies()
    t = Table(copies)
    assert t.do(PUT).status == "succeeded"
    assert copies.made == [1]
    assert (t.told.copies, t.told.bad, t.told.words) == (
        1, 0, "went well in 1 of 1 copies of the scene",
    )  # fmt: skip


def test_what_fails_in_most_copies_is_asked_about_and_nothing_moves() -> None:
    t = Table(Copies(bad("place", 1, 2, 3, 4, 5)))
    out = t.do(PUT)
    assert (out.status, t.skills.actions) == ("question", [])
    assert out.reply == (
        "I have tried that out in my head: the red block would not stay in the red bowl. "
        "Shall I do it all the same?"
    )
    assert (t.told.copies, t.told.bad) == (3, 3)


def test_yes_begins_what_was_asked_about_without_trying_it_out_again() -> None:
    copies = Copies(bad("pick", 1, 2, 3, 4, 5, reason=Failure.GRASP_FAILED))
    t = Table(copies)
    assert "I would not get hold of the red block" in t.do(PUT).reply
    made = len(copies.made)
    assert t.do("yes", "yes").status == "succeeded"
    assert len(copies.made) == made
    assert t.skills.scene().get("red_block").inside  # type: ignore[union-attr]


def test_no_leaves_it() -> None:
    t = Table(Copies(bad("pick", 1, 2, 3, 4, 5, reason=Failure.GRASP_FAILED)))
    t.do(PUT)
    assert t.do("no", "no").status == "answered" and not t.skills.actions


def test_what_fails_in_some_copies_only_is_begun() -> None:
    t = Table(Copies(bad("place", 1, 2)))
    assert t.do(PUT).status == "succeeded"
    assert (t.told.copies, t.told.bad) == (4, 2)


def test_a_good_copy_after_a_bad_one_is_not_enough() -> None:
    t = Table(Copies(bad("place", 1, 3, 4)))
    assert t.do(PUT).status == "question"
    assert (t.told.copies, t.told.bad) == (4, 3)


def test_a_copy_is_given_up_once_something_else_fell_over() -> None:
    """The second try, in which all goes well, comes too late for the tower."""
    harms = {n: Harm("blue_block", "knocked over") for n in range(1, 5)}
    done: list[tuple[str, int]] = []

    def fate(action: Action, number: int) -> SkillReport | None:
        done.append((action.name, number))
        first = [name for name, n in done if n == number].count("place") == 1
        return failed(Failure.MISPLACED) if action.name == "place" and first else None

    t = Table(Copies(fate, harms))
    assert "I would knock over the blue block." in t.do(PUT).reply
    assert done == [(name, n) for n in (1, 2, 3) for name in ("pick", "place")]


def test_a_copy_is_given_up_after_two_failures_in_a_row() -> None:
    done: list[str] = []

    def fate(action: Action, number: int) -> SkillReport | None:
        done.append(action.name)
        return failed(Failure.GRASP_FAILED) if action.name == "pick" else None

    assert Table(Copies(fate)).do(PUT).status == "question"
    assert done == ["pick"] * 6


def test_what_is_refused_before_anything_moves_says_so_itself() -> None:
    """A question whether to do it all the same would only lead there."""
    fate = bad("pick", 1, 2, 3, 4, reason=Failure.NO_GRASP)
    copies = Copies(fate, each_s=0.0)
    t = Table(copies)
    assert t.do(PUT).status == "succeeded"  # in this world it is not refused after all
    assert copies.made == [1]
    assert t.told.words == "begins with what will be refused before anything moves"


def test_the_event_tells_what_follows_and_that_can_be_read_again() -> None:
    plan = compact.parse(PUT)
    lessons = Lessons({"red_block": 2}, (("red_block", (0.5, -0.1)),))
    found = Outlook(compact.parse("look"), lessons, "it would fall", 4, 3)
    told = json.loads(json.dumps(found.change(plan)))
    again = changed(plan, told)
    assert (again.plan, again.lessons, again.wrong) == (found.plan, lessons, "it would fall")
    assert Outlook(plan).change(plan) == {} and changed(plan, {}) == Outlook(plan)


def test_what_would_be_knocked_over_is_named() -> None:
    t = Table(Copies(harms={n: Harm("blue_block", "knocked over") for n in range(1, 6)}))
    out = t.do(PUT)
    assert out.status == "question" and "I would knock over the blue block." in out.reply
    assert not t.skills.actions


def test_the_other_order_of_two_steps_is_taken_where_only_that_goes_well() -> None:
    done: dict[int, list[str]] = {}

    def fate(action: Action, number: int) -> SkillReport | None:
        order = done.setdefault(number, [])
        if action.name == "pick":
            order.append(action.object_id)
        first = action.name == "place" and len(order) == 1
        return failed(Failure.UNSTABLE) if first and action.object_id == "red_block" else None

    class Fresh(Copies):
        def copy(self, scene: Scene, number: int) -> Copy:
            done.pop(number, None)
            return super().copy(scene, number)

    t = Table(Fresh(fate))
    plan = f"{PUT} ; put [ the blue block ] in [ the blue bowl ]"
    assert t.do(plan).status == "succeeded"
    assert [a.object_id for a in t.skills.actions if a.name == "pick"] == [
        "blue_block", "red_block",
    ]  # fmt: skip


def test_grasps_that_fail_in_every_copy_are_left_out() -> None:
    def fate(action: Action, number: int) -> SkillReport | None:
        return None

    class Third(Copy):
        def tick(self) -> SkillReport:
            report = super().tick()
            grasped = self.actions and self.actions[-1].name == "pick"
            return SkillReport(report.status, attempts=3) if grasped else report

    class Thirds(Copies):
        def copy(self, scene: Scene, number: int) -> Copy:
            return Third(scene, number, fate, None, 0.1)

    t = Table(Thirds())
    t.do(PUT)
    pick = next(a for a in t.skills.actions if a.name == "pick")
    assert pick.skip == 2


def test_a_spot_that_fails_in_every_copy_is_left_out() -> None:
    seen: dict[int, tuple[float, ...]] = {}

    def fate(action: Action, number: int) -> SkillReport | None:
        if action.name != "place" or action.pose is None:
            return None
        first = seen.setdefault(number, action.pose.position)
        return failed(Failure.MISPLACED) if action.pose.position == first else None

    t = Table(Copies(fate))
    t.do("put [ the red block ] next_to [ the blue bowl ]")
    place = next(a for a in t.skills.actions if a.name == "place")
    assert place.pose is not None and place.pose.position != seen[1]


def test_the_budget_is_counted_in_what_is_computed_and_what_it_leaves_out_is_told() -> None:
    copies = Copies(each_s=4.0)
    t = Table(copies)
    assert t.do(f"{PUT} ; put [ the blue block ] in [ the blue bowl ]").status == "succeeded"
    assert copies.made == [1]
    assert t.told.words == "went well in 1 of 1 copies of the scene, not tried out to its end"


def test_what_moves_nothing_is_not_tried_out() -> None:
    copies = Copies()
    t = Table(copies)
    t.do("look")
    assert copies.made == []


def test_a_new_session_starts_the_rehearsal_anew() -> None:
    copies = Copies()
    t = Table(copies)
    t.executor.see(t.skills.scene())
    t.executor.reset()
    assert (copies.prepared, copies.resets) == (1, 1)
