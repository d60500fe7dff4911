"""Sentences to a robot that drives, with what must come of them: rows of our own in two sets, and
other people's, read at run time.

Knows: the sets. Does not know: how a row is judged (house.py) or run (benchmarks.driving).
"""

from __future__ import annotations

from pathlib import Path

from benchmarks.suites.driving import development, fresh
from benchmarks.suites.driving.house import Row
from benchmarks.suites.driving.others import gpsr, saycan


def suites(folder: Path | None) -> dict[str, list[Row]]:
    """Every suite by name; other people's only where their folder is."""
    out = {"drive": development.ROWS, "fresh_drive": fresh.ROWS, "fresh_still": fresh.STILL}
    if folder is not None:
        out |= {"gpsr": gpsr(folder), "saycan": saycan(folder)}
    return {name: rows for name, rows in out.items() if rows}
