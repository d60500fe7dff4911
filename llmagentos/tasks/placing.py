"""Bringing one thing to one place: what must be out of the way first, where it can stand.

Knows: landmarks, what a place needs, when a thing is there already. Does not know: which things
and which place are meant (landmarks.py), the order of several (steps), trying again (carry.py).
"""

from __future__ import annotations

from collections.abc import Callable

from llmagentos.grounding.context import Context, Placement
from llmagentos.grounding.placement import Marks, locate, resolve_marks, said_m, satisfied
from llmagentos.grounding.placement.distance import ON_TABLE_M
from llmagentos.grounding.placement.support import cannot_carry
from llmagentos.lang import plan as p
from llmagentos.lang.wording import describe_place
from llmagentos.lang.wording.objects import rel_words
from llmagentos.objects.kinds import traits
from llmagentos.objects.outlines import has_rim
from llmagentos.ports.failures import Failure
from llmagentos.tasks.carry import (
    carry,
    clear_way_for,
    ensure_graspable,
    ensure_reachable,
    lift,
    put_aside,
)
from llmagentos.tasks.landmarks import marks_for
from llmagentos.tasks.scope import (
    Moves,
    Scope,
    StepProblem,
    Tries,
    ended_badly,
    problem_of,
    succeeded,
)
from llmagentos.types import Action, SceneObject
from llmagentos.world.relations import DIRECTIONS, is_above, stack_of

#: Farther than this beside the line through a landmark is said.
ASIDE_M = 0.025


def put_one(
    scope: Scope, object_id: str, place: p.Place, marks: Marks | None = None, total: int = 1
) -> Tries:
    """One thing to one place; returns whether anything had to be moved."""
    if marks is None or any(scope.scene().get(i) is None for i in marks.ids):
        marks = marks_for(place, scope, object_id)
    item = scope.get(object_id)
    ctx = scope.context(moving=object_id, this=object_id)
    seen = [o for o in map(ctx.scene.get, marks.ids) if o is not None]
    scope.memory.note_mention(marks.ids)
    scope.memory.note_mention((object_id,))
    if (distance := said_m(place, item, seen, ctx)) is not None:
        scope.memory.note_distance(distance)
    if satisfied(place, item, ctx, seen):
        return False
    if place.rel in ("gripper", "above") or _in_the_air(place):
        yield from hold_over(scope, object_id, place, marks)
        return True
    check_possible(scope, item, place, seen)
    for mark in seen:
        yield from make_ready(scope, object_id, mark, place)
    find, check = _finder(scope, place, marks, total), _checker(place, marks)
    yield from carry(scope, object_id, find, check)
    _remember_landing(scope, object_id)
    _tell_if_aside(scope, object_id, place, marks)
    return True


def _in_the_air(place: p.Place) -> bool:
    high = place.position.metres()[2] if place.position is not None else None
    return high is not None and high > ON_TABLE_M


def check_possible(
    scope: Scope, item: SceneObject, place: p.Place, marks: list[SceneObject]
) -> None:
    """Raises StepProblem for what can't be, before anything moves."""
    ensure_graspable(scope, item)
    if place.rel in ("on", "in"):
        reasons = [cannot_carry(mark, item, place.rel) for mark in marks]
        if reasons and all(reasons):
            raise StepProblem(Failure.IMPOSSIBLE, reasons[0])


def make_ready(scope: Scope, object_id: str, mark: SceneObject, place: p.Place) -> Moves:
    """Get the landmark out of the hand, off the item, and its top free."""
    now = scope.get(mark.id)
    if now.held:
        yield from put_aside(scope, now.id)
    yield from clear_way_for(scope, object_id, mark.id)
    if place.rel != "on" or has_rim(mark) or traits(mark.kind).is_flat:
        return
    scene = scope.scene()
    above = [o for o in scene.on_top_of(mark.id) if o.id != object_id and not o.inside]
    wide = scope.get(object_id).size_m < 0.5 * mark.size_m
    for o in above:
        if wide or o.id in scope.done or o.id in put_by_this_command(scope):
            continue  # it was put there on purpose: go on top of it
        if is_above(scene, o, scope.get(object_id)):
            continue
        yield from put_aside(scope, o.id, mark.id)


def put_by_this_command(scope: Scope) -> set[str]:
    """What earlier steps of the running command have moved."""
    ctx = scope.context()
    return {e.object_id for e in ctx.events if e.command == ctx.command}


def _finder(
    scope: Scope, place: p.Place, marks: Marks, total: int
) -> Callable[[SceneObject, Context], Placement]:
    def find(item: SceneObject, ctx: Context) -> Placement:
        known = marks
        if any(ctx.scene.get(i) is None for i in marks.ids):  # seen under another id since
            known = resolve_marks(place, ctx)
        on = climbed(known, place, item, ctx)
        again = locate(place, item, ctx, scope.avoid, on, total)
        return again if again.ok else locate(place, item, ctx, (), on, total)

    return find


def climbed(marks: Marks, place: p.Place, item: SceneObject, ctx: Context) -> Marks:
    """On a solid thing that already carries one: on the top of that stack."""
    if place.rel != "on" or len(marks.ids) != 1:
        return marks
    mark = ctx.scene.get(marks.ids[0])
    if mark is None or has_rim(mark) or traits(mark.kind).is_flat:
        return marks
    if place.part is not None or item.size_m < 0.5 * mark.size_m:
        return marks
    stack = [o for o in stack_of(ctx.scene, mark) if o.id != item.id]
    return Marks((stack[-1].id,)) if stack else marks


def _checker(place: p.Place, marks: Marks) -> Callable[[SceneObject, Context], bool]:
    def check(item: SceneObject, ctx: Context) -> bool:
        seen = [o for o in map(ctx.scene.get, marks.ids) if o is not None]
        return satisfied(place, item, ctx, seen)

    return check


def _remember_landing(scope: Scope, object_id: str) -> None:
    after = scope.scene().get(object_id)
    if after is not None and not after.held:
        scope.memory.note_spot(*after.position[:2])


def _tell_if_aside(scope: Scope, object_id: str, place: p.Place, marks: Marks) -> None:
    """ "10 cm in front of it", where there was only room at that distance to one side."""
    scene = scope.scene()
    after, mark = scene.get(object_id), scene.get(marks.ids[0]) if len(marks.ids) == 1 else None
    ux, uy = DIRECTIONS.get(place.rel, (0.0, 0.0))
    if after is None or mark is None or place.distance is None or not ux * ux + uy * uy:
        return
    dx, dy = (a - b for a, b in zip(after.position[:2], mark.position[:2], strict=True))
    if abs(dx * uy - dy * ux) > ASIDE_M:
        words = rel_words(place.rel)
        scope.note(f"There was no room straight {words} it, so it stands a little to the side.")


def hold_over(scope: Scope, object_id: str, place: p.Place, marks: Marks) -> Moves:
    """Pick up and keep it in the air, over the landmark where there is one."""
    if place.rel != "gripper":
        _over(scope, object_id, place, marks)  # out of reach: say so before anything moves
    yield from lift(scope, object_id)
    if place.rel == "gripper":
        return
    report = yield _over(scope, object_id, place, marks)
    if not succeeded(report):
        raise ended_badly(f"I could not get {describe_place(place)}", report)


def _over(scope: Scope, object_id: str, place: p.Place, marks: Marks) -> Action:
    """The action that brings the hand there. Raises StepProblem where that is out of reach."""
    item = scope.get(object_id)
    found = locate(place, item, scope.context(moving=object_id), (), marks)
    if found.spot is None:
        raise problem_of(found, place.obj)
    skill = "reach" if place.rel == "xy" else "point"
    action = Action(skill, object_id, found.spot.pose, why=scope.words)
    ensure_reachable(scope, action, f"get {describe_place(place)}")
    return action
