# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
What drives a base for plans: our own navigation, or Nav2's actions.

Knows: the port `Base` of either, what must happen between drives, who measures that the base
rests. Does not know: plans, ROS actions of ours (driving_executor.py), how ways are found.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from llmagentos.errors import ConfigError, DriverError
from llmagentos.navigation.costmap import Costmap, Inflation
from llmagentos.navigation.floor_plan import FloorPlan
from llmagentos.navigation.navigator import PLAN_MARGIN_M
from llmagentos.navigation.occupancy import OccupancyGrid
from llmagentos.navigation.places import named_places
from llmagentos.ports.base import Base
from llmagentos.robots.bases import BaseSpec
from llmagentos.safety.keeper import Keeper
from llmagentos.safety.permit import Permit
from llmagentos.safety.runner import Supervisor
from llmagentos.types import NamedPlace
from llmagentos_ros.driving_node import DrivingNode
from llmagentos_ros.nav2_base import Nav2Base
from llmagentos_ros.navigating import Maps, Navigating
from llmagentos_ros.stopping import Able
from llmagentos_ros.whereabouts import Whereabouts

#: Who drives, by the parameter `drives_by`.
OURS, NAV2 = 'navigator', 'nav2'


class Drives(Protocol):
    """One base for one executor. All but `able` and `brake` are for one thread at a time."""

    #: What measures and brakes; None where whoever drives is not ours.
    able: Able | None

    @property
    def base(self) -> Base | None:
        """What drives; None as long as there is no map."""
        ...

    def problem(self) -> str:
        """Why no drive can begin, in words, or ''."""
        ...

    def faults(self) -> dict[str, str]:
        """Return what diagnostics tell by name; '' where all is well."""
        ...

    def connect(self) -> None:
        """Command the base from now on; it is at rest."""
        ...

    def disconnect(self) -> None:
        """Command it no more; it is told to stand."""
        ...

    def lose_start(self) -> None:
        """Look where it is: it was left in mid-way. Before the first map."""
        ...

    def take_news(self) -> bool:
        """Go on with a map that came meanwhile; whether there was one. Not during a drive."""
        ...

    def look(self) -> None:
        """Take in where the base is while nothing is driven."""
        ...

    def tell(self) -> None:
        """Tell others where the base is, from any thread."""
        ...

    def stand(self) -> None:
        """Let a tick's time pass while nothing moves."""
        ...

    def brake(self) -> None:
        """Bring the base to rest at once, from any thread."""
        ...

    def close(self) -> None:
        """End what runs by itself."""
        ...


def drives_of(node: DrivingNode, supervisor: Supervisor, tick_s: float) -> Drives:
    """Make what the node's parameter `drives_by` names. ConfigError for another."""
    by = node.value('drives_by')
    if by == OURS:
        return OurDrives(node, supervisor, tick_s)
    if by == NAV2:
        return Nav2Drives(node, tick_s)
    raise ConfigError(f'expected {OURS} or {NAV2} for drives_by, got {by!r}')


@dataclass
class _Gated:
    """A base behind our gate, as the executor's supervisor has it. passed: its driver's time."""

    permit: Permit | None
    keeper: Keeper | None
    passed: Callable[[], float]

    @property
    def passed_s(self) -> float:
        """See Able."""
        return self.passed()


class OurDrives:
    """By llmagentos.navigation, on the base's topics, behind our gate."""

    def __init__(self, node: DrivingNode, supervisor: Supervisor, tick_s: float) -> None:
        permit = Permit(supervisor)
        self._navigating = Navigating(node, permit)
        driver = self._navigating.driver
        self._periods = max(1, round(tick_s / driver.control_period_s))
        topics = self._navigating.topics.driver
        self._keeper = Keeper(driver, supervisor)
        self.able: Able | None = _Gated(permit, self._keeper, lambda: topics.passed_s)

    @property
    def base(self) -> Base | None:
        """See Drives."""
        return self._navigating.base

    def problem(self) -> str:
        """See Drives."""
        return self._navigating.problem()

    def faults(self) -> dict[str, str]:
        """See Drives."""
        return {**self._navigating.faults(), 'base': self._navigating.topics.problem()}

    def connect(self) -> None:
        """See Drives."""
        self._navigating.driver.connect()

    def disconnect(self) -> None:
        """See Drives."""
        self._navigating.driver.disconnect()

    def lose_start(self) -> None:
        """See Drives."""
        self._navigating.start_is_lost = True

    def take_news(self) -> bool:
        """See Drives."""
        return self._navigating.take_news()

    def look(self) -> None:
        """See Drives: a base that is silent is told by diagnostics."""
        try:
            self._navigating.look()
        except DriverError:
            return

    def tell(self) -> None:
        """See Drives."""
        self._navigating.tell()

    def stand(self) -> None:
        """See Drives: a period without a velocity is one to stand."""
        for _ in range(self._periods):
            self._navigating.driver.advance()

    def brake(self) -> None:
        """See Drives: the gate brakes in the next period, which the keeper lets pass."""

    def close(self) -> None:
        """See Drives."""
        self._keeper.close()


class Nav2Drives:
    """By Nav2's actions: it has gate and localization of its own, and we the names of places."""

    def __init__(self, node: DrivingNode, tick_s: float) -> None:
        self._node, self._tick_s, self._spec = node, tick_s, node.driven
        self._maps = Maps(node)
        profile = self._spec.profile(node.value('profile'))
        self._where = Whereabouts(node)
        self._nav2 = Nav2Base(node, self._where, profile, map_frame=node.value('map_frame'))
        self._has_map = False
        self.able: Able | None = None

    @property
    def base(self) -> Base | None:
        """See Drives."""
        return self._nav2 if self._has_map else None

    def problem(self) -> str:
        """See Drives."""
        if not self._has_map:
            return self._maps.missing() or 'the map has only just come'
        return self._where.lost()

    def faults(self) -> dict[str, str]:
        """See Drives."""
        told = {'map': self._maps.problem, 'floor plan': self._maps.plan_problem}
        return {**told, 'place': self._where.lost()}

    def connect(self) -> None:
        """See Drives: Nav2 commands the base, not we."""

    def disconnect(self) -> None:
        """See Drives."""
        self._nav2.brake()

    def lose_start(self) -> None:
        """See Drives: whoever localizes it lives on."""

    def take_news(self) -> bool:
        """See Drives: the names of places follow from map and floor plan."""
        given = self._maps.take()
        if given is None:
            return False
        grid, plan = given
        self._nav2.know(places_on(grid, plan, self._spec), plan)
        self._has_map = True
        return True

    def look(self) -> None:
        """See Drives: others say where it is."""

    def tell(self) -> None:
        """See Drives: others do."""

    def stand(self) -> None:
        """See Drives."""
        self._nav2.pause(self._tick_s)

    def brake(self) -> None:
        """See Drives."""
        self._nav2.brake()

    def close(self) -> None:
        """See Drives."""
        self._nav2.brake()


def places_on(grid: OccupancyGrid, plan: FloorPlan, spec: BaseSpec) -> Sequence[NamedPlace]:
    """Return the plan's places with poses that a base of that size can stand at on the map."""
    blocked = grid.occupied | plan.keep_out(grid.frame)
    inflation = Inflation(spec.radius_m + PLAN_MARGIN_M)
    unknown = ~grid.free & ~grid.occupied
    return named_places(plan, Costmap(blocked, grid.frame, inflation, unknown))
