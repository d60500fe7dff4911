"""Where something was before the last command that moved it, and what is there now.

Knows: the session's moves. Does not know: free room (freespace.py) nor how things get there.
"""

from __future__ import annotations

import math

from llmagentos.grounding.context import Context
from llmagentos.grounding.refs import really_moved
from llmagentos.objects.kinds import traits
from llmagentos.types import Scene, SceneObject

#: A thing is where it, or another one, was within this, metres.
SAME_SPOT_M = 0.025


def before_last_move(mark: SceneObject, ctx: Context) -> SceneObject:
    """The thing as believed before the last command that moved it; where it was never moved, as
    it was at the start."""
    moves = [e for e in ctx.events if e.object_id == mark.id and really_moved(e)]
    moves = [e for e in moves if not e.before.held]
    if moves:
        return next(e.before for e in moves if e.command == moves[-1].command)
    first = ctx.initial.get(mark.id) if ctx.initial is not None else None
    return first if first is not None else mark


def stands_at(item: SceneObject, before: SceneObject) -> bool:
    """Whether `item` stands where something was in an earlier belief."""
    if item.held or item.support != before.support or item.inside != before.inside:
        return False
    return item.inside or math.dist(item.position[:2], before.position[:2]) <= SAME_SPOT_M


def in_place_of(before: SceneObject, moving: SceneObject, scene: Scene) -> tuple[SceneObject, ...]:
    """What takes up the spot for `moving` now, nearest first; the thing itself where it is back."""
    there = [
        o for o in scene.objects if o.id != moving.id and not traits(o.kind).is_flat and not o.held
    ]
    own = [o for o in there if o.id == before.id and stands_at(o, before)]
    if before.inside:
        return tuple(own)
    level = [o for o in there if o.support == before.support and o.id != before.id]

    def off(o: SceneObject) -> float:
        return math.dist(o.position[:2], before.position[:2])

    near = [o for o in level if off(o) < (o.size_m + moving.size_m) / 2]
    return (*own, *sorted(near, key=lambda o: (off(o), o.id)))
