"""Plain language becomes robot motion, with the language model on board.

    from llmagentos import Agent
    with Agent.in_simulation() as agent:
        print(agent.command("put the red block in the blue bowl").reply)

Knows: the public names and where they live. Loads each when it is first asked for, so that a
node that needs only `llmagentos.types` does not pay for motion planning.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from llmagentos.agent import Agent, AgentState
    from llmagentos.client import AsyncClient, Client
    from llmagentos.command import CommandResult
    from llmagentos.ports.modules import (
        ExecutionModule,
        LearningModule,
        Outcome,
        PerceptionModule,
        PlanningModule,
        PlanRequest,
        PlanResult,
    )

__version__ = "0.1.0"
__all__ = [
    "LLM",
    "Agent",
    "AgentState",
    "AsyncClient",
    "Client",
    "CommandResult",
    "ExecutionModule",
    "LearningModule",
    "Outcome",
    "PerceptionModule",
    "PlanRequest",
    "PlanResult",
    "PlanningModule",
    "__version__",
]

_HOME = {
    "Agent": "agent",
    "AgentState": "agent",
    "AsyncClient": "client",
    "Client": "client",
    "CommandResult": "command",
    "ExecutionModule": "ports.modules",
    "LearningModule": "ports.modules",
    "Outcome": "ports.modules",
    "PerceptionModule": "ports.modules",
    "PlanRequest": "ports.modules",
    "PlanResult": "ports.modules",
    "PlanningModule": "ports.modules",
}


def __getattr__(name: str) -> Any:
    if name == "LLM":  # lives in llm_edge, which only the composition root may name
        return importlib.import_module("llmagentos.composition").llm_class()
    if name in _HOME:
        return getattr(importlib.import_module(f"llmagentos.{_HOME[name]}"), name)
    raise AttributeError(f"module 'llmagentos' has no attribute '{name}'")
