"""What a description refers to in the scene as it is now: deterministic, explained, or a question.

Knows: the pipeline of filters and the words for its results. Does not know: how each part filters
(the modules beside it), places (placement), or what shall be done with the objects.

The pipeline: reference or name, kind or noun, colours, size, material, state, relations, group,
exclusion, the person's earlier choice; then order and quantifier. Conventions:

- kind "object" is everything movable; a flat zone only where nothing else fits a description by
  colour or place. "container" is bowl, box, tray, cup, mug, pan; "dish" is bowl, plate, cup, mug;
  "round" is balls, bowls, plates, cups and cans; "toy" the household toys and balls, blocks where
  there are none.
- kind "stack" resolves to the *top* object of each stack of two or more; to move a whole stack,
  take `world.relations.stack_of(scene, top)`.
- "the" that fits several is a question naming them, also for identical things and although one
  of them was mentioned last; only a direction or nearness relation may single one out when it is
  clearly the nearest (order.lean).
- a kind that is nowhere in the scene may stand for one that people mix it up with, and an unknown
  noun with a colour becomes a question about the only thing of that colour (substitutes.py);
  `matching`, which counts and tests, takes words as they are.
- quantifier "none" resolves to nothing, without a problem.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from llmagentos.grounding import filters as f
from llmagentos.grounding import substitutes
from llmagentos.grounding.context import Context, Grounding
from llmagentos.grounding.filters import Objects, Unresolved
from llmagentos.grounding.order import lean, rank
from llmagentos.grounding.quantity import pick, pick_ranked, plural_ref
from llmagentos.grounding.reasons import explain, nothing_found, too_much
from llmagentos.grounding.refs import moved_count, moved_kinds, named, referents, rest_handled
from llmagentos.grounding.shapes import by_shape, is_shape
from llmagentos.grounding.where import Resolver, by_where
from llmagentos.lang import plan as p
from llmagentos.lang.wording.objects import is_plural
from llmagentos.lang.wording.scene import choices
from llmagentos.objects.measured import is_thing
from llmagentos.ports.failures import Failure

__all__ = ["choice_key", "filter_relation", "ground", "ground_landmark", "matching"]

choice_key = f.choice_key
NOT_HERE = "I can't see that here."


def ground(obj: p.Obj, ctx: Context, without: Collection[str] = ()) -> Grounding:
    """Resolve a description; never raises. `without`: ids that can't be meant.

    The result has ids, or a problem with a question that names the candidates.
    """
    meant = substitutes.as_meant(obj, ctx)
    if substitutes.says_nothing(obj, meant):
        return Grounding((), NOT_HERE, Failure.UNKNOWN_KIND, NOT_HERE)
    found = _ground(meant, ctx, without)
    if found.problem is Failure.UNKNOWN_KIND:
        return substitutes.guess(obj, ctx, without) or _not_all_seen(found, ctx)
    if found.problem is not Failure.NONE_FITS:
        return found
    for other in substitutes.near_kinds(meant, ctx.scene):
        chosen = [(choice_key(other), ids) for key, ids in ctx.chosen if key == choice_key(obj)]
        instead = _ground(other, ctx.with_(chosen=(*ctx.chosen, *chosen)), without)
        if instead.ids or instead.problem is Failure.AMBIGUOUS:
            return instead
    return substitutes.ask_instead(obj, meant, ctx, without, _ground) or found


def _ground(obj: p.Obj, ctx: Context, without: Collection[str]) -> Grounding:
    """`ground` by the very words of the description."""
    notes: list[str] = []
    if without and obj.order is not None and (obj.order.n > 1 or obj.order.key == "middle"):
        # "swap the second and the third": counted among all, whatever can't be meant
        found = _ground(obj, ctx, ())
        if found.ok and not set(found.ids) & set(without):
            return found
    try:
        objs = _candidates(obj, ctx, without, notes)
        return _resolve(obj, objs, ctx, notes)
    except Unresolved as unresolved:
        return unresolved.grounding


def _not_all_seen(found: Grounding, ctx: Context) -> Grounding:
    """With what the camera left out, where it may be that."""
    more = too_much(ctx)
    return replace(found, question=f"{found.question} {more}") if more else found


def ground_landmark(obj: p.Obj, ctx: Context) -> Grounding:
    """`ground` where exactly one thing, other than the one being moved, must be meant.

    Several results are a question; for "a bowl" the preference of pick.py decides.
    """
    keep_moving = obj.ref in ("this", "other") or ctx.moving is None
    found = ground(obj, ctx, () if keep_moving else (ctx.moving or "",))
    if found.ok and len(found.ids) != 1:
        if not found.ids:
            return replace(found, problem=Failure.NONE_FITS, question="Where exactly do you mean?")
        question = f"Which one do you mean: {choices(found.ids, ctx.scene)}?"
        return Grounding((), question, Failure.AMBIGUOUS, question, found.ids)
    return found


def matching(obj: p.Obj, ctx: Context, without: Collection[str] = ()) -> tuple[str, ...]:
    """Ids of everything that fits the description, whatever its quantifier; () where none do.

    Sorted as pick.in_taking_order. With an order word, only what it selects. Never
    raises; a missing landmark or unknown noun fits nothing.
    """
    if obj.is_of_moved and moved_count(obj) is not None and is_plural(obj):
        return ground(obj, ctx, without).ids
    if obj.ref is not None and not is_plural(obj):  # "it" stays singular
        found = ground(obj.model_copy(update={"quant": "the"}), ctx, without)
        return found.ids or (found.candidates if found.problem is Failure.AMBIGUOUS else ())
    every = obj.model_copy(update={"quant": "all", "count": None})
    if obj.order is not None and obj.quant != "all":
        every = obj.model_copy(update={"quant": "count"})
    if obj.quant == "rest":
        every = every.model_copy(update={"quant": "rest"})
    return _ground(substitutes.as_meant(every, ctx), ctx, without).ids


_RESOLVER = Resolver(ground, matching)


def filter_relation(ids: Collection[str], relation: p.Relation, ctx: Context) -> tuple[str, ...]:
    """Those of `ids` that stand in the relation. Raises Unresolved for a missing landmark."""
    objs = [o for o in map(ctx.scene.get, ids) if o is not None]
    return tuple(o.id for o in by_where(objs, relation, ctx, _RESOLVER))


def _candidates(obj: p.Obj, ctx: Context, without: Collection[str], notes: list[str]) -> Objects:
    """Everything that fits, before order and quantifier, sorted by id."""
    objs = _filtered(obj, ctx, without, notes, zones=False)
    vague = obj.kind == "object" and not (obj.noun or obj.name or obj.ref)
    described = obj.quant in ("the", "a") or bool(obj.where)
    if not objs and vague and described and (obj.colors or obj.where):
        objs = _filtered(obj, ctx, without, notes, zones=True)
    return f.by_choice(objs, obj, ctx)


def _without_a_name(obj: p.Obj, objs: Objects) -> str | None:
    """Of several that "the thing" fits: the only one of no known kind; the others people call by
    their names. None where there is no such one."""
    things = [o.id for o in objs if is_thing(o)]
    vague = obj.kind == "object" and (obj.noun is None or is_shape(obj.noun))
    return things[0] if vague and obj.ref is None and len(things) == 1 else None


def _filtered(
    obj: p.Obj, ctx: Context, without: Collection[str], notes: list[str], zones: bool
) -> Objects:
    """One run of the filters; zones: flat zones count as objects too."""
    # "the second thing you moved" stays the second where the first can't be meant
    late = without if obj.rank != 1 else ()
    objs = _of_kind_and_color(obj, ctx, () if late else without, zones)
    if obj.ref is not None and not obj.is_of_moved:
        ids = referents(obj, objs, ctx)
        objs = [o for o in objs if o.id in ids]
    kind = f.kind_of(obj, ctx.scene)
    alike = f.by_kind(list(ctx.scene.objects), kind, ctx.scene)
    objs = f.by_size(objs, obj.size, alike, notes, ctx.scene if kind == "stack" else None)
    objs = f.by_material(objs, obj.material, notes)
    objs = f.by_state(objs, obj.state, ctx.scene)
    anything = obj.kind == "object" and not (obj.noun or obj.colors or obj.size or obj.material)
    for relation in obj.where:
        objs = by_where(objs, relation, ctx, _RESOLVER, obj.quant == "the", anything)
    objs = by_shape(f.by_group(objs, obj.group), obj.noun)
    if obj.quant == "rest":
        handled = rest_handled(ctx)
        objs = [o for o in objs if o.id not in handled]
        if kind == "object":  # "the rest" after handling blocks is the rest of the blocks
            kinds = moved_kinds(ctx)
            objs = [o for o in objs if o.kind in kinds] or objs
    if obj.exclude is not None:
        excluded = set(_excluded(obj, obj.exclude, objs, ctx))
        objs = [o for o in objs if o.id not in excluded]
    if obj.is_of_moved:  # counted among those that fit everything else
        ids = referents(obj, objs, ctx)
        objs = [o for o in objs if o.id in ids and o.id not in late]
    return objs


def _excluded(obj: p.Obj, left_out: p.Obj, objs: Objects, ctx: Context) -> tuple[str, ...]:
    """What `left_out` keeps out of the description.

    "all but one of them" leaves one or so many out; "anything but a ball" leaves out every ball.
    """
    fitting = matching(left_out, ctx)
    if obj.quant in ("a", "the", "count") or left_out.quant not in ("a", "count"):
        return fitting
    among = [o for o in objs if o.id in fitting]
    if left_out.order is not None or len(among) <= (left_out.count or 1):
        return tuple(o.id for o in among)
    return tuple(o.id for o in pick(left_out, among, ctx))


def _of_kind_and_color(obj: p.Obj, ctx: Context, without: Collection[str], zones: bool) -> Objects:
    """By name, else by kind and colour."""
    everything = sorted((o for o in ctx.scene.objects if o.id not in without), key=lambda o: o.id)
    if obj.name is not None:
        object_id = named(obj.name, ctx)
        return [o for o in everything if o.id == object_id]
    kind = f.kind_of(obj, ctx.scene)
    if kind == "object" and (zones or obj.ref is not None):
        return [o for o in everything if not obj.colors or o.color in obj.colors]
    return f.by_color(f.by_kind(everything, kind, ctx.scene), obj.colors, kind, ctx.scene)


def _resolve(obj: p.Obj, objs: Objects, ctx: Context, notes: list[str]) -> Grounding:
    if obj.quant == "none" or obj.count == 0:
        return Grounding((), explain(obj, [], objs, ctx, notes))
    if not objs:
        question = nothing_found(obj, ctx)
        return Grounding((), question, Failure.NONE_FITS, question)
    if obj.order is not None:
        kind = f.kind_of(obj, ctx.scene)
        chosen, why = pick_ranked(obj, rank(obj.order, objs, ctx, _RESOLVER, kind), ctx)
        notes += [why] if why else []
    else:
        single = obj.quant == "the" and obj.count in (None, 1) and not plural_ref(obj)
        one = lean(objs, obj, ctx, _RESOLVER) if single and len(objs) > 1 else None
        if one is not None:
            notes.append("the nearest there")
        elif single and len(objs) > 1:
            one = _without_a_name(obj, objs)
            notes += ["the only one that I have no name for"] if one else []
        chosen = [o for o in objs if o.id == one] if one else pick(obj, objs, ctx)
    return Grounding(tuple(o.id for o in chosen), explain(obj, chosen, objs, ctx, notes))
