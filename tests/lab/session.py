"""A plan carried out on a table in memory, by the real executor on the symbolic skills."""

from __future__ import annotations

from lab.scenes import blocks_and_bowls
from llmagentos.events import Event
from llmagentos.execution.executor import PlanExecutor
from llmagentos.lang import codec as compact
from llmagentos.ports.modules import Outcome
from llmagentos.skills.symbolic import SymbolicSkills
from llmagentos.types import Scene, SceneObject


class Table:
    """One session on a scene (`lab.scenes.blocks_and_bowls()` without one)."""

    def __init__(self, scene: Scene | None = None, rehearses: bool = True):
        self.skills = SymbolicSkills(scene or blocks_and_bowls())
        self.events: list[Event] = []
        self.executor = PlanExecutor(self.skills, None, self.events.append, rehearses)

    def do(self, text: str) -> Outcome:
        """Run a plan in compact notation to its end."""
        return self.executor.run(compact.parse(text), text)

    def get(self, object_id: str) -> SceneObject:
        """An object as it stands now."""
        found = self.skills.scene().get(object_id)
        assert found is not None
        return found

    @property
    def actions(self) -> list[str]:
        """Actions so far as "pick red_block"."""
        return [f"{a.name} {a.object_id}".strip() for a in self.skills.actions]
