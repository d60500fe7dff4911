"""A planner for tests: plans from a table instead of a language model, as slow as is asked for.

Knows: a few sentences. It is chosen with the planner node's `module` parameter.
"""

from __future__ import annotations

import time
from pathlib import Path

from llmagentos.errors import PlanCancelledError, PlanError
from llmagentos.lang import codec as compact
from llmagentos.ports.modules import PlanningModule, PlanRequest, PlanResult

THINK = "think while "
_LONGEST_S = 280.0
PLANS = {
    "put the red block in the blue bowl": "put [ the red block ] in [ the blue bowl ]",
    "put the green block in the blue bowl": "put [ the green block ] in [ the blue bowl ]",
    "pick up the red block": "pick [ the red block ]",
    "pick up the green block": "pick [ the green block ]",
    "pick up the purple block": "pick [ the purple block ]",
    "point at the red block": "point above [ the red block ]",
    "go home": "home",
    "how many blocks are there": "answer count [ all block ]",
    "what did you do?": "answer did",
    "what did you do today?": "answer did",
    "undo": "undo",
}


class ScriptedPlanning(PlanningModule):
    """Looks the sentence up; "think while FILE: ..." waits first for as long as there is the file."""

    _running: PlanRequest | None = None

    def cancel(self) -> None:
        if self._running is not None:
            self._running.cancelled.set()

    def plan(self, request: PlanRequest) -> PlanResult:
        self._running = request
        began = time.perf_counter()
        command = request.command
        if command.startswith(THINK):
            path, _, command = command.removeprefix(THINK).partition(": ")
            while Path(path).exists() and time.perf_counter() - began < _LONGEST_S:
                if request.cancelled.wait(0.05):
                    raise PlanCancelledError("expected a plan, got cancelled")
        text = PLANS.get(command.lower())
        if text is None:
            raise PlanError(f"expected a known sentence, got {command!r}")
        spent = time.perf_counter() - began
        return PlanResult(compact.parse(text), text, spent, engine={"backend": "scripted"})


def make(model: str | None, engine: str) -> PlanningModule:
    """What the planner node's `module` parameter names."""
    return ScriptedPlanning()
