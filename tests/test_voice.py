"""Small talk goes to a voice, marked as talk; commands, refusals and questions of the table don't."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from rich.console import Console

from llmagentos.cli.chat import talk
from llmagentos.command import CommandResult
from llmagentos.errors import ModelError
from llmagentos.lang import codec
from llmagentos.voice import Voice, wants_talk


class Parrot:
    """Says what it was told last, and remembers all it was told."""

    def __init__(self) -> None:
        self.told: list[list[dict[str, str]]] = []

    def stream(self, messages: list[dict[str, str]], **options: Any) -> Iterator[str]:
        self.told.append(list(messages))
        yield from ("You said ", messages[-1]["content"])


def plan(text: str) -> dict[str, Any]:
    return codec.parse(text).to_json()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("answer greet", True),
        ("answer thanks", True),
        ('cannot know "the capital of France"', True),
        ('cannot weather "the weather"', True),
        ('cannot cut "the cake"', False),
        ("refuse throwing", False),
        ("answer count [ all block ]", False),
        ("pick [ the red block ]", False),
        ("answer greet ; pick [ the red block ]", False),
        ("home", False),
    ],
)
def test_which_plans_are_talk(text: str, wanted: bool) -> None:
    assert wants_talk(plan(text)) is wanted


def test_no_plan_is_no_talk() -> None:
    assert not wants_talk(None) and not wants_talk({"steps": []})


def test_what_moved_something_is_never_talk() -> None:
    voice = Voice(Parrot())  # type: ignore[arg-type]
    greeting = plan("answer greet")
    assert voice.wanted(CommandResult("hi", "answered", "Hello.", greeting))
    moved = ({"path": "0", "actions": [{"name": "move"}]},)
    assert not voice.wanted(CommandResult("hi", "answered", "Hello.", greeting, steps=moved))


def test_a_dialogue_is_remembered_for_three_turns_until_it_is_forgotten() -> None:
    llm = Parrot()
    voice = Voice(llm)  # type: ignore[arg-type]
    for i in range(6):
        assert "".join(voice.answer(str(i))) == f"You said {i}"
    roles = [m["role"] for m in llm.told[-1]]
    assert roles == ["system", *["user", "assistant"] * 3, "user"]
    assert llm.told[-1][1]["content"] == "2"
    voice.forget()
    assert "".join(voice.answer("again")) == "You said again"
    assert len(llm.told[-1]) == 2


def test_talk_is_marked_and_a_failing_model_is_a_sentence() -> None:
    class Broken:
        def generate_text(self, prompt: str, **options: Any) -> str:
            raise ModelError("expected a server, got none")

    for llm, said in (
        (Parrot(), "You said hi"),
        (Broken(), "(nothing: expected a server, got none)"),
    ):
        console = Console(file=io.StringIO(), width=100)
        talk(console, Voice(llm), "hi")  # type: ignore[arg-type]
        assert console.file.getvalue() == f"talk  {said}\n"  # type: ignore[attr-defined]
