# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
Which language model the planner node loads.

Knows: the names of engines. Does not know: how a model is run (llm_edge).
"""

from __future__ import annotations

from llmagentos.composition import load_planner
from llmagentos.errors import ModelError
from llmagentos.modules import PlanningModule

ENGINES = ('auto', 'onnx', 'tensorrt', 'server')


def planner(engine: str, model: str) -> PlanningModule:
    """Load the planner on board. Raises ModelError for an unknown engine or model."""
    if engine not in ENGINES:
        raise ModelError(f'expected an engine out of {", ".join(ENGINES)}, got {engine!r}')
    is_address = model.startswith(('http://', 'https://'))
    if engine == 'server' and not is_address:
        raise ModelError(f"expected a server's http address as model, got {model!r}")
    return load_planner(model or None)
