"""`llmagentos memory`: what a robot remembers over restarts: shown, searched, forgotten, exported.

Knows: printing and options. Does not know: how it is kept (llmagentos.memory.long_term).
"""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from llmagentos.composition import word_meaning
from llmagentos.dialogue.questions.past import when
from llmagentos.errors import FileError
from llmagentos.files import is_there, write_text
from llmagentos.memory.long_term import Deed, LongTermMemory, memory_file
from llmagentos.ports.meaning import WordMeaning
from llmagentos.robots import DEFAULT_ROBOT

app = typer.Typer(no_args_is_help=True)

Robot = Annotated[str, typer.Option("--robot", help="The arm whose memory is meant.")]
Folder = Annotated[str, typer.Option("--folder", help="Where it is kept, if not in its place.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON on standard output.")]


def _opened(robot: str, folder: str, meaning: WordMeaning | None = None) -> LongTermMemory:
    path = memory_file(robot, folder)
    if not is_there(path):
        raise FileError(f"expected a memory at {path}, got none: `llmagentos chat` keeps one")
    return LongTermMemory(path, meaning=meaning)


@app.command()
def show(
    last: Annotated[int, typer.Option("--last", min=1, help="So many commands.")] = 20,
    robot: Robot = DEFAULT_ROBOT,
    folder: Folder = "",
    as_json: AsJson = False,
) -> None:
    """The newest commands, and where each thing was seen last."""
    with closing(_opened(robot, folder)) as memory:
        if as_json:
            print(json.dumps(list(memory.export())))
            return
        _commands(memory.commands(last), memory.now_s)
        seen = Table("thing", "seen", "x, y (m)")
        for sight in memory.last_seen():
            x, y = sight.thing.position[:2]
            name = f"{sight.thing.label} ({sight.thing.id})"
            seen.add_row(name, when(sight.at, memory.now_s), f"{x:.2f}, {y:.2f}")
        Console().print(seen)
        told = Table("when", "told")
        for fact in memory.facts(last):
            told.add_row(when(fact.at, memory.now_s), fact.text)
        if told.row_count:
            Console().print(told)


@app.command()
def search(
    words: Annotated[list[str], typer.Argument(help="All of them are in what was said or told.")],
    robot: Robot = DEFAULT_ROBOT,
    folder: Folder = "",
) -> None:
    """Commands, and what was told, about something: those with all the words, the newest first; else
    what means something alike."""
    with closing(_opened(robot, folder, word_meaning())) as memory:
        asked = " ".join(words)
        _commands(memory.search(asked) or memory.recall(asked), memory.now_s)


@app.command()
def forget(
    words: Annotated[
        list[str] | None, typer.Argument(help="Everything about this; or --all.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Everything there is.")] = False,
    robot: Robot = DEFAULT_ROBOT,
    folder: Folder = "",
) -> None:
    """Remove commands with all these words, and things that are called so."""
    if bool(words) == everything:
        raise typer.BadParameter("expected either words or --all")
    with closing(_opened(robot, folder)) as memory:
        if everything:
            memory.forget_all()
            print("everything is forgotten")
            return
        count = memory.forget(" ".join(words or ()))
        print(f"{count} forgotten" if count else "nothing about that is remembered")


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="JSON lines.")],
    robot: Robot = DEFAULT_ROBOT,
    folder: Folder = "",
) -> None:
    """Write all of it into a file, a row a line."""
    with closing(_opened(robot, folder)) as memory:
        rows = [json.dumps(row) for row in memory.export()]
    write_text(file, "".join(f"{row}\n" for row in rows), "an export that can be written")
    print(f"{len(rows)} rows in {file}")


def _commands(deeds: list[Deed], now_s: float) -> None:
    table = Table("when", "said", "came to", "told")
    for deed in deeds:
        table.add_row(when(deed.at, now_s), deed.text, deed.status, deed.reply)
    Console().print(table)
