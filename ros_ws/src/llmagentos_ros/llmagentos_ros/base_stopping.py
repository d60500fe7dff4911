# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
What stops a base: a topic, a service, and who lets it go on.

Knows: a supervisor, and how a node is asked. Does not know: how a base brakes, or measures that it
rests (safety/gated_base.py does both): whoever drives it lets periods pass.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from llmagentos.safety.runner import Supervisor
from llmagentos.safety.signals import Stop
from llmagentos.safety.stopping import Measured, reset_after_stop
from llmagentos_ros import interface as table
from rclpy.callback_groups import MutuallyExclusiveCallbackGroup
from std_msgs.msg import Empty
from std_srvs.srv import Trigger

#: Who asks has an answer after so long at the latest, seconds; a simulated base may be slow.
ANSWER_S = 10.0


class BaseStopping:
    """
    One base's supervisor and the ways to it, as long as its process lives.

    clock: time as it passes for the base, seconds.
    """

    def __init__(self, node: Any, clock: Callable[[], float]) -> None:
        self._node = node
        self.supervisor = Supervisor(clock)

    def reach(self, prefix: str = '') -> None:
        """
        Let the node be asked, until it is torn down. Nothing here waits for a drive.

        prefix: before the names of the services; the topic is for all that drives.
        """
        node, own = self._node, MutuallyExclusiveCallbackGroup
        node.subscription(table.STOP_NOW, self._on_topic, own(), needed=lambda: False)
        for endpoint, answer in (
            (table.STOP, self._on_stop),
            (table.RESET_SAFETY, self._on_reset),
        ):
            node.serve(replace(endpoint, name=prefix + endpoint.name), answer, own())

    def _on_topic(self, msg: Empty) -> None:
        self.supervisor.post(Stop('topic', 'topic'))

    def _on_stop(self, request: Trigger.Request, answer: Trigger.Response) -> Trigger.Response:
        found = Measured.of(self.supervisor.stop('service', wait_s=ANSWER_S))
        answer.success, answer.message = found.at_rest, found.words
        return answer

    def _on_reset(self, request: Trigger.Request, answer: Trigger.Response) -> Trigger.Response:
        why = reset_after_stop(self.supervisor, 'service', ANSWER_S)
        answer.success, answer.message = not why, why or 'ready for a new command'
        return answer
