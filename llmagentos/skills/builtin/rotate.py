"""Turning an object on the spot.

Knows: how far the wrist turns in one go; the skill `rotate`. Does not know: grasping (pick.py),
setting down (place.py).
"""

from __future__ import annotations

import math
from dataclasses import replace

from llmagentos.objects.kinds import traits
from llmagentos.ports.failures import Failure
from llmagentos.ports.skills import SkillReport, SkillStatus, Ways, failed, succeeded
from llmagentos.skills.builtin.pick import PICK, take
from llmagentos.skills.builtin.place import put_down
from llmagentos.skills.context import Context
from llmagentos.skills.declaration import OBJECT, Skill, SkillRun, angle
from llmagentos.skills.preview import crowded, not_pickable, with_object, wrapped
from llmagentos.types import Action, Pose, Scene, SceneObject

_MAX_TURN_RAD, _MAX_ANGLE_RAD = math.pi + 1e-6, 4 * math.pi + 1e-6
_ANGLE_TOLERANCE_RAD = 0.2


def _preview(scene: Scene, action: Action) -> Scene | SkillReport:
    item = scene.get(action.object_id)
    assert item is not None, "the check has seen it"
    if (problem := crowded(scene, item)) is not None:
        return problem
    turned = wrapped(item, item.yaw + action.angle_rad)
    return with_object(scene, item, replace(item, yaw=turned))


def _run(context: Context, action: Action) -> SkillRun:
    """Pick up, turn about the vertical, set down on the spot; several times beyond half a turn."""
    by = action.angle_rad
    parts = max(1, math.ceil(abs(by) / _MAX_TURN_RAD))
    item = context.belief.scene().get(action.object_id)
    assert item is not None, "the check has seen it"
    attempts = 1
    for _ in range(parts):
        report = yield from _turn_once(context, item, by / parts)
        if report.failure is Failure.NO_GRASP:
            report = yield from _turn_in_halves(context, item, by / parts)
        attempts = max(attempts, report.attempts)
        if report.status is not SkillStatus.SUCCEEDED:
            return report
    seen = context.belief.find(item)
    if seen is None:
        return failed(Failure.NOT_SEEN, f"I lost sight of the {item.label}", attempts)
    wrong = abs(math.remainder(seen.yaw - item.yaw - by, math.pi / 2))
    if traits(item.kind).is_cube and wrong > _ANGLE_TOLERANCE_RAD:
        return failed(
            Failure.MISPLACED, f"the {item.label} is turned {wrong:.2f} rad off", attempts
        )
    words = f"turned the {item.label} by {math.degrees(by):.0f} degrees"
    return succeeded(words, attempts)


def _turn_once(context: Context, item: SceneObject, angle: float) -> SkillRun:
    yield from context.look()
    seen = context.belief.find(item)
    if seen is None:
        return failed(Failure.NOT_SEEN, f"I lost sight of the {item.label}")
    report = yield from take(context, seen, angle)
    in_hand = context.belief.in_hand
    if report.status is not SkillStatus.SUCCEEDED or in_hand is None:
        return report
    pose = Pose((*item.position[:2], item.bottom_z), in_hand.item.yaw + angle)
    put = Action("place", object_id=item.id, pose=pose, support=item.support, inside=item.inside)
    placed = yield from put_down(context, put, exact_yaw=True)
    return replace(placed, attempts=max(placed.attempts, report.attempts))


def _turn_in_halves(context: Context, item: SceneObject, angle: float) -> SkillRun:
    """The same turn in two goes, where no grasp leaves the wrist room for all of it at once."""
    report = yield from _turn_once(context, item, angle / 2)
    if report.status is SkillStatus.SUCCEEDED:
        report = yield from _turn_once(context, item, angle / 2)
    return report


ROTATE = Skill(
    name="rotate",
    doing="turning {object}",
    parameters=(OBJECT, angle(_MAX_ANGLE_RAD)),
    uses=("arm", "gripper", "camera"),
    hand="empty",
    looks=True,
    failures=(*PICK.failures, Failure.MISPLACED, Failure.HIDDEN),
    check=not_pickable,
    preview=_preview,
    run=_run,
    ways=Ways(does=("pick", "place")),
)
