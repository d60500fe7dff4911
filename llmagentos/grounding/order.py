"""Ranking of candidates: leftmost, second largest, nearest to the bowl, tallest stack.

Knows: the score of each order word, and when two scores are too close to call.
Does not know: how many of the ranked objects are meant (pick.py).

A rank is a list of (score, object), best first; scores are in the unit of `Ranking.tie`: two
that differ by no more than `tie` are equal for a person looking at the table.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from llmagentos.grounding.context import Context
from llmagentos.grounding.filters import Objects, Unresolved
from llmagentos.grounding.where import Resolver
from llmagentos.lang import plan as p
from llmagentos.objects.measured import is_thing
from llmagentos.ports.failures import Failure
from llmagentos.types import SceneObject
from llmagentos.world import regions
from llmagentos.world import relations as rel
from llmagentos.world.colors import luminance

#: Positions, sizes and heights closer than this are equal, metres.
TIE_M = 0.003
#: A direction or nearness singles one out when the next is this much farther off ...
CLEARLY = 1.25
#: ... and at least this much, metres.
CLEARLY_M = 0.02
#: People count from left to right unless things stand this much more one behind another.
ACROSS_FIRST = 1.5
#: What lies within this angle of a direction is preferred to what lies aside, radians.
CONE_RAD = math.radians(45.5)


class Ranking(NamedTuple):
    """Best first. tie: scores that differ by no more than this are equal."""

    scored: list[tuple[float, SceneObject]]
    tie: float


def rank(order: p.Order, objs: Objects, ctx: Context, resolver: Resolver, kind: str) -> Ranking:
    """Candidates sorted by `order.key`, ties by id. Raises Unresolved for a missing landmark.

    top/bottom go by height when candidates stand on each other (the others then drop out), else
    they mean back and front as seen on the table; "second from the top" goes by height only when
    all candidates are in stacks. middle ranks by closeness to the median.
    """
    tie = TIE_M
    piled = _piled(objs) if order.key in ("top", "bottom") else []
    if piled and (order.n == 1 or len(piled) == len(objs)):
        sign = -1.0 if order.key == "top" else 1.0
        scored = [(sign * o.position[2], o) for o in piled]
    elif order.key in ("nearest", "farthest"):
        scored = _by_distance(order, objs, ctx, resolver)
    elif order.key == "middle":
        scored = _by_middle(objs)
    else:
        score = _score(order.key, objs, ctx, kind)
        scored = [(score(o), o) for o in objs]
        tie = {"darkest": 1e-6, "lightest": 1e-6, "fullest": 0.5, "emptiest": 0.5}.get(
            order.key, TIE_M
        )
    return Ranking(sorted(scored, key=lambda item: (item[0], item[1].id)), tie)


def _piled(objs: Objects) -> Objects:
    """Candidates that are stacked on, or carry, another candidate."""
    ids = {o.id for o in objs}
    upper = {o.id for o in objs if o.support in ids and not o.held and not o.inside}
    lower = {o.support for o in objs if o.id in upper}
    return [o for o in objs if o.id in upper | lower]


def _score(key: str, objs: Objects, ctx: Context, kind: str) -> Callable[[SceneObject], float]:
    """The number to sort by, smallest first."""
    scene = ctx.scene
    if key in ("largest", "smallest"):
        one_kind = len({o.kind for o in objs}) <= 1 and not any(map(is_thing, objs))
        sign = -1.0 if key == "largest" else 1.0
        if kind == "stack":
            return lambda o: sign * sum(rel.bulk_m(m) for m in rel.stack_of(scene, o))
        return lambda o: sign * (o.size_m if one_kind else rel.bulk_m(o))
    if key in ("tallest", "shortest"):
        sign = -1.0 if key == "tallest" else 1.0
        if kind == "stack":
            return lambda o: sign * sum(m.height_m for m in rel.stack_of(scene, o))
        return lambda o: sign * o.height_m
    table: dict[str, Callable[[SceneObject], float]] = {
        "left": lambda o: -o.position[1],
        "right": lambda o: o.position[1],
        "front": lambda o: o.position[0],
        "back": lambda o: -o.position[0],
        "top": lambda o: -o.position[0],
        "bottom": lambda o: o.position[0],
        "darkest": lambda o: luminance(o.color),
        "lightest": lambda o: -luminance(o.color),
        "fullest": lambda o: -float(rel.fill_count(scene, o)),
        "emptiest": lambda o: float(rel.fill_count(scene, o)),
    }
    return table[key]


def _by_middle(objs: Objects) -> list[tuple[float, SceneObject]]:
    """Distance from the median from left to right, or front to back where they stand so."""
    spans = []
    for axis in (1, 0):
        values = sorted(o.position[axis] for o in objs)
        span = values[-1] - values[0] if values else 0.0
        spans.append((span * (ACROSS_FIRST if axis == 1 else 1.0), axis, values))
    _, axis, values = max(spans, key=lambda s: (s[0], s[1]))
    n = len(values)
    median = (values[(n - 1) // 2] + values[n // 2]) / 2 if n else 0.0
    return [(abs(o.position[axis] - median), o) for o in objs]


def _by_distance(
    order: p.Order, objs: Objects, ctx: Context, resolver: Resolver
) -> list[tuple[float, SceneObject]]:
    sign = 1.0 if order.key == "nearest" else -1.0
    ws = ctx.scene.workspace
    if order.of is not None:
        marks = _marks(order.of, ctx, resolver)
        objs = [o for o in objs if o.id not in {m.id for m in marks}] or objs
        return [(sign * min(rel.distance_m(o, m) for m in marks), o) for o in objs]
    if order.region is not None:
        region = order.region
        return [(sign * regions.distance_to(ws, region, *o.position[:2]), o) for o in objs]
    return [(sign * math.hypot(*o.position[:2]), o) for o in objs]


def _marks(of: p.Obj, ctx: Context, resolver: Resolver) -> Objects:
    found = resolver.ground(of, ctx)
    ids = resolver.matching(of, ctx) if of.quant == "a" else found.ids
    marks = [o for o in map(ctx.scene.get, ids) if o is not None]
    if not marks:
        problem = found.problem or Failure.NONE_FITS
        raise Unresolved(problem, found.question or "I can't see that.", found.candidates)
    return marks


def lean(objs: Sequence[SceneObject], obj: p.Obj, ctx: Context, resolver: Resolver) -> str | None:
    """The one candidate that a direction or nearness clearly singles out, or None.

    "the block left of the bowl", with two blocks to the left: the one within 45° of straight
    left; where several are, the nearer one when the next is a quarter as far again and 2 cm
    farther off, counting what lies off the straight direction as farther. Nothing is singled out
    when several relations, or none, are given.
    """
    relations = [r for r in obj.where if r.obj is not None and not r.negate]
    if len(relations) != 1 or obj.ref is not None:
        return None
    r = relations[0]
    if r.rel not in rel.DIRECTIONS and r.rel not in ("next_to", "around", "toward"):
        return None
    assert r.obj is not None
    ids = resolver.matching(r.obj, ctx)
    mark = ctx.scene.get(ids[0]) if len(ids) == 1 else None
    if mark is None:
        return None

    def off(o: SceneObject) -> float:
        far = rel.distance_m(o, mark)
        angle = rel.cone_offset(r.rel, o, mark) if r.rel in rel.DIRECTIONS else 0.0
        return far * (1.0 + max(0.0, angle - math.pi / 8) * 1.5)

    pool = list(objs)
    if r.rel in rel.DIRECTIONS:
        pool = [o for o in objs if rel.cone_offset(r.rel, o, mark) <= CONE_RAD] or pool
    if len(pool) == 1:
        return pool[0].id
    first, second = sorted((off(o), o.id) for o in pool)[:2]
    clearly = second[0] >= CLEARLY * first[0] and second[0] - first[0] >= CLEARLY_M
    return first[1] if clearly else None
