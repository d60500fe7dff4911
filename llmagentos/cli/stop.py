"""`llmagentos stop` and `llmagentos reset-safety`: every running session of this user at once.

Knows: sessions' sockets, printing and exit codes. Does not know: how a session stops.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from llmagentos.runtime.sessions import Heard, ask_all
from llmagentos.safety.stopping import RESET, STOP
from llmagentos.safety.supervising import operator

#: Exit codes: every robot rests (or was reset), or not.
OK, NOT_DONE = 0, 1

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object per session.")]
WaitOption = Annotated[
    float, typer.Option("--wait", min=0.1, help="How long to wait for an answer, seconds.")
]


def stop(
    as_json: AsJson = False,
    wait_s: WaitOption = 5.0,
) -> None:
    """Stop every running session of yours: run, chat, record, teleop, on this machine.

    Each one says what was measured. Exit code 0: all are at rest; 1: one is not known to be, or
    there is none. It stays stopped until `llmagentos reset-safety`.
    """
    heard = ask_all({"do": STOP, "source": "llmagentos stop", "by": operator()}, wait_s)
    raise typer.Exit(_tell(heard, as_json, "at_rest"))


def reset_safety(
    as_json: AsJson = False,
    wait_s: WaitOption = 5.0,
) -> None:
    """After a stop: let every session of yours take commands again. Nothing that was stopped goes on.

    Look at the robot first. Exit code 0: all take commands; 1: one does not, or there is none.
    """
    heard = ask_all({"do": RESET, "by": operator()}, wait_s)
    raise typer.Exit(_tell(heard, as_json, "reset"))


def _tell(heard: Sequence[Heard], as_json: bool, key: str) -> int:
    """Print every answer; the exit code."""
    if not heard and not as_json:
        print("no session of yours is running on this machine")
    console = Console(highlight=False, soft_wrap=True)
    for one in heard:
        if as_json:
            print(json.dumps({"session": one.session, "pid": one.pid, **one.told,
                              "error": one.error}))  # fmt: skip
            continue
        well = bool(one.told.get(key)) and not one.error
        style = "green" if well else "bold red"
        where = f"{one.session} (pid {one.pid})" if one.pid else one.session
        words = one.error or str(one.told.get("words", ""))
        console.print(f"{escape(where)}: [{style}]{escape(words)}[/]")
    well = bool(heard) and all(h.told.get(key) and not h.error for h in heard)
    return OK if well else NOT_DONE
