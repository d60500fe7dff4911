"""What is told of a thing that could not go as far towards another as was said.

Knows: that it ends next to its landmark, and how far it came. Does not know: how it was brought
there (placing.py, steps/push.py).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from llmagentos.grounding.placement import Marks
from llmagentos.grounding.placement.table import NEXT_GAP_M
from llmagentos.lang import plan as p
from llmagentos.lang.wording import describe_object, describe_step
from llmagentos.objects.outlines import circle_m
from llmagentos.tasks.scope import Scope
from llmagentos.types import SceneObject

#: Who misses a distance by less came so far: fingers and camera are no finer.
EXACT_M = 0.03
#: Less than this is no way at all.
_NO_WAY_M = 0.01


def tell_how_far(
    step: p.Put | p.Push, before: Sequence[SceneObject], marks: Marks | None, scope: Scope
) -> None:
    """Have the reply say how far each of `before` really went, where the landmark ended it."""
    place = step.place
    if place.rel != "toward" or place.distance is None or not place.distance.is_measured:
        return
    said, went = place.distance.metres(), [_went(item, scope) for item in before]
    if not went or all(way > said - EXACT_M for way in went):
        return
    without = step.model_copy(update={"place": place.model_copy(update={"distance": None})})
    if len(went) > 1:
        scope.came_out = f"{describe_step(without)}, as far as there was room"
        return
    end = (
        "it was next to it" if _is_next(before[0].id, marks, scope) else "there was no room farther"
    )
    if went[0] < _NO_WAY_M:
        scope.came_out = describe_step(without)
        name = describe_object(scope.get(before[0].id), scope.scene()).capitalize()
        scope.note(f"{name} can't go farther that way: {end}.".replace(": it was", ": it is"))
        return
    far = p.Length(value=max(1, round(100 * went[0])), unit="cm")
    shorter = step.model_copy(update={"place": place.model_copy(update={"distance": far})})
    until = "until" if end.startswith("it") else "since"
    scope.came_out = f"{describe_step(shorter)}, {until} {end}"


def _went(before: SceneObject, scope: Scope) -> float:
    return math.dist(before.position[:2], scope.get(before.id).position[:2])


def _is_next(object_id: str, marks: Marks | None, scope: Scope) -> bool:
    """Whether it stands next to what it was moved towards."""
    item = scope.get(object_id)
    others = [] if marks is None else [scope.scene().get(i) for i in marks.ids]
    return any(
        math.dist(item.position[:2], o.position[:2])
        <= circle_m(o) + circle_m(item) + NEXT_GAP_M + EXACT_M
        for o in others
        if o is not None
    )
