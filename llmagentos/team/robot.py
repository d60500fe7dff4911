"""All arms of a team as the robot of one agent, and what it sees: the simulator's truth.

Knows: the crew, the simulation behind it, the lease that all arms move under. Does not know: plans. An
arm's camera would see the other arms as things on the table, so nothing here looks through one.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from llmagentos.ports.modules import PerceptionModule
from llmagentos.ports.robot import Simulation
from llmagentos.safety.keeper import Keeper
from llmagentos.safety.permit import Permit
from llmagentos.safety.runner import SupervisorPort
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
    """Implements llmagentos.ports.robot.Robot. crew: with `observers`, called after each period. permit, keeper: of
    all arms as one; a command is a goal of the supervisor's."""

    def __init__(self, crew: Any, simulation: Simulation, permit: Permit, keeper: Keeper) -> None:
        #: The crew; named as an arm's driver is, for what records a session.
        self.driver = crew
        self.simulation: Simulation = simulation
        self.first_motion_at: float | None = None
        self._permit, self._keeper = permit, keeper
        crew.observers.append(self._moved)

    @property
    def supervisor(self) -> SupervisorPort:
        """Who says whether any arm may move."""
        return self._permit.supervisor

    @property
    def now_s(self) -> float:
        """The clock of all arms, seconds."""
        now_s: float = self.driver.now_s
        return now_s

    def _moved(self) -> None:
        if self.first_motion_at is None:
            self.first_motion_at = time.perf_counter()

    def mark(self) -> None:
        """A command begins, under a lease of its own; arms let time pass only while they work."""
        self.first_motion_at = None
        self._permit.begin()

    def done(self) -> None:
        """The command has ended, and its lease with it."""
        self._permit.end()

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
        self.done()
        with self._keeper.paused():
            self.simulation.reset(scene, seed)
            self.driver.reset()

    def close(self) -> None:
        """Give the simulator back; the supervisor ends with it."""
        self._keeper.close()
        self.supervisor.close()
        self.simulation.close()
