"""A base's driver that lets others watch: when it first drove off, and what passes each period.

Knows: the calls of the driver port. Does not know: who watches. As observed.py for arms.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from llmagentos.ports.driving import STILL, BaseDriver, LaserScan, Odometry, Velocity
from llmagentos.safety.gated_base import GatedBase


class ObservedBase(BaseDriver):
    """Passes everything on to `inner`."""

    def __init__(self, inner: GatedBase, clock: Callable[[], float] = time.perf_counter) -> None:
        self.inner, self._clock = inner, clock
        #: When it first moved since `mark`, on the given clock; None when it has not.
        self.first_motion_at: float | None = None
        self.observers: list[Callable[[], None]] = []

    def mark(self) -> None:
        """Forget when motion began; the next command that moves sets it again."""
        self.first_motion_at = None

    @property
    def control_period_s(self) -> float:
        """See BaseDriver."""
        return self.inner.control_period_s

    @property
    def now_s(self) -> float:
        """See BaseDriver."""
        return self.inner.now_s

    def connect(self) -> None:
        """See BaseDriver."""
        self.inner.connect()

    def disconnect(self) -> None:
        """See BaseDriver."""
        self.inner.disconnect()

    def odometry(self) -> Odometry:
        """See BaseDriver."""
        return self.inner.odometry()

    def scan(self) -> LaserScan:
        """See BaseDriver."""
        return self.inner.scan()

    def send_velocity(self, velocity: Velocity) -> Velocity:
        """Send, and note when the base first moves after `mark`."""
        sent = self.inner.send_velocity(velocity)
        if self.first_motion_at is None and sent != STILL:
            self.first_motion_at = self._clock()
        return sent

    def advance(self) -> None:
        """Let one period pass, then call the observers."""
        self.inner.advance()
        for observer in self.observers:
            observer()
