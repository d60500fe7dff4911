"""The planning module that asks a language model.

Knows: `LLM` and the PlanningModule port. Does not know: grounding, validation, motion.
"""

from __future__ import annotations

import threading

from llm_edge.llm import LLM
from llmagentos.ports.modules import PlanningModule, PlanRequest, PlanResult
from llmagentos.shipped import DEFAULT_MODEL


class LLMPlanner(PlanningModule):
    """`plan(request)` writes a plan with `llm`. Where the model fails, PlanError or ModelError says
    so: there is no other way to a plan."""

    def __init__(self, llm: LLM | str = DEFAULT_MODEL):
        self.llm = LLM(llm) if isinstance(llm, str) else llm
        self._cancel = threading.Event()

    def plan(self, request: PlanRequest) -> PlanResult:
        self._cancel.clear()
        return self.llm.plan(request, cancel=self._cancel)

    def cancel(self) -> None:
        """Ends a running `plan` early, from another thread; it raises PlanError."""
        self._cancel.set()
