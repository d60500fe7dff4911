"""Each thing to a landmark of its own: "each apple on a cube".

Knows: which landmarks are still to have, and who gets which. Does not know: how one is put there.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from llmagentos.grounding import ground, matching
from llmagentos.grounding.placement import satisfied
from llmagentos.grounding.placement.support import cannot_carry
from llmagentos.lang import plan as p
from llmagentos.ports.failures import Failure
from llmagentos.tasks.scope import Scope, StepProblem
from llmagentos.types import SceneObject


def own_landmarks(ids: Sequence[str], place: p.Place, scope: Scope) -> dict[str, str]:
    """A landmark for each thing, as far as they go: the one where it is already, else the nearest
    free one. Raises StepProblem where there is none at all."""
    assert place.obj is not None, "the plan was checked"
    wanted = place.obj.model_copy(update={"quant": "all", "count": None})
    ctx = scope.context()
    marks = [scope.get(i) for i in matching(wanted, ctx, ids)]
    if not marks:
        found = ground(wanted, ctx, ids)
        raise StepProblem(
            found.problem or Failure.NONE_FITS, found.question or found.words, place.obj
        )
    items = [scope.get(i) for i in ids]
    pairs = {o.id: m.id for o in items for m in marks if satisfied(place, o, ctx, [m])}
    free = [m for m in marks if m.id not in pairs.values() and _is_free(m, place, scope)]
    left = [o for o in items if o.id not in pairs]
    able = [(o, m) for o in left for m in free if not _unable(m, o, place)]
    if left and free and not able:
        raise StepProblem(Failure.IMPOSSIBLE, _unable(free[0], left[0], place))
    for o, m in sorted(able, key=lambda pair: (_off(*pair), pair[0].id, pair[1].id)):
        if o.id not in pairs and m.id not in pairs.values():
            pairs[o.id] = m.id
    return pairs


def _is_free(mark: SceneObject, place: p.Place, scope: Scope) -> bool:
    return place.rel not in ("on", "in") or not scope.scene().on_top_of(mark.id)


def _unable(mark: SceneObject, item: SceneObject, place: p.Place) -> str:
    return cannot_carry(mark, item, place.rel) if place.rel in ("on", "in") else ""


def _off(a: SceneObject, b: SceneObject) -> float:
    return round(math.dist(a.position[:2], b.position[:2]), 4)
