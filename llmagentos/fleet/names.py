"""Services and topics of a fleet on the bus: one table.

Knows: names. Does not know: what is said there.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Names:
    """fleet: its name; fleets of several names share a bus without meeting."""

    fleet: str = "fleet"

    @property
    def join(self) -> str:
        """A robot says that it is there."""
        return f"{self.fleet}/join"

    @property
    def renew(self) -> str:
        """A robot renews its leases."""
        return f"{self.fleet}/renew"

    @property
    def ended(self) -> str:
        """A robot says what came of a task."""
        return f"{self.fleet}/ended"

    @property
    def desk(self) -> str:
        """People and programs hand tasks in and look."""
        return f"{self.fleet}/desk"

    @property
    def news(self) -> str:
        """Topic: what happens, as it happens."""
        return f"{self.fleet}/news"

    def bid(self, robot: str) -> str:
        """A robot is asked for costs."""
        return f"{self.fleet}/robots/{robot}/bid"

    def give(self, robot: str) -> str:
        """A robot is given a task."""
        return f"{self.fleet}/robots/{robot}/give"

    def stop(self, robot: str) -> str:
        """A robot is stopped, or let go on."""
        return f"{self.fleet}/robots/{robot}/stop"

    def robot_of(self, service: str) -> str:
        """Whose stop service this is; "" for another service."""
        start, end = f"{self.fleet}/robots/", "/stop"
        inside = service.startswith(start) and service.endswith(end)
        return service[len(start) : -len(end)] if inside else ""
