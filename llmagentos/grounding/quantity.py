"""How many of the candidates are meant, and which: the, a, two, all, half, every other, one of each.

Knows: quantifiers and ordinals over a list of candidates. Does not know: how the candidates were
found (resolve.py). All choices depend on the scene alone, never on the order of its list.

Preference where any will do ("a block", "two of the blocks"): not yet handled by this command,
free on top, not in the hand, standing on the table rather than in or on something, nearest to the
robot, smaller id. Where all are meant they come top of stacks first (so that they can be taken in
this order), then from left to right. "half" of an odd number is rounded down, but one at least.
"most" is three quarters, rounded, so more than half and, from three on, not all; of two it is both.
"every third" counts like "every other", from the left: the first, the fourth, the seventh. "one of
each colour" takes from each colour the one that "a" would take, or the first by the order word.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from llmagentos.grounding.context import Context
from llmagentos.grounding.filters import Objects, Unresolved, grouped
from llmagentos.grounding.order import Ranking
from llmagentos.grounding.refs import rest_handled
from llmagentos.lang import plan as p
from llmagentos.lang import words as w
from llmagentos.lang.wording.objects import by_words, number_word, obj_noun
from llmagentos.lang.wording.scene import choices, tally
from llmagentos.ports.failures import Failure
from llmagentos.types import SceneObject
from llmagentos.world import relations as rel


def plural_ref(obj: p.Obj) -> bool:
    """References that stand for everything they point at although their quantifier is "the"."""
    plain = obj.quant == "the" and obj.count is None and obj.order is None
    return plain and obj.ref is not None and w.REFERENCES[obj.ref].several


def in_taking_order(objs: Sequence[SceneObject]) -> Objects:
    """Highest first (in steps of 1 cm), then left to right, then front to back."""
    return sorted(objs, key=lambda o: (-round(o.bottom_z, 2), -o.position[1], o.position[0], o.id))


def by_preference(objs: Sequence[SceneObject], ctx: Context) -> Objects:
    """Where any will do: the module's words say which come first."""
    handled = rest_handled(ctx)

    def key(o: SceneObject) -> tuple[bool, bool, bool, bool, float, str]:
        return (
            o.id in handled,
            not rel.is_clear(ctx.scene, o),
            o.held,
            o.support != "table",
            math.hypot(*o.position[:2]),
            o.id,
        )

    return sorted(objs, key=key)


def wanted(obj: p.Obj, available: int) -> int:
    """How many of `available` the quantifier asks for; "the" and "a" are one."""
    if obj.quant in ("all", "rest") or plural_ref(obj):
        return available
    if obj.quant == "half":
        return max(1, available // 2)
    if every := w.QUANTIFIERS[obj.quant].every:
        return -(-available // every)
    if obj.quant == "most":
        return available if available <= 2 else (3 * available + 2) // 4
    if obj.quant == "both":
        return 2
    if obj.quant == "at_most":
        return min(available, 1 if obj.count is None else obj.count)
    return 1 if obj.count is None else obj.count


def pick_ranked(obj: p.Obj, ranking: Ranking, ctx: Context) -> tuple[Objects, str]:
    """The n-th by order, and the following ones where several are meant; why, in words.

    "all the largest blocks" takes everything that ties with the n-th. A tie at the border of
    what is taken is ambiguous for "the"; where any will do, the smaller id wins.
    """
    assert obj.order is not None
    scored, tie, n = ranking.scored, ranking.tie, obj.order.n
    if n > len(scored):
        raise Unresolved(Failure.TOO_FEW, _only(obj, len(scored)), tuple(o.id for _, o in scored))
    start = n - 1
    if obj.quant == "all" and obj.count is None:
        level = scored[start][0]
        return [o for s, o in scored if abs(s - level) <= tie], ""
    if every := w.QUANTIFIERS[obj.quant].every:
        return [o for _, o in scored][start::every], ""
    if obj.quant == "one_each":
        return _of_each(obj, [o for _, o in scored]), ""
    count = wanted(obj, len(scored)) if obj.quant != "rest" else len(scored) - start
    if start + count > len(scored):
        raise Unresolved(Failure.TOO_FEW, _only(obj, len(scored)), tuple(o.id for _, o in scored))
    taken = scored[start : start + count]
    tied = _tied(scored, start, count, tie)
    if tied and obj.quant in ("the", "both"):
        ids = tuple(o.id for o in tied)
        question = f"{_which(obj)}: {choices(ids, ctx.scene)}?"
        raise Unresolved(Failure.AMBIGUOUS, question, ids)
    return [o for _, o in taken], ""


def _tied(scored: list[tuple[float, SceneObject]], start: int, count: int, tie: float) -> Objects:
    """What can't be told apart at either border of scored[start:start+count]."""
    end = start + count
    for left in (start - 1, end - 1):
        if 0 <= left < len(scored) - 1 and count > 0:
            level, following = scored[left][0], scored[left + 1][0]
            if abs(following - level) <= tie:
                return [o for s, o in scored if abs(s - level) <= tie]
    return []


def pick(obj: p.Obj, objs: Objects, ctx: Context) -> Objects:
    """The objects meant, without order words. Raises Unresolved for too few or too many."""
    n = len(objs)
    if every := w.QUANTIFIERS[obj.quant].every:
        row = sorted(objs, key=lambda o: (-o.position[1], o.position[0], o.id))
        return row[::every]
    if obj.quant == "one_each":
        return _of_each(obj, by_preference(objs, ctx))
    count = wanted(obj, n)
    definite = obj.quant in ("the", "both") and not plural_ref(obj)
    if count > n:
        if obj.quant == "all":
            return in_taking_order(objs)
        raise Unresolved(Failure.TOO_FEW, _only(obj, n), tuple(o.id for o in in_taking_order(objs)))
    if count == n:
        return in_taking_order(objs)
    if definite:
        ids = tuple(o.id for o in sorted(objs, key=lambda o: (-o.position[1], o.id)))
        raise Unresolved(Failure.AMBIGUOUS, f"{_which(obj)}: {choices(ids, ctx.scene)}?", ids)
    return by_preference(objs, ctx)[:count]


def _of_each(obj: p.Obj, objs: Objects) -> Objects:
    """So many of each colour, size or kind, the first of `objs`; in the order of `objs`."""
    first = 0 if obj.order is None else obj.order.n - 1
    count = 1 if obj.count is None else obj.count
    taken: set[str] = set()
    for group in grouped(objs, obj.by or "kind"):
        if first + count > len(group):
            by = by_words(obj.by)
            words = f"There are not {number_word(first + count)} of each {by}"
            ids = tuple(o.id for o in in_taking_order(objs))
            raise Unresolved(Failure.TOO_FEW, f"{words}: I see only {tally(group)}.", ids)
        taken |= {o.id for o in group[first : first + count]}
    return [o for o in objs if o.id in taken]


def _which(obj: p.Obj) -> str:
    count = wanted(obj, 0) if obj.quant in ("the", "both", "count") else 1
    if obj.ref in ("it", "this"):
        return "Which one do you mean"
    if count > 1:
        return f"Which {number_word(count)} {obj_noun(obj, plural=True)} do you mean"
    return f"Which {obj_noun(obj)} do you mean"


def _only(obj: p.Obj, n: int) -> str:
    noun = obj_noun(obj, plural=n != 1)
    return f"I can see only {number_word(n)} {noun}." if n else f"I can't see any {noun}."
