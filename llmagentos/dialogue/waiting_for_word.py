"""Steps that wait for the person's word: "when I say go, ...".

Knows: where a plan is cut, and which words are the one that is waited for. Does not know: how plans
are carried out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from llmagentos.lang import plan as p
from llmagentos.lang.wording.declining import GO

#: Words that may stand beside the one that is waited for.
_FILLERS = frozenset("ok okay now please and alright right well so then yes it robot".split())
#: As many steps a plan can have.
MAX_STEPS = 24
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Armed:
    """What is done once the person says `word`."""

    word: str
    steps: tuple[Any, ...]

    def is_given(self, command: str, written: p.Plan) -> bool:
        """Whether this is the word: said alone, but for fillers, or a plain yes."""
        yes = len(written.steps) == 1 and isinstance(written.steps[0], p.Yes)
        return yes or self.is_said(command)

    def is_said(self, command: str) -> bool:
        """Whether the words alone are the one that is waited for."""
        said, wanted = words_of(command), words_of(self.word)
        if not set(wanted) <= set(said):
            return False
        return all(word in wanted or word in _FILLERS for word in said)

    def is_taken_back(self, written: p.Plan) -> bool:
        """Whether the person calls it off."""
        return any(isinstance(s, p.No | p.Stop | p.Undo) for s in written.steps)


def words_of(text: str) -> list[str]:
    """The words in small letters, without marks."""
    return _WORD.findall(text.lower())


def parted(steps: Sequence[Any]) -> tuple[tuple[Any, ...], Armed | None]:
    """The steps up to the first that waits, and what follows once the word was said."""
    for k, step in enumerate(steps):
        if isinstance(step, p.WhenTold):
            after = (*step.body, *steps[k + 1 :])
            if len(after) > MAX_STEPS:
                after = (p.Repeat(n=1, body=step.body), *steps[k + 1 :])
            return tuple(steps[: k + 1]), Armed(step.word or GO, after)
    return tuple(steps), None
