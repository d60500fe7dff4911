"""Whether a condition of a plan holds now, with the fact in words.

Knows: exists, count, is, not, and, or over the scene as seen. Does not know: when they are asked
(if, until, wait_for, questions) nor what follows from them.

A condition about something that can't be found is false (its negation true), and the words say
what is missing. `is` with "the" that fits several things asks all of them.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from llmagentos.grounding import filter_relation, ground, matching
from llmagentos.grounding.context import Context
from llmagentos.grounding.filters import Unresolved, grouped
from llmagentos.lang import plan as p
from llmagentos.lang.wording.objects import (
    article,
    describe_obj,
    describe_relation,
    noun_phrase,
    number_word,
)
from llmagentos.lang.wording.scene import describe_ids

_COMPARE: dict[str, Callable[[int, int], bool]] = {
    "eq": operator.eq, "ne": operator.ne, "lt": operator.lt, "le": operator.le,
    "gt": operator.gt, "ge": operator.ge,
}  # fmt: skip


def holds(cond: Any, ctx: Context) -> tuple[bool, str]:
    """Whether `cond` (p.Cond) holds, and the fact that decides it as a clause; never raises."""
    if isinstance(cond, p.Not):
        value, words = holds(cond.inner, ctx)
        return not value, words
    if isinstance(cond, p.And | p.Or):
        left, left_words = holds(cond.left, ctx)
        right, right_words = holds(cond.right, ctx)
        value = left and right if isinstance(cond, p.And) else left or right
        # say only what decides
        if left != right:
            return value, left_words if left == value else right_words
        return value, f"{left_words} and {right_words}"
    if isinstance(cond, p.Exists):
        return _exists(cond.obj, ctx)
    if isinstance(cond, p.CountIs):
        return _count(cond, ctx)
    return _is(cond, ctx)


def how_many(n: int, obj: p.Obj) -> str:
    """ "there are two red blocks in the bowl", "there is no red block"."""
    if n == 0:
        return f"there is no {noun_phrase(obj)}"
    if n == 1:
        return f"there is one {noun_phrase(obj)}"
    return f"there are {number_word(n)} {noun_phrase(obj, plural=True)}"


def _exists(obj: p.Obj, ctx: Context) -> tuple[bool, str]:
    n = len(matching(obj, ctx))
    if obj.quant == "none":
        return n == 0, how_many(n, obj)
    if obj.quant == "at_most":
        return n <= (1 if obj.count is None else obj.count), how_many(n, obj)
    need = 2 if obj.quant == "both" else 1 if obj.count is None else obj.count
    return n >= need, how_many(n, obj)


def _count(cond: p.CountIs, ctx: Context) -> tuple[bool, str]:
    n = len(matching(cond.obj, ctx))
    if cond.other is None:
        return _COMPARE[cond.compare](n, cond.n or 0), how_many(n, cond.obj)
    m = len(matching(cond.other, ctx))
    noun = noun_phrase(cond.other, plural=m != 1)
    words = f"{how_many(n, cond.obj)} and {number_word(m)} {noun}"
    return _COMPARE[cond.compare](n, m), words


def _is(cond: p.Is, ctx: Context) -> tuple[bool, str]:
    ids = _subjects(cond.obj, ctx)
    if not ids:
        if cond.obj.quant in ("all", "rest", "none") and cond.obj.ref is None:
            return cond.obj.quant == "none", how_many(0, cond.obj)
        return False, _clause(ground(cond.obj, ctx).question) or how_many(0, cond.obj)
    try:
        fitting = _fitting(ids, cond, ctx)
    except Unresolved as unresolved:
        return False, _clause(unresolved.grounding.question)
    value = _enough(cond.obj, len(fitting), len(ids))
    if cond.obj.quant == "one_each":
        value = _enough_of_each(cond.obj, ids, fitting, ctx)
    return value, _is_words(cond, ids, fitting, value, ctx)


def _subjects(obj: p.Obj, ctx: Context) -> tuple[str, ...]:
    """What the sentence is about: as grounded; everything that fits where the number is open."""
    some = ("a", "none", "count", "at_most", "half", "most", "one_each")
    first_of_each = obj.quant == "one_each" and obj.order is not None
    if obj.quant in some and obj.ref is None and not first_of_each:
        return matching(obj, ctx)
    found = ground(obj, ctx)
    return found.ids or found.candidates


def _enough(obj: p.Obj, fitting: int, total: int) -> bool:
    if obj.quant == "none":
        return fitting == 0
    if obj.quant == "a" or (obj.quant == "count" and obj.count is None):
        return fitting > 0
    if obj.quant == "count":
        return fitting >= (obj.count or 0)
    if obj.quant == "at_most":
        return fitting <= (1 if obj.count is None else obj.count)
    if obj.quant == "most":
        return fitting * 2 > total
    return fitting * 2 >= total if obj.quant == "half" else fitting == total


def _enough_of_each(
    obj: p.Obj, ids: tuple[str, ...], fitting: tuple[str, ...], ctx: Context
) -> bool:
    objs = [o for o in map(ctx.scene.get, ids) if o is not None]
    need = 1 if obj.count is None else obj.count
    return all(
        sum(o.id in fitting for o in group) >= need for group in grouped(objs, obj.by or "kind")
    )


def _fitting(ids: tuple[str, ...], cond: p.Is, ctx: Context) -> tuple[str, ...]:
    if cond.fits is not None:
        fits = set(matching(cond.fits, ctx))
        if cond.fits.kind == "object" and cond.fits.order is None:  # a zone is a thing here, too
            fits |= set(matching(cond.fits.model_copy(update={"kind": "zone"}), ctx))
        return tuple(i for i in ids if i in fits)
    if cond.relation is None:
        return ids
    return filter_relation(ids, cond.relation, ctx)


def _is_words(
    cond: p.Is, ids: tuple[str, ...], fitting: tuple[str, ...], value: bool, ctx: Context
) -> str:
    """Names those that decide: all that fit, or those that don't."""
    what = ""
    if cond.relation is not None:
        what = describe_relation(cond.relation.model_copy(update={"negate": False}))
    elif cond.fits is not None:
        what = _property(cond.fits)
    negated = cond.relation is not None and cond.relation.negate
    named = fitting if value and fitting else tuple(i for i in ids if i not in fitting) or ids
    inside = named[0] in fitting
    be = "is" if len(named) == 1 else "are"
    return f"{describe_ids(named, ctx.scene)} {be} {'' if inside != negated else 'not '}{what}"


def _property(fits: p.Obj) -> str:
    """ "red", "empty", "a red block": the shortest words for what something is."""
    bare = fits.model_copy(update={"quant": "the", "count": None})
    if bare == p.Obj(colors=fits.colors) and fits.colors:
        return " or ".join(fits.colors)
    if bare == p.Obj(size=fits.size) and fits.size:
        return fits.size
    if bare == p.Obj(state=fits.state) and fits.state:
        return {"held": "in my hand", "clear": "uncovered"}.get(fits.state, fits.state)
    return article(noun_phrase(fits)) if fits.order is None else describe_obj(bare)


def _clause(sentence: str) -> str:
    """A sentence as a clause: no full stop at its end."""
    return sentence.rstrip(".")
