"""A person's or a program's way to a fleet: hand tasks in, look, stop.

Knows: the coordinator's desk. Does not know: how tasks are divided.
"""

from __future__ import annotations

from typing import Any

from llmagentos.errors import FleetError
from llmagentos.fleet.names import Names
from llmagentos.fleet.stopping import Stopped, stop_all
from llmagentos.fleet.values import FleetTask
from llmagentos.messaging import Bus

_ANSWER_S = 5.0


class FleetClient:
    """bus: of this process. wait_s: how long a coordinator is waited for. Raises FleetError without one,
    and in all calls what the coordinator raised."""

    def __init__(self, bus: Bus, fleet: str = "fleet", wait_s: float = 2.0) -> None:
        self._bus, self._names = bus, Names(fleet)
        self._there = bus.wait_for(self._names.desk, wait_s)

    def submit(self, *tasks: FleetTask) -> None:
        """Tasks to be done; the same id again is the same task."""
        self._ask("submit", *tasks)

    def cancel(self, task: str) -> bool:
        """A task is not wanted any more; whether it was not over."""
        return bool(self._ask("cancel", task))

    def decide(self, task: str, again: bool) -> bool:
        """Of a task that may be half done: begin it again, or count it as done. Whether it waited for
        that."""
        return bool(self._ask("decide", task, again))

    def tasks(self) -> list[dict[str, Any]]:
        """Every task: id, what, state, robot, why."""
        rows: list[dict[str, Any]] = self._ask("tasks")
        return rows

    def robots(self) -> list[dict[str, Any]]:
        """Every robot: name, role, abilities, whether it is heard and stopped, its tasks."""
        rows: list[dict[str, Any]] = self._ask("robots")
        return rows

    def about(self) -> dict[str, Any]:
        """The policy, the lease (s), whether the fleet is stopped, messages so far."""
        row: dict[str, Any] = self._ask("about")
        return row

    def stop(self, timeout_s: float = 1.0) -> list[Stopped]:
        """Stop all: who rests, who could not be reached. Works without a coordinator, too, for those that
        the bus shows."""
        if not self._there:
            return stop_all(self._bus, self._names.fleet, timeout_s)
        told: list[Stopped] = self._ask("stop", timeout_s, timeout_s=_ANSWER_S + timeout_s)
        return told

    def go_on(self) -> list[Stopped]:
        """Let all work again."""
        told: list[Stopped] = self._ask("go_on")
        return told

    def _ask(self, *verb: Any, timeout_s: float = _ANSWER_S) -> Any:
        if not self._there:
            raise FleetError(
                f"expected a coordinator of fleet '{self._names.fleet}', got none: start one with "
                "`llmagentos fleet coordinate`"
            )
        return self._bus.call(self._names.desk, verb, timeout_s=timeout_s)
