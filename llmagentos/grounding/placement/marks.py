"""The landmarks of a place, grounded.

Knows: which things a place is about, for one moved thing. Does not know: free room or spots.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from llmagentos.grounding import ground
from llmagentos.grounding.context import Context, Grounding, Placement
from llmagentos.grounding.placement import support
from llmagentos.grounding.refs import normal_name
from llmagentos.grounding.where import open_one
from llmagentos.lang import plan as p
from llmagentos.lang.wording.scene import choices
from llmagentos.objects.kinds import traits
from llmagentos.objects.outlines import has_rim
from llmagentos.ports.failures import Failure
from llmagentos.world.relations import is_above


@dataclass(frozen=True)
class Marks:
    """The landmarks of a place. ids: objects; point: a named or remembered point of the table.

    found: the groundings behind them, for the trace. problem: why there are none.
    """

    ids: tuple[str, ...] = ()
    point: tuple[float, float] | None = None
    found: tuple[tuple[p.Obj, Grounding], ...] = ()
    problem: Placement | None = None


def depends_on_item(place: p.Place) -> bool:
    """Whether the landmark differs from item to item ("the bowl of the same colour")."""
    objs = [o for o in (place.obj, place.obj2) if o is not None]
    return any(o.quant == "own" or _mentions_this(o) for o in objs)


def _mentions_this(obj: p.Obj) -> bool:
    if obj.ref == "this":
        return True
    inner = [obj.exclude, obj.order.of if obj.order else None]
    inner += [x for r in obj.where for x in (r.obj, r.obj2)]
    compared = any(r.obj is None and r.region is None for r in obj.where)
    return compared or any(_mentions_this(o) for o in inner if o is not None)


def resolve_marks(place: p.Place, ctx: Context) -> Marks:
    """Ground the place's landmarks; `ctx.moving` is never one of them."""
    ids: list[str] = []
    found: list[tuple[p.Obj, Grounding]] = []
    for obj in (place.obj, place.obj2):
        if obj is None:
            continue
        if (point := _named_point(obj, ctx)) is not None:
            return Marks(point=point)
        grounding = _ground_mark(obj, place, ctx)
        found.append((obj, grounding))
        if not grounding.ok:
            return Marks(found=tuple(found), problem=_from_grounding(grounding))
        ids += [i for i in grounding.ids if i not in ids]
    if place.rel == "between" and len(ids) < 2:
        return Marks(
            found=tuple(found), problem=problem(Failure.TOO_FEW, "Between what shall it be put?")
        )
    return Marks(_uppermost(ids, ctx) if place.rel == "on" else tuple(ids), found=tuple(found))


def _uppermost(ids: Sequence[str], ctx: Context) -> tuple[str, ...]:
    """On things that stand on each other is on the upper ones: nothing is taken from below."""
    seen = [o for o in map(ctx.scene.get, ids) if o is not None]
    seen = [o for o in seen if not traits(o.kind).is_flat and not has_rim(o)]
    covered = {m.id for m in seen for o in seen if is_above(ctx.scene, o, m)}
    return tuple(i for i in ids if i not in covered)


def _ground_mark(obj: p.Obj, place: p.Place, ctx: Context) -> Grounding:
    own_ref = obj.ref in ("this", "other")
    without = () if ctx.moving is None or own_ref else (ctx.moving,)
    grounding = ground(open_one(obj) if place.rel == "in" else obj, ctx, without)
    if not grounding.ok and obj.ref == "it":
        grounding = ground(obj, ctx, without)
    if grounding.ok and obj.quant == "a" and place.rel in ("on", "in"):
        able = ground(obj, ctx, (*without, *_unable(place.rel, ctx)))
        return able if able.ok else grounding
    if (
        obj.kind == "block"
        and obj.colors
        and (place.rel == "in" or grounding.problem is Failure.NONE_FITS)
    ):
        flat = _square_as_zone(obj, place, ctx)
        if flat is not None:
            return flat
    if not grounding.ok and without and grounding.problem is Failure.NONE_FITS:
        grounding = ground(obj, ctx)  # "put the bowl into the bowl": named, and then refused
    several = place.rel == "between" or obj.is_several
    if grounding.ok and len(grounding.ids) > 1 and not several and obj.ref is None:
        question = f"Which one do you mean: {choices(grounding.ids, ctx.scene)}?"
        return Grounding((), question, Failure.AMBIGUOUS, question, grounding.ids)
    if grounding.ok and not grounding.ids:
        return replace(grounding, problem=Failure.NONE_FITS, question="Where exactly do you mean?")
    return grounding


def _square_as_zone(obj: p.Obj, place: p.Place, ctx: Context) -> Grounding | None:
    """Nothing goes into a solid block: "into the cyan square" means the zone, if there is one."""
    if place.rel not in ("in", "on") or obj.ref is not None:
        return None
    for kind in ("zone", "box") if place.rel == "in" else ("zone",):
        found = ground(obj.model_copy(update={"kind": kind, "noun": None}), ctx)
        if found.ok and all(_is_a(i, kind, ctx) for i in found.ids):
            return found
    return None


def _is_a(object_id: str, kind: str, ctx: Context) -> bool:
    seen = ctx.scene.get(object_id)
    return seen is not None and seen.kind == kind


def _unable(rel: str, ctx: Context) -> list[str]:
    """What can't carry or hold the moved thing, when any will do."""
    item = ctx.scene.get(ctx.moving or "")
    if item is None:
        return []
    return [o.id for o in ctx.scene.objects if support.cannot_carry(o, item, rel)]


def _named_point(obj: p.Obj, ctx: Context) -> tuple[float, float] | None:
    if obj.name is None and obj.noun is None:
        return None
    wanted = normal_name(obj.name or obj.noun or "")
    return next((xy for n, xy in ctx.name_places.items() if normal_name(n) == wanted), None)


def problem(code: Failure, words: str, candidates: Sequence[str] = ()) -> Placement:
    """A placement that failed, with its reason as a sentence."""
    return Placement(None, words, code, words, tuple(candidates))


def _from_grounding(g: Grounding) -> Placement:
    return Placement(None, g.question or g.words, g.problem, g.question or g.words, g.candidates)
