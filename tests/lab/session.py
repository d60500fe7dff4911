"""A plan carried out on a table in memory, by the real executor on the symbolic skills."""

from __future__ import annotations

from lab.scenes import blocks_and_bowls
from llmagentos.events import Event
from llmagentos.execution.executor import PlanExecutor
from llmagentos.lang import codec as compact
from llmagentos.ports.modules import Outcome, PlanResult
from llmagentos.skills.symbolic import SymbolicSkills
from llmagentos.types import Scene, SceneObject


class Table:
    """One session on a scene (`lab.scenes.blocks_and_bowls()` without one)."""

    def __init__(self, scene: Scene | None = None, rehearses: bool = True):
        self.skills = SymbolicSkills(scene or blocks_and_bowls())
        self.events: list[Event] = []
        self.executor = PlanExecutor(self.skills, None, self.events.append, rehearses)

    def do(self, text: str, command: str | None = None, confidence: float = 1.0) -> Outcome:
        """Run a plan in compact notation to its end. command: the words it stands for (the plan's
        own text where none are given). confidence: the planner's."""
        plan = PlanResult(compact.parse(text), text, confidence=confidence)
        return self.executor.run(plan, text if command is None else command)

    def get(self, object_id: str) -> SceneObject:
        """An object as it stands now."""
        found = self.skills.scene().get(object_id)
        assert found is not None
        return found

    @property
    def actions(self) -> list[str]:
        """Actions so far as "pick red_block"."""
        return [f"{a.name} {a.object_id}".strip() for a in self.skills.actions]
