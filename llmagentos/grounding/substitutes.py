"""What people mean by a word that fits nothing here: names, near kinds, a guess by colour.

Knows: which kinds are mixed up, and given names written as nouns. Does not know: the filters
(filters.py) nor whether a description resolves (resolve.py tries these where it doesn't).
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from llmagentos.grounding import filters as f
from llmagentos.grounding.context import Context, Grounding
from llmagentos.grounding.refs import normal_name
from llmagentos.grounding.shapes import by_shape, is_shape
from llmagentos.lang import plan as p
from llmagentos.lang.wording.objects import article, obj_noun
from llmagentos.lang.wording.scene import choices, describe_object
from llmagentos.objects.kinds import traits
from llmagentos.objects.measured import is_thing
from llmagentos.ports.failures import Failure
from llmagentos.types import Scene

#: Words that name nothing.
EMPTY_WORDS = frozenset(
    "the a an it its this that these those here there one ones thing things object objects item "
    "items stuff something anything to of in on at if is and or with for from by like them".split()
)


#: A word that nobody taught may mean one of so many things of no known kind.
MOST_GUESSED = 4


def as_meant(obj: p.Obj, ctx: Context) -> p.Obj:
    """The description with given names found among its words, and without empty words."""
    if obj.name is not None:
        return _known_name(obj, ctx)
    if obj.noun is None:
        return obj
    words = obj.noun.lower().split()
    if is_shape(obj.noun):
        return obj
    if f.noun_kind(obj.noun, ctx.scene) is None:  # "of" is part of "ball of wool" where one is
        words = [w for w in words if w not in EMPTY_WORDS]
    noun = " ".join(words)
    for wanted in (normal_name(obj.noun), noun, f"{noun} {obj.kind}"):
        if any(normal_name(known) == wanted for known in ctx.names):
            return obj.model_copy(update={"name": wanted, "noun": None})
    if words and f.noun_kind(noun, ctx.scene) is None:
        known = _containing(noun, ctx)
        if known is not None:
            return obj.model_copy(update={"name": known, "noun": None})
    return obj.model_copy(update={"noun": noun or None})


def _known_name(obj: p.Obj, ctx: Context) -> p.Obj:
    name = normal_name(obj.name or "")
    if any(normal_name(n) == name for n in (*ctx.names, *ctx.name_places)):
        return obj
    known = _containing(name, ctx)
    if known is not None:
        return obj.model_copy(update={"name": known})
    if f.noun_kind(name, ctx.scene) is not None or is_shape(name):
        return obj.model_copy(update={"noun": name, "name": None})
    return obj


def _containing(word: str, ctx: Context) -> str | None:
    """The only given name of an object that has this word in it."""
    fits = [n for n in ctx.names if word in normal_name(n).split()]
    return fits[0] if len(fits) == 1 else None


def says_nothing(before: p.Obj, obj: p.Obj) -> bool:
    """Whether a noun was there, but neither it nor anything else tells what is meant."""
    bare = obj.model_copy(update={"quant": "the", "count": None})
    return before.noun is not None and bare == p.Obj()


def near_kinds(obj: p.Obj, scene: Scene) -> list[p.Obj]:
    """The description with kinds that may be meant instead; none where its own kind is there."""
    kind = f.noun_kind(obj.noun, scene) if obj.noun is not None else obj.kind
    if kind is None or obj.name is not None or any(f.is_kind(o, kind) for o in scene.objects):
        return []
    others = traits(kind).mixed_up_with
    if obj.colors:
        others = (*others, *traits(kind).mixed_up_by_color)
    return [obj.model_copy(update={"kind": k, "noun": None}) for k in others]


def ask_instead(
    obj: p.Obj,
    meant: p.Obj,
    ctx: Context,
    without: Collection[str],
    ground: Callable[[p.Obj, Context, Collection[str]], Grounding],
) -> Grounding | None:
    """Where there is no plate at all: the bowl, as a question; what was said to it."""
    if meant.quant != "the" or meant.count not in (None, 1) or meant.ref is not None:
        return None
    kind = f.noun_kind(meant.noun, ctx.scene) if meant.noun is not None else meant.kind
    if kind is None or any(f.is_kind(o, kind) for o in ctx.scene.objects):
        return None
    said = next((ids for key, ids in reversed(ctx.chosen) if key == f.choice_key(obj)), None)
    if said is not None and all(ctx.scene.get(i) is not None for i in said):
        return Grounding(said, "as you said")
    for other in traits(kind).asked_instead:
        found = ground(meant.model_copy(update={"kind": other, "noun": None}), ctx, without)
        thing = ctx.scene.get(found.ids[0]) if len(found.ids) == 1 else None
        if thing is not None:
            name = describe_object(thing, ctx.scene)
            question = f"I can't see {article(obj_noun(meant))} here. Do you mean {name}?"
            return Grounding((), question, Failure.UNSURE, question, found.ids)
    return None


def guess(obj: p.Obj, ctx: Context, without: Collection[str]) -> Grounding | None:
    """For an unknown noun: the only thing of its colour, or few of which no kind is known, as a
    question; what was said to it."""
    key = f.choice_key(obj)
    for text, ids in reversed(ctx.chosen):
        if text == key and all(ctx.scene.get(i) is not None for i in ids):
            return Grounding(ids, "as you said")
    if obj.noun is None or obj.where or obj.ref is not None:
        return None
    fits = [
        o
        for o in ctx.scene.objects
        if (not obj.colors or o.color in obj.colors)
        and (is_thing(o) or (obj.colors and not traits(o.kind).is_flat))
        and o.id not in without
    ]
    things = by_shape([o for o in fits if is_thing(o)], obj.noun)
    fits = things or fits
    if len(fits) != 1 and not 1 < len(things) <= MOST_GUESSED:
        return None
    ids = tuple(o.id for o in sorted(fits, key=lambda o: (-o.position[1], o.id)))
    names = choices(ids, ctx.scene)
    question = f"I don't know what {article(obj.noun)} is. Do you mean {names}?"
    return Grounding((), question, Failure.UNSURE, question, ids)
