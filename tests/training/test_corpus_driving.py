"""Corpus pairs for a robot that drives: carried out in a house, told of a base, or refused without."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from llm_edge import situation
from llmagentos.lang import codec
from llmagentos.lang import plan as p
from training import meanings
from training.corpus import build, free_check, free_pairs, mix, situations
from training.corpus.checks import driving as houses
from training.corpus.checks.checker import Checker
from training.corpus.free_blocks import lines
from training.corpus.free_lines import read
from training.corpus.sentences import driving


def drawn(maker: object, n: int) -> tuple[list[build.Pair], Checker]:
    checker = Checker("symbolic")
    part = mix._clause(maker, None)  # type: ignore[arg-type]
    found = [build.draw(f"test:{i}", "train", "symbolic", checker, part) for i in range(n)]
    return found, checker


def test_what_is_said_to_a_base_is_carried_out_in_a_house() -> None:
    pairs, checker = drawn(driving.command, 150)
    assert sum(checker.rejected.values()) < 0.15 * checker.seen, checker.table()
    ops = Counter(step.op for pair in pairs for step in pair.plan().walk())
    assert {"goto", "steer", "follow", "mark", "find", "bring", "patrol"} <= set(ops)


def test_the_same_words_without_a_base_are_what_it_cannot() -> None:
    pairs, _ = drawn(driving.without_base, 60)
    for pair in pairs:
        (step,) = pair.plan().steps
        assert isinstance(step, p.Cannot) and step.reason in ("drive", "fetch")
        assert situations.for_plan(random.Random(1), pair.plan(), []).startswith("base") is False


def test_a_plan_that_drives_is_always_told_of_its_base_and_mostly_of_its_places() -> None:
    plan = codec.parse('bring [ the red cup ] from "kitchen" to "table in the hall"')
    told = [situations.for_plan(random.Random(k), plan, []) for k in range(200)]
    assert all(map(situation.tells_base, told))
    for name in ("kitchen", "hall", "table"):
        assert 120 < sum(f" {name} " in f"{t} ".replace(",", " ") for t in told) < 200


def test_plans_that_would_mean_another_thing_are_told_of_no_base() -> None:
    for text in ('cannot drive "go away"', "put [ the cup ] at front", "home"):
        plan = codec.parse(text)
        assert not any(
            situation.tells_base(situations.for_plan(random.Random(k), plan, [])) for k in range(80)
        )
    stack = codec.parse("stack [ all block ]")
    told = [situations.for_plan(random.Random(k), stack, []) for k in range(400)]
    assert 5 < sum(map(situation.tells_base, told)) < 80


def test_a_house_has_the_plans_places_and_its_things_where_it_looks_for_them() -> None:
    plan = codec.parse('goto "lab" ; pick [ the red cup ]')
    executor = houses.executor_for(plan, random.Random(0))
    scene = executor.skills.scene()
    assert scene.base is not None and scene.base.place("lab") is not None
    assert not scene.objects and len(scene.base.things) == 1
    assert executor.run(plan).status == "succeeded"


def test_a_meaning_of_driving_is_judged_by_where_the_robot_is_in_the_end() -> None:
    meaning = meanings.mixture()["sentences.driving.command"]
    right = 0
    for seed in range(25):
        example = meaning.draw(seed)
        seen = meanings.carry_out(example.setting, example.pair.plan())
        assert meaning.reward(example, seen) == 1.0, example.pair
        base = example.setting.world.scene.base
        assert base is not None
        stays = meanings.carry_out(example.setting, codec.parse("look"))
        right += meanings.check(example, stays).right
    assert right < 8, "standing still is seldom right"


BLOCKS = """
person: somebody with a robot on wheels
scene: red cup .5 .1
base: hall | kitchen, hall
take the cup to the kitchen
= bring [ the cup ] to "kitchen"
base:
take the cup to the kitchen on foot
= cannot fetch "take the cup to the kitchen"
"""


def test_free_sentences_tell_of_a_base_and_move_to_other_houses() -> None:
    with_base, without = (read(row) for row in lines(BLOCKS, "x"))
    told = situations.of_sentence(with_base)
    assert told == "base in hall , knows kitchen , hall . here red cup"
    assert situations.of_sentence(without) == "here red cup"
    assert free_check.carry_out(with_base) == ""
    rng = random.Random(2)
    pairs = [free_pairs.pair(with_base, rng) for _ in range(40)]
    assert all(pair.situation.startswith("base in hall") for pair in pairs)
    elsewhere = [pair for pair in pairs if "kitchen" not in pair.command.lower()]
    assert elsewhere and all("kitchen" not in pair.situation for pair in elsewhere)


@pytest.mark.parametrize(
    ("name", "places"),
    [
        ("kitchen", ["kitchen"]),
        ("table in the kitchen", ["table", "kitchen"]),
        ("my desk", ["desk"]),
    ],
)
def test_which_places_a_base_has_that_knows_a_spot(name: str, places: list[str]) -> None:
    assert situations.places_of(p.Spot(name=name)) == places
