"""Two bases that come towards each other in a corridor for one, again and again.

    python -m benchmarks.corridor                    # 20 meetings with claims on the way
    python -m benchmarks.corridor --without          # the same, each as if it were alone

Knows: a flat of two rooms and the corridor between them, two places for each base, the judge (distances and contacts of
the simulator). Does not know: how bases keep apart (llmagentos.navigation.sharing).

In each meeting both set out at the same time, from opposite ends; each one's wheels are 5 % wrong.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections.abc import Generator
from dataclasses import asdict, dataclass
from pathlib import Path

from llmagentos.fleet.space.reservations import Reservations
from llmagentos.navigation.localization import Localization
from llmagentos.navigation.navigator import End, Navigator
from llmagentos.navigation.sharing import SharedWays
from llmagentos.ports.driving import STILL
from llmagentos.safety.base_gate import BaseGate
from llmagentos.safety.gated_base import GatedBase
from llmagentos.types import MapPose
from sim.flats.bases import Bases
from sim.flats.flat import planned_map
from sim.flats.spec import FlatSpec
from sim.flats.world import FlatWorld

#: Two rooms, and a corridor of 1 m between them: two bases of 0.44 m and their margins do not pass in it.
FLAT = {
    "start": [1.0, 0.8, 0.0],
    "rooms": [
        {"name": "west", "x": [0, 2.6], "y": [0, 3.4]},
        {"name": "corridor", "x": [2.6, 5.6], "y": [1.2, 2.2]},
        {"name": "east", "x": [5.6, 8.2], "y": [0, 3.4]},
    ],
    "doors": [{"at": [2.6, 1.7], "width": 0.9}, {"at": [5.6, 1.7], "width": 0.9}],
}
#: Each base's own places, in the west and in the east, out of the way through the doors.
PLACES = {
    "ann": (MapPose(1.0, 0.7, 0.0), MapPose(7.2, 0.7, 0.0)),
    "bob": (MapPose(1.0, 2.7, 0.0), MapPose(7.2, 2.7, 0.0)),
}
#: A meeting that takes longer than this, simulated seconds, is one in which somebody waits for ever.
LIMIT_S = 120.0


@dataclass(frozen=True)
class Meeting:
    """One. took_s: until both were there, simulated; gap_m: the nearest they came; waited_s: both together; late:
    windows that could not be put off; ends: how each drive ended; touched: what was touched."""

    number: int
    claims: bool
    took_s: float
    gap_m: float
    waited_s: float
    late: int
    ends: tuple[str, ...]
    touched: tuple[str, ...]


class Corridor:
    """The world, and both bases in it. claims: without, each drives as if it were alone."""

    def __init__(self, seed: int = 0, claims: bool = True) -> None:
        flat = FlatSpec.from_dict(FLAT)
        self.world = FlatWorld(flat, seed=seed, renderer="tiny")
        starts = {"ann": PLACES["ann"][0], "bob": PLACES["bob"][1]}
        self.bases = Bases(self.world, starts, seed)
        self.claims, self._room = claims, Reservations(0.02)
        self._navigators: dict[str, Navigator] = {}
        self._shared: dict[str, SharedWays] = {}
        for number, (name, driver) in enumerate(self.bases.drivers.items()):
            spec, grid = self.world.spec, planned_map(flat, self.world.spec.scanner.height_m)
            gated = GatedBase(driver, BaseGate(spec, "sim"))
            own = Localization(grid, starts[name], seed=10 * seed + number)
            navigator = Navigator(gated, spec, grid, own, spec.profile("sim"))
            self._navigators[name] = navigator
            self._shared[name] = SharedWays(navigator, self._room, name, PLACES[name])
        self._count = 0

    def meet(self) -> Meeting:
        """Both set out to the other end."""
        self._count += 1
        there = self._count % 2
        goals = {"ann": PLACES["ann"][there], "bob": PLACES["bob"][1 - there]}
        ends: dict[str, str] = {}
        going = {name: self._drive(name, goal, ends) for name, goal in goals.items()}
        began_s, least = self.world.now_s, 1.0
        late = sum(s.late for s in self._shared.values())
        seen = {name: len(d.contacts) for name, d in self.bases.drivers.items()}
        while len(ends) < len(going) and self.world.now_s - began_s < LIMIT_S:
            for drive in going.values():
                next(drive)
            self.bases.step()
            least = min(least, self.bases.gap_m())
        for name in set(going) - set(ends):
            ends[name] = "waits for ever"
            going[name].close()
        touched = {
            what for name, d in self.bases.drivers.items() for _, what in d.contacts[seen[name] :]
        }
        return Meeting(
            self._count, self.claims, round(self.world.now_s - began_s, 2), round(least, 4),
            round(sum(s.waited_s for s in self._shared.values()), 2),
            sum(s.late for s in self._shared.values()) - late,
            tuple(ends[name] for name in sorted(ends)), tuple(sorted(touched)),
        )  # fmt: skip

    def _drive(self, name: str, goal: MapPose, ends: dict[str, str]) -> Generator[None, None, None]:
        """One drive; then it stands, period by period."""
        navigator = self._navigators[name]
        drive = self._shared[name].go_to(goal) if self.claims else navigator.go_to(goal)
        ended = yield from drive
        ends[name] = ended.value
        while True:
            yield from navigator.rolling.period(STILL)

    def close(self) -> None:
        """Give the world back."""
        self.world.close()


def table(meetings: list[Meeting]) -> str:
    """Markdown."""
    lines = [
        "| ways | meetings | both there | simulated seconds, median (worst) | waited, median | nearest to each other | "
        "touched each other or a wall | windows overrun |",
        "|" + "---|" * 8,
    ]
    for claims in (True, False):
        own = [m for m in meetings if m.claims == claims]
        if not own:
            continue
        good = sum(all(e == End.REACHED.value for e in m.ends) for m in own)
        times = [m.took_s for m in own]
        lines.append(
            f"| {'claimed' if claims else 'as if alone'} | {len(own)} | {good} | {statistics.median(times):.1f} s "
            f"({max(times):.1f} s) | {statistics.median(m.waited_s for m in own):.1f} s | "
            f"{1000 * min(m.gap_m for m in own):.0f} mm | {sum(bool(m.touched) for m in own)} | "
            f"{sum(m.late for m in own)} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Print the table. Exit code 1: bases touched, or one did not arrive."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--meetings", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--without", action="store_true", help="each as if it were alone")
    parser.add_argument("--lines", type=Path, help="a file to which each meeting is added as JSON")
    args = parser.parse_args()
    corridor = Corridor(args.seed, not args.without)
    meetings = []
    try:
        for _ in range(args.meetings):
            meetings.append(corridor.meet())
            if args.lines:
                with args.lines.open("a") as file:
                    file.write(json.dumps(asdict(meetings[-1])) + "\n")
    finally:
        corridor.close()
    print(table(meetings))
    if any(m.touched or set(m.ends) != {End.REACHED.value} for m in meetings):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
