""" "The rest" is the rest of what was being handled."""

from llmagentos.execution.executor import PlanExecutor
from llmagentos.lang import codec as compact
from llmagentos.skills.symbolic import SymbolicSkills
from llmagentos.types import Scene, SceneObject


def _thing(name: str, kind: str, x: float, y: float) -> SceneObject:
    color, _ = name.split("_")
    size = {"block": 0.04, "bowl": 0.12, "cup": 0.07}[kind]
    return SceneObject(name, kind, color, size, 0.04, (x, y, 0.02))


def test_rest_after_blocks_is_the_other_blocks_not_the_cup() -> None:
    scene = Scene(
        (
            _thing("red_block", "block", 0.40, 0.10),
            _thing("blue_block", "block", 0.45, -0.05),
            _thing("green_block", "block", 0.50, 0.20),
            _thing("red_bowl", "bowl", 0.60, -0.20),
            _thing("purple_cup", "cup", 0.62, 0.05),
        )
    )
    skills = SymbolicSkills(scene)
    plan = compact.parse("put [ the red block ] in [ the red bowl ] ; stack [ rest object ]")
    outcome = PlanExecutor(skills).run(plan, "put the red block in its bowl and stack the rest")
    assert outcome.status == "succeeded", outcome.reply
    moved = {a.object_id for a in skills.actions if a.name == "place"}
    assert moved <= {"red_block", "blue_block", "green_block"}
