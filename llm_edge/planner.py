"""The planning module that asks a language model.

Knows: `LLM` and the PlanningModule port. Does not know: grounding, validation, motion.
"""

from __future__ import annotations

from llm_edge.llm import LLM
from llmagentos.default_model import DEFAULT_MODEL
from llmagentos.ports.modules import PlanningModule, PlanRequest, PlanResult


class LLMPlanner(PlanningModule):
    """`plan(request)` writes a plan with `llm`. Where the model fails, PlanError or ModelError says
    so: there is no other way to a plan."""

    remembers = False

    def __init__(self, llm: LLM | str = DEFAULT_MODEL):
        self.llm = LLM(llm) if isinstance(llm, str) else llm
        self._running: PlanRequest | None = None

    @property
    def engine(self) -> dict[str, str]:
        """What runs: backend, model, quantization."""
        return self.llm.info.to_dict()

    def plan(self, request: PlanRequest) -> PlanResult:
        """Have the model write the plan. Raises PlanError, PlanCancelledError after `cancel`, or
        ModelError."""
        self._running = request
        try:
            return self.llm.plan(request, cancel=request.cancelled)
        finally:
            self._running = None

    def cancel(self) -> None:
        """End the plan that is being written, from any thread; nothing when none is."""
        if (running := self._running) is not None:
            running.cancelled.set()
