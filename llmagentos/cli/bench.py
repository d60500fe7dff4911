"""`llmagentos bench`: the language benchmark from the command line.

Knows: options and where results go. Does not know: suites or how they are judged (benchmarks,
which is imported only when the command runs).
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from llmagentos.composition import load_llm
from llmagentos.default_model import DEFAULT_MODEL
from llmagentos.errors import FileError, MissingDependencyError
from llmagentos.files import is_there, make_folder, shown
from llmagentos.robots import DEFAULT_ROBOT, load
from llmagentos.skills.learned import LEARNED, policies_for
from llmagentos.types import Workspace


def _find_benchmarks() -> None:
    """Make the checkout's benchmarks importable: they are no part of the installed package."""
    checkout = Path(__file__).resolve().parents[2]
    if not (checkout / "benchmarks" / "suites").is_dir():
        raise MissingDependencyError(
            f"expected a checkout with the folder 'benchmarks', got {checkout}: the benchmarks "
            "are not in the installed package; clone the repository and run it there"
        )
    if str(checkout) not in sys.path:
        sys.path.insert(0, str(checkout))


def bench(
    *,
    suites: Sequence[str] | None = None,
    planner_only: bool = False,
    per_suite: int | None = None,
    seed: int | None = None,
    model: str | None = None,
    engine: str = "auto",
    commands: Path | None = None,
    out: Path | None = None,
    processes: int | None = None,
    oracle: bool = False,
    cases: Sequence[str] | None = None,
    list_only: bool = False,
    which: str | None = None,
    reveal: bool = False,
    robot: str = "",
    skills: str = LEARNED,
    ray: str | None = None,
    console: Console | None = None,
) -> int:
    """Run suites and print the table; files go to `out` (default bench_out/<time>/).

    planner_only: carry plans out on a perfect symbolic robot, in seconds. per_suite: at most so
    many cases of each suite. engine: see composition.load_llm. seed: reproduces a run; a fresh
    one is drawn without it. commands: folder with other people's commands (default
    ../shared/commands where it exists). oracle: the cases' own plans instead of the model's, to
    test everything but the model. cases: only these, as a report names them. which: "dev",
    "fresh" or "all" of our own suites; without it the fresh ones run, or the suites that are
    named. reveal: write the fresh suites' sentences, plans and scenes into the files too;
    `cases` are always written in full. robot: the arm's name or folder; the default arm without
    it. skills: see robot_skills.skills_for. ray: over that cluster instead of processes ("": see
    sim.jobs.executor); a failure's pictures are then on the machine that played it. Returns the
    exit code: 0 when it ran. Raises FileError, ClusterError, JobError, MissingDependencyError,
    ModelError, RobotError; ValueError for an unknown suite,
    set or case, for an arm where none moves, and for one that the suites' table is too large for.
    """
    _find_benchmarks()
    from benchmarks.suites import all_suites
    from benchmarks.suites import report as suite_report
    from benchmarks.suites import run as suite_run
    from benchmarks.suites.others.files import find_folder

    console = console or Console()
    if not console.is_terminal:
        console.width = max(console.width, 120)
    folder = find_folder(commands)
    if list_only:
        for name, rows in all_suites(folder, which or "all").items():
            console.print(f"{name:20} {len(rows)}", highlight=False)
        return 0
    seed = suite_run.fresh_seed() if seed is None else seed
    mode = suite_run.PLANNER if planner_only else suite_run.FULL
    if robot and planner_only:
        raise ValueError("expected --robot without --planner-only, whose robot has no arm")
    arm = load(robot or DEFAULT_ROBOT)
    policies_for(arm.name, skills)  # refused before a case is begun
    if not _covers(arm.workspace, Workspace()):
        raise ValueError(
            f"expected an arm that works all over the suites' table, got {arm.name}, which works "
            f"on less: python -m benchmarks.commands --robot {arm.name} draws scenes for it"
        )
    out = out or Path("bench_out") / time.strftime("%Y-%m-%d_%H%M%S")
    processes = processes or (1 if ray is not None else os.cpu_count() or 1)
    if not oracle:
        load_llm(model, engine)  # what is not there is said here, not by every worker
    settings = suite_run.Settings(mode, model, oracle, folder, out, engine, robot, skills)
    if cases:
        jobs = suite_run.named_jobs(cases, folder)
    else:
        jobs = suite_run.draw_jobs(suites, per_suite, seed, folder, which)
    make_folder(out, "a folder for the results")
    about = {
        "mode": mode, "model": "oracle plans" if oracle else model or DEFAULT_MODEL,
        "engine": engine,
        **({} if planner_only else {"robot": arm.name, "skills": skills}), "seed": seed,
        "cases": len(jobs), **({"processes": processes} if ray is None else {"ray": ray or "here"}),
    }  # fmt: skip
    console.print(", ".join(f"{k} {v}" for k, v in about.items()), highlight=False)
    started = time.perf_counter()
    results = _run(jobs, settings, processes, ray, console)
    about["wall_s"] = round(time.perf_counter() - started, 1)
    shown = results if reveal or cases else suite_report.concealed(results)
    report = suite_report.report(shown, about, mode == suite_run.FULL)
    console.print(suite_report.rich_table(report.lines))
    console.print(", ".join(f"{k} {v:.3g}" for k, v in report.totals.items()), highlight=False)
    suite_report.write(out, report)
    console.print(f"{out}/report.md, report.json, report.png, failures.md", highlight=False)
    return 0


def _covers(area: Workspace, table: Workspace) -> bool:
    return (
        area.x_min <= table.x_min
        and area.x_max >= table.x_max
        and area.y_min <= table.y_min
        and area.y_max >= table.y_max
    )


def _run(
    jobs: Sequence[Any], settings: Any, processes: int, ray: str | None, console: Console
) -> list[Any]:
    from benchmarks.suites import run as suite_run

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("cases", total=len(jobs))
        right = 0

        def seen(result: Any) -> None:
            nonlocal right
            right += bool(result.success)
            done = int(progress.tasks[task].completed) + 1
            progress.update(task, advance=1, description=f"{right}/{done} right")

        return suite_run.run_jobs(jobs, settings, processes, seen, ray)


def bench_runtime(aios: Path | None, console: Console | None = None) -> int:
    """What the daemon and its agents cost. aios: a checkout of AIOS, whose kernel is measured beside.
    Exit code 1 where kills lost something. Raises FileError for a folder that is no such checkout."""
    if aios is not None and not is_there(aios / "aios" / "scheduler" / "fifo_scheduler.py"):
        raise FileError(f"expected a checkout of AIOS at {shown(aios)}, got none")
    _find_benchmarks()
    from benchmarks import runtime

    found = runtime.run(aios_folder=aios)
    runtime.show(found, console or Console())
    return runtime.lost(found)
