"""What the flight recorder costs: the same commands with and without it, paired in one run.

    python -m benchmarks.recorder --commands 20

Knows: how to time commands in pairs, in turns, and to tell the ratio with its interval. Does not
know: how anything is recorded.

Each pair is one random scene and command, carried out twice by one agent, recorded with the defaults
and with the recorder muted; which goes first alternates. Times are from the text to the result, by the
wall and in processor time of the control thread: on a busy machine the wall's scatter widely, the
thread's do not.
"""

from __future__ import annotations

import argparse
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
    """One command both ways: seconds by the wall and of the control thread, without and with."""

    command: str
    wall_s: tuple[float, float]
    thread_s: tuple[float, float]
    same: bool


def timed(agent: Agent, task: Task, seed: int) -> tuple[CommandResult, float, float]:
    """The result, and seconds by the wall and of this thread."""
    agent.reset(task.scene, seed)
    wall, thread = time.perf_counter(), time.thread_time()
    result = agent.command(task.command)
    return result, time.perf_counter() - wall, time.thread_time() - thread


def pair(agent: Agent, flight: FlightRecorder, task: Task, seed: int, first: bool) -> Pair:
    """Both ways, in turns. first: with the recorder first."""
    found = {}
    for muted in (False, True) if first else (True, False):
        flight.muted = muted
        found[muted] = timed(agent, task, seed)
    a, b = found[True], found[False]
    same = a[0].status == b[0].status and a[0].plan_text == b[0].plan_text
    return Pair(task.command, (a[1], b[1]), (a[2], b[2]), same)


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
    out = Table("time", "without", "with", "ratio", "95 %")
    for name, times in (
        ("control thread", [p.thread_s for p in pairs]),
        ("wall", [p.wall_s for p in pairs]),
    ):
        whole, low, high = ratio(times)
        middle = [statistics.median(t[k] for t in times) for k in (0, 1)]
        out.add_row(
            name,
            f"{middle[0]:.3f} s",
            f"{middle[1]:.3f} s",
            f"{whole:.3f}",
            f"{low:.3f} to {high:.3f}",
        )
    return out


def main() -> None:
    """Entry point of `python -m benchmarks.recorder`."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--commands", type=int, default=20)
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
                found = pair(agent, flight, task, seed, first=bool(k % 2))
                if k >= 0:  # the first warms both up
                    pairs.append(found)
        sizes = [path.stat().st_size for path in flight.files]
        dropped = sum(sum(n.value["dropped"].values()) for p in flight.files for n in last(p))
    console.print(table(pairs))
    megabytes = sum(sizes) / len(sizes) / 1e6
    other = sum(not p.same for p in pairs)
    console.print(
        f"{len(pairs)} commands, {other} went another way; {megabytes:.2f} MB a flight, "
        f"{dropped} messages left out",
        highlight=False,
    )


def last(path: Path) -> list[Note]:
    """A flight's last word of its recorder."""
    return read(path).on("/llmagentos/recorder")[-1:]


if __name__ == "__main__":
    main()
