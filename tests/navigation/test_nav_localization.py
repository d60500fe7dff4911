"""It knows where it is though the wheels lie by 5 %, after it was carried away, and says when not."""

import math

import numpy as np
import pytest
from lab.flatland import Flatland, rooms

from llmagentos.navigation.clearance import clearance_m
from llmagentos.navigation.frame import GridFrame
from llmagentos.navigation.likelihood import LikelihoodField
from llmagentos.navigation.localization import How, Localization
from llmagentos.navigation.matching import matched
from llmagentos.navigation.occupancy import OccupancyGrid
from llmagentos.navigation.particles import Particles
from llmagentos.navigation.track import Track
from llmagentos.ports.driving import STILL, Odometry, Velocity
from llmagentos.types import MapPose, wrapped

WALLS, FRAME = rooms()
GRID = OccupancyGrid.of_truth(WALLS, FRAME)
START = MapPose(-2.8, 1.0, 0.3)


def drive(base: Flatland, localization: Localization, laps: int = 1) -> list[tuple[float, float]]:
    """Once around in the first room, by turns and straight ways; the errors of every period."""
    errors = []
    for _ in range(laps):
        for _ in range(4):
            for velocity, periods in ((Velocity(0.4, 0.0), 45), (Velocity(0.0, 0.8), 39)):
                for _ in range(periods):
                    base.send_velocity(velocity)
                    base.advance()
                    pose = localization.update(base.odometry(), base.scan())
                    off = abs(wrapped(pose.yaw_rad - base.truth.yaw_rad))
                    errors.append((pose.distance_m(base.truth), off))
    return errors


@pytest.mark.parametrize("drift", [(0.05, 0.05, 0.05), (-0.05, -0.05, -0.05), (0.05, -0.05, 0.0)])
def test_it_survives_wheels_that_lie_by_five_percent(drift) -> None:
    start = MapPose(-2.8, 0.9, 0.0)
    base = Flatland(WALLS, FRAME, start, drift=drift, seed=1)
    localization = Localization(GRID, start)
    errors = drive(base, localization, laps=2)
    assert max(e for e, _ in errors) < 0.10
    assert max(a for _, a in errors) < 0.08
    assert not localization.is_lost and localization.searches == 0
    lone = Localization(GRID, start, how=How.ODOMETRY)
    again = Flatland(WALLS, FRAME, start, drift=drift, seed=1)
    assert max(e for e, _ in drive(again, lone, laps=2)) > 0.15, "the wheels alone do not"


@pytest.mark.parametrize("how", [How.PARTICLES, How.MATCHING])
def test_either_alone_follows_too(how) -> None:
    base = Flatland(WALLS, FRAME, MapPose(-2.8, 0.9, 0.0), drift=(0.05, -0.05, 0.05), seed=2)
    errors = drive(base, Localization(GRID, base.truth, how=how))
    assert max(e for e, _ in errors) < 0.25


def test_where_it_starts_need_not_be_said() -> None:
    base = Flatland(WALLS, FRAME, MapPose(2.6, -1.2, 2.0), seed=4)
    localization = Localization(GRID, seed=3)
    assert localization.is_lost
    for _ in range(60):
        base.send_velocity(Velocity(0.0, 0.7))
        base.advance()
        localization.update(base.odometry(), base.scan())
    assert not localization.is_lost
    assert localization.pose.distance_m(base.truth) < 0.1


def test_among_shelves_that_are_alike_it_mostly_finds_itself() -> None:
    """1,350 m2 with what tells the rows apart; where two places look the same no scan tells them."""
    hall = np.zeros((600, 900), dtype=bool)
    hall[[0, -1]], hall[:, [0, -1]] = True, True
    for row in range(60, 540, 60):
        for column in range(60, 840, 90):
            hall[row : row + 14, column : column + 60] = True
    rng = np.random.default_rng(8)
    for row, column in rng.integers(10, (590, 890), (400, 2)):
        hall[row : row + 5, column : column + 5] = True
    frame = GridFrame((0.0, 0.0), 0.05, hall.shape)
    grid = OccupancyGrid.of_truth(hall, frame)
    open_floor = np.argwhere(clearance_m(hall, 0.05) > 0.4)
    found = 0
    for seed in range(6):
        x, y = frame.centres(rng.choice(open_floor)[None])[0]
        base = Flatland(hall, frame, MapPose(float(x), float(y), 1.0 + seed), seed=seed)
        localization = Localization(grid, seed=seed)
        for _ in range(40):
            base.send_velocity(Velocity(0.0, 0.7))
            base.advance()
            localization.update(base.odometry(), base.scan())
        found += localization.pose.distance_m(base.truth) < 0.1
    assert found >= 4


def test_carried_away_it_finds_itself_again() -> None:
    base = Flatland(WALLS, FRAME, START, drift=(0.05, 0.05, 0.05), seed=5)
    localization = Localization(GRID, START, seed=5)
    for _ in range(30):
        base.send_velocity(Velocity(0.2, 0.2))
        base.advance()
        localization.update(base.odometry(), base.scan())
    base.truth = MapPose(2.5, 2.3, -2.5)  # the wheels noticed nothing
    away = []
    for _ in range(250):
        base.send_velocity(Velocity(0.0, 0.7))
        base.advance()
        localization.update(base.odometry(), base.scan())
        away.append(localization.pose.distance_m(base.truth))
    assert away[0] > 3.0
    assert localization.searches and max(away[-20:]) < 0.1


def test_the_map_s_frame_of_the_wheels_is_their_drift() -> None:
    base = Flatland(WALLS, FRAME, START, drift=(0.0, 0.05, 0.05), seed=6)
    localization = Localization(GRID, START)
    drive(base, localization)
    believed = localization.map_from_odom.after(base.odometry().pose)
    assert believed.distance_m(base.truth) < 0.1


def test_a_match_puts_a_scan_back_where_it_was_taken() -> None:
    field = LikelihoodField.of(GRID)
    rng = np.random.default_rng(0)
    for _ in range(25):
        truth = MapPose(*rng.uniform((-3.2, 0.6), (-0.8, 1.8)), rng.uniform(-3, 3))
        scan = Flatland(WALLS, FRAME, truth, seed=int(rng.integers(1000))).scan()
        off = MapPose(*rng.uniform(-0.2, 0.2, 2), rng.uniform(-0.2, 0.2))
        found = matched(field, scan.points_m(), truth.after(off))
        assert found.pose.distance_m(truth) < 0.05, (truth, off)
        assert abs(wrapped(found.pose.yaw_rad - truth.yaw_rad)) < 0.03
        assert found.share > 0.9


def test_without_points_a_match_is_the_guess() -> None:
    guess = MapPose(1.0, 2.0, 0.5)
    found = matched(LikelihoodField.of(GRID), np.zeros((0, 2)), guess)
    assert found.pose == guess and found.share == 0


def test_a_spread_cloud_is_large_and_a_sure_one_small() -> None:
    rng = np.random.default_rng(0)
    cloud = Particles(rng)
    cloud.around(START, 1.5, 1.5, 4000)
    points = Flatland(WALLS, FRAME, START).scan().points_m()[::6]
    field = LikelihoodField.of(GRID)
    cloud.weigh(field, points)
    cloud.resample()
    many = len(cloud.poses)
    for _ in range(6):
        cloud.move(MapPose(0.0, 0.0, 0.0))
        cloud.weigh(field, points)
        cloud.resample()
    assert len(cloud.poses) < many
    assert cloud.weights.sum() == pytest.approx(1.0)


def test_the_cloud_spreads_as_it_drives_and_the_mean_follows() -> None:
    cloud = Particles(np.random.default_rng(1))
    cloud.around(MapPose(0.0, 0.0), 0.01, 0.01, 3000)
    before = cloud.mean()[1]
    for _ in range(20):
        cloud.move(MapPose(0.1, 0.0, 0.0))
    pose, spread, _ = cloud.mean()
    near = np.hypot(*(cloud.poses[:, :2] - (2.0, 0.0)).T)
    assert np.median(near) < 0.3 and spread > 2 * before and pose.x_m > 1.5


def test_between_two_words_of_the_wheels_lies_the_pose() -> None:
    track = Track()
    track.add(Odometry(MapPose(0, 0, 3.1), STILL, 1.0))
    track.add(Odometry(MapPose(1, 2, -3.1), STILL, 2.0))
    pose = track.at(1.5)
    assert (pose.x_m, pose.y_m) == (0.5, 1.0)
    assert abs(wrapped(pose.yaw_rad - math.pi)) < 1e-9
    assert track.at(0.0).x_m == 0 and track.at(9.0).x_m == 1
    track.add(Odometry(MapPose(5, 5), STILL, 0.1))  # the clock began anew
    assert track.at(1.5).x_m == 5
