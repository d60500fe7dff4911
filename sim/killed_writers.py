"""Processes that write rows of the audit record, killed (-9) at random moments.

Knows: how a writer is begun and killed, which rows it was told were kept, which are there. Does not
know: how rows are kept. Imports little, so that a writer begins in no time.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from llmagentos.audit import AuditLog, rows_of, verify

#: A writer is killed at random within so long after its first row, s.
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
        made = ["-m", "sim.killed_writers", str(folder), name, str(file_bytes)]
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


if __name__ == "__main__":
    write_without_end(sys.argv[1], sys.argv[2], int(sys.argv[3]))
