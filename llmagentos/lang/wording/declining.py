"""Whole sentences for plans that end without motion: a question, an inability, a refusal.

Knows: `ask`, `cannot`, `unclear` and `refuse` steps. Does not know: the scene, nor who decided so.
"""

from __future__ import annotations

from llmagentos.lang import plan as p
from llmagentos.lang import words as w
from llmagentos.lang.wording import describe_obj, describe_step, inability_words, refusal_words
from llmagentos.lang.wording.steps import GO

__all__ = ["GO", "ask_words", "cannot_words", "no_base_words", "refuse_words", "unclear_words"]

#: What a person may want instead.
_INSTEAD = "I can pick up, put, push, turn, stack and arrange the things on the table."
_INSTEAD_KNOW = "I can tell you what is on the table and what I have done."
_DRIVING = "I can drive over this floor to places that I know, look round and follow a wall."
_DRIVING_WITH_ARM = (
    "I can drive to places that I know, look for things, fetch them and put them down."
)
_DRIVING_KNOW = "I can tell you where I am, what I see and what I have done."


def ask_words(step: p.Ask) -> str:
    """ "Which red block do you mean?", "On which side?"."""
    if step.about == "which" and step.obj is not None:
        noun = describe_obj(step.obj.model_copy(update={"quant": "the"}))
        return f"Which {noun.removeprefix('the ')} do you mean?"
    if step.about == "what" and step.obj is not None:
        return f"What shall I do with {describe_obj(step.obj)}?"
    return w.QUESTIONS[step.about].asks


def cannot_words(step: p.Cannot, drives: bool = False, has_arm: bool = True) -> str:
    """'I can't cut things ("cut the cake"). I can pick up, put ...' drives: it is said by a robot
    with a base, to whom "I can't drive" would be untrue."""
    said = f' ("{step.what}")' if step.what else ""
    what = "drive there" if drives and step.reason == "drive" else inability_words(step.reason)
    if w.INABILITIES[step.reason].knowing:
        instead = _DRIVING_KNOW if drives else _INSTEAD_KNOW
    elif drives:
        instead = _DRIVING_WITH_ARM if has_arm else _DRIVING
    else:
        instead = _INSTEAD
    return f"I can't {what}{said}. {instead}"


def no_base_words(step: p.Node) -> str:
    """What an arm that stands fast says to a drive: as it says that it can't."""
    return f'I can\'t {inability_words("drive")} ("{describe_step(step)}"). {_INSTEAD}'


def unclear_words(step: p.Unclear) -> str:
    """'I did not understand "flurb". ...'"""
    what = f' "{step.what}"' if step.what else " that"
    return f"I did not understand{what}. Can you say it in other words?"


def refuse_words(step: p.Refuse) -> str:
    """ "I won't do that: that could hurt someone."."""
    return f"I won't do that: {refusal_words(step.reason)}."
