"""What a low battery keeps an arm from: warned of, then nothing new, then parked.

Knows: the newest charge that a driver told, and the three limits. Does not know: drivers, ROS, how
an arm is parked. Where nobody tells a charge the arm has none that could run low.
"""

from __future__ import annotations

import math

#: Shares of a full battery: at or below them the person is warned, nothing new is begun, and what is
#: under way ends and the arm goes home, while it still can.
WARN, REFUSE, PARK = 0.20, 0.10, 0.05
#: A charge must rise by so much above a limit to end what it led to: batteries tell unsteadily.
_RISE = 0.02


class Battery:
    """One arm's."""

    def __init__(self) -> None:
        #: The newest charge, 0 to 1; None as long as none was told.
        self.charge: float | None = None
        self._limit = math.inf

    def take(self, charge: float) -> None:
        """A charge, 0 to 1; one that is no such number (drivers say NaN for not knowing) is none."""
        if not 0.0 <= charge <= 1.0:
            return
        self.charge = charge
        if charge > self._limit + _RISE:
            self._limit = math.inf
        reached = [limit for limit in (WARN, REFUSE, PARK) if charge <= limit]
        self._limit = min([self._limit, *reached])

    @property
    def warning(self) -> str:
        """What a person has to hear of it, a sentence; "" for nothing."""
        return f"My battery is at {self._percent} %." if self._limit <= WARN else ""

    @property
    def refusal(self) -> str:
        """Why nothing new is begun, a sentence; "" where it may be."""
        if self._limit > REFUSE:
            return ""
        return f"My battery is at {self._percent} %: I begin nothing new before it is charged."

    @property
    def parks(self) -> str:
        """Why the arm has to be parked now, a sentence; "" where it has not."""
        if self._limit > PARK:
            return ""
        return f"My battery is at {self._percent} %, so I stopped and go home."

    @property
    def _percent(self) -> str:
        return f"{100 * (self.charge or 0.0):.0f}"
