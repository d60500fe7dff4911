""" "Put it where I usually want it": the place is filled in from what was done before.

Knows: which words ask for the usual place, and what is said where there is not enough to know it.
Does not know: what counts as a habit (memory/habits.py), nor how plans are written. The planner is
given the sentence with the place in words, as with taught words; where none is known it is not
given a sentence in which it would have to invent one, and the person is asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from llmagentos.dialogue.rewrite import descriptions
from llmagentos.errors import ModelError, PlanError
from llmagentos.grounding import ground
from llmagentos.grounding.context import Context
from llmagentos.lang import plan as p
from llmagentos.lang.wording.objects import describe_place, join_words, noun_phrase
from llmagentos.lang.wording.scene import describe_ids
from llmagentos.memory.long_term import LongTermMemory
from llmagentos.ports.modules import PlanResult

#: Writes the plan for a sentence. Raises PlanError, ModelError.
Understand = Callable[[str], PlanResult]

_OFTEN = r"(?:usually|normally|always|generally|mostly)"
_PLACE = (
    rf"(?:where(?:ver)? (?:I|we) {_OFTEN} (?:want|like|keep|put|have|leave|prefer)"
    r"(?: to (?:have|put|keep|see))? (?:it|them|that|this|those|these|one)"
    rf"|where(?:ver)? (?:it|they|that|this|those) (?:{_OFTEN} )?(?:belongs?|goes?|lives?)"
    rf"|where(?:ver)? (?:it|they|that|this) {_OFTEN} (?:is|are|stands?|lies?|was|were)"
    r"|(?:back )?(?:in|at|on|to|into|onto) (?:its|their|the) (?:usual|normal|proper|habitual|regular)"
    r" (?:place|places|spot|position|home))"
)
_SAID = re.compile(
    r"(?P<before>.*?\b)(?:put|place|bring|set|move|take|return|leave|lay|stow|carry)"
    rf"(?: back| away| down)? (?P<thing>\S.{{0,80}}?)(?: back| away| down)? (?P<place>{_PLACE})\b"
    r"(?P<after>(?!\s*[,:]?\s*(?:in|into|on|onto) (?:the|an?|my|your|its) ).*)",  # then it is said where
    re.I,
)
_PRONOUNS = frozenset("it them that this those these one".split())
_MANNERS = re.compile(r"(?:please|ok|okay|now|then|and|so|can you|could you|would you|robot|[\s,])*", re.I)  # fmt: skip


@dataclass(frozen=True)
class Wanted:
    """A sentence that asks for a thing's usual place. before, after: what stands around."""

    before: str
    thing: str
    place: str
    after: str


@dataclass(frozen=True)
class WrittenOut:
    """text: the sentence with the place in words, and `note` what the person hears of it. plan:
    instead, where the place is not known: a question, and `asks` is how it is asked."""

    text: str = ""
    note: str = ""
    plan: p.Plan | None = None
    asks: str = ""


def find(command: str) -> Wanted | None:
    """Whether and how a sentence asks for a usual place."""
    m = _SAID.fullmatch(command.strip())
    return None if m is None else Wanted(m["before"], m["thing"], m["place"], m["after"])


def written_out(
    wanted: Wanted, ctx: Context, past: LongTermMemory, understand: Understand
) -> WrittenOut:
    """The sentence with the usual place of what it names, or the question where to put it."""
    obj = _described(wanted, understand)
    if obj is None:
        return WrittenOut(plan=_asking(None))
    known = _known(obj, ctx, past)
    if not known.there:  # what is wrong with it is said as for any command
        return WrittenOut(plan=p.Plan(steps=(p.Pick(obj=obj),)))
    if known.place is None:
        return WrittenOut(plan=_asking(obj), asks=known.asks)
    where = describe_place(known.place)
    text = f"{wanted.before}put {wanted.thing} {where}{wanted.after}"
    return WrittenOut(text, f'I take "{wanted.place}" as "{where}".')


@dataclass(frozen=True)
class _Known:
    """there: whether anything fits. place: where it goes; else `asks` says what is known of it."""

    there: bool = True
    place: p.Place | None = None
    asks: str = ""


def _known(obj: p.Obj, ctx: Context, past: LongTermMemory) -> _Known:
    found = ground(obj, ctx)
    things = [o for o in map(ctx.scene.get, found.ids or found.candidates) if o is not None]
    if len({o.kind for o in things}) != 1:
        return _Known(there=bool(things))
    thing, one = things[0], len(things) == 1
    usual = past.usual(thing.id if one else "", thing.kind, thing.color if one else "")
    if usual.place is not None:
        return _Known(place=usual.place)
    name = describe_ids([o.id for o in things], ctx.scene)
    ask = f"Where shall I put {name}?"
    if not usual.seen:
        return _Known(asks=f"I don't know yet where you usually want {name}. {ask}")
    kinds = noun_phrase(p.Obj(kind=thing.kind), plural=True)
    ways = [f"{describe_place(place)} {_times(n)}" for place, n in usual.seen[:3]]
    return _Known(asks=f"I have put {kinds} {join_words(ways)}. {ask}")


def _described(wanted: Wanted, understand: Understand) -> p.Obj | None:
    """What the planner takes the thing's words for; of "pick up the cup and put it ..." the cup."""
    earlier = _MANNERS.sub("", wanted.before, count=1).rstrip(" ,;.")
    earlier = re.sub(r"(?:,|;|\b(?:and|then))*\s*(?:and|then)$", "", earlier).rstrip(" ,;.")
    try:
        if earlier and wanted.thing.lower() in _PRONOUNS:
            found = understand(earlier).plan.steps[-1]
        else:
            found = understand(f"where is {wanted.thing}?").plan.steps[0]
            if not isinstance(found, p.Answer):
                return None
            found = found.query
    except (ModelError, PlanError):
        return None
    return next(descriptions(found), None)


def _asking(obj: p.Obj | None) -> p.Plan:
    return p.Plan(steps=(p.Ask(about="where", obj=obj),))


def _times(n: int) -> str:
    return {1: "once", 2: "twice"}.get(n, f"{n} times")


def filled(
    plan: p.Plan, command: str, ctx: Context, past: LongTermMemory | None
) -> tuple[p.Plan, str]:
    """A plan for a sentence with a usual place that was not written out before (over ROS the planner
    is asked by a process that knows no "it"). A place that stands in it is the planner's invention:
    it is replaced by the usual one, or asked for, in the words that come second ("": the plan's).
    """
    plan = _without_invention(plan) if find(command) is not None else plan
    last = plan.steps[-1]
    asked = isinstance(last, p.Ask) and last.about == "where" and find(command) is not None
    if not asked or past is None or last.obj is None:
        return plan, ""
    known = _known(last.obj, ctx, past)
    if known.place is None:
        return plan, known.asks
    return p.Plan(steps=(*plan.steps[:-1], p.Put(obj=last.obj, place=known.place))), ""


def _without_invention(plan: p.Plan) -> p.Plan:
    """The plan up to the first step that puts something somewhere, and the question where instead."""
    for k, step in enumerate(plan.steps):
        if isinstance(step, p.Put | p.Push | p.PlaceHeld | p.Move):
            obj = p.Obj(ref="it") if isinstance(step, p.PlaceHeld) else step.obj
            return p.Plan(steps=(*plan.steps[:k], p.Ask(about="where", obj=obj)))
    return plan
