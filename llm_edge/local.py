"""A model folder made ready to write plans: tokenizer, vocabulary, grammar, engine.

Knows: how the parts fit. Does not know: servers, agents.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from llm_edge import decoding, folder
from llm_edge.constraint import PlanConstraint
from llm_edge.decoding import Generation, Sampling
from llm_edge.engines import memory, select
from llm_edge.engines.base import Engine
from llm_edge.situation import tells_base
from llm_edge.tokenization import PlanVocabulary, PromptTokenizer
from llmagentos.errors import FileError, ModelError
from llmagentos.files import read_json
from llmagentos.lang.grammar import DRIVING_WORDS

#: A new TensorRT plan and the CPU engine must agree on these.
GATE_COMMANDS = (
    "put the red block into the blue bowl",
    "which object is left of the cup?",
    "stack all the green blocks at the far left corner",
)


class LocalPlanner:
    """The on-board model. engine_name: see `engines.select.choose`; `skipped` says which better
    engines are not there. Raises ModelNotFoundError, ModelIntegrityError or ModelError at once."""

    def __init__(
        self,
        name: str,
        threads: int = 1,
        verify: bool = True,
        engine: Engine | None = None,
        engine_name: str = "auto",
    ):
        self.path: Path = folder.find(name)
        self.manifest: dict[str, Any] = folder.verify(self.path) if verify else {}
        try:
            config = read_json(self.path / "config.json", "a model's config.json")
            words = read_json(self.path / "plan_vocabulary.json", "a plan vocabulary")
        except FileError as exc:
            raise ModelError(str(exc)) from exc
        if not isinstance(words, list) or not all(isinstance(w, str) for w in words):
            raise ModelError(f"expected words in {self.path}/plan_vocabulary.json, got others")
        words = tuple(words)
        self.reads_situation = bool(config.get("reads_situation", False))
        self.vocabulary = PlanVocabulary(words)
        #: Whether it has learnt of bases that drive.
        self.drives = not DRIVING_WORDS.isdisjoint(self.vocabulary.ids)
        self.constraint = PlanConstraint(self.vocabulary, drives=False)
        self.tokenizer = PromptTokenizer.from_file(self.path / "tokenizer.json")
        self.skipped: tuple[str, ...] = ()
        if engine is None:
            memory.require(self.path, config)
            gate = [(self.tokenizer(c), [self.vocabulary.eos]) for c in GATE_COMMANDS]
            choice = select.choose(self.path, config, engine_name, threads, gate)
            engine, self.skipped = choice.engine, choice.skipped
        self.engine: Engine = engine
        if engine.vocabulary_size != len(self.vocabulary):
            raise ModelError(
                f"expected {len(self.vocabulary)} logits, got {engine.vocabulary_size}"
            )
        self._closing = tuple(self.vocabulary.ids[w] for w in decoding.CLOSING)
        self._lock = threading.Lock()

    @cached_property
    def _driving(self) -> PlanConstraint:
        return PlanConstraint(self.vocabulary)

    def _constraint_for(self, situation: str) -> PlanConstraint:
        return self._driving if self.drives and tells_base(situation) else self.constraint

    @property
    def quantization(self) -> str:
        """What the manifest says of the weights: "none", "int8", "int4"."""
        return str(self.manifest.get("quantization", "none"))

    def write(
        self,
        command: str,
        question: str = "",
        situation: str = "",
        sampling: Sampling | None = None,
        cancel: threading.Event | None = None,
        start: str = "",
        result: Generation | None = None,
        earlier: str = "",
    ) -> Iterator[str]:
        """Yields plan words for a command. One generation at a time.

        question, situation: what the robot asked last and what it is told of where it stands
        (situation.py); a model that never learnt to read a situation gets none. earlier: the
        commands before, whose numbers a correction may have. Raises PlanError where no word may
        follow.
        """
        with self._lock:
            prompt = self.tokenizer(command, question, situation if self.reads_situation else "")
            unknown = [w for w in start.split() if w not in self.vocabulary.ids]
            if unknown:
                raise ModelError(f"expected plan words to start with, got {unknown}")
            ids = self.vocabulary.encode(start.split())
            tokens = decoding.generate(
                self.engine,
                prompt,
                self.vocabulary.eos,
                self._constraint_for(situation).matcher(command, question, earlier),
                sampling,
                cancel,
                ids,
                self._closing,
                result,
            )
            for token in tokens:
                yield self.vocabulary.words[token]
            if result is not None:
                words = self.vocabulary.words
                result.runners_up = [replace(r, word=words[r.token]) for r in result.runners_up]
