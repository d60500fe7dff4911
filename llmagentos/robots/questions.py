"""Questions in a robot.yaml that is not finished: what a person has to decide.

Knows: how a question stands in the file. Does not know: what is asked (robot_setup), fields.

A question is a comment `# ? field: words`, goes on in comments that are indented, and is answered
once the field has a value. The comment may stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

_HEAD = re.compile(r"\s*#\s*\?\s*([\w.]+)\s*:\s*(.*)")
_MORE = re.compile(r"\s*# {3,}(.*)")
_WIDTH = 100


@dataclass(frozen=True)
class Question:
    """field: dotted, as in "gripper.max_force_n". words: what is asked. candidates: possible
    answers, as YAML."""

    field: str
    words: str
    candidates: tuple[str, ...] = ()

    def lines(self, indent: str = "") -> Iterator[str]:
        """The comment, and below it the field without a value."""
        text = self.words
        if self.candidates:
            text += f" Candidates: {' | '.join(self.candidates)}"
        words, line = text.split(), f"{indent}# ? {self.field}:"
        for word in words:
            if len(line) + 1 + len(word) > _WIDTH:
                yield line
                line = f"{indent}#    "
            line += f" {word}"
        yield line
        yield f"{indent}{self.field.rpartition('.')[2]}:"


def questions_in(text: str) -> list[Question]:
    """All questions of a file's text, answered ones too."""
    found: list[Question] = []
    field, words = "", []
    for line in [*text.splitlines(), ""]:
        head, more = _HEAD.match(line), _MORE.match(line)
        if field and more and not head:
            words.append(more[1].strip())
            continue
        if field:
            asked, _, listed = " ".join(words).partition(" Candidates: ")
            found.append(Question(field, asked, tuple(listed.split(" | ")) if listed else ()))
        field, words = (head[1], [head[2].strip()]) if head else ("", [])
    return found


def open_questions(text: str, data: Any) -> list[Question]:
    """Those whose field has no value in `data`, the file's content."""
    return [q for q in questions_in(text) if _value(data, q.field.split(".")) is None]


def _value(data: Any, keys: Sequence[str]) -> Any:
    for key in keys:
        data = data.get(key) if isinstance(data, dict) else None
    return data
