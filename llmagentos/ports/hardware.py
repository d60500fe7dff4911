"""Hardware ports: what a robot or its simulation offers to the core.

Knows: the calls. Does not know: PyBullet, ROS, franka hardware.

A driver owns the clock: `advance()` lets one control period pass (a simulator steps, a real
robot sleeps until its next period), so skills are written once for both.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from llmagentos.types import CameraFrame, RobotState


@runtime_checkable
class RobotDriver(Protocol):
    """A seven-joint arm with a parallel gripper, driven by joint positions."""

    @property
    def control_period_s(self) -> float:
        """Time that one `advance()` lets pass, seconds."""
        ...

    @property
    def now_s(self) -> float:
        """The driver's clock, seconds, monotonic."""
        ...

    def state(self) -> RobotState: ...

    def send_joint_positions(self, positions: Sequence[float]) -> tuple[float, ...]:
        """Command 7 joint positions (rad) for the next period; returns what was really sent."""
        ...

    def send_gripper(self, width_m: float, force_n: float = 20.0) -> float:
        """Command the distance between finger tips; returns the width really commanded."""
        ...

    def advance(self) -> None:
        """Let one control period pass."""
        ...


@runtime_checkable
class Camera(Protocol):
    """A calibrated colour and depth camera."""

    @property
    def name(self) -> str: ...

    def capture(self) -> CameraFrame:
        """A fresh frame. Raises DriverError when the camera gives none."""
        ...
