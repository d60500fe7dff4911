"""Bringing one object to a spot: free the hand, free the object, pick, place, look again.

Knows: the order of actions, what must be out of the way, and when to try again.
Does not know: which object and which place are meant (put.py and others), nor motion.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from llmagentos.grounding.context import Context, Placement, Spot
from llmagentos.grounding.placement import free_spot
from llmagentos.lang.wording import describe_object
from llmagentos.objects.kinds import traits
from llmagentos.objects.outlines import has_rim
from llmagentos.ports.failures import Failure
from llmagentos.skills.catalog import skills
from llmagentos.skills.preview import outside, unmovable
from llmagentos.tasks.attempts import Attempts
from llmagentos.tasks.scope import (
    Moves,
    Report,
    Scope,
    StepProblem,
    Tries,
    ended_badly,
    problem_of,
    succeeded,
)
from llmagentos.types import Action, Pose, SceneObject
from llmagentos.world.relations import is_above

#: What stands this near to its spot has arrived, metres.
ARRIVED_M = 0.03
#: A spot that could not be reached is avoided by this much at the next try, metres.
AVOID_M = 0.025
#: What speaks against the spot itself: the next try goes to another one. What slipped or was
#: blocked on the way goes to the same one once more.
_SPOT_FAILURES = (Failure.IN_THE_WAY, Failure.UNREACHABLE, Failure.NO_MOTION)
#: So far to each side the hand reaches over what it takes hold of.
HAND_M = 0.11

Find = Callable[[SceneObject, Context], Placement]
Check = Callable[[SceneObject, Context], bool]


def ensure_graspable(scope: Scope, item: SceneObject) -> None:
    """Raises StepProblem (cannot) for what no gripper of ours can take."""
    never = unmovable(item)
    if never is not None:
        doing = "move" if never is Failure.UNMOVABLE else "grasp"
        name = describe_object(item, scope.scene())
        raise StepProblem(never, f"I can't {doing} {name}: {never.words}.")


def ensure_reachable(scope: Scope, action: Action, doing: str) -> None:
    """Raises StepProblem (cannot) where an action's pose is outside of where the arm works: no try
    mends that, so it is said before anything moves. doing: "place the red block"."""
    scene = scope.scene()
    # What is to be placed is not held yet, which the skill's own check would tell first.
    look = outside if action.name == "place" else skills()[action.name].check
    report = look(scene, action)
    if report is not None:
        raise StepProblem(Failure.OFF_TABLE, f"I can't {doing}: {report.words}.")


def free_hand(scope: Scope, keep: str | None = None) -> Moves:
    """Set down what is held, unless it is `keep`, at a free spot, and say so."""
    held = scope.scene().held
    if held is None or held.id == keep:
        return
    yield from set_down(scope, held.id)
    scope.note(f"I put down {describe_object(held, scope.scene())} first.")


def set_down(scope: Scope, object_id: str) -> Moves:
    """Put the held object at a free spot of the table below it."""
    item = scope.get(object_id)
    spot = free_spot(item, scope.scene())
    if spot is None:
        raise StepProblem(Failure.NO_ROOM, "There is no free room on the table.")
    report = yield _place(item, spot)
    if not succeeded(report):
        attempts = Attempts(scope, "put down {}", item)
        attempts.failed(report, "it did not come to rest there")
        raise attempts.problem()
    note_event(scope, item, "put down")


def uncover(scope: Scope, object_id: str, keep: tuple[str, ...] = ()) -> Moves:
    """Move aside what stands on the object, topmost first; what is inside of it stays."""
    above = [o for o in scope.scene().on_top_of(object_id) if o.id not in keep and not o.inside]
    for o in sorted(above, key=lambda o: o.id):
        yield from put_aside(scope, o.id, object_id)


def put_aside(scope: Scope, object_id: str, because: str = "", least_m: float = 0.08) -> Moves:
    """Move the object to a free spot of the table nearby, what stands on it first."""

    def find(item: SceneObject, ctx: Context) -> Placement:
        spot = free_spot(item, ctx.scene, scope.avoid, least_m) or free_spot(
            item, ctx.scene, (), least_m
        )
        if spot is None:
            return Placement(None, "There is no free room on the table.", Failure.NO_ROOM)
        return Placement(spot, "out of the way")

    yield from carry(scope, object_id, find)
    scene = scope.scene()
    moved = scene.get(object_id)
    if moved is not None and because:
        why = scene.get(because)
        off = f" off {describe_object(why, scene)}" if why is not None else " out of the way"
        scope.note(f"I took {describe_object(moved, scene)}{off} first.")


def carry(scope: Scope, object_id: str, find: Find, check: Check | None = None) -> Moves:
    """Bring the object to the spot that `find` gives; verified in the newest scene.

    `find` is asked again after the grasp and on every further try, so that a moved landmark or a
    slipped object is met. `check` overrules the position when it says that all is well.
    Raises StepProblem: where there is no spot in reach, or what was tried in vain.
    """
    before = scope.get(object_id)
    ensure_graspable(scope, before)
    load = _load(scope, before)
    attempts = Attempts(scope, "place {}", before)
    while attempts.left:
        arrived = yield from _one_try(scope, object_id, find, check, attempts)
        if arrived:
            note_event(scope, before, scope.words)
            scope.done.append(object_id)
            yield from _reload(scope, object_id, load)
            return
    note_event(scope, before, scope.words)
    raise attempts.problem()


def _load(scope: Scope, item: SceneObject) -> list[SceneObject]:
    """What stands on a plate or tray and must come off before it is lifted, lowest first."""
    if item.held or not has_rim(item):
        return []
    above = [o for o in scope.scene().on_top_of(item.id) if not o.inside]
    at = item.position
    return [
        replace(o, position=(o.position[0] - at[0], o.position[1] - at[1], o.bottom_z - at[2]))
        for o in sorted(above, key=lambda o: (o.bottom_z, o.id))
    ]


def _reload(scope: Scope, carrier_id: str, load: list[SceneObject]) -> Moves:
    """Put back what had to come off; `load` has positions relative to the carrier."""
    for o in load:
        if scope.scene().get(o.id) is None:
            continue

        def find(item: SceneObject, ctx: Context, o: SceneObject = o) -> Placement:
            carrier = ctx.scene.get(carrier_id)
            if carrier is None:
                return Placement(None, "I can't see it any more.", Failure.NOT_SEEN)
            x, y, z = (a + b for a, b in zip(carrier.position, o.position, strict=True))
            return Placement(Spot(Pose((x, y, z), o.yaw), carrier_id, o.inside), "")

        yield from carry(scope, o.id, find)


def _seen_again(scope: Scope, object_id: str) -> Moves:
    """Look once more for what is out of sight."""
    if scope.scene().get(object_id) is None:
        yield Action("look", why=scope.words)


def _one_try(
    scope: Scope, object_id: str, find: Find, check: Check | None, attempts: Attempts
) -> Tries:
    yield from _seen_again(scope, object_id)
    yield from free_hand(scope, keep=object_id)
    item = scope.get(object_id)
    if not item.held:
        _located(scope, item, find)  # no spot, or none in reach: say so before anything moves
        yield from uncover(scope, object_id)
        report = yield Action("pick", object_id, why=scope.words)
        if (yield from _cleared(scope, object_id, report)):
            report = yield Action("pick", object_id, why=scope.words)
        if not succeeded(report):
            attempts.failed(report, "the grasp did not hold")
            return False
    yield from _seen_again(scope, object_id)
    item = scope.get(object_id)
    spot = _located(scope, item, find)
    report = yield _place(item, spot, scope.words)
    after = scope.scene().get(object_id)
    if after is None and spot.inside:
        yield Action("look", why=scope.words)
        after = scope.scene().get(object_id)
    if spot.inside and (after is None or report.failure is Failure.HIDDEN):
        # Under others in something deep: nothing speaks against it.
        scope.note(f"I can't see the {item.label} in there, but that is where I let go of it.")
        return True
    nearly = report.failure is Failure.MISPLACED and attempts.is_last
    if (succeeded(report) or nearly) and _arrived(scope, after, spot, check):
        return True
    if succeeded(report):
        attempts.missed("it was not where I had put it")
        return False
    if report.failure in _SPOT_FAILURES or attempts.words:
        scope.avoid.append((*spot.pose.position[:2], AVOID_M - item.size_m / 2))
    attempts.failed(report, "it did not come to rest there")
    return False


def _cleared(scope: Scope, object_id: str, report: Report) -> Tries:
    """Where something small leaves no room for the fingers it is moved aside, once; whether it
    was. Raises StepProblem where there is no way to take hold of the object."""
    if report.failure is not Failure.NO_GRASP:
        return False
    blocker = scope.scene().get(str(report.details.get("in_way", "")))
    if blocker is None or blocker.id in scope.aside:
        name = describe_object(scope.get(object_id), scope.scene())
        raise ended_badly(f"I can't take hold of {name}", report)
    scope.aside.append(blocker.id)
    around = (*scope.get(object_id).position[:2], HAND_M)
    scope.avoid.append(around)
    try:
        yield from put_aside(scope, blocker.id)
    finally:
        scope.avoid.remove(around)
    moved = describe_object(scope.get(blocker.id), scope.scene())
    scope.note(f"I moved {moved} out of the way first.")
    return True


def _located(scope: Scope, item: SceneObject, find: Find) -> Spot:
    placement = find(item, scope.context(moving=item.id, this=item.id))
    if placement.spot is None:
        raise problem_of(placement)
    name = describe_object(item, scope.scene())
    ensure_reachable(scope, _place(item, placement.spot), f"place {name}")
    return placement.spot


def _place(item: SceneObject, spot: Spot, why: str = "") -> Action:
    return Action("place", item.id, spot.pose, spot.support, spot.inside, why=why)


def _arrived(scope: Scope, after: SceneObject | None, spot: Spot, check: Check | None) -> bool:
    if after is None:  # out of sight inside something deep
        return spot.inside
    if after.held:
        return False
    vessel = scope.scene().get(spot.support) if spot.inside else None
    if vessel is not None and is_above(scope.scene(), after, vessel):
        return True  # where exactly it comes to rest in there is left to it
    scale = scope.scene().workspace.scale
    if math.dist(after.position[:2], spot.pose.position[:2]) <= ARRIVED_M * scale:
        level = abs(after.bottom_z - spot.pose.position[2]) <= 0.025 * scale
        if level or spot.inside:
            return True
    return check is not None and check(after, scope.context(moving=after.id, this=after.id))


def note_event(scope: Scope, before: SceneObject, words: str) -> None:
    """Remember what an action did to an object, where it did anything: 4 mm, 0.05 rad, or in and
    out of the hand."""
    after = scope.scene().get(before.id)
    changed = after is None or (
        math.dist(after.position, before.position) > 0.004
        or after.held != before.held
        or abs(after.yaw - before.yaw) > 0.05
    )
    if changed:
        scope.memory.note_event(before, after, words)


def lift(scope: Scope, object_id: str) -> Moves:
    """Pick the object up and keep holding it."""
    before = scope.get(object_id)
    if before.held:
        return
    ensure_graspable(scope, before)
    attempts = Attempts(scope, "pick up {}", before)
    while attempts.left:
        yield from free_hand(scope, keep=object_id)
        yield from uncover(scope, object_id)
        report = yield Action("pick", object_id, why=scope.words)
        if (yield from _cleared(scope, object_id, report)):
            continue
        held = scope.scene().held
        if succeeded(report) and held is not None and held.id == object_id:
            note_event(scope, before, scope.words)
            return
        attempts.failed(report, "the grasp did not hold")
    raise attempts.problem()


def clear_way_for(scope: Scope, item_id: str, mark_id: str) -> Moves:
    """Where the landmark stands on or in the item itself, take it off first."""
    scene = scope.scene()
    item, mark = scope.get(item_id), scope.get(mark_id)
    if is_above(scene, mark, item) and not traits(item.kind).is_flat:
        yield from put_aside(scope, mark_id, item_id)


def spot_of(o: SceneObject, scope: Scope) -> Spot:
    """Where an object stands now, as a spot for another one."""
    scene = scope.scene()
    below = scene.get(o.support)
    support = o.support if below is not None else "table"
    z = o.bottom_z if below is not None else scene.workspace.table_z
    return Spot(Pose((*o.position[:2], z), o.yaw), support, o.inside)
