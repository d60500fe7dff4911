"""Steps that are words: say, answer, remember, refuse, cannot, ask, unclear, when_told.

Knows: what each says and how it ends the plan. Does not know: motion, nor steps about earlier
commands (turns.py).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from llmagentos.dialogue.questions import answer
from llmagentos.dialogue.session import Session
from llmagentos.grounding.placement import resolve_marks
from llmagentos.lang import plan as p
from llmagentos.lang.wording import describe_obj
from llmagentos.lang.wording.declining import (
    GO,
    ask_words,
    cannot_words,
    refuse_words,
    unclear_words,
)
from llmagentos.ports.failures import Failure
from llmagentos.tasks import Scope, StepProblem

_OPS = (
    "say", "answer", "remember", "refuse", "cannot", "unclear", "ask", "stop", "yes", "no",
    "when_told",
)  # fmt: skip


def handles(step: Any) -> bool:
    """Whether the step needs no action."""
    return step.op in _OPS


def carry_out(step: Any, session: Session, scope: Scope) -> None:
    """Say it. Raises StepProblem for what ends the plan with a question or a refusal."""
    _CARRY[step.op](step, session, scope)


def _say(step: p.Say, session: Session, scope: Scope) -> None:
    session.answered = True
    session.say(step.text)


def _answer(step: p.Answer, session: Session, scope: Scope) -> None:
    facts = replace(session.memory.facts(), hand=session.skills.hand())
    found = answer(step.query, scope.context(), facts)
    if found.ids:
        session.memory.note_answer(found.ids)
    session.answered = True
    session.say(found.reply)


def _remember(step: p.Remember, session: Session, scope: Scope) -> None:
    memory = session.memory
    session.answered = True
    if step.obj is not None:
        ids = scope.ground(step.obj)
        if len(ids) != 1:
            raise StepProblem(Failure.IMPOSSIBLE, "I can give a name to one thing at a time.")
        memory.remember(step.name, ids[0])
        memory.note_mention(ids)
        session.say(f'I\'ll call {describe_obj(step.obj)} "{step.name}".')
        return
    memory.remember(step.name, _point_of(step.place, scope))
    session.say(f'I\'ll remember that place as "{step.name}".')


def _point_of(place: p.Place | None, scope: Scope) -> tuple[float, float]:
    ctx = scope.context()
    if place is not None and place.rel == "at" and place.region not in (None, "corner", "side"):
        from llmagentos.grounding.placement.table import inset_point

        return inset_point(ctx.scene.workspace, str(place.region))
    if place is not None and place.obj is not None:
        marks = resolve_marks(place, ctx)
        mark = ctx.scene.get(marks.ids[0]) if marks.ids else None
        if mark is not None:
            return mark.position[0], mark.position[1]
    if ctx.last_spot is not None:
        return ctx.last_spot
    raise StepProblem(Failure.NO_REFERENT, "Which place do you mean?")


def _refuse(step: p.Refuse, session: Session, scope: Scope) -> None:
    raise StepProblem(Failure.REFUSED, refuse_words(step))


def _cannot(step: p.Cannot, session: Session, scope: Scope) -> None:
    base = scope.context().scene.base
    words = cannot_words(step, base is not None, base is None or base.has_arm)
    raise StepProblem(Failure.CANNOT, words)


def _ask(step: p.Ask, session: Session, scope: Scope) -> None:
    raise StepProblem(Failure.UNCLEAR, ask_words(step), step.obj)


def _unclear(step: p.Unclear, session: Session, scope: Scope) -> None:
    raise StepProblem(Failure.NOT_UNDERSTOOD, unclear_words(step))


def _when_told(step: p.WhenTold, session: Session, scope: Scope) -> None:
    session.answered = True
    session.say(f'All right: I am waiting for you to say "{step.word or GO}".')


def _stop(step: p.Stop, session: Session, scope: Scope) -> None:
    session.answered = True
    session.say("I have stopped. Nothing is moving.")


def _yes(step: Any, session: Session, scope: Scope) -> None:
    session.answered = True
    session.say("I didn't ask anything. What shall I do?")


_CARRY: dict[str, Any] = {
    "say": _say,
    "answer": _answer,
    "remember": _remember,
    "refuse": _refuse,
    "cannot": _cannot,
    "unclear": _unclear,
    "when_told": _when_told,
    "ask": _ask,
    "stop": _stop,
    "yes": _yes,
    "no": _yes,
}
