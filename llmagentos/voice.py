"""Small talk and questions beyond the table: a language model answers, and only talks.

Knows: which plans say that a person wants to talk, what the model is told about itself. Does not
know: the robot. Whatever comes from here is words: it has nothing that moves, it is asked after a
command has ended, and only about commands whose plan moves nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from llmagentos.command import CommandResult
from llmagentos.errors import ModelError
from llmagentos.ports.modules import LanguageModel

#: What the robot can't know, by the plan word behind `cannot`.
_BEYOND = ("know", "weather")
#: What is said for company, by the plan word behind `answer`.
_COMPANY = ("greet", "thanks", "bye")
#: Turns of talk that the model is reminded of.
TURNS = 3
_ABOUT = (
    "You are the friendly voice of a robot arm at a table. You chat in one to three short sentences "
    "of plain English. You cannot move anything yourself, and you never say that you did."
)


def wants_talk(plan: Mapping[str, Any] | None) -> bool:
    """Whether a plan (as data) is nothing but talk: one step that greets, or that says what the
    robot cannot know. Refusals, inabilities of the arm and questions about the table are not."""
    steps = (plan or {}).get("steps") or []
    if len(steps) != 1:
        return False
    step = steps[0]
    if step.get("op") == "cannot":
        return step.get("reason") in _BEYOND
    return step.get("op") == "answer" and (step.get("query") or {}).get("query") in _COMPANY


class Voice:
    """Talks with a language model. llm: writes text; anything with `stream` or `generate_text`."""

    def __init__(self, llm: LanguageModel):
        self._llm: Any = llm
        self._turns: list[tuple[str, str]] = []

    def wanted(self, result: CommandResult) -> bool:
        """Whether this command was talk: its plan says so, and nothing was done."""
        return not any(s.get("actions") for s in result.steps) and wants_talk(result.plan)

    def answer(self, text: str) -> Iterator[str]:
        """The pieces of an answer as they come. Raises ModelError where the model fails."""
        messages = [{"role": "system", "content": _ABOUT}]
        for said, answered in self._turns[-TURNS:]:
            messages += [
                {"role": "user", "content": said},
                {"role": "assistant", "content": answered},
            ]
        messages.append({"role": "user", "content": text})
        pieces: list[str] = []
        for piece in self._pieces(messages):
            pieces.append(piece)
            yield piece
        self._turns.append((text, "".join(pieces).strip()))

    def forget(self) -> None:
        """A new session begins."""
        self._turns.clear()

    def _pieces(self, messages: Sequence[Mapping[str, str]]) -> Iterator[str]:
        options = {"max_tokens": 96, "temperature": 0.6, "top_p": 0.9}
        if hasattr(self._llm, "stream"):
            yield from self._llm.stream(messages, **options)
        elif hasattr(self._llm, "generate_text"):
            yield self._llm.generate_text(messages[-1]["content"], **options)
        else:
            raise ModelError(f"expected a model that writes, got {type(self._llm).__name__}")
