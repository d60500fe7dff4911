"""Holding still for a while: the skill `wait`.

Knows: seconds on the driver's clock. Does not know: what is waited for.
"""

from __future__ import annotations

from llmagentos.ports.skills import succeeded
from llmagentos.skills.context import Context
from llmagentos.skills.declaration import DURATION, Skill, SkillRun
from llmagentos.types import Action, Scene


def _preview(scene: Scene, action: Action) -> Scene:
    return scene


def _run(context: Context, action: Action) -> SkillRun:
    yield from context.arm.hold(action.duration_s)
    return succeeded(f"waited {action.duration_s:g} s")


WAIT = Skill(name="wait", doing="waiting", parameters=(DURATION,), preview=_preview, run=_run)
