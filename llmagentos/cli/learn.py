"""`llmagentos learn`: what was taught and what happened, shown, approved, trained, taken back.

Knows: options, tables, and how a training is started as a process of its own. Does not know: what
episodes teach (learning/lessons.py) nor how a planner is trained (training, a checkout's).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from llmagentos.default_model import DEFAULT_MODEL
from llmagentos.errors import ConfigError, MissingDependencyError
from llmagentos.files import make_folder, need_folder
from llmagentos.lang import codec
from llmagentos.lang.wording import describe_plan
from llmagentos.learning import background, episodes, places
from llmagentos.learning.champion import Champions
from llmagentos.learning.lessons import Lesson, Notebook, State
from llmagentos.learning.words import Lexicon

app = typer.Typer(no_args_is_help=True)

Folder = Annotated[
    str, typer.Option("--folder", metavar="DIR", help="Where it is kept; the user's data folder.")
]
Ids = Annotated[list[str] | None, typer.Argument(metavar="ID...", help="As `show` lists them.")]
Yes = Annotated[bool, typer.Option("--yes", help="All that are open, without asking.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON on standard output.")]
_WIDTH = 120
#: What the training's process printed, in the folder.
_LOG = "training.log"


@app.command()
def show(folder: Folder = "", as_json: AsJson = False) -> None:
    """What would be learnt: sentences with their right plans, preferences, taught words."""
    where = _where(folder)
    notebook = Notebook(where / places.LESSONS)
    found = background.found(where)
    words = _words(where)
    if as_json:
        rows = [{**x.to_json(), "state": notebook.state(x)} for x in found]
        print(json.dumps({"lessons": rows, "words": words}))
        return
    console = _console()
    kept = len(episodes.read(where / places.EPISODES))
    console.print(f"{kept} episodes in {where} teach {len(found)} sentences", highlight=False)
    if found:
        console.print(_table(found, notebook))
    for robot, told in words.items():
        console.print(f"words taught to {robot}: {escape('; '.join(told))}", highlight=False)
    if any(notebook.state(x) == "open" for x in found):
        console.print("[dim]next: llmagentos learn approve[/]")


@app.command()
def approve(ids: Ids = None, yes: Yes = False, folder: Folder = "") -> None:
    """Let these be learnt; without an id each open one is asked about."""
    _decide(ids, yes, folder, "approved")


@app.command()
def reject(ids: Ids = None, yes: Yes = False, folder: Folder = "") -> None:
    """Never learn these; without an id each open one is asked about."""
    _decide(ids, yes, folder, "rejected")


@app.command()
def train(
    folder: Folder = "",
    steps: Annotated[int, typer.Option("--steps", min=1, help="Updates.")] = 60,
    per_suite: Annotated[
        int, typer.Option("--per-suite", min=1, help="Cases of each development suite.")
    ] = 12,
    wait: Annotated[bool, typer.Option("--wait", help="Stay until it has ended.")] = False,
) -> None:
    """Train the approved lessons in the background; the better of two models stays."""
    where = _where(folder)
    notebook = Notebook(where / places.LESSONS)
    approved = [x for x in background.found(where) if notebook.state(x) == "approved"]
    if not approved:
        raise ConfigError("expected approved lessons, got none: llmagentos learn approve")
    if background.state(where).get("state") == "running":
        raise ConfigError("expected no training under way, got one: llmagentos learn status")
    _need_workshop()
    make_folder(where, "a folder for what is learnt")
    options = ["--folder", str(where), "--steps", str(steps), "--per-suite", str(per_suite)]
    with (where / _LOG).open("wb") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", "training.planner.learn", *options],
            cwd=_checkout(), env={**os.environ, "PYTHONPATH": _path()}, stdin=subprocess.DEVNULL,
            stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    background.note_started(where, child.pid)
    _console().print(
        f"training {len(approved)} lessons in the background (process {child.pid}); "
        "llmagentos learn status tells how far it is",
        highlight=False,
    )
    if wait:
        child.wait()
        status(folder)


@app.command()
def status(folder: Folder = "", as_json: AsJson = False) -> None:
    """How far the training is, or what came of the last one; which model is used."""
    where = _where(folder)
    told = dict(background.state(where))
    champions = Champions(where / places.MODEL, DEFAULT_MODEL)
    if as_json:
        print(json.dumps({**told, "model": champions.current}))
        return
    console = _console()
    if told["state"] == "running":
        share = float(told.get("share", 0.0))
        bar = "#" * int(20 * share) + "." * (20 - int(20 * share))
        console.print(escape(f"[{bar}] {share:.0%}  {told['words']}"), highlight=False)
    elif told["state"] == "none":
        console.print("nothing was trained yet")
    else:
        console.print(f"{told['state']}: {escape(str(told.get('words', '')))}", highlight=False)
        if told["state"] != "done":
            console.print(f"[dim]its output: {escape(str(where / _LOG))}[/]", highlight=False)
    for row in (told.get("judgement") or {}).get("groups", ()):
        console.print(f"[dim]{row['name']:14} {row['before']} → {row['after']} of {row['n']}[/]")
    console.print(f"model: {champions.current}", highlight=False)


@app.command()
def back(folder: Folder = "") -> None:
    """The model before is used again."""
    champions = Champions(_where(folder) / places.MODEL, DEFAULT_MODEL)
    try:
        print(f"model: {champions.back()}")
    except ValueError as exc:
        raise ConfigError(str(exc)) from exc


@app.command()
def history(folder: Folder = "", as_json: AsJson = False) -> None:
    """Every decision, with its figures."""
    champions = Champions(_where(folder) / places.MODEL, DEFAULT_MODEL)
    if as_json:
        print(json.dumps(champions.history))
        return
    table = Table("when", "what", "model", "before", "why")
    for row in champions.history:
        table.add_row(*(escape(str(row[k])) for k in ("when", "what", "model", "was", "why")))
    _console().print(table)


def _where(given: str) -> Path:
    """The folder; one that a person names must be there. Raises FileError."""
    where = places.folder(given)
    return need_folder(where, "a folder of what was learnt") if given else where


def _decide(ids: Sequence[str] | None, yes: bool, folder: str, state: State) -> None:
    where = _where(folder)
    notebook = Notebook(where / places.LESSONS)
    found = background.found(where)
    if ids:
        known = {x.id: x for x in found}
        missing = [i for i in ids if i not in known]
        if missing:
            raise ConfigError(f"expected ids of llmagentos learn show, got {', '.join(missing)}")
        chosen = [known[i] for i in ids]
    else:
        still = [x for x in found if notebook.state(x) == "open"]
        chosen = still if yes else [x for x in still if _is_meant(x, state)]
    notebook.decide(chosen, state)
    print(f"{len(chosen)} {state}")


def _is_meant(lesson: Lesson, state: State) -> bool:
    console = _console()
    console.print(f"\n[bold]{escape(lesson.said)}[/]  [dim]{escape(lesson.why)}[/]")
    if lesson.wrong:
        console.print(f"  understood  {escape(_words_of(lesson.wrong))}", highlight=False)
    console.print(f"  right       {escape(_words_of(lesson.right))}", highlight=False)
    return bool(
        typer.confirm(f"{'Learn' if state == 'approved' else 'Reject'} this?", default=False)
    )


def _table(found: Sequence[Lesson], notebook: Notebook) -> Table:
    table = Table("id", "sentence", "right plan", "instead of", "taught by", "state")
    for x in found:
        state = "trained" if x.id in notebook.trained else notebook.state(x)
        cells = (x.id, x.said, _words_of(x.right), _words_of(x.wrong), x.why, state)
        table.add_row(*(escape(cell) for cell in cells))
    return table


def _words_of(plan: str) -> str:
    return " ".join(describe_plan(codec.parse(plan))) if plan else "–"


def _words(where: Path) -> dict[str, list[str]]:
    """What was taught, by robot."""
    out: dict[str, list[str]] = {}
    for path in sorted(where.glob("words-*.json")):
        told = [t.told for t in Lexicon(path)]
        if told:
            out[path.stem.removeprefix("words-")] = told
    return out


def _checkout() -> Path:
    return Path(__file__).resolve().parents[2]


def _path() -> str:
    return os.pathsep.join(filter(None, (str(_checkout()), os.environ.get("PYTHONPATH", ""))))


def _need_workshop() -> None:
    """Training needs a checkout and PyTorch; said before anything is started."""
    import importlib.util

    if not (_checkout() / "training" / "planner" / "learn.py").is_file():
        raise MissingDependencyError(
            f"expected a checkout with the folder 'training', got {_checkout()}: what trains is not "
            "in the installed package; clone the repository and run it there"
        )
    if importlib.util.find_spec("torch") is None:
        raise MissingDependencyError(
            "expected package 'torch' to train, got none: pip install 'llmagentos[train]'"
        )


def _console() -> Console:
    console = Console()
    if not console.is_terminal:
        console.width = max(console.width, _WIDTH)
    return console
