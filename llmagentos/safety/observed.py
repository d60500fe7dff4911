"""A driver that lets others watch: when motion began, and what passes each control period.

Knows: the calls of the driver port. Does not know: who watches.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from llmagentos.ports.hardware import RobotDriver
from llmagentos.safety.in_front import DriverInFront

#: A joint command that differs from the measured position by more than this is motion, rad.
MOTION_RAD = 1e-4


class ObservedDriver(DriverInFront):
    """Passes everything on to `inner`."""

    def __init__(self, inner: RobotDriver, clock: Callable[[], float] = time.perf_counter):
        self.inner = inner
        self._clock = clock
        self.first_motion_at: float | None = None
        self.observers: list[Callable[[], None]] = []
        self._last: tuple[float, ...] | None = None

    def mark(self) -> None:
        """Forget when motion began; the next command that moves sets it again."""
        self.first_motion_at = None

    def connect(self) -> None:
        """Connect, and forget where the arm was."""
        self.inner.connect()
        self._last = None

    def send_joint_positions(self, positions: Sequence[float]) -> tuple[float, ...]:
        """Send (rad) and note when the arm first moves after `mark`; returns what was really sent."""
        sent = self.inner.send_joint_positions(positions)
        if self.first_motion_at is None:
            last = self._last or self.inner.state().positions
            if max(abs(a - b) for a, b in zip(sent, last, strict=True)) > MOTION_RAD:
                self.first_motion_at = self._clock()
        self._last = sent
        return sent

    def send_gripper(self, width_m: float, force_n: float = 20.0) -> float:
        """Send (m, N); opening and closing is no motion of the arm."""
        return self.inner.send_gripper(width_m, force_n)

    def advance(self) -> None:
        """Let one period pass, then call the observers."""
        self.inner.advance()
        for observer in self.observers:
            observer()
