"""Hardware ports: what a robot or its simulation offers to the core.

Knows: the calls. Does not know: PyBullet, ROS, franka hardware.

A driver owns the clock: `advance()` lets one control period pass (a simulator steps, a real
robot sleeps until its next period), so skills are written once for both.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from llmagentos.types import CameraFrame, RobotState


@runtime_checkable
class RobotDriver(Protocol):
    """An arm with a parallel gripper, driven by joint positions.

    A driver is used between `connect` and `disconnect`; as a context manager it does both. What
    `send_*` returns is what was really sent, after clipping to the hardware's range; what cannot be
    sent (wrong length, NaN, infinity) raises and sends nothing. In a period without a command the arm
    holds the last one. Joints come in the order of the arm's spec, rad and
    rad/s; the gripper is spoken of by the distance between its finger tips, metres, whatever its
    own joints measure. Every call raises DriverError while the driver is not connected.

    Derive from this class to get the context manager; `connect` and `disconnect` then default to
    a driver that is always there.
    """

    @property
    def control_period_s(self) -> float:
        """Time that one `advance()` lets pass, seconds."""
        ...

    @property
    def now_s(self) -> float:
        """The driver's clock, seconds, monotonic."""
        ...

    def connect(self) -> None:
        """Get ready to be used; again while connected: nothing. DriverError if it cannot."""

    def disconnect(self) -> None:
        """Send nothing more and give back what `connect` took; again: nothing. Never raises."""

    def __enter__(self) -> RobotDriver:
        self.connect()
        return self

    def __exit__(self, *exc: object) -> None:
        self.disconnect()

    def state(self) -> RobotState:
        """What was measured last: joint positions and rates, the gripper's opening."""
        ...

    def send_joint_positions(self, positions: Sequence[float]) -> tuple[float, ...]:
        """Command joint positions (one per joint, rad) for the next period; returns those sent.

        Raises DriverError, or from a gated driver GateRejection, and StoppedError while the
        supervisor lets nothing move; nothing is sent then.
        """
        ...

    def send_gripper(self, width_m: float, force_n: float = 20.0) -> float:
        """Command the distance between finger tips; returns the width really commanded.

        force_n: at most this much a finger, N. It stays commanded until changed. Raises as above.
        """
        ...

    def advance(self) -> None:
        """Let one control period pass."""
        ...

    @property
    def resting_command(self) -> tuple[float, ...] | None:
        """Where the arm was commanded to stay (rad): by the last command that was sent, or by the driver
        that braked by itself. None in mid-motion, and of drivers that never do."""
        return None


@runtime_checkable
class Camera(Protocol):
    """A calibrated colour and depth camera.

    Its pictures are a pinhole's, depth aligned to colour: `llmagentos.perception.lens` straightens
    those of a bent lens, `llmagentos.perception.depth` makes metres of sensor units.
    """

    @property
    def name(self) -> str:
        """What frames of this camera carry in `CameraFrame.camera`."""
        ...

    def capture(self) -> CameraFrame:
        """A fresh frame. Raises DriverError when the camera gives none."""
        ...


@runtime_checkable
class Glancing(Protocol):
    """A camera that can take a small piece of its picture by itself, for far less than a picture."""

    @property
    def is_fixed(self) -> bool:
        """Whether it stands still while the arm moves."""
        ...

    def glance(self, point: tuple[float, float, float], half_m: float) -> NDArray[np.float32]:
        """How much farther from the camera than a point of the base frame lies what is seen in the
        square that reaches `half_m` to each side of it, [N, N], m; of one N whenever it is asked, NaN
        where unknown. DriverError as `capture`."""
        ...
