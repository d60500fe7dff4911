"""When a simulated arm came to rest, by the physics' own steps.

Knows: the fastest joint after each step of physics, at a moment on a clock, and what rest is. Does
not know: what stops an arm, nor why.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

from llmagentos.safety.states import REST_RADPS, REST_S
from sim.world import PHYSICS_HZ, SimWorld

#: Steps that two readings of one clock may be apart by.
_EXACT_S = 1e-9


def rest_after_s(log: Iterable[tuple[float, float]], since_s: float) -> float:
    """From `since_s` to the first moment from which every joint stays below 0.01 rad/s for 100 ms;
    inf where there was none. log: rows of (time, s; the fastest joint, rad/s), oldest first."""
    begun = math.inf
    for at_s, radps in log:
        if at_s < since_s:
            continue
        begun = math.inf if radps >= REST_RADPS else min(begun, at_s)
        if at_s - begun >= REST_S - _EXACT_S:
            return begun - since_s
    return math.inf


def fastest_joint(world: SimWorld) -> float:
    """The fastest joint of a world's arm now, rad/s."""
    return max(map(abs, world.robot.read()[1]))


class PhysicsLog:
    """Of one world from now on, whatever its resets; `close` gives the world its step back.

    clock: seconds; without one simulated time that never goes back.
    """

    def __init__(self, world: SimWorld, clock: Callable[[], float] | None = None) -> None:
        self.world = world
        #: Rows as `rest_after_s` takes them.
        self.rows: list[tuple[float, float]] = []
        #: Called before each step of physics.
        self.before: list[Callable[[], None]] = []
        self._steps, self._clock = 0, clock
        self._step: Callable[[], Any] = world.client.stepSimulation
        world.client.stepSimulation = self._logged

    @property
    def now_s(self) -> float:
        """The log's clock, seconds."""
        return self._steps / PHYSICS_HZ if self._clock is None else self._clock()

    def _logged(self) -> None:
        for look in tuple(self.before):
            look()
        self._step()
        self._steps += 1
        self.rows.append((self.now_s, fastest_joint(self.world)))

    def rest_after_s(self, since_s: float) -> float:
        """See the function of that name."""
        return rest_after_s(self.rows, since_s)

    def clear(self) -> None:
        """Forget the rows and whoever looks."""
        self.rows.clear()
        self.before.clear()

    def close(self) -> None:
        """Log no more."""
        self.world.client.stepSimulation = self._step
