"""Building one stack from bottom to top.

Knows: an order that can stand, what of it stands already, and where the base goes.
Does not know: motion (carry.py).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

from llmagentos.grounding.context import Context, Placement
from llmagentos.grounding.placement import Marks, locate, resolve_marks, satisfied
from llmagentos.grounding.placement.support import cannot_carry
from llmagentos.lang import plan as p
from llmagentos.lang.wording.objects import by_words
from llmagentos.objects.kinds import traits
from llmagentos.objects.outlines import has_rim
from llmagentos.ports.failures import Failure
from llmagentos.tasks.carry import Find, carry, put_aside
from llmagentos.tasks.groups import collect, groups_of, placed
from llmagentos.tasks.placing import put_one
from llmagentos.tasks.scope import Moves, Scope, StepProblem, problem_of
from llmagentos.tasks.sorting import sort_ids
from llmagentos.types import Scene, SceneObject
from llmagentos.world.relations import is_above, stack_of


def stack(step: p.Stack, scope: Scope) -> Moves:
    """All that is named on top of each other; what stands right already is left alone."""
    step = placed(step, scope)
    marks = _marks(step, scope)
    ids = collect(step.objs, scope, marks.ids if marks else ())
    if not ids:
        return
    if step.by is not None:
        yield from _one_for_each(step, scope, ids, marks)
        return
    ordered = _order(ids, step, scope, marks)
    base = _base_on_mark(step, ordered, scope, marks)
    if base is not None:
        ordered = (base, *ordered)
    _check_order(ordered, scope.scene())
    if step.place is not None and base is None:
        yield from _move_base(scope, ordered, step.place, marks)
    yield from build(scope, ordered)
    scope.memory.note_pattern(ordered)
    scope.memory.note_mention(ordered)


def _one_for_each(step: p.Stack, scope: Scope, ids: Sequence[str], marks: Marks | None) -> Moves:
    """One stack for each colour, size or kind; what is alone in its group is no stack."""
    built: list[str] = []
    for group in groups_of(ids, step.by, scope):
        if len(group) > 1:
            ordered = _order(group, step, scope, marks)
            _check_order(ordered, scope.scene())
            if step.place is not None:
                yield from _move_base(scope, ordered, step.place, marks)
            yield from build(scope, ordered)
            built += ordered
    if not built:
        scope.note(f"There are not two of one {by_words(step.by)}.")
        return
    scope.memory.note_pattern(built)
    scope.memory.note_mention(built)


def _marks(step: p.Stack, scope: Scope) -> Marks | None:
    if step.place is None or step.place.obj is None:
        return None
    marks = resolve_marks(step.place, scope.context())
    if marks.problem is not None:
        raise problem_of(marks.problem, step.place.obj)
    for obj, found in marks.found:
        scope.tell(obj, found)
    scope.memory.note_mention(marks.ids)
    return marks


def _base_on_mark(
    step: p.Stack, ordered: Sequence[str], scope: Scope, marks: Marks | None
) -> str | None:
    """ "stack them on the red block": the landmark is the bottom of the stack."""
    if step.place is None or step.place.rel != "on" or marks is None or len(marks.ids) != 1:
        return None
    mark = scope.get(marks.ids[0])
    solid = not has_rim(mark) and not traits(mark.kind).has_broad_floor
    return mark.id if solid and mark.id not in ordered else None


def _order(ids: Sequence[str], step: p.Stack, scope: Scope, marks: Marks | None) -> tuple[str, ...]:
    """Bottom to top: as said, as sorted, or what stands best for a group."""
    if step.sort is not None:
        return sort_ids(ids, step.sort, scope.scene())
    one_group = step.by is not None or (len(step.objs) == 1 and step.objs[0].is_several)
    if not one_group:
        return tuple(ids)
    return _best_order(ids, scope.scene(), keep_base=step.place is None)


def _best_order(ids: Sequence[str], scene: Scene, keep_base: bool) -> tuple[str, ...]:
    """Large below small, round tops last; a part of a stack that stands already stays."""
    objs = [o for o in map(scene.get, ids) if o is not None]
    mx = (scene.workspace.x_min + scene.workspace.x_max) / 2
    my = (scene.workspace.y_min + scene.workspace.y_max) / 2

    def key(o: SceneObject) -> tuple[bool, float, int, float, str]:
        standing = stack_of(scene, o)
        depth = standing.index(o) if o in standing else 0
        off = math.hypot(o.position[0] - mx, o.position[1] - my)
        tall = len([s for s in standing if s.id in ids])
        return (
            not traits(o.kind).has_level_top,
            -round(o.size_m, 2),
            depth if tall > 1 else 0,
            -0.5 * (tall > 1) + off,
            o.id,
        )

    ordered = sorted(objs, key=key)
    base = ordered[0]
    above = [o for o in stack_of(scene, base) if o.id in ids and is_above(scene, o, base)]
    first = [base, *above] if keep_base and _right(scene, [base, *above]) else [base]
    return tuple(o.id for o in first + [o for o in ordered if o not in first])


def _right(scene: Scene, ordered: Sequence[SceneObject]) -> bool:
    return all(b.support == a.id for a, b in itertools.pairwise(ordered)) and all(
        b.size_m <= a.size_m + 0.004 for a, b in itertools.pairwise(ordered)
    )


def _check_order(ordered: Sequence[str], scene: Scene) -> None:
    """Raises StepProblem (cannot) where one can't stand on the one below."""
    objs = [o for o in map(scene.get, ordered) if o is not None]
    for below, above in itertools.pairwise(objs):
        why_not = cannot_carry(below, above)
        if why_not:
            raise StepProblem(Failure.IMPOSSIBLE, why_not)


def _move_base(scope: Scope, ordered: Sequence[str], place: p.Place, marks: Marks | None) -> Moves:
    """The bottom one to its place, unless one of the stack stands there as bottom already."""
    base = scope.get(ordered[0])
    ctx = scope.context(moving=base.id, this=base.id)
    seen = [o for o in map(ctx.scene.get, marks.ids if marks else ()) if o is not None]
    if satisfied(place, base, ctx, seen) and base.support in ("table", *(m.id for m in seen)):
        return
    yield from put_one(scope, base.id, place, marks)


def build(scope: Scope, ordered: Sequence[str]) -> Moves:
    """Each on the one below it; takes off first what stands in the wrong order."""
    yield from _base_down(scope, ordered[0], set(ordered))
    for below_id, object_id in itertools.pairwise(ordered):
        scene = scope.scene()
        below, item = scope.get(below_id), scope.get(object_id)
        if item.support == below_id and not item.held:
            continue
        if is_above(scene, below, item):  # the lower one stands on this one: take it down
            yield from put_aside(scope, below_id)
        for o in scope.scene().on_top_of(below_id):
            if o.id != object_id and not has_rim(below):
                yield from put_aside(scope, o.id)
        yield from carry(scope, object_id, _onto(below_id))


def _base_down(scope: Scope, base_id: str, members: set[str]) -> Moves:
    """The bottom must stand on the table or on something that is no member of the stack."""
    base = scope.get(base_id)
    if base.held or base.support in members:
        yield from put_aside(scope, base_id, least_m=0.0 if base.held else 0.08)


def _onto(below_id: str) -> Find:
    def find(item: SceneObject, ctx: Context) -> Placement:
        return locate(p.Place(rel="on", obj=p.Obj()), item, ctx, (), Marks((below_id,)))

    return find
