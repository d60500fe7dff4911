"""`llmagentos fleet`: several robots that divide tasks; who is there, what each does and why, a stop for all.

Knows: options and what is printed. Does not know: how tasks are divided (llmagentos.fleet), how agents are
kept (llmagentos.daemon).
"""

from __future__ import annotations

import json
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from llmagentos.cli.options import NOT_DONE
from llmagentos.fleet import POLICIES, FleetTask, Member
from llmagentos.fleet.client import FleetClient
from llmagentos.fleet.coordinator import Coordinator
from llmagentos.fleet.policies import DEFAULT
from llmagentos.fleet.robot import FleetRobot
from llmagentos.messaging import open_bus

app = typer.Typer(no_args_is_help=True)

Fleet = Annotated[str, typer.Option("--fleet", help="The fleet's name.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON on standard output.")]
Task = Annotated[str, typer.Argument(help="The task's id.")]
_STYLE = {"done": "green", "given": "cyan", "failed": "red", "unclear": "yellow"}


@app.command()
def coordinate(
    policy: Annotated[
        str, typer.Option("--policy", help=f"How tasks are divided: {', '.join(POLICIES)}.")
    ] = DEFAULT,
    journal: Annotated[
        Path | None,
        typer.Option("--journal", metavar="FILE", help="Keeps the book over restarts."),
    ] = None,
    fleet: Fleet = "fleet",
) -> None:
    """Keep a fleet's book and divide its tasks, until Ctrl-C; then robots stop within a second."""
    with ExitStack() as stack:
        bus = stack.enter_context(open_bus("coordinator"))
        made = stack.enter_context(Coordinator(bus, policy, fleet=fleet, path=journal))
        news = stack.enter_context(bus.subscribe(made.news, keep=1000))
        print(f"fleet '{fleet}' is kept, by {policy}; Ctrl-C ends it", flush=True)
        try:
            for row in news:
                print(_line(row), flush=True)
        except KeyboardInterrupt:
            return


@app.command()
def join(
    agents: Annotated[list[str], typer.Argument(help="Agents of the daemon, by name.")],
    ability: Annotated[
        list[str] | None, typer.Option("--ability", help="What they can do; several times.")
    ] = None,
    role: Annotated[str, typer.Option("--role", help="What they are, in a word.")] = "",
    most: Annotated[int, typer.Option("--most", min=1, help="So many tasks at a time.")] = 1000,
    fleet: Fleet = "fleet",
) -> None:
    """Bring agents of the daemon into a fleet, until Ctrl-C: their tasks are commands."""
    from llmagentos.daemon.client import DaemonClient
    from llmagentos.daemon.fleet_work import AgentWork

    with ExitStack() as stack:
        daemon = stack.enter_context(DaemonClient())
        for name in agents:
            daemon.agent(name).show()  # refused by name where there is none
            bus = stack.enter_context(open_bus(name))
            member = Member(name, tuple(ability or ()), role, most=most)
            stack.enter_context(FleetRobot(bus, member, AgentWork(daemon, name), fleet))
        print(f"{', '.join(agents)} joined fleet '{fleet}'; Ctrl-C takes them out", flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return


@app.command()
def add(
    task: Task,
    what: Annotated[str, typer.Argument(help="What is to be done, as a command.")],
    needs: Annotated[
        list[str] | None, typer.Option("--needs", help="An ability or a role; several times.")
    ] = None,
    at: Annotated[
        tuple[float, float] | None, typer.Option("--at", help="Where: x and y, metres.")
    ] = None,
    ask: Annotated[
        bool,
        typer.Option(
            "--ask", help="Where it may be half done, ask a person before it is done again."
        ),
    ] = False,
    fleet: Fleet = "fleet",
) -> None:
    """Hand a task in. The same id again is the same task."""
    made = FleetTask(task, what, tuple(needs or ()), at, half_done="ask" if ask else "again")
    with open_bus("person") as bus:
        FleetClient(bus, fleet).submit(made)
    print(f"task '{task}' is handed in")


@app.command()
def tasks(fleet: Fleet = "fleet", as_json: AsJson = False) -> None:
    """Every task: where it stands, whose it is, and why. Exit code 1: one failed, or a person is asked."""
    with open_bus("person") as bus:
        rows = FleetClient(bus, fleet).tasks()
    if as_json:
        print(json.dumps(rows))
    else:
        table = Table("task", "what", "state", "robot", "why")
        for row in rows:
            style = _STYLE.get(row["state"], "default")
            table.add_row(row["id"], escape(row["what"]), f"[{style}]{row['state']}[/]",
                          row["robot"], escape(row["why"]))  # fmt: skip
        Console().print(table)
    if any(row["state"] in ("failed", "unclear") for row in rows):
        raise typer.Exit(NOT_DONE)


@app.command()
def robots(fleet: Fleet = "fleet", as_json: AsJson = False) -> None:
    """Who is there, what each can do, and what it has. Exit code 1: one is not heard."""
    with open_bus("person") as bus:
        rows = FleetClient(bus, fleet).robots()
    if as_json:
        print(json.dumps(rows))
    else:
        table = Table("robot", "role", "can", "", "tasks")
        for row in rows:
            state = "[red]not heard[/]" if not row["heard"] else "heard"
            state += ", [yellow]stopped[/]" if row["stopped"] else ""
            table.add_row(row["name"], row["role"], ", ".join(row["abilities"]), state,
                          ", ".join(row["tasks"]))  # fmt: skip
        Console().print(table)
    if not all(row["heard"] for row in rows):
        raise typer.Exit(NOT_DONE)


@app.command()
def cancel(task: Task, fleet: Fleet = "fleet") -> None:
    """A task is not wanted any more. Exit code 1: it was over."""
    with open_bus("person") as bus:
        was = FleetClient(bus, fleet).cancel(task)
    print(f"task '{task}' is cancelled" if was else f"task '{task}' was over already")
    if not was:
        raise typer.Exit(NOT_DONE)


@app.command()
def decide(
    task: Task,
    again: Annotated[
        bool, typer.Option("--again/--done", help="Begin it again, or count it as done.")
    ],
    fleet: Fleet = "fleet",
) -> None:
    """Say what becomes of a task whose robot was lost in the middle. Exit code 1: it asked for nothing."""
    with open_bus("person") as bus:
        was = FleetClient(bus, fleet).decide(task, again)
    word = "is begun again" if again else "counts as done"
    print(f"task '{task}' {word}" if was else f"task '{task}' asked for no decision")
    if not was:
        raise typer.Exit(NOT_DONE)


@app.command()
def stop(fleet: Fleet = "fleet", as_json: AsJson = False) -> None:
    """Stop every robot of the fleet; who rests, who could not be reached. Exit code 1: not all rest."""
    with open_bus("person") as bus:
        told = FleetClient(bus, fleet, wait_s=0.5).stop()
    if as_json:
        print(json.dumps([vars(s) for s in told]))
    else:
        for each in told:
            print(each.words)
        print(f"{sum(s.rests for s in told)} of {len(told)} rest")
    if not all(s.rests for s in told):
        raise typer.Exit(NOT_DONE)


@app.command("go-on")
def go_on(fleet: Fleet = "fleet") -> None:
    """After a stop: let the fleet work again."""
    with open_bus("person") as bus:
        for each in FleetClient(bus, fleet).go_on():
            print(each.words)


def _line(row: dict[str, Any]) -> str:
    words = [row["what"], row.get("robot", ""), row.get("task", ""), row.get("why", "")]
    return ": ".join(filter(None, words))
