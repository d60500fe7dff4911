"""Answers about what is there: number, existence, which, colour, size, kind, the whole scene.

Knows: how these answers are said. Does not know: positions (where.py), the session (about_robot.py).
"""

from __future__ import annotations

from collections import Counter

from llmagentos.dialogue.questions.common import (
    Answered,
    about,
    asked,
    ids_of,
    missing,
    objects,
    sentence,
)
from llmagentos.grounding.context import Context
from llmagentos.grounding.reasons import nothing_there, too_much
from llmagentos.grounding.resolve import ground, matching
from llmagentos.lang import plan as p
from llmagentos.lang.wording.inside import inside
from llmagentos.lang.wording.objects import article, join_words, kind_word, noun_phrase, number_word
from llmagentos.lang.wording.scene import describe_ids, describe_object, label, tally
from llmagentos.memory.session import SessionFacts
from llmagentos.objects.measured import is_thing
from llmagentos.ports.failures import Failure
from llmagentos.types import SceneObject
from llmagentos.world.relations import stack_of


def count(query: p.Query, ctx: Context, _: SessionFacts) -> Answered:
    """How many are there?"""
    obj = asked(query)
    ids = matching(obj, ctx)
    if not ids:
        many = obj.model_copy(update={"quant": "all", "count": None})
        return Answered(missing(many, ctx))
    if len(ids) == 1:
        return Answered(f"There is one {noun_phrase(obj)}.", ids)
    return Answered(f"There are {len(ids)} {noun_phrase(obj, plural=True)}.", ids)


def exists(query: p.Query, ctx: Context, _: SessionFacts) -> Answered:
    """Is there one (or so many)? "no ..." is turned round: "Right, I see no cup"."""
    obj = asked(query)
    ids = matching(obj, ctx)
    n, need = len(ids), 2 if obj.quant == "both" else obj.count or 1
    if n == 0:
        yes = "Right" if obj.quant == "none" else "No"
        return Answered(f"{yes}, {inside(missing(obj, ctx))}")
    noun = noun_phrase(obj, plural=n != 1)
    there = f"there {'is' if n == 1 else 'are'}"
    if n < need:
        return Answered(f"No, {there} only {number_word(n)}.", ids)
    what = article(noun) if n == 1 else f"{number_word(n)} {noun}"
    return Answered(f"{'No' if obj.quant == 'none' else 'Yes'}, {there} {what}.", ids)


def which(query: p.Query, ctx: Context, _: SessionFacts) -> Answered:
    """Which one is the largest? Equals are named instead of guessed between."""
    obj = asked(query)
    found = ground(obj, ctx)
    if found.problem is Failure.AMBIGUOUS and obj.order is not None:
        return Answered(
            f"I can't tell: {describe_ids(found.candidates, ctx.scene)} are equal.",
            found.candidates,
        )
    ids = found.ids or found.candidates or matching(obj, ctx)
    if not ids:
        return Answered(missing(obj, ctx))
    return Answered(sentence(describe_ids(ids, ctx.scene)), ids)


def color(query: p.Query, ctx: Context, _: SessionFacts) -> Answered:
    """What colour is it? Colours that the camera cannot see are said to be hidden."""
    obj = asked(query)
    objs, trouble = about(obj, ctx)
    if not objs:
        return Answered(trouble)
    colors = list(dict.fromkeys(o.color or "hidden from me" for o in objs))
    if not any(o.color for o in objs):
        words = f"I can't see the colour of {describe_ids(ids_of(objs), ctx.scene)}"
        return Answered(sentence(words), ids_of(objs))
    if len(objs) == 1:
        return Answered(f"{_subject(obj, objs[0])} is {colors[0]}.", ids_of(objs))
    if len(colors) == 1:
        noun = noun_phrase(obj.model_copy(update={"order": None}), plural=True)
        both = "Both" if len(objs) == 2 else "All"
        return Answered(f"{both} {noun} are {colors[0]}.", ids_of(objs))
    return Answered(f"They are {join_words(colors)}.", ids_of(objs))


def _subject(obj: p.Obj, found: SceneObject) -> str:
    """The subject as the person described it, without giving its colour away: "The block"."""
    if obj.ref is not None or obj.name is not None:
        return f"The {obj.name or kind_word(found.kind)}".replace("The the ", "The ")
    phrase = noun_phrase(obj)
    if obj.kind == "object" and not obj.noun:
        phrase = phrase.replace("object", kind_word(found.kind), 1)
    return f"The {phrase}"


def size(query: p.Query, ctx: Context, _: SessionFacts) -> Answered:
    """How large is it? Width and height in centimetres; a stack's height in things."""
    objs, trouble = about(asked(query), ctx)
    if not objs:
        return Answered(trouble)
    if asked(query).kind == "stack":
        return Answered(sentence(join_words([_stack_size(o, ctx) for o in objs])), ids_of(objs))
    parts = []
    for o in objs[:6]:
        parts.append(f"{describe_object(o, ctx.scene)} is {_sides(o)}")
    return Answered(sentence(join_words(parts)), ids_of(objs))


def _sides(o: SceneObject) -> str:
    """ "4 cm wide and 4 cm high"; of a thing that no kind describes its length, too."""
    high = f"{round(o.height_m * 100, 1):g} cm high"
    if o.extents_m is None:
        return f"{round(o.size_m * 100, 1):g} cm wide and {high}"
    long, wide = (f"{round(side * 100, 1):g} cm" for side in o.extents_m[:2])
    return f"{long} long, {wide} wide and {high}"


def _stack_size(top: SceneObject, ctx: Context) -> str:
    members = stack_of(ctx.scene, top)
    high = round((top.top_z - members[0].bottom_z) * 100, 1)
    return f"the stack of {number_word(len(members))} is {high:g} cm high"


def kind(query: p.Query, ctx: Context, _: SessionFacts) -> Answered:
    """What is it?"""
    objs, trouble = about(asked(query), ctx)
    if not objs:
        return Answered(trouble)
    if len(objs) == 1 and is_thing(objs[0]):
        what = article(label(objs[0]))
        words = f"I don't know what it is: {what}, {_sides(objs[0])}."
        return Answered(words, ids_of(objs))
    if len(objs) == 1:
        return Answered(
            f"It is {article(f'{objs[0].color} {kind_word(objs[0].kind)}'.strip())}.", ids_of(objs)
        )
    return Answered(f"They are {tally(objs)}.", ids_of(objs))


def common(query: p.Query, ctx: Context, _: SessionFacts) -> Answered:
    """Which colour occurs most? Ties are named."""
    objs = objects(matching(asked(query), ctx), ctx)
    if not objs:
        return Answered(missing(asked(query), ctx))
    counts = Counter(o.color for o in objs)
    top = max(counts.values())
    colors = sorted(c for c, n in counts.items() if n == top)
    ids = tuple(o.id for o in objs if o.color in colors)
    if len(colors) == 1:
        return Answered(f"{colors[0].capitalize()}: {top} of {len(objs)}.", ids)
    what = "every colour occurs" if len(colors) == len(counts) else f"{join_words(colors)} occur"
    return Answered(sentence(f"none stands out: {what} {_times(top)}"), ids)


def _times(n: int) -> str:
    return {1: "once", 2: "twice"}.get(n, f"{number_word(n)} times")


def scene(query: p.Query, ctx: Context, _: SessionFacts) -> Answered:
    """What do you see? Tallied by colour and kind, what is held apart."""
    obj = query.obj
    objs = list(ctx.scene.objects) if obj is None else objects(matching(obj, ctx), ctx)
    if not objs:
        return Answered(missing(obj, ctx) if obj is not None else nothing_there(ctx))
    held = [o for o in objs if o.held]
    rest = [o for o in objs if not o.held]
    words = (
        f"I see {tally(rest, limit=12)}"
        if rest
        else nothing_there(ctx, "I see nothing on the table")
    )
    if held:
        words += f", and I'm holding {tally(held)}"
    return Answered(f"{sentence(words)} {too_much(ctx)}".rstrip(), ids_of(objs))


def held(_: p.Query, ctx: Context, __: SessionFacts) -> Answered:
    """What are you holding?"""
    held = ctx.scene.held
    if held is None:
        return Answered("I'm not holding anything.")
    return Answered(f"I'm holding {article(label(held))}.", (held.id,))
