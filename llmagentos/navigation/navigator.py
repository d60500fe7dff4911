"""One drive to a goal: plan, go, and what to do when that does not work.

Knows: the order of these, period by period. Does not know: names of places, sentences, who asks; the
gate behind its driver decides what the wheels may do.
"""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import NoWayError
from llmagentos.navigation.any_angle import pulled
from llmagentos.navigation.clearance import clearance_m
from llmagentos.navigation.costmap import Costmap, Inflation
from llmagentos.navigation.frame import Points
from llmagentos.navigation.live import LiveObstacles
from llmagentos.navigation.occupancy import OccupancyGrid
from llmagentos.navigation.pursuit import Pursuit, Tolerance, even
from llmagentos.navigation.rolling import STUCK_S, Locating, Periods, Rolling
from llmagentos.navigation.search import Search, a_star
from llmagentos.ports.driving import STILL, BaseDriver, Velocity
from llmagentos.robots.bases.spec import BaseProfile, BaseSpec
from llmagentos.types import MapPose

_log = logging.getLogger(__name__)

#: Kept off things when a way is planned: more than the gate keeps, so that it need not cut in.
PLAN_MARGIN_M = 0.06
#: The same where no way leads otherwise, as much as the gate keeps: it came through a gap once, say, that
#: the map has a cell narrower now.
TIGHT_MARGIN_M = 0.04
#: The same within so much of where it stands, where that finds no way either: it came in there.
LEAVING_MARGIN_M, _LEAVING_M = 0.0, 0.7
#: A goal that is a little too near to something is taken for the nearest free place.
_NEAR_GOAL_M, _NEAR_START_M = 0.25, 0.5
#: Who goes about so near to a goal that is not free may soon leave it.
_BESIDE_GOAL_M = 0.4
#: A way is planned anew at least so often, and when blocked not sooner than after the second.
_REPLAN_S, _REPLAN_BLOCKED_S = 2.0, 0.4
_WAIT_S, _BACK_M = 2.5, 0.25
#: Who came into the way so short a time ago goes about there, and is waited for before anything else is
#: tried, so long in all; while it waits for a way it plans so often.
_GOES_ABOUT_S, _PATIENCE_S, _TRY_AGAIN_S = 6.0, 45.0, 1.0
#: Coming so much nearer to the goal is getting on: everything may be tried again, from the beginning.
_GETS_ON_M = 0.5
_EVERY_M = 0.05
#: It looks around on the spot that fast, and for so long while it does not know where it is.
_LOOK_RADPS, _LOST_S = 0.7, 25.0
_LOOKS_AHEAD_POINTS = 50


class End(str, Enum):
    """How a drive ended."""

    REACHED = "reached"
    NO_WAY = "no way"
    BLOCKED = "blocked"
    LOST = "lost"


@dataclass(frozen=True)
class Recovery:
    """What was done when it did not go on: "wait", "back up", "look around"."""

    what: str
    at_s: float


#: What is tried, one after another, when it is stuck; each is followed by a new plan.
RECOVERIES = ("wait", "back up", "wait", "look around", "back up", "wait")


class Navigator:
    """A base on one map. Not safe to share between threads.

    driver: gated. grid: what it plans on; what is not known to be free there is not driven on.
    keep_out: bool [rows, columns] of it, where it shall not go though nothing is met there (under
    tables). search: how ways are found.
    """

    def __init__(
        self,
        driver: BaseDriver,
        spec: BaseSpec,
        grid: OccupancyGrid,
        locating: Locating,
        profile: BaseProfile,
        keep_out: NDArray[np.bool_] | None = None,
        search: Search = a_star,
    ) -> None:
        self.grid, self.locating = grid, locating
        self.live = LiveObstacles(grid.frame, grid.occupied)
        self.rolling = Rolling(driver, spec, profile, locating, self.live)
        self._walls = grid.occupied
        self._keep_out = np.zeros(grid.frame.shape, bool) if keep_out is None else keep_out
        self._keep_clear_m: NDArray[np.float64] | None = None
        self._unknown = ~grid.free & ~grid.occupied
        self._search = search
        self._pursuit: Pursuit | None = None
        self._checked_s = -math.inf
        #: Of the last drive.
        self.recoveries: list[Recovery] = []
        self.plans = 0

    @property
    def pose(self) -> MapPose:
        """Where it believes to stand."""
        return self.locating.pose

    @property
    def way(self) -> Points:
        """What is left of the way that it goes, [N, 2]; [0, 2] when it goes none."""
        return self._pursuit.ahead if self._pursuit is not None else np.zeros((0, 2))

    def start_over(self, locating: Locating) -> None:
        """The base was put elsewhere by other means (a simulator's reset): who says where it is from
        now on. What was met on the way is forgotten."""
        self.locating = self.rolling.locating = locating
        self.rolling.last = STILL
        self.live.clear()

    def costmap(self, margin_m: float = PLAN_MARGIN_M) -> Costmap:
        """Of the map and what stands around now. margin_m: kept off things at least."""
        obstacles = (self._walls & ~self.live.gone) | self.live.occupied(self._now_s)
        obstacles |= self._keep_out
        inflation = Inflation(self.rolling.spec.radius_m + margin_m)
        return Costmap(obstacles, self.grid.frame, inflation, self._unknown)

    @property
    def _now_s(self) -> float:
        return self.rolling.driver.now_s

    def free_ahead_m(self, way_m: float) -> float:
        """How much of a straight way (back where negative) keeps the body off where it shall not go."""
        frame = self.grid.frame
        if not self._keep_out.any():
            return way_m
        if self._keep_clear_m is None:
            self._keep_clear_m = clearance_m(self._keep_out, frame.resolution_m)
        clear, radius_m = self._keep_clear_m, self.rolling.spec.radius_m
        steps = np.arange(0.0, abs(way_m) + frame.resolution_m, frame.resolution_m)
        along = np.minimum(steps, abs(way_m)) * math.copysign(1.0, way_m)
        pose = self.pose
        heading = np.array([math.cos(pose.yaw_rad), math.sin(pose.yaw_rad)])
        cells = frame.cells(np.array([pose.x_m, pose.y_m]) + along[:, None] * heading)
        inside = frame.holds(cells)
        rows, columns = np.clip(cells, 0, np.array(frame.shape) - 1).T
        room = np.where(inside, clear[rows, columns], np.inf)
        # Away from where it is too near already it may go.
        worse = (room < radius_m) & (room < room[0] - frame.resolution_m / 2)
        return float(along[max(int(worse.argmax()) - 1, 0)]) if worse.any() else way_m

    def plan(self, goal: MapPose) -> Points:
        """A way from where it stands to a goal, corners [N, 2] in the map's frame; a tight one where
        there is no other, and out of where it stands through what is as wide as it is. NoWayError."""
        for costmap in (self.costmap, self._tight, self._leaving):
            try:
                return self._way(costmap(), goal)
            except NoWayError as exc:
                none = exc
        raise none

    def _tight(self) -> Costmap:
        return self.costmap(TIGHT_MARGIN_M)

    def _leaving(self) -> Costmap:
        """Tight, and without any margin to the map's walls around where it stands: what it drove in
        through, it drives out through, though the map has them a cell thicker now. What stands there
        beside them is kept off as ever."""
        tight, near = self._tight(), self.costmap(LEAVING_MARGIN_M)
        frame, pose = self.grid.frame, self.pose
        keeps_off = Inflation(self.rolling.spec.radius_m + TIGHT_MARGIN_M)
        met = Costmap(self.live.occupied(self._now_s), frame, keeps_off)
        near.costs[np.isinf(met.costs)] = np.inf
        row, column = frame.cell(pose.x_m, pose.y_m)
        rows, columns = np.indices(frame.shape)
        around = np.hypot(rows - row, columns - column) * frame.resolution_m <= _LEAVING_M
        tight.costs[around] = near.costs[around]
        return tight

    def _way(self, costmap: Costmap, goal: MapPose) -> Points:
        frame, pose = self.grid.frame, self.pose
        start = costmap.nearest_free(pose.x_m, pose.y_m, _NEAR_START_M)
        end = costmap.nearest_free(goal.x_m, goal.y_m, _NEAR_GOAL_M)
        if start is None:
            raise NoWayError("expected free floor where it stands, got none")
        if end is None:
            raise NoWayError(f"expected free floor at {goal}, got none")
        self.plans += 1
        route = self._search(costmap.costs, start, end)
        points = frame.centres(np.array(pulled(costmap.costs, route.cells)))
        if costmap.is_free(goal.x_m, goal.y_m):
            points[-1] = goal.x_m, goal.y_m
        if len(points) > 1 and costmap.is_free(pose.x_m, pose.y_m):
            points[0] = pose.x_m, pose.y_m
        return points

    def go_to(
        self,
        goal: MapPose,
        any_yaw: bool = False,
        tolerance: Tolerance | None = None,
        speed: float = 1.0,
    ) -> Periods[End]:
        """Drive to a goal, round what stands in the way. speed: a share of the profile's.

        Raises what the driver raises; the base then stands, or brakes by itself.
        """
        self.recoveries, self.plans, self._pursuit = [], 0, None
        yaw = None if any_yaw else goal.yaw_rad
        tries, nearest_m, waited_s = 0, math.inf, 0.0
        try:
            yield from self.rolling.stand()
            while True:
                if self.locating.is_lost and not (yield from self._find_itself()):
                    return End.LOST
                ended = yield from self._along(goal, yaw, tolerance, speed)
                if ended is End.REACHED:
                    return ended
                if ended is End.LOST:
                    continue
                waits_for = None
                if ended is End.NO_WAY:
                    waits_for = self._way_of_walls(goal)
                    if waits_for is None:
                        return ended
                left_m = _length_m(self.way if waits_for is None else waits_for)
                if left_m < nearest_m - _GETS_ON_M:
                    tries, nearest_m, waited_s = 0, left_m, 0.0
                began_s = self._now_s
                if waits_for is not None and waited_s < _PATIENCE_S and self._is_on(waits_for):
                    yield from self._recover("wait", goal, waits_for, _PATIENCE_S - waited_s)
                    waited_s += self._now_s - began_s
                    continue
                if tries == len(RECOVERIES):
                    return End.BLOCKED
                yield from self._recover(RECOVERIES[tries], goal, waits_for)
                tries += 1
        finally:
            self._pursuit = None

    def _along(
        self, goal: MapPose, yaw_rad: float | None, tolerance: Tolerance | None, speed: float
    ) -> Periods[End]:
        """Plan and go until it is there, or something is wrong."""
        rolling = self.rolling
        pursuit: Pursuit | None = None
        planned_s, rolling.still_s = -math.inf, 0.0
        patient_until_s: float | None = None
        while True:
            old_s = self._now_s - planned_s
            blocked = old_s > _REPLAN_BLOCKED_S and pursuit and self._is_blocked(pursuit)
            if pursuit is None or blocked or (old_s > _REPLAN_S and not pursuit.is_at_end):
                try:
                    points = self.plan(goal)
                except NoWayError as exc:
                    _log.info("no way now: %s", exc)
                    yield from rolling.stand()
                    return End.NO_WAY
                planned_s = self._now_s
                pursuit = Pursuit(rolling.spec, rolling.profile, points, yaw_rad, tolerance)
                self._pursuit = pursuit
            period_s = rolling.driver.control_period_s
            wanted = pursuit.command(self.pose, rolling.last, rolling.beside_m, period_s, speed)
            if pursuit.is_done:
                yield from rolling.stand()
                if patient_until_s is None:
                    patient_until_s = self._now_s + _PATIENCE_S
                if (yield from self._may_come_nearer(goal, pursuit.points[-1], patient_until_s)):
                    pursuit = None
                    continue
                return End.REACHED
            yield from rolling.period(wanted)
            if self.locating.is_lost:
                yield from rolling.stand()
                return End.LOST
            if rolling.still_s > STUCK_S:
                return End.BLOCKED

    def _may_come_nearer(self, goal: MapPose, end: Points, until_s: float) -> Periods[bool]:
        """At the end of a way, which is beside the goal where that was not free: whether it is now.
        Who goes about there is waited for until then."""
        if math.dist(end, (goal.x_m, goal.y_m)) < self.grid.frame.resolution_m:
            return False
        at = np.array([[goal.x_m, goal.y_m]])
        while self._now_s < until_s:
            if self.costmap().is_free(goal.x_m, goal.y_m):
                return True
            if not self._is_on(at, _BESIDE_GOAL_M):
                return False
            for _ in range(round(_REPLAN_BLOCKED_S / self.rolling.driver.control_period_s)):
                yield from self.rolling.period(STILL)
        return False

    def _is_blocked(self, pursuit: Pursuit) -> bool:
        """Whether something stands on the next metres of the way that was not there when it was
        planned; looked at once a scan."""
        if self._checked_s == self.rolling.scan_s:
            return False
        self._checked_s = self.rolling.scan_s
        ahead = pursuit.ahead[:_LOOKS_AHEAD_POINTS]
        keep_m = self.rolling.spec.radius_m + PLAN_MARGIN_M / 2
        return self.live.is_near(ahead, keep_m, self._now_s)

    def _way_of_walls(self, goal: MapPose) -> Points | None:
        """The way but for what stands around now, which is forgotten; None where there is none either."""
        self.live.clear()
        try:
            return even(self.plan(goal), _EVERY_M)
        except NoWayError:
            return None

    def _is_on(self, way: Points, beside_m: float = PLAN_MARGIN_M) -> bool:
        """Whether somebody goes about there, [N, 2], or so near beside the body."""
        near_m = self.rolling.spec.radius_m + beside_m
        return self.live.came_near(way, near_m, self._now_s - _GOES_ABOUT_S)

    def _recover(
        self, what: str, goal: MapPose, waits_for: Points | None, patience_s: float = 0.0
    ) -> Periods[None]:
        """waits_for: the way by the map, where there is none round what stands around now; patience_s:
        so long is waited for who goes about on it."""
        rolling = self.rolling
        self.recoveries.append(Recovery(what, self._now_s))
        _log.info("recovery: %s", what)
        yield from rolling.stand()
        if what == "wait" and waits_for is not None:
            yield from self._wait_for_way(goal, waits_for, patience_s)
        elif what == "wait":
            for _ in range(round(_WAIT_S / rolling.driver.control_period_s)):
                yield from rolling.period(STILL)
        elif what == "back up":
            yield from rolling.straight(-_BACK_M)
        else:
            yield from rolling.turn(2 * math.pi, _LOOK_RADPS)
            self.live.clear()

    def _wait_for_way(self, goal: MapPose, by_map: Points, patience_s: float) -> Periods[None]:
        """Stand until there is a way again, for longer where somebody goes about on the one by the map:
        who walks to and fro there leaves it open for moments."""
        began_s = tried_s = self._now_s
        while True:
            yield from self.rolling.period(STILL)
            now_s = self._now_s
            if now_s - tried_s < _TRY_AGAIN_S:
                continue
            tried_s = now_s
            try:
                self.plan(goal)
                return
            except NoWayError:
                pass
            if now_s - began_s > (max(patience_s, _WAIT_S) if self._is_on(by_map) else _WAIT_S):
                return

    def _find_itself(self) -> Periods[bool]:
        """Turn on the spot until the scans say where it is; whether they did."""
        self.recoveries.append(Recovery("look around", self._now_s))
        until_s = self._now_s + _LOST_S
        while self.locating.is_lost and self._now_s < until_s:
            yield from self.rolling.period(Velocity(0.0, _LOOK_RADPS))
        yield from self.rolling.stand()
        self.live.clear()
        return not self.locating.is_lost


def _length_m(points: Points) -> float:
    return float(np.hypot(*np.diff(points, axis=0).T).sum()) if len(points) > 1 else 0.0
