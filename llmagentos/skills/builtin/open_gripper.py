"""Letting go of whatever is held, right here: the skill `open_gripper`.

Knows: that it falls on what is below. Does not know: setting down (place.py).
"""

from __future__ import annotations

from llmagentos.objects.kinds import traits
from llmagentos.objects.outlines import floor_z
from llmagentos.ports.skills import succeeded
from llmagentos.skills.context import Context
from llmagentos.skills.declaration import Skill, SkillRun
from llmagentos.skills.preview import set_down, under
from llmagentos.types import Action, Pose, Scene


def _preview(scene: Scene, action: Action) -> Scene:
    held = scene.held
    if held is None:
        return scene
    x, y = held.position[:2]
    below = under(scene, held)
    if below is None or traits(below.kind).is_flat:
        at = Pose((x, y, scene.workspace.table_z), held.yaw)
        return set_down(scene, held, at, "table" if below is None else below.id, False)
    at = Pose((x, y, floor_z(below)), held.yaw)
    return set_down(scene, held, at, below.id, traits(below.kind).is_container)


def _run(context: Context, action: Action) -> SkillRun:
    context.belief.in_hand = None  # before the fingers open: this is no slip
    yield from context.arm.release()
    return succeeded("opened the gripper")


OPEN_GRIPPER = Skill(
    name="open_gripper",
    doing="opening the gripper",
    uses=("gripper",),
    preview=_preview,
    run=_run,
)
