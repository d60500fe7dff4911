"""`llmagentos train`, `llmagentos evaluate` and `llmagentos export`.

Knows: options, printing, where runs go. Does not know: how anything is learnt (asked through
llmagentos.composition).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from llmagentos.composition import reinforcement
from llmagentos.errors import TrainingError
from llmagentos.files import shown

RUNS = Path("runs")
#: Environment steps without --steps, by algorithm: minutes, not hours, on two cores.
_STEPS = {
    "q": 60_000, "dqn": 40_000, "ppo": 100_000, "sac-her": 15_000, "bc": 10_000, "residual": 10_000,
}  # fmt: skip
#: Evaluations in a run without --every.
_EVALUATIONS = 20
_BASE = "base."
#: Columns of a table that goes into a file.
_WIDE = 150
#: Exit code of what Ctrl-C ended, as shells have it.
_STOPPED = 130


def train(
    env: str,
    algo: str,
    steps: int | None,
    seed: int,
    seeds: int,
    every: int | None,
    episodes: int,
    prefill: int,
    robot: str,
    observation: str,
    reward: str,
    randomize: bool,
    settings: Sequence[str],
    workers: int,
    ray: str | None,
    out: Path | None,
    resume: bool,
    as_json: bool,
) -> None:
    """Train one run a seed, and say what came of it; see `llmagentos train --help`."""
    if seeds < 1:
        raise TrainingError(f"expected --seeds of at least 1, got {seeds}")
    lab, name = reinforcement("choice"), reinforcement("choice").full_name(env)
    reinforcement("learner").algorithm(algo)
    base, given = _split(settings)
    residual = reinforcement("residual").Residual(**base) if algo == "residual" else None
    if base and residual is None:
        raise TrainingError(f"expected --set base.* only with --algo residual, got --algo {algo}")
    choice = lab.EnvChoice(name, robot, observation, reward, randomize, residual)
    plan_class, job_class = reinforcement("runs").RunPlan, reinforcement("beside").RunJob
    jobs = []
    for number in range(seed, seed + seeds):
        folder = out if out and seeds == 1 else (out or RUNS) / _name(choice, algo, number)
        if resume:
            _check_same(folder, name, algo)
            jobs.append(job_class(folder, None, steps))
            continue
        goal = steps or _STEPS[algo]
        stretch = every or max(1, goal // _EVALUATIONS)
        plan = plan_class(choice, algo, goal, number, stretch, episodes, prefill, given)
        jobs.append(job_class(folder, plan, None))
    figures = _watched(jobs, workers, ray)
    if as_json:
        rows = [{"run": str(j.folder), **f} for j, f in zip(jobs, figures, strict=True)]
        print(json.dumps(rows if seeds > 1 else rows[0]))
        return
    for job, row in zip(jobs, figures, strict=True):
        print(f"{shown(job.folder)}: {_told(row)}")
    folders = " ".join(shown(job.folder) for job in jobs)
    print(f"held-out episodes and intervals: llmagentos evaluate {folders}")


def evaluate(
    folders: Sequence[Path],
    episodes: int,
    workers: int,
    ray: str | None,
    best: bool,
    baselines: bool,
    plot: Path | None,
    as_json: bool,
) -> None:
    """Print the groups' table or JSON, and draw their curves."""
    judge = reinforcement("evaluate")
    groups = judge.evaluate(folders, episodes, workers, best, baselines, ray)
    picture = plot or folders[0].resolve().parent / "evaluation.png"
    drawn = judge.draw(picture, groups)
    if as_json:
        print(json.dumps([g.to_json() for g in groups]))
        return
    console = Console(width=None if sys.stdout.isatty() else _WIDE)
    console.print(_table(groups))
    few = [g.name() for g in groups if g.runs and len(g.seeds) < judge.ENOUGH_SEEDS]
    if few:
        console.print(f"fewer than {judge.ENOUGH_SEEDS} seeds: {', '.join(few)}", highlight=False)
    console.print(
        f"picture: {shown(picture)}" if drawn else "no picture: pip install 'llmagentos[rl]'",
        highlight=False,
        soft_wrap=True,
    )


def export(folder: Path, file: Path, best: bool, as_json: bool) -> None:
    """Write the ONNX file and print what it takes and how far it is from the trained policy."""
    done = reinforcement("export").export(folder, file, best)
    row = {
        "file": str(done.path),
        "sha256": done.sha256,
        "inputs": {k: list(v) for k, v in done.inputs.items()},
        "checked": done.checked,
        "difference": done.difference,
    }
    if as_json:
        print(json.dumps(row))
        return
    print(f"{shown(file)}: {', '.join(f'{k} {v}' for k, v in row['inputs'].items())} to action")
    print(
        f"on {done.checked} observations at most {done.difference:.1g} from the trained policy; "
        f"SHA-256 {done.sha256}"
    )


def _split(settings: Sequence[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """`--set` of the base controller, and of the algorithm; numbers are read as JSON."""
    base: dict[str, Any] = {}
    given: dict[str, Any] = {}
    for text in settings:
        key, equals, value = text.partition("=")
        if not equals:
            raise TrainingError(f"expected --set NAME=VALUE, got {text!r}")
        try:
            read = json.loads(value)
        except ValueError:
            read = value
        if key.startswith(_BASE):
            base[key.removeprefix(_BASE)] = read
        else:
            given[key] = read
    known = ("gain", "offset", "scale", "seed")
    for key, value in base.items():
        if key not in known or isinstance(value, bool) or not isinstance(value, int | float):
            names = ", ".join(_BASE + k for k in known)
            raise TrainingError(f"expected a number for {names}, got {_BASE}{key}={value!r}")
    return base, given


def _name(choice: Any, algo: str, seed: int) -> str:
    short = reinforcement("choice").short_name(choice.id)
    parts = (short, Path(choice.robot).name, choice.observation, choice.reward)
    random = "randomized" if choice.randomize else ""
    return "-".join(p for p in (*parts, random, algo, str(seed)) if p)


def _check_same(folder: Path, env: str, algo: str) -> None:
    plan = reinforcement("runs").read_run(folder)["plan"]
    if (plan["env"]["id"], plan["algo"]) != (env, algo):
        raise TrainingError(
            f"expected the run of {env} by {algo} in {shown(folder)}, got one of "
            f"{plan['env']['id']} by {plan['algo']}"
        )


def _told(row: dict[str, Any]) -> str:
    speed = row["steps_to_80"]
    reached = f"80 % after {speed:,} steps" if speed else "80 % not reached"
    return (
        f"success {row['success']:.0%}, reward {row['reward']:.1f} after {row['steps']:,} steps "
        f"and {row['seconds']:.0f} s; {reached}"
    )


def _watched(jobs: Sequence[Any], workers: int, ray: str | None) -> list[dict[str, Any]]:
    """Train with a bar a run on a terminal, and a line an evaluation elsewhere."""
    console = Console(stderr=True)
    if not console.is_terminal:
        printed: dict[int, float] = {}

        def line(number: int, done: int, row: dict[str, float]) -> None:
            if row and printed.get(number) != row["steps"]:
                printed[number] = row["steps"]
                print(f"{jobs[number].folder.name} {_line(row)}", file=sys.stderr, flush=True)

        return _trained(jobs, workers, line, ray)
    columns = (
        TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:,}/{task.total:,}"),
        TextColumn("{task.fields[told]}"), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=console) as progress:
        bars = [
            progress.add_task(job.folder.name, total=_goal(job), told="begins ...") for job in jobs
        ]

        def bar(number: int, done: int, row: dict[str, float]) -> None:
            told = _line(row) if row else "learning ..."
            progress.update(bars[number], completed=min(done, _goal(jobs[number])), told=told)

        return _trained(jobs, workers, bar, ray)


def _trained(jobs: Sequence[Any], workers: int, tell: Any, ray: str | None) -> list[dict[str, Any]]:
    try:
        figures: list[dict[str, Any]] = reinforcement("beside").train_all(jobs, workers, tell, ray)
        return figures
    except KeyboardInterrupt:
        print(
            "stopped; the same command with --resume goes on from the last evaluation",
            file=sys.stderr,
        )
        raise typer.Exit(_STOPPED) from None


def _goal(job: Any) -> int:
    if job.plan is not None:
        return int(job.plan.steps)
    return int(job.steps or reinforcement("runs").read_run(job.folder)["plan"]["steps"])


def _line(row: dict[str, float]) -> str:
    return f"{int(row['steps']):,}: success {row['success']:.0%}, reward {row['reward']:.1f}"


def _table(groups: Sequence[Any]) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("environment", "policy", "seeds", "completed", "reward", "episode",
                    "80 % after", "trained"):  # fmt: skip
        right = heading not in ("environment", "policy")
        table.add_column(heading, justify="right" if right else "left")
    for g in groups:
        episodes = f"{len(g.seeds)} × {g.episodes}" if g.runs else f"{g.episodes} episodes"
        table.add_row(
            g.env,
            f"{g.algo} {g.options}".strip(),
            episodes,
            _interval(g.success, 100, "%"),
            _interval(g.reward),
            f"{g.episode_steps:.1f} steps",
            _speed(g),
            f"{g.steps:,} steps, {g.seconds:,.0f} s" if g.runs else "",
        )
    return table


def _interval(value: Any, factor: float = 1, unit: str = "") -> str:
    digits = 0 if factor == 100 else 1
    text = f"{factor * value.mean:.{digits}f}"
    if value.low is not None:
        low, high = factor * value.low, factor * value.high
        text += f" ({low:.{digits}f} to {high:.{digits}f})"
    return f"{text} {unit}".strip()


def _speed(group: Any) -> str:
    if not group.runs:
        return ""
    if group.steps_to_80 is None:
        return "not reached"
    count, value = len(group.seeds), group.steps_to_80
    text = f"{value.mean:,.0f}"
    if value.low is not None:
        text += f" ({value.low:,.0f} to {value.high:,.0f})"
    shown_first = f" + {group.shown:,} shown" if group.shown else ""
    return text + shown_first + ("" if group.reached == count else f", {group.reached} of {count}")
