"""A base's lift behind the supervisor's lease: nothing else in the product commands it.

Knows: whether its user holds the lease, and the lift's range. Does not know: why it is raised.
"""

from __future__ import annotations

import math

from llmagentos.errors import DriverError, StoppedError
from llmagentos.ports.driving import Lift
from llmagentos.safety.permit import Permit


class GatedLift(Lift):
    """A Lift that passes on what the lease's holder asks for; without the lease it stays where it is.
    permit: None for trials in which nobody asks for a goal."""

    def __init__(self, inner: Lift, permit: Permit | None = None) -> None:
        self.inner, self.permit = inner, permit

    @property
    def range_m(self) -> tuple[float, float]:
        """See Lift."""
        return self.inner.range_m

    @property
    def height_m(self) -> float:
        """Reading is never refused."""
        return self.inner.height_m

    def raise_to(self, height_m: float) -> float:
        """See Lift; StoppedError without a lease, and it stays where it is then."""
        if not math.isfinite(height_m):
            raise DriverError(f"expected a finite height, got {height_m}")
        refusal = "" if self.permit is None else self.permit.refusal()
        if refusal:
            self.inner.raise_to(self.inner.height_m)
            raise StoppedError(refusal)
        return self.inner.raise_to(height_m)
