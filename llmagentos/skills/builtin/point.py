"""Pointing: the finger tips hover over a place.

Knows: how high above what stands there; the skill `point`. Does not know: what is pointed at.
"""

from __future__ import annotations

import math
from dataclasses import replace

from llmagentos.ports.skills import SkillReport, succeeded
from llmagentos.skills.context import Context
from llmagentos.skills.declaration import POSE, Skill, SkillRun
from llmagentos.skills.preview import outside, with_object
from llmagentos.types import Action, Pose, Scene

#: The finger tips hover this far above what they point at, at scale 1.
_HOVER_M, _NEAR_M = 0.12, 0.06
#: In a preview the base of what is held stays this high at least.
_LEAST_Z_M = 0.05


def _check(scene: Scene, action: Action) -> SkillReport | None:
    return outside(scene, action)


def _preview(scene: Scene, action: Action) -> Scene:
    held = scene.held
    if held is None or action.pose is None:
        return scene
    x, y, z = action.pose.position
    over = replace(held, position=(x, y, max(z, _LEAST_Z_M) + held.height_m / 2))
    return with_object(scene, held, over)


def _run(context: Context, action: Action) -> SkillRun:
    """Hover over a place, with what is in the hand clear of what stands there."""
    assert action.pose is not None, "it was checked"
    x, y, z = action.pose.position
    scene, s = context.belief.scene(), context.arm.spec.scale
    aside = [(math.dist(o.position[:2], (x, y)), o) for o in scene.objects if not o.held]
    near = [o for distance, o in aside if distance < _NEAR_M * s]
    in_hand = context.belief.in_hand
    below = in_hand.below_m if in_hand else 0.0
    goal = Pose((x, y, max([z, *(o.top_z for o in near)]) + _HOVER_M * s + below), 0.0)
    goal = Pose(goal.position, context.arm.kinematics.best_yaw(goal))
    if in_hand is None:
        yield from context.arm.grip(0.0, wait=False)
    yield from context.go(goal, context.belief.obstacles(), approach_m=0.0)
    yield from context.arm.hold(0.5)
    return succeeded("pointed at it")


POINT = Skill(
    name="point",
    doing="pointing",
    parameters=(POSE,),
    uses=("arm", "gripper"),
    check=_check,
    preview=_preview,
    run=_run,
)
