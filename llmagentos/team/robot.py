"""All arms of a team as the robot of one agent, and what it sees: the simulator's truth.

Knows: the crew, the simulation behind it. Does not know: plans. An arm's camera would see the other arms as
things on the table, so nothing here looks through one.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from llmagentos.ports.modules import PerceptionModule
from llmagentos.ports.robot import Simulation
from llmagentos.team.crew import Crew
from llmagentos.types import Observation, RobotState, Scene


class TeamEyes(PerceptionModule):
    """What stands where, as the crew knows it."""

    def __init__(self, crew: Crew) -> None:
        self._crew = crew

    def perceive(self, observation: Any) -> Scene:
        """See PerceptionModule; shared frame."""
        return self._crew.scene()


class TeamRobot:
    """Implements llmagentos.ports.robot.Robot. crew: with `observers`, called after each period."""

    def __init__(self, crew: Any, simulation: Simulation) -> None:
        #: The crew; named as an arm's driver is, for what records a session.
        self.driver = crew
        self.simulation: Simulation = simulation
        self.first_motion_at: float | None = None
        crew.observers.append(self._moved)

    @property
    def now_s(self) -> float:
        """The clock of all arms, seconds."""
        now_s: float = self.driver.now_s
        return now_s

    def _moved(self) -> None:
        if self.first_motion_at is None:
            self.first_motion_at = time.perf_counter()

    def mark(self) -> None:
        """A command begins; arms let time pass only while they work."""
        self.first_motion_at = None

    def done(self) -> None:
        """The command has ended."""

    def observe(self, command: str = "") -> Observation:
        """No pictures; the first arm's joints stand for all."""
        return Observation((), self._state(), command)

    def _state(self) -> RobotState:
        state: RobotState = self.driver.state()
        return state

    def objects(self) -> Sequence[Mapping[str, Any]]:
        """The truth."""
        return self.simulation.objects()

    def held(self) -> str | None:
        """Something that is in a hand."""
        return next(iter(self.driver.holds()), None)

    def reset(self, scene: Any = None, seed: int | None = None) -> None:
        """Start over."""
        self.simulation.reset(scene, seed)
        self.driver.reset()

    def close(self) -> None:
        """Give the simulator back."""
        self.simulation.close()
