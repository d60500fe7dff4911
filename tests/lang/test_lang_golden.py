"""The notation does not change: plans, and lines that are no plans, as they were written before.

golden/plans.jsonl: plans of the corpus and of test_lang_codec's strategy, in both notations;
golden/mutated.jsonl: such lines with words left out, exchanged or put in, how many words the
grammar takes (-1: it takes all of them as a plan), and what the parser reads, written again.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from llm_edge.constraint import PlanConstraint
from llm_edge.tokenization import PlanVocabulary
from llmagentos.default_model import DEFAULT_MODEL
from llmagentos.errors import PlanError
from llmagentos.lang import codec, grammar
from llmagentos.lang import plan as p

FOLDER = Path(__file__).parent / "golden"
SHIPPED = Path(__file__).parents[2] / "llm_edge" / "models" / DEFAULT_MODEL / "plan_vocabulary.json"
SAID = ("one", "two", "three", "four", "5.5", "six")


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FOLDER / name).read_text().splitlines()]


@cache
def shipped() -> PlanConstraint:
    return PlanConstraint(PlanVocabulary(shipped_words()))


@cache
def shipped_words() -> tuple[str, ...]:
    return tuple(json.loads(SHIPPED.read_text()))


def taken(words: list[str]) -> int:
    """How many words the shipped model's grammar takes; -1 for a whole plan, -2 for a part."""
    matcher, ids = shipped().matcher(), PlanVocabulary(shipped_words()).ids
    for i, word in enumerate(words):
        if not matcher.take(ids[word]):
            return i
    return -1 if matcher.may_end else -2


def as_a_model_writes(text: str) -> list[str]:
    """Texts as two pointers, unusual numbers as one."""
    known, out = set(grammar.plan_words()), list[str]()
    for word in codec.tokens(text):
        pointers = ["@3", "@5"] if word.startswith('"') else ["@4"]
        out += [word] if word in known else pointers
    return out


def test_the_shipped_models_vocabulary_is_all_of_the_language_or_a_part_of_it() -> None:
    """A word that a shipped model writes keeps its meaning; what is newer is told apart by it."""
    assert set(shipped_words()) <= set(grammar.plan_words())


def test_plans_are_written_and_read_as_before() -> None:
    for row in rows("plans.jsonl"):
        plan = p.Plan.model_validate(row["json"])
        assert codec.write(plan) == row["plan"]
        assert codec.parse(row["plan"]) == plan
        assert plan.to_json() == row["json"]


def test_the_grammar_takes_every_plan() -> None:
    for row in rows("plans.jsonl"):
        assert taken(as_a_model_writes(row["plan"])) == -1, row["plan"]


@pytest.mark.parametrize("row", rows("mutated.jsonl"), ids=lambda row: row["words"][:40])
def test_grammar_and_parser_refuse_what_they_refused(row: dict[str, Any]) -> None:
    assert taken(row["words"].split()) == row["accepted"]
    try:
        read = codec.write(codec.parse(row["words"], lambda a, b: " ".join(SAID[a : b + 1])))
    except PlanError:
        read = None
    assert read == row["read"]
