"""What a planner is told of its situation, and free sentences as training pairs."""

from __future__ import annotations

import json
import random

import pytest

from llm_edge import pointers, situation
from llm_edge.folder import find
from llm_edge.tokenization import PromptTokenizer
from llmagentos.default_model import DEFAULT_MODEL
from llmagentos.errors import PlanError
from llmagentos.lang import codec
from llmagentos.ports.modules import PlanRequest
from training.corpus import build, free_pairs, situations
from training.corpus.free_lines import Sentence, pairs, read
from training.planner import shards

LINE = {
    "id": "x-1",
    "person": "me",
    "scene": [
        {"kind": "block", "color": "red", "position": [0.45, 0.1]},
        {"kind": "block", "color": "blue", "position": [0.55, 0.1]},
        {"kind": "bowl", "color": "blue", "position": [0.55, -0.1]},
        {"kind": "bowl", "color": "blue", "position": [0.65, -0.3]},
    ],
    "held": "red_block",
    "turns": [{"command": "take it", "plan": "pick [ the red block ]", "outcome": "succeeded: ok"}],
    "command": "now the blue one to the left of the left bowl",
    "plan": "put [ the blue block ] left_of [ the bowl order left ]",
}


def test_a_request_is_told_in_a_few_words() -> None:
    s = read(LINE)
    request = PlanRequest(s.command, s.scene, ("look", "take it"), outcomes=("succeeded",))
    told = situation.of_request(request)
    assert told == "held red block . before take it , done ; look . here blue block , 2 blue bowl"
    assert situations.of_sentence(s) == told.replace(" ; look", "")
    assert situation.text("", [], []) == ""


def test_it_stands_behind_the_question() -> None:
    tokenizer = PromptTokenizer.from_file(find(DEFAULT_MODEL) / "tokenizer.json")
    plain, told = tokenizer("the red one", "Which?"), tokenizer("the red one", "Which?", "held can")
    n = len(plain.ids)
    assert told.ids[:n].tolist() == plain.ids.tolist() and len(told.ids) > n
    assert set(told.types[n:].tolist()) == {1} and set(told.words[n:].tolist()) == {-1}
    assert tokenizer("x", "", "held can").types.tolist()[:3] == [0, 0, 0]
    assert len(tokenizer("x", "", "can " * 500).ids) < 100


def _mean_the_same(a: str, b: free_pairs.FreePair) -> None:
    """The changed pair still parses, with its texts in its own words."""
    plan = codec.parse(" ".join(b.target), pointers.resolver(b.command))
    assert [s.op for s in plan.steps] == [s.op for s in codec.parse(a).steps]


def test_free_pairs_change_plan_and_words_alike() -> None:
    s = read(LINE)
    rng = random.Random(5)
    some = [free_pairs.pair(s, rng) for _ in range(60)]
    for one in some:
        _mean_the_same(s.plan_text, one)
    colors = {next(w for w in one.target if w in free_pairs.COLORS) for one in some}
    assert len(colors) > 4
    mirrored = [one for one in some if "right_of" in one.target]
    assert mirrored and all("right" in one.command.lower() for one in mirrored)
    for one in some:
        word = next(w for w in one.target if w in free_pairs.COLORS)
        assert word in one.command.lower() or one.command != s.command
    assert free_pairs.pair(s, rng, change=False).command == s.command


@pytest.mark.parametrize(
    ("command", "plan"),
    [
        (
            "what's left of the blocks goes right away in the bowl",
            "put [ rest block ] in [ the bowl ]",
        ),
        ("the orange goes in the bowl", 'put [ the object noun "orange" ] in [ the bowl ]'),
        ("is the can left of the bowl", "answer holds is [ the can ] left_of [ the bowl ]"),
    ],
)
def test_what_has_no_counterpart_stays(command: str, plan: str) -> None:
    s = read({**LINE, "turns": [], "command": command, "plan": plan})
    for seed in range(20):
        one = free_pairs.pair(s, random.Random(seed))
        if "orange" in command:
            assert "noun" in one.target
        _mean_the_same(plan, one)


def test_parts_of_the_free_sentences_lie_within_larger_ones() -> None:
    every = list(pairs())[::5]
    some = [{s.id for s in every if shards.is_of_part(s, part)} for part in (0.125, 0.5, 1.0)]
    assert some[0] < some[1] < some[2] and len(some[2]) == len(every)
    assert 0.4 < len(some[1]) / len(every) < 0.6


def test_almost_all_free_sentences_become_pairs() -> None:
    every: list[Sentence] = list(pairs())[::7]
    bad = 0
    for s in every:
        try:
            _mean_the_same(s.plan_text, free_pairs.pair(s, random.Random(s.id)))
        except PlanError:
            bad += 1
    assert bad <= 0.01 * len(every)


def test_corpus_pairs_get_situations_with_and_without_their_things() -> None:
    rng = random.Random(2)
    told = []
    for seed in range(120):
        pair = build.draw(seed, level="static")
        if text := situations.for_plan(rng, pair.plan(), ["move the cup"]):
            told.append((pair, text))
    assert 20 < len(told) < 60
    assert any("before move the cup" in text for _, text in told)
    assert json.dumps([t for _, t in told])


def test_sentences_of_themes_are_told_by_their_file() -> None:
    every = list(pairs())
    some = shards.of_themes(every, ["a_build", "a_limits"])
    assert {s.file for s in some} == {"a_build.jsonl", "a_limits.jsonl"}
    with pytest.raises(ValueError, match="'no_such_theme'"):
        shards.of_themes(every, ["a_build", "no_such_theme"])
