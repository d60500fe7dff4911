"""The skills that take no grasp: rotate's turning, point, home, look, wait, open the gripper.

Knows: arm and belief. Does not know: plans.
"""

from __future__ import annotations

import math
from dataclasses import replace

from llmagentos.motion.planning import Obstacles
from llmagentos.ports.failures import Failure
from llmagentos.ports.skills import SkillStatus, failed, succeeded
from llmagentos.skills.context import Context, Skill
from llmagentos.skills.picking import pick
from llmagentos.skills.placing import place
from llmagentos.types import Action, Pose, SceneObject

#: The finger tips hover this far above what they point at.
_HOVER_M = 0.12
_MAX_TURN_RAD, _MAX_ANGLE_RAD = math.pi + 1e-6, 4 * math.pi + 1e-6
_ANGLE_TOLERANCE_RAD = 0.2


def point(context: Context, action: Action) -> Skill:
    """Hover over a place."""
    if action.pose is None:
        return failed(Failure.INVALID_ACTION, "expected a place to point at, got none")
    x, y, z = action.pose.position
    scene = context.belief.scene()
    tops = [
        o.top_z for o in scene.objects if not o.held and math.dist(o.position[:2], (x, y)) < 0.06
    ]
    in_hand = context.belief.in_hand
    hover = max([z, *tops]) + _HOVER_M + (in_hand.below_m if in_hand else 0.0)
    goal = Pose((x, y, hover), 0.0)
    goal = Pose(goal.position, context.arm.kinematics.best_yaw(goal))
    if in_hand is None:
        yield from context.arm.grip(0.0, wait=False)
    yield from context.go(goal, Obstacles.of(scene), approach_m=0.0)
    yield from context.arm.hold(0.5)
    return succeeded("pointed at it")


def home(context: Context, action: Action) -> Skill:
    """To the rest pose."""
    yield from context.home()
    return succeeded("went home")


def look(context: Context, action: Action) -> Skill:
    """Out of the picture, and look."""
    scene = yield from context.look()
    return succeeded(f"I see {len(scene.objects)} objects")


def wait(context: Context, action: Action) -> Skill:
    """Hold still."""
    if not (math.isfinite(action.duration_s) and action.duration_s >= 0):
        return failed(Failure.INVALID_ACTION, f"expected seconds to wait, got {action.duration_s}")
    yield from context.arm.hold(action.duration_s)
    return succeeded(f"waited {action.duration_s:g} s")


def open_gripper(context: Context, action: Action) -> Skill:
    """Let go of whatever is held, right here."""
    yield from context.arm.release(0.08)
    context.belief.in_hand = None
    return succeeded("opened the gripper")


def rotate(context: Context, action: Action) -> Skill:
    """Pick up, turn about the vertical, set down on the spot; several times beyond half a turn."""
    angle = action.angle_rad
    if not (math.isfinite(angle) and abs(angle) <= _MAX_ANGLE_RAD):
        return failed(Failure.INVALID_ACTION, f"expected up to two turns, got {angle} rad")
    parts = max(1, math.ceil(abs(angle) / _MAX_TURN_RAD))
    scene = yield from context.look()
    item = scene.get(action.object_id)
    if item is None:
        return failed(Failure.NOT_SEEN, "I can't see it any more")
    attempts = 1
    for _ in range(parts):
        report = yield from _turn_once(context, item, angle / parts)
        if report.failure is Failure.NO_GRASP:
            report = yield from _turn_in_halves(context, item, angle / parts)
        attempts = max(attempts, report.attempts)
        if report.status is not SkillStatus.SUCCEEDED:
            return report
    seen = context.belief.find(item)
    if seen is None:
        return failed(Failure.NOT_SEEN, f"I lost sight of the {item.label}", attempts)
    wrong = abs(math.remainder(seen.yaw - item.yaw - angle, math.pi / 2))
    if item.kind == "block" and wrong > _ANGLE_TOLERANCE_RAD:
        return failed(
            Failure.MISPLACED, f"the {item.label} is turned {wrong:.2f} rad off", attempts
        )
    words = f"turned the {item.label} by {math.degrees(angle):.0f} degrees"
    return succeeded(words, attempts)


def _turn_once(context: Context, item: SceneObject, angle: float) -> Skill:
    report = yield from pick(context, Action("pick", object_id=item.id), turn_rad=angle)
    in_hand = context.belief.in_hand
    if report.status is not SkillStatus.SUCCEEDED or in_hand is None:
        return report
    pose = Pose((*item.position[:2], item.bottom_z), in_hand.item.yaw + angle)
    put = Action("place", object_id=item.id, pose=pose, support=item.support, inside=item.inside)
    placed = yield from place(context, put, exact_yaw=True)
    return replace(placed, attempts=max(placed.attempts, report.attempts))


def _turn_in_halves(context: Context, item: SceneObject, angle: float) -> Skill:
    """The same turn in two goes, where no grasp leaves the wrist room for all of it at once."""
    report = yield from _turn_once(context, item, angle / 2)
    if report.status is SkillStatus.SUCCEEDED:
        report = yield from _turn_once(context, item, angle / 2)
    return report
