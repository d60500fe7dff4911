"""What the audit record costs, and that kills lose nothing: `python -m benchmarks.audit`.

Knows: how to time commands with and without the record in one run, how often the disk is waited
for (strace, where it is there), and how to kill a writer. Does not know: how rows are kept.

`--kills 100`: so many kill -9 of a writing process beside another that goes on writing.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from llmagentos.audit import AuditLog, rows_of, verify

#: Commands that move, as a person gives them one after another.
COMMANDS = (
    "put the red block in the blue bowl",
    "go to the home position",
    "put the green block on the left side",
    "go to the home position",
)
#: A writer is killed at random within so long after its first row.
_LIVES_S = 0.25


@dataclass
class Kills:
    """acknowledged rows that were lost, and what `verify` found at the end."""

    kills: int = 0
    acknowledged: int = 0
    lost: list[tuple[str, int]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def write_without_end(folder: str, name: str, file_bytes: int) -> None:
    """Rows until killed; each number is printed once its row is kept."""
    log, number = AuditLog(folder, True, file_bytes, kept_files=1_000_000), 0
    while True:
        log.write("asked", writer=name, number=number, text="put the red block in the bowl")
        print(number, flush=True)
        number += 1


class _Writer:
    """A process that writes; what it printed is read from a file, so that nothing holds it up."""

    def __init__(self, folder: Path, name: str, file_bytes: int) -> None:
        self.name = name
        self._printed = tempfile.TemporaryFile("w+")  # noqa: SIM115 - as long as the process
        made = ["-m", "benchmarks.audit", "--write", str(folder), name, str(file_bytes)]
        self._process = subprocess.Popen([sys.executable, *made], stdout=self._printed)

    def has_begun(self) -> bool:
        """Whether a row is acknowledged, or the process has ended."""
        return os.fstat(self._printed.fileno()).st_size > 0 or self._process.poll() is not None

    def kill(self) -> int:
        """kill -9; returns how many rows were acknowledged."""
        self._process.kill()
        self._process.wait()
        self._printed.seek(0)
        printed = self._printed.read()
        self._printed.close()
        whole = printed[: printed.rfind("\n") + 1].split()
        return int(whole[-1]) + 1 if whole else 0


def kill_writers(count: int, folder: Path, seed: int, file_bytes: int = 60_000) -> Kills:
    """Kill a writing process `count` times at random moments, while another goes on writing;
    small files, so that kills also meet the change from one to the next."""
    draw, out = random.Random(seed), Kills()
    acknowledged: dict[str, int] = {}
    steady = _Writer(folder, "steady", file_bytes)
    try:
        for index in range(count):
            writer = _Writer(folder, f"killed-{index}", file_bytes)
            try:
                while not writer.has_begun():
                    time.sleep(0.002)
                time.sleep(draw.uniform(0, _LIVES_S))
            finally:
                acknowledged[writer.name] = writer.kill()
            out.kills += 1
    finally:
        acknowledged[steady.name] = steady.kill()
    kept: dict[str, set[int]] = {}
    for row in rows_of(folder):
        facts = row.content["facts"]
        if "writer" in facts:
            kept.setdefault(facts["writer"], set()).add(facts["number"])
    for name, rows in acknowledged.items():
        out.acknowledged += rows
        out.lost += [(name, n) for n in range(rows) if n not in kept.get(name, set())]
    out.problems = verify(folder).problems
    return out


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
    parser.add_argument("--write", nargs=3, help=argparse.SUPPRESS)
    parser.add_argument("--rows", nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.write:
        write_without_end(asked.write[0], asked.write[1], int(asked.write[2]))
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
