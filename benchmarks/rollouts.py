"""Episodes a second by every executor, in one run: `python -m benchmarks.rollouts`.

Knows: how episodes are timed. Does not know: how they are shared out (sim.jobs).

All play the same episodes of one task by its oracle, in turns, so that a busy machine slows all
alike; the results are compared bit for bit. Everything runs on this machine: in this process, in
processes, over Ray on one node with as many cores, and on that many nodes of one core. Workers
are warm: worlds are made before. Times are by the wall.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.table import Table

from sim.jobs import Executor, executor
from sim.jobs.over_ray import ray_module
from sim.rl.choice import EnvChoice, full_name
from sim.rl.rollouts import EpisodeJob, Oracle, play

#: Of a node, bytes.
_STORE = 100 * 2**20


@contextmanager
def cluster(nodes: int, cores: int) -> Iterator[Executor]:
    """A Ray cluster on this machine, joined. Raises MissingDependencyError."""
    os.environ.setdefault("RAY_AUTH_MODE", "disabled")  # the cluster is gone in a minute
    ray_module()
    os.environ.setdefault("RAY_worker_niceness", "0")  # as the processes; Ray's own is 15
    from ray.cluster_utils import Cluster

    node: dict[str, Any] = {"num_cpus": cores, "object_store_memory": _STORE}
    made = Cluster(initialize_head=True, head_node_args={**node, "include_dashboard": False})
    try:
        for _ in range(nodes - 1):
            made.add_node(**node)
        with executor(ray=made.address) as workers:
            yield workers
    finally:
        made.shutdown()


def times(jobs: list[EpisodeJob], by: dict[str, Executor], rounds: int) -> dict[str, list[float]]:
    """Seconds of each round by each executor. Raises AssertionError where results differ."""
    expected = None
    for workers in by.values():  # worlds are made
        play(jobs[: 2 * workers.workers], workers)
    out: dict[str, list[float]] = {name: [] for name in by}
    for _ in range(rounds):
        for name, workers in by.items():
            began = time.perf_counter()
            results = play(jobs, workers)
            out[name].append(time.perf_counter() - began)
            expected = expected or results
            assert results == expected, f"{name} played otherwise"
    return out


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--env", default="pick-and-place")
    parser.add_argument("--episodes", type=int, default=24)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    args = parser.parse_args()
    env, count = EnvChoice(full_name(args.env)), args.workers
    jobs = [EpisodeJob(env, Oracle(), seed) for seed in range(args.episodes)]
    table = Table("who", "episodes/s", "x in process", f"x {count} processes")
    with executor() as here, executor(count) as processes:
        for name, nodes in ((f"Ray, 1 node of {count}", 1), (f"Ray, {count} nodes of 1", count)):
            with cluster(nodes, count // nodes) as workers:
                by = {"in process": here, f"{count} processes": processes, name: workers}
                seconds = times(jobs, by, args.rounds)
            first, second = list(seconds.values())[:2]
            for who, taken in seconds.items():
                table.add_row(
                    who,
                    f"{args.episodes / statistics.median(taken):.2f}",
                    _ratio(first, taken),
                    _ratio(second, taken),
                )
    console = Console()
    console.print(table)
    console.print(f"{args.env}, {args.episodes} episodes, {args.rounds} rounds, the same results")


def _ratio(base: list[float], taken: list[float]) -> str:
    """How many times as fast, the median over rounds."""
    return f"{statistics.median(b / t for b, t in zip(base, taken, strict=True)):.2f}"


if __name__ == "__main__":
    main()
