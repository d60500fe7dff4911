"""An arm that shares its table: it goes on its way once what it sweeps is its own.

Knows: the arm's home, the zones that several use, claims. Does not know: skills, other arms.

Space is cut into homes, one an arm, and zones between them. A way that stays inside of the arm's home is its own;
any other one needs the zones, which are claimed before it begins, and let go as soon as the arm is home
for the rest of it. Ways into another's home are refused. So two arms are never nearer to each other than
the reservations' margin, and no arm waits anywhere but in its home, which leaves out rings of arms
that wait (llmagentos/fleet/space/reservations.py).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import CollisionError
from llmagentos.fleet.space.reservations import Part, Reservations
from llmagentos.fleet.space.volumes import Box, Volume
from llmagentos.motion.swept import Swept


class Ways(Protocol):
    """Asked by an arm before each way, and told where it is on it."""

    @property
    def own(self) -> int:
        """Up to which row of the way that was asked for last it may be gone anyway; below 0: none."""

    def clear(self, positions: NDArray[np.float64]) -> bool:
        """Whether the arm may go along joint positions [N, J] now; asked each period until it may.
        Raises CollisionError for a way that it never may go."""

    def passed(self, row: int) -> None:
        """It has been commanded to be at this row of them."""


class SharedRoom:
    """One arm's ways in a room of several. home: where it alone may be; zones: what it shares. now_s: the clock.

    waited_s: how long it has waited, counted by `period_s` an asking. Raises FleetError for a home that is
    another's.
    """

    def __init__(
        self,
        room: Reservations,
        owner: str,
        swept: Swept,
        home: Box,
        zones: Sequence[Box],
        now_s: Callable[[], float],
        period_s: float,
    ) -> None:
        room.add(owner, [home])
        self._room, self._owner, self._swept = room, owner, swept
        self._home, self._zones, self._now_s = home, tuple(zones), now_s
        self._period_s = period_s
        self.waited_s = 0.0
        self._asked: NDArray[np.float64] | None = None
        #: From this row on the rest of the way is inside of the home; None: all of it is.
        self._home_from: float | None = None
        self.own = -1

    def clear(self, positions: NDArray[np.float64]) -> bool:
        """See Ways."""
        if self._asked is not positions:
            self._look(positions)
        now_s = self._now_s()
        if self._home_from is None:  # what it waits for in line it goes on to wait for
            if self._room.granted(self._owner) is not None:
                self._room.release(self._owner, now_s)
            return True
        if self._room.granted(self._owner) is not None:
            return True
        if any(claim.owner == self._owner for claim in self._room.waiting()):
            self._room.refresh(now_s)
            granted = self._room.granted(self._owner) is not None
        else:
            parts = [Part(zone) for zone in self._zones]
            granted = self._room.claim(self._owner, parts, now_s).granted
        self.waited_s += 0.0 if granted else self._period_s
        return granted

    def passed(self, row: int) -> None:
        """See Ways."""
        if self._home_from is not None and row >= self._home_from:
            self._home_from = None
            self._room.release(self._owner, self._now_s())

    def _look(self, positions: NDArray[np.float64]) -> None:
        """From which row on the way stays inside of the home. Raises CollisionError."""
        self._asked, self._home_from, self.own = positions, None, -1
        for row, body in self._swept.along(positions):
            if all(_inside(part, self._home) for part in body):
                if self._home_from is None:
                    self.own = row
                elif self._home_from == math.inf:
                    self._home_from = row
                continue
            if not self._room.allows(self._owner, body):
                self._asked = None
                raise CollisionError(
                    f"expected a way of '{self._owner}' outside of others' homes, got one into them"
                )
            self._home_from = math.inf


def _inside(volume: Volume, home: Box) -> bool:
    low, high = volume.bounds
    inside = zip(home.low, low, high, home.high, strict=True)
    return all(a <= b and c <= d for a, b, c, d in inside)
