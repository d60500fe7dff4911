"""`LLM`: one front for the shipped model, other people's checkpoints, and servers.

Knows: which of them a name means. Does not know: agents or scenes beyond what a prompt needs.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from llm_edge import alternatives, folder, judge, manage, pointers, situation
from llm_edge.decoding import Generation, Sampling
from llm_edge.engines import select
from llm_edge.local import LocalPlanner
from llmagentos.default_model import DEFAULT_MODEL
from llmagentos.errors import ModelError, PlanCancelledError, PlanError
from llmagentos.lang import codec as compact
from llmagentos.lang.plan import Plan
from llmagentos.ports.modules import PlanRequest, PlanResult
from llmagentos.ports.understanding import Understanding

if TYPE_CHECKING:
    from llm_edge.text_planner import TextPlanner


def _kind(path: Path) -> str:
    """What a model folder holds. A changed config.json is called by its name first."""
    try:
        return str(manage.read_config(path).get("model_type"))
    except ModelError:
        folder.verify(path)
        raise


#: A text, or a dialogue: messages with a role ("system", "user", "assistant") and a content.
Prompt = str | Sequence[Mapping[str, str]]


def _messages(prompt: Prompt) -> list[dict[str, str]]:
    """A prompt as a dialogue. Raises ModelError for what is none."""
    if isinstance(prompt, str):
        return [{"role": "user", "content": prompt}]
    try:
        found = [{"role": str(m["role"]), "content": str(m["content"])} for m in prompt]
    except (TypeError, KeyError) as exc:
        raise ModelError(f"expected messages with role and content, got: {exc!r}") from exc
    if not found:
        raise ModelError("expected at least one message, got none")
    return found


@dataclass(frozen=True)
class LLMInfo:
    """What is running: backend ("onnxruntime-cpu", "openai-http"), model, quantization."""

    backend: str
    model: str
    quantization: str

    def to_dict(self) -> dict[str, str]:
        """As results and events carry it: backend, model, quantization."""
        return {"backend": self.backend, "model": self.model, "quantization": self.quantization}


class LLM:
    """`LLM()`, the shipped planner, `LLM("path/to/folder")`, `LLM("smollm2")` or
    `LLM("http://host:port/v1")`.

    A folder in Hugging Face layout and a GGUF file are exported the first time and kept; "smollm2"
    is fetched first; both say on standard error how far they are.

    engine: "auto" (the best that is there; `skipped` says why better ones are not), a name of
    `engines.table` ("onnx-cpu", "cuda", "tensorrt", one from outside), or a server's address: then
    `name` is the model asked for there (the default name: whatever it serves). threads: for
    on-board models. model: the model's name on a server. loaded: a model that is ready, instead of
    `name`. Other keywords go to the server client (`timeout_s`, `retries`, `key_env`). Raises
    MissingDependencyError where a named engine is not there, ModelNotFoundError,
    ModelIntegrityError or ModelError.
    """

    def __init__(
        self,
        name: str = DEFAULT_MODEL,
        *,
        threads: int = 1,
        engine: str = "auto",
        model: str | None = None,
        loaded: LocalPlanner | TextPlanner | None = None,
        **server: Any,
    ):
        self._local: LocalPlanner | None = None
        self._server: Any = None
        self._judge: judge.Judge | None = None
        self.skipped: tuple[str, ...] = ()
        if loaded is not None:
            self._take(loaded)
            return
        name, engine = name.strip() or name, engine.strip() or engine
        if select.is_address(engine):
            model = model or (name if name != DEFAULT_MODEL else None)
            name, engine = engine, "auto"
        engine = select.named(engine)
        if alias := manage.address_of(name):
            name, model = alias[0], model or alias[1]
        if select.is_address(name):
            if engine != "auto":
                raise ModelError(f"expected engine auto for the server {name}, got {engine}")
            from llm_edge.engines.openai_http import OpenAIServer

            self._server = OpenAIServer(name, model=model, **server)
            self.info = LLMInfo("openai-http", self._server.model or name, "unknown")
            return
        if server:
            raise ModelError(
                f"expected no server settings for an on-board model, got {sorted(server)}"
            )
        name = manage.ready(name)
        if _kind(folder.find(name)) == "llm_edge_text":
            from llm_edge.text_planner import TextPlanner

            self._take(TextPlanner(name, engine, threads))
        else:
            self._take(LocalPlanner(name, threads, engine_name=engine))

    def _take(self, loaded: LocalPlanner | TextPlanner) -> None:
        """Run this model."""
        self.skipped = loaded.skipped
        if isinstance(loaded, LocalPlanner):
            self._local, self._judge = loaded, judge.Judge(loaded.path)
            self.info = LLMInfo(loaded.engine.name, loaded.path.name, loaded.quantization)
        else:
            self._server, self.info = loaded, LLMInfo(**loaded.info)

    def generate_text(
        self,
        prompt: Prompt,
        *,
        max_tokens: int = 192,
        temperature: float = 0.0,
        top_p: float = 1.0,
        seed: int | None = None,
        repetition_penalty: float = 1.1,
        no_repeat: int = 6,
        cancel: threading.Event | None = None,
    ) -> str:
        """Text for a prompt: a text, or a dialogue as [{"role": "user", "content": ...}, ...].

        The shipped planner writes nothing but plan notation: for it the prompt is a command, and
        the answer is a plan ("pick [ the red block ]"), texts as pointers into the command.
        A text model and a server's model answer whatever they answer. repetition_penalty and
        no_repeat (see `Sampling`) keep an on-board text model from going round in circles; 1 and 0
        are the model alone.
        """
        words = self.stream(
            prompt,
            max_tokens=max_tokens,
            temperature=temperature,
            top_p=top_p,
            seed=seed,
            repetition_penalty=repetition_penalty,
            no_repeat=no_repeat,
            cancel=cancel,
        )
        return "".join(words).strip()

    def stream(
        self,
        prompt: Prompt,
        *,
        max_tokens: int = 192,
        temperature: float = 0.0,
        top_p: float = 1.0,
        seed: int | None = None,
        repetition_penalty: float = 1.1,
        no_repeat: int = 6,
        cancel: threading.Event | None = None,
    ) -> Iterator[str]:
        """As `generate_text`, piece by piece."""
        messages = _messages(prompt)
        sampling = Sampling(
            temperature,
            top_p,
            seed,
            max_tokens,
            repetition_penalty=repetition_penalty,
            no_repeat=no_repeat,
        )
        if self._local is not None:
            command = messages[-1]["content"]
            for word in self._local.write(command, sampling=sampling, cancel=cancel):
                yield f" {word}"
            return
        yield from self._server.stream(messages, sampling, cancel)

    def plan(self, request: PlanRequest, *, cancel: threading.Event | None = None) -> PlanResult:
        """A plan for a command. Raises PlanError when what was written is no plan, else
        ModelError."""
        began = time.perf_counter()
        if self._local is None:
            result: PlanResult = self._server.plan(request, cancel)
            # a text's probability says little of whether it is right
            return replace(result, confidence=1.0)
        words, out = self._write(request, [], cancel)
        text = " ".join(words)
        if out.stop == "time":
            raise PlanError(f"expected a finished plan, got one that took too long: {text}")
        if out.stop == "cancelled":
            raise PlanCancelledError(f"expected a finished plan, got cancelled at: {text}")
        resolve = pointers.resolver(request.command)

        def parse(text: str) -> Plan:
            return compact.parse(text, resolve)

        if out.runners_up and alternatives.problem(words, parse):
            until = time.perf_counter() + alternatives.TIME_S
            found = alternatives.better(
                words,
                out,
                lambda start: self._write(request, start, cancel),
                parse,
                lambda: time.perf_counter() > until,
            )
            words, out = found or (words, out)
            text = " ".join(words)
        if cancel is not None and cancel.is_set():
            raise PlanCancelledError(f"expected a plan that is wanted, got cancelled: {text}")
        plan = parse(text)
        understood = self._understood(request, (words, out), parse, plan, cancel)
        return PlanResult(
            plan,
            text,
            time.perf_counter() - began,
            out.prompt_tokens,
            len(words),
            self.info.to_dict(),
            understood.confidence,
            understood,
        )

    def _understood(
        self,
        request: PlanRequest,
        written: judge.Written,
        parse: Callable[[str], Plan],
        plan: Plan,
        cancel: threading.Event | None,
    ) -> Understanding:
        """How sure the plan is; in doubt, with the other plans that the model nearly wrote."""
        assert self._judge is not None
        first = self._judge.judged(
            request.command, request.pending, written, request.history, request.scene.objects
        )
        nearly: list[tuple[judge.Written, float]] = []
        words, out = written
        if first.confidence < request.act_from:
            until = time.perf_counter() + alternatives.TIME_S
            nearly = [
                (w, w[1].confidence / max(out.confidence, 1e-9))
                for w in alternatives.others(
                    words,
                    out,
                    lambda start: self._write(request, start, cancel),
                    lambda: time.perf_counter() > until,
                )
            ]
        return self._judge.understanding(
            request.command, request.pending, first, nearly, parse, (plan, " ".join(words))
        )

    def _write(
        self, request: PlanRequest, start: list[str], cancel: threading.Event | None
    ) -> tuple[list[str], Generation]:
        """The words of a plan that begins with `start`, and how they came about."""
        assert self._local is not None
        out = Generation()
        earlier = ". ".join(request.history[-3:])
        words = self._local.write(
            request.command,
            request.pending,
            situation.of_request(request, self._local.drives),
            cancel=cancel,
            start=" ".join(start),
            result=out,
            earlier=earlier,
        )
        return [*start, *words], out
