"""`llmagentos faults`: the table of faults, injected into simulated sessions.

Knows: options, progress, printing and the exit code. Does not know: any fault (sim.faults).
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from llmagentos.agent import Agent
from llmagentos.composition import faults as in_simulation
from llmagentos.composition import load_planner, model_manager
from llmagentos.default_model import DEFAULT_MODEL
from llmagentos.runtime.graph import graph_env
from llmagentos.runtime.ros_env import find_ros

#: Exit codes: no row failed, or one did.
OK, FAILED = 0, 1
_STYLES = {"as required": "green", "FAILED": "bold red"}


def faults(
    row: Annotated[
        list[int] | None, typer.Option("--row", metavar="N", help="Only these rows; repeat it.")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Only the cheap ones, once each.")] = False,
    ros: Annotated[
        bool, typer.Option("--ros", help="Also those that need a graph of ROS processes.")
    ] = False,
    write: Annotated[
        Path | None,
        typer.Option("--write", metavar="FILE", help="Put the table into docs/safety.md as well."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a fault.")] = False,
) -> None:
    """Inject the faults of the table into simulated sessions and say what was measured.

    Exit code 0: none failed; 1: one did; 2: wrong usage, or --ros without ROS 2. What can't be
    injected yet, or was not for want of --ros, is listed and counted apart.
    """
    table: Any = in_simulation()
    try:
        chosen = table.chosen(row or (), quick)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--row") from error
    if write is not None:
        table.parts(write)  # what can't be written is said before anything runs
    graphs = _graphs(table) if ros else None
    folder = Path(str(model_manager().info(DEFAULT_MODEL)["folder"]))
    lab = table.Lab(Agent.in_simulation, load_planner, folder, whole=not quick, graphs=graphs)
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
    )  # fmt: skip
    try:
        with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task("faults", total=len(chosen))

            def on_row(one: Any) -> None:
                progress.update(task, advance=1, description=f"row {one.fault.number} done")

            rows = table.run(chosen, lab, on_row)
    finally:
        lab.close()
    _tell(table, rows, as_json)
    if write is not None:
        table.write_section(write, rows)
    raise typer.Exit(FAILED if table.verdicts(rows)[table.Verdict.FAILED] else OK)


def _graphs(table: Any) -> Any:
    """What injects into a graph. MissingDependencyError where there is no ROS."""
    found = find_ros(distribution=os.environ.get("LLMAGENTOS_ROS_DISTRO", ""))
    return table.GraphLab([found.python, "-m", "llmagentos_ros.faults"], graph_env(found.env))


def _tell(table: Any, rows: Any, as_json: bool) -> None:
    if as_json:
        for one in table.as_json(rows):
            print(json.dumps(one, ensure_ascii=False))
        return
    shown = Table("#", "fault", "injected", "required", "measured", "verdict")
    for one in rows:
        style, f = _STYLES.get(one.verdict.value, "yellow"), one.fault
        words = (str(f.number), f.fault, f.injected, f.required, one.measured)
        shown.add_row(*map(escape, words), f"[{style}]{one.verdict.value}[/]")
    console = Console()
    console.print(shown)
    counted = table.verdicts(rows)
    console.print("rows: " + ", ".join(f"{n} {v.value}" for v, n in counted.items()))
