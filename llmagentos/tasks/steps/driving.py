"""Driving to places, looking for things in them, and bringing things from one to another.

Knows: the order of drives, looks and grasps, and what is said on the way. Does not know: where a
place is (grounding/spots.py), how a base drives, how a thing is taken hold of (carry.py).
"""

from __future__ import annotations

import math
from collections.abc import Generator, Sequence
from dataclasses import replace

from llmagentos.grounding import ground, matching
from llmagentos.grounding.spots import (
    AT_M,
    NO_BASE_WORDS,
    Goal,
    distance_m,
    find_spots,
    whereabouts,
)
from llmagentos.lang import plan as p
from llmagentos.lang.wording import describe_obj
from llmagentos.lang.wording.objects import join_words
from llmagentos.lang.wording.steps import describe_step
from llmagentos.ports.failures import Failure
from llmagentos.tasks.carry import lift, set_down
from llmagentos.tasks.scope import (
    Moves,
    Report,
    Scope,
    StepProblem,
    ended_badly,
    problem_of,
    succeeded,
)
from llmagentos.tasks.steps.put import pick, put
from llmagentos.types import Action, BaseState, MapPose, Scene, SceneObject

#: How far to drive where no distance was said, metres.
DEFAULT_DRIVE_M = 0.5
#: Tries of one drive: something that stood in the way may be gone.
TRIES = 2
#: A person is followed to this distance; who has not gone on for so long is followed no longer.
PERSON_M, PATIENCE_S, LOOK_EVERY_S = 1.0, 20.0, 1.0
#: The base goes so much nearer to an edge than where it stands at a place, at most, and a little more, so
#: that a thing is well in reach; things may stand so much nearer to an edge than where the arm puts them.
NEARER_M, WELL_M, EDGE_M = 0.06, 0.02, 0.06
#: Things of one description that are brought one by one, at most.
MOST_THINGS = 12
#: Turn before driving in a direction, radians, and whether it goes backwards.
_HEADINGS = {
    "forward": 0.0, "left": math.pi / 2, "right": -math.pi / 2,
    "forward_left": math.pi / 4, "forward_right": -math.pi / 4,
}  # fmt: skip
_BACKWARD = {"backward": 0.0, "backward_left": -math.pi / 4, "backward_right": math.pi / 4}

#: Drives under way that give something back when they are over.
Poses = Generator[Action, Report, None]
Found = Generator[Action, Report, tuple[str, ...]]


def goto(step: p.GoTo, scope: Scope) -> Moves:
    """To the spot; to each where it means several."""
    goals = goals_of(step.spot, scope)
    for goal in goals:
        yield from drive_to(scope, goal)


def goals_of(spot: p.Spot, scope: Scope) -> tuple[Goal, ...]:
    """Where a spot is. Raises StepProblem where nobody knows."""
    found = find_spots(spot, scope.context())
    if found.problem is not None:
        raise StepProblem(found.problem, found.question)
    for goal in found.goals:
        scope.on_grounded(goal.name, describe_step(p.GoTo(spot=spot)), ())
    return found.goals


def drive_to(scope: Scope, goal: Goal) -> Poses:
    """Drive to one pose. Raises StepProblem where that is not possible."""
    before = base_of(scope).pose
    if distance_m(before, goal.pose) <= AT_M / 2:
        scope.memory.note_drive(before, goal.pose)
        return
    for tries in range(1, TRIES + 1):
        report = yield Action("drive_to", goal=goal.pose, why=scope.words)
        if succeeded(report):
            scope.memory.note_drive(before, goal.pose)
            return
        again = report.failure is not None and report.failure.again
        if not again or tries == TRIES or report.failure is Failure.SLIPPED:
            raise ended_badly(f"I could not get to {goal.name}", report)


def base_of(scope: Scope) -> BaseState:
    """Where the base stands. Raises StepProblem (cannot) for a robot without one."""
    base = scope.scene().base
    if base is None:
        raise StepProblem(Failure.NO_BASE, f"{NO_BASE_WORDS}.")
    return base


def steer(step: p.Steer, scope: Scope) -> Moves:
    """So far in a direction, or a turn on the spot."""
    before = base_of(scope).pose
    if step.angle_deg is not None:
        yield from _by(scope, 0.0, math.radians(step.angle_deg))
    else:
        direction = step.direction or "forward"
        far = DEFAULT_DRIVE_M
        if step.distance is not None:
            far = step.distance.metres(scope.memory.last_distance_m)
        if direction in _BACKWARD:
            turn, far = _BACKWARD[direction], -far
        elif direction in _HEADINGS:
            turn = _HEADINGS[direction]
        else:
            raise StepProblem(Failure.CANNOT, f"I can't drive {direction}.")
        if turn:
            yield from _by(scope, 0.0, turn)
        yield from _by(scope, far, 0.0)
    scope.memory.note_drive(before, base_of(scope).pose)


def _by(scope: Scope, ahead_m: float, turn_rad: float) -> Moves:
    report = yield Action("drive_by", ahead_m=ahead_m, angle_rad=turn_rad, why=scope.words)
    if not succeeded(report):
        raise ended_badly(f"I could not {scope.words}", report)


def follow(step: p.Follow, scope: Scope) -> Moves:
    """Along a wall until it ends, or behind a person until they stay."""
    base_of(scope)
    if step.guide == "person":
        yield from _follow_person(scope)
        return
    side = {"left": math.pi / 2, "right": -math.pi / 2}.get(step.side or "", 0.0)
    report = yield Action("follow_wall", angle_rad=side, why=scope.words)
    if not succeeded(report):
        raise ended_badly("I could not follow the wall", report)


def _follow_person(scope: Scope) -> Moves:
    waited = 0.0
    while waited < PATIENCE_S:
        base = base_of(scope)
        if base.person is None:
            raise StepProblem(Failure.CANNOT, "I can't follow you: I don't see where you are.")
        far = distance_m(base.pose, base.person)
        if far <= PERSON_M:
            waited += LOOK_EVERY_S
            yield Action("wait", duration_s=LOOK_EVERY_S, why=scope.words)
            continue
        waited = 0.0
        yield from drive_to(scope, Goal("you", _short_of(base.pose, base.person, PERSON_M)))
    scope.note("You stay here, so I do, too.")


def _short_of(start: MapPose, end: MapPose, by_m: float) -> MapPose:
    """A pose on the way to another, so far before it."""
    far = distance_m(start, end)
    share = max(0.0, far - by_m * 0.8) / far if far else 0.0
    x = start.x_m + share * (end.x_m - start.x_m)
    y = start.y_m + share * (end.y_m - start.y_m)
    return MapPose(x, y, math.atan2(end.y_m - start.y_m, end.x_m - start.x_m))


def mark(step: p.Mark, scope: Scope) -> Moves:
    """The place where the robot stands has a name from now on."""
    base_of(scope)
    report = yield Action("name_place", text=step.name, why=scope.words)
    if not succeeded(report):
        raise ended_badly(f'I could not call this place "{step.name}"', report)


def find(step: p.Find, scope: Scope) -> Moves:
    """Look for it, here first, then where it may be; say where it is. What is a place of the map, and
    no thing in view, is driven to."""
    spot = _place_called(step.obj, scope) if step.spot is None else None
    if spot is not None:
        yield from goto(p.GoTo(spot=spot), scope)
        return
    ids = yield from look_for(step.obj, step.spot, scope)
    scope.memory.note_mention(ids)
    base = scope.scene().base
    where = _told_place(base) if base is not None else "here"
    scope.note(f"I see {join_words([f'the {scope.get(i).label}' for i in ids])} {where}.")


def _told_place(base: BaseState) -> str:
    return whereabouts(base) or "here"


def look_for(obj: p.Obj, spot: p.Spot | None, scope: Scope) -> Found:
    """Ids of what fits, where the robot then is. Raises StepProblem where it is nowhere, or where it
    is not clear which one is meant."""
    if spot is None:
        ids = _seen(obj, scope)
        if ids or scope.scene().base is None:
            return ids or scope.ground(obj)
    base = base_of(scope)
    searched, unreached = list[str](), list[str]()
    for goal in _to_search(obj, spot, base, scope):
        if not (yield from got_to(scope, goal)):
            unreached.append(goal.name)
            continue
        searched.append(goal.name)
        ids = _seen(obj, scope)
        if ids:
            return ids
    where = f" I looked at {join_words(searched)}." if searched else ""
    where += f" I found no way to {join_words(unreached)}." if unreached else ""
    raise StepProblem(Failure.NOT_SEEN, f"I did not find {describe_obj(obj)}.{where}", obj)


def _seen(obj: p.Obj, scope: Scope) -> tuple[str, ...]:
    """Ids of what fits here; () where nothing does. Raises StepProblem where several do."""
    found = ground(obj, scope.context())
    if found.ok:
        scope.tell(obj, found)
        return found.ids
    if found.problem in (Failure.AMBIGUOUS, Failure.UNSURE):
        raise problem_of(found, obj)
    return ()


def _to_search(obj: p.Obj, spot: p.Spot | None, base: BaseState, scope: Scope) -> tuple[Goal, ...]:
    """Where to look: at the spot and in front of the furniture of its room, else where such a thing
    was seen, then everywhere, the nearest next."""
    rooms = [q for q in base.places if q.kind != "door"]
    if spot is not None:
        goals = goals_of(spot, scope)
        inside = [
            Goal(f"the {q.name}", q.pose)
            for q in rooms
            if q.room and any(g.name == f"the {q.room}" for g in goals)
        ]
        return (*goals, *nearest_first(inside, goals[-1].pose))
    context = scope.context()
    remembered = [
        Goal("where I saw it", at)
        for at, seen in base.things
        if ground(obj, context.with_(scene=_with(scope, seen))).ok
    ]
    everywhere = [Goal(f"the {q.name}", q.pose) for q in rooms]
    return (*remembered, *nearest_first(everywhere, base.pose))


def _with(scope: Scope, seen: Sequence[SceneObject]) -> Scene:
    return replace(scope.scene(), objects=tuple(seen))


def nearest_first(goals: Sequence[Goal], start: MapPose) -> tuple[Goal, ...]:
    """In the order of a walk that goes to the nearest next, without where it stands already."""
    left, out, at = list(goals), list[Goal](), start
    while left:
        following = min(left, key=lambda g: distance_m(at, g.pose))
        left.remove(following)
        if distance_m(at, following.pose) > AT_M or out:
            out.append(following)
        at = following.pose
    return tuple(out)


def bring(step: p.Bring, scope: Scope) -> Moves:
    """Each thing to the goal, one after the other. An arm that stands fast can hand over alone."""
    base = scope.scene().base
    if base is None:
        if step.source is None and (step.goal is None or step.goal.word == "here"):
            front = p.Place(rel="at", region="front")
            yield from put(p.Put(obj=step.obj, place=front), scope)
            return
        raise StepProblem(Failure.NO_BASE, f"{NO_BASE_WORDS}.")
    if not base.has_arm:
        raise StepProblem(Failure.CANNOT, "I have no arm to pick anything up with.")
    goal = goals_of(step.goal or p.Spot(word="here"), scope)[-1]
    held = scope.scene().held
    ids: tuple[str, ...] = ()
    if held is not None and _means(step.obj, held.id, scope):
        ids = (held.id,)
    if not ids:
        ids = yield from look_for(step.obj, step.source, scope)
    start = base_of(scope).pose
    for k, object_id in enumerate(ids[:MOST_THINGS]):
        if k:
            yield from drive_to(scope, Goal("where the next one is", start))
        yield from _bring_one(scope, object_id, goal)
        scope.done.append(object_id)
    scope.memory.note_mention(ids)


def _bring_one(scope: Scope, object_id: str, goal: Goal) -> Poses:
    """Take it up here and bring it. What slips out of the hand on the way is looked for where it was taken
    up, once; raises StepProblem where it is not there."""
    start, label = base_of(scope).pose, scope.get(object_id).label
    for last in (False, True):
        yield from come_near(scope, object_id)
        yield from lift(scope, object_id)
        try:
            yield from drive_to(scope, goal)
            yield from _to_a_surface(scope, goal, object_id)
        except StepProblem as problem:
            if problem.failure is not Failure.SLIPPED or last:
                raise
            room = base_of(scope).room
        else:
            break
        yield from drive_to(scope, Goal("where I took it up", start))
        if scope.scene().get(object_id) is None:
            where = f" in the {room}" if room else ""
            words = f"The {label} slipped out of my hand{where}, on the way to {goal.name}. I don't see it any more."
            raise StepProblem(Failure.SLIPPED, words)
        scope.note(f"The {label} slipped out of my hand once; I took it up again.")
    yield from set_down(scope, object_id)


def come_near(scope: Scope, object_id: str) -> Poses:
    """Before a thing that the arm does not reach from here: beside it along this edge, a little nearer, or
    from another side. Raises StepProblem where none of that helps, back where it was seen."""
    start, item, area = base_of(scope), scope.get(object_id), scope.scene().workspace
    if start.surface is None or item.held or _in_reach(scope, object_id):
        return
    at = start.pose.after(start.foot).after(MapPose(*item.position[:2]))
    for turn in (0.0, math.pi, math.pi / 2, -math.pi / 2):
        if turn or not area.y_min < item.position[1] < area.y_max:
            away = area.middle[0] + start.foot.x_m if turn else start.foot.x_m + item.position[0]
            yaw = start.pose.yaw_rad + turn
            pose = MapPose(at.x_m - away * math.cos(yaw), at.y_m - away * math.sin(yaw), yaw)
            if not (yield from got_to(scope, Goal(f"the {item.label}", pose))):
                continue
        seen = scope.scene().get(object_id)
        short_m = 0.0 if seen is None else seen.position[0] - scope.scene().workspace.x_max
        if 0.0 < short_m <= NEARER_M:
            yield Action("drive_by", ahead_m=short_m + WELL_M, why=scope.words)
        if _in_reach(scope, object_id):
            return
    yield from drive_to(scope, Goal("where I saw it", start.pose))
    raise StepProblem(
        Failure.OFF_TABLE,
        f"The {item.label} is too far away for my arm, from every side that I can get to.",
    )


def _in_reach(scope: Scope, object_id: str) -> bool:
    """Whether a thing is where the arm works, as it is seen now."""
    item, area = scope.scene().get(object_id), scope.scene().workspace
    if item is None:
        return False
    x, y = item.position[:2]
    beside = area.y_min - EDGE_M <= y <= area.y_max + EDGE_M
    return beside and area.x_min - EDGE_M <= x <= area.x_max


def got_to(scope: Scope, goal: Goal) -> Generator[Action, Report, bool]:
    """Drive there if there is a way; whether it did."""
    try:
        yield from drive_to(scope, goal)
    except StepProblem as problem:
        if problem.failure not in (Failure.NO_WAY, Failure.WAY_BLOCKED):
            raise
        return False
    return True


def _to_a_surface(scope: Scope, goal: Goal, object_id: str) -> Poses:
    """Where nothing is to put it on, to the nearest piece of furniture of the room that it can be put on.
    Raises StepProblem where there is none: it is held out."""
    base = base_of(scope)
    if base.surface is not False:
        return
    room = base.room
    inside = [q for q in base.places if q.kind == "furniture" and q.room == room]
    for place in sorted(inside, key=lambda q: distance_m(q.pose, goal.pose)):
        there = yield from got_to(scope, Goal(f"the {place.name}", place.pose))
        if there and base_of(scope).surface:
            scope.note(f"I put it on the {place.name}, which is nearest to {goal.name}.")
            return
    yield from drive_to(scope, goal)
    label = scope.get(object_id).label
    words = f"I found nothing to put the {label} on at {goal.name}. I am holding it out."
    raise StepProblem(Failure.CANNOT, words)


def put_or_bring(step: p.Put, scope: Scope) -> Moves:
    """A put; where its place is one of the map and no thing in view, the thing is brought there."""
    place = step.place
    spot = _place_called(place.obj, scope) if place.rel in ("on", "in") and place.obj else None
    if spot is None:
        yield from put(step, scope)
    else:
        yield from bring(p.Bring(obj=step.obj, goal=spot), scope)


def find_and_pick(step: p.Pick, scope: Scope) -> Moves:
    """A pick; a thing that is not in view is looked for first, unless this command has driven the
    robot to where it shall be."""
    travels, base = scope.memory.travels, scope.scene().base
    drove = travels.command == scope.memory.command_index
    if base is not None and base.has_arm and not drove:
        yield from look_for(step.obj, None, scope)
    yield from pick(step, scope)


def _place_called(obj: p.Obj, scope: Scope) -> p.Spot | None:
    """The place of the map that a thing's noun names, where no such thing is in view."""
    if scope.scene().base is None or obj.noun is None or matching(obj, scope.context()):
        return None
    spot = p.Spot(name=obj.noun)
    return spot if find_spots(spot, scope.context()).problem is None else None


def _means(obj: p.Obj, object_id: str, scope: Scope) -> bool:
    """Whether a description means just this thing."""
    return ground(obj, scope.context()).ids == (object_id,)
