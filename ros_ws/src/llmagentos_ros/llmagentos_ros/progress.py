# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
Events of a running plan as step states and a share that is done.

Knows: the core's events. Does not know: who listens.
"""

from __future__ import annotations

from llmagentos.events import Event, Grounded, StepDone, StepEvent, StepStarted
from llmagentos_msgs.msg import StepState

_STATES = {
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

    def take(self, event: Event) -> StepState:
        """Return the state of the step the event is about; with an empty path if of none."""
        if not isinstance(event, StepEvent):
            return StepState()
        path = event.path
        step = self._steps.setdefault(path, StepState(path=path))
        if isinstance(event, StepStarted):
            step.state, step.words = StepState.RUNNING, event.words
        elif isinstance(event, Grounded):
            if event.words and event.words not in step.references:
                step.references = [*step.references, event.words]
        elif isinstance(event, StepDone):
            step.state = _STATES.get(event.status, StepState.FAILED)
            if step.state == StepState.FAILED:
                step.words = event.words
            if '.' not in path:
                self._done.add(path)
        return step
