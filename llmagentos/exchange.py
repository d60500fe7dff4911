"""Modules of a living agent that become others: put in, taken out, replaced, in mid-command too.

Knows: at which moments a module is in use by nobody. Does not know: what any module does.

Perception, planning and learning are changed between two slices of work; execution, which has the plan
under way, when no command runs.
"""

from __future__ import annotations

import threading
from typing import Any

from llmagentos.errors import LifecycleError
from llmagentos.events import EventBus
from llmagentos.one_command import OneCommand
from llmagentos.ports.modules import CONCEPTS, PerceptionModule
from llmagentos.recorder import FlightRecorder


def attached(module: Any, events: EventBus) -> None:
    """Tell a module where it may tell events, where it wants to know."""
    attach = getattr(module, "attach", None)
    if callable(attach):
        attach(events.emit)


def closed(module: Any) -> None:
    """Have a module give everything back, where it holds something."""
    close = getattr(module, "close", None)
    if callable(close):
        close()


class Exchange(OneCommand):
    """An agent's part for that."""

    perception: PerceptionModule | None
    flight: FlightRecorder | None

    def __init__(self) -> None:
        super().__init__()
        self._wanted: dict[str, Any] = {}
        self._changing = threading.Lock()

    def replace(self, concept: str, module: Any) -> None:
        """Have another module from the next safe point on: at once where the agent is idle, else
        between two slices of its command (execution: after it). From any thread. The old one is
        closed; a new perception goes on with the ids that things had.

        concept: perception, planning, execution or learning. module: None takes it out. Raises
        LifecycleError for another concept, or where the agent is destroyed.
        """
        self._require_alive()
        if concept not in CONCEPTS:
            raise LifecycleError(
                f"expected one of {', '.join(CONCEPTS)} to replace, got '{concept}'"
            )
        with self._changing:
            passed_over = self._wanted.pop(concept, None)
            self._wanted[concept] = module
        closed(passed_over)
        with self._lock:
            if self._running is None:
                self._exchange()

    def remove(self, concept: str) -> None:
        """Take a module out: `replace` with None."""
        self.replace(concept, None)

    def _modules(self) -> list[Any]:
        found = (getattr(self, concept) for concept in CONCEPTS)
        return [module for module in found if module is not None]

    def _exchange(self) -> None:
        if not self._wanted:
            return
        with self._changing:
            ready = [c for c in self._wanted if c != "execution" or self._running is None]
            changes = {concept: self._wanted.pop(concept) for concept in ready}
        for concept, module in changes.items():
            old = getattr(self, concept)
            setattr(self, concept, self._made_part(concept, module))
            if old is not None and old is not module:
                closed(old)

    def _made_part(self, concept: str, module: Any) -> Any:
        """Wired as the one before it was."""
        if module is not None:
            attached(module, self.events)
        if concept == "perception":
            return self._sight(module)
        if concept == "planning" and module is not None and self.flight is not None:
            return self.flight.planner(module)
        return module

    def _sight(self, module: PerceptionModule | None) -> PerceptionModule | None:
        """Looked through by the skills, too."""
        if module is not None:
            scene = getattr(getattr(self.robot, "skills", None), "scene", None)
            if callable(scene):
                module.recall(scene())
            if self.flight is not None:
                module = self.flight.perception(module)
        if self.robot is not None and hasattr(self.robot, "seeing"):
            self.robot.seeing = module
        return module
