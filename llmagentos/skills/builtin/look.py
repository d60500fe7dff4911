"""Looking again, with the arm out of the picture: the skill `look`.

Knows: that looking needs a free view. Does not know: how a picture becomes a scene.
"""

from __future__ import annotations

from llmagentos.ports.skills import succeeded
from llmagentos.skills.context import Context
from llmagentos.skills.declaration import Skill, SkillRun
from llmagentos.types import Action, Scene


def _preview(scene: Scene, action: Action) -> Scene:
    return scene


def _run(context: Context, action: Action) -> SkillRun:
    scene = yield from context.look()
    return succeeded(f"I see {len(scene.objects)} objects")


LOOK = Skill(name="look", doing="looking", uses=("arm", "camera"), preview=_preview, run=_run)
