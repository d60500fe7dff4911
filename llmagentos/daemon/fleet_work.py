"""An agent of the daemon as a robot of a fleet: its tasks are commands in plain language.

Knows: one agent behind the daemon's door. Does not know: leases, other robots.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Sequence
from typing import Any

from llmagentos.daemon.client import DaemonClient
from llmagentos.daemon.store import LOST
from llmagentos.errors import CallError, FleetError, LLMAgentOSError, TaskEndedError
from llmagentos.fleet import Bidder, FleetTask, Member
from llmagentos.fleet.work import NoRoom, Rest, Turn, Work

#: So often it is asked whether the task is this robot's still, seconds.
_LOOK_S = 0.05


class AgentWork(Work):
    """agent: its name. Cancels the command that runs where its task is another's now. An agent whose process was lost
    in the middle gives its task back, and bids for none until it runs again."""

    def __init__(self, daemon: DaemonClient, agent: str) -> None:
        self._daemon, self._agent = daemon, daemon.agent(agent)

    def do(self, turn: Turn) -> str:
        """Say what is to be done, and wait; its reply. Raises FleetError for a command that did not
        succeed."""
        task = turn.task
        key = f"fleet-{task.id}-{turn.token}"
        number = self._agent.submit("command", {"text": task.what}, key=key)
        told: list[Any] = []
        ended = threading.Event()

        def wait() -> None:
            try:
                told.append(self._agent.result(number))
            except LLMAgentOSError as exc:
                told.append(exc)
            ended.set()

        threading.Thread(target=wait, name=f"task {task.id}", daemon=True).start()
        try:
            while not ended.wait(_LOOK_S):
                turn.go_on()
        except TaskEndedError:
            with contextlib.suppress(LLMAgentOSError):
                self._agent.cancel(number)
            raise
        result = told[0]
        if isinstance(result, CallError):
            if self._was_lost(number):
                raise TaskEndedError(f"expected to go on with '{task.id}', got: {result}")
            turn.go_on()  # ended by a stop or a cancellation: the task is not to blame
        if isinstance(result, Exception):
            raise FleetError(str(result))
        reply = str(result.get("reply", ""))
        if result.get("status") != "succeeded":
            turn.go_on()
            raise FleetError(reply or f"the command ended as {result.get('status')}")
        return reply

    def _was_lost(self, number: int) -> bool:
        """Whether the process that carried a call out is gone, so that nobody knows what came of it."""
        with contextlib.suppress(LLMAgentOSError):
            state: object = self._daemon.ask("result", number=number, wait=False).get("state")
            return state == LOST
        return False

    def bidder(
        self, member: Member, held: Sequence[FleetTask], tasks: Sequence[FleetTask]
    ) -> Bidder:
        """See Work; an agent that does not run can do nothing."""
        with contextlib.suppress(LLMAgentOSError):
            if self._agent.show()["phase"] == "running":
                return super().bidder(member, held, tasks)
        return NoRoom()

    def stop(self) -> Rest:
        """See Work: by the agent's own stop, which its supervisor measures."""
        told = self._agent.halt()
        words = str(told.get("words", ""))
        return Rest(bool(told.get("at_rest")) or words.startswith("no process"), words)

    def go_on(self) -> None:
        """See Work: the agent's stop is reset."""
        with contextlib.suppress(LLMAgentOSError):  # one without an arm has none
            self._agent.reset()
