"""Named places and the drives that people ask for."""

from __future__ import annotations

import math

import numpy as np
import pytest
from lab.flatland import Flatland, rooms

from llmagentos.errors import FileError, NavigationError
from llmagentos.navigation import wall
from llmagentos.navigation.floor_plan import FloorPlan, load_plan
from llmagentos.navigation.localization import Localization
from llmagentos.navigation.navigator import Navigator
from llmagentos.navigation.occupancy import OccupancyGrid
from llmagentos.navigation.roaming import RoamingBase
from llmagentos.ports.driving import STILL
from llmagentos.ports.failures import Failure
from llmagentos.ports.skills import SkillStatus
from llmagentos.robots.bases import load_base
from llmagentos.safety.base_gate import BaseGate
from llmagentos.safety.gated_base import GatedBase
from llmagentos.safety.permit import Permit
from llmagentos.safety.runner import Supervisor
from llmagentos.safety.signals import Stop
from llmagentos.types import MapPose, wrapped

SPEC = load_base()
PLAN = FloorPlan.model_validate(
    {
        "rooms": [
            {"name": "Kitchen", "x": [-4, 0], "y": [0, 3]},
            {"name": "hall", "x": [0, 4], "y": [0, 3], "words": ["corridor"]},
            {"name": "den", "x": [0, 4], "y": [-3, 0]},
        ],
        "doors": [{"at": [0, 1.45]}],
        "furniture": [{"name": "chest", "at": [1.3, 1.5], "size": [0.6, 0.6], "words": ["box"]}],
        "dock": [-3.4, 0.6, 1.57],
        "person": [2.0, 2.0, 0.0],
    }
)


class Rig:
    def __init__(self, start=MapPose(-2.0, 1.5, 0.0), permit: bool = False, unmapped=()) -> None:  # noqa: B008
        walls, frame = rooms()
        grid = OccupancyGrid.of_truth(walls, frame)
        for x0, y0, x1, y1 in unmapped:
            (r0, c0), (r1, c1) = frame.cell(x0, y0), frame.cell(x1, y1)
            walls[r0:r1, c0:c1] = True
        self.world = Flatland(walls, frame, start, SPEC, (0.05, -0.05, 0.05))
        self.supervisor = Supervisor(lambda: self.world.now_s)
        self.permit = Permit(self.supervisor, "test") if permit else None
        if self.permit is not None:
            assert self.supervisor.arm("Ada") == ""
            self.permit.begin("goal")
        driver = GatedBase(self.world, BaseGate(SPEC, "sim"), self.permit)
        navigator = Navigator(driver, SPEC, grid, Localization(grid, start), SPEC.profile("sim"))
        self.base = RoamingBase(navigator, PLAN)

    def finish(self, most: int = 3000):
        for _ in range(most):
            report = self.base.tick()
            if report.status is not SkillStatus.RUNNING:
                return report
        raise AssertionError(f"no end at {self.world.truth}")


def test_places_are_where_the_body_fits_and_face_what_they_are_at() -> None:
    rig = Rig()
    state = rig.base.state()
    assert {p.name for p in state.places} == {
        "kitchen",
        "hall",
        "den",
        "hall door",
        "chest",
        "dock",
    }
    assert state.room == "kitchen" and state.person == MapPose(2.0, 2.0, 0.0)
    costmap = rig.base.navigator.costmap()
    for place in state.places:
        assert costmap.is_free(place.pose.x_m, place.pose.y_m) or place.name == "dock"
    chest = state.place("chest")
    towards = math.atan2(1.5 - chest.pose.y_m, 1.3 - chest.pose.x_m)
    assert abs(wrapped(towards - chest.pose.yaw_rad)) < 0.05
    assert 0.5 < math.dist((1.3, 1.5), (chest.pose.x_m, chest.pose.y_m)) < 0.8
    assert chest.room == "hall" and chest.kind == "furniture" and "box" in chest.words
    assert "kitchen door" in state.place("hall door").words
    assert "corridor" in state.place("hall").words


def test_it_goes_to_a_room_by_its_pose_and_knows_that_it_is_there() -> None:
    rig = Rig()
    rig.base.go_to(rig.base.state().place("den").pose)
    assert rig.base.state().moving
    assert rig.finish().status is SkillStatus.SUCCEEDED
    assert rig.base.state().room == "den" and not rig.base.state().moving
    assert PLAN.room_at(rig.world.truth.x_m, rig.world.truth.y_m).name == "den"


def test_a_box_that_nobody_knew_is_before_it() -> None:
    rig = Rig(unmapped=[(-0.9, 1.0, -0.6, 1.9)])
    rig.base.go_by(4.0)
    assert rig.finish().failure is Failure.WAY_BLOCKED
    assert rig.world.least_m > 0.0


def test_where_no_way_leads_has_its_name() -> None:
    rig = Rig()
    rig.base.go_to(MapPose(30.0, 0.0))
    assert rig.finish().failure is Failure.NO_WAY


def test_it_follows_a_wall_round_the_room_until_stopped() -> None:
    rig = Rig(start=MapPose(-3.4, 0.7, 0.0))
    rig.base.follow_wall("right")
    beside, places = [], []
    for _ in range(300):
        report = rig.base.tick()
        if report.status is not SkillStatus.RUNNING:
            break
        beside.append(wall.beside_m(rig.world.scan().points_m(), "right"))
        places.append((rig.world.truth.x_m, rig.world.truth.y_m))
    assert rig.world.least_m > 0.03
    near = [b for b in beside if b < 1.0]
    assert len(near) > 0.6 * len(beside)
    assert np.median(near) == pytest.approx(SPEC.radius_m + wall.KEEP_M, abs=0.12)
    assert np.hypot(*np.ptp(places, axis=0)) > 1.2
    if report.status is SkillStatus.RUNNING:
        assert rig.base.stop().failure is Failure.STOPPED
    assert rig.world.odometry().velocity == STILL


def test_no_wall_is_said() -> None:
    walls, _ = rooms()
    rig = Rig(start=MapPose(2.4, 1.6, 0.0))
    rig.world.walls = np.zeros_like(walls)
    for _ in range(3):
        rig.base.navigator.rolling.driver.advance()
    rig.base.follow_wall()
    assert rig.finish().failure is Failure.NO_WALL


def test_the_supervisor_s_stop_ends_the_drive_with_its_words() -> None:
    rig = Rig(permit=True)
    rig.base.go_to(MapPose(2.5, -1.5))
    for _ in range(30):
        assert rig.base.tick().status is SkillStatus.RUNNING
    assert rig.world.odometry().velocity.forward_mps > 0.2
    rig.supervisor.tell(Stop("1", "test", "a person said stop"))
    report = rig.finish(40)
    assert report.failure is Failure.STOPPED and "stop" in report.words
    assert rig.world.odometry().velocity == STILL


def test_stop_says_the_room() -> None:
    rig = Rig()
    rig.base.go_to(MapPose(2.5, -1.5))
    for _ in range(15):
        rig.base.tick()
    assert "in the kitchen" in rig.base.stop().words
    assert rig.world.odometry().velocity == STILL


def test_a_floor_plan_s_file(tmp_path) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text("rooms: [{name: ' Big  Room', x: [0, 1], y: [0, 1]}]\n")
    assert load_plan(path).rooms[0].name == "big room"
    path.write_text("rooms: [{name: x, x: [0, 1]}]\n")
    with pytest.raises(NavigationError, match=r"rooms\.0\.y"):
        load_plan(path)
    with pytest.raises(FileError):
        load_plan(tmp_path / "none.yaml")
