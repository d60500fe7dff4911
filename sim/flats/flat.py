"""A flat with a base that knows its way about: world, gate, map and navigator in one.

Knows: how these are put together, with the flat's own plan as the map or one made by exploring. Does
not know: sentences, who gives leases.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from llmagentos.navigation.exploring import Exploring
from llmagentos.navigation.floor_plan import FloorPlan
from llmagentos.navigation.localization import Localization
from llmagentos.navigation.navigator import Navigator
from llmagentos.navigation.occupancy import OccupancyGrid
from llmagentos.navigation.roaming import RoamingBase
from llmagentos.safety.base_gate import BaseGate
from llmagentos.safety.gated_base import GatedBase
from llmagentos.safety.permit import Permit
from llmagentos.types import MapPose
from sim.flats.spec import FlatSpec
from sim.flats.world import FlatWorld

#: Where the shipped flats are.
FLATS = Path(__file__).parent


class SimulatedFlat:
    """`base` is a port `Base`. explore: make the map by driving around, instead of reading it off the
    flat's plan. permit: of a supervisor, whose stop then brakes the base."""

    def __init__(
        self,
        flat: FlatSpec,
        *,
        seed: int = 0,
        profile: str = "sim",
        renderer: str = "auto",
        explore: bool = False,
        permit: Permit | None = None,
    ) -> None:
        self.flat = flat
        self.world = FlatWorld(flat, seed=seed, renderer=renderer)
        spec = self.world.spec
        self.driver = GatedBase(self.world, BaseGate(spec, profile), permit)
        start = MapPose(*flat.start)
        if explore:
            exploring = Exploring(self.driver, spec, spec.profile(profile), start)
            for _ in exploring.run():
                pass
            grid, start = exploring.slam.grid, exploring.slam.pose
        else:
            grid = planned_map(flat, spec.scanner.height_m)
        self.navigator = Navigator(
            self.driver, spec, grid, Localization(grid, start, seed=seed), spec.profile(profile)
        )
        plan = FloorPlan(
            rooms=flat.rooms, doors=flat.doors, furniture=list(flat.furniture), dock=flat.dock,
            person=flat.person,
        )  # fmt: skip
        allowed = permit.refusal if permit is not None else str
        self.base = RoamingBase(self.navigator, plan, allowed)

    def __enter__(self) -> SimulatedFlat:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the world back."""
        self.world.close()

    def picture(self, width: int = 960, height: int = 720) -> NDArray[np.uint8]:
        """From above, for people: RGB uint8 [height, width, 3]."""
        return self.world.from_above(width, height)


def planned_map(flat: FlatSpec, at_m: float) -> OccupancyGrid:
    """What a scanner at that height would find, as a map without errors; outside is unknown."""
    walls, frame = flat.occupied(at_m=at_m)
    grid = OccupancyGrid.of_truth(walls, frame)
    inside = np.zeros(frame.shape, dtype=bool)
    for room in flat.rooms:
        (r0, c0), (r1, c1) = frame.cell(room.x[0], room.y[0]), frame.cell(room.x[1], room.y[1])
        inside[r0 : r1 + 1, c0 : c1 + 1] = True
    grid.log_odds[~inside & ~walls] = 0.0
    return grid
