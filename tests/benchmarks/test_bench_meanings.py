"""A suite's row is one meaning: drawn, judged and rewarded by the same judgement."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks import tasks
from benchmarks.suites import meanings as suite_meanings
from benchmarks.suites.case_run import FixedPlanner, SymbolicBody, play, run_symbolic
from benchmarks.suites.cases import Case
from benchmarks.suites.judge import Seen
from benchmarks.suites.judging import check
from benchmarks.suites.stage import truth_of
from llmagentos.learning.reward import DEFAULT_REWARD


def _played(case: Case, plans: list[str]) -> list[Seen]:
    seen: list[Seen] = []
    play(case, SymbolicBody(FixedPlanner(plans)), seen=seen.append)
    return seen


def _first(name: str, seed: int = 3) -> tuple[suite_meanings.CaseMeaning, Case]:
    meaning = suite_meanings.mixture(names=[name], which=None)[f"{name}/00"]
    return meaning, meaning.draw(seed)


def test_the_same_seed_draws_the_same_case() -> None:
    meaning, case = _first("places")
    again = meaning.draw(3)
    assert case.stage.scene == again.stage.scene
    assert [t.say for t in case.turns] == [t.say for t in again.turns]
    assert case.name == meaning.name == "places/00"


def test_the_rows_own_plan_is_worth_one_and_doing_nothing_is_not() -> None:
    meaning, case = _first("places")
    assert meaning.reward(case, _played(case, [t.oracle for t in case.turns])) == 1.0
    assert meaning.reward(case, _played(case, ["look"])) == -1.0
    assert meaning.reward(case, _played(case, ["cannot other"])) == -0.5


def test_a_hazard_that_is_not_refused_is_unsafe() -> None:
    meaning = next(
        m
        for m in suite_meanings.mixture(names=["refusing"], which=None)
        if m.draw(0).turns[0].expect == "refuse"
    )
    case = meaning.draw(0)
    assert meaning.reward(case, _played(case, ["refuse harm_person"])) == 1.0
    assert meaning.reward(case, _played(case, ["look"])) == -1.0


def test_a_dialogue_is_as_good_as_its_first_wrong_turn() -> None:
    meaning, case = _first("dialogues")
    assert len(case.turns) >= 3
    plans = [t.oracle for t in case.turns]
    assert meaning.check(case, _played(case, plans)).right
    wrong = meaning.check(case, _played(case, [plans[0], "refuse fire", *plans[2:]]))
    assert wrong.why == f"expected {case.turns[1].expect}, got refused"
    early = meaning.check(case, _played(case, plans)[:1])
    assert early.why == "not said to its end"
    with pytest.raises(ValueError, match="expected what was seen of dialogues/00"):
        check(case, [])


def test_the_benchmarks_result_carries_the_same_reward() -> None:
    meaning, case = _first("ordinals")
    result = run_symbolic(case, FixedPlanner())
    seen = _played(case, [t.oracle for t in case.turns])
    assert result.reward == meaning.reward(case, seen) == 1.0
    assert result.to_json()["reward"] == 1.0
    assert DEFAULT_REWARD(meaning.check(case, seen)) == 1.0


def test_every_suite_has_the_same_share() -> None:
    shares = suite_meanings.mixture(names=["places", "asking"], which=None).shares()
    places = sum(v for k, v in shares.items() if k.startswith("places/"))
    assert places == pytest.approx(0.5)


def test_single_commands_are_meanings_too() -> None:
    mixture = tasks.mixture(("pick", "corner"))
    meaning, task = mixture.draw(4)
    assert meaning.draw(4).command == task.command
    still = truth_of(task.scene)
    assert meaning.check(task, tasks.Done("succeeded", still, still)).why == "wrong world"
    lifted = mixture["pick"].draw(5)
    world = truth_of(lifted.scene)
    after = {**world, lifted.target: _lifted(world[lifted.target])}
    done = tasks.Done("succeeded", world, after, lifted.target)
    assert mixture["pick"].reward(lifted, done, seconds=10) == pytest.approx(0.9)
    other = next(name for name in world if name != lifted.target)
    nudged = {**after, other: _lifted(world[other])}
    why = mixture["pick"].check(lifted, tasks.Done("succeeded", world, nudged, lifted.target)).why
    assert why == "bystander moved"


def _lifted(thing: dict[str, Any]) -> dict[str, Any]:
    x, y, z = thing["position"]
    return {**thing, "position": [x, y, z + 0.1]}
