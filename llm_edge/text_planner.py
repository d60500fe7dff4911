"""Plans written by a larger checkpoint on board: the plan language's JSON schema as a grammar.

Knows: the prompt that servers get too, structured output. Does not know: engines. Scene and
examples come before the command, so that a second command in the same scene reads little.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import ValidationError

from llm_edge.chat import Message
from llm_edge.decoding import Sampling
from llm_edge.engines.openai_http import user_message
from llm_edge.engines.prompts import FEW_SHOT, SYSTEM
from llm_edge.text import TextGeneration, TextModel
from llmagentos.errors import PlanCancelledError, PlanError
from llmagentos.lang import codec as compact
from llmagentos.lang.plan import Plan
from llmagentos.ports.modules import PlanRequest, PlanResult


def grammar_schema() -> dict[str, Any]:
    """The plan's JSON schema as llguidance takes it: an `anyOf` without a discriminator where
    pydantic writes a `oneOf` with one. The constant `op` or `cond` of each option tells them apart.
    """
    plain: dict[str, Any] = _any_of(Plan.model_json_schema())
    return plain


def _any_of(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {
            "anyOf" if key == "oneOf" else key: _any_of(value)
            for key, value in schema.items()
            if key != "discriminator"
        }
    return [_any_of(item) for item in schema] if isinstance(schema, list) else schema


class TextPlanner:
    """The same calls as the server client. max_tokens: longest plan in tokens. text: a model that
    is loaded already, instead of the folder `name`."""

    def __init__(
        self,
        name: str = "",
        engine: str = "auto",
        threads: int = 1,
        max_tokens: int = 768,
        text: TextModel | None = None,
    ):
        self._text = text or TextModel(name, engine, threads)
        self.skipped = self._text.skipped
        quantization = str(self._text.manifest.get("quantization", "none"))
        self.info = {
            "backend": self._text.engine.name,
            "model": self._text.path.name,
            "quantization": quantization,
        }
        self._max_tokens = max_tokens

    def stream(
        self,
        messages: Sequence[Message],
        sampling: Sampling,
        cancel: threading.Event | None = None,
    ) -> Iterator[str]:
        """Answer a dialogue, piece by piece; no plan, no constraint. A model without a chat
        template continues the last message's text."""
        bare = self._text.tokenizer.template is None
        prompt = messages[-1]["content"] if bare else list(messages)
        yield from self._text.stream(prompt, sampling, cancel=cancel)

    def plan(self, request: PlanRequest, cancel: threading.Event | None = None) -> PlanResult:
        """Raises PlanError when a limit cut the plan off or the schema's finer rules are broken."""
        began = time.perf_counter()
        examples = [{"role": "system", "content": SYSTEM}]
        for command, example in FEW_SHOT:
            answer = json.dumps(compact.parse(example).to_json())
            examples += [
                {"role": "user", "content": f"Command: {command}"},
                {"role": "assistant", "content": answer},
            ]
        messages = [*examples, {"role": "user", "content": user_message(request)}]
        out = TextGeneration()
        sampling = Sampling(max_tokens=self._max_tokens, time_limit_s=120.0)
        text = self._text.generate(
            messages, sampling, schema=grammar_schema(), cancel=cancel, result=out
        )
        if out.stop == "cancelled":
            raise PlanCancelledError(
                f"expected a finished plan, got one that was cancelled: {text[:200]}"
            )
        if out.stop != "end":
            raise PlanError(
                f"expected a finished plan, got one that was stopped ({out.stop}): {text[:200]}"
            )
        try:
            plan = Plan.model_validate_json(text)
        except ValidationError as exc:
            raise PlanError(
                f"expected a plan in JSON, got {text[:200]!r}: {exc.errors()[0]['msg']}"
            ) from exc
        seconds = time.perf_counter() - began
        return PlanResult(
            plan, text, seconds, out.prompt_tokens, len(out.tokens), dict(self.info), out.confidence
        )
