"""Going to the rest pose: the skill `home`.

Knows: that what is held stays in the hand. Does not know: where the rest pose is.
"""

from __future__ import annotations

from llmagentos.ports.skills import succeeded
from llmagentos.skills.context import Context
from llmagentos.skills.declaration import Skill, SkillRun
from llmagentos.types import Action, Scene


def _preview(scene: Scene, action: Action) -> Scene:
    return scene


def _run(context: Context, action: Action) -> SkillRun:
    yield from context.home()
    return succeeded("went home")


HOME = Skill(name="home", doing="going home", preview=_preview, run=_run)
