"""What every base that drives does alike: run by each implementation of the port.

Another one adds itself to `BASES`: a function that gives one which stands still, can drive half a
metre ahead, and knows where it is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from lab.flatland import Flatland, rooms
from lab.still_base import MapBase

from llmagentos.navigation.floor_plan import FloorPlan
from llmagentos.navigation.localization import Localization
from llmagentos.navigation.navigator import Navigator
from llmagentos.navigation.occupancy import OccupancyGrid
from llmagentos.navigation.roaming import RoamingBase
from llmagentos.ports.base import DRIVE_FAILURES, Base
from llmagentos.ports.failures import Failure
from llmagentos.ports.skills import SkillReport, SkillStatus
from llmagentos.robots.bases import load_base
from llmagentos.safety.base_gate import BaseGate
from llmagentos.safety.gated_base import GatedBase
from llmagentos.types import MapPose
from sim.flats.flat import FLATS, SimulatedFlat
from sim.flats.spec import FlatSpec


@contextmanager
def _map_base() -> Iterator[Base]:
    yield MapBase()


@contextmanager
def _navigating() -> Iterator[Base]:
    """A base that finds its ways, in a world of cells."""
    spec, (walls, frame) = load_base(), rooms()
    start, grid = MapPose(-2.8, 1.2, 0.0), OccupancyGrid.of_truth(walls, frame)
    driver = GatedBase(Flatland(walls, frame, start), BaseGate(spec, "sim"))
    profile = spec.profile("sim")
    yield RoamingBase(
        Navigator(driver, spec, grid, Localization(grid, start), profile), FloorPlan()
    )


@contextmanager
def _in_a_flat() -> Iterator[Base]:
    """The same in physics."""
    with SimulatedFlat(FlatSpec.from_yaml(FLATS / "flat.yaml"), renderer="tiny") as flat:
        yield flat.base


BASES: dict[str, Callable[[], object]] = {
    "map": _map_base,
    "navigating": _navigating,
    "in a flat": _in_a_flat,
}
#: So near to its goal a drive ends, metres and radians.
NEAR_M, NEAR_RAD = 0.15, 0.2
MOST_TICKS = 600


@pytest.fixture(params=BASES)
def base(request: pytest.FixtureRequest) -> Iterator[Base]:
    with BASES[request.param]() as made:  # type: ignore[attr-defined]
        yield made


def drive(base: Base) -> SkillReport:
    for _ in range(MOST_TICKS):
        report = base.tick()
        if report.status is not SkillStatus.RUNNING:
            break
    assert (report.failure in DRIVE_FAILURES) == (report.status is SkillStatus.FAILED)
    return report


def far(a: MapPose, b: MapPose) -> float:
    return math.hypot(a.x_m - b.x_m, a.y_m - b.y_m)


def ahead(pose: MapPose, by_m: float) -> MapPose:
    x, y = math.cos(pose.yaw_rad), math.sin(pose.yaw_rad)
    return MapPose(pose.x_m + by_m * x, pose.y_m + by_m * y, pose.yaw_rad)


def test_it_is_a_base_that_rests(base: Base) -> None:
    assert isinstance(base, Base)
    assert base.tick().status is SkillStatus.SUCCEEDED, "nothing was asked for"
    assert not base.state().moving


def test_a_drive_arrives_and_its_report_stays(base: Base) -> None:
    start = base.state().pose
    goal = ahead(start, 0.5)
    base.go_to(goal)
    assert far(base.state().pose, start) < 0.02, "nothing moves before a tick"
    report = drive(base)
    assert report.status is SkillStatus.SUCCEEDED, report.words
    assert far(base.state().pose, goal) <= NEAR_M
    assert base.tick() is report and not base.state().moving


def test_it_drives_so_far_and_turns(base: Base) -> None:
    start = base.state().pose
    base.go_by(0.4, math.pi / 2)
    assert drive(base).status is SkillStatus.SUCCEEDED
    now = base.state().pose
    assert far(now, ahead(start, 0.4)) <= NEAR_M
    turned = math.remainder(now.yaw_rad - start.yaw_rad - math.pi / 2, 2 * math.pi)
    assert abs(turned) <= NEAR_RAD


def test_stop_is_a_failure_that_stays(base: Base) -> None:
    goal = ahead(base.state().pose, 0.5)
    base.go_to(goal)
    base.tick()
    report = base.stop()
    assert report.failure is Failure.STOPPED and report.words
    assert base.tick().failure is Failure.STOPPED
    assert far(base.state().pose, goal) > 0.1
    assert base.stop().failure is Failure.STOPPED, "idle or not"


@pytest.mark.parametrize("wrong", [math.nan, math.inf])
def test_numbers_that_are_none_are_reported(base: Base, wrong: float) -> None:
    base.go_to(MapPose(wrong, 0.0))
    assert drive(base).failure is Failure.INVALID_ACTION


def test_where_it_stands_can_be_named_and_named_anew(base: Base) -> None:
    here = base.state().pose
    assert far(base.name_place("Lab").pose, here) < 0.02
    base.go_by(0.5)
    drive(base)
    base.name_place("Lab")
    labs = [q for q in base.state().places if q.name == "lab"]
    assert len(labs) == 1 and far(labs[0].pose, base.state().pose) < 0.02
    with pytest.raises(ValueError, match="expected a name"):
        base.name_place("  ")
