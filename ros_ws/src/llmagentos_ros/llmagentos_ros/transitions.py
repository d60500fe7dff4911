# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
Refuses life-cycle requests that a node's state does not allow.

Knows: rclpy's life-cycle service and state machine. Does not know: what the transitions do.

rclpy's own service raises for such a request, and the node dies of it in mid-motion.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState

#: What a transition is called that was asked for by its number.
_NAMES = {
    getattr(Transition, key): key.removeprefix('TRANSITION_').lower()
    for key in dir(Transition)
    if key.startswith('TRANSITION_')
}


class TransitionGuard:
    """Stands before a node's change_state service. tell: called with the reason of a refusal."""

    def __init__(self, node: Any, tell: Callable[[str], None]) -> None:
        self._node, self._tell = node, tell
        #: Why the last request was refused; "" after one that was allowed.
        self.refusal = ''
        for service in node.services:
            if service.srv_type is ChangeState:
                service.callback = partial(self._on_request, service.callback)

    def _on_request(
        self, change: Any, request: ChangeState.Request, answer: ChangeState.Response
    ) -> ChangeState.Response:
        wanted = request.transition.label or request.transition.id
        machine = self._node._state_machine
        allowed = {row[0]: row[1] for row in machine.available_transitions}
        if wanted in allowed or wanted in allowed.values():
            self.refusal = ''
            return change(request, answer)
        names = ', '.join(dict.fromkeys(allowed.values())) or 'nothing'
        self.refusal = (
            f'expected one of the transitions of this state ({machine.current_state[1]}: {names}),'
            f' got {_NAMES.get(wanted, wanted)!r}'
        )
        self._tell(self.refusal)
        answer.success = False
        return answer
