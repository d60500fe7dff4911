"""Checks and effects of skills on a scene in memory, for their declarations.

Knows: what can be told from a scene alone: what is seen, graspable, covered, carried along, in
the way. Does not know: motion; what only the arm finds out is found out by the arm.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from llmagentos.motion.planning import Obstacles
from llmagentos.objects.kinds import traits
from llmagentos.objects.outlines import gap_m, has_rim
from llmagentos.ports.failures import Failure
from llmagentos.ports.skills import SkillReport, failed
from llmagentos.skills.freeing import crowded_by, is_small
from llmagentos.skills.grasps import has_room, too_wide
from llmagentos.types import Action, Pose, Scene, SceneObject
from llmagentos.world.freespace import riders

#: Outlines may overlap by this much before it counts as a collision, metres.
OVERLAP_M = 0.004
#: So far outside of the workspace the arm still goes, metres.
OUTSIDE_M = 0.05


def unmovable(item: SceneObject) -> Failure | None:
    """Why no hand can take the object at all, however it stands; None where one can."""
    if traits(item.kind).is_flat:
        return Failure.UNMOVABLE
    return Failure.TOO_WIDE if too_wide(item) else None


def not_pickable(scene: Scene, action: Action) -> SkillReport | None:
    """What stands against taking hold of the action's object."""
    item = scene.get(action.object_id)
    if item is None:
        return failed(Failure.NOT_SEEN)
    never = unmovable(item)
    if never is not None:
        return failed(never, attempts=0)
    covers = [o for o in scene.on_top_of(item.id) if not o.inside]
    if covers:
        names = ", ".join(f"the {o.label}" for o in covers)
        words = f"{names} stands on the {item.label}"
        return failed(Failure.COVERED, words, covered_by=names)
    return None


def crowded(scene: Scene, item: SceneObject) -> SkillReport | None:
    """A report where something small leaves no room for the fingers and can be moved aside.

    What larger things and the walls of a vessel leave is found out by the arm, which may draw the
    object away from them.
    """
    # With a hand that is made for things of this scale.
    scene = scene.full_size()
    item = scene.get(item.id) or item
    if item.inside or has_room(item, Obstacles.of(scene, (item.id,))):
        return None
    blocker = crowded_by(
        scene, item, lambda *ids: Obstacles.of(scene, ids), lambda rest: has_room(item, rest)
    )
    return None if blocker is None or not is_small(blocker) else too_close(item, blocker)


def too_close(item: SceneObject, blocker: SceneObject, attempts: int = 1) -> SkillReport:
    """The report on what must be moved aside first; its id is the detail "in_way"."""
    words = f"the {blocker.label} is too close to the {item.label} for my fingers"
    return failed(Failure.NO_GRASP, words, attempts, in_way=blocker.id)


def outside(scene: Scene, action: Action) -> SkillReport | None:
    """A report where an action's pose is too far outside of the workspace."""
    beyond, pose = OUTSIDE_M * scene.workspace.scale, action.pose
    if pose is not None and not scene.workspace.contains(*pose.position[:2], -beyond):
        return unreachable(scene, action)
    return None


def unreachable(scene: Scene, action: Action, problem: str = "") -> SkillReport:
    """The report on what the arm does not get to, which names what is outside of the work area:
    the landmark, the place or the thing. problem: the arm's own words, for the details."""
    item = scene.get(action.object_id if action.pose is None else action.support)
    if item is not None:
        name, (x, y) = f"the {item.label}", item.position[:2]
    elif action.pose is not None:
        name, (x, y) = "that place", action.pose.position[:2]
    else:
        return failed(Failure.UNREACHABLE, problem=problem)
    w = scene.workspace
    ends = []
    for axis, value, low, high in (("x", x, w.x_min, w.x_max), ("y", y, w.y_min, w.y_max)):
        if value > high:
            ends.append(f"{axis} up to {high:.2f} m")
        elif value < low:
            ends.append(f"{axis} from {low:.2f} m")
    words = f"{name} is outside my work area ({', '.join(ends)})" if ends else ""
    return failed(Failure.UNREACHABLE, words, problem=problem)


def no_carrier(scene: Scene, action: Action) -> SkillReport | None:
    """What stands against setting something down on the action's support."""
    if action.support == "table":
        return None
    below = scene.get(action.support)
    if below is None:
        return failed(Failure.NO_SUPPORT)
    if not traits(below.kind).has_level_top:
        return failed(Failure.UNSTABLE, f"it would fall off the {below.label}")
    return None


def taken(scene: Scene, item: SceneObject, action: Action) -> SkillReport | None:
    """What stands where the action sets the object down."""
    assert action.pose is not None
    x, y, _ = action.pose.position
    below = scene.get(action.support)
    if below is None or traits(below.kind).is_flat:
        return taken_on_table(scene, item, x, y)
    if has_rim(below):
        return None
    for o in scene.on_top_of(below.id):
        if _gap(item, o, x, y) < -OVERLAP_M:
            return failed(Failure.IN_THE_WAY, f"the {o.label} is there already")
    return None


def taken_on_table(scene: Scene, item: SceneObject, x: float, y: float) -> SkillReport | None:
    """What stands at a point of the table where the object shall go."""
    own = riders(scene, item.id) | {item.id}
    for o in scene.objects:
        if o.id in own or o.held or o.inside or traits(o.kind).is_flat or o.bottom_z > 0.03:
            continue
        if _gap(item, o, x, y) < -OVERLAP_M:
            return failed(Failure.IN_THE_WAY, f"the {o.label} is in the way")
    return None


def under(scene: Scene, item: SceneObject) -> SceneObject | None:
    """The highest thing under the middle of an object, None for the table."""
    x, y = item.position[:2]
    own = riders(scene, item.id) | {item.id}
    hit = [
        o
        for o in scene.objects
        if o.id not in own
        and not o.held
        and float(gap_m(np.array([x]), np.array([y]), None, o)[0]) < 0
    ]
    return max(hit, key=lambda o: o.top_z, default=None)


def with_object(scene: Scene, item: SceneObject, now: SceneObject) -> Scene:
    """The scene with the object as it is now; what stands on or in it comes along."""
    dx, dy, dz = (b - a for a, b in zip(item.position, now.position, strict=True))
    above = riders(scene, item.id)

    def moved(o: SceneObject) -> SceneObject:
        if o.id == item.id:
            return now
        if o.id in above:
            x, y, z = o.position
            return replace(o, position=(x + dx, y + dy, z + dz))
        return o

    return replace(scene, objects=tuple(moved(o) for o in scene.objects))


def set_down(scene: Scene, item: SceneObject, pose: Pose, support: str, inside: bool) -> Scene:
    """The scene with the object's base at a pose on or in its support."""
    x, y, z = pose.position
    down = replace(
        item,
        position=(x, y, z + item.height_m / 2),
        yaw=wrapped(item, pose.yaw),
        support=support,
        inside=inside,
        held=False,
    )
    return with_object(scene, item, down)


def wrapped(item: SceneObject, yaw: float) -> float:
    """Cubes look the same after a quarter turn, what was measured is told by its long axis; others
    after a full one."""
    period = math.pi / 2 if traits(item.kind).is_cube else 2 * math.pi
    period = period if item.extents_m is None else math.pi
    return (yaw + period / 2) % period - period / 2


def _gap(item: SceneObject, other: SceneObject, x: float, y: float) -> float:
    return float(gap_m(np.array([x]), np.array([y]), item, other)[0])
