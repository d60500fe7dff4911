"""A language model behind an OpenAI-compatible server (llama.cpp, vLLM, Ollama, a cloud).

Knows: /chat/completions, structured output by JSON schema, server-sent events, timeouts and
bounded retries. Does not know: which model answers. The key comes from the environment only.
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
from typing import Any

from pydantic import ValidationError

from llm_edge.decoding import Sampling
from llm_edge.engines.abortable import Exchange, abort_when, until_cancelled
from llm_edge.engines.prompts import FEW_SHOT, SYSTEM
from llmagentos.errors import PlanCancelledError, PlanError, ServerError
from llmagentos.lang import codec as compact
from llmagentos.lang.plan import Plan
from llmagentos.ports.modules import PlanRequest, PlanResult

#: Answers that a second try may cure.
_RETRYABLE = {408, 409, 429, 500, 502, 503, 504}
_MAX_ANSWER_BYTES = 4_000_000


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
        self.address = address.rstrip("/")
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
        problem = ""
        for attempt in range(self.retries + 1):
            pause_s = self.retry_wait_s * 2 ** (attempt - 1) if attempt else 0.0
            if waiting.wait(pause_s):
                raise PlanCancelledError("expected an answer, got cancelled")
            try:
                return exchange.open(self._request(body), self.timeout_s)
            except urllib.error.HTTPError as exc:
                problem = f"HTTP {exc.code}: {exc.read(300).decode(errors='replace')}"
                if exc.code not in _RETRYABLE:
                    break
            except (urllib.error.URLError, TimeoutError, ConnectionError) as exc:
                problem = str(getattr(exc, "reason", exc))
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
        schema: dict[str, Any] | None = None,
        cancel: threading.Event | None = None,
    ) -> tuple[str, dict[str, int]]:
        """(content, usage) of one answer. Raises ServerError; PlanCancelledError as soon as `cancel`
        is set, and cuts the connection then."""
        body = self._body(messages, s, False)
        if schema is not None:
            body["response_format"] = {
                "type": "json_schema",
                "json_schema": {"name": "plan", "schema": schema, "strict": False},
            }
        exchange = Exchange()

        def ask() -> bytes:
            with self._open(body, cancel, exchange) as response:
                return self._read(response)

        raw = until_cancelled(ask, cancel, exchange.cut)
        try:
            answer = json.loads(raw)
            content = answer["choices"][0]["message"]["content"]
        except (ValueError, KeyError, IndexError, TypeError) as exc:
            raise ServerError(f"expected a chat completion, got {raw[:200]!r}") from exc
        if not isinstance(content, str):
            raise ServerError(f"expected text content, got {content!r}")
        return content, answer.get("usage") or {}

    def _read(self, response: Any) -> bytes:
        try:
            raw: bytes = response.read(_MAX_ANSWER_BYTES + 1)
        except (TimeoutError, OSError) as exc:
            raise ServerError(f"expected an answer from {self.address}, got {exc}") from exc
        if len(raw) > _MAX_ANSWER_BYTES:
            raise ServerError(f"expected at most {_MAX_ANSWER_BYTES} bytes, got more")
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
                    yield from _pieces(response)
        except (PlanCancelledError, OSError, http.client.HTTPException) as exc:
            if cancel is not None and cancel.is_set():
                return
            raise ServerError(f"expected an answer from {self.address}, got {exc}") from exc

    # --- plans ------------------------------------------------------------------------------

    def plan(self, request: PlanRequest, cancel: threading.Event | None = None) -> PlanResult:
        """A plan by structured output. Raises PlanError when the answer is no plan."""
        began = time.perf_counter()
        messages = [{"role": "system", "content": SYSTEM}]
        for command, example in FEW_SHOT:
            plan = json.dumps(compact.parse(example).to_json())
            messages += [
                {"role": "user", "content": f"Command: {command}"},
                {"role": "assistant", "content": plan},
            ]
        messages.append({"role": "user", "content": user_message(request)})
        sampling = Sampling(max_tokens=self.max_tokens)
        text, usage = self.complete(messages, sampling, Plan.model_json_schema(), cancel)
        try:
            plan_ = Plan.model_validate_json(_json_part(text))
        except ValidationError as exc:
            raise PlanError(
                f"expected a plan in JSON, got {text[:200]!r}: {exc.errors()[0]['msg']}"
            ) from exc
        engine = {
            "backend": "openai-http",
            "model": self.model or self.address,
            "quantization": "unknown",
        }
        return PlanResult(
            plan_,
            text,
            time.perf_counter() - began,
            int(usage.get("prompt_tokens", 0)),
            int(usage.get("completion_tokens", 0)),
            engine,
        )


def _pieces(response: Any) -> Iterator[str]:
    """The texts in a stream of events. Raises ServerError for what is no such stream."""
    for line in response:
        data = line.decode(errors="replace").strip()
        if not data.startswith("data:"):
            continue
        data = data[5:].strip()
        if data == "[DONE]":
            return
        try:
            piece = json.loads(data)["choices"][0].get("delta", {}).get("content")
        except (ValueError, KeyError, IndexError, AttributeError) as exc:
            raise ServerError(f"expected a stream event, got {data[:200]!r}") from exc
        if piece:
            yield piece


def user_message(request: PlanRequest) -> str:
    """What the model is told: the scene, the dialogue, the command."""
    lines = ["Scene: " + (", ".join(o.label for o in request.scene.objects) or "empty table")]
    if request.history:
        lines.append("Earlier commands: " + " | ".join(request.history[-3:]))
    if request.pending:
        lines.append(f"The robot asked: {request.pending}")
    lines.append(f"Command: {request.command}")
    return "\n".join(lines)


def _json_part(text: str) -> str:
    """The JSON object in an answer that may be fenced."""
    start, end = text.find("{"), text.rfind("}")
    return text[start : end + 1] if 0 <= start < end else text
