"""What a question that waits can be answered with, each as a button would say it.

Knows: the questions that name their answers: which thing, which plan, yes or no. Does not know: pages;
how an answer is read (turns.py, options.py) - it is said like any other words.
"""

from __future__ import annotations

from dataclasses import dataclass

from llmagentos.dialogue import options
from llmagentos.dialogue.turns import Pending
from llmagentos.lang.wording import describe_object
from llmagentos.lang.wording.scene import MAX_NAMED
from llmagentos.types import Scene


@dataclass(frozen=True)
class Answer:
    """words: what a person sees. say: what is said to the robot for it."""

    words: str
    say: str


YES_OR_NO = (Answer("Yes", "yes"), Answer("No", "no"))
_ORDINALS = ("the first one", "the second one")


def answers_to(waits: Pending, scene: Scene) -> tuple[Answer, ...]:
    """The answers that a question names; () where it names none. Of many things those that the
    question itself names."""
    if waits.options:
        said = options.phrases(waits.options)
        return tuple(map(Answer, said, _ORDINALS)) or (YES_OR_NO if len(waits.options) == 1 else ())
    found = [o for o in (scene.get(each) for each in waits.candidates) if o is not None]
    shown = found if len(found) <= MAX_NAMED else found[: MAX_NAMED - 1]
    names = dict.fromkeys(describe_object(each, scene) for each in shown)
    return tuple(Answer(name, name) for name in names)
