"""Driving where the map ends until it ends nowhere.

Knows: frontiers, the borders between free and unknown floor (Yamauchi, CIRA 1997), and which one is
worth the way. Does not know: how scans become a map (slam.py), how a way is driven (navigator.py).
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import NoWayError
from llmagentos.navigation.costmap import Costmap
from llmagentos.navigation.frame import GridFrame
from llmagentos.navigation.navigator import TIGHT_MARGIN_M, End, Navigator
from llmagentos.navigation.occupancy import OccupancyGrid
from llmagentos.navigation.pursuit import Tolerance
from llmagentos.navigation.rolling import Periods
from llmagentos.navigation.search import cost_to
from llmagentos.navigation.slam import Slam
from llmagentos.ports.driving import STILL, BaseDriver
from llmagentos.robots.bases.spec import BaseProfile, BaseSpec
from llmagentos.types import MapPose

_log = logging.getLogger(__name__)

#: A border shorter than this is a gap between rays, metres.
_LEAST_M = 0.35
#: A border that it could not come nearer to is left alone around so far, metres.
_LEFT_ALONE_M = 0.5
#: Metres of way that a metre of border is worth.
_WORTH = 1.5
#: Where no border is worth a way it waits so often for so long before it believes that.
_WAITS, _WAIT_S = 2, 4.0
_NEAR_ENOUGH = Tolerance(0.3, 3.2)


@dataclass(frozen=True)
class Frontier:
    """A border: the free cell nearest to its middle, and its length."""

    cell: tuple[int, int]
    length_m: float


@dataclass(frozen=True)
class _Goal:
    pose: MapPose
    border_m: tuple[float, float]


def frontiers(grid: OccupancyGrid) -> list[Frontier]:
    """All borders between free and unknown floor that are long enough, in no order."""
    free = grid.free.astype(np.uint8)
    unknown = (~grid.free & ~grid.occupied).astype(np.uint8)
    beside = np.asarray(cv2.dilate(unknown, np.ones((3, 3), np.uint8)), np.uint8)
    border = free & beside
    count, labels, stats, middles = cv2.connectedComponentsWithStats(border, connectivity=8)
    found = []
    for label in range(1, count):
        length_m = float(max(stats[label, cv2.CC_STAT_WIDTH], stats[label, cv2.CC_STAT_HEIGHT]))
        length_m *= grid.frame.resolution_m
        if length_m < _LEAST_M:
            continue
        cells = np.argwhere(labels == label)
        middle = middles[label][::-1]
        nearest = cells[int(np.hypot(*(cells - middle).T).argmin())]
        found.append(Frontier((int(nearest[0]), int(nearest[1])), length_m))
    return found


class Exploring:
    """One robot that makes a map. driver: gated. keep_out: of the map's frame, which grows, bool [rows,
    columns]: cells where it shall not go though the scanner meets nothing there (FloorPlan.keep_out)."""

    def __init__(
        self,
        driver: BaseDriver,
        spec: BaseSpec,
        profile: BaseProfile,
        start: MapPose | None = None,
        most_s: float = 1200.0,
        keep_out: Callable[[GridFrame], NDArray[np.bool_]] | None = None,
    ) -> None:
        self.slam = Slam(start)
        self._keep_out = keep_out
        self._driver, self._spec, self._profile = driver, spec, profile
        self._most_s = most_s
        self._navigator: Navigator | None = None
        #: Borders that it could not come nearer to: of late, and at all (each may be tried twice).
        self._left: list[tuple[float, float]] = []
        self._tried: list[tuple[float, float]] = []
        #: Whether nothing was left to be seen when it ended.
        self.is_complete = False

    def run(self) -> Periods[OccupancyGrid]:
        """Explore until no border is left that it can come near to; the map, without those who came while it
        was made (`OccupancyGrid.come_since`). It ends where it began."""
        until_s = self._driver.now_s + self._most_s
        start = self.slam.pose
        navigator = self._anew()
        yield from navigator.rolling.turn(2 * np.pi)
        waits = 0
        while self._driver.now_s < until_s:
            navigator = self._anew()
            goal = self._next(navigator)
            if goal is not None:
                if (yield from self._near(navigator, goal)):
                    waits = 0
                continue
            if waits == _WAITS:
                self.is_complete = True
                break
            # Somebody may stand in the only door, or have stood before what was left alone.
            waits += 1
            self._left = [spot for spot in self._left if self._tried.count(spot) > 1]
            for _ in range(round(_WAIT_S / self._driver.control_period_s)):
                yield from navigator.rolling.period(STILL)
            yield from navigator.rolling.turn(2 * np.pi)
        yield from self._anew().go_to(start)
        return self.slam.grid.without_come()

    def _anew(self) -> Navigator:
        """A navigator on the map as it is now."""
        grid = self.slam.grid.without_come()
        navigator = Navigator(
            self._driver, self._spec, grid, self.slam, self._profile,
            keep_out=None if self._keep_out is None else self._keep_out(grid.frame),
        )  # fmt: skip
        if self._navigator is not None:
            navigator.rolling.last = self._navigator.rolling.last
        self._navigator = navigator
        return navigator

    def _next(self, navigator: Navigator) -> _Goal | None:
        """The border that is worth its way the most; None where there is none. Tight ways are taken where
        no others lead to any, as drives do (`Navigator.plan`)."""
        return self._best(navigator.costmap(), navigator.pose) or self._best(
            navigator.costmap(TIGHT_MARGIN_M), navigator.pose
        )

    def _best(self, costmap: Costmap, pose: MapPose) -> _Goal | None:
        grid = self.slam.grid
        start = costmap.nearest_free(pose.x_m, pose.y_m, 0.5)
        if start is None:
            return None
        try:
            away = cost_to(costmap.costs, start)
        except NoWayError:
            return None
        best: tuple[float, _Goal] | None = None
        for frontier in frontiers(grid):
            x, y = map(float, grid.frame.centres(np.array([frontier.cell]))[0])
            if any(math.dist(spot, (x, y)) < _LEFT_ALONE_M for spot in self._left):
                continue
            cell = costmap.nearest_free(x, y, 0.6)
            if cell is None or not np.isfinite(away[cell]):
                continue
            score = away[cell] * grid.frame.resolution_m - _WORTH * frontier.length_m
            if best is None or score < best[0]:
                gx, gy = map(float, grid.frame.centres(np.array([cell]))[0])
                pose_there = MapPose(gx, gy, float(np.arctan2(y - gy, x - gx)))
                best = score, _Goal(pose_there, (x, y))
        return None if best is None else best[1]

    def _near(self, navigator: Navigator, goal: _Goal) -> Periods[bool]:
        """Drive towards a border, until it is seen through or cannot be come nearer to; whether the map
        has grown by it."""
        scans = self.slam.scans
        drive = navigator.go_to(goal.pose, any_yaw=True, tolerance=_NEAR_ENOUGH)
        while True:
            try:
                next(drive)
            except StopIteration as ended:
                if ended.value is End.REACHED and self._is_still_there(goal):
                    yield from navigator.rolling.turn(2 * np.pi)
                if ended.value is End.REACHED and not self._is_still_there(goal):
                    return True
                spot = next(
                    (s for s in self._tried if math.dist(s, goal.border_m) < _LEFT_ALONE_M),
                    goal.border_m,
                )
                self._left.append(spot)
                self._tried.append(spot)
                return False
            yield
            if self.slam.scans >= scans + 4:
                scans = self.slam.scans
                grown = self.slam.grid.frame is not navigator.grid.frame
                if grown or not self._is_still_there(goal):
                    drive.close()
                    return True

    def _is_still_there(self, goal: _Goal) -> bool:
        grid = self.slam.grid
        spots = [grid.frame.centres(np.array([f.cell]))[0] for f in frontiers(grid)]
        return any(math.dist(spot, goal.border_m) < _LEFT_ALONE_M for spot in spots)
