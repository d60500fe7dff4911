"""An agent's commands as tasks of a scheduler: a more urgent one gets the arm at a safe point.

    with AgentThread(Agent.in_simulation) as agent, Scheduler({"arm": 1}) as scheduler:
        low = submit_command(scheduler, agent, "put every block in the tray", priority=Priority.LOW)
        cup = submit_command(scheduler, agent, "give me the cup", priority=Priority.URGENT)
        print(cup.result().reply, low.result().reply)

Knows: an agent, a turn. Does not know: whose turn it is (scheduling), how a command is carried out.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol, TypeVar

from llmagentos.agent import Agent
from llmagentos.command import CommandResult
from llmagentos.errors import TaskEndedError
from llmagentos.scheduling import Scheduler, Ticket, Turn

T = TypeVar("T")


class Commanded(Protocol):
    """What is asked of an agent (llmagentos.Agent)."""

    @property
    def parked(self) -> bool:
        """Whether the command waits at a safe point."""
        ...

    def begin(self, text: str) -> CommandResult | None:
        """Begin a command; its result where there is nothing to carry out."""
        ...

    def step(self) -> CommandResult | None:
        """A slice; the result at its end."""
        ...

    def make_room(self, wanted: bool = True) -> None:
        """Wait at the next safe point."""
        ...

    def set_aside(self) -> Any:
        """Take the parked command out."""
        ...

    def take_up(self, aside: Any) -> None:
        """Go on with it."""
        ...

    def stop(self) -> None:
        """End the running command."""
        ...


class AgentThread:
    """An agent that is made in a thread of its own and works in no other: a simulation that draws by
    EGL can only be used where it was made, and tasks come from many threads. make: makes it.

    Raises what `make` raises. `close`, or the end of a `with`, destroys the agent.
    """

    def __init__(self, make: Callable[[], Agent]) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="agent")
        try:
            self.agent = self.call(make)
        except BaseException:
            self._pool.shutdown()
            raise

    def call(self, work: Callable[[], T]) -> T:
        """Do something in the agent's thread; its result, or what it raised."""
        return self._pool.submit(work).result()

    def close(self) -> None:
        """The agent is destroyed, and its thread ends."""
        self.call(self.agent.destroy)
        self._pool.shutdown()

    def __enter__(self) -> AgentThread:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def command(self, text: str) -> CommandResult:
        """See Agent.command."""
        return self.call(lambda: self.agent.command(text))

    @property
    def parked(self) -> bool:
        """See Commanded."""
        return self.agent.parked

    def begin(self, text: str) -> CommandResult | None:
        """See Commanded."""
        return self.call(lambda: self.agent.begin(text))

    def step(self) -> CommandResult | None:
        """See Commanded."""
        return self.call(self.agent.step)

    def make_room(self, wanted: bool = True) -> None:
        """See Commanded; from any thread."""
        self.agent.make_room(wanted)

    def set_aside(self) -> Any:
        """See Commanded."""
        return self.call(self.agent.set_aside)

    def take_up(self, aside: Any) -> None:
        """See Commanded."""
        self.call(lambda: self.agent.take_up(aside))

    def stop(self) -> None:
        """See Commanded; from any thread."""
        self.agent.stop()


def submit_command(
    scheduler: Scheduler, agent: Commanded, text: str, *, arm: str = "arm", **options: Any
) -> Ticket:
    """Put a command in line; its ticket's result is a CommandResult. arm: the resource that stands
    for this agent's arm. options: priority, owner, deadline_s, needs (beside the arm), after,
    lease_s: see `Scheduler.submit`.

    A command makes room before an action that begins with nothing in the hand, so that nothing is ever
    left in the air. Cancelled, or too late, it stops as by `agent.stop()`. Its lease is renewed
    with each slice of its work; where it is lost the agent is stopped.

    Raises SchedulingError, QueueFullError.
    """
    needs = {arm: 1.0, **options.pop("needs", {})}
    options.setdefault("name", text)
    options.setdefault("on_lost", agent.stop)
    return scheduler.submit(Command(agent, text), needs=needs, **options)


class Command:
    """One command's work."""

    def __init__(self, agent: Commanded, text: str) -> None:
        self._agent, self._text = agent, text

    def __call__(self, turn: Turn) -> CommandResult:
        agent = self._agent
        result = agent.begin(self._text)
        while result is None:
            turn.sign()
            if turn.ends:
                return self._stopped(turn)
            agent.make_room(turn.asked)
            result = agent.step()
            if result is None and agent.parked:
                self._make_room(turn)
        return result

    def _make_room(self, turn: Turn) -> None:
        aside: list[Any] = []
        turn.safe_point(
            lambda: aside.append(self._agent.set_aside()),
            lambda: self._agent.take_up(aside.pop()),
        )

    def _stopped(self, turn: Turn) -> CommandResult:
        self._agent.stop()
        while self._agent.step() is None:
            pass
        raise TaskEndedError(turn.ends)
