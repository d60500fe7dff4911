"""Drives on a map: they arrive, touch nothing, keep limits, get round what stands there, and say why
not."""

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from lab.flatland import PERIOD_S, Flatland, rooms

from llmagentos.errors import NoWayError
from llmagentos.navigation.localization import Localization
from llmagentos.navigation.navigator import End, Navigator
from llmagentos.navigation.occupancy import OccupancyGrid
from llmagentos.navigation.pursuit import Pursuit, even
from llmagentos.navigation.search import dijkstra
from llmagentos.ports.driving import STILL
from llmagentos.robots.bases import load_base
from llmagentos.safety.base_gate import BaseGate
from llmagentos.safety.gated_base import GatedBase
from llmagentos.types import MapPose, wrapped

SPEC = load_base()
START = MapPose(-2.0, 1.5, 0.0)


class Robot:
    """A base with 5 % wrong wheels on a map of four rooms. unmapped: boxes that only the world has;
    only_mapped: those that only the map has."""

    def __init__(
        self, others=None, unmapped=(), start=START, profile="sim", seed=0, search=None,
        only_mapped=(),
    ) -> None:  # fmt: skip
        walls, frame = rooms()
        known = walls.copy()
        for x0, y0, x1, y1 in only_mapped:
            (r0, c0), (r1, c1) = frame.cell(x0, y0), frame.cell(x1, y1)
            known[r0:r1, c0:c1] = True
        grid = OccupancyGrid.of_truth(known, frame)
        walls = walls.copy()
        for x0, y0, x1, y1 in unmapped:
            (r0, c0), (r1, c1) = frame.cell(x0, y0), frame.cell(x1, y1)
            walls[r0:r1, c0:c1] = True
        self.world = Flatland(walls, frame, start, SPEC, (0.05, -0.05, 0.05), seed, others)
        self.driver = GatedBase(self.world, BaseGate(SPEC, profile))
        more = {} if search is None else {"search": search}
        self.navigator = Navigator(
            self.driver, SPEC, grid, Localization(grid, start), SPEC.profile(profile), **more
        )
        self.velocities = [STILL]

    def finish(self, drive, most_s: float = 120.0):
        for _ in range(int(most_s / PERIOD_S)):
            try:
                next(drive)
            except StopIteration as ended:
                return ended.value
            self.velocities.append(self.world.odometry().velocity)
        raise AssertionError(f"no end after {most_s} s at {self.world.truth}")

    def go(self, x: float, y: float, yaw: float = 0.0, **how):
        return self.finish(self.navigator.go_to(MapPose(x, y, yaw), **how))


@pytest.mark.parametrize("goal", [(2.5, -1.5, 1.0), (-2.0, -2.2, 3.0), (1.0, 2.3, -1.0)])
def test_it_arrives_through_doors_and_touches_nothing(goal) -> None:
    robot = Robot()
    assert robot.go(*goal) is End.REACHED
    there = robot.world.truth
    assert there.distance_m(MapPose(*goal)) < 0.12
    assert abs(wrapped(there.yaw_rad - goal[2])) < 0.12
    assert robot.world.least_m > 0.02
    assert robot.world.odometry().velocity == STILL


def test_all_of_it_is_inside_the_profile_s_velocities_and_accelerations() -> None:
    robot = Robot(profile="careful")
    assert robot.go(0.8, 0.7, 2.0) is End.REACHED
    limits = SPEC.profile("careful")
    forward = np.array([v.forward_mps for v in robot.velocities])
    turn = np.array([v.turn_radps for v in robot.velocities])
    assert forward.max() <= limits.forward_mps and np.abs(turn).max() <= limits.turn_radps
    assert forward.max() > 0.9 * limits.forward_mps, "it uses what it may"
    for values, faster, slower in (
        (forward, limits.acceleration_mps2, SPEC.braking_mps2),
        (turn, limits.turn_acceleration_radps2, SPEC.turn_braking_radps2),
    ):
        for a, b in pairwise(values):
            most = faster if abs(b) > abs(a) else slower
            assert abs(b - a) <= most * PERIOD_S + 1e-9


def test_it_gets_round_what_is_on_no_map() -> None:
    robot = Robot(unmapped=[(-2.2, -1.2, -1.6, -0.8)])
    assert robot.go(-2.0, -2.2) is End.REACHED
    assert robot.world.least_m > 0.0


def test_a_person_who_crosses_is_not_touched() -> None:
    def crossing(now_s: float):
        """Up and down behind the door, stopping for nobody; far from it most of the time."""
        return [(-1.0 + 1.2 * math.sin(0.35 * now_s), 1.45, 0.2)]

    robot = Robot(others=crossing, start=MapPose(-3.3, 0.5, 0.0))
    assert robot.go(2.5, 2.2) is End.REACHED
    assert robot.world.least_m > 0.0


def test_someone_in_the_door_is_waited_for() -> None:
    robot = Robot(
        others=lambda now_s: [(-2.0, 0.0, 0.25)] if now_s < 14 else [], start=MapPose(-3.3, 2.0)
    )
    robot.navigator._walls[:, robot.navigator.grid.frame.cell(-0.3, 0)[1] :] = True  # no other way
    assert robot.go(-3.2, -2.0) is End.REACHED
    assert robot.navigator.recoveries and robot.world.now_s > 14
    assert robot.world.least_m > 0.0


class Passer:
    """Walks to and fro between two places, stops before the base, and turns back when it stays there."""

    def __init__(self, a: tuple[float, float], b: tuple[float, float], mps: float) -> None:
        self.at, self.ends, self.mps = np.array(a), [np.array(b), np.array(a)], mps
        self.base, self.now_s, self.waited_s = MapPose(9.0, 9.0), 0.0, 0.0

    def __call__(self, now_s: float):
        dt, self.now_s = now_s - self.now_s, now_s
        way = self.ends[0] - self.at
        to_base = np.array([self.base.x_m, self.base.y_m]) - self.at
        if np.hypot(*to_base) < 0.45 + 0.2 + SPEC.radius_m and to_base @ way > 0:
            self.waited_s += dt
        else:
            self.at = self.at + way * min(self.mps * dt / max(np.hypot(*way), 1e-6), 1.0)
            self.waited_s = 0.0
        if np.hypot(*way) < 0.05 or self.waited_s > 3.0:
            self.ends, self.waited_s = self.ends[::-1], 0.0
        return [(*self.at, 0.2)]


def test_one_who_walks_to_and_fro_in_the_door_is_waited_for_till_there_is_a_way() -> None:
    passer = Passer((-1.95, -1.0), (-1.95, 1.2), 0.4)
    robot = Robot(others=passer, start=MapPose(-3.3, 1.5))
    robot.navigator._walls[:, robot.navigator.grid.frame.cell(-0.3, 0)[1] :] = True  # no other way
    drive = robot.navigator.go_to(MapPose(-3.2, -2.0))
    for _ in range(int(90 / PERIOD_S)):
        passer.base = robot.world.truth
        if (ended := next(drive, End.REACHED)) is not None:
            break
    assert ended is End.REACHED
    assert robot.world.truth.distance_m(MapPose(-3.2, -2.0)) < 0.12
    assert robot.world.least_m > 0.0


def test_who_comes_nearer_leaves_no_wall_behind() -> None:
    robot = Robot(others=lambda now_s: [(max(-0.6 - 0.4 * now_s, -1.4), 1.5, 0.2)])
    for _ in range(int(4.0 / PERIOD_S)):
        next(robot.navigator.rolling.period(STILL))
        robot.navigator.rolling.look()
    live, frame = robot.navigator.live, robot.navigator.grid.frame
    occupied = live.occupied(robot.world.now_s)
    assert occupied[frame.cell(-1.6, 1.5)] and not occupied[frame.cell(-0.8, 1.5)]
    on, beside = np.array([[-1.4, 1.5]]), np.array([[-3.0, 1.5]])
    assert live.came_near(on, 0.3, 0.0) and not live.came_near(on, 0.3, robot.world.now_s - 1.0)
    assert not live.came_near(beside, 0.3, 0.0)


def test_a_goal_that_somebody_walks_by_is_come_to_when_it_is_free_again() -> None:
    def passing(now_s: float):
        return [(-1.6, -2.2 + 0.4 * math.sin(1.2 * now_s), 0.2)] if now_s < 20 else []

    robot = Robot(others=passing)
    assert robot.go(-2.0, -2.2) is End.REACHED
    assert robot.world.now_s > 20
    assert robot.world.truth.distance_m(MapPose(-2.0, -2.2)) < 0.12
    assert robot.world.least_m > 0.0


def test_a_door_that_stays_shut_is_said_after_all_was_tried() -> None:
    robot = Robot(unmapped=[(-2.5, -0.1, -1.4, 0.1)], start=MapPose(-3.3, 0.8, -0.5))
    robot.navigator._walls[:, robot.navigator.grid.frame.cell(-0.3, 0)[1] :] = True
    assert robot.go(-3.2, -2.0) is End.BLOCKED
    assert {r.what for r in robot.navigator.recoveries} == {"wait", "back up", "look around"}
    assert robot.world.least_m > 0.0
    assert robot.world.odometry().velocity == STILL


def test_where_no_way_leads_is_said_at_once() -> None:
    robot = Robot()
    assert robot.go(-1.0, -1.4) is End.NO_WAY  # inside a box
    assert robot.go(40.0, 1.0) is End.NO_WAY
    assert robot.world.now_s < 2.0 and not robot.navigator.recoveries
    with pytest.raises(NoWayError, match="expected free floor"):
        robot.navigator.plan(MapPose(40.0, 1.0))


def _with_a_gap(gap_m: float, start: MapPose = START) -> Robot:
    """The map has no way into the room on the right but a gap so wide, where the door is."""
    shut = (-0.05, -1.9, 0.05, -1.0)
    return Robot(only_mapped=[shut, (-0.05, 1.0, 0.05, 1.9 - gap_m)], start=start)


def test_a_tight_way_is_taken_where_there_is_no_other() -> None:
    robot = _with_a_gap(0.55)
    assert robot.go(2.5, 1.5) is End.REACHED
    assert robot.world.least_m > 0.02
    robot = _with_a_gap(0.45)
    with pytest.raises(NoWayError):
        robot.navigator.plan(MapPose(2.5, 1.5, 0.0))


def test_out_of_where_it_stands_it_finds_a_way_that_the_map_has_narrower() -> None:
    robot = _with_a_gap(0.45, MapPose(-0.4, 1.675, 0.0))
    assert len(robot.navigator.plan(MapPose(2.5, 1.5, 0.0)))
    assert robot.go(2.5, 1.5) is End.REACHED
    assert robot.world.least_m > 0.02


def test_carried_away_in_mid_drive_it_finds_itself_and_goes_on() -> None:
    robot = Robot()
    drive = robot.navigator.go_to(MapPose(2.5, -1.5, 0.0))
    for _ in range(60):
        next(drive)
    robot.world.truth = MapPose(2.8, 2.3, 2.0)
    assert robot.finish(drive) is End.REACHED
    assert robot.world.truth.distance_m(MapPose(2.5, -1.5)) < 0.12
    assert robot.world.least_m > 0.0


def test_what_lies_on_the_base_is_no_part_of_the_room() -> None:
    robot = Robot()
    scan = robot.driver.scan

    def covered():
        seen = scan()
        ranges = seen.ranges_m.copy()
        middle = len(ranges) // 2
        ranges[middle - 30 : middle + 30] = 0.12  # a can that fell onto it, before the scanner
        return replace(seen, ranges_m=ranges)

    robot.driver.scan = covered
    assert robot.go(2.5, -1.5, 1.0) is End.REACHED
    assert robot.navigator.pose.distance_m(robot.world.truth) < 0.1
    assert robot.world.least_m > 0.02


def test_ways_by_another_search_do_as_well() -> None:
    robot = Robot(search=dijkstra)
    assert robot.go(0.8, 0.7) is End.REACHED


def test_a_drive_that_is_given_up_brakes_by_itself() -> None:
    robot = Robot()
    drive = robot.navigator.go_to(MapPose(2.5, -1.5, 0.0))
    for _ in range(40):
        next(drive)
    assert robot.world.odometry().velocity != STILL and len(robot.navigator.way)
    drive.close()
    for _ in range(25):
        robot.driver.advance()
    assert robot.world.odometry().velocity == STILL and not len(robot.navigator.way)


@pytest.mark.parametrize("way_m", [0.6, -0.3])
def test_straight_ahead_and_back(way_m) -> None:
    robot = Robot()
    start = robot.world.odometry().pose
    assert robot.finish(robot.navigator.rolling.straight(way_m)) is True
    assert robot.world.odometry().pose.seen_from(start).x_m == pytest.approx(way_m, abs=0.04)


def test_straight_into_a_wall_ends_before_it() -> None:
    robot = Robot()
    assert robot.finish(robot.navigator.rolling.straight(9.0)) is False
    assert 0 < robot.world.least_m < 0.15


@pytest.mark.parametrize("turn_rad", [1.5, -2.5, 2 * math.pi])
def test_turning_on_the_spot(turn_rad) -> None:
    robot = Robot()
    before = robot.world.odometry().pose
    robot.finish(robot.navigator.rolling.turn(turn_rad))
    off = wrapped(robot.world.odometry().pose.yaw_rad - before.yaw_rad - turn_rad)
    assert abs(off) < 0.06
    assert robot.world.odometry().pose.distance_m(before) < 1e-6


def test_slower_is_slower() -> None:
    usual, slow = Robot(), Robot()
    assert usual.go(-2.0, -2.2) is End.REACHED
    assert slow.go(-2.0, -2.2, speed=0.4) is End.REACHED
    assert slow.world.now_s > 1.5 * usual.world.now_s
    assert max(v.forward_mps for v in slow.velocities) < 0.3


def test_in_bends_it_is_slower_than_on_straight_ways() -> None:
    profile = SPEC.profile("sim")
    way = np.array([[0.0, 0.0], [2.0, 0.0], [2.0, 2.0]])
    speeds = {}
    pose, last = MapPose(0.0, 0.0), STILL
    pursuit = Pursuit(SPEC, profile, way, None)
    for _ in range(400):
        last = pursuit.command(pose, last, 9.0, PERIOD_S)
        pose = pose.after(MapPose(last.forward_mps * PERIOD_S, 0.0, last.turn_radps * PERIOD_S))
        off = min(math.dist((pose.x_m, pose.y_m), p) for p in even(way, 0.02))
        assert off < 0.2, "it keeps near its way"
        speeds[round(pose.x_m + pose.y_m, 1)] = last.forward_mps
        if pursuit.is_done:
            break
    assert pursuit.is_done and math.dist((pose.x_m, pose.y_m), (2, 2)) < 0.07
    assert speeds[1.0] > 0.65
    assert min(v for at, v in speeds.items() if 1.7 < at < 2.4) < 0.85 * speeds[1.0]


def test_what_the_map_has_and_nobody_sees_any_more_is_no_wall() -> None:
    robot = Robot(start=MapPose(-2.0, 2.0, -1.57))
    grid = robot.navigator.grid
    row, column = grid.frame.cell(-2.0, 0.6)
    robot.navigator._walls[row - 4 : row + 4, column - 4 : column + 4] = True
    leg = grid.frame.cell(-1.0, -1.4)  # of the box behind the door: it is there
    assert not robot.navigator.costmap().is_free(-2.0, 0.6)
    robot.finish(robot.navigator.rolling.turn(1.0))
    robot.finish(robot.navigator.rolling.turn(-1.0))
    assert robot.navigator.costmap().is_free(-2.0, 0.6)
    assert not np.isfinite(robot.navigator.costmap().costs[leg])
