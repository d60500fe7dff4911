"""Small scenes and a shorthand to run compact plans on them, for the execution tests."""

from __future__ import annotations

from llmagentos.events import Event
from llmagentos.execution.executor import PlanExecutor
from llmagentos.lang import codec as compact
from llmagentos.objects.geometry import object_geometry
from llmagentos.objects.kinds import KINDS
from llmagentos.ports.modules import Outcome
from llmagentos.skills.symbolic import SymbolicSkills
from llmagentos.types import Scene, SceneObject


def thing(
    object_id: str, kind: str, color: str, x: float, y: float, size_m: float = 0.0
) -> SceneObject:
    """An object that stands on the table."""
    size = size_m or KINDS[kind].size_m
    height = object_geometry(kind, size).height_m
    return SceneObject(object_id, kind, color, size, height, (x, y, height / 2))


def blocks_and_bowls() -> Scene:
    """Three blocks, two bowls, a zone, a plate; colours tell them apart."""
    return Scene(
        (
            thing("red_block", "block", "red", 0.45, 0.10),
            thing("blue_block", "block", "blue", 0.55, -0.10),
            thing("green_block", "block", "green", 0.40, -0.20),
            thing("blue_bowl", "bowl", "blue", 0.60, 0.15),
            thing("red_bowl", "bowl", "red", 0.40, 0.25),
            thing("gray_zone", "zone", "gray", 0.62, -0.25),
            thing("white_plate", "plate", "white", 0.40, -0.02, 0.10),
        )
    )


class Table:
    """One session on a scene in memory."""

    def __init__(self, scene: Scene | None = None, rehearses: bool = True):
        self.skills = SymbolicSkills(scene or blocks_and_bowls())
        self.events: list[Event] = []
        self.executor = PlanExecutor(self.skills, None, self.events.append, rehearses)

    def do(self, text: str) -> Outcome:
        """Run a plan in compact notation to its end."""
        return self.executor.run(compact.parse(text), text)

    def get(self, object_id: str) -> SceneObject:
        found = self.skills.scene().get(object_id)
        assert found is not None
        return found

    @property
    def actions(self) -> list[str]:
        """Actions so far as "pick red_block"."""
        return [f"{a.name} {a.object_id}".strip() for a in self.skills.actions]
