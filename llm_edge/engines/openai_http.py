"""A language model behind an OpenAI-compatible server (llama.cpp, vLLM, Ollama, a cloud).

Knows: /chat/completions, which form of structured output a server takes, server-sent events,
timeouts and bounded retries. Does not know: which model answers, how answers are read
(server_answers.py). The key comes from the environment only.
"""

from __future__ import annotations

import http.client
import json
import os
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from llm_edge import examples
from llm_edge.decoding import Sampling
from llm_edge.engines import server_answers
from llm_edge.engines.abortable import Exchange, abort_when, until_cancelled
from llm_edge.engines.prompts import FEW_SHOT, NOTATION, SYSTEM
from llmagentos.errors import ModelError, PlanCancelledError, PlanError, ServerError
from llmagentos.lang import codec as compact
from llmagentos.lang.plan import Plan
from llmagentos.ports.modules import PlanRequest, PlanResult

#: Answers that a second try may cure.
_RETRYABLE = {408, 409, 429, 500, 502, 503, 504}
#: Answers of a server that does not know a response_format.
_UNFORMED = {400, 404, 415, 422, 500, 501}
_MAX_ANSWER_BYTES = 4_000_000
#: Longest wait that a server's Retry-After may ask for, seconds.
_LONGEST_WAIT_S = 30.0
#: Forms of an answer, the strictest first; what a server took is remembered for this process.
FORMS = ("json_schema", "json_object", "text")
_taken: dict[tuple[str, str], int] = {}
#: Examples from the shipped file beside those of the prompt.
_LIKE = 6


class _FormRefusedError(ServerError):
    """The server answers otherwise, but not in this form."""


def checked(address: str) -> str:
    """A server's address without its last slash. Raises ModelError for what can't be one."""
    plain = address.strip().rstrip("/")
    try:
        parts = urlsplit(plain)
        good = parts.scheme in ("http", "https") and bool(parts.hostname)
        _ = parts.port
    except ValueError as exc:
        raise ModelError(
            f"expected an address as http://host:port/v1, got '{plain}': {exc}"
        ) from exc
    if not good or any(c.isspace() or not c.isprintable() for c in plain):
        raise ModelError(f"expected an address as http://host:port/v1, got '{plain}'")
    return plain


class OpenAIServer:
    """`address`: the base URL, as "http://localhost:8080/v1". key_env: the variable that holds the
    key, if one is needed. retries: further tries after the first; the wait doubles from
    retry_wait_s."""

    def __init__(
        self,
        address: str,
        model: str | None = None,
        timeout_s: float = 60.0,
        retries: int = 2,
        retry_wait_s: float = 0.5,
        key_env: str = "OPENAI_API_KEY",
        max_tokens: int = 2048,
    ):
        self.address = checked(address)
        self.model = model or os.environ.get("LLMAGENTOS_MODEL", "")
        self.timeout_s, self.retries, self.retry_wait_s = timeout_s, retries, retry_wait_s
        self.max_tokens = max_tokens
        self._key_env = key_env

    # --- calls ------------------------------------------------------------------------------

    def _request(self, body: dict[str, Any]) -> urllib.request.Request:
        headers = {"Content-Type": "application/json", "User-Agent": "llmagentos"}
        if key := os.environ.get(self._key_env):
            headers["Authorization"] = f"Bearer {key}"
        return urllib.request.Request(
            f"{self.address}/chat/completions", json.dumps(body).encode(), headers
        )

    def _open(
        self, body: dict[str, Any], cancel: threading.Event | None, exchange: Exchange
    ) -> Any:
        """The open response. Raises ServerError after the last try, PlanCancelledError."""
        waiting = cancel or threading.Event()
        problem, asked_s = "", 0.0
        for attempt in range(self.retries + 1):
            pause_s = self.retry_wait_s * 2 ** (attempt - 1) if attempt else 0.0
            if waiting.wait(max(pause_s, asked_s)):
                raise PlanCancelledError("expected an answer, got cancelled")
            try:
                return exchange.open(self._request(body), self.timeout_s)
            except urllib.error.HTTPError as exc:
                problem = f"HTTP {exc.code}: {_start(exc)}"
                if "response_format" in body and exc.code in _UNFORMED:
                    raise _FormRefusedError(
                        f"expected an answer from {self.address}, got {problem}"
                    ) from exc
                asked_s = _retry_after_s(exc.headers.get("Retry-After"))
                if asked_s > _LONGEST_WAIT_S:
                    problem = f"{problem} (and a wait of {asked_s:.0f} s)"
                    break
                if exc.code not in _RETRYABLE:
                    break
            except http.client.HTTPException as exc:
                problem = f"no HTTP answer: {type(exc).__name__} {exc}"
            except ValueError as exc:  # a host's name that cannot be one
                raise ServerError(f"expected an answer from {self.address}, got {exc}") from exc
            except (urllib.error.URLError, TimeoutError, OSError) as exc:
                problem = str(getattr(exc, "reason", exc)) or type(exc).__name__
        raise ServerError(f"expected an answer from {self.address}, got {problem}")

    def _body(self, messages: list[dict[str, str]], s: Sampling, stream: bool) -> dict[str, Any]:
        body: dict[str, Any] = {
            "messages": messages,
            "temperature": s.temperature,
            "top_p": s.top_p,
            "max_tokens": s.max_tokens,
            "stream": stream,
        }
        if self.model:
            body["model"] = self.model
        if s.seed is not None:
            body["seed"] = s.seed
        return body

    def complete(
        self,
        messages: list[dict[str, str]],
        s: Sampling,
        response_format: dict[str, Any] | None = None,
        cancel: threading.Event | None = None,
    ) -> tuple[str, str, dict[str, int]]:
        """(text, why it ended, usage) of one answer. Raises ServerError; PlanCancelledError as soon
        as `cancel` is set, and cuts the connection then."""
        body = self._body(messages, s, False)
        if response_format is not None:
            body["response_format"] = response_format
        exchange = Exchange()

        def ask() -> bytes:
            with self._open(body, cancel, exchange) as response:
                return self._read(response)

        return server_answers.completion(until_cancelled(ask, cancel, exchange.cut))

    def _read(self, response: Any) -> bytes:
        try:
            raw: bytes = response.read(_MAX_ANSWER_BYTES + 1)
        except (TimeoutError, OSError, http.client.HTTPException) as exc:
            raise ServerError(f"expected an answer from {self.address}, got {exc!r}") from exc
        if len(raw) > _MAX_ANSWER_BYTES:
            raise ServerError(f"expected at most {_MAX_ANSWER_BYTES} bytes, got more")
        if response.length:
            raise ServerError(
                f"expected a whole answer from {self.address}, got one {response.length} bytes short"
            )
        return raw

    def stream(
        self,
        messages: list[dict[str, str]],
        s: Sampling,
        cancel: threading.Event | None = None,
    ) -> Iterator[str]:
        """Pieces of an answer as they come (server-sent events), until `cancel` is set."""
        body = self._body(messages, s, True)
        exchange = Exchange()
        try:
            with abort_when(cancel, exchange.cut):
                response = until_cancelled(
                    lambda: self._open(body, cancel, exchange), cancel, exchange.cut
                )
                with response:
                    yield from server_answers.spoken(server_answers.pieces(response))
        except (PlanCancelledError, OSError, http.client.HTTPException) as exc:
            if cancel is not None and cancel.is_set():
                return
            raise ServerError(f"expected an answer from {self.address}, got {exc}") from exc

    # --- plans ------------------------------------------------------------------------------

    def plan(self, request: PlanRequest, cancel: threading.Event | None = None) -> PlanResult:
        """A plan in the strictest form that the server takes; an answer that is none is sent back
        once with what is wrong with it. Raises PlanError when the second is none either."""
        began = time.perf_counter()
        sampling = Sampling(max_tokens=self.max_tokens)
        text, ended, usage = self._formed(request, [], sampling, cancel)
        try:
            plan = server_answers.plan_of(text, ended)
        except PlanError as exc:
            again = [
                {"role": "assistant", "content": text},
                {"role": "user", "content": f"That is no plan: {exc}. Answer with the plan alone."},
            ]
            text, ended, usage = self._formed(request, again, sampling, cancel)
            plan = server_answers.plan_of(text, ended)
        return PlanResult(
            plan,
            text,
            time.perf_counter() - began,
            _count(usage, "prompt_tokens"),
            _count(usage, "completion_tokens"),
            {
                "backend": "openai-http",
                "model": self.model or self.address,
                "quantization": "unknown",
            },
        )

    def _formed(
        self,
        request: PlanRequest,
        more: list[dict[str, str]],
        sampling: Sampling,
        cancel: threading.Event | None,
    ) -> tuple[str, str, dict[str, int]]:
        """One answer in the first form from the remembered one on that is not refused. more:
        messages behind those of the form."""
        key = (self.address, self.model)
        for at in range(_taken.get(key, 0), len(FORMS)):
            form = FORMS[at]
            asked = [*self._messages(request, form), *more]
            try:
                found = self.complete(asked, sampling, _response_format(form), cancel)
            except _FormRefusedError:
                continue
            _taken[key] = at
            return found
        raise ServerError(f"expected an answer from {self.address}, got none in any form")

    def _messages(self, request: PlanRequest, form: str = FORMS[0]) -> list[dict[str, str]]:
        """Rules, examples (fixed ones and such as are like the command), scene and command. In plain
        text plans are in compact notation: JSON without a schema is too easily got wrong."""
        notation = form == "text"
        out = [{"role": "system", "content": SYSTEM_TEXT if notation else SYSTEM}]
        like = [(e.command, e.plan) for e in examples.shipped().like(request.command, _LIKE)]
        for command, example in (*FEW_SHOT, *like):
            plan = example if notation else json.dumps(compact.parse(example).to_json())
            out += [
                {"role": "user", "content": f"Command: {command}"},
                {"role": "assistant", "content": plan},
            ]
        return [*out, {"role": "user", "content": user_message(request)}]


#: In plain text: the rules of meaning, then those of the notation.
SYSTEM_TEXT = f"{NOTATION}\nRules:{SYSTEM.partition('Rules:')[2]}"


def _response_format(form: str) -> dict[str, Any] | None:
    if form == "json_schema":
        schema = {"name": "plan", "schema": Plan.model_json_schema(), "strict": False}
        return {"type": "json_schema", "json_schema": schema}
    return {"type": "json_object"} if form == "json_object" else None


def _start(error: urllib.error.HTTPError) -> str:
    """The first words of an error's body, which may be cut off too."""
    try:
        return error.read(300).decode(errors="replace")
    except (OSError, http.client.HTTPException) as exc:
        return f"({exc!r})"


def _retry_after_s(value: str | None) -> float:
    """Seconds that a Retry-After header asks for: a number or a date; 0 for anything else."""
    if not value:
        return 0.0
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        until = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return 0.0
    now = datetime.now(timezone.utc)
    return max(0.0, (until.astimezone(timezone.utc) - now).total_seconds())


def _count(usage: dict[str, Any], key: str) -> int:
    """A number of tokens, 0 where the server says none or something else."""
    value = usage.get(key)
    return value if isinstance(value, int) else 0


def user_message(request: PlanRequest) -> str:
    """What the model is told: the scene, the dialogue, the command."""
    lines = ["Scene: " + (", ".join(o.label for o in request.scene.objects) or "empty table")]
    if request.history:
        lines.append("Earlier commands: " + " | ".join(request.history[-3:]))
    if request.pending:
        lines.append(f"The robot asked: {request.pending}")
    lines.append(f"Command: {request.command}")
    return "\n".join(lines)
