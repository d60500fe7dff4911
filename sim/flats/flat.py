"""A flat with a base that knows its way about: world, gate, map and navigator in one.

Knows: how these are put together, with the flat's own plan as the map or one made by exploring. Does
not know: sentences, who gives leases.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import RobotError, SceneError
from llmagentos.navigation.exploring import Exploring
from llmagentos.navigation.floor_plan import FloorPlan
from llmagentos.navigation.localization import Localization
from llmagentos.navigation.navigator import Navigator
from llmagentos.navigation.occupancy import OccupancyGrid
from llmagentos.navigation.roaming import RoamingBase
from llmagentos.navigation.rolling import Periods
from llmagentos.safety.base_gate import BaseGate
from llmagentos.safety.gated_base import GatedBase
from llmagentos.safety.guard import Thing
from llmagentos.safety.observed_base import ObservedBase
from llmagentos.safety.permit import Permit
from llmagentos.types import MapPose
from sim.flats.spec import FlatSpec
from sim.flats.world import FlatWorld
from sim.noise import SensorNoise
from sim.window import StopKey

#: Where the shipped flats are.
FLATS = Path(__file__).parent


class FlatEye:
    """The base's own camera: a `llmagentos.ports.hardware.Camera`."""

    name = "eye"

    def __init__(self, world: FlatWorld) -> None:
        self._world = world

    def capture(self) -> Any:
        """Colour and depth as they are now, the pose in the base's frame."""
        return self._world.capture()


class SimulatedFlat:
    """`base` is a port `Base`; the whole is a `llmagentos.ports.robot.Simulation`. explore: make the map
    by driving around, instead of reading it off the flat's plan; None: as the flat says. permit: of a
    supervisor, whose stop then brakes the base. Raises RobotError for a profile that the base has not."""

    def __init__(
        self,
        flat: FlatSpec,
        *,
        seed: int = 0,
        profile: str = "sim",
        renderer: str = "auto",
        explore: bool | None = None,
        permit: Permit | None = None,
        view: bool = False,
        noise: SensorNoise | None = None,
    ) -> None:
        self.flat, self._seed = flat, seed
        self.world = FlatWorld(flat, seed=seed, renderer=renderer, view=view, noise=noise)
        spec = self.world.spec
        if profile not in spec.profiles:
            self.close()
            raise RobotError(f"expected a profile of {sorted(spec.profiles)}, got {profile!r}")
        self.gated = GatedBase(self.world, BaseGate(spec, profile), permit)
        self.driver = ObservedBase(self.gated)
        self.cameras = (FlatEye(self.world),)
        start = MapPose(*flat.start)
        if flat.explore if explore is None else explore:
            exploring = Exploring(
                self.driver, spec, spec.profile(profile), start, keep_out=flat.keep_out
            )
            grid, start = _made(exploring.run()), exploring.slam.pose
        else:
            grid = planned_map(flat, spec.scanner.height_m)
        self._grid, self._start = grid, start
        plan = floor_plan(flat)
        self.navigator = Navigator(
            self.driver, spec, grid, Localization(grid, start, seed=seed), spec.profile(profile),
            keep_out=plan.keep_out(grid.frame),
        )  # fmt: skip
        self.base = RoamingBase(self.navigator, plan, self._allowed)

    def _allowed(self) -> str:
        return "" if self.gated.permit is None else self.gated.permit.refusal()

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

    # ---- the port Simulation ------------------------------------------------------------------

    @property
    def other_cameras(self) -> Sequence[Any]:
        """None besides the base's own."""
        return ()

    def objects(self) -> Sequence[Mapping[str, Any]]:
        """Every thing as it really is, in the flat's frame."""
        return self.world.objects()

    def held(self) -> str | None:
        """Id of what the fingers really hold."""
        return self.world.held_truth()

    def things(self) -> Sequence[Thing]:
        """The things that are more than their kinds, for the plan guard."""
        return tuple(
            Thing(kind=o.kind, color=o.color, attributes=o.attributes)
            for o in self.flat.objects
            if o.attributes
        )

    def reset(self, scene: Any = None, seed: int | None = None) -> None:
        """Everything where it was at first; the map stays, and the names of its places. SceneError for
        another flat: that is another agent's."""
        if scene is not None:
            raise SceneError("expected the flat that the agent was made with, got another scene")
        self._seed = self._seed if seed is None else seed
        self.base.stop()
        self.world.reset()
        self.gated.forget()
        self.navigator.start_over(Localization(self._grid, self._start, seed=self._seed))

    def stop_key(self, stop: Callable[[], None]) -> Callable[[], None]:
        """What calls `stop` where the window's stop key was pressed; to be called each period."""
        return StopKey(self.world.client, stop)


def _made(run: Periods[OccupancyGrid]) -> OccupancyGrid:
    """The map that exploring comes to."""
    while True:
        try:
            next(run)
        except StopIteration as ended:
            grid: OccupancyGrid = ended.value
            return grid


def floor_plan(flat: FlatSpec) -> FloorPlan:
    """What the flat's parts are called."""
    return FloorPlan(
        rooms=flat.rooms, doors=flat.doors, furniture=list(flat.furniture), dock=flat.dock,
        person=flat.person,
    )  # fmt: skip


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
