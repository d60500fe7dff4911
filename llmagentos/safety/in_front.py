"""What drivers that stand in front of another pass on unchanged.

Knows: which calls of the driver port neither move anything nor let time pass. Does not know: what a
driver in front does with the others: each of those it has to write itself, so that nothing gets past
it unseen.
"""

from __future__ import annotations

from llmagentos.ports.hardware import RobotDriver
from llmagentos.types import RobotState


class DriverInFront(RobotDriver):
    """Stands in front of `inner`."""

    inner: RobotDriver

    def connect(self) -> None:
        """Connect the driver behind."""
        self.inner.connect()

    def disconnect(self) -> None:
        """Disconnect the driver behind."""
        self.inner.disconnect()

    @property
    def control_period_s(self) -> float:
        """The inner driver's, seconds."""
        return self.inner.control_period_s

    @property
    def now_s(self) -> float:
        """The inner driver's clock, seconds."""
        return self.inner.now_s

    @property
    def resting_command(self) -> tuple[float, ...] | None:
        """The inner driver's, rad."""
        return self.inner.resting_command

    def state(self) -> RobotState:
        """As measured."""
        return self.inner.state()
