"""The robot's question about two plans that it wavers between, and the person's answer.

Knows: how the question is put, and which of its plans a short answer names: yes, no, the first one,
or words that only one of them has. Does not know: models; an answer that says more is a command and
is planned like any other.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from llmagentos.command import plain_command
from llmagentos.dialogue.rewrite import descriptions, substitute
from llmagentos.lang import plan as p
from llmagentos.lang.wording import describe_obj, describe_plan, describe_step

#: Steps of a plan that a question says; longer ones are asked about as a whole.
MAX_SAID = 3
_YES = frozenset(
    """yes yeah yep yup yea aye sure ok okay correct right exactly indeed absolutely definitely
    please do it go ahead that is thats what i meant mean of course""".split()
)
_NO = frozenset("no nope nah neither none dont do not it that of them those".split())
#: A yes or a no needs one of these; the others only go with them.
_SAYS_YES = frozenset(
    "yes yeah yep yup yea aye sure ok okay correct right exactly indeed absolutely definitely "
    "course ahead".split()
)
#: With more behind it ("yes, the bowl"); "right of the bowl" is no yes.
_BEGINS_YES = frozenset("yes yeah yep yup yea aye sure ok okay correct".split())
_SAYS_NO = frozenset("no nope nah neither none dont".split())
_FIRST = frozenset("first former 1st 1".split())
_LAST = frozenset("second latter last 2nd 2".split())
#: Steps that hold others; a question tells them whole.
_STRUCTURE = frozenset({"if", "for_each", "repeat", "until", "pace", "avoid", "patrol"})
#: Words that name nothing.
_SMALL = frozenset(
    """the a an one i mean meant to it please that this rather option of take into and you should
    shall do put""".split()
)

Answer = int | Literal["no", "which"]


def question_about(plans: Sequence[p.Plan]) -> str:
    """One short question: which of two things is meant, or which of two plans, or whether the
    likeliest plan is it."""
    said = [_said(plan) for plan in plans[:2]]
    if any(step.op in _STRUCTURE for step in plans[0].steps):
        return f"Do you mean: {' '.join(describe_plan(plans[0]))[:-1]}?"
    if len(said) < 2 or said[0] == said[1] or any(s.op in _STRUCTURE for s in plans[1].steps):
        return f"Shall I {said[0]}?"
    things = _things(plans[0], plans[1])
    if things is not None:
        return f"Do you mean {things[0]} or {things[1]}?"
    return f"Shall I {said[0]}, or {said[1]}?"


def phrases(plans: Sequence[p.Plan]) -> tuple[str, ...]:
    """What a question about plans offers, in its own words: two things or two plans; () where yes and
    no are the answers."""
    if len(plans) < 2 or any(step.op in _STRUCTURE for plan in plans[:2] for step in plan.steps):
        return ()
    said = _said(plans[0]), _said(plans[1])
    return () if said[0] == said[1] else _things(plans[0], plans[1]) or said


def _said(plan: p.Plan) -> str:
    words = [describe_step(step) for step in plan.steps[:MAX_SAID]]
    more = len(plan.steps) - MAX_SAID
    if more > 0:
        words.append(f"do {more} more thing{'s' if more > 1 else ''}")
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _things(a: p.Plan, b: p.Plan) -> tuple[str, str] | None:
    """The two descriptions where plans differ in nothing else; None where they do."""
    for one in descriptions(a.steps):
        for other in descriptions(b.steps):
            if one != other and substitute(a.steps, one, other) == b.steps:
                words = describe_obj(one), describe_obj(other)
                return words if words[0] != words[1] else None
    return None


def answer(command: str, plans: Sequence[p.Plan]) -> Answer | None:
    """Which of the plans asked about a short answer takes: its index, "no" for none of them,
    "which" for a yes to two. None for what has to be planned."""
    words = plain_command(command.replace("'", "").replace("’", "")).split()
    if not words:
        return None
    if set(words) <= _NO and set(words) & _SAYS_NO:
        return "no"
    if set(words) <= _YES and set(words) & _SAYS_YES:
        return 0 if len(plans) == 1 else "which"
    if words[0] in _BEGINS_YES and len(plans) == 1 and _names(words[1:], _said(plans[0])):
        return 0
    if words[0] in _SAYS_NO:
        return None
    telling = [w for w in words if w not in _SMALL]
    if len(plans) == 2 and len(telling) == 1 and telling[0] in _FIRST | _LAST:
        return 0 if telling[0] in _FIRST else 1
    if len(plans) < 2 or not telling:
        return None
    asked = _things(plans[0], plans[1]) or (_said(plans[0]), _said(plans[1]))
    named = [i for i, phrase in enumerate(asked) if _names(telling, phrase)]
    return named[0] if len(named) == 1 else None


def _names(words: Sequence[str], phrase: str) -> bool:
    """Whether every telling word stands in the phrase."""
    own = set(re.findall(r"[a-z0-9]+", phrase.lower()))
    return all(w in own for w in words if w not in _SMALL)
