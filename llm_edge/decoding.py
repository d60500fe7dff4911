"""From logits to words: greedy or sampled, inside the grammar, until the plan ends.

Knows: sampling, masks, forced words, limits, cancelling. Does not know: which engine runs.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from llm_edge.constraint import PlanMatcher
from llm_edge.engines.base import Engine
from llm_edge.tokenization import Prompt
from llmagentos.errors import ModelError, NumberRuleError

StopReason = Literal["end", "length", "time", "cancelled"]


@dataclass(frozen=True)
class Sampling:
    """temperature 0 is greedy. max_tokens: from there on the shortest way to the end of the
    grammar is taken, so that a long plan still parses. time_limit_s: hard end. repetition_penalty:
    what was written already is so many times less likely; no_repeat: no run of so many tokens
    comes twice (0: it may); both for free text alone, plans repeat words rightly."""

    temperature: float = 0.0
    top_p: float = 1.0
    seed: int | None = None
    max_tokens: int = 192
    time_limit_s: float = 20.0
    repetition_penalty: float = 1.0
    no_repeat: int = 0


#: Runners-up less likely than this are no second thought but a mistake.
WAVERING = 0.04


@dataclass(frozen=True)
class RunnerUp:
    """The second likeliest allowed word at a place in the plan; at: how many words stood before."""

    at: int
    token: int
    probability: float
    word: str = ""


@dataclass
class Generation:
    """What came out. runners_up: where a greedy choice was close. probabilities: of each word
    (forced ones are 1), among all words, or among the allowed ones where the grammar had to step
    in. ended: of ending there. confidence: the product of all of these."""

    tokens: list[int] = field(default_factory=list)
    stop: StopReason = "end"
    prompt_tokens: int = 0
    confidence: float = 1.0
    prefill_s: float = 0.0
    decode_s: float = 0.0
    runners_up: list[RunnerUp] = field(default_factory=list)
    probabilities: list[float] = field(default_factory=list)
    ended: float = 1.0


#: Words that lead to the end of a plan, the nearest first.
CLOSING = (
    "</s>",
    "}",
    "]",
    "object",
    "the",
    "home",
    "at",
    "middle",
    "left",
    "0",
    "@0",
    "color",
    "most",
    "exists",
    "row",
    "[",
    "{",
)


def softmax(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    """Probabilities float64 [V] of logits [V]; sums to 1."""
    e = np.exp(logits.astype(np.float64) - logits.max())
    return e / e.sum()


def choose(logits: NDArray[np.float32], s: Sampling, rng: np.random.Generator) -> tuple[int, float]:
    """(word, its probability among the allowed words). Masked words have -inf."""
    if s.temperature <= 0:
        return likeliest(logits)
    p = softmax(logits)
    q = softmax((logits / s.temperature).astype(np.float32))
    order = np.argsort(-q)
    keep = int(np.searchsorted(np.cumsum(q[order]), s.top_p)) + 1
    kept = order[:keep]
    token = int(rng.choice(kept, p=q[kept] / q[kept].sum()))
    return token, float(p[token])


def less_repeated(
    logits: NDArray[np.float32], written: list[int], s: Sampling
) -> NDArray[np.float32]:
    """Logits [V] after the penalty (CTRL's, arXiv 1909.05858) and without tokens that would write
    a run of `no_repeat` tokens again; the same array where neither is asked for."""
    if not written or (s.repetition_penalty == 1.0 and s.no_repeat <= 0):
        return logits
    out = logits.copy()
    seen = np.unique(np.asarray(written))
    out[seen] = np.where(
        out[seen] > 0, out[seen] / s.repetition_penalty, out[seen] * s.repetition_penalty
    )
    n = s.no_repeat
    if 0 < n <= len(written):
        last = written[len(written) - n + 1 :] if n > 1 else []
        ends = [written[i + n - 1] for i in range(len(written) - n + 1) if written[i : i + n - 1] == last]  # fmt: skip
        out[ends] = -np.inf
    return out


def finite(logits: NDArray[np.float32]) -> bool:
    """Whether all are numbers: a NaN or an infinity survives the sum."""
    return bool(np.isfinite(logits.sum()))


def likeliest(logits: NDArray[np.float32]) -> tuple[int, float]:
    """(the likeliest word, its probability), in one pass."""
    best = int(np.argmax(logits))
    return best, float(1.0 / np.exp(logits - logits[best]).sum())


def runner_up(
    logits: NDArray[np.float32], best: int, p: float, matcher: PlanMatcher | None
) -> tuple[int, float] | None:
    """(word, probability) of the second likeliest allowed word, if it is near; p: of the best."""
    if p > 1.0 - WAVERING:
        return None
    for token in np.argsort(logits)[::-1][:8]:
        share = float(p * np.exp(logits[token] - logits[best]))
        if share < WAVERING:
            return None
        if token != best and (matcher is None or matcher.allows(int(token))):
            return int(token), share
    return None


def generate(
    engine: Engine,
    prompt: Prompt,
    eos: int,
    matcher: PlanMatcher | None,
    sampling: Sampling | None = None,
    cancel: threading.Event | None = None,
    start: list[int] | None = None,
    closing: tuple[int, ...] = (),
    result: Generation | None = None,
) -> Iterator[int]:
    """Yields words as they are chosen; fills `result`.

    start: words that the plan begins with. closing: ids of `CLOSING`, for plans that reach the
    limit. cancel: set from another thread to end early.
    """
    s = sampling or Sampling()
    out = result if result is not None else Generation()
    rng = np.random.default_rng(s.seed)
    began = time.perf_counter()
    session = engine.start(prompt)
    out.prompt_tokens = len(prompt.ids)
    pending = [eos, *(start or [])]
    for token in start or []:
        if matcher is not None:
            matcher.consume(token)
    while True:
        logits = session.feed(pending)
        if not finite(logits):
            raise ModelError("expected finite logits, got NaN or infinity")
        out.prefill_s = out.prefill_s or time.perf_counter() - began
        best, p = likeliest(logits)
        # the likeliest of all words needs no mask when it is allowed, and it nearly always is
        plain = s.temperature <= 0 and len(out.tokens) < s.max_tokens
        near = runner_up(logits, best, p, matcher) if plain else None
        taken = matcher is None or (plain and matcher.take(best))
        if matcher is not None and not taken:
            logits = np.where(matcher.allowed(), logits, -np.inf).astype(np.float32)
            if not np.isfinite(logits).any():
                raise NumberRuleError("expected a plan with numbers that the words hold, got none")
            if plain:
                best, p = likeliest(logits)
                near = runner_up(logits, best, p, matcher)
        if matcher is not None and len(out.tokens) >= s.max_tokens and closing:
            out.stop = "length"
            token = next((t for t in closing if np.isfinite(logits[t])), int(np.argmax(logits)))
            p = 1.0
        elif plain:
            token = best
        else:
            token, p = choose(logits, s, rng)
        if near is not None:
            out.runners_up.append(RunnerUp(len(out.tokens), *near))
        out.confidence *= p
        if token == eos:
            out.ended = p
            break
        pending = [token]
        if matcher is not None:
            if not taken:
                matcher.consume(token)
            for forced in matcher.forced():
                if forced == eos:
                    break
                matcher.consume(forced)
                pending.append(forced)
        out.probabilities += [p, *(1.0 for _ in pending[1:])]
        for t in pending:
            out.tokens.append(t)
            yield t
        if len(out.tokens) >= s.max_tokens + (64 if matcher is not None and closing else 0):
            out.stop = "length"
            break
        if time.perf_counter() - began > s.time_limit_s:
            out.stop = "time"
            break
        if cancel is not None and cancel.is_set():
            out.stop = "cancelled"
            break
    out.decode_s = time.perf_counter() - began - out.prefill_s
