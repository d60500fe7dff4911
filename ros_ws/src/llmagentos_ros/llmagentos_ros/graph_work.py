# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
What a graph brings to a fleet: a task is a command of its agent, a stop is the graph's own.

Knows: the action `command`, the services `stop` and `reset_safety`, the agent's heartbeat. Does
not know: leases (a turn tells), buses, other robots.
"""

from __future__ import annotations

from collections.abc import Callable
import threading
import time
from typing import Any

from action_msgs.msg import GoalStatus
from llmagentos.errors import FleetError, TaskEndedError
from llmagentos.fleet.work import Rest, Turn, Work
from llmagentos_msgs.action import Command
from llmagentos_msgs.msg import Heartbeat
from llmagentos_ros import interface as table
from llmagentos_ros.actions import SafeActionClient
from llmagentos_ros.freshness import Heartbeats

#: So often it is asked whether the task is this robot's still, seconds.
_LOOK_S = 0.05
#: So long an agent that is not there is waited for, its end after a cancellation, a measured stop.
_FIND_S, _END_S, _STOP_S = 20.0, 10.0, 5.0
#: An agent that has not beaten for so long is gone, seconds.
_GONE_S = 5.0
_DONE = (Command.Result.SUCCEEDED, Command.Result.ANSWERED)


class GraphWork(Work):
    """Make it in a node's `build`; the node spins elsewhere."""

    def __init__(self, node: Any) -> None:
        self._node = node
        endpoint = table.COMMAND_ACTION
        self._client = SafeActionClient(
            node, endpoint.kind, endpoint.name, callback_group=node.group
        )
        node.keep(self._client, lambda made: made.destroy())
        self._stop = node.client(table.STOP)
        self._reset = node.client(table.RESET_SAFETY)
        self._alive = Heartbeats.of_limits({'agent': _GONE_S})
        node.subscription(table.HEARTBEAT, self._on_heartbeat, node.group)
        self._handle: Any = None
        #: The result of the last command, once it has one.
        self._before: Any = None
        #: Tasks that were carried out.
        self.done = 0

    def do(self, turn: Turn) -> str:
        """
        Send the task's words to the agent and wait; its reply.

        Raises FleetError for a command that did not succeed. TaskEndedError once the turn is over
        (the command was cancelled then, and has ended or was waited for) or the agent is gone.
        """
        give_up = time.monotonic() + _FIND_S
        while not (self._client.server_is_ready() and self._alive.instance('agent')):
            turn.go_on()
            if time.monotonic() > give_up:
                raise FleetError('expected an agent in my namespace, got none')
            threading.Event().wait(_LOOK_S)
        dead = self._alive.watch('agent')
        if self._before is not None:  # an agent that still stops would refuse: it is busy
            self._follow(turn, self._before, dead)
        sent = self._client.send_goal_async(Command.Goal(text=turn.task.what))
        self._follow(turn, sent, dead)
        handle = sent.result()
        if not handle.accepted:
            turn.go_on()
            raise FleetError('expected the agent to take the command, got a no')
        self._handle, result = handle, handle.get_result_async()
        self._before = result
        try:
            self._follow(turn, result, dead)
        except TaskEndedError:
            self._cancel(handle, result)
            raise
        finally:
            self._handle = None
        answer = result.result()
        reply = str(answer.result.reply)
        if answer.result.status not in _DONE:
            turn.go_on()  # ended by a stop or a cancellation: the task is not to blame
            raise FleetError(reply or f'the command ended as {answer.result.status}')
        if answer.status == GoalStatus.STATUS_CANCELED:
            turn.go_on()
        self.done += 1
        return reply

    def stop(self) -> Rest:
        """See Work: by the graph's own stop, which its supervisor measures."""
        answer = self._ask(self._stop, _STOP_S)
        if answer is None:
            return Rest(False, f'expected the executor to stop, got no answer in {_STOP_S:.0f} s')
        return Rest(bool(answer.success), str(answer.message))

    def go_on(self) -> None:
        """See Work: the graph's stop is reset."""
        self._ask(self._reset, _STOP_S)

    def give_up(self) -> None:
        """Cancel what is under way: the node is no longer active."""
        handle = self._handle
        if handle is not None:
            handle.cancel_goal_async()

    def _on_heartbeat(self, msg: Heartbeat) -> None:
        self._alive.beat(msg.node, msg.instance)

    def _follow(self, turn: Turn, future: Any, dead: Callable[[], str]) -> None:
        """Wait for an answer as long as the task is this robot's and its agent lives."""
        while not future.done():
            turn.go_on()
            why = dead()
            if why:  # no fault of the task's: another robot may do it
                self._before = None
                raise TaskEndedError(f'expected the agent to end what it began, got: {why}')
            threading.Event().wait(_LOOK_S)

    @staticmethod
    def _cancel(handle: Any, result: Any) -> None:
        handle.cancel_goal_async()
        give_up = time.monotonic() + _END_S
        while not result.done() and time.monotonic() < give_up:
            threading.Event().wait(_LOOK_S)

    @staticmethod
    def _ask(client: Any, wait_s: float) -> Any:
        """Return a service's answer; None where none came in time."""
        if not client.service_is_ready():
            return None
        future, came = client.call_async(client.srv_type.Request()), threading.Event()
        future.add_done_callback(lambda _: came.set())
        return future.result() if came.wait(wait_s) else None
