"""What a put moves and where to: items and landmarks told from each other.

Knows: which of the two is resolved first, what "it" means in a comparison, what isn't meant again.
Does not know: how anything is carried.
"""

from __future__ import annotations

from llmagentos.grounding import ground
from llmagentos.grounding.context import Grounding
from llmagentos.grounding.placement import Marks, resolve_marks, satisfied
from llmagentos.grounding.placement.marks import depends_on_item
from llmagentos.lang import plan as p
from llmagentos.ports.failures import Failure
from llmagentos.tasks.mentions import note_landmarks
from llmagentos.tasks.scope import Scope, StepProblem, problem_of


def own_landmark(obj: p.Obj, place: p.Place) -> p.Place:
    """ "the black ball in the box of the same colour as it": there "it" is the ball itself."""
    if place.obj is None or obj.ref is not None:
        return place
    where = tuple(
        r.model_copy(update={"obj": r.obj.model_copy(update={"ref": "this"})})
        if r.obj is not None and r.obj.ref == "it" and r.rel in p.w.COMPARING
        else r
        for r in place.obj.where
    )
    if where == place.obj.where:
        return place
    return place.model_copy(update={"obj": place.obj.model_copy(update={"where": where})})


def items_and_marks(
    obj: p.Obj, place: p.Place, scope: Scope
) -> tuple[tuple[str, ...], Marks | None]:
    """What is moved and where to. marks is None where each item finds its own.

    Items and landmarks never overlap: "the block next to the bowl" needs the item first, "all
    blocks on the largest one" the landmark first.
    """
    own = depends_on_item(place)
    note_landmarks(obj, scope.context(), scope.memory)
    if obj.is_several:
        marks = None if own else marks_for(place, scope, None)
        ids = scope.ground(obj, without=marks.ids if marks else ())
        return ids, marks
    found = ground(obj, scope.context())
    if (found.ok or found.problem is Failure.AMBIGUOUS) and not own and place.obj is not None:
        marks = resolve_marks(place, scope.context())
        # "a thing that isn't in the bowl" never means the bowl itself
        if marks.problem is None and (not found.ok or set(found.ids) & set(marks.ids)):
            without = ground(obj, scope.context(), marks.ids)
            found = without if without.ok else found
    if found.ok and obj.order is not None:
        found = _not_again(obj, place, found, scope)
    elif found.ok and p.w.QUANTIFIERS[obj.quant].indefinite and obj.count in (None, 1):
        found = _not_there(obj, place, found, scope)
    if found.problem is Failure.AMBIGUOUS and not own:
        _check_landmark(place, scope)
    if not found.ok:
        raise problem_of(found, obj)
    scope.tell(obj, found)
    item = found.ids[0] if found.ids else None
    return found.ids, marks_for(place, scope, item) if found.ids else None


def _check_landmark(place: p.Place, scope: Scope) -> None:
    """What is missing is told before it is asked which thing is meant. Raises StepProblem."""
    marks = resolve_marks(place, scope.context())
    missing = (Failure.NONE_FITS, Failure.UNKNOWN_KIND, Failure.UNSURE)
    if marks.problem is not None and marks.problem.problem in missing:
        raise problem_of(marks.problem, marks.found[-1][0] if marks.found else place.obj)


def _not_there(obj: p.Obj, place: p.Place, found: Grounding, scope: Scope) -> Grounding:
    """ "a can at the front": where any will do, one that is not there already."""
    if obj.ref is not None or depends_on_item(place) or place.rel == "under":
        return found
    ctx, there = scope.context(), list[str]()
    while found.ok and found.ids:
        marks = resolve_marks(place, scope.context(moving=found.ids[0]))
        seen = [o for o in map(ctx.scene.get, marks.ids) if o is not None]
        own = ctx.with_(moving=found.ids[0], this=found.ids[0])
        if marks.problem is not None or not satisfied(place, scope.get(found.ids[0]), own, seen):
            return found
        there.append(found.ids[0])
        found = ground(obj, ctx, there)
    return ground(obj, ctx)


def _not_again(obj: p.Obj, place: p.Place, found: Grounding, scope: Scope) -> Grounding:
    """ "the leftmost block in the box, then the rightmost": not the one that just went there."""
    ctx = scope.context()
    moved = {e.object_id for e in ctx.events if e.command == ctx.command}
    if not found.ids or found.ids[0] not in moved or depends_on_item(place):
        return found
    marks = resolve_marks(place, scope.context(moving=found.ids[0]))
    seen = [o for o in map(ctx.scene.get, marks.ids) if o is not None]
    item = scope.get(found.ids[0])
    if marks.problem is not None or not satisfied(place, item, ctx, seen):
        return found
    other = ground(obj, ctx, tuple(moved))
    return other if other.ok else found


def marks_for(place: p.Place, scope: Scope, item: str | None) -> Marks:
    """The place's landmarks for an item, reported. Raises StepProblem."""
    if place.rel == "under":
        raise StepProblem(Failure.IMPOSSIBLE, "I can't put things under others.")
    marks = resolve_marks(place, scope.context(moving=item, this=item))
    for obj, found in marks.found:
        if found.ok:
            scope.tell(obj, found)
    if marks.problem is not None:
        obj_meant = marks.found[-1][0] if marks.found else place.obj
        raise problem_of(marks.problem, obj_meant)
    return marks
