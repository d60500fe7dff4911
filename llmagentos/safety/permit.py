"""The lease as the driver's gate asks for it: one goal after another, each with a lease of its own.

Knows: the goal under way, the number of its lease, when it was renewed. Does not know: joints,
gates, where the supervisor runs.

`begin` with each goal and `end` after it. The lease is asked for with the goal's first command, so
that planning and asking back hold none, and it is renewed by commanding: whoever hangs in
mid-motion loses it. `pause` gives it back for as long as a look takes.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence

from llmagentos.safety.priority import Urgent
from llmagentos.safety.runner import SupervisorPort
from llmagentos.safety.signals import (
    Acquire,
    DriverFault,
    Granted,
    Measured,
    Refused,
    Release,
    Renew,
)
from llmagentos.safety.states import Mode


class Permit:
    """One holder's way to the lease.

    holding: what the gripper holds, in words, "" for nothing. beside: velocities (rad/s) of what moves
    besides the driver that measures, for rest is of the whole robot. reports_faults: whether a driver that
    fails stops until a reset; else its user alone decides what follows.
    """

    def __init__(
        self,
        supervisor: SupervisorPort,
        holder: str = "agent",
        holding: Callable[[], str] = str,
        reports_faults: bool = True,
    ) -> None:
        self.supervisor, self.holder, self.holding = supervisor, holder, holding
        self.reports_faults = reports_faults
        self.beside: Callable[[], Sequence[float]] = tuple
        self._goal = ""
        self._number = 0
        self._urgent = Urgent()

    def begin(self, goal: str = "") -> None:
        """A new goal: the one before has ended. goal: its id, never used before; made up if ""."""
        self.end()
        self._goal = goal or uuid.uuid4().hex

    def end(self) -> None:
        """The goal is done; nothing moves until the next one begins."""
        number, self._number, self._goal = self._number, 0, ""
        self._urgent.end()
        if number and self.supervisor.may_move(number):
            self.supervisor.tell(Release(self.holder, number))

    def pause(self) -> None:
        """The arm rests while something is looked at: the next command asks for the lease anew."""
        number = self._number
        if number and self.supervisor.may_move(number):
            self._number = 0
            self._urgent.end()
            self.supervisor.tell(Release(self.holder, number, pauses=True))

    @property
    def stopping(self) -> bool:
        """Whether the driver is on its way to rest, or that is being measured."""
        return self.supervisor.mode is Mode.STOPPING

    def refusal(self) -> str:
        """ "" where the next command may go to the driver; else in words why not."""
        if self._number:
            if self.supervisor.may_move(self._number):
                self.renew()
                return ""
            return self.supervisor.why or f"the lease of {self.holder} has ended"
        if not self._goal:
            return self.supervisor.why or "expected a goal that was begun, got none"
        for action in self.supervisor.tell(Acquire(self.holder, self._goal)):
            if isinstance(action, Granted):
                self._number = action.number
                if self.supervisor.by_the_wall:  # whoever commands late is stopped
                    self._urgent.begin()
                return ""
            if isinstance(action, Refused):
                return action.why
        return "expected an answer of the supervisor, got none"

    def renew(self) -> None:
        """The holder of a lease is alive."""
        if self._number:
            self.supervisor.post(Renew(self.holder, self._number))

    def measured(self, velocities_radps: Sequence[float]) -> None:
        """What the joints do now, rad/s."""
        moving = (*velocities_radps, *self.beside())
        self.supervisor.post(Measured(moving, self.holding()))

    def fault(self, why: str) -> None:
        """The driver failed while it was commanded; in words."""
        if self._number and self.reports_faults:
            self.supervisor.post(DriverFault(why))
