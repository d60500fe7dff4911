"""Pick, place and put: one thing or many, to one place.

Knows: the order of several things, and what is already done. Does not know: which things are meant
(meant.py), motion (carry.py), patterns (arrange.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from llmagentos.grounding import matching
from llmagentos.grounding.context import Context, Placement
from llmagentos.grounding.placement import Marks, locate, resolve_marks, said_m, satisfied
from llmagentos.grounding.placement.earlier import before_last_move
from llmagentos.grounding.placement.support import cannot_carry
from llmagentos.lang import plan as p
from llmagentos.lang.wording import describe_ids, describe_obj, describe_object, describe_place
from llmagentos.lang.wording.objects import rel_words
from llmagentos.objects.kinds import traits
from llmagentos.objects.outlines import has_rim
from llmagentos.ports.failures import Failure
from llmagentos.tasks.carry import carry, clear_way_for, ensure_graspable, lift, put_aside
from llmagentos.tasks.scope import (
    Moves,
    Scope,
    StepProblem,
    Tries,
    ended_badly,
    problem_of,
    succeeded,
)
from llmagentos.tasks.targets import items_and_marks, marks_for, own_landmark
from llmagentos.types import Action, SceneObject
from llmagentos.world.relations import DIRECTIONS, is_above, stack_of

#: Farther than this beside the line through a landmark is said.
ASIDE_M = 0.025


def pick(step: p.Pick, scope: Scope) -> Moves:
    """Hold one thing. Of several named ones the gripper can take only one."""
    ids = scope.ground(step.obj)
    if not ids:
        return
    if len(ids) > 1:
        raise StepProblem(Failure.IMPOSSIBLE, "I can hold only one thing at a time.", step.obj, ids)
    scope.memory.note_mention(ids)
    if scope.get(ids[0]).held:
        scope.note(f"I am already holding {describe_object(scope.get(ids[0]), scope.scene())}.")
        return
    yield from lift(scope, ids[0])


def place_held(step: p.PlaceHeld, scope: Scope) -> Moves:
    """Put what is held somewhere."""
    held = scope.scene().held
    if held is None:
        raise StepProblem(Failure.NOT_HOLDING, "I am not holding anything.")
    scope.on_grounded(f"the {held.label}: what I was holding", "it", (held.id,))
    yield from put_one(scope, held.id, step.place)


def put(step: p.Put, scope: Scope) -> Moves:
    """Bring everything that is meant to the place, one after the other."""
    place = own_landmark(step.obj, step.place)
    ids, marks = items_and_marks(step.obj, place, scope)
    if not step.obj.is_several and len(ids) == 1 and step.obj.kind == "stack":
        yield from put_stack(scope, ids[0], place)
        return
    if step.place.rel == "around" and len(ids) > 1:
        from llmagentos.tasks.arrange import arrange

        yield from arrange(p.Arrange(objs=(step.obj,), shape="circle", place=step.place), scope)
        return
    if step.place.rel == "origin" and step.place.obj is None and len(ids) > 1:
        from llmagentos.tasks.past import put_back

        # in an order in which none is put onto another that is still to go
        yield from put_back(scope, [before_last_move(scope.get(i), scope.context()) for i in ids])
        return
    yield from put_all(scope, ids, place, marks)


def put_all(scope: Scope, ids: tuple[str, ...], place: p.Place, marks: Marks | None) -> Moves:
    """Each of `ids` to the place; one shared landmark unless it differs from item to item."""
    moved = 0
    if marks is None and len(ids) > 1:
        yield from _each_to_its_own(scope, ids, place)
        return
    for index, object_id in enumerate(ids):
        own = marks
        if (
            marks is not None
            and len(marks.ids) > 1
            and place.rel in ("in", "on", "origin")
            and len(ids) > 1
        ):
            own = Marks((marks.ids[index % len(marks.ids)],))
        try:
            moved += yield from _put_where_room(scope, object_id, place, own, len(ids))
        except StepProblem as problem:
            if problem.failure is not Failure.NO_ROOM or not moved:
                raise
            left = describe_ids(ids[index:], scope.scene())
            raise StepProblem(
                Failure.NO_ROOM, f"{problem.words.rstrip('.')} for {left}."
            ) from problem
    if len(ids) > 1:
        scope.memory.note_mention(ids)
        scope.memory.note_mention(ids[-1:])
    if ids and not moved:
        are = "is" if len(ids) == 1 else "are"
        names = "they" if len(ids) > 1 else describe_object(scope.get(ids[0]), scope.scene())
        scope.note(f"{names[0].upper()}{names[1:]} {are} there already.")


def _put_where_room(
    scope: Scope, object_id: str, place: p.Place, marks: Marks | None, total: int
) -> Tries:
    """`put_one`; where the place is full and another would do as well, there."""
    full: list[str] = []
    while True:
        try:
            return (yield from put_one(scope, object_id, place, marks, total))
        except StepProblem as problem:
            full += marks.ids if marks is not None else ()
            others = _others_like(scope, object_id, place, full)
            if problem.failure is not Failure.NO_ROOM or not others:
                raise
            _tell_next(scope, place, full[-1], others[0])
            marks = Marks(others[:1])


def _tell_next(scope: Scope, place: p.Place, full: str, following: str) -> None:
    scene = scope.scene()
    before, after = (describe_object(scope.get(i), scene) for i in (full, following))
    if place.obj is not None:
        what = describe_obj(place.obj)
        scope.on_grounded(f"{after}: {before} is full", what, (following,))
    scope.note(f"When {before} was full, I went on with {after}.")


def _others_like(
    scope: Scope, object_id: str, place: p.Place, full: Sequence[str]
) -> tuple[str, ...]:
    """Further carriers that "a bowl" or "the bowls" may mean, for one thing."""
    obj = place.obj
    several = obj is not None and (obj.is_several or p.w.QUANTIFIERS[obj.quant].indefinite)
    if obj is None or not several or place.rel not in ("on", "in") or not full:
        return ()
    ids = matching(obj, scope.context(moving=object_id), (*full, object_id))
    item = scope.get(object_id)
    return tuple(i for i in ids if not cannot_carry(scope.get(i), item, place.rel))


def _each_to_its_own(scope: Scope, ids: tuple[str, ...], place: p.Place) -> Moves:
    """Every item to the landmark that belongs to it; what has none stays, and that is said."""
    partners: dict[str, tuple[str, ...]] = {}
    problem: StepProblem | None = None
    for object_id in ids:
        try:
            partners[object_id] = marks_for(place, scope, object_id).ids
        except StepProblem as missing:
            if missing.failure not in (Failure.NONE_FITS, Failure.UNKNOWN_KIND):
                raise
            problem = missing
    if not partners and problem is not None:
        raise problem
    left = [i for i in ids if i not in partners]
    moved = 0
    for object_id, wanted in partners.items():
        total = sum(w == wanted for w in partners.values())
        # found anew when its turn comes: the landmarks may have changed
        moved += yield from put_one(scope, object_id, place, None, total)
    scope.memory.note_mention(tuple(partners))
    if left:
        scope.note(f"For {describe_ids(left, scope.scene())} there is none that matches.")
    elif not moved:
        scope.note("They are there already.")


def put_stack(scope: Scope, top_id: str, place: p.Place) -> Moves:
    """A whole stack somewhere: rebuilt there in the same order."""
    from llmagentos.tasks.stack import build

    ids = tuple(o.id for o in stack_of(scope.scene(), scope.get(top_id)))
    for object_id in reversed(ids[1:]):
        yield from put_aside(scope, object_id)
    yield from put_one(scope, ids[0], place)
    yield from build(scope, ids)


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
    if place.rel in ("gripper", "above"):
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
    yield from lift(scope, object_id)
    if place.rel == "gripper":
        return
    item = scope.get(object_id)
    found = locate(place, item, scope.context(moving=object_id), (), marks)
    if found.spot is None:
        raise problem_of(found, place.obj)
    report = yield Action("point", object_id, found.spot.pose, why=scope.words)
    if not succeeded(report):
        raise ended_badly(f"I could not get {describe_place(place)}", report)


def release(step: p.Release, scope: Scope) -> Moves:
    """Open the gripper; what is held is set down where it is, or nearby."""
    held = scope.scene().held
    if held is None:
        yield Action("open_gripper", why=scope.words)
        return

    def find(item: SceneObject, ctx: Context) -> Placement:
        here = Marks(point=(item.position[0], item.position[1]))
        return locate(p.Place(rel="there"), item, ctx, (), here)

    yield from carry(scope, held.id, find)
