"""Drives in flats that nobody drew: `python -m benchmarks.navigation`.

Knows: generated flats, goals by chance, what counts as a success, tables. Does not know: how a base
finds its way, how flats are made.

Each flat is explored first, with wheels that are 5 % wrong and people who walk about; then goals are
driven to on the map that came of it. The simulator's truth judges: a goal counts where the base says
that it is there, is within 0.25 m of it, and touched nothing on the way. Goals are drawn from all floor
that the base's middle can reach with 10 cm to spare. Of a flat's plan the base is told where furniture
stands, under which it shall not go (its mast is higher than tables). Seeds begin at 1,000,050: development
used those below 1,000, and 1,000,000 to 1,000,045 told what to mend.

--localization compares what says where it is, on the same recorded drives; --planning the searches
beside networkx and scikit-image (extras dev, bench) in one run.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from benchmarks import navigation_parts
from llmagentos.errors import NoWayError
from llmagentos.navigation.any_angle import pulled
from llmagentos.navigation.clearance import clearance_m
from llmagentos.navigation.exploring import Exploring
from llmagentos.navigation.frame import GridFrame
from llmagentos.navigation.localization import Localization
from llmagentos.navigation.navigator import End, Navigator
from llmagentos.navigation.occupancy import OccupancyGrid
from llmagentos.navigation.rolling import Periods
from llmagentos.navigation.search import a_star
from llmagentos.safety.base_gate import BaseGate
from llmagentos.safety.gated_base import GatedBase
from llmagentos.types import MapPose
from sim.flats.generated import Recipe, random_flat
from sim.flats.spec import FlatSpec
from sim.flats.world import FlatWorld

FIRST_SEED = 1_000_050
_THERE_M, _SPARE_M, _MOST_S = 0.25, 0.10, 240.0


@dataclass(frozen=True)
class Explored:
    """One map. complete: nothing was left to be seen; free_share: of the floor that can be reached, how
    much is free on it; wall_error: share of its occupied cells farther than 10 cm from anything;
    error_m: the largest error of the pose while it was made."""

    seed: int
    seconds: float
    way_m: float
    complete: bool
    free_share: float
    wall_error: float
    error_m: float
    contacts: int


@dataclass(frozen=True)
class Driven:
    """One goal. best_m: the shortest way for the body; least_m: nearest it came to anything."""

    seed: int
    goal: tuple[float, float, float]
    end: str
    off_m: float
    way_m: float
    best_m: float
    seconds: float
    least_m: float
    contacts: int
    recoveries: int
    cpu_s: float
    error_m: float

    @property
    def succeeded(self) -> bool:
        """Whether it is there, says so, and touched nothing."""
        return self.end == End.REACHED.value and self.off_m <= _THERE_M and not self.contacts


class Flat:
    """One flat's world, base and truth."""

    def __init__(self, flat: FlatSpec, seed: int) -> None:
        self.flat, self.seed = flat, seed
        self.world = FlatWorld(flat, seed=seed, renderer="tiny")
        self.spec = self.world.spec
        self.driver = GatedBase(self.world, BaseGate(self.spec, "sim"))
        self.walls, self.frame = flat.occupied(below_m=self.spec.height_m)
        self.walls |= flat.keep_out(self.frame)
        away = clearance_m(self.walls, self.frame.resolution_m)
        self.free = _joined(away > self.spec.radius_m + _SPARE_M, self.frame.cell(*flat.start[:2]))
        self._costs = np.where(away >= self.spec.radius_m, 1.0, np.inf)

    def best_m(self, goal: MapPose) -> float:
        """The shortest way for the body from where it is."""
        at = self.world.truth
        ends = self.frame.cell(at.x_m, at.y_m), self.frame.cell(goal.x_m, goal.y_m)
        try:
            cells = pulled(self._costs, a_star(self._costs, *ends).cells)
        except NoWayError:
            return math.nan
        return _length(self.frame.centres(np.array(cells)))

    def goals(self, count: int) -> list[MapPose]:
        """Places by chance."""
        rng = np.random.default_rng([self.seed, 0x60A1])
        cells = np.argwhere(self.free)
        spots = self.frame.centres(cells[rng.integers(len(cells), size=count)])
        return [MapPose(float(x), float(y), float(rng.uniform(-3.1, 3.1))) for x, y in spots]

    def play(self, drive: Periods[Any], believed: Any, most_s: float) -> dict[str, Any]:
        """Let a drive go on to its end; what the truth says of it."""
        world = self.world
        started, cpu = world.now_s, time.process_time()
        contacts = len(world.contacts)
        least, error, places, value = 1.0, 0.0, [], None
        for period in range(int(most_s / world.control_period_s)):
            try:
                next(drive)
            except StopIteration as ended:
                value = ended.value
                break
            truth = world.truth
            places.append((truth.x_m, truth.y_m))
            error = max(error, truth.distance_m(believed.pose))
            if period % 4 == 0:
                least = min(least, world.gap_m())
        drive.close()
        return {
            "value": value, "seconds": round(world.now_s - started, 2), "least_m": round(least, 3),
            "way_m": round(_length(np.array(places).reshape(-1, 2)), 2),
            "contacts": len(world.contacts) - contacts, "error_m": round(error, 3),
            "cpu_s": round(time.process_time() - cpu, 2),
        }  # fmt: skip

    def explore(self) -> tuple[Explored, OccupancyGrid, MapPose]:
        """Make a map; where it believes to stand on it then."""
        profile = self.spec.profile("sim")
        exploring = Exploring(
            self.driver, self.spec, profile, MapPose(*self.flat.start), 700.0, self.flat.keep_out
        )
        seen = self.play(exploring.run(), exploring.slam, 900.0)
        grid = seen["value"] or exploring.slam.grid.without_come()
        cells = np.argwhere(self.free)
        free = _sampled(grid.free, grid.frame, self.frame.centres(cells))
        met = grid.frame.centres(np.argwhere(grid.occupied))
        scanned, at = self.flat.occupied(at_m=self.spec.scanner.height_m)
        far = _sampled(clearance_m(scanned, at.resolution_m) > 0.10, at, met)
        row = Explored(
            self.seed, seen["seconds"], seen["way_m"], exploring.is_complete,
            round(float(free.mean()), 4), round(float(far.mean()), 4), seen["error_m"],
            seen["contacts"],
        )  # fmt: skip
        return row, grid, exploring.slam.pose

    def drive(self, navigator: Navigator, goal: MapPose) -> Driven:
        """To one goal."""
        best = self.best_m(goal)
        seen = self.play(navigator.go_to(goal), navigator, _MOST_S)
        end = seen.pop("value")
        off = round(self.world.truth.distance_m(goal), 3)
        return Driven(
            seed=self.seed, goal=(goal.x_m, goal.y_m, goal.yaw_rad),
            end=end.value if end else "time is up", off_m=off, best_m=round(best, 2),
            recoveries=len(navigator.recoveries), **seen,
        )  # fmt: skip


def runs(flats: int, goals: int, people: int, first: int) -> Iterator[Explored | Driven]:
    """Every map and every drive, one flat after another; flats whose dock stands where there is no
    room for the base have no goal that can be reached, and are passed over."""
    made, seed = 0, first - 1
    while made < flats:
        seed += 1
        flat = Flat(random_flat(seed, Recipe(people=people)), seed)
        if not flat.free.any():
            print(f"flat {seed} is passed over: no room at its dock", file=sys.stderr)
            flat.world.close()
            continue
        made += 1
        explored, grid, pose = flat.explore()
        yield explored
        locating = Localization(grid, pose, seed=seed)
        navigator = Navigator(
            flat.driver, flat.spec, grid, locating, flat.spec.profile("sim"),
            keep_out=flat.flat.keep_out(grid.frame),
        )  # fmt: skip
        for goal in flat.goals(goals):
            yield flat.drive(navigator, goal)
        flat.world.close()


def _joined(free: NDArray[np.bool_], cell: tuple[int, int]) -> NDArray[np.bool_]:
    _, labels = cv2.connectedComponents(free.astype(np.uint8), connectivity=4)
    joined: NDArray[np.bool_] = labels == labels[cell]
    return joined if labels[cell] else free & False


def _sampled(
    values: NDArray[np.bool_], frame: GridFrame, points: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """At places; False outside."""
    cells = frame.cells(points)
    inside = frame.holds(cells)
    found = np.zeros(len(points), dtype=bool)
    found[inside] = values[tuple(cells[inside].T)]
    return found


def _length(points: NDArray[np.float64]) -> float:
    return float(np.hypot(*np.diff(points, axis=0).T).sum()) if len(points) > 1 else 0.0


def summary(maps: list[Explored], drives: list[Driven]) -> list[Table]:
    """The tables of a run."""
    made = Table(title=f"{len(maps)} maps, made by exploring")
    for name in (
        "complete",
        "floor found free",
        "walls off by > 10 cm",
        "pose error, largest",
        "s",
    ):
        made.add_column(name, justify="right")
    made.add_row(
        f"{sum(m.complete for m in maps)} of {len(maps)}",
        f"{np.mean([m.free_share for m in maps]):.1%}",
        f"{np.mean([m.wall_error for m in maps]):.2%}",
        f"{np.median([m.error_m for m in maps]):.2f} m (worst {max(m.error_m for m in maps):.2f})",
        f"{np.median([m.seconds for m in maps]):.0f}",
    )
    good = [d for d in drives if d.succeeded]
    table = Table(title=f"{len(drives)} goals in them")
    for name in ("figure", "value"):
        table.add_column(name)
    ratios = [d.way_m / d.best_m for d in good if d.best_m > 1.0]
    least, off = [d.least_m for d in drives], [d.off_m for d in good]
    contacts = sum(d.contacts for d in drives) + sum(m.contacts for m in maps)
    seconds = sum(d.seconds for d in drives)
    rows = {
        "there, without contact": f"{len(good)} of {len(drives)}, {len(good) / len(drives):.1%}",
        "periods with contact, drives and maps": str(contacts),
        "way against the shortest, median (90 %)": (
            f"{np.median(ratios):.3f} ({np.quantile(ratios, 0.9):.3f})"
        ),
        "nearest to anything, median (least)": f"{np.median(least):.2f} m ({min(least):.3f} m)",
        "off the goal, median (95 %)": f"{np.median(off):.3f} m ({np.quantile(off, 0.95):.3f} m)",
        "seconds, median": f"{np.median([d.seconds for d in good]):.1f}",
        "speed on the way, mean": f"{sum(d.way_m for d in drives) / seconds:.2f} m/s",
        "drives with a recovery": str(sum(d.recoveries > 0 for d in drives)),
        "processor per simulated second": f"{sum(d.cpu_s for d in drives) / seconds:.3f}",
    }
    for figure, value in rows.items():
        table.add_row(figure, value)
    return [made, table]


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--flats", type=int, default=6)
    parser.add_argument("--goals", type=int, default=35, help="in each flat")
    parser.add_argument("--people", type=int, default=2, help="in each flat, at most")
    parser.add_argument("--seed", type=int, default=FIRST_SEED)
    parser.add_argument("--out", type=Path, help="JSON lines of every map and drive")
    parser.add_argument("--localization", action="store_true")
    parser.add_argument("--planning", action="store_true")
    parser.add_argument("--table", type=Path, help="print the tables of such a file")
    options = parser.parse_args()
    console = Console(width=110)
    if options.planning:
        console.print(navigation_parts.planning())
        return
    if options.localization:
        console.print(navigation_parts.localization(min(options.flats, 4), options.seed))
        return
    maps: list[Explored] = []
    drives: list[Driven] = []
    if options.table:
        for line in options.table.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if "goal" in row:
                drives.append(Driven(**row))
            else:
                maps.append(Explored(**row))
    else:
        for result in runs(options.flats, options.goals, options.people, options.seed):
            (drives if isinstance(result, Driven) else maps).append(result)  # type: ignore[arg-type]
            if options.out:
                with options.out.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(asdict(result)) + "\n")
            if isinstance(result, Driven) and not result.succeeded:
                console.print(result)
    for table in summary(maps, drives):
        console.print(table)


if __name__ == "__main__":
    main()
