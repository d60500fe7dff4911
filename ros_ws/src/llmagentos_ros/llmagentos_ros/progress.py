# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
Events of a running plan as step states and a share that is done.

Knows: the core's event names. Does not know: who listens.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from llmagentos_msgs.msg import StepState

_STATES = {
    'step_started': StepState.RUNNING,
    'succeeded': StepState.SUCCEEDED,
    'failed': StepState.FAILED,
    'skipped': StepState.SKIPPED,
}


class Progress:
    """One plan's steps. total: top-level steps."""

    def __init__(self, total: int) -> None:
        self._total = max(total, 1)
        self._done: set[str] = set()
        self._steps: dict[str, StepState] = {}

    @property
    def share(self) -> float:
        """Finished top-level steps, 0..1."""
        return min(len(self._done) / self._total, 1.0)

    def take(self, event: Mapping[str, Any]) -> StepState:
        """Return the state of the step the event is about; with an empty path if of none."""
        path, name = str(event.get('path', '')), event.get('event')
        if not path:
            return StepState()
        step = self._steps.setdefault(path, StepState(path=path))
        if name == 'step_started':
            step.state, step.words = StepState.RUNNING, str(event.get('words', ''))
        elif name == 'grounded':
            words = str(event.get('words', ''))
            if words and words not in step.references:
                step.references = [*step.references, words]
        elif name == 'step_done':
            status = str(event.get('status', 'succeeded'))
            step.state = _STATES.get(status, StepState.FAILED)
            if step.state == StepState.FAILED:
                step.words = str(event.get('words', step.words))
            if '.' not in path:
                self._done.add(path)
        return step
