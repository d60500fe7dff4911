"""`llmagentos record` and `llmagentos dataset`: demonstrations as data sets in LeRobot's format.

Knows: options, printing, the loop over commands. Does not know: the format, the simulator (asked
through llmagentos.composition).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from llmagentos.agent import Agent
from llmagentos.cli.chat import chat
from llmagentos.cli.run import stop_on_ctrl_c, stoppable
from llmagentos.cli.settings import effective
from llmagentos.cli.view import View
from llmagentos.composition import data_sets, load_scene, start_dataset
from llmagentos.config import AgentConfig
from llmagentos.errors import ConfigError
from llmagentos.files import shown
from llmagentos.robots import DEFAULT_ROBOT

#: Exit codes: all well, something is not right; wrong usage is 2, by main.
OK, NOT_DONE = 0, 1
_SIZE = re.compile(r"(\d{1,4})x(\d{1,4})", re.ASCII)

app = typer.Typer(no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Data sets in LeRobot's format: what is in them, and whether they are right."""


Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The data set's folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON on standard output.")]


@app.command()
def info(folder: Folder, as_json: AsJson = False) -> None:
    """What is in a data set: robot, rate, features, episodes."""
    data = data_sets("reader").Dataset(folder)
    rows = data_sets("check").rows_told(data)
    if as_json:
        print(json.dumps({"info": data.info, "tasks": data.tasks, "episodes": rows}))
        return
    console = Console()
    robot, frames = data.info.get("robot_type") or "unknown robot", data.info.get("total_frames")
    console.print(
        f"{robot}, {len(rows)} episodes, {frames} frames at {data.fps} a second", highlight=False
    )
    features = Table("feature", "type", "shape", "names", box=None)
    for key, feature in data.features.items():
        names: list[Any] = list(feature.get("names") or ())
        few = ", ".join(map(str, names)) if len(names) <= 12 else f"{names[0]} ... {names[-1]}"
        shape = "x".join(map(str, feature["shape"]))
        features.add_row(escape(key), feature["dtype"], shape, escape(few))
    console.print(features)
    if not rows:
        return
    episodes = Table(*rows[0], box=None)
    for row in rows:
        episodes.add_row(*(escape(str(value)) for value in row.values()))
    console.print(episodes)


@app.command()
def check(folder: Folder, as_json: AsJson = False) -> None:
    """Whether a data set is as LeRobot's format v3.0 asks. Exit code 1: it is not."""
    found: list[str] = data_sets("check").check(folder)
    if as_json:
        print(json.dumps({"folder": str(folder), "wrong": found}))
    else:
        for line in found:
            print(line)
        print(
            f"{shown(folder)}: {len(found)} things are wrong" if found else f"{shown(folder)}: ok"
        )
    raise typer.Exit(NOT_DONE if found else OK)


def record(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The data set; is added to.")],
    env: Annotated[
        str, typer.Option("--env", help="An environment's oracle: reach, pick-and-place, ...")
    ] = "",
    commands: Annotated[
        list[str] | None,
        typer.Option("--command", help="Carry this out; may be given several times."),
    ] = None,
    talk: Annotated[bool, typer.Option("--chat", help="Every command of a conversation.")] = False,
    teleop: Annotated[
        str,
        typer.Option("--teleop", metavar="keys|PORT", help="A person moves the arm by hand."),
    ] = "",
    task: Annotated[str, typer.Option("--task", help="What is shown by hand, in words.")] = "",
    episodes: Annotated[
        int | None, typer.Option("--episodes", min=1, help="So many; 1, by hand until x.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of the first scene.")] = 0,
    scene: Annotated[
        str | None, typer.Option("--scene", metavar="FILE", help="A scene, or 'random'.")
    ] = None,
    robot: Annotated[str | None, typer.Option("--robot", metavar="NAME", help="The arm.")] = None,
    fps: Annotated[
        int, typer.Option("--fps", help="Frames a second of commands and by hand; divides 60.")
    ] = 20,
    size: Annotated[
        str, typer.Option("--size", metavar="WxH", help="Of the pictures, even numbers.")
    ] = "320x240",
    failed: Annotated[
        bool, typer.Option("--keep-failed", help="Also what did not succeed, marked so.")
    ] = False,
    repo_id: Annotated[
        str, typer.Option("--repo-id", metavar="USER/NAME", help="Its name in the card.")
    ] = "",
    model: Annotated[str | None, typer.Option("--model", help="As for run.")] = None,
    engine: Annotated[str | None, typer.Option("--engine", help="As for run.")] = None,
    view: Annotated[
        bool, typer.Option("--view", help="PyBullet's window; keys go to it with --teleop keys.")
    ] = False,
) -> None:
    """Record demonstrations in simulation as a LeRobot data set: oracle, commands, or by hand."""
    ways = [bool(env), bool(commands), talk, bool(teleop)]
    if sum(ways) != 1:
        raise ConfigError("expected one of --env, --command, --chat and --teleop")
    options: dict[str, Any] = {"size": _size(size), "name": repo_id}
    if env:
        _oracle(out, env, episodes or 1, seed, robot or DEFAULT_ROBOT, failed, options)
        raise typer.Exit(OK)
    options |= {"fps": fps}
    if teleop:
        _by_hand(out, teleop, task, episodes, load_scene(scene, seed, robot or ""), view, options)
        raise typer.Exit(OK)
    options |= {"keep_failed": failed}
    config = effective(None, scene, seed, model, engine, view or None, robot=robot)
    if talk:
        chat(config, lambda robot: start_dataset(robot, out, source="chat", **options))
        raise typer.Exit(OK)
    well = _commands(out, commands or [], episodes or 1, config, options)
    raise typer.Exit(OK if well else NOT_DONE)


def _size(text: str) -> tuple[int, int]:
    found = _SIZE.fullmatch(text)
    if found is None:
        raise ConfigError(f"--size: expected WIDTHxHEIGHT as 320x240, got {text!r}")
    return int(found[1]), int(found[2])


@contextmanager
def _bar(console: Console, words: str, total: int) -> Iterator[Any]:
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
    )  # fmt: skip
    progress = Progress(*columns, console=console)
    bar = progress.add_task(words, total=total)

    def tell(done: int) -> None:
        progress.start()  # only now: what cannot begin is one sentence and no bar
        progress.update(bar, completed=done)

    try:
        yield tell
    finally:
        progress.stop()


def _oracle(
    out: Path, env: str, episodes: int, seed: int, robot: str, failed: bool, options: Any
) -> None:
    console = Console(stderr=True)
    with _bar(console, f"the oracle shows {env}", episodes) as tell:
        tried = data_sets("oracle").record(
            out, env, episodes, seed, robot=robot, keep_failed=failed,
            on_progress=lambda done, kept: tell(done), **options,
        )  # fmt: skip
    _kept(out, episodes, f"of {tried} tried")


def _commands(
    out: Path, commands: list[str], rounds: int, config: AgentConfig, options: dict[str, Any]
) -> bool:
    """Every command in each of `rounds` scenes; True when all succeeded or were answered."""
    console = Console()
    screen = View(console)
    kept, well = 0, True
    with Agent.from_config(config, screen.event) as agent:
        recording = start_dataset(agent.robot, out, **options)
        with stoppable(agent, "record") as session, closing(recording):
            for number in range(rounds):
                if number:
                    again = load_scene(config.scene, config.seed + number, config.robot)
                    agent.reset(again, config.seed + number)
                for index, command in enumerate(commands):
                    recording.begin(index, command)
                    with stop_on_ctrl_c(session, console):
                        result = agent.command(command)
                    kept += recording.end(result.to_json()) is not None
                    screen.result(result)
                    well = well and result.ok
    _kept(out, kept, f"of {rounds * len(commands)} commands")
    return well


def _by_hand(
    out: Path, how: str, task: str, episodes: int | None, scene: Any, view: bool, options: Any
) -> None:
    if not task.strip():
        raise ConfigError('--teleop: expected --task "what is shown", got none')
    if how != "keys" and not how.isdecimal():
        raise ConfigError(f"--teleop: expected keys or a port's number, got {how!r}")
    console = Console()
    kept = data_sets("by_hand").record(
        out,
        how,
        task,
        scene,
        episodes,
        view=view,
        say=lambda words: _say(console, words),
        **options,
    )
    _kept(out, kept, "by hand")


def _say(console: Console, words: str) -> None:
    """A line that stays, or with a leading return one that the next one goes over."""
    if console.is_terminal:
        console.file.write("\r\x1b[K" + words[1:] * words.startswith("\r"))
        console.file.flush()
    if not words.startswith("\r"):
        console.print(escape(words), highlight=False)


def _kept(out: Path, kept: int, of: str) -> None:
    count = "1 episode" if kept == 1 else f"{kept} episodes"
    print(f"{shown(out)}: {count} kept {of}; look: llmagentos dataset info {shown(out)}")
