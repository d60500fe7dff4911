"""What every engine promises that runs the shipped planner, as checks that any can be put to.

An engine from outside: `for check in CONTRACT: check(my_engine, shipped())`.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from llm_edge import decoding, folder
from llm_edge.engines import trt_plans
from llm_edge.engines.base import Engine, Session
from llm_edge.engines.onnx_cpu import OnnxCpuEngine
from llm_edge.tokenization import Prompt, PromptTokenizer
from llmagentos.default_model import DEFAULT_MODEL
from llmagentos.errors import ModelError

COMMANDS = (
    "put the red block into the blue bowl",
    "what is left of the cup?",
    "stack all green blocks at the far left corner",
)
#: Plan tokens that are compared for each command.
_TOKENS = 12
_SEVERAL = [0, 5, 9, 3, 7, 5]


@dataclass(frozen=True)
class Case:
    """A planner's folder, its config.json, prompts, and the tokens the CPU engine writes for them."""

    folder: Path
    config: dict[str, Any]
    prompts: tuple[Prompt, ...]
    tokens: list[list[int]]

    @property
    def positions(self) -> int:
        """Those of a full cache."""
        return int(self.config["decoder"]["max_position_embeddings"])


@cache
def shipped() -> Case:
    """The shipped planner as a case. Raises ModelNotFoundError where there is none."""
    path = folder.find(DEFAULT_MODEL)
    config = json.loads((path / "config.json").read_text(encoding="utf-8"))
    tokenizer = PromptTokenizer.from_file(path / "tokenizer.json")
    prompts = tuple(tokenizer(c) for c in COMMANDS)
    return Case(path, config, prompts, _written(OnnxCpuEngine(path, config), prompts))


def _written(engine: Engine, prompts: tuple[Prompt, ...]) -> list[list[int]]:
    return [trt_plans.greedy(engine, prompt, [0], _TOKENS) for prompt in prompts]


def it_is_one_and_gives_a_logit_per_word(engine: Engine, case: Case) -> None:
    assert isinstance(engine, Engine) and engine.name
    assert engine.vocabulary_size == case.config["decoder"]["vocab_size"]
    session = engine.start(case.prompts[0])
    assert isinstance(session, Session)
    logits = session.feed([0])
    assert logits.dtype == np.float32 and logits.shape == (engine.vocabulary_size,)
    assert np.isfinite(logits).all()


def it_counts_the_prompt_and_what_it_was_fed(engine: Engine, case: Case) -> None:
    session = engine.start(case.prompts[0])
    session.feed([0])
    assert session.length == len(case.prompts[0].ids) + 1
    session.feed([5, 9])
    assert session.length == len(case.prompts[0].ids) + 3


def it_writes_what_the_cpu_engine_writes(engine: Engine, case: Case) -> None:
    assert _written(engine, case.prompts) == case.tokens


def several_tokens_at_once_or_one_by_one_are_the_same(engine: Engine, case: Case) -> None:
    at_once = engine.start(case.prompts[1]).feed(_SEVERAL)
    session = engine.start(case.prompts[1])
    for token in _SEVERAL:
        one_by_one = session.feed([token])
    assert np.abs(at_once - one_by_one).max() < 0.15 * max(1.0, np.abs(at_once).max())


def what_it_returned_stays_as_it_was(engine: Engine, case: Case) -> None:
    session = engine.start(case.prompts[0])
    first = session.feed([0])
    kept = first.copy()
    session.feed([5])
    assert np.array_equal(first, kept)


def nothing_to_feed_is_an_error(engine: Engine, case: Case) -> None:
    with pytest.raises(ModelError, match="expected at least one token"):
        engine.start(case.prompts[0]).feed([])


def a_full_cache_is_an_error(engine: Engine, case: Case) -> None:
    session = engine.start(case.prompts[0])
    session.feed([0])
    with pytest.raises(ModelError, match="expected at most"):
        session.feed([1] * case.positions)


def another_thread_can_cancel(engine: Engine, case: Case) -> None:
    cancel, out = threading.Event(), decoding.Generation()
    sampling = decoding.Sampling(max_tokens=100)
    words = decoding.generate(engine, case.prompts[0], 0, None, sampling, cancel, result=out)
    next(words)
    thread = threading.Thread(target=cancel.set)
    thread.start()
    thread.join()
    list(words)
    assert (len(out.tokens), out.stop) == (1, "cancelled")


Check = Callable[[Engine, Case], None]
CONTRACT: tuple[Check, ...] = (
    it_is_one_and_gives_a_logit_per_word,
    it_counts_the_prompt_and_what_it_was_fed,
    it_writes_what_the_cpu_engine_writes,
    several_tokens_at_once_or_one_by_one_are_the_same,
    what_it_returned_stays_as_it_was,
    nothing_to_feed_is_an_error,
    a_full_cache_is_an_error,
    another_thread_can_cancel,
)
