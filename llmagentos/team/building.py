"""The modules of an agent for several arms, wired.

Knows: which part is given to which. Does not know: the agent, how anything is simulated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from llmagentos.audit.supervised import supervised
from llmagentos.errors import ConfigError
from llmagentos.events import EventBus
from llmagentos.ports.audit import Audit
from llmagentos.ports.hardware import Camera
from llmagentos.ports.modules import PerceptionModule, PlanningModule
from llmagentos.ports.robot import Simulation
from llmagentos.ports.skills import SkillExecutor
from llmagentos.ports.understanding import Trust
from llmagentos.recorder import FlightRecorder
from llmagentos.safety.guard import GuardedSkills, GuardRules, PeopleInput, PlanGuard
from llmagentos.safety.keeper import Keeper
from llmagentos.safety.permit import Permit
from llmagentos.safety.runner import SupervisorPort
from llmagentos.team.executor import TeamExecutor
from llmagentos.team.planning import TeamPlanner
from llmagentos.team.robot import TeamEyes, TeamRobot
from llmagentos.team.skills import TeamSkills


@dataclass
class Team:
    """Robot and modules of one agent for all."""

    robot: TeamRobot
    perception: PerceptionModule
    execution: TeamExecutor
    planning: PlanningModule
    events: EventBus


def team_of(
    simulation: Simulation,
    crew: Any,
    planner: PlanningModule,
    rehearses: bool = True,
    trust: Trust | None = None,
    rules: GuardRules | None = None,
    people: PeopleInput | None = None,
    own: dict[str, Any] | None = None,
    *,
    supervisor: SupervisorPort,
    audit: Audit | None = None,
    cameras: Sequence[Camera] = (),
    flight: FlightRecorder | None = None,
) -> Team:
    """own: modules that somebody wants instead of ours, which a team can't have. supervisor: whose one lease
    all arms move under. audit: what guard and supervisor write. flight: listens to all of them; cameras: what it
    sees the arms by. Raises ConfigError for modules of one's own."""
    for name, module in (own or {}).items():
        if module is not None:
            raise ConfigError(f"expected no {name} module of one's own for several robots, got one")
    events, team = EventBus(), TeamSkills(crew)
    permit = Permit(supervisor)
    crew.supervise(permit)
    keeper = Keeper(crew, supervisor)
    eyes: PerceptionModule = TeamEyes(crew)
    skills: SkillExecutor = team
    if audit is not None:
        supervisor.subscribe(supervised(audit))
    if flight is not None:
        # What the model is asked for each share, not the whole sentence: that is what it can be asked again.
        eyes, planner, skills = (
            flight.perception(eyes),
            flight.planner(planner),
            flight.skills(team),
        )
        flight.watch_several(crew, cameras)
        crew.observers.append(flight.on_advance)
        events.subscribe(flight.on_event)
        supervisor.subscribe(flight.on_safety)
    guarded = GuardedSkills(skills, PlanGuard(rules, people, audit, told=simulation.things))
    return Team(
        TeamRobot(crew, simulation, permit, keeper),
        eyes,
        TeamExecutor(guarded, team, events.emit, rehearses, trust),
        TeamPlanner(planner, lambda: crew.seats),
        events,
    )
