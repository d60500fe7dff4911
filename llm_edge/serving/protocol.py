"""What a request may ask, checked, and what an answer looks like: OpenAI's chat completions.

Knows: the fields of https://platform.openai.com/docs/api-reference/chat that change an answer, and
says of those that cannot be had here which they are. Does not know: models, HTTP.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

#: Tokens of an answer where the request names no number.
MAX_TOKENS = 512


class RequestError(Exception):
    """A request that can't be answered. status: of HTTP; param: the field that is wrong."""

    def __init__(self, words: str, status: int = 400, code: str = "", param: str = "") -> None:
        super().__init__(words)
        self.status, self.code, self.param = status, code, param

    def to_json(self) -> dict[str, Any]:
        """As OpenAI's clients read it."""
        kind = "invalid_request_error" if self.status < 500 else "server_error"
        told = {"message": str(self), "type": kind, "param": self.param or None}
        return {"error": {**told, "code": self.code or None}}


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Text(_Part):
    type: Literal["text"]
    text: str


class _Call(_Part):
    name: str
    arguments: str = "{}"


class _ToolCall(_Part):
    id: str = ""
    function: _Call


class _Message(_Part):
    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | list[_Text] | None = None
    tool_calls: list[_ToolCall] = []
    tool_call_id: str = ""


class _Function(_Part):
    name: str = Field(min_length=1, max_length=64)
    description: str = ""
    parameters: dict[str, Any] = {"type": "object", "properties": {}}


class _Tool(_Part):
    type: Literal["function"] = "function"
    function: _Function


class _Schema(_Part):
    name: str = "answer"
    schema_: dict[str, Any] = Field({"type": "object"}, alias="schema")


class _Format(_Part):
    type: Literal["text", "json_object", "json_schema"] = "text"
    json_schema: _Schema | None = None


class _StreamOptions(_Part):
    include_usage: bool = False


class _Body(_Part):
    model: str = ""
    messages: list[_Message] = Field(min_length=1)
    stream: bool = False
    stream_options: _StreamOptions | None = None
    max_tokens: int | None = Field(None, ge=1)
    max_completion_tokens: int | None = Field(None, ge=1)
    temperature: float | None = Field(None, ge=0.0, le=2.0)
    top_p: float | None = Field(None, gt=0.0, le=1.0)
    seed: int | None = None
    stop: str | list[str] | None = None
    response_format: _Format | None = None
    tools: list[_Tool] = []
    tool_choice: Literal["none", "auto", "required"] | dict[str, Any] = "auto"
    n: int | None = None
    logprobs: bool | None = None


@dataclass(frozen=True)
class Tool:
    """A function that the model may ask the client to call."""

    name: str
    description: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True)
class Ask:
    """A request, checked. schema: the JSON schema that the answer keeps to; None: any text. tools:
    those that may be called; must_call: one of them has to be. stop: words that end the answer."""

    model: str
    messages: tuple[Mapping[str, str], ...]
    stream: bool = False
    usage: bool = False
    max_tokens: int = MAX_TOKENS
    temperature: float = 0.0
    top_p: float = 1.0
    seed: int | None = None
    stop: tuple[str, ...] = ()
    schema: Mapping[str, Any] | None = None
    tools: tuple[Tool, ...] = ()
    must_call: bool = False


def read(body: bytes) -> Ask:
    """A request's body. Raises RequestError with the field and what was expected there."""
    try:
        given = json.loads(body)
    except ValueError as exc:
        raise RequestError(f"expected JSON, got: {exc}") from exc
    try:
        asked = _Body.model_validate(given)
    except ValidationError as exc:
        first = exc.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise RequestError(f"{where or 'body'}: {first['msg']}", param=where) from exc
    if asked.n not in (None, 1):
        raise RequestError(f"expected n 1, got {asked.n}: one answer a request", param="n")
    if asked.logprobs:
        raise RequestError("expected no logprobs: they can't be had here", param="logprobs")
    tools, must = _tools(asked)
    return Ask(
        asked.model,
        tuple(_plain(m) for m in asked.messages),
        asked.stream,
        asked.stream_options is not None and asked.stream_options.include_usage,
        asked.max_completion_tokens or asked.max_tokens or MAX_TOKENS,
        asked.temperature or 0.0,
        1.0 if asked.top_p is None else asked.top_p,
        asked.seed,
        (asked.stop,) if isinstance(asked.stop, str) else tuple(asked.stop or ()),
        _schema(asked.response_format),
        tools,
        must,
    )


def _schema(form: _Format | None) -> Mapping[str, Any] | None:
    if form is None or form.type == "text":
        return None
    if form.type == "json_object":
        return {"type": "object"}
    if form.json_schema is None:
        raise RequestError("expected a json_schema, got none", param="response_format.json_schema")
    return form.json_schema.schema_


def _tools(asked: _Body) -> tuple[tuple[Tool, ...], bool]:
    every = tuple(
        Tool(t.function.name, t.function.description, t.function.parameters) for t in asked.tools
    )
    choice = asked.tool_choice
    if isinstance(choice, str):
        if choice == "required" and not every:
            raise RequestError("expected tools to call, got none", param="tools")
        return (() if choice == "none" else every), choice == "required"
    name = (
        choice.get("function", {}).get("name") if isinstance(choice.get("function"), dict) else ""
    )
    named = tuple(t for t in every if t.name == name)
    if not named:
        raise RequestError(f"expected a tool of the request, got {name!r}", param="tool_choice")
    return named, True


def _plain(message: _Message) -> dict[str, str]:
    """A message as chat templates take it: role and text."""
    content = message.content
    text = content if isinstance(content, str) else "".join(p.text for p in content or ())
    if message.tool_calls:
        calls = [
            {"name": c.function.name, "arguments": _arguments(c.function.arguments)}
            for c in message.tool_calls
        ]
        text = "\n".join([*([text] if text else []), *(json.dumps(call) for call in calls)])
    if message.role == "tool":
        return {"role": "user", "content": f"The function's result: {text}"}
    return {"role": "system" if message.role == "developer" else message.role, "content": text}


def _arguments(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


@dataclass
class Answer:
    """What is told of an answer. reason: stop, length or tool_calls."""

    model: str
    reason: str = "stop"
    prompt_tokens: int = 0
    cached_tokens: int = 0
    tokens: int = 0
    number: str = field(default_factory=lambda: f"chatcmpl-{uuid.uuid4().hex}")
    created: int = field(default_factory=lambda: int(time.time()))

    def usage(self) -> dict[str, Any]:
        """Tokens read and written; those that were still in the cache are read for nothing."""
        return {
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.tokens,
            "total_tokens": self.prompt_tokens + self.tokens,
            "prompt_tokens_details": {"cached_tokens": self.cached_tokens},
        }

    def whole(self, text: str, calls: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """A whole answer."""
        message: dict[str, Any] = {"role": "assistant", "content": None if calls else text}
        if calls:
            message["tool_calls"] = list(calls)
        choice = {"index": 0, "message": message, "finish_reason": self.reason, "logprobs": None}
        return {**self._head("chat.completion"), "choices": [choice], "usage": self.usage()}

    def chunk(self, delta: Mapping[str, Any], last: bool = False) -> dict[str, Any]:
        """A piece of a streamed one."""
        choice = {"index": 0, "delta": dict(delta), "finish_reason": self.reason if last else None}
        return {**self._head("chat.completion.chunk"), "choices": [choice]}

    def used(self) -> dict[str, Any]:
        """The piece after the last, where the client asks for it."""
        return {**self._head("chat.completion.chunk"), "choices": [], "usage": self.usage()}

    def _head(self, kind: str) -> dict[str, Any]:
        return {"id": self.number, "object": kind, "created": self.created, "model": self.model}
