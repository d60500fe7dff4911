"""One command at a time, slice by slice, from where it occupies the agent to its result.

Knows: who is busy, what a slice is, and who hears that a command has ended. Does not know: how a
command is understood and begun (agent.py), nor how any module does its work.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from threading import RLock
from typing import Any, TypeVar

from llmagentos.audit.trail import Untraced, without_record
from llmagentos.command import CommandResult
from llmagentos.conversation import Conversation
from llmagentos.errors import LifecycleError
from llmagentos.events import (
    ActionStarted,
    CommandEnded,
    CommandSetAside,
    CommandTakenUp,
    Event,
    EventBus,
    PlanWritten,
)
from llmagentos.learning.reward import reward
from llmagentos.lifecycle import AgentState, LifeCycle
from llmagentos.ports.modules import ExecutionModule, LearningModule, Outcome, PlanningModule
from llmagentos.ports.robot import Robot
from llmagentos.running_command import RunningCommand
from llmagentos.safety.stopping import Rest
from llmagentos.types import Scene

T = TypeVar("T")


@dataclass(frozen=True)
class CommandAside:
    """A command in the middle, that others come before."""

    running: RunningCommand
    plan: Any
    audit: Any


class OneCommand(LifeCycle):
    """An agent's command under way, if any; `Agent` fills in who works at it."""

    robot: Robot | None
    planning: PlanningModule | None
    execution: ExecutionModule | None
    learning: LearningModule | None
    events: EventBus
    audit: Untraced
    _talk: Conversation
    _rest: Rest

    def __init__(self) -> None:
        super().__init__()
        self._running: RunningCommand | None = None
        self._lock = RLock()

    def _occupy(self, text: str, what: str) -> RunningCommand:
        """Begin a command, if the agent is running and idle; started if it was only created."""
        with self._lock:
            if self.state is AgentState.CREATED:
                self.start()
            self._require(what, AgentState.RUNNING)
            self._require_idle()
            self._exchange()
            self._running = RunningCommand(text, needed(self.robot, "a robot"))
            return self._running

    def _require_idle(self) -> None:
        self._require_alive()
        if self._running is not None:
            raise LifecycleError(
                f"expected an idle agent, got a command while one is running: {self._running.text}"
            )

    def _slice(self) -> CommandResult | None:
        running = self._running
        if running is None:
            raise LifecycleError("expected a running command, got none: call begin() first")
        self._exchange()
        execution = needed(self.execution, "execution")
        try:
            if running.stop_asked.is_set():
                return self._finish(self._rest.told(execution.stop()))
            self.audit.settle()
            if self.audit.refuses:
                execution.stop()
                return self._finish(without_record(self.audit.refuses))
            if self._pausing.is_set() and running.between_actions:
                time.sleep(0.01)  # nothing moves: the driver's clock stands until resume()
                return None
            running.between_actions = False
            outcome = execution.tick()
        except BaseException:
            self._drop()
            raise
        return None if outcome is None else self._finish(self._rest.told(outcome))

    @property
    def holds(self) -> bool:
        """Whether it is paused, and the action that was under way has ended."""
        running = self._running
        return self._pausing.is_set() and (running is None or running.between_actions)

    def _exchange(self) -> None:
        """Between two slices: what modules are to be others from now on (exchange.py)."""

    # --- making room for others -------------------------------------------------------------

    def make_room(self, wanted: bool = True) -> None:
        """The running command waits before its next action that begins with nothing in the hand, or
        doesn't; `step()` goes on giving None. From any thread."""
        if self.execution is not None:
            self.execution.make_room(wanted)

    @property
    def parked(self) -> bool:
        """Whether the running command waits there."""
        return self._running is not None and bool(getattr(self.execution, "parked", False))

    def set_aside(self) -> CommandAside:
        """Take the parked command out: the agent is idle, and takes others. What the later steps
        mean is looked up when their turn comes. Raises LifecycleError where none is parked."""
        running = self._running
        if running is None or self.execution is None:
            raise LifecycleError("expected a parked command, got none: call make_room() first")
        plan = self.execution.set_aside()
        aside = CommandAside(running, plan, self.audit.set_aside())
        running.set_aside()
        self.events.emit(CommandSetAside(running.text))
        self._running = None
        return aside

    def take_up(self, aside: CommandAside) -> None:
        """Go on with it: look first, then `step()` until it gives the result. Raises LifecycleError
        where the agent is busy, paused or destroyed, AuditError where rows can't be kept."""
        with self._lock:
            self._require("take a command up", AgentState.RUNNING)
            self._require_idle()
            self._running = aside.running
        try:
            self.audit.take_up(aside.audit)
            aside.running.take_up()
            self.events.emit(CommandTakenUp(aside.running.text))
            needed(self.execution, "execution").take_up(aside.plan)
            self.look()
        except BaseException:
            self._drop()
            raise

    def look(self) -> Scene:
        """See `Agent.look`."""
        raise NotImplementedError

    def _finish(self, outcome: Outcome, is_command: bool = True) -> CommandResult:
        """End the command. is_command: else it was only about words, and a question that waits
        for an answer goes on waiting."""
        running, self._running = self._running, None
        assert running is not None
        if is_command:
            self._talk.ended(running.meant or running.text, outcome)
        result = running.result(outcome, getattr(self.planning, "engine", {}))
        self.audit.end(outcome, stop_asked=running.stop_asked.is_set(), held=result.held,
                       wall_s=result.timings.wall_s)  # fmt: skip
        if self.learning is not None and is_command:
            done = None if self.execution is None else self.execution.carried_out()
            episode = running.episode(result, done)
            self.learning.observe({**episode, "reward": reward(episode)})
        self.events.emit(CommandEnded(result.status, result.reply))
        return result

    def _drop(self) -> None:
        """No command is under way any more, and nothing moves."""
        self._running = None
        if self.robot is not None:
            self.robot.done()

    def _heard(self, event: Event) -> None:
        if self._running is not None:
            self.audit.hear(event)
        if self._running is not None and isinstance(event, PlanWritten | ActionStarted):
            self._running.between_actions = True  # an action moves only from its first tick on


def needed(part: T | None, what: str) -> T:
    """The part, if the agent was made with it."""
    if part is None:
        raise LifecycleError(
            f"expected an agent with {what}, got one without: build it with "
            "Agent.in_simulation(), Agent.on_robot(), or from its modules"
        )
    return part
