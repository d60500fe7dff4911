"""Every planning module under one contract: a plan that is not wanted any more ends at once.

Each case gives a planner and a way to be called back while it thinks; where planning takes no
time there is no such moment, and only the idle half of the contract holds.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

from benchmarks.suites.case_run import FixedPlanner
from llm_edge.llm import LLM
from llm_edge.local import LocalPlanner
from llm_edge.planner import LLMPlanner
from llm_edge.text import TextModel
from llm_edge.text_planner import TextPlanner
from llmagentos.default_model import DEFAULT_MODEL
from llmagentos.errors import PlanCancelledError
from llmagentos.lang import codec as compact
from llmagentos.ports.modules import PlanningModule, PlanRequest
from llmagentos.types import Scene

WORDS = "put [ the red block ] in [ the blue bowl ]"
REQUEST = "put the red block into the blue bowl"
PATIENCE_S = 30.0


class Thinking:
    """A planner, what to do while it thinks, and how often it has thought on since."""

    def __init__(self) -> None:
        self.planner: PlanningModule
        self.meanwhile: Callable[[], None] = lambda: None
        self.asked = 0

    def think(self) -> None:
        """A token is due, or a request has come."""
        self.asked += 1
        self.meanwhile()


class SpiedEngine:
    """An engine that says when it is asked for a token."""

    def __init__(self, inner: Any, thinking: Thinking):
        self._inner, self._thinking = inner, thinking
        self.name, self.vocabulary_size = inner.name, inner.vocabulary_size

    def start(self, prompt: Any) -> Any:
        return SpiedSession(self._inner.start(prompt), self._thinking)


class SpiedSession:
    def __init__(self, inner: Any, thinking: Thinking):
        self._inner, self._thinking = inner, thinking

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def feed(self, ids: list[int]) -> Any:
        self._thinking.think()
        return self._inner.feed(ids)


class TellingEngine:
    """Says a plan in JSON, byte by byte, whatever it is asked."""

    name, vocabulary_size = "telling", 257

    def __init__(self, ids: list[int], prompt_end: int, thinking: Thinking):
        self._ids, self._prompt_end = [*ids, 256], prompt_end
        self._thinking = thinking

    def start(self, prompt: Any) -> Any:
        return self._Session(self)

    class _Session:
        def __init__(self, engine: TellingEngine):
            self._engine = engine
            self.tokens: list[int] = []
            self.prompt = -1

        def rewind(self, to: int) -> None:
            self.tokens, self.prompt = [], -1

        def feed(self, ids: list[int]) -> Any:
            import numpy as np

            self._engine._thinking.think()
            self.tokens += ids
            if self.tokens[-1] == self._engine._prompt_end:
                self.prompt = len(self.tokens)
            logits = np.zeros(257, np.float32)
            said = len(self.tokens) - self.prompt if self.prompt >= 0 else 0
            logits[self._engine._ids[said]] = 9.0
            return logits


@contextmanager
def shipped(folder: Path) -> Iterator[Thinking]:
    thinking, loaded = Thinking(), LocalPlanner(DEFAULT_MODEL)
    loaded.engine = SpiedEngine(loaded.engine, thinking)
    thinking.planner = LLMPlanner(LLM(loaded=loaded))
    yield thinking


@contextmanager
def text_model(folder: Path) -> Iterator[Thinking]:
    """A folder without a network: bytes for tokens, and an engine that knows what to say."""
    thinking = Thinking()
    alphabet = {c: i for i, c in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
    tokenizer = Tokenizer(models.BPE(alphabet, []))
    tokenizer.add_special_tokens(["</s>"])
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(
        json.dumps({"chat_template": "{% for m in messages %}{{ m.content }}{% endfor %}~"})
    )
    (folder / "config.json").write_text(
        json.dumps({"model_type": "llm_edge_text", "eos_token_ids": [256]})
    )
    said = f" {WORDS}"
    engine = TellingEngine(tokenizer.encode(said).ids, tokenizer.encode("~").ids[0], thinking)
    model = TextModel(folder, verify=False, loaded=engine)
    thinking.planner = LLMPlanner(LLM(loaded=TextPlanner(text=model)))
    yield thinking


@contextmanager
def server(folder: Path) -> Iterator[Thinking]:
    """A server that answers only once the test lets it, or never when it is cut off."""
    thinking = Thinking()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            thinking.think()
            plan = json.dumps(compact.parse(WORDS).to_json())
            body = json.dumps({"choices": [{"message": {"content": plan}}]}).encode()
            try:
                self.send_response(200)
                self.end_headers()
                self.wfile.write(body)
            except OSError:
                pass

        def log_message(self, *args: Any) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=http.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{http.server_port}/v1"
    thinking.planner = LLMPlanner(LLM(address, retry_wait_s=0.0))
    yield thinking
    http.shutdown()
    http.server_close()


@contextmanager
def oracle(folder: Path) -> Iterator[Thinking]:
    thinking = Thinking()
    thinking.planner = FixedPlanner([WORDS] * 3)
    yield thinking


Case = Callable[[Path], AbstractContextManager[Thinking]]
THINKERS: list[Case] = [shipped, text_model, server]


@pytest.fixture(params=[*THINKERS, oracle], ids=lambda c: c.__name__)
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Thinking]:
    with request.param(tmp_path) as thinking:
        yield thinking


@pytest.fixture(params=THINKERS, ids=lambda c: c.__name__)
def thinker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Thinking]:
    with request.param(tmp_path) as thinking:
        yield thinking


def ask() -> PlanRequest:
    return PlanRequest(REQUEST, Scene())


def test_with_nothing_under_way_a_cancel_touches_nothing(case: Thinking) -> None:
    case.planner.cancel()
    assert case.planner.plan(ask()).plan.steps
    case.planner.cancel()
    assert case.planner.plan(ask()).plan.steps


def test_a_cancel_from_another_thread_ends_the_plan_within_a_token(thinker: Thinking) -> None:
    asked_at_cancel: list[int] = []
    never = threading.Event()  # a server's answer that does not come by itself

    def cancel_once() -> None:
        if not asked_at_cancel:
            asked_at_cancel.append(thinker.asked)
            other = threading.Thread(target=thinker.planner.cancel)
            other.start()
            other.join(PATIENCE_S)
            if threading.current_thread() is not planning:
                never.wait(PATIENCE_S)

    planning = threading.current_thread()
    thinker.meanwhile = cancel_once
    with pytest.raises(PlanCancelledError):
        thinker.planner.plan(ask())
    never.set()
    assert thinker.asked <= asked_at_cancel[0] + 1
    thinker.meanwhile = lambda: None
    assert thinker.planner.plan(ask()).plan.steps


def test_a_request_that_was_cancelled_before_it_came_is_not_carried_out(thinker: Thinking) -> None:
    request = ask()
    request.cancelled.set()
    with pytest.raises(PlanCancelledError):
        thinker.planner.plan(request)
    assert thinker.asked <= 1
