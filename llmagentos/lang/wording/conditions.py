"""Words for conditions: "there is a red block", "all the blocks are in the bowl".

Knows: conditions of the plan language. Does not know: whether they hold (planning.conditions).
"""

from __future__ import annotations

from typing import Any

from llmagentos.lang import plan as p
from llmagentos.lang import words as w
from llmagentos.lang.wording.objects import (
    article,
    describe_obj,
    describe_relation,
    is_plural,
    noun_phrase,
    number_word,
)


def describe_cond(cond: Any) -> str:
    """A condition as a clause: "there is a red block", "all the blocks are in the bowl"."""
    if isinstance(cond, p.Not):
        return f"it is not so that {describe_cond(cond.inner)}"
    if isinstance(cond, p.And | p.Or):
        return f"{describe_cond(cond.left)} {cond.cond} {describe_cond(cond.right)}"
    if isinstance(cond, p.Exists):
        return f"there {_exists(cond.obj)}"
    if isinstance(cond, p.CountIs):
        noun = noun_phrase(cond.obj, plural=cond.n != 1)
        if cond.other is not None:
            return f"the number of {noun_phrase(cond.obj, True)} is {_than(cond)}"
        be = "is" if cond.n == 1 else "are"
        return f"there {be} {w.COMPARISONS[cond.compare].phrase} {number_word(cond.n or 0)} {noun}"
    return _is(cond)


def _exists(obj: p.Obj) -> str:
    if obj.quant in ("the", "a") and obj.count is None:
        return f"is {article(noun_phrase(obj))}"
    if obj.quant == "none":
        return f"are no {noun_phrase(obj, plural=True)}"
    return (
        f"are {describe_obj(obj.model_copy(update={'quant': 'count'}))}"
        if obj.count
        else (f"are {noun_phrase(obj, plural=True)}")
    )


def _than(cond: p.CountIs) -> str:
    assert cond.other is not None
    return f"{w.COMPARISONS[cond.compare].than} that of {noun_phrase(cond.other, True)}"


def _is(cond: p.Is) -> str:
    single = cond.obj.quant == "one_each" and cond.obj.count in (None, 1)
    subject, be = describe_obj(cond.obj), "are" if is_plural(cond.obj) and not single else "is"
    if cond.relation is not None:
        return f"{subject} {be} {describe_relation(cond.relation)}"
    if cond.fits is not None:
        return f"{subject} {be} {describe_obj(cond.fits)}"
    return f"{subject} {be} there"
