"""What an arm's folder will hold, as it is being found out.

Knows: fields, why they are what they are, questions. Does not know: how anything is found out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from llmagentos.robots.questions import Question


@dataclass
class Draft:
    """name: of the arm and its files. values: what robot.yaml holds; notes: a comment by field;
    questions: by field, in place of values. urdf: the text of the URDF beside it."""

    name: str
    urdf: str = field(repr=False, default="")
    values: dict[str, object] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def fill(self, name: str, value: object, why: str) -> None:
        """A field with one sensible answer, and why it is that."""
        self.values[name], self.notes[name] = value, why
        self.said.append(f"{name}: {why}")

    def ask(self, name: str, words: str, candidates: Sequence[str] = ()) -> None:
        """A field that a person has to decide."""
        self.questions.append(Question(name, words, tuple(candidates)))
