"""What the audit record costs, and that kills lose nothing: `python -m benchmarks.audit`.

Knows: how to time commands with and without the record in one run, how often the disk is waited
for (strace, where it is there), and how to kill a writer. Does not know: how rows are kept.

`--kills 100`: so many kill -9 of a writing process beside another that goes on writing.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from llmagentos.audit import AuditLog, verify
from sim.killed_writers import kill_writers

#: Commands that move, as a person gives them one after another.
COMMANDS = (
    "put the red block in the blue bowl",
    "go to the home position",
    "put the green block on the left side",
    "go to the home position",
)


def syncs(rows: int) -> dict[str, int] | None:
    """How often writing so many rows waited for the disk, by system call; None without strace."""
    if shutil.which("strace") is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        process = [sys.executable, "-m", "benchmarks.audit", "--rows", folder, str(rows)]
        told = subprocess.run(
            ["strace", "-f", "-qq", "-e", "trace=fsync,fdatasync", *process],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    found = re.findall(r"\b(fsync|fdatasync)\(", told.stderr)
    return (
        {name: found.count(name) for name in ("fsync", "fdatasync")}
        if told.returncode == 0
        else None
    )


def timed(commands: Sequence[str], rounds: int, seed: int) -> dict[str, object]:
    """The same commands with and without the record, in turns, in one simulation."""
    from llmagentos.agent import Agent  # not before: writers begin in no time
    from llmagentos.audit.trail import AuditTrail, Untraced

    walls: dict[str, list[float]] = {"with": [], "without": []}
    firsts: dict[str, list[float]] = {"with": [], "without": []}
    with tempfile.TemporaryDirectory() as folder:
        log = AuditLog(folder)
        trails: dict[str, Untraced] = {"with": AuditTrail(log, "cli"), "without": Untraced()}
        with Agent.in_simulation("demo", seed=seed) as agent:
            agent.command("go to the home position")  # warms everything up
            for index in range(rounds):
                order = ("with", "without") if index % 2 else ("without", "with")
                for name in order:
                    agent.reset(seed=seed)
                    agent.audit = trails[name]
                    results = [agent.command(text) for text in commands]
                    walls[name].append(sum(r.timings.wall_s for r in results))
                    moved = [r.timings.first_motion_s for r in results]
                    firsts[name] += [m for m in moved if m is not None]
            agent.audit = Untraced()
        log.close()
        rows, commits = verify(Path(folder)).rows, log.commits
    return {
        "commands": rounds * len(commands),
        "ratio": statistics.median(
            a / b for a, b in zip(walls["with"], walls["without"], strict=True)
        ),
        "wall_s": {k: statistics.median(v) / len(commands) for k, v in walls.items()},
        "first_motion_s": {k: statistics.median(v) for k, v in firsts.items()},
        "rows_per_command": rows / (rounds * len(commands)),
        "waits_per_command": commits / (rounds * len(commands)),
    }


def row_time_ms(rows: int = 200) -> float:
    """How long a row takes here, at the median."""
    times = []
    with tempfile.TemporaryDirectory() as folder:
        log = AuditLog(folder)
        for _ in range(rows):
            began = time.perf_counter()
            log.write("asked", text="put the red block in the blue bowl", origin="cli")
            times.append(time.perf_counter() - began)
        log.close()
    return statistics.median(times) * 1000


def main() -> None:
    """The table of costs, or the count of kills. Exit code 1: a row was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rows", nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.rows:
        log = AuditLog(asked.rows[0])
        for number in range(int(asked.rows[1])):
            log.write("asked", number=number)
        log.close()
        return
    if asked.kills:
        with tempfile.TemporaryDirectory() as folder:
            found = kill_writers(asked.kills, Path(folder), asked.seed)
        print(
            f"{found.kills} kills, {found.acknowledged} rows acknowledged, {len(found.lost)} lost; "
            f"verify: {'; '.join(found.problems) or 'the chain is whole'}"
        )
        raise SystemExit(bool(found.lost or found.problems))
    figures = timed(COMMANDS, asked.rounds, asked.seed) | {"row_ms": row_time_ms()}
    counted = syncs(1000)
    if counted is not None:
        figures["syncs_per_row"] = sum(counted.values()) / 1000
    if asked.json:
        print(json.dumps(figures))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("figure", "value")
    for name, value in figures.items():
        table.add_row(name, json.dumps(value) if isinstance(value, dict) else f"{value:.4g}")
    Console().print(table)


if __name__ == "__main__":
    main()
