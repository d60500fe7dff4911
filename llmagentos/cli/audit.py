"""`llmagentos audit`: reads the record of what was asked, allowed and done.

Knows: how rows are listed, and what verification says. Does not know: how rows are written.
"""

from __future__ import annotations

import json
from collections import deque
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from llmagentos.audit import default_folder, rows_of
from llmagentos.audit import verify as verify_chain
from llmagentos.audit.log import AuditLog
from llmagentos.audit.reading import files_of
from llmagentos.errors import AuditError
from llmagentos.files import shown

app = typer.Typer(no_args_is_help=True)

#: What stands first in the words of a row; the rest follows in order.
_FIRST = ("by", "rule", "why", "text", "status", "reply", "words", "action")
_AGO = {"s": 1, "m": 60, "h": 3600, "d": 86400}

FileArgument = Annotated[
    Path | None,
    typer.Argument(
        metavar="FILE", help="A record's folder, or one file of it; the user's own without it."
    ),
]


@app.callback()
def _group() -> None:
    """Who asked what, what was allowed or refused and by which rule, what was done."""


@app.command()
def show(
    file: FileArgument = None,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="TIME", help="As 2026-11-30, 2026-11-30T14:00 (UTC), 2h."),
    ] = None,
    last: Annotated[int | None, typer.Option("--last", min=1, help="Only so many rows.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a row.")] = False,
) -> None:
    """List the rows, oldest first."""
    begin = None if since is None else _time(since)
    path = default_folder() if file is None else file
    if file is None and not path.exists():
        Console(stderr=True).print("nothing is recorded yet")
        return
    kept: deque[tuple[str, dict[str, Any]]] = deque(maxlen=last)
    for row in rows_of(path):
        try:
            content = row.content
        except ValueError:
            content = {"kind": "unreadable", "facts": {"text": row.text}}
        if begin is None or str(content.get("at", "")) >= begin:
            kept.append((row.hash, {"seq": row.seq, **content}))
    console = Console()
    for closing, content in kept:
        if as_json:
            print(json.dumps({**content, "hash": closing}))
        else:
            console.print(_line(content), soft_wrap=True, highlight=False)


@app.command()
def verify(
    file: FileArgument = None,
    expect: Annotated[
        str,
        typer.Option("--expect", metavar="HASH", help="Noted earlier, as `verify` prints it."),
    ] = "",
) -> None:
    """Find every row that was altered, removed or moved. Exit code 1: there is one."""
    path = default_folder() if file is None else file
    found = verify_chain(path, expect.strip().lower())
    console = Console()
    for problem in found.problems:
        console.print(f"[red]✗[/] {escape(problem)}", soft_wrap=True, highlight=False)
    verdict = "the chain is whole" if not found.problems else f"{len(found.problems)} found"
    console.print(
        f"{found.rows} rows in {found.files} files: {verdict}; row {found.seq} has the hash\n"
        f"{found.hash}",
        soft_wrap=True,
        highlight=False,
    )
    if found.problems:
        raise typer.Exit(1)


@app.command()
def accept(
    folder: Annotated[
        Path | None, typer.Argument(metavar="FOLDER", help="The user's own without it.")
    ] = None,
) -> None:
    """Say that you know of a record that could not be read: a robot moves again."""
    path = default_folder() if folder is None else folder
    if files_of(path) == [path]:
        raise AuditError(f"expected a record's folder at {shown(path)}, got a file")
    log = AuditLog(path)
    aside = log.folder.unaccepted
    if not aside:
        Console().print("nothing was set aside")
        return
    log.write("accepted", what=aside)
    log.folder.accept()
    log.close()
    Console().print(f"accepted: {escape(aside)}", soft_wrap=True, highlight=False)


def _line(content: dict[str, Any]) -> str:
    facts = content.get("facts")
    facts = facts if isinstance(facts, dict) else {}
    order = [k for k in _FIRST if k in facts] + sorted(k for k in facts if k not in _FIRST)
    told = "  ".join(f"{k}={_short(facts[k])}" for k in order if facts[k] not in ("", None))
    head = f"{content['seq']:>6} {str(content.get('at', ''))[:19]} {content.get('command', ''):12}"
    return f"[dim]{escape(head)}[/] [bold]{content.get('kind', '')!s:10}[/] {escape(told)}"


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= 160 else text[:157] + "..."


def _time(text: str) -> str:
    """The beginning that is meant, as rows have it."""
    now = datetime.now(timezone.utc)
    number, unit = text[:-1], text[-1:]
    try:
        if unit in _AGO and number.isdecimal():
            begin = now - timedelta(seconds=int(number) * _AGO[unit])
        else:
            begin = datetime.fromisoformat(text.replace("Z", "+00:00"))
            begin = begin if begin.tzinfo else begin.replace(tzinfo=timezone.utc)
    except (ValueError, OverflowError):
        raise typer.BadParameter(
            f"expected a time as 2026-11-30, 2026-11-30T14:00 or 2h, got {text!r}"
        ) from None
    return begin.astimezone(timezone.utc).isoformat(timespec="microseconds")
