"""Swapping, clearing, pointing, waiting, undoing: the steps that are short.

Knows: what each asks of the table. Does not know: control steps and words.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from llmagentos.planning import plan as p
from llmagentos.planning.conditions import holds
from llmagentos.planning.context import Context, Placement, Spot
from llmagentos.planning.expand.carry import (
    Find,
    carry,
    ensure_graspable,
    free_hand,
    lift,
    put_aside,
    spot_of,
)
from llmagentos.planning.expand.put import _marks
from llmagentos.planning.expand.scope import Moves, Scope, StepProblem, problem_of, succeeded
from llmagentos.planning.expand.transfer import transfer
from llmagentos.planning.placement import FreeSpace, locate, resolve_marks, table
from llmagentos.planning.wording import describe_cond, describe_object, describe_place
from llmagentos.types import Action, Pose, Scene, SceneObject
from llmagentos.world import regions
from llmagentos.world import relations as rel

#: How long to wait for something, and how often to look.
WAIT_FOR_S = 30.0
LOOK_EVERY_S = 0.5


def swap(step: p.Swap, scope: Scope) -> Moves:
    """Each to where the other was."""
    a = scope.ground(step.obj)
    b = scope.ground(step.obj2, without=a)
    if len(a) != 1 or len(b) != 1:
        raise StepProblem("question", "Which two shall I swap?", step.obj, (*a, *b))
    scope.memory.note_mention((*a, *b))
    first, second = scope.get(a[0]), scope.get(b[0])
    for o in (first, second):
        ensure_graspable(scope, o)
    yield from free_hand(scope)
    scene = scope.scene()
    for upper, lower in ((first, second), (second, first)):
        if upper.support == lower.id and not rel.is_in(scene, upper, lower):
            yield from _turn_over(scope, upper, lower)
            return
        if rel.is_above(scene, upper, lower):
            raise StepProblem(
                "cannot", f"I can't swap the {upper.label} with what it is in.", step.obj
            )
    goals = {
        first.id: _as_spot_for(first, second, scope),
        second.id: _as_spot_for(second, first, scope),
    }
    yield from transfer(scope, goals, exact=False)
    scope.memory.note_mention((first.id, second.id))


def _as_spot_for(item: SceneObject, at: SceneObject, scope: Scope) -> Spot:
    spot = spot_of(at, scope)
    return Spot(Pose(spot.pose.position, item.yaw), spot.support, spot.inside, "")


def _turn_over(scope: Scope, upper: SceneObject, lower: SceneObject) -> Moves:
    """One stands on the other: the upper one becomes the lower one."""
    base = spot_of(lower, scope)
    yield from put_aside(scope, upper.id)
    yield from put_aside(scope, lower.id)
    yield from carry(scope, upper.id, lambda item, ctx: Placement(base, ""))

    def onto(item: SceneObject, ctx: Context) -> Placement:
        from llmagentos.planning.placement import Marks

        return locate(p.Place(rel="on", obj=p.Obj()), item, ctx, (), Marks((upper.id,)))

    yield from carry(scope, lower.id, onto)


# --- clear --------------------------------------------------------------------------------------


def clear(step: p.Clear, scope: Scope) -> Moves:
    """Everything away from the place, to free room outside of it."""
    marks = resolve_marks(step.place, scope.context())
    for obj, found in marks.found:
        if found.ok:
            scope.tell(obj, found)
    if marks.problem is not None:
        raise problem_of(marks.problem, step.place.obj)
    scope.memory.note_mention(marks.ids)
    scene = scope.scene()
    seen = [o for o in map(scene.get, marks.ids) if o is not None]
    items = _at_place(step.place, scene, seen)
    if not items:
        scope.note(f"There is nothing {describe_place(step.place)}.")
        return
    for object_id in items:
        if scope.get(object_id).id in scope.done:
            continue
        yield from carry(scope, object_id, _out_of(step.place, marks.ids))
    scope.memory.note_mention(items)


def _at_place(place: p.Place, scene: Scene, marks: Sequence[SceneObject]) -> tuple[str, ...]:
    """What is at the place, topmost first; what lies in a container there goes with it."""
    movable = [o for o in scene.objects if o.kind != "zone" and not o.held]
    if place.rel in ("on", "in") and marks:
        found = [o for o in movable if any(rel.is_above(scene, o, m) for m in marks)]
        found = [o for o in found if not _goes_along(o, scene, found)]
    elif marks:
        near = [o for o in movable if o.id not in {m.id for m in marks}]
        found = [o for o in near if any(_beside(place, scene, o, m) for m in marks)]
        found = [o for o in found if not _goes_along(o, scene, found)]
    else:
        ws = scene.workspace
        found = [o for o in movable if _in_region(ws, place.region or "middle", o)]
        found = [o for o in found if not _goes_along(o, scene, found)]
    return tuple(o.id for o in sorted(found, key=lambda o: (-o.bottom_z, o.id)))


def _goes_along(o: SceneObject, scene: Scene, found: Sequence[SceneObject]) -> bool:
    return o.inside and any(f.id == o.support for f in found)


def _beside(place: p.Place, scene: Scene, o: SceneObject, mark: SceneObject) -> bool:
    if place.rel in ("next_to", "around"):
        return not rel.is_above(scene, o, mark) and rel.distance_m(o, mark) <= 0.16
    return rel.related(place.rel, scene, o, mark)


def _in_region(ws: table.Workspace, region: str, o: SceneObject) -> bool:
    x, y = o.position[:2]
    if region in regions.SIDES:  # the outer third: half the table can't be cleared
        wide = ws.y_max - ws.y_min if region in ("left", "right") else ws.x_max - ws.x_min
        return regions.distance_to(ws, region, x, y) <= wide / 3
    return regions.contains(ws, region, x, y)


def _out_of(place: p.Place, mark_ids: Sequence[str]) -> Find:
    def find(item: SceneObject, ctx: Context) -> Placement:
        scene = ctx.scene
        marks = [o for o in map(scene.get, mark_ids) if o is not None]
        ws = scene.workspace

        def cost(x: table.Array, y: table.Array) -> table.Array:
            off = np.hypot(x - item.position[0], y - item.position[1])
            bad = np.zeros(np.shape(x), dtype=bool)
            for m in marks:
                away = 0.20 if place.rel in ("next_to", "around") else 0.0
                bad |= np.hypot(x - m.position[0], y - m.position[1]) < max(away, m.size_m * 0.75)
            if not marks:
                inside = [_point_in(ws, place.region or "middle", a, b) for a, b in zip(x, y)]  # noqa: B905
                bad |= np.array(inside)
            return np.where(bad, np.inf, off)

        for avoid_zones in (True, False):
            point = FreeSpace(scene, item, (), (), avoid_zones).best(cost)
            if point is not None:
                return Placement(Spot(Pose((*point, ws.table_z), item.yaw)), "out of the way")
        return Placement(None, "There is no free room left on the table.", "no_room")

    return find


def _point_in(ws: table.Workspace, region: str, x: float, y: float) -> bool:
    if region in regions.SIDES:
        wide = ws.y_max - ws.y_min if region in ("left", "right") else ws.x_max - ws.x_min
        return regions.distance_to(ws, region, x, y) <= wide / 3 + 0.02
    return regions.contains(ws, region, x, y)


# --- hand and time ------------------------------------------------------------------------------


def point(step: p.Point, scope: Scope) -> Moves:
    """The finger tips over the place."""
    place = step.place
    marks = _marks(place, scope, None)
    scene = scope.scene()
    seen = [o for o in map(scene.get, marks.ids) if o is not None]
    scope.memory.note_mention(marks.ids)
    if seen and place.rel in ("above", "on", "in", "next_to", "toward"):
        x, y = seen[0].position[:2]
        top = max(o.top_z for o in [seen[0], *rel.contents(scene, seen[0])])
        target = Pose((x, y, top + 0.03))
    else:
        ghost = SceneObject("", "ball", "", 0.01, 0.01, (0.5, 0.0, 0.0))
        found = locate(place, ghost, scope.context(), (), marks)
        if found.spot is None:
            raise problem_of(found, place.obj)
        target = Pose((*found.spot.pose.position[:2], 0.08))
    report = yield Action("point", pose=target, why=scope.words)
    if not succeeded(report):
        raise StepProblem("failed", f"I could not get {describe_place(place)}: {report.words}.")


def _simple(action: Action, doing: str, scope: Scope) -> Moves:
    report = yield action
    if not succeeded(report):
        raise StepProblem("failed", f"I could not {doing}: {report.words}.")


def look(step: p.Look, scope: Scope) -> Moves:
    """Look again, and say what is there."""
    from llmagentos.planning.wording import tally

    yield from _simple(Action("look", why=scope.words), "look", scope)
    seen = tally(scope.scene().objects)
    scope.note(f"I see {seen}." if seen else "I see nothing on the table.")


def home(step: p.Home, scope: Scope) -> Moves:
    """The arm to its home position; what it holds stays in the hand."""
    yield from _simple(Action("home", why=scope.words), "go home", scope)


def wait(step: p.Wait, scope: Scope) -> Moves:
    yield from _simple(Action("wait", duration_s=step.seconds, why=scope.words), "wait", scope)


def wait_for(step: p.WaitFor, scope: Scope) -> Moves:
    """Look until the condition holds, for half a minute at most."""
    waited = 0.0
    while True:
        value, words = holds(step.condition, scope.context())
        scope.on_grounded(words, "condition", ())
        if value:
            return
        if waited >= WAIT_FOR_S:
            raise StepProblem(
                "failed",
                f"I waited {WAIT_FOR_S:.0f} seconds, but {words}.",
                code="timeout",
            )
        yield Action("wait", duration_s=LOOK_EVERY_S, why=describe_cond(step.condition))
        waited += LOOK_EVERY_S


# --- the past -----------------------------------------------------------------------------------


def undo(step: p.Undo, scope: Scope) -> Moves:
    """What the last `n` commands moved goes back, newest first."""
    moves = scope.memory.moves_to_undo(step.n)
    if not moves:
        raise StepProblem("cannot", "There is nothing to undo.", code="nothing")
    yield from put_back(scope, [m.before for m in moves])
    scope.memory.mark_undone(moves)


def restore(step: p.Restore, scope: Scope) -> Moves:
    """Things as they were when the session began."""
    ids = None if step.obj is None else scope.ground(step.obj)
    start = [o for o in scope.memory.places_at_start(ids) if o.kind != "zone"]
    if not start:
        raise StepProblem("cannot", "I don't know how it was before.", code="nothing")
    yield from put_back(scope, start)


def put_back(scope: Scope, before: Sequence[SceneObject]) -> Moves:
    """Every object to where it stood in that earlier belief; the last held one to the hand."""
    scene = scope.scene()
    known = [o for o in before if scene.get(o.id) is not None]
    scope.memory.note_mention([o.id for o in known])
    down = {o.id: o for o in known if not o.held}
    goals: dict[str, Spot] = {}
    for o in down.values():
        now = scope.get(o.id)
        moved = now.held or now.support != o.support or rel.distance_m(now, o) > 0.012
        if moved or abs(now.yaw - o.yaw) > 0.1:
            goals[o.id] = _earlier_spot(o, scope)
    turned = [i for i, s in goals.items() if _only_turned(scope, i, down[i])]
    for object_id in turned:
        goals.pop(object_id)
        angle = down[object_id].yaw - scope.get(object_id).yaw
        yield from _turn_back(scope, object_id, angle)
    yield from transfer(scope, goals)
    for o in known:
        if o.held:
            yield from lift(scope, o.id)


def _earlier_spot(o: SceneObject, scope: Scope) -> Spot:
    below = scope.scene().get(o.support)
    support = o.support if below is not None else "table"
    return Spot(Pose((*o.position[:2], o.bottom_z), o.yaw), support, o.inside, "where it was")


def _only_turned(scope: Scope, object_id: str, before: SceneObject) -> bool:
    now = scope.get(object_id)
    same = now.support == before.support and rel.distance_m(now, before) <= 0.012
    return same and not now.held


def _turn_back(scope: Scope, object_id: str, angle_rad: float) -> Moves:
    from llmagentos.planning.expand.carry import note_event

    before = scope.get(object_id)
    report = yield Action("rotate", object_id, angle_rad=angle_rad, why=scope.words)
    note_event(scope, before, scope.words)
    if not succeeded(report):
        name = describe_object(before, scope.scene())
        raise StepProblem("failed", f"I could not turn {name} back: {report.words}.")
