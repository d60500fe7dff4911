"""A base's driver behind its gate: nothing else in the product commands wheels.

Knows: whether its user holds the supervisor's lease, whether a period brought a command. Does not
know: limits and scans (base_gate.py), nor why a command is sent.

As gated_driver.py for arms: a period without a command brakes, and so does a stop, as hard as the
wheels can.
"""

from __future__ import annotations

import math
import threading
import time

from llmagentos.errors import DriverError, StoppedError
from llmagentos.ports.driving import STILL, BaseDriver, LaserScan, Odometry, Velocity
from llmagentos.safety.base_gate import BaseGate
from llmagentos.safety.permit import Permit


class GatedBase(BaseDriver):
    """A BaseDriver that lets only checked velocities through to `inner`, and with a `permit` only
    those of the lease's holder; without one it comes to rest by itself (StoppedError from then on)."""

    def __init__(self, inner: BaseDriver, gate: BaseGate, permit: Permit | None = None) -> None:
        self.inner, self.gate, self.permit = inner, gate, permit
        self._commanded = False
        #: When somebody last let a period pass by `advance`, on time.monotonic.
        self.advanced_s = -math.inf
        #: Who holds it has the driver alone.
        self.alone = threading.RLock()

    @property
    def control_period_s(self) -> float:
        """See BaseDriver."""
        return self.inner.control_period_s

    @property
    def now_s(self) -> float:
        """See BaseDriver."""
        return self.inner.now_s

    def connect(self) -> None:
        """Connect `inner`, at rest."""
        self.inner.connect()
        self.forget()

    def disconnect(self) -> None:
        """See BaseDriver."""
        self.inner.disconnect()

    def odometry(self) -> Odometry:
        """Reading is never refused."""
        return self.inner.odometry()

    def scan(self) -> LaserScan:
        """Reading is never refused."""
        return self.inner.scan()

    def send_velocity(self, velocity: Velocity) -> Velocity:
        """What was really sent: `gate.why` says in words why that is less. Raises GateRejection, and
        StoppedError without a lease once the base has braked."""
        with self.alone:
            refusal = "" if self.permit is None else self.permit.refusal()
            if refusal:
                braked = self.gate.brake(self.control_period_s)
                self._commanded = True
                if braked is None:
                    self.inner.send_velocity(STILL)
                    if self.permit is None or not self.permit.stopping:
                        raise StoppedError(refusal)
                return self.inner.send_velocity(braked or STILL)
            odometry, scan = self.inner.odometry(), self.inner.scan()
            sent = self.gate.check(velocity, odometry, scan, self.control_period_s)
            self._commanded = True
            return self.inner.send_velocity(sent)

    def advance(self) -> None:
        """One control period; brakes by itself when it brought no command."""
        if self.permit is not None and not self._commanded:
            self.permit.renew()  # a period without a command is a command to stay
        self.keep()
        self.advanced_s = time.monotonic()

    def keep(self) -> None:
        """As `advance`, but of no use to the lease: of a thread that only brakes."""
        with self.alone:
            if self.permit is not None:
                self.permit.measured(self.wheel_rates())
            if not self._commanded:
                self.inner.send_velocity(self.gate.brake(self.control_period_s) or STILL)
            self._commanded = False
            try:
                self.inner.advance()
            except DriverError as error:
                if self.permit is not None:
                    self.permit.fault(str(error))
                raise

    @property
    def rests(self) -> bool:
        """Whether the last command left it standing."""
        return self.gate.rests

    def forget(self) -> None:
        """After the base was put elsewhere by other means (a simulator's reset)."""
        self._commanded = False
        self.gate.forget()

    def wheel_rates(self) -> tuple[float, ...]:
        """How fast the wheels turn, rad/s, as measured last; NaN where that is no number."""
        velocity = self.inner.odometry().velocity
        if not (math.isfinite(velocity.forward_mps) and math.isfinite(velocity.turn_radps)):
            return (math.nan,)
        return self.gate.spec.wheel_rates(velocity.forward_mps, velocity.turn_radps)
