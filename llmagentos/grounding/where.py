"""The part of a description that relates objects to others: "left of the bowl", "in a corner".

Knows: how a relation filters candidates, with landmarks that are descriptions themselves.
Does not know: geometry (world.relations), how landmarks are resolved (passed in).

Several landmarks: in, on, under, near and "same ..." need any of them; directions, far and
comparisons every one ("left of all bowls"). "the" landmark that fits several things is taken as
"any of them" for in/on/under/near/same, since what is there decides; for directions the person
is asked which one.
"""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple, Protocol

from llmagentos.grounding.context import Context, Grounding
from llmagentos.grounding.filters import Objects, Unresolved
from llmagentos.lang import plan as p
from llmagentos.lang.wording.objects import describe_obj
from llmagentos.objects.kinds import traits
from llmagentos.ports.failures import Failure
from llmagentos.types import Scene, SceneObject
from llmagentos.world import regions
from llmagentos.world import relations as rel

_ANY = {
    "on", "in", "under", "above", "next_to", "around", "toward",
    "same_color", "same_size", "same_kind",
}  # fmt: skip


class _Ground(Protocol):
    def __call__(self, obj: p.Obj, ctx: Context) -> Grounding: ...


class _Matching(Protocol):
    def __call__(self, obj: p.Obj, ctx: Context) -> tuple[str, ...]: ...


class Resolver(NamedTuple):
    """How landmarks are found: resolve.py passes itself in."""

    ground: _Ground
    matching: _Matching


def by_where(
    objs: Objects,
    relation: p.Relation,
    ctx: Context,
    resolver: Resolver,
    lenient: bool = False,
    anything: bool = False,
) -> Objects:
    """Objects that stand in the relation. Raises Unresolved when its landmark can't be found.

    A negated relation to something that isn't there holds for all. lenient: where nothing is
    strictly in a corner, in the middle or next to something, what comes near to it counts.
    anything: the description says nothing else of them; then on a stack is what it carries, not
    the blocks that it is made of.
    """
    lenient = lenient and not relation.negate
    if relation.rel == "table":
        return [o for o in objs if _on_table(o, ctx.scene) != relation.negate]
    if relation.region is not None or relation.rel == "at":
        region = relation.region or "middle"
        found = [o for o in objs if _at(region, o, ctx) != relation.negate]
        if not found and lenient:
            found = [o for o in objs if _at(region, o, ctx, lenient=True)]
        return found
    try:
        if relation.rel == "between":
            return _between(objs, relation, ctx, resolver)
        marks, every = _landmarks(relation, ctx, resolver)
    except Unresolved as unresolved:
        if relation.negate and unresolved.grounding.problem in (
            Failure.NONE_FITS,
            Failure.UNKNOWN_KIND,
            Failure.UNSURE,
        ):
            return objs
        raise
    mark = relation.obj
    members = mark is not None and mark.kind == "stack"
    if members and anything and relation.rel == "on" and not relation.negate:
        return _carried(objs, marks, ctx.scene)
    negate = relation.negate != (mark is not None and mark.quant == "none")
    words = [relation.rel]
    if lenient and relation.rel == "next_to":
        words.append("around")
    for word in words:
        found = [o for o in objs if _holds(word, o, marks, every, members, ctx) != negate]
        if found:
            return found
    return []


def _on_table(o: SceneObject, scene: Scene) -> bool:
    below = scene.get(o.support)
    return not o.held and (below is None or traits(below.kind).is_flat)


def _at(region: str, o: SceneObject, ctx: Context, lenient: bool = False) -> bool:
    x, y = o.position[:2]
    return not o.held and regions.contains(ctx.scene.workspace, region, x, y, lenient)


def _holds(
    word: str, o: SceneObject, marks: Objects, every: bool, members: bool, ctx: Context
) -> bool:
    others = [m for m in marks if m.id != o.id or members]
    if not others:
        return False
    test = all if every else any
    return test(_one(word, o, m, members, ctx.scene) for m in others)


def _one(word: str, o: SceneObject, mark: SceneObject, members: bool, scene: Scene) -> bool:
    if members and word in ("in", "on"):
        return o in rel.stack_of(scene, mark)
    return rel.related(word, scene, o, mark)


def _carried(objs: Objects, tops: Objects, scene: Scene) -> Objects:
    """What stacks carry: above the last two that are of one kind, else their topmost things."""
    carried: set[str] = set()
    for top in tops:
        stack = rel.stack_of(scene, top)
        same = [k for k in range(1, len(stack)) if stack[k].kind == stack[k - 1].kind]
        carried |= {o.id for o in stack[same[-1] + 1 :]} if same else set()
        carried |= {top.id}
    return [o for o in objs if o.id in carried]


def _landmarks(r: p.Relation, ctx: Context, resolver: Resolver) -> tuple[Objects, bool]:
    """Landmark objects, and whether the relation must hold to every one."""
    if r.obj is None:
        default = ctx.this or ctx.moving
        mark = ctx.scene.get(default) if default else None
        if mark is None:
            raise Unresolved(Failure.NO_REFERENT, f"What is it that you mean with {r.rel}?")
        return [mark], False
    every = r.rel not in _ANY
    if r.obj.quant in ("a", "none") or (r.obj.quant == "count" and r.obj.count in (None, 1)):
        ids, every = resolver.matching(r.obj, ctx), False
        if not ids and not (r.negate or r.obj.quant == "none"):
            raise Unresolved(
                Failure.NONE_FITS, resolver.ground(r.obj, ctx).question or "There is none."
            )
    else:
        found = resolver.ground(open_one(r.obj) if r.rel == "in" else r.obj, ctx)
        if not found.ids and found.problem is not Failure.AMBIGUOUS:
            found = resolver.ground(r.obj, ctx)
        ids = found.ids
        if found.problem is Failure.AMBIGUOUS and r.rel in _ANY:
            ids = found.candidates
        elif found.problem is not None:
            raise Unresolved(found.problem, found.question, found.candidates)
    return [o for o in map(ctx.scene.get, ids) if o is not None], every


def open_one(obj: p.Obj) -> p.Obj:
    """What "it" means after "in": something that things can be in."""
    vague = obj.ref == "it" and obj.kind == "object" and obj.noun is None
    return obj.model_copy(update={"kind": "container"}) if vague else obj


def _between(objs: Objects, r: p.Relation, ctx: Context, resolver: Resolver) -> Objects:
    ids: list[str] = []
    for landmark in (r.obj, r.obj2):
        if landmark is not None:
            found = resolver.ground(landmark, ctx)
            if found.problem is not None:
                raise Unresolved(found.problem, found.question, found.candidates)
            ids += found.ids
    marks = [m for m in map(ctx.scene.get, dict.fromkeys(ids)) if m is not None]
    if len(marks) < 2:
        what = describe_obj(r.obj) if r.obj is not None else "what"
        raise Unresolved(Failure.TOO_FEW, f"Between {what} and what else?")
    pairs = list(combinations(marks, 2))

    def fits(o: SceneObject) -> bool:
        inner = [(b, c) for b, c in pairs if o.id not in (b.id, c.id)]
        return not o.held and any(rel.between(o, b, c) for b, c in inner)

    return [o for o in objs if fits(o) != r.negate]
