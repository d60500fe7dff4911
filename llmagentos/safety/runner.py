"""A supervisor that runs: its heart (supervisor.py) with a clock, a lock and those who wait.

Knows: the time, who asked, who listens. Does not know: drivers, sockets, processes.

    supervisor = Supervisor()
    supervisor.arm("Ada")
    answer = supervisor.stop("key")        # waits until it was measured
    print(answer.at_rest, answer.ms, answer.holding)
    supervisor.reset("Ada")                # "", or in words why not
"""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Protocol

from llmagentos.safety import supervisor as heart
from llmagentos.safety.signals import Action, Answer, Arm, Event, Refused, Reset, Stop, Tick
from llmagentos.safety.states import ANSWER_S, Mode, State

_log = logging.getLogger(__name__)

#: `stop` waits so long for its answer, on the wall's clock: the supervisor's own time may stand.
PATIENCE_S = ANSWER_S + 1.0
#: How often time itself is an event, seconds.
TICK_S = 0.01

Sink = Callable[[Action], None]


class SupervisorPort(Protocol):
    """What drivers, consoles and services ask of a supervisor, wherever it runs."""

    @property
    def mode(self) -> Mode:
        """What it allows now."""
        ...

    @property
    def why(self) -> str:
        """What it is stopped for, or what broke; "" for nothing."""
        ...

    @property
    def waits(self) -> bool:
        """Whether it waits for joints to be measured at rest."""
        ...

    @property
    def by_the_wall(self) -> bool:
        """Whether its time goes on by itself: leases run out while nobody does anything."""
        ...

    def tell(self, event: Event) -> tuple[Action, ...]:
        """Take an event in; what it led to for the one who tells it."""
        ...

    def post(self, event: Event) -> None:
        """Take an event in without waiting for anything: from signal handlers and loops."""
        ...

    def stop(self, source: str, why: str = "", wait_s: float = PATIENCE_S) -> Answer:
        """Stop, and wait for what was measured, at most wait_s."""
        ...

    def reset(self, by: str) -> str:
        """A person's reset; "" when done, else in one sentence why not."""
        ...

    def arm(self, by: str) -> str:
        """A person arms the robot; "" when done, else in one sentence why not."""
        ...

    def may_move(self, number: int) -> bool:
        """Whether the lease of this number holds now."""
        ...

    def subscribe(self, sink: Sink) -> Callable[[], None]:
        """Tell every action from now on, in the thread where it came about; do not wait there.
        Returns what ends that."""
        ...

    def close(self) -> None:
        """Give back what it took; what was stopped stays stopped."""
        ...


class Asking:
    """The calls of a person, made of `post` and `tell`; whoever has these two has them all."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._waiting: dict[str, tuple[threading.Event, list[Answer]]] = {}
        self._sinks: list[Sink] = []

    def tell(self, event: Event) -> tuple[Action, ...]:
        """See SupervisorPort."""
        raise NotImplementedError

    def post(self, event: Event) -> None:
        """See SupervisorPort."""
        raise NotImplementedError

    def stop(self, source: str, why: str = "", wait_s: float = PATIENCE_S) -> Answer:
        """See SupervisorPort."""
        asker = f"{source}-{id(self):x}-{next(self._numbers)}"
        told, answers = threading.Event(), list[Answer]()
        self._waiting[asker] = told, answers
        self.post(Stop(asker, source, why))
        told.wait(wait_s)
        self._waiting.pop(asker, None)
        silent = f"expected an answer of the supervisor in {wait_s:.1f} s, got none"
        return answers[0] if answers else Answer(asker, False, None, "", silent)

    def reset(self, by: str) -> str:
        """See SupervisorPort."""
        return _refusal(self.tell(Reset(by)))

    def arm(self, by: str) -> str:
        """See SupervisorPort."""
        return _refusal(self.tell(Arm(by)))

    def subscribe(self, sink: Sink) -> Callable[[], None]:
        """See SupervisorPort."""
        self._sinks.append(sink)

        def end() -> None:
            if sink in self._sinks:
                self._sinks.remove(sink)

        return end

    def _tell_on(self, actions: tuple[Action, ...]) -> None:
        """To those who wait, and to all who listen; a listener that fails costs nobody else."""
        for action in actions:
            if isinstance(action, Answer) and action.asker in self._waiting:
                told, answers = self._waiting[action.asker]
                answers.append(action)
                told.set()
            for sink in tuple(self._sinks):
                try:
                    sink(action)
                except Exception:
                    _log.exception("a listener of the supervisor failed")


class Supervisor(Asking):
    """One supervisor, from any thread.

    clock: seconds that go on. In simulation it is the driver's own, which stands while nobody
    lets time pass: a run is then the same whatever the computer is busy with. ticks: look by
    itself, every TICK_S, for a lease that ran out (of use only with a clock that goes on by itself).
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, ticks: bool = False) -> None:
        super().__init__()
        self.clock = clock
        self.state = State()
        self._lock = threading.Lock()
        self._inbox: deque[Event] = deque()
        self._closed = threading.Event()
        self.by_the_wall = ticks
        if ticks:
            threading.Thread(target=self._tick, name="supervisor", daemon=True).start()

    @property
    def mode(self) -> Mode:
        """See SupervisorPort."""
        return self.state.mode

    @property
    def why(self) -> str:
        """See SupervisorPort."""
        return self.state.fault or self.state.why

    @property
    def waits(self) -> bool:
        """See SupervisorPort."""
        state = self.state
        return state.mode is Mode.STOPPING or bool(state.asked)

    def may_move(self, number: int) -> bool:
        """See SupervisorPort."""
        return heart.may_move(self.state, number, self.clock())

    def tell(self, event: Event) -> tuple[Action, ...]:
        """See SupervisorPort. What was posted before goes first, stops before all else."""
        with self._lock:
            before = self._drained()
            actions = self._step(event)
        self._tell_on(before + actions)
        self._catch_up()
        return actions

    def post(self, event: Event) -> None:
        """See SupervisorPort. While another call is under way (a signal handler may interrupt one
        in its own thread) that one takes it in at its end."""
        self._inbox.append(event)
        self._catch_up()

    def close(self) -> None:
        """See SupervisorPort."""
        self._closed.set()

    def _tick(self) -> None:
        while not self._closed.wait(TICK_S):
            self.post(Tick())

    def _catch_up(self) -> None:
        while self._inbox and self._lock.acquire(blocking=False):
            try:
                actions = self._drained()
            finally:
                self._lock.release()
            self._tell_on(actions)

    def _drained(self) -> tuple[Action, ...]:
        posted: list[Event] = []
        while self._inbox:
            posted.append(self._inbox.popleft())
        posted.sort(key=lambda event: not isinstance(event, Stop))
        return tuple(action for event in posted for action in self._step(event))

    def _step(self, event: Event) -> tuple[Action, ...]:
        self.state, actions = heart.step(self.state, event, self.clock())
        return actions


def _refusal(actions: tuple[Action, ...]) -> str:
    return next((a.why for a in actions if isinstance(a, Refused)), "")
