"""Sentences to a robot that drives: planned, carried out in a house in memory, judged by the world.

    python -m benchmarks.driving                              # fresh ones, SayCan's and GPSR's
    python -m benchmarks.driving --models planner-v6 planner-v7 --suites fresh_drive --show
    python -m benchmarks.driving --oracle                     # rows that their own plans do not do

Knows: suites, models, tables. Does not know: how a row is judged (suites/driving/house.py).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.suites.driving import suites
from benchmarks.suites.driving.house import Ended, Row, play
from benchmarks.suites.others.files import find_folder
from llmagentos.composition import load_planner
from llmagentos.default_model import DEFAULT_MODEL
from llmagentos.files import write_text

FRESH = ("fresh_drive", "fresh_still", "gpsr", "saycan")


def measured(rows: Sequence[Row], model: str) -> list[Ended]:
    """Every row with a model's plans; with "oracle" by its own plan."""
    planner = None if model == "oracle" else load_planner(model)
    try:
        return [play(row, planner) for row in rows if planner is not None or row.oracle]
    finally:
        if planner is not None:
            planner.close()


def main(argv: Sequence[str] | None = None) -> None:
    """Entry point of `python -m benchmarks.driving`."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--models", nargs="+", default=[DEFAULT_MODEL])
    parser.add_argument("--suites", nargs="+", default=None, help=f"default {' '.join(FRESH)}")
    parser.add_argument("--commands", type=Path, default=None, help="other people's sentences")
    parser.add_argument("--oracle", action="store_true", help="the rows' own plans instead")
    parser.add_argument("--show", action="store_true", help="print what went wrong")
    parser.add_argument("--out", type=Path, help="write every row's outcome to this file (JSON)")
    args = parser.parse_args(argv)
    every = suites(find_folder(args.commands))
    names = args.suites or [n for n in (every if args.oracle else FRESH) if n in every]
    unknown = [n for n in names if n not in every]
    if unknown:
        parser.error(f"expected suites of {', '.join(every)}; got {unknown[0]!r}")
    models = ["oracle"] if args.oracle else args.models
    console, report = Console(), dict[str, Any]()
    table = Table("suite", "rows", *models)
    for name in names:
        cells = []
        for model in models:
            ended = measured(every[name], model)
            rows = [r for r in every[name] if model != "oracle" or r.oracle]
            right = sum(not e.why for e in ended)
            cells.append(f"{right} ({100 * right / max(1, len(ended)):.1f} %)")
            if args.show:
                for row, end in zip(rows, ended, strict=True):
                    if end.why:
                        console.print(
                            f"{name} {model}: {row.says[-1]!r} {end.why}", highlight=False
                        )
                        console.print(f"    {end.plans} {end.reply}", highlight=False, markup=False)
            report[f"{name} {model}"] = [
                {"says": row.says, "why": end.why, "status": end.status, "reply": end.reply,
                 "plans": end.plans, "tags": row.tags}
                for row, end in zip(rows, ended, strict=True)
            ]  # fmt: skip
        table.add_row(name, str(len(every[name])), *cells)
    console.print(table)
    if args.out is not None:
        write_text(args.out, json.dumps(report, indent=1), "a report")


if __name__ == "__main__":
    main()
