"""Which words of a command a plan accounts for."""

from __future__ import annotations

import json

import pytest

from llm_edge.wording import Wording, bare_words, pointed_at
from llmagentos.errors import ModelError

TABLE = {
    "put": {"put": 0.9},
    "the": {"": 0.6, "put": 0.1},
    "red": {"red": 0.9},
    "crimson": {"red": 0.9},
    "block": {"block": 0.95},
    "bowl": {"bowl": 0.95},
    "in": {"in": 0.8},
    "turn": {"rotate": 0.9},
    "round": {"rotate": 0.4, "round": 0.4},
    "please": {"": 0.7},
    "and": {"": 0.4, "put": 0.04},
}
PLAN = "put [ the red block ] in [ the bowl ]".split()


def missing(command: str, plan: list[str] = PLAN, question: str = "") -> set[str]:
    found = Wording(TABLE).account(command, plan, question)
    return {command.split()[i] for i in found.missing if found.missing[i] > 0.2}


def test_every_word_stands_for_something() -> None:
    assert missing("Please put the crimson block in the bowl.") == set()


def test_a_dropped_clause_is_missing() -> None:
    assert missing("put the red block in the bowl and turn it round") == {"turn", "round"}
    turned = [*PLAN, ";", "rotate", "[", "the", "it", "object", "]"]
    assert missing("put the red block in the bowl and turn it round", turned) == set()


def test_unknown_words_are_unknown_unless_the_plan_points_at_them() -> None:
    command = "put the wotsit in the bowl"
    assert Wording(TABLE).account(command, PLAN).unknown == (2,)
    plan = "put [ the object noun @2 @2 ] in [ the bowl ]".split()
    assert Wording(TABLE).account(command, plan).unknown == ()


def test_what_nobody_said_is_unsaid_unless_the_robot_asked_it() -> None:
    plan = "put [ the red block ] in [ the bowl ]".split()
    found = Wording(TABLE).account("put the block in the bowl", plan)
    assert [plan[i] for i in found.unsaid] == ["red"]
    asked = Wording(TABLE).account("put the block in the bowl", plan, "the red block or the cup?")
    assert asked.unsaid == ()


def test_words_are_bare_and_pointers_are_spans() -> None:
    assert bare_words("«Put,» the RED-ish block's.") == ["put", "the", "red-ish", "block's"]
    assert pointed_at("cannot other @2 @4 ; wait @7".split()) == {2, 3, 4, 7}


@pytest.mark.parametrize("content", ["[]", '{"a": 1}', '{"a": {"b": "c"}}', "{"])
def test_a_file_that_is_no_table_is_named(tmp_path, content: str) -> None:
    assert Wording.load(tmp_path) is None
    (tmp_path / "wording.json").write_text(content)
    with pytest.raises(ModelError, match=r"wording\.json"):
        Wording.load(tmp_path)
    (tmp_path / "wording.json").write_text(json.dumps(TABLE))
    assert Wording.load(tmp_path).table == TABLE
