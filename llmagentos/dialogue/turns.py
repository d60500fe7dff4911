"""Steps about earlier commands: the answer to a question, a correction, the same again, yes, no.

Knows: the question that waits for an answer and the last command's plan; turns such steps into
plain ones before anything is carried out. Does not know: how plans are carried out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from llmagentos.dialogue import corrections, options, rewrite, usual
from llmagentos.grounding import ground
from llmagentos.grounding.context import Context
from llmagentos.lang import plan as p
from llmagentos.lang.wording.scene import choices
from llmagentos.memory.session import CommandRecord, SessionMemory
from llmagentos.ports.failures import Failure
from llmagentos.tasks.validation import Issue

#: In which direction a landmark's side lies.
MAX_PLAN_STEPS = 24


@dataclass(frozen=True)
class Pending:
    """A question that waits for its answer.

    plan: what is still to be done. obj and candidates: what was ambiguous or missing. ask: the
    plan's own question, if it was one. options: the plans that were asked about (options.py); then
    plan is the likeliest of them.
    """

    plan: p.Plan
    question: str
    obj: p.Obj | None = None
    candidates: tuple[str, ...] = ()
    ask: p.Ask | None = None
    options: tuple[p.Plan, ...] = ()


@dataclass(frozen=True)
class Resolved:
    """A plan without dialogue steps. repeatable: what "again" would do later.

    continues: it answers a question. issue: why there is nothing to carry out.
    """

    plan: p.Plan
    repeatable: p.Plan
    continues: bool = False
    issue: Issue | None = None
    reply: str = ""


def resolve(
    plan: p.Plan, memory: SessionMemory, ctx: Context, pending: Pending | None, command: str = ""
) -> Resolved:
    """Replace choose, yes, no, again and correct by what they mean now.

    command: the person's words, in which an answer to a question about whole plans is read.
    """
    if pending is not None and pending.options:
        answered = _answered(command, pending)
        if answered is not None:
            return answered
    plan, asks = usual.filled(plan, command, ctx, memory.past)
    memory.asks_instead = asks
    found = _resolved(plan.steps, memory, ctx, pending)
    if found.issue is not None:
        return Resolved(plan, plan, found.continues, found.issue)
    if found.reply:
        return Resolved(plan, plan, reply=found.reply)
    return found


def _resolved(
    steps: Sequence[Any], memory: SessionMemory, ctx: Context, pending: Pending | None
) -> Resolved:
    """The steps with those about earlier commands replaced, inside loops and conditions too; the
    first one that cannot be says so for all."""
    out: list[Any] = []
    again: list[Any] = []
    continues = False
    for step in steps:
        handler = _HANDLERS.get(step.op)
        if handler is not None:
            meant = handler(step, memory, ctx, pending)
        else:
            meant = _inside(step, memory, ctx, pending)
        if meant.issue is not None or meant.reply:
            return meant
        continues = continues or meant.continues
        out += meant.plan.steps
        again += meant.repeatable.steps
    if not out or len(out) > MAX_PLAN_STEPS:
        issue = Issue(Failure.IMPOSSIBLE, "That is too much at once: say it in several commands.")
        nothing = p.Plan(steps=(p.Look(),))
        return Resolved(nothing, nothing, continues, issue)
    return Resolved(p.Plan(steps=tuple(out)), p.Plan(steps=tuple(again or out)), continues)


def _inside(step: Any, memory: SessionMemory, ctx: Context, pending: Pending | None) -> Resolved:
    """A step with what is in its branches resolved; most have none."""
    now: dict[str, Any] = {}
    later: dict[str, Any] = {}
    continues = False
    for branch in ("then", "otherwise", "body"):
        if not getattr(step, branch, ()):
            continue
        found = _resolved(getattr(step, branch), memory, ctx, pending)
        if found.issue is not None or found.reply:
            return found
        continues = continues or found.continues
        now[branch], later[branch] = found.plan.steps, found.repeatable.steps
    return Resolved(
        p.Plan(steps=(step.model_copy(update=now),)),
        p.Plan(steps=(step.model_copy(update=later),)),
        continues,
    )


def answers(plan: p.Plan, pending: Pending | None) -> bool:
    """Whether a plan answers the question which one is meant: with a choice, or with the same step
    said again of another thing. "Them" of any other command are not those that were asked about."""
    if pending is None or len(pending.candidates) < 2:
        return False
    first, asked = plan.steps[0], pending.plan.steps[0]
    if isinstance(first, p.Choose | p.Correct):
        return True
    if type(first) is not type(asked) or len(plan.steps) != 1:
        return False
    bare = [
        s.model_copy(update={n: None for n in ("obj", "objs") if hasattr(s, n)})
        for s in (first, asked)
    ]
    return bare[0] == bare[1]


def _stop_with(failure: Failure, words: str, obj: p.Obj | None = None) -> Resolved:
    nothing = p.Plan(steps=(p.Look(),))
    return Resolved(nothing, nothing, issue=Issue(failure, words, "", obj))


def _plan(steps: tuple[Any, ...], continues: bool = False) -> Resolved:
    plan = p.Plan(steps=steps)
    return Resolved(plan, plan, continues)


# --- answers ------------------------------------------------------------------------------------


def _choose(
    step: p.Choose, memory: SessionMemory, ctx: Context, pending: Pending | None
) -> Resolved:
    if pending is None:
        return _without_question(step, memory, ctx)
    if pending.ask is not None and step.spot is None:
        return _answer_ask(step, pending, ctx)
    if step.obj is not None and pending.options:
        return _plan(rewrite.with_object(pending.plan.steps, step.obj, ctx), True)
    if step.obj is not None:
        return _choose_object(step.obj, memory, ctx, pending)
    if step.place is not None:
        return _plan(rewrite.with_place(pending.plan.steps, step.place), True)
    if step.spot is not None:
        return _plan(rewrite.with_spot(pending.plan.steps, step.spot), True)
    return _stop_with(Failure.UNCLEAR, pending.question, pending.obj)


def _without_question(step: p.Choose, memory: SessionMemory, ctx: Context) -> Resolved:
    """Nothing was asked: a bare place or thing is taken as a correction of the last command."""
    if memory.last_plan() is not None:
        return _correct(
            p.Correct(obj=step.obj, place=step.place, spot=step.spot), memory, ctx, None
        )
    return _stop_with(Failure.UNCLEAR, "What shall I do?", step.obj)


def _answered(command: str, pending: Pending) -> Resolved | None:
    """The plan of those asked about that the words take."""
    found = options.answer(command, pending.options)
    if found is None:
        return None
    if found == "no":
        return _told("All right, I'll leave it.")
    if found == "which":
        return _stop_with(Failure.UNCLEAR, f"Which of the two? {pending.question}")
    return _plan(pending.options[found].steps, True)


def _choose_object(
    answer: p.Obj, memory: SessionMemory, ctx: Context, pending: Pending
) -> Resolved:
    asked = _asked_about(pending, ctx)
    if asked is None:
        return _stop_with(Failure.UNCLEAR, "What shall I do with it?", answer)
    if not pending.candidates:
        new = rewrite.resolvable(answer, asked, ctx)
        return _plan(rewrite.substitute(pending.plan, asked, new).steps, True)
    full = rewrite.merged(answer, asked)
    others = [o.id for o in ctx.scene.objects if o.id not in pending.candidates]
    for description, without in ((full, others), (answer, others), (full, []), (answer, [])):
        found = ground(description, ctx, without)
        if found.ok and found.ids:
            break
    else:
        words = f"Which one do you mean: {choices(pending.candidates, ctx.scene)}?"
        return _stop_with(Failure.UNCLEAR, words, asked)
    if not set(found.ids) <= set(pending.candidates):
        return _plan(rewrite.substitute(pending.plan, asked, description).steps, True)
    if len(found.ids) == 1:
        memory.note_choice(asked, found.ids)
        return _plan(pending.plan.steps, True)
    several = asked.model_copy(update={"quant": "all", "count": None, "order": None})
    memory.note_choice(several, found.ids)
    return _plan(rewrite.substitute(pending.plan, asked, several).steps, True)


def _asked_about(pending: Pending, ctx: Context) -> p.Obj | None:
    """The description in the plan that was ambiguous: the innermost with these candidates."""
    wanted = set(pending.candidates)
    found = pending.obj
    for obj in rewrite.descriptions(pending.plan):
        grounding = ground(obj, ctx)
        if wanted and grounding.problem is not None and set(grounding.candidates) == wanted:
            found = obj
    return found


def _answer_ask(step: p.Choose, pending: Pending, ctx: Context) -> Resolved:
    """The plan itself asked: fill in what it left open."""
    ask, place = pending.ask, step.place
    assert ask is not None
    rest = tuple(s for s in pending.plan.steps if s != ask)
    if step.obj is not None and place is None:
        if rest and ask.obj is not None:
            new = rewrite.resolvable(step.obj, ask.obj, ctx)
            return _plan(rewrite.substitute(p.Plan(steps=rest), ask.obj, new).steps, True)
        return _stop_with(Failure.UNCLEAR, "What shall I do with it?", step.obj)
    if place is None:
        return _stop_with(Failure.UNCLEAR, pending.question, ask.obj)
    if rest:
        return _plan(_fill(rest, place), True)
    if ask.obj is None:
        return _stop_with(Failure.UNCLEAR, "What shall I put there?")
    own = place.obj is not None and place.obj.ref == "it"
    way = corrections.direction_to(place.rel)
    if way is not None and own:
        move = p.Move(obj=ask.obj, direction=way, distance=place.distance, by="push")
        return _plan((move,), True)
    return _plan((p.Put(obj=ask.obj, place=place),), True)


def _fill(steps: tuple[Any, ...], place: p.Place) -> tuple[Any, ...]:
    """Put the answered side or distance into the last step that has a place or a direction."""
    out = list(steps)
    for k in reversed(range(len(out))):
        step = out[k]
        old = getattr(step, "place", None)
        only_distance = place.rel == "there" and place.distance is not None
        if isinstance(step, p.Move):
            changes: dict[str, Any] = {}
            if place.distance is not None:
                changes["distance"] = place.distance
            if way := corrections.direction_to(place.rel):
                changes["direction"] = way
            out[k] = step.model_copy(update=changes)
            return tuple(out)
        if old is None:
            continue
        if only_distance:
            new = old.model_copy(update={"distance": place.distance})
        elif place.obj is not None and place.obj.ref == "it" and old.obj is not None:
            new = place.model_copy(update={"obj": old.obj})
        else:
            new = place
        out[k] = step.model_copy(update={"place": new})
        return tuple(out)
    return steps


def _yes(step: Any, memory: SessionMemory, ctx: Context, pending: Pending | None) -> Resolved:
    if pending is None:
        return _told("I didn't ask anything. What shall I do?")
    if len(pending.options) == 1:
        return _plan(pending.options[0].steps, True)
    asked = _asked_about(pending, ctx)
    if len(pending.candidates) == 1 and asked is not None:
        memory.note_choice(asked, pending.candidates)
        return _plan(pending.plan.steps, True)
    return _stop_with(Failure.UNCLEAR, pending.question, pending.obj)


def _no(step: Any, memory: SessionMemory, ctx: Context, pending: Pending | None) -> Resolved:
    if pending is not None:
        return _told("All right, I'll leave it.")
    return _told('All right. Say "undo" if I shall take the last command back.')


def _told(words: str) -> Resolved:
    nothing = p.Plan(steps=(p.Look(),))
    return Resolved(nothing, nothing, reply=words)


# --- again and correct ----------------------------------------------------------------------------


def _again(step: p.Again, memory: SessionMemory, ctx: Context, pending: Pending | None) -> Resolved:
    last = memory.last_plan()
    if last is None or last.plan is None:
        return _stop_with(Failure.IMPOSSIBLE, "There is nothing yet that I could do again.")
    steps = last.plan.steps
    if step.obj is not None:
        steps = rewrite.with_first_object(steps, step.obj, ctx)
    if step.place is not None:
        steps = rewrite.with_place(steps, step.place)
    if step.distance is not None:
        before, steps = steps, corrections.with_way(steps, None, step.distance)
        if steps == before:
            return _stop_with(
                Failure.IMPOSSIBLE, "The last command had no distance that I could change."
            )
    if step.n == 1:
        return _plan(steps)
    if len(steps) * step.n <= MAX_PLAN_STEPS:
        return Resolved(p.Plan(steps=steps * step.n), p.Plan(steps=steps))
    loop = p.Repeat(n=step.n, body=steps[:12])
    return Resolved(p.Plan(steps=(loop,)), p.Plan(steps=steps))


def _correct(
    step: p.Correct, memory: SessionMemory, ctx: Context, pending: Pending | None
) -> Resolved:
    if pending is not None and pending.ask is None:
        steps, undo = pending.plan.steps, False
    else:
        last = memory.last_plan()
        if last is None or last.plan is None:
            return _stop_with(Failure.UNCLEAR, "What shall I do?", step.obj)
        steps, undo = last.plan.steps, _moved_something(memory, last)
        memory.recall_choices(last)
    if step.place is not None and step.place.rel == "there" and step.place.distance is not None:
        # "10 cm" answers a question as `there dist 10 cm`; said without one it is the same words,
        # and the model may write it the same way
        step = step.model_copy(update={"place": None, "distance": step.place.distance})
    changed = steps
    if step.obj is not None:
        changed = rewrite.with_object(changed, step.obj, ctx)
    if step.place is not None:
        changed = rewrite.with_place(changed, step.place)
    if step.spot is not None:
        changed = rewrite.with_spot(changed, step.spot)
        undo = undo and changed == steps  # a drive takes back nothing
    if step.reverse:
        changed = corrections.other_way_round(changed)
    if step.direction is not None or step.distance is not None:
        changed = corrections.with_way(changed, step.direction, step.distance)
    if changed == steps and undo:
        return Resolved(p.Plan(steps=(p.Undo(), p.Ask(about="what"))), p.Plan(steps=steps))
    first = (p.Undo(),) if undo else ()
    # which one was meant stays known, though it is a command of its own
    return Resolved(p.Plan(steps=(*first, *changed)), p.Plan(steps=changed), continues=True)


def _moved_something(memory: SessionMemory, record: CommandRecord) -> bool:
    return not record.undone and any(e.command == record.index for e in memory.events)


_HANDLERS: dict[str, Any] = {
    "choose": _choose,
    "yes": _yes,
    "no": _no,
    "again": _again,
    "correct": _correct,
}
