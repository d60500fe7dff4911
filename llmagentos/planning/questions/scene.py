"""Answers to questions about the scene and about the robot's own doings.

Knows: every question name of the plan language. Does not know: how the question was asked in
words, only its `Query`; false premises are corrected from what is seen ("there is no red bowl; I
see ...").
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

from llmagentos.planning import plan as p
from llmagentos.planning.conditions import holds
from llmagentos.planning.context import Context
from llmagentos.planning.grounding.filters import is_kind
from llmagentos.planning.grounding.refs import really_moved
from llmagentos.planning.grounding.resolve import ground, matching
from llmagentos.planning.grounding.words import seen_instead
from llmagentos.planning.memory import SessionFacts
from llmagentos.planning.questions.own import (
    ABILITIES,
    did_words,
    next_words,
    status_words,
    why_words,
)
from llmagentos.planning.questions.whereabouts import place_words, relation_words
from llmagentos.planning.wording.objects import (
    article,
    is_plural,
    join_words,
    kind_word,
    noun_phrase,
    number_word,
)
from llmagentos.planning.wording.scene import choices, describe_ids, describe_object, label, tally
from llmagentos.planning.words import SPATIAL_RELS
from llmagentos.types import SceneObject
from llmagentos.world import relations as rel


class Answered(NamedTuple):
    """A reply for the person, and the objects it is about (the next "it" or "them")."""

    reply: str
    ids: tuple[str, ...] = ()


def answer(query: p.Query, ctx: Context, session: SessionFacts) -> Answered:
    """Answer one question; never raises, and always says something."""
    return _ANSWERS[query.query](query, ctx, session)


def _obj(query: p.Query) -> p.Obj:
    return query.obj if query.obj is not None else p.Obj(quant="all")


def _sentence(words: str) -> str:
    words = words[:1].upper() + words[1:]
    return words if words.endswith((".", "?", "!")) else words + "."


def _lower(words: str) -> str:
    """As the middle of a sentence; "I" stays."""
    return words if words.startswith("I ") else words[:1].lower() + words[1:]


def _objects(ids: Sequence[str], ctx: Context) -> list[SceneObject]:
    return [o for o in map(ctx.scene.get, ids) if o is not None]


def _missing(obj: p.Obj, ctx: Context) -> str:
    """The correction of a false premise: "There is no red bowl; I see two blue bowls."."""
    if obj.ref is not None or obj.name is not None:
        return ground(obj, ctx).question or "I don't know what you mean."
    instead = seen_instead(obj, ctx)
    tail = (
        f"; {instead[0].lower() if instead[:2] != 'I ' else 'I'}{instead[1:-1]}" if instead else ""
    )
    if is_plural(obj):
        return f"There are no {noun_phrase(obj, plural=True)}{tail}."
    return f"There is no {noun_phrase(obj)}{tail}."


def _found(obj: p.Obj, ctx: Context) -> tuple[list[SceneObject], str]:
    """What the question is about: the one that is meant, or everything that fits.

    A question doesn't ask back: where "the red block" fits two, both are answered.
    """
    found = ground(obj, ctx)
    if found.ok and found.ids:
        return _objects(found.ids, ctx), ""
    if found.problem == "ambiguous":
        return _objects(found.candidates, ctx), ""
    if found.problem == "too_few":
        return _objects(found.candidates, ctx), found.question
    return [], _missing(obj, ctx)


def _ids(objs: Sequence[SceneObject]) -> tuple[str, ...]:
    return tuple(o.id for o in objs)


# --- counting and existence ---------------------------------------------------------------------


def _count(query: p.Query, ctx: Context, _: SessionFacts) -> Answered:
    obj = _obj(query)
    ids = matching(obj, ctx)
    if not ids:
        many = obj.model_copy(update={"quant": "all", "count": None})
        return Answered(_missing(many, ctx))
    if len(ids) == 1:
        return Answered(f"There is one {noun_phrase(obj)}.", ids)
    return Answered(f"There are {len(ids)} {noun_phrase(obj, plural=True)}.", ids)


def _exists(query: p.Query, ctx: Context, _: SessionFacts) -> Answered:
    obj = _obj(query)
    ids = matching(obj, ctx)
    n, need = len(ids), 2 if obj.quant == "both" else obj.count or 1
    if n == 0:
        yes = "Right" if obj.quant == "none" else "No"
        return Answered(f"{yes}, {_lower(_missing(obj, ctx))}")
    noun = noun_phrase(obj, plural=n != 1)
    there = f"there {'is' if n == 1 else 'are'}"
    if n < need:
        return Answered(f"No, {there} only {number_word(n)}.", ids)
    what = article(noun) if n == 1 else f"{number_word(n)} {noun}"
    return Answered(f"{'No' if obj.quant == 'none' else 'Yes'}, {there} {what}.", ids)


# --- which, what --------------------------------------------------------------------------------


def _which(query: p.Query, ctx: Context, _: SessionFacts) -> Answered:
    obj = _obj(query)
    found = ground(obj, ctx)
    if found.problem == "ambiguous" and obj.order is not None:
        return Answered(
            f"I can't tell: {describe_ids(found.candidates, ctx.scene)} are equal.",
            found.candidates,
        )
    ids = found.ids or found.candidates or matching(obj, ctx)
    if not ids:
        return Answered(_missing(obj, ctx))
    return Answered(_sentence(describe_ids(ids, ctx.scene)), ids)


def _color(query: p.Query, ctx: Context, _: SessionFacts) -> Answered:
    obj = _obj(query)
    objs, trouble = _found(obj, ctx)
    if not objs:
        return Answered(trouble)
    colors = list(dict.fromkeys(o.color for o in objs))
    if len(objs) == 1:
        return Answered(f"{_subject(obj, objs[0])} is {colors[0]}.", _ids(objs))
    if len(colors) == 1:
        noun = noun_phrase(obj.model_copy(update={"order": None}), plural=True)
        both = "Both" if len(objs) == 2 else "All"
        return Answered(f"{both} {noun} are {colors[0]}.", _ids(objs))
    return Answered(f"They are {join_words(colors)}.", _ids(objs))


def _subject(obj: p.Obj, found: SceneObject) -> str:
    """The subject as the person described it, without giving its colour away: "The block"."""
    if obj.ref is not None or obj.name is not None:
        return f"The {obj.name or kind_word(found.kind)}".replace("The the ", "The ")
    phrase = noun_phrase(obj)
    if obj.kind == "object" and not obj.noun:
        phrase = phrase.replace("object", kind_word(found.kind), 1)
    return f"The {phrase}"


def _size(query: p.Query, ctx: Context, _: SessionFacts) -> Answered:
    objs, trouble = _found(_obj(query), ctx)
    if not objs:
        return Answered(trouble)
    parts = []
    for o in objs[:6]:
        wide, high = round(o.size_m * 100, 1), round(o.height_m * 100, 1)
        parts.append(f"{describe_object(o, ctx.scene)} is {wide:g} cm wide and {high:g} cm high")
    return Answered(_sentence(join_words(parts)), _ids(objs))


def _kind(query: p.Query, ctx: Context, _: SessionFacts) -> Answered:
    objs, trouble = _found(_obj(query), ctx)
    if not objs:
        return Answered(trouble)
    if len(objs) == 1:
        return Answered(
            f"It is {article(f'{objs[0].color} {kind_word(objs[0].kind)}')}.", _ids(objs)
        )
    return Answered(f"They are {tally(objs)}.", _ids(objs))


def _common(query: p.Query, ctx: Context, _: SessionFacts) -> Answered:
    objs = _objects(matching(_obj(query), ctx), ctx)
    if not objs:
        return Answered(_missing(_obj(query), ctx))
    counts = Counter(o.color for o in objs)
    top = max(counts.values())
    colors = sorted(c for c, n in counts.items() if n == top)
    ids = tuple(o.id for o in objs if o.color in colors)
    if len(colors) == 1:
        return Answered(f"{colors[0].capitalize()}: {top} of {len(objs)}.", ids)
    what = "every colour occurs" if len(colors) == len(counts) else f"{join_words(colors)} occur"
    return Answered(_sentence(f"none stands out: {what} {_times(top)}"), ids)


def _times(n: int) -> str:
    return {1: "once", 2: "twice"}.get(n, f"{number_word(n)} times")


# --- where --------------------------------------------------------------------------------------


def _where(query: p.Query, ctx: Context, _: SessionFacts) -> Answered:
    objs, trouble = _found(_obj(query), ctx)
    if not objs:
        return Answered(trouble)
    if len(objs) == 1:
        o = objs[0]
        return Answered(
            _sentence(f"{describe_object(o, ctx.scene)} is {place_words(o, ctx.scene)}"), (o.id,)
        )
    parts = [f"{describe_object(o, ctx.scene)} is {place_words(o, ctx.scene)}" for o in objs[:6]]
    return Answered(_sentence(join_words(parts)), _ids(objs))


def _distance(query: p.Query, ctx: Context, _: SessionFacts) -> Answered:
    objs, trouble = _pair(query, ctx)
    if trouble:
        return Answered(trouble, _ids(objs))
    if len(objs) == 1:
        far = (objs[0].position[0] ** 2 + objs[0].position[1] ** 2) ** 0.5
        words = f"{describe_object(objs[0], ctx.scene)} is {far * 100:.0f} cm from my base"
        return Answered(_sentence(words), _ids(objs))
    far = rel.distance_m(objs[0], objs[1])
    words = f"{describe_ids(_ids(objs), ctx.scene)} are {far * 100:.0f} cm apart"
    return Answered(_sentence(words), _ids(objs))


def _relation(query: p.Query, ctx: Context, session: SessionFacts) -> Answered:
    objs, trouble = _pair(query, ctx)
    if trouble:
        return Answered(trouble, _ids(objs))
    if len(objs) == 1:
        return _where(query, ctx, session)
    a, b = objs[:2]
    words = relation_words(a, b, ctx.scene)
    scene = ctx.scene
    return Answered(
        _sentence(f"{describe_object(a, scene)} is {words} {describe_object(b, scene)}"), _ids(objs)
    )


def _pair(query: p.Query, ctx: Context) -> tuple[list[SceneObject], str]:
    """The two things of a question (one without `obj2` and a single `obj`), or what is wrong."""
    wanted = [o for o in (query.obj, query.obj2) if o is not None] or [p.Obj(ref="it")]
    objs: list[SceneObject] = []
    for obj in wanted:
        found = ground(obj, ctx)
        if not found.ok:
            if found.problem == "ambiguous":
                return [], found.question
            return [], _missing(obj, ctx)
        objs += _objects(found.ids, ctx)
    objs = list({o.id: o for o in objs}.values())
    if len(objs) > 2:
        return objs, f"Between which two: {choices(_ids(objs), ctx.scene)}?"
    return objs, "" if objs else "I don't know which objects you mean."


def _holds(query: p.Query, ctx: Context, _: SessionFacts) -> Answered:
    if query.condition is None:
        return Answered("I don't know what you want to know.")
    value, words = holds(query.condition, ctx)
    subject = getattr(query.condition, "obj", None)
    ids = matching(subject, ctx) if isinstance(subject, p.Obj) else ()
    if words.endswith("?"):
        return Answered(_sentence(words), ids)
    if not value and words.startswith("I can't see"):
        return Answered(_sentence(words))
    rather = "" if value else _rather(query.condition, ctx)
    return Answered(f"{'Yes' if value else 'No'}, {words}{rather}.", ids)


def _rather(condition: object, ctx: Context) -> str:
    """ "; it is in the blue bowl": how it stands instead, for one thing and one landmark."""
    if not isinstance(condition, p.Is) or condition.relation is None or condition.relation.negate:
        return ""
    relation, subject = condition.relation, ground(condition.obj, ctx)
    if len(subject.ids) != 1 or relation.rel not in SPATIAL_RELS or relation.obj2 is not None:
        return ""
    thing = _objects(subject.ids, ctx)[0]
    marks = ground(relation.obj, ctx).ids if relation.obj is not None else ()
    if relation.rel in ("in", "on", "above") or len(marks) != 1 or marks == subject.ids:
        return f"; it is {place_words(thing, ctx.scene)}"
    mark = _objects(marks, ctx)[0]
    return f"; it is {relation_words(thing, mark, ctx.scene)} {describe_object(mark, ctx.scene)}"


def _scene(query: p.Query, ctx: Context, _: SessionFacts) -> Answered:
    obj = query.obj
    objs = list(ctx.scene.objects) if obj is None else _objects(matching(obj, ctx), ctx)
    if not objs:
        return Answered(_missing(obj, ctx) if obj is not None else "The table is empty.")
    held = [o for o in objs if o.held]
    rest = [o for o in objs if not o.held]
    words = f"I see {tally(rest, limit=12)}" if rest else "I see nothing on the table"
    if held:
        words += f", and I'm holding {tally(held)}"
    return Answered(_sentence(words), _ids(objs))


def _held(_: p.Query, ctx: Context, __: SessionFacts) -> Answered:
    held = ctx.scene.held
    if held is None:
        return Answered("I'm not holding anything.")
    return Answered(f"I'm holding {article(label(held))}.", (held.id,))


# --- the robot's own doings ---------------------------------------------------------------------


def _moved(query: p.Query, ctx: Context, _: SessionFacts) -> Answered:
    """What was moved by the last command that moved anything; first_moved: at the very first."""
    moves = [e for e in ctx.events if really_moved(e)]
    if not moves:
        return Answered("I haven't moved anything yet.")
    obj = _obj(query)
    if obj.ref in ("first_moved", "last_moved"):
        event = moves[0] if obj.ref == "first_moved" else moves[-1]
        fitting = [event]
    else:
        last = moves[-1].command
        fitting = [e for e in moves if e.command == last]
    named = [
        e
        for e in fitting
        if is_kind(e.before, obj.kind) and (not obj.colors or e.before.color in obj.colors)
    ]
    ids = tuple(dict.fromkeys(e.object_id for e in named or fitting))
    words = _moved_words(ids, {e.object_id: e.before for e in fitting}, ctx)
    if not named:
        return Answered(f"I didn't move {article(noun_phrase(obj))}; I moved {words}.", ids)
    return Answered(f"I moved {words}.", ids)


def _moved_words(ids: Sequence[str], before: dict[str, SceneObject], ctx: Context) -> str:
    names = []
    for object_id in ids:
        now = ctx.scene.get(object_id)
        was = before[object_id]
        names.append(describe_object(now, ctx.scene) if now else f"the {was.label}")
    return join_words(names)


def _abilities(_: p.Query, __: Context, ___: SessionFacts) -> Answered:
    return Answered(ABILITIES)


def _identity(_: p.Query, __: Context, session: SessionFacts) -> Answered:
    return Answered(
        f"I'm {session.robot_name}, a robot arm on a table with a camera above it. "
        "Tell me in plain words what to do with the things on the table."
    )


def _greet(_: p.Query, __: Context, ___: SessionFacts) -> Answered:
    return Answered("Hello! What shall I do?")


def _thanks(_: p.Query, __: Context, ___: SessionFacts) -> Answered:
    return Answered("You're welcome.")


def _did(_: p.Query, __: Context, session: SessionFacts) -> Answered:
    return Answered(did_words(session))


def _why(query: p.Query, ctx: Context, session: SessionFacts) -> Answered:
    about = ""
    if query.obj is not None and query.obj != p.Obj():
        objs = _objects(matching(query.obj, ctx), ctx)
        about = objs[0].label if len(objs) == 1 else ""
    return Answered(why_words(session, about))


def _next(_: p.Query, __: Context, session: SessionFacts) -> Answered:
    return Answered(next_words(session))


def _status(_: p.Query, ctx: Context, session: SessionFacts) -> Answered:
    held = ctx.scene.held
    return Answered(status_words(session, held.label if held else ""))


_ANSWERS: dict[str, Callable[[p.Query, Context, SessionFacts], Answered]] = {
    "count": _count, "exists": _exists, "where": _where, "which": _which, "color": _color,
    "size": _size, "kind": _kind, "distance": _distance, "relation": _relation, "holds": _holds,
    "common": _common, "scene": _scene, "held": _held, "did": _did, "moved": _moved, "why": _why,
    "next": _next, "abilities": _abilities, "identity": _identity, "greet": _greet,
    "thanks": _thanks, "status": _status,
}  # fmt: skip
