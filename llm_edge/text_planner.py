"""Plans written by a larger checkpoint on board, in the compact notation under its grammar.

Knows: the prompt (what the notation means, examples like the command), which texts and numbers a
plan may take from a command. Does not know: engines. Rules come before examples, so that a second
command reads only examples and itself.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence

from llm_edge import examples, plan_grammar
from llm_edge.chat import Message
from llm_edge.decoding import Sampling
from llm_edge.engines.prompts import NOTATION
from llm_edge.text import TextGeneration, TextModel
from llmagentos.errors import PlanCancelledError, PlanError
from llmagentos.lang import codec as compact
from llmagentos.ports.modules import PlanRequest, PlanResult

#: Examples in a prompt.
EXAMPLES = 12


def asked(command: str, pending: str = "") -> str:
    """How a command is put to the model, after the robot's own question where there is one."""
    return f"The robot asked: {pending}\n{command}" if pending else command


def messages_for(request: PlanRequest, count: int = EXAMPLES) -> list[Message]:
    """The prompt: the notation's rules, examples like the command, the command."""
    out = [{"role": "system", "content": NOTATION}]
    for example in examples.shipped().like(request.command, count):
        out += [
            {"role": "user", "content": example.command},
            {"role": "assistant", "content": f" {example.plan}"},
        ]
    return [*out, {"role": "user", "content": asked(request.command, request.pending)}]


class TextPlanner:
    """The same calls as the server client. max_tokens: longest plan in tokens. text: a model that
    is loaded already, instead of the folder `name`. count: examples in the prompt."""

    def __init__(
        self,
        name: str = "",
        engine: str = "auto",
        threads: int = 1,
        max_tokens: int = 384,
        text: TextModel | None = None,
        count: int = EXAMPLES,
    ):
        self._text = text or TextModel(name, engine, threads)
        self.skipped = self._text.skipped
        quantization = str(self._text.manifest.get("quantization", "none"))
        self.info = {
            "backend": self._text.engine.name,
            "model": self._text.path.name,
            "quantization": quantization,
        }
        self._max_tokens, self._count = max_tokens, count

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

    def _prompt(self, request: PlanRequest) -> str | list[Message]:
        messages = messages_for(request, self._count)
        if self._text.tokenizer.template is not None:
            return messages
        names = {"system": "", "user": "Command: ", "assistant": "Plan:"}
        lines = [names[m["role"]] + m["content"] for m in messages]
        return "\n".join([*lines, "Plan:"])

    def plan(self, request: PlanRequest, cancel: threading.Event | None = None) -> PlanResult:
        """Raises PlanError when a limit cut the plan off or the plan's finer rules are broken."""
        began = time.perf_counter()
        out = TextGeneration()
        sampling = Sampling(max_tokens=self._max_tokens, time_limit_s=120.0)
        lark = plan_grammar.for_command(request.command)
        text = self._text.generate(
            self._prompt(request), sampling, lark=lark, cancel=cancel, result=out
        ).strip()
        if out.stop == "cancelled":
            raise PlanCancelledError(
                f"expected a finished plan, got one that was cancelled: {text[:200]}"
            )
        if out.stop != "end":
            raise PlanError(
                f"expected a finished plan, got one that was stopped ({out.stop}): {text[:200]}"
            )
        plan = compact.parse(text)
        seconds = time.perf_counter() - began
        return PlanResult(
            plan, text, seconds, out.prompt_tokens, len(out.tokens), dict(self.info), out.confidence
        )
