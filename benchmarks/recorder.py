"""What the flight recorder costs: the same commands with and without it, paired in one run.

    python -m benchmarks.recorder --commands 24 --repeats 3

Knows: how to time commands in pairs, in turns, and to tell the ratio with its interval. Does not
know: how anything is recorded.

Each pair is one random scene and command, carried out by one agent, recorded with the defaults and
with the recorder muted, in turns, several times each; which goes first alternates. Times are from the
text to the result, by the wall and in processor time of the control thread. What else the machine does
only adds to them, to the wall's most, so beside the sums of all runs stand those of each way's quickest
run. That leaves out the pictures that a simulated camera takes while the arm moves, where they come in
some of the runs only: at most `Settings.share` of the time.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.tasks import SKILLS, Task, random_task
from llmagentos.agent import Agent
from llmagentos.command import CommandResult
from llmagentos.recorder import FlightRecorder, Settings
from llmagentos.recorder.reading import Note, read
from llmagentos.robots import load

_RESAMPLES = 4000


@dataclass(frozen=True)
class Pair:
    """One command both ways, without and with: seconds of each run, by the wall and of the control
    thread."""

    command: str
    wall_s: tuple[list[float], list[float]]
    thread_s: tuple[list[float], list[float]]
    same: bool


def timed(agent: Agent, task: Task, seed: int) -> tuple[CommandResult, float, float]:
    """The result, and seconds by the wall and of this thread."""
    agent.reset(task.scene, seed)
    wall, thread = time.perf_counter(), time.thread_time()
    result = agent.command(task.command)
    return result, time.perf_counter() - wall, time.thread_time() - thread


def pair(
    agent: Agent, flight: FlightRecorder, task: Task, seed: int, first: bool, repeats: int = 1
) -> Pair:
    """Both ways, in turns, so often each. first: with the recorder first."""
    found: dict[bool, list[tuple[CommandResult, float, float]]] = {True: [], False: []}
    for _ in range(repeats):
        for muted in (False, True) if first else (True, False):
            flight.muted = muted
            found[muted].append(timed(agent, task, seed))
    ways = {(r.status, r.plan_text) for runs in found.values() for r, _, _ in runs}
    wall = [w for _, w, _ in found[True]], [w for _, w, _ in found[False]]
    thread = [t for _, _, t in found[True]], [t for _, _, t in found[False]]
    return Pair(task.command, wall, thread, len(ways) == 1)


def ratio(pairs: list[tuple[float, float]]) -> tuple[float, float, float]:
    """All seconds with over all seconds without, and its 95 % interval over resampled pairs."""
    data = np.array(pairs)
    rng = np.random.default_rng(0)
    drawn = rng.integers(0, len(data), (_RESAMPLES, len(data)))
    sums = data[drawn].sum(axis=1)
    low, high = np.percentile(sums[:, 1] / sums[:, 0], (2.5, 97.5))
    total = data.sum(axis=0)
    return float(total[1] / total[0]), float(low), float(high)


def table(pairs: list[Pair]) -> Table:
    """Ratios with intervals; medians beside."""
    out = Table("time", "runs", "without", "with", "ratio", "95 %")
    for name, times in (
        ("control thread", [p.thread_s for p in pairs]),
        ("wall", [p.wall_s for p in pairs]),
    ):
        for runs, of in (("all", statistics.fmean), ("quickest", min)):
            each = [(of(without), of(with_)) for without, with_ in times]
            whole, low, high = ratio(each)
            middle = [statistics.median(pair[k] for pair in each) for k in (0, 1)]
            out.add_row(
                name,
                runs,
                f"{middle[0]:.3f} s",
                f"{middle[1]:.3f} s",
                f"{whole:.3f}",
                f"{low:.3f} to {high:.3f}",
            )
    return out


def main() -> None:
    """Entry point of `python -m benchmarks.recorder`."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--commands", type=int, default=24)
    parser.add_argument("--repeats", type=int, default=3, help="runs of each command, each way")
    parser.add_argument("--seed", type=int, default=20261130)
    parser.add_argument("--robot", default="panda")
    options = parser.parse_args()
    console = Console()
    with tempfile.TemporaryDirectory() as folder:
        flight = FlightRecorder(Settings(folder=folder), load(options.robot))
        with Agent.in_simulation(robot=options.robot, words=False, flight=flight) as agent:
            pairs = []
            for k in track(range(-1, options.commands), "pairs", console=console):
                seed = options.seed + k
                rng = np.random.default_rng(seed)
                task = random_task(SKILLS[k % len(SKILLS)], rng, options.robot)
                found = pair(agent, flight, task, seed, first=bool(k % 2), repeats=options.repeats)
                if k >= 0:  # the first warms both up
                    pairs.append(found)
        sizes = [path.stat().st_size for path in flight.files]
        dropped = sum(sum(n.value["dropped"].values()) for p in flight.files for n in last(p))
    console.print(table(pairs))
    megabytes = sum(sizes) / len(sizes) / 1e6
    other = sum(not p.same for p in pairs)
    console.print(
        f"load {os.getloadavg()[1]:.1f} on {os.cpu_count()} cores; {len(pairs)} commands, "
        f"{options.repeats} runs each way, {other} went another way; {megabytes:.2f} MB a flight, "
        f"{dropped} messages left out",
        highlight=False,
    )


def last(path: Path) -> list[Note]:
    """A flight's last word of its recorder."""
    return read(path).on("/llmagentos/recorder")[-1:]


if __name__ == "__main__":
    main()
