"""A Llama-, Qwen2- or Qwen3-family model on board, ready to write text.

Knows: prompts, grammars by JSON schema or Lark, stop words, limits, cancelling, and the prefix
cache: the rows of what a prompt shares with the last one stay, only the rest is read again. Does
not know: plans, engines' insides.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llm_edge import folder
from llm_edge.chat import ChatTokenizer, Message, Pieces
from llm_edge.decoding import Generation, Sampling, choose, finite, less_repeated, likeliest
from llm_edge.engines import memory, select
from llmagentos.errors import FileError, ModelError
from llmagentos.files import read_json

#: Told to a new TensorRT plan and to the CPU engine, which must agree.
GATE_TEXTS = (
    "The robot arm moves the red block",
    "1 2 3 4 5 6",
    "Put the cup next to the bowl, then go home.",
)
#: A prompt is read so many tokens at a time: between two of these it can be cancelled.
PREFILL_TOKENS = 256


@dataclass
class TextGeneration(Generation):
    """reused_tokens: of the prompt, those whose rows were still in the cache. confidence: where the
    grammar stepped in, among the allowed tokens."""

    reused_tokens: int = 0
    text: str = ""


class Grammar:
    """Masks for this tokenizer (llguidance). One per model; `matcher` follows one answer."""

    def __init__(self, tokenizer: ChatTokenizer, size: int, eos: Sequence[int]):
        from llguidance import LLTokenizer

        self.size = size
        self._eos = list(eos)
        self._tokenizer = LLTokenizer(
            tokenizer.json, n_vocab=size, eos_token=self._eos[0] if self._eos else None
        )

    def matcher(self, schema: dict[str, Any] | None = None, lark: str | None = None) -> _Matcher:
        """What may be written next under a JSON schema or a Lark grammar. Raises ModelError for one
        that llguidance does not take."""
        from llguidance import LLMatcher, grammar_from

        grammar = (
            grammar_from("json_schema", json.dumps(schema))
            if schema is not None
            else grammar_from("lark", lark or "")
        )
        if problem := LLMatcher.validate_grammar(grammar, self._tokenizer):
            raise ModelError(f"expected a grammar that llguidance takes, got: {problem}")
        return _Matcher(LLMatcher(self._tokenizer, grammar), self.size, self._eos)


class _Matcher:
    """Where one answer stands in its grammar."""

    def __init__(self, matcher: Any, size: int, eos: Sequence[int]):
        self._m, self._size, self._eos = matcher, size, list(eos)

    def allowed(self) -> NDArray[np.bool_]:
        bits = np.frombuffer(self._m.compute_bitmask(), dtype=np.uint8)
        mask = np.unpackbits(bits, bitorder="little")[: self._size].astype(bool)
        if len(self._eos) > 1:
            # the grammar knows one end; the model may prefer another
            mask[self._eos] = mask[self._eos[0]]
        return mask

    def take(self, token: int) -> bool:
        """Consumes a token if it may come next: much quicker than the whole mask. False: it may not."""
        token = self._eos[0] if token in self._eos else token
        return bool(self._m.try_consume_tokens([token]) == 1)

    def forced(self) -> list[int]:
        return [int(t) for t in self._m.compute_ff_tokens()]

    def consume(self, token: int) -> None:
        if not self._m.consume_token(token):
            raise ModelError(
                f"expected a token the grammar allows, got {token}: {self._m.get_error()}"
            )

    @property
    def stopped(self) -> bool:
        return bool(self._m.is_stopped())


class TextModel:
    """A model folder written by export_text. engine: see `select.choose`; loaded: an engine that is
    ready, instead. One answer at a time.

    Raises ModelNotFoundError, ModelIntegrityError, MissingDependencyError or ModelError at once.
    """

    def __init__(
        self,
        name: str | Path,
        engine: str = "auto",
        threads: int = 1,
        verify: bool = True,
        loaded: Any = None,
    ):
        self.path = folder.find(str(name))
        self.manifest = folder.verify(self.path) if verify else {}
        try:
            config = read_json(self.path / "config.json", "a model's config.json")
        except FileError as exc:
            raise ModelError(str(exc)) from exc
        self.tokenizer = ChatTokenizer(self.path)
        self.skipped: tuple[str, ...] = ()
        if loaded is None:
            memory.require(self.path, config)
            prompts = [(None, self.tokenizer.encode(t)) for t in GATE_TEXTS]
            choice = select.choose(self.path, config, engine, threads, prompts)
            loaded, self.skipped = choice.engine, choice.skipped
        self.engine: Any = loaded
        self._ends: list[int] = list(config.get("eos_token_ids", []))
        self.eos = frozenset(self._ends)
        self._grammar: Grammar | None = None
        self._session: Any = None
        self._lock = threading.Lock()

    def prefill(
        self,
        ids: list[int],
        result: TextGeneration,
        cancel: threading.Event | None = None,
    ) -> NDArray[np.float32]:
        """Reads a prompt, of which only what the cache doesn't hold; returns the last logits, or
        those of where it was cancelled."""
        if self._session is None:
            self._session = self.engine.start(None)
        held = self._session.tokens
        same = 0
        # the last token is read again: its logits are wanted
        while same < min(len(held), len(ids) - 1) and held[same] == ids[same]:
            same += 1
        self._session.rewind(same)
        result.prompt_tokens, result.reused_tokens = len(ids), same
        for start in range(same, len(ids), PREFILL_TOKENS):
            logits: NDArray[np.float32] = self._session.feed(ids[start : start + PREFILL_TOKENS])
            if cancel is not None and cancel.is_set():
                break
        return logits

    def _matcher(self, schema: dict[str, Any] | None, lark: str | None) -> _Matcher | None:
        if schema is None and lark is None:
            return None
        if self._grammar is None:
            self._grammar = Grammar(self.tokenizer, self.engine.vocabulary_size, self._ends)
        return self._grammar.matcher(schema, lark)

    def stream(
        self,
        prompt: str | Sequence[Message],
        sampling: Sampling | None = None,
        *,
        stop: Sequence[str] = (),
        schema: dict[str, Any] | None = None,
        lark: str | None = None,
        cancel: threading.Event | None = None,
        result: TextGeneration | None = None,
    ) -> Iterator[str]:
        """Pieces of an answer as they come.

        prompt: text, or messages for the chat template. stop: words that end the answer and are not
        part of it. schema, lark: a grammar the answer keeps to, unless a limit ends it first.
        cancel: set from another thread.
        """
        out = result if result is not None else TextGeneration()
        with self._lock:
            if isinstance(prompt, str):
                ids = self.tokenizer.encode(prompt, special=True)
            else:
                ids = self.tokenizer.encode(self.tokenizer.render(prompt))
            if not ids:
                raise ModelError("expected a prompt, got an empty one")
            pieces, held = Pieces(self.tokenizer), ""
            longest = max((len(w) for w in stop), default=0)
            for token in self._tokens(
                ids, sampling or Sampling(), self._matcher(schema, lark), cancel, out
            ):
                held += pieces.add(token)
                at = min((held.find(w) for w in stop if w in held), default=-1)
                if at >= 0:
                    held, out.stop = held[:at], "end"
                    break
                # what may be the start of a stop word waits
                if len(held) > longest:
                    cut = len(held) - max(longest - 1, 0)
                    out.text += held[:cut]
                    yield held[:cut]
                    held = held[cut:]
            out.text += held
            if held:
                yield held

    def generate(
        self, prompt: str | Sequence[Message], sampling: Sampling | None = None, **more: Any
    ) -> str:
        """`stream` as one text."""
        return "".join(self.stream(prompt, sampling, **more))

    def _tokens(
        self,
        ids: list[int],
        s: Sampling,
        matcher: _Matcher | None,
        cancel: threading.Event | None,
        out: TextGeneration,
    ) -> Iterator[int]:
        began = time.perf_counter()
        rng = np.random.default_rng(s.seed)
        logits = self.prefill(ids, out, cancel)
        out.prefill_s = time.perf_counter() - began
        if cancel is not None and cancel.is_set():
            out.stop = "cancelled"
            return
        while True:
            if not finite(logits):
                raise ModelError("expected finite logits, got NaN or infinity")
            if matcher is None:
                logits = less_repeated(logits, out.tokens, s)
            # the likeliest of all tokens needs no mask when it is allowed, and it nearly always is
            token, p = likeliest(logits)
            taken = matcher is None or (s.temperature <= 0 and matcher.take(token))
            if matcher is not None and not taken:
                logits = np.where(matcher.allowed(), logits, np.float32(-np.inf))
            if not taken or s.temperature > 0:
                token, p = choose(logits, s, rng)
            out.confidence *= p
            # a token that was taken and ends the grammar is still part of the answer
            if token in self.eos or (matcher is not None and not taken and matcher.stopped):
                break
            pending = [token]
            if matcher is not None:
                if not taken:
                    matcher.consume(token)
                for forced in matcher.forced():
                    if forced in self.eos:
                        break
                    matcher.consume(forced)
                    pending.append(forced)
            for t in pending:
                out.tokens.append(t)
                out.decode_s = time.perf_counter() - began - out.prefill_s
                yield t
            if matcher is not None and matcher.stopped:
                break
            if len(out.tokens) >= s.max_tokens:
                out.stop = "length"
            elif time.perf_counter() - began > s.time_limit_s:
                out.stop = "time"
            elif cancel is not None and cancel.is_set():
                out.stop = "cancelled"
            else:
                logits = self._session.feed(pending)
                continue
            break
