"""The modules of an agent for several arms, wired.

Knows: which part is given to which. Does not know: the agent, how anything is simulated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from llmagentos.errors import ConfigError
from llmagentos.events import EventBus
from llmagentos.ports.modules import PlanningModule
from llmagentos.ports.robot import Simulation
from llmagentos.ports.understanding import Trust
from llmagentos.safety.guard import GuardedSkills, GuardRules, PeopleInput, PlanGuard
from llmagentos.team.executor import TeamExecutor
from llmagentos.team.planning import TeamPlanner
from llmagentos.team.robot import TeamEyes, TeamRobot
from llmagentos.team.skills import TeamSkills


@dataclass
class Team:
    """Robot and modules of one agent for all."""

    robot: TeamRobot
    perception: TeamEyes
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
) -> Team:
    """own: modules that somebody wants instead of ours, which a team can't have. Raises ConfigError for those."""
    for name, module in (own or {}).items():
        if module is not None:
            raise ConfigError(f"expected no {name} module of one's own for several robots, got one")
    events, team = EventBus(), TeamSkills(crew)
    guarded = GuardedSkills(team, PlanGuard(rules, people, told=simulation.things))
    return Team(
        TeamRobot(crew, simulation),
        TeamEyes(crew),
        TeamExecutor(guarded, team, events.emit, rehearses, trust),
        TeamPlanner(planner, lambda: crew.seats),
        events,
    )
