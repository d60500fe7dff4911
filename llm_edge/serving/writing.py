"""One model's answers: text, JSON by a schema, calls of functions; plans from a planner.

Knows: models on board, grammars for tools. Does not know: HTTP, who is next.
"""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from llm_edge import pointers
from llm_edge.decoding import Generation, Sampling
from llm_edge.local import LocalPlanner
from llm_edge.serving.protocol import Answer, Ask, RequestError, Tool
from llm_edge.text import TextGeneration, TextModel
from llmagentos.errors import LLMAgentOSError
from llmagentos.lang import codec

#: An answer takes at most so long, seconds.
TIME_LIMIT_S = 600.0
_STOPS = {"end": "stop", "length": "length", "time": "length", "cancelled": "stop"}
_TOOLS = (
    "You can call a function. To call one, answer with nothing but JSON of the form "
    '{"name": <its name>, "arguments": {...}}. The functions:'
)


class Writer(Protocol):
    """Writes answers, one at a time."""

    def check(self, ask: Ask) -> None:
        """Raises RequestError for what it can't do."""
        ...

    def write(self, ask: Ask, answer: Answer, cancel: threading.Event) -> Iterator[str]:
        """Pieces of the answer; what is told of it is filled in at the end. cancel: ends it within
        a token. Raises RequestError, ModelError, PlanError."""
        ...


def check_text(ask: Ask) -> None:
    """Raises RequestError for what no text model can do."""
    if ask.tools and ask.schema is not None:
        raise RequestError("expected tools or a response_format, got both", param="response_format")


def check_plan(ask: Ask) -> None:
    """Raises RequestError for what no planner can do."""
    if ask.tools:
        raise RequestError(
            "expected no tools: this model writes robot plans and nothing else", param="tools"
        )


class TextWriter:
    """A text model's."""

    def __init__(self, model: TextModel) -> None:
        self._model = model

    def check(self, ask: Ask) -> None:
        """See Writer."""
        check_text(ask)

    def write(self, ask: Ask, answer: Answer, cancel: threading.Event) -> Iterator[str]:
        """See Writer."""
        sampling = Sampling(
            ask.temperature,
            ask.top_p,
            ask.seed,
            ask.max_tokens,
            TIME_LIMIT_S,
            repetition_penalty=1.1,
            no_repeat=6,
        )
        out = TextGeneration()
        schema, lark = _grammar(ask)
        messages = _with_tools(ask)
        bare = self._model.tokenizer.template is None
        prompt: Any = messages[-1]["content"] if bare else messages
        yield from self._model.stream(
            prompt, sampling, stop=ask.stop, schema=schema, lark=lark, cancel=cancel, result=out
        )
        answer.prompt_tokens, answer.cached_tokens = out.prompt_tokens, out.reused_tokens
        answer.tokens, answer.reason = len(out.tokens), _STOPS[out.stop]


class PlanWriter:
    """A planner's: the last message is a command, the answer a plan, in compact notation, or in JSON
    where the request asks for JSON."""

    def __init__(self, planner: LocalPlanner) -> None:
        self._planner = planner

    def check(self, ask: Ask) -> None:
        """See Writer."""
        check_plan(ask)

    def write(self, ask: Ask, answer: Answer, cancel: threading.Event) -> Iterator[str]:
        """See Writer."""
        command, out = ask.messages[-1]["content"], Generation()
        sampling = Sampling(ask.temperature, ask.top_p, ask.seed, ask.max_tokens)
        written: list[str] = []
        resolve = pointers.resolver(command)
        for word in self._planner.write(command, sampling=sampling, cancel=cancel, result=out):
            written.append(word)
        if not cancel.is_set():
            plan = codec.parse(" ".join(written), resolve)
            yield codec.write(plan) if ask.schema is None else json.dumps(plan.to_json())
        answer.prompt_tokens, answer.tokens = out.prompt_tokens, len(written)
        answer.reason = _STOPS[out.stop]


def calls_in(text: str, ask: Ask) -> list[Mapping[str, Any]]:
    """The call that an answer is, as a client reads it; [] where it is none."""
    if not ask.tools or not text.lstrip().startswith("{"):
        return []
    try:
        found = json.loads(text)
        name, arguments = str(found["name"]), json.dumps(found.get("arguments", {}))
    except (ValueError, TypeError, KeyError, AttributeError):
        return []  # cut off by a limit
    if name not in {tool.name for tool in ask.tools}:
        return []
    function = {"name": name, "arguments": arguments}
    return [{"id": f"call_{uuid.uuid4().hex[:24]}", "type": "function", "function": function}]


def _call_schema(tools: tuple[Tool, ...]) -> dict[str, Any]:
    return {
        "anyOf": [
            {
                "type": "object",
                "properties": {"name": {"const": t.name}, "arguments": dict(t.parameters)},
                "required": ["name", "arguments"],
                "additionalProperties": False,
            }
            for t in tools
        ]
    }


def _grammar(ask: Ask) -> tuple[dict[str, Any] | None, str | None]:
    """What the answer keeps to: a JSON schema, or a Lark grammar."""
    if not ask.tools:
        return (None if ask.schema is None else dict(ask.schema)), None
    if ask.must_call:
        return _call_schema(ask.tools), None
    call = json.dumps(_call_schema(ask.tools))
    return None, f"start: plain | call\nplain: /[^{{][\\s\\S]*/\ncall: %json {call}\n"


def _with_tools(ask: Ask) -> list[dict[str, str]]:
    """The messages; tools are told of in the first, whatever the chat template knows of them."""
    messages = [dict(m) for m in ask.messages]
    if not ask.tools:
        return messages
    told = [json.dumps({"name": t.name, "description": t.description,
                        "parameters": t.parameters}) for t in ask.tools]  # fmt: skip
    words = "\n".join([_TOOLS, *told])
    if messages[0]["role"] == "system":
        messages[0]["content"] = f"{messages[0]['content']}\n\n{words}"
        return messages
    return [{"role": "system", "content": words}, *messages]


def problem(exc: Exception) -> RequestError:
    """Any error as a client is told of it."""
    if isinstance(exc, RequestError):
        return exc
    if isinstance(exc, LLMAgentOSError):
        return RequestError(str(exc), 422)
    return RequestError(f"{type(exc).__name__}: {exc}", 500)
