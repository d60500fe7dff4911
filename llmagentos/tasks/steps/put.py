"""Pick, place, put and release: one thing or many, to one place.

Knows: the order of several things, and what is already done. Does not know: which things are meant
(landmarks.py), how one is brought to its place (placing.py, carry.py).
"""

from __future__ import annotations

from collections.abc import Sequence

from llmagentos.grounding import matching
from llmagentos.grounding.context import Context, Placement
from llmagentos.grounding.placement import Marks, locate
from llmagentos.grounding.placement.earlier import before_last_move
from llmagentos.grounding.placement.support import cannot_carry
from llmagentos.lang import plan as p
from llmagentos.lang.wording import describe_ids, describe_obj, describe_object
from llmagentos.ports.failures import Failure
from llmagentos.tasks.carry import carry, lift, put_aside
from llmagentos.tasks.how_far import tell_how_far
from llmagentos.tasks.landmarks import items_and_marks, marks_for, own_landmark
from llmagentos.tasks.pairs import own_landmarks
from llmagentos.tasks.placing import put_one
from llmagentos.tasks.scope import (
    Moves,
    Scope,
    StepProblem,
    Tries,
)
from llmagentos.tasks.steps.arrange import arrange
from llmagentos.tasks.steps.stack import build
from llmagentos.tasks.steps.undo import put_back
from llmagentos.types import Action, SceneObject
from llmagentos.world.relations import stack_of


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
        yield from arrange(p.Arrange(objs=(step.obj,), shape="circle", place=step.place), scope)
        return
    if step.place.rel == "origin" and step.place.obj is None and len(ids) > 1:
        # in an order in which none is put onto another that is still to go
        yield from put_back(scope, [before_last_move(scope.get(i), scope.context()) for i in ids])
        return
    before = [scope.get(i) for i in ids]
    yield from put_all(scope, ids, place, marks)
    tell_how_far(step, before, marks, scope)


def put_all(scope: Scope, ids: tuple[str, ...], place: p.Place, marks: Marks | None) -> Moves:
    """Each of `ids` to the place; one shared landmark unless it differs from item to item."""
    moved = 0
    if place.obj is not None and place.obj.quant == "own":
        yield from _each_on_its_own(scope, ids, place)
        return
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


def _each_on_its_own(scope: Scope, ids: tuple[str, ...], place: p.Place) -> Moves:
    """Every item to another landmark; what there is none left for stays, and that is said."""
    assert place.obj is not None, "its quantifier was read"
    pairs = own_landmarks(ids, place, scope)
    moved = 0
    for object_id in (i for i in ids if i in pairs):
        mark = scope.get(pairs[object_id])
        name = describe_object(mark, scope.scene())
        scope.on_grounded(f"{name}: the nearest free one", describe_obj(place.obj), (mark.id,))
        moved += yield from put_one(scope, object_id, place, Marks((mark.id,)))
    scope.memory.note_mention(tuple(pairs))
    left = [i for i in ids if i not in pairs]
    if left:
        scope.note(f"There is none left for {describe_ids(left, scope.scene())}.")
    elif not moved:
        scope.note("They are there already.")


def put_stack(scope: Scope, top_id: str, place: p.Place) -> Moves:
    """A whole stack somewhere: rebuilt there in the same order."""
    ids = tuple(o.id for o in stack_of(scope.scene(), scope.get(top_id)))
    for object_id in reversed(ids[1:]):
        yield from put_aside(scope, object_id)
    yield from put_one(scope, ids[0], place)
    yield from build(scope, ids)


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
