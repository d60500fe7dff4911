"""Opening or closing the empty fingers to a width: the skill `grip`.

Knows: that fingers close until they touch something. Does not know: grasping (pick.py), letting go
(open_gripper.py).
"""

from __future__ import annotations

from llmagentos.ports.skills import succeeded
from llmagentos.skills.context import Context
from llmagentos.skills.declaration import WIDTH, Skill, SkillRun
from llmagentos.types import Action, Scene


def _preview(scene: Scene, action: Action) -> Scene:
    return scene


def _run(context: Context, action: Action) -> SkillRun:
    width = min(action.width_m, context.arm.spec.max_opening_m)
    yield from context.arm.grip(width)
    return succeeded(f"fingers {100 * width:.1f} cm apart")


GRIP = Skill(
    name="grip",
    doing="moving my fingers",
    parameters=(WIDTH,),
    uses=("gripper",),
    hand="empty",
    preview=_preview,
    run=_run,
)
