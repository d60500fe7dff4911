"""Second thoughts: where the likeliest plan contradicts itself and the model wavered."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from llm_edge import alternatives, folder, pointers
from llm_edge.decoding import WAVERING, Generation, RunnerUp, Sampling, generate, runner_up
from llm_edge.llm import LLM
from llm_edge.tokenization import PlanVocabulary, Prompt
from llmagentos.default_model import DEFAULT_MODEL
from llmagentos.errors import NumberRuleError, PlanError
from llmagentos.lang import codec as compact
from llmagentos.lang.plan import Plan
from llmagentos.ports.modules import PlanRequest
from llmagentos.types import Scene

SELF = "put [ the red block ] in [ the red block ]"
OTHER = "put [ the red block ] in [ the red bowl ]"
VOCABULARY = PlanVocabulary()


def parse(text: str) -> Plan:
    return compact.parse(text, pointers.resolver("put the red block in the red one"))


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (SELF, True),
        ("undo 77", True),
        (OTHER, False),
        ("place at middle", False),  # whether something is held is the scene's matter
        ("refuse throwing", False),
        ("ask what [ the red block ]", False),
    ],
)
def test_only_what_is_wrong_in_every_scene_is_a_problem(text: str, wrong: bool) -> None:
    assert bool(alternatives.problem(text.split(), parse)) == wrong


def finished(words: list[str]) -> tuple[list[str], Generation]:
    return words, Generation()


def search(runners: list[RunnerUp], late: bool = False) -> Any:
    asked: list[list[str]] = []

    def write(start: list[str]) -> tuple[list[str], Generation]:
        asked.append(start)
        return finished([*start, *OTHER.split()[len(start) :]])

    first = Generation(runners_up=runners)
    return alternatives.better(SELF.split(), first, write, parse, lambda: late), asked


def test_the_nearest_runner_up_is_written_on_from_where_it_stood() -> None:
    found, asked = search([RunnerUp(3, 0, 0.2, "blue"), RunnerUp(10, 0, 0.4, "bowl")])
    assert found is not None and " ".join(found[0]) == OTHER
    assert found[1].confidence == pytest.approx(0.4)
    assert asked == [[*SELF.split()[:10], "bowl"]]


def test_bounded_and_never_another_number() -> None:
    many = [RunnerUp(3, 0, 0.2, c) for c in ("green", "blue", "pink", "white")]
    _, asked = search(many)
    assert len(asked) <= alternatives.PLANS - 1
    assert search([RunnerUp(1, 0, 0.4, "10")]) == (None, [])
    assert search([RunnerUp(10, 0, 0.4, "bowl")], late=True) == (None, [])


def test_a_runner_up_that_no_number_is_held_for_is_passed_over() -> None:
    def write(start: list[str]) -> tuple[list[str], Generation]:
        if start[-1] == "count":
            raise NumberRuleError("expected a plan with numbers that the words hold, got none")
        return finished([*start, *OTHER.split()[len(start) :]])

    runners = [RunnerUp(2, 0, 0.45, "count"), RunnerUp(10, 0, 0.4, "bowl")]
    first = Generation(runners_up=runners)
    found = alternatives.better(SELF.split(), first, write, parse, lambda: False)
    assert found is not None and " ".join(found[0]) == OTHER
    others = alternatives.others(SELF.split(), first, write, lambda: False)
    assert [" ".join(words) for words, _ in others] == [OTHER]


class Scripted:
    """An engine that writes one plan; at one place another word is nearly as likely."""

    name, vocabulary_size = "scripted", len(VOCABULARY)

    def __init__(self, text: str, at: int, other: str):
        self.ids = [*VOCABULARY.encode(text.split()), VOCABULARY.eos]
        self.at, self.other, self.length = at, VOCABULARY.ids[other], -1

    def start(self, prompt: Prompt | None = None) -> Scripted:
        self.length = -1
        return self

    def feed(self, ids: list[int]) -> Any:
        self.length += len(ids)
        logits = np.zeros(len(VOCABULARY), np.float32)
        logits[self.ids[min(self.length, len(self.ids) - 1)]] = 20.0
        if self.length == self.at:
            logits[self.other] = 19.5
        return logits


def test_where_a_choice_was_close_is_known() -> None:
    out = Generation()
    engine = Scripted(SELF, 10, "bowl")
    prompt = Prompt(*(np.zeros(3, np.int32) for _ in range(3)))
    list(generate(engine, prompt, VOCABULARY.eos, None, Sampling(), result=out))
    assert [(r.at, r.token) for r in out.runners_up] == [(10, VOCABULARY.ids["bowl"])]
    assert out.runners_up[0].probability == pytest.approx(1 / (1 + np.exp(0.5)), abs=1e-3)


def test_a_clear_choice_has_no_runner_up() -> None:
    logits = np.array([5.0, 1.0, 0.0], np.float32)
    assert runner_up(logits, 0, 0.97, None) is None
    assert runner_up(np.array([1.0, 0.9, 0.8], np.float32), 0, 0.4, None) is not None
    assert WAVERING < 0.5


@pytest.mark.skipif(not (folder.SHIPPED / DEFAULT_MODEL).exists(), reason="no shipped model")
def test_the_shipped_model_keeps_a_contradiction_that_was_said_and_mends_its_own() -> None:
    llm = LLM(DEFAULT_MODEL, engine="onnx-cpu")
    said = llm.plan(PlanRequest("put the red block in the red block", Scene()))
    assert said.text == SELF
    # written on from a second thought by the real model, its grammar and its pointers
    request = PlanRequest("put the red block in the red bowl", Scene())
    first = Generation(runners_up=[RunnerUp(10, 0, 0.4, "bowl")])
    found = alternatives.better(
        SELF.split(), first, lambda start: llm._write(request, start, None), parse, lambda: False
    )
    assert found is not None and " ".join(found[0]) == OTHER
    with pytest.raises(PlanError, match="plan is not valid"):
        parse("undo 100")
