"""Moving the finger tips to a point: the skill `reach`.

Knows: how low and how high the hand may go; that what is held goes along. Does not know: why the
hand goes there.
"""

from __future__ import annotations

from dataclasses import replace

from llmagentos.errors import MotionError
from llmagentos.ports.failures import Failure
from llmagentos.ports.skills import SkillReport, failed, succeeded
from llmagentos.skills.context import Context
from llmagentos.skills.declaration import POSE, Skill, SkillRun
from llmagentos.skills.preview import outside, with_object
from llmagentos.types import Action, Pose, Scene

#: Above the table, at scale 1: the finger tips never touch it, and what an arm may reach at most.
LEAST_Z_M, MOST_Z_M = 0.01, 0.50


def _check(scene: Scene, action: Action) -> SkillReport | None:
    assert action.pose is not None, "it was checked"
    z, s = action.pose.position[2] - scene.workspace.table_z, scene.workspace.scale
    if not LEAST_Z_M * s - 1e-9 <= z <= MOST_Z_M * s + 1e-9:
        return failed(Failure.UNREACHABLE)
    return outside(scene, action)


def _preview(scene: Scene, action: Action) -> Scene:
    held = scene.held
    if held is None or action.pose is None:
        return scene
    x, y, z = action.pose.position
    bottom = max(z - held.height_m / 2, scene.workspace.table_z)
    return with_object(scene, held, replace(held, position=(x, y, bottom + held.height_m / 2)))


def _run(context: Context, action: Action) -> SkillRun:
    assert action.pose is not None, "it was checked"
    x, y, z = action.pose.position
    in_hand = context.belief.in_hand
    least = max(LEAST_Z_M * context.arm.spec.scale, context.arm.spec.lowest_tip_m)
    if in_hand is not None:
        least += in_hand.below_m
    goal = Pose((x, y, max(z, context.belief.scene().workspace.table_z + least)), 0.0)
    goal = Pose(goal.position, context.arm.kinematics.best_yaw(goal))
    obstacles = context.belief.obstacles()
    here = context.arm.tip
    try:  # straight, with the hand as it is turned, where that is possible
        yield from context.straight(Pose(goal.position, here.yaw), obstacles)
    except MotionError:
        yield from context.go(goal, obstacles, approach_m=0.0)
    return succeeded("moved my hand there")


REACH = Skill(
    name="reach",
    doing="moving my hand",
    parameters=(POSE,),
    check=_check,
    preview=_preview,
    run=_run,
)
