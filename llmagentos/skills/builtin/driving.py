"""Driving a base: the skills `drive_to`, `drive_by`, `follow_wall` and `name_place`.

Knows: what a drive changes in a scene in memory: where the base stands, and what is seen there. Does
not know: wheels or maps. An arm's executor has no base and says so; skills/mobile.py hands these
actions to one.
"""

from __future__ import annotations

import math
from dataclasses import replace

from llmagentos.ports.base import DRIVE_FAILURES
from llmagentos.ports.failures import Failure
from llmagentos.ports.skills import SkillReport, failed
from llmagentos.skills.context import Context
from llmagentos.skills.declaration import Parameter, Skill, SkillRun
from llmagentos.types import Action, BaseState, MapPose, NamedPlace, Scene, SceneObject

#: Two poses this near to each other show the same things, metres.
SAME_VIEW_M = 0.5
_FAILURES = (Failure.NO_BASE, *sorted(DRIVE_FAILURES, key=lambda f: f.value))


def _is_goal(value: object) -> bool:
    return isinstance(value, MapPose) and all(
        map(math.isfinite, (value.x_m, value.y_m, value.yaw_rad))
    )


GOAL = Parameter("goal", "a pose of the map in finite numbers", _is_goal)
AHEAD = Parameter("ahead_m", "metres", math.isfinite)
ANGLE = Parameter("angle_rad", "an angle in radians", math.isfinite)
TEXT = Parameter("text", "a name", lambda v: isinstance(v, str) and v.strip() != "")


def _no_base(context: Context, action: Action) -> SkillRun:
    yield from ()
    return failed(Failure.NO_BASE, attempts=0)


def moved_to(scene: Scene, base: BaseState, pose: MapPose) -> Scene:
    """The scene at another pose: what was seen there last; what stands here is kept in mind, and
    what is held comes along."""
    stay = tuple(o for o in scene.objects if not o.held)
    held = tuple(o for o in scene.objects if o.held)
    known = [(at, seen) for at, seen in base.things if not _same_view(at, base.pose)]
    known.append((base.pose, stay))
    there: tuple[SceneObject, ...] = next((seen for at, seen in known if _same_view(at, pose)), ())
    known = [(at, seen) for at, seen in known if not _same_view(at, pose)]
    near = min(base.places, key=lambda q: _far(q.pose, pose), default=None)
    at_place = near is not None and _far(near.pose, pose) <= SAME_VIEW_M
    room = _room_of(near) if near is not None and at_place else ""
    now = replace(base, pose=pose, room=room, things=tuple((a, s) for a, s in known if s))
    return replace(scene, objects=(*there, *held), base=now)


def _room_of(place: NamedPlace) -> str:
    return place.name if place.kind == "room" else place.room


def _far(a: MapPose, b: MapPose) -> float:
    return math.hypot(a.x_m - b.x_m, a.y_m - b.y_m)


def _same_view(a: MapPose, b: MapPose) -> bool:
    return _far(a, b) <= SAME_VIEW_M


def _to(scene: Scene, action: Action) -> Scene | SkillReport:
    if scene.base is None or action.goal is None:
        return failed(Failure.NO_BASE, attempts=0)
    return moved_to(scene, scene.base, action.goal)


def _by(scene: Scene, action: Action) -> Scene | SkillReport:
    if scene.base is None:
        return failed(Failure.NO_BASE, attempts=0)
    pose = scene.base.pose
    goal = MapPose(
        pose.x_m + action.ahead_m * math.cos(pose.yaw_rad),
        pose.y_m + action.ahead_m * math.sin(pose.yaw_rad),
        pose.yaw_rad + action.angle_rad,
    )
    return moved_to(scene, scene.base, goal)


def _along(scene: Scene, action: Action) -> Scene | SkillReport:
    return scene if scene.base is not None else failed(Failure.NO_BASE, attempts=0)


def _named(scene: Scene, action: Action) -> Scene | SkillReport:
    if scene.base is None:
        return failed(Failure.NO_BASE, attempts=0)
    base, name = scene.base, action.text.strip().lower()
    place = NamedPlace(name, base.pose, "spot", base.room)
    others = tuple(q for q in base.places if q.name != name)
    return replace(scene, base=replace(base, places=(*others, place)))


def _skill(name: str, doing: str, preview: object, *parameters: Parameter) -> Skill:
    return Skill(
        name=name,
        doing=doing,
        run=_no_base,
        preview=preview,  # type: ignore[arg-type]
        parameters=parameters,
        uses=("base",),
        failures=_FAILURES,
    )


DRIVE_TO = _skill("drive_to", "driving", _to, GOAL)
DRIVE_BY = _skill("drive_by", "driving", _by, AHEAD, ANGLE)
FOLLOW_WALL = _skill("follow_wall", "following the wall", _along, ANGLE)
NAME_PLACE = _skill("name_place", "remembering this place", _named, TEXT)
#: All that needs a base.
DRIVING: tuple[Skill, ...] = (DRIVE_TO, DRIVE_BY, FOLLOW_WALL, NAME_PLACE)
