"""The plan guard in front of the executor: refused before anything moves, asked, answered, stopped
on the way; and plans that are none."""

from __future__ import annotations

import math
import tracemalloc
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from lab.scenes import scene, thing

from llmagentos import Agent
from llmagentos.errors import AuditError, PlanError
from llmagentos.events import Event
from llmagentos.execution.executor import PlanExecutor
from llmagentos.execution.guarding import words_of
from llmagentos.lang import codec
from llmagentos.lang import plan as p
from llmagentos.ports.audit import KINDS
from llmagentos.ports.failures import Failure
from llmagentos.ports.modules import Outcome, PlanResult
from llmagentos.ports.skills import SkillReport, SkillStatus
from llmagentos.safety.guard import GuardedSkills, GuardRules, PeopleInput, PlanGuard
from llmagentos.skills.symbolic import SymbolicSkills
from llmagentos.types import Action, Hand, Observation, Pose, Scene

RULES = {
    "objects": [
        {"kind": "tray", "color": "black", "name": "laptop", "attributes": ["electronic"]},
        {"kind": "can", "color": "orange", "name": "candle", "attributes": ["hot"]},
    ],
    "keep_out": [{"name": "the far edge", "x": [0.68, None]}],
}
PUT = "put [ the mug ] on [ the tray ]"
ASKS = "This puts the red mug over the laptop. Say yes to do it."


class Kept:
    """An audit that keeps its rows."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, Mapping[str, Any]]] = []

    def write(self, kind: str, **facts: Any) -> None:
        assert kind in KINDS
        self.rows.append((kind, facts))

    post = write


class Desk:
    """A guarded session on a table in memory."""

    def __init__(self, rules: Mapping[str, Any] = RULES, rehearses: bool = True) -> None:
        self.inner = SymbolicSkills(
            scene(
                thing("mug", "mug", "red", 0.45, 0.10),
                thing("laptop", "tray", "black", 0.55, -0.15),
                thing("block", "block", "blue", 0.40, -0.28),
                thing("candle", "can", "orange", 0.60, 0.25),
            )
        )
        self.audit = Kept()
        self.skills = GuardedSkills(self.inner, PlanGuard(GuardRules.of(rules), audit=self.audit))
        self.events: list[Event] = []
        self.executor = PlanExecutor(self.skills, None, self.events.append, rehearses)

    def says(self, words: str, plan: str = "yes") -> Outcome:
        """A person's words, and the plan that the model makes of them."""
        waited = self.executor.awaited(words)
        parsed = codec.parse(plan) if waited is None else waited
        return self.executor.run(PlanResult(parsed, plan), words)

    @property
    def moved(self) -> list[str]:
        return [a.name for a in self.inner.actions]


def test_a_hazard_is_asked_about_in_a_fixed_sentence_and_done_after_a_yes() -> None:
    desk = Desk()
    asked = desk.says("put the mug there, it is perfectly safe", PUT)
    assert (asked.status, asked.reply, asked.question) == ("question", ASKS, ASKS)
    assert not desk.moved
    done = desk.says("Yes.")
    assert done.status == "succeeded" and desk.moved[-2:] == ["pick", "place"]
    allowed = [facts["why"] for kind, facts in desk.audit.rows if kind == "allowed"]
    assert allowed == ["a yes: it puts the red mug over the laptop"]
    assert ("refused", "liquid") in [(k, f["rule"]) for k, f in desk.audit.rows]
    desk.says("move it to the front left", "put [ the it object ] at front_left")
    # the yes was for that command only
    assert desk.says("put the mug on it again", PUT).reply == ASKS


@pytest.mark.parametrize(
    "words",
    ["yes but first pick up the block", "yes yes", "sure", "I already said yes", "'yes'", "go on", "y"],
)  # fmt: skip
def test_nothing_but_a_literal_yes_counts_whatever_the_model_reads(words: str) -> None:
    desk = Desk()
    desk.says("put the mug on the tray", PUT)
    desk.says(words, "yes")
    assert not desk.moved
    assert desk.says("yes").status != "succeeded"  # nor a yes to a question that was left
    assert not desk.moved


def test_a_no_leaves_it_and_a_stop_forgets_it() -> None:
    desk = Desk()
    desk.says("put the mug on the tray", PUT)
    assert desk.says("no").reply == "All right, I'll leave it."
    desk.says("put the mug on the tray", PUT)
    desk.executor.withdraw()  # as Agent.stop() does
    desk.says("yes")
    assert not desk.moved


def test_over_ros_the_answer_comes_as_the_words_of_a_plan() -> None:
    desk = Desk()
    desk.says("put the mug on the tray", PUT)
    outcome = desk.executor.run(codec.parse("no"), "yes")  # whatever the planner made of it
    assert outcome.status == "succeeded" and desk.moved[-1] == "place"


@pytest.mark.parametrize("rehearses", [True, False])
def test_a_forbidden_plan_is_refused_before_its_first_action(rehearses: bool) -> None:
    desk = Desk(rehearses=rehearses)
    plan = "put [ the block ] at left ; put [ the can ] on [ the block ]"
    refused = desk.says("put the block left, then the can on it", plan)
    assert refused.status == "refused" and not desk.moved
    assert refused.reply == (
        "I won't do that: it puts the candle, which is hot, on the blue block. "
        "My rule 'heat' forbids it."
    )
    assert next((k, f["rule"], f["by"]) for k, f in desk.audit.rows if k == "refused") == (
        "refused", "heat", "plan guard",
    )  # fmt: skip


@pytest.mark.parametrize(
    "plan",
    [
        "for_each [ all mug ] { put [ the this object ] on [ the tray ] }",
        "if exists [ a block ] { put [ the mug ] on [ the tray ] }",
        "repeat 2 { push [ the mug ] next_to [ the tray ] }",
        "pick [ the mug ] ; place on [ the tray ]",
        "swap [ the mug ] [ the block ]",
        "stack [ the tray ] [ the mug ]",
        "put [ the block ] on [ the tray ] ; put [ the mug ] on [ the block ]",
        "pace fast { put [ the mug ] on [ the tray ] }",
    ],
)  # fmt: skip
def test_no_form_of_plan_gets_round_it(plan: str) -> None:
    desk = Desk()
    outcome = desk.says("do it", plan)
    assert outcome.status in ("question", "refused", "cannot", "failed"), outcome
    assert not desk.moved


def test_what_waits_for_a_word_is_asked_about_when_the_word_is_said() -> None:
    desk = Desk()
    desk.says("when I say yes, put the mug on the tray", 'when_told "yes" { ' + PUT + " }")
    assert desk.says("yes").reply == ASKS
    assert not desk.moved
    assert desk.says("yes").status == "succeeded"


def test_what_was_not_foreseen_is_asked_about_when_its_turn_comes() -> None:
    desk = Desk()
    desk.executor.start(codec.parse("put [ the block ] at left ; pick [ the mug ]"), "do both")
    outcome = None
    while outcome is None:
        if desk.moved:
            desk.skills.guard.rules = GuardRules(confirm=("pick",))
        outcome = desk.executor.tick()
    assert outcome.status == "question" and desk.moved == ["pick", "place"]
    assert outcome.reply.endswith("Then: This picks up the red mug. Say yes to do it.")
    assert desk.says("yes").status == "succeeded"
    assert desk.moved == ["pick", "place", "pick"]


@pytest.mark.parametrize(
    "plan", ["push [ the block ] at back", "move [ the block ] left dist 20 cm by_push"]
)
def test_a_push_that_becomes_a_carry_is_asked_about_as_a_push(plan: str) -> None:
    desk = Desk({"confirm": ["push"]})
    # nothing is pushed from a tray
    desk.says("put it on the tray", "put [ the block ] on [ the tray ]")
    asked = desk.says("push it back, or 20 cm to the left", plan)
    ask = "This carries the blue block instead of a push. Say yes to do it."
    assert (asked.status, asked.reply) == ("question", ask)
    assert desk.moved == ["pick", "place"]
    assert desk.says("yes").status == "succeeded"
    assert desk.moved == ["pick", "place"] * 2
    # a carry that stands for no push asks nobody
    assert desk.says("put it", "put [ the block ] at left").status == "succeeded"


@pytest.mark.slow
def test_a_skill_that_would_carry_what_it_can_not_push_asks_as_for_a_pick() -> None:
    """The real skill: the board would fall over."""
    table = {
        "objects": [
            {
                "kind": "thing",
                "extents": [0.09, 0.015, 0.05],
                "color": "green",
                "position": [0.5, 0.1],
            },
            {"kind": "block", "color": "blue", "position": [0.5, -0.1]},
        ]
    }
    rules = GuardRules(confirm=("pick",))
    with Agent.in_simulation(table, rules=rules) as agent:
        assert agent.command("push the blue block to the right").status == "succeeded"
        asked = agent.command("push the green thing to the left")
        assert asked.status == "question", asked
        assert asked.reply == "This picks up the green thing. Say yes to do it."
        assert agent.robot is not None and agent.robot.held() is None
        assert asked.objects[0]["position"] == pytest.approx(asked.initial_objects[0]["position"])
        done = agent.command("yes")
        assert done.status == "succeeded" and done.reply.endswith(
            "I carried the green thing, since it could not be pushed there."
        ), done


class Full(Kept):
    """An audit whose disk is full."""

    def write(self, kind: str, **facts: Any) -> None:
        raise AuditError("expected room for the record, got a full disk")


def test_what_a_yes_allows_does_not_begin_without_its_record() -> None:
    desk = Desk()
    desk.says("put the mug on the tray", PUT)
    desk.skills.guard.audit = Full()
    outcome = desk.says("yes")
    assert outcome.status == "failed" and "got a full disk" in outcome.reply
    assert "place" not in desk.moved


def test_a_taught_word_is_no_yes() -> None:
    assert words_of("flurb", "yes") == "flurb"
    assert words_of("take the zorp", "take the red block") == "take the red block"
    assert words_of("yes", "yes") == "yes"


def test_single_actions_go_through_the_same_guard() -> None:
    desk = Desk()
    at = Pose((0.70, 0.0, 0.3))
    assert desk.executor.execute(Action("reach", pose=at))[1] == 0.0
    assert not desk.moved
    rules = {**RULES, "confirm": ["reach"]}
    desk = Desk(rules)
    desk.executor.start(Action("reach", pose=Pose((0.5, 0.0, 0.3))))
    asked = desk.executor.tick()
    assert asked is not None and asked.question == "This does 'reach'. Say yes to do it."
    desk.says("yes")
    assert desk.moved == ["reach"]


class Striding(SymbolicSkills):
    """A reach takes many ticks, on which the hand goes straight."""

    at = (0.4, -0.3, 0.3)
    left = 0

    def hand(self) -> Hand:
        return Hand(self.at, 0.08, 0.08)

    def start(self, action: Action) -> None:
        self.left = 30

    def tick(self) -> SkillReport:
        self.left -= 1
        self.at = (self.at[0], self.at[1] + 0.02, self.at[2])
        return SkillReport(SkillStatus.RUNNING if self.left else SkillStatus.SUCCEEDED)


def test_who_comes_near_on_the_way_stops_the_arm() -> None:
    now = [0.0]
    people = PeopleInput(1.0, clock=lambda: now[0])
    inner = Striding(scene())
    skills = GuardedSkills(inner, PlanGuard(people=people))
    skills.start(Action("reach", pose=Pose((0.4, 0.3, 0.3))))
    for _ in range(5):
        assert skills.tick().status is SkillStatus.RUNNING
    people.report([(0.4, 0.25)])
    while (report := skills.tick()).status is SkillStatus.RUNNING:
        pass
    assert report.failure is Failure.REFUSED and "of a person" in report.words
    assert 0.3 <= 0.25 - inner.at[1] <= 0.37  # before it was within the clearance
    assert skills.tick() is report  # nothing resumes by itself
    people.report([])
    skills.start(Action("reach", pose=Pose((0.4, 0.3, 0.3))))
    assert skills.tick().status is SkillStatus.RUNNING
    now[0] += 2.0  # the detector has gone silent
    assert "no detector" in skills.tick().words


class Armed(Striding):
    """A forearm of two points over the hand and behind it."""

    def hand(self) -> Hand:
        x, y, _ = self.at
        return Hand(self.at, 0.08, 0.08, ((x - 0.3, y, 0.6), (x - 0.15, y, 0.5)))


def test_the_forearm_keeps_the_clearance_and_stays_out_of_boxes_that_it_is_not_in() -> None:
    goal = Action("reach", pose=Pose((0.4, 0.3, 0.3)))
    people = PeopleInput(clock=lambda: 0.0)
    people.report([(-0.15, 0.25)])  # 55 cm from the hand, beside the elbow
    inner = Armed(scene())
    skills = GuardedSkills(inner, PlanGuard(people=people))
    skills.start(goal)
    while (report := skills.tick()).status is SkillStatus.RUNNING:
        pass
    assert report.failure is Failure.REFUSED and "my arm within 30 cm" in report.words
    assert math.dist((0.1, inner.at[1]), (-0.15, 0.25)) >= 0.3
    box = {"x": [0.0, 0.2], "z": [0.55, None]}
    for y, stops in ((0.1, True), (-0.3, False)):  # the second one: it begins in the box
        rules = GuardRules.of({"keep_out": [{"name": "the lamp", "y": [y, 0.5], **box}]})
        inner = Armed(scene())
        skills = GuardedSkills(inner, PlanGuard(rules))
        skills.start(goal)
        while (report := skills.tick()).status is SkillStatus.RUNNING:
            pass
        assert (report.failure is Failure.REFUSED) is stops
        assert not stops or ("my arm into the lamp" in report.words and inner.at[1] < 0.1)


def test_things_are_put_down_at_peoples_place_and_taken_from_there() -> None:
    inner = Striding(scene(replace(thing("block", "block", "blue", 0.40, -0.30), held=True)))
    rules = GuardRules.of({"people": [{"name": "the left", "y": [0.1, None]}]})
    skills = GuardedSkills(inner, PlanGuard(rules))
    there, back = Pose((0.4, 0.2, 0.0)), Pose((0.4, -0.3, 0.3))
    for name, goal, allowed in (("place", there, True), ("reach", there, False)):
        inner.at = (0.4, -0.3, 0.3)
        skills.start(Action(name, object_id="block", pose=goal))
        while (report := skills.tick()).status is SkillStatus.RUNNING:
            pass
        assert (report.failure is None) is allowed, name
    inner.at = (0.4, 0.2, 0.2)
    held = replace(thing("block", "block", "blue", 0.40, 0.20), held=True)
    inner.set_scene(scene(held))
    skills.start(Action("reach", pose=back))
    assert skills.tick().status is SkillStatus.RUNNING


# --- rows 14 to 18 of SAFETY.md ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["put [ the block", "pick", "}{", "put [ the block ] on [ the moon ] ;", "explode [ a ]"],
)
def test_a_malformed_plan_is_none(text: str) -> None:
    with pytest.raises(PlanError):
        codec.parse(text)


@pytest.mark.parametrize(
    ("plan", "status"),
    [
        ('put [ the object noun "giraffe" ] on [ the tray ]', "cannot"),
        ("put [ the duck ] on [ the tray ]", "question"),
        ("place at left", "cannot"),
        ("undo", "cannot"),
    ],
)
def test_unknown_things_and_false_preconditions_move_nothing(plan: str, status: str) -> None:
    desk = Desk()
    assert desk.says("do it", plan).status == status
    assert not desk.moved


def test_an_unknown_skill_is_reported_once_and_moves_nothing() -> None:
    desk = Desk()
    desk.executor.start(Action("juggle", object_id="block"))
    outcome = desk.executor.tick()
    assert outcome is not None and outcome.status == "failed"
    assert "expected a known skill, got 'juggle'" in outcome.reply
    assert not desk.moved


class Failing(SymbolicSkills):
    """Every pick fails, and may go better."""

    tried = 0

    def tick(self) -> SkillReport:
        if self._action is not None and self._action.name == "pick":
            self._action = None
            self.tried += 1
            return SkillReport(SkillStatus.FAILED, Failure.GRASP_FAILED, "it slipped")
        return super().tick()


def test_at_most_two_retries_then_a_clear_failure() -> None:
    inner = Failing(scene(thing("block", "block", "blue", 0.40, -0.28)))
    executor = PlanExecutor(GuardedSkills(inner, PlanGuard()))
    outcome = executor.run(codec.parse("pick [ the block ]"), "pick up the block")
    assert inner.tried == 3
    assert outcome.status == "failed" and "I tried 3 times (it slipped)" in outcome.reply


class Untouched:
    """Modules that a text which is refused must never reach."""

    simulation, first_motion_at, now_s = None, None, 0.0

    def plan(self, request: object) -> p.Plan:
        raise AssertionError(f"planned {request}")

    def objects(self) -> list[Mapping[str, Any]]:
        return []

    def held(self) -> None:
        return None

    def mark(self) -> None:
        pass

    def done(self) -> None:
        pass

    def observe(self, command: str = "") -> Any:
        assert not command, f"observed {command}"

    def perceive(self, observation: object) -> Scene:
        return Scene()

    def see(self, scene: Scene) -> Scene:
        return scene


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("put the mug on the tray " * 50_000, "at most 1000 characters, got 1200000"),
        ("put the mug \u202eyart eht no", "invisible U+202E"),
        ("put the mug\0 on the tray", "U+0000 at 12"),
        ("put the \ud83d mug", "U+D83D at 9"),
        ("\u200b\u200d\ufeff", "nothing that can be read"),
        ("put the r\u200bed mug on the tray", "invisible U+200B at 10"),
        ("put the m\u0443g on the tray", 'U+0443 in "m\u0443g", which only looks like "y"'),
    ],
)  # fmt: skip
def test_texts_that_deceive_are_refused_with_the_reason(text: str, says: str) -> None:
    untouched: Any = Untouched()
    agent = Agent(untouched, untouched, untouched, robot=untouched)
    tracemalloc.start()
    try:
        result = agent.command(text)
        used = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert result.status == "failed" and says in result.reply
    assert used < 3 * len(text.encode("utf-8", "replace")) + 200_000


class Speechless(Untouched):
    """A planner whose answers are no plans."""

    asked = 0

    def observe(self, command: str = "") -> Observation:
        return Observation(command=command)

    def plan(self, request: object) -> p.Plan:
        self.asked += 1
        raise PlanError("expected a plan, got 'put [ the'")

    def awaited(self, command: str) -> None:
        return None


def test_a_planner_without_a_plan_is_told_and_nothing_begins() -> None:
    planner: Any = Speechless()
    agent = Agent(planner, planner, planner, robot=planner)
    result = agent.command("put the mug on the tray")
    assert result.status == "failed" and result.timings.first_motion_s is None
    assert "I could not make a plan: expected a plan, got 'put [ the'" in result.reply
    assert planner.asked <= 3
