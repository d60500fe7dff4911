"""The driver behind the gate: nothing else in the product commands an arm.

Knows: whether its user holds the supervisor's lease, whether a period brought a command. Does not
know: limits (gate.py), nor why a command is sent.

Fail-safe without commands, and without a lease: when a control period passes without one while the
arm moves, the gated driver brakes the joints by itself, and leaves the gripper as it is.
So it does, as hard as the hardware can, after a stop, and when something pushes against the moving
arm.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Sequence

from llmagentos.errors import ContactStop, DriverError, GateRejection, StoppedError
from llmagentos.ports.hardware import RobotDriver
from llmagentos.safety.gate import MotionGate
from llmagentos.safety.in_front import DriverInFront
from llmagentos.safety.permit import Permit
from llmagentos.types import RobotState


class GatedDriver(DriverInFront):
    """A RobotDriver that lets only checked commands through to `inner`, and with a `permit` only
    those of the lease's holder; without one it comes to rest by itself (StoppedError from then on).

    Every call is forwarded by name: what the port does not know cannot pass the gate by. From any
    thread: the one that commands, and the one that brakes when that hangs (keeper.py).
    """

    def __init__(self, inner: RobotDriver, gate: MotionGate, permit: Permit | None = None) -> None:
        self.inner = inner
        self.gate = gate
        self.permit = permit
        #: When somebody last let a period pass by `advance`, on time.monotonic.
        self.advanced_s = -math.inf
        #: Time that was let pass in all, seconds: a clock that stands while nobody drives.
        self.passed_s = 0.0
        self._commanded: bool
        self._yields = not gate.rests  # until the arm rests
        self._measured: RobotState | None  # in this period
        #: Who holds it has the driver alone.
        self.alone = threading.RLock()
        self.forget()

    def connect(self) -> None:
        """Connect `inner`; the first command is judged against the measured joints."""
        self.inner.connect()
        self.forget()

    def state(self) -> RobotState:
        """As measured; reading is never refused."""
        with self.alone:
            return self.inner.state()

    def send_joint_positions(self, positions: Sequence[float]) -> tuple[float, ...]:
        """Raises GateRejection; the inner driver then gets nothing. Without a lease the arm brakes
        instead, which the returned positions are, and once that is over it raises StoppedError.

        Raises ContactStop where something pushes against the moving arm. Until it rests it brakes,
        too, whatever is commanded.
        """
        with self.alone, _Watched(self.permit):
            refusal = "" if self.permit is None else self.permit.refusal()
            if refusal:
                return self._without_lease(refusal)
            state = self._measured = self.inner.state()
            if self._yields and (braked := self._brake()) is not None:
                self._commanded = True
                return braked
            if touched := self.gate.touched(state):
                self._yields = True
                raise ContactStop(f"contact: {touched}")
            target = self.gate.check(positions, state, self.control_period_s)
            self._commanded = True
            return self.inner.send_joint_positions(target)

    def send_gripper(self, width_m: float, force_n: float = 20.0) -> float:
        """Raises GateRejection on a width or force that is not a finite, non-negative number, and
        StoppedError without a lease: the gripper goes on holding."""
        if not all(math.isfinite(v) and v >= 0 for v in (width_m, force_n)):
            self.gate.rejections["gripper"] += 1
            raise GateRejection(
                f"gripper: expected width and force from 0 up, got {width_m} m and {force_n} N"
            )
        with self.alone, _Watched(self.permit):
            refusal = "" if self.permit is None else self.permit.refusal()
            if refusal:
                raise StoppedError(refusal)
            return self.inner.send_gripper(width_m, force_n)

    def advance(self) -> None:
        """One control period; brakes by itself when it brought no command."""
        if self.permit is not None and not self._commanded:
            self.permit.renew()  # a period without a command is a command to stay
        self.keep()
        self.advanced_s = time.monotonic()

    def keep(self) -> None:
        """As `advance`, but of no use to the lease: of a thread that only brakes."""
        with self.alone, _Watched(self.permit):
            if self.permit is not None:
                self._tell_measured(self.permit)
            if not self._commanded:
                self._brake()
            self._commanded, self._measured = False, None
            self.inner.advance()
            self.passed_s += self.control_period_s

    @property
    def rests(self) -> bool:
        """Whether the last command left the arm at rest."""
        return self.gate.rests

    @property
    def resting_command(self) -> tuple[float, ...] | None:
        """What the gate judges the next command by, once that is a command to stay (rad)."""
        return self.gate.last if self.gate.rests else None

    def forget(self) -> None:
        """After the robot was put elsewhere by other means (a simulator's reset)."""
        self._commanded, self._measured = False, None
        self.gate.forget()

    def _without_lease(self, refusal: str) -> tuple[float, ...]:
        """The arm on its way to rest, as hard as it can: nobody else says any more that it shall
        stop. Until that was measured; StoppedError from then on."""
        assert self.permit is not None
        braked = self._brake(hard=True)
        if braked is None and not self.permit.stopping:
            raise StoppedError(refusal)
        self._commanded = True
        return braked or self.inner.state().positions

    def _brake(self, hard: bool = False) -> tuple[float, ...] | None:
        stops = self.permit is not None and self.permit.stopping
        target = self.gate.brake(self.control_period_s, hard=hard or self._yields or stops)
        if target is None:
            self._yields = False
            return None
        return self.inner.send_joint_positions(target)

    def _tell_measured(self, permit: Permit) -> None:
        state = self._measured or self.inner.state()
        finite = all(map(math.isfinite, state.positions))
        permit.measured(state.velocities if finite else (math.nan,))


class _Watched:
    """Tells the supervisor of a driver that failed. permit: None tells nobody."""

    def __init__(self, permit: Permit | None) -> None:
        self._permit = permit

    def __enter__(self) -> None:
        """Nothing failed yet."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if self._permit is not None and isinstance(error, DriverError):
            self._permit.fault(str(error))
