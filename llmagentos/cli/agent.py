"""`llmagentos agent` and `llmagentos access`: agents of the daemon, and who may ask for what.

Knows: options and what is printed. Does not know: how agents are kept; all of it is asked of the
daemon (llmagentos.daemon.client).
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.table import Table

from llmagentos.cli.options import NOT_DONE
from llmagentos.daemon.client import AgentHandle, DaemonClient, result_of
from llmagentos.daemon.spec import AgentSpec
from llmagentos.errors import CallError, ConfigError, DaemonError
from llmagentos.files import is_there, read_text
from llmagentos.scheduling.task import Priority

app = typer.Typer(no_args_is_help=True)
access = typer.Typer(no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The agent's name.")]
Names = Annotated[list[str], typer.Argument(help="Agents' names.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON on standard output.")]

_STYLE = {
    "running": "green", "paused": "yellow", "pausing": "yellow", "failed": "red",
    "restarting": "yellow", "starting": "cyan", "stopping": "cyan",
}  # fmt: skip


@app.command()
def create(
    name: Name,
    spec: Annotated[
        Path | None, typer.Option("--spec", metavar="FILE", help="What it is made of, as YAML.")
    ] = None,
    scene: Annotated[
        str | None,
        typer.Option("--scene", metavar="FILE", help="The simulated scene; over --spec."),
    ] = None,
    begin: Annotated[bool, typer.Option("--start", help="Start it, too.")] = False,
) -> None:
    """Make an agent; nothing runs until it is started."""
    data: dict[str, Any] = {}
    if spec is not None:
        AgentSpec.load(spec)  # refused with the file's name and the field
        import yaml

        data = yaml.safe_load(read_text(spec, "an agent's specification")) or {}
    if scene is not None:
        data["scene"] = scene
    _in_full(data)
    with DaemonClient() as daemon:
        agent = daemon.create(name, data)
        _tell(agent.start() if begin else agent.show())


@app.command()
def start(names: Names) -> None:
    """Begin their processes; returns when they are ready for commands."""
    _exit(_each(names, lambda agent: agent.start()))


@app.command()
def pause(names: Names) -> None:
    """Finish the action under way, then hold; returns when they hold."""
    _each(names, lambda agent: agent.pause())


@app.command()
def resume(names: Names) -> None:
    """Go on after a pause."""
    _each(names, lambda agent: agent.resume())


@app.command()
def stop(names: Names) -> None:
    """End their processes well; commands in line are cancelled."""
    _each(names, lambda agent: agent.stop())


@app.command()
def destroy(
    names: Names,
    force: Annotated[bool, typer.Option("--force", help="Also one that runs.")] = False,
) -> None:
    """Remove agents with all that they keep."""
    _each(names, lambda agent: agent.destroy(force))


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """All agents, and where their lives stand."""
    with DaemonClient() as daemon:
        agents = daemon.list()
    if as_json:
        print(json.dumps(agents))
    else:
        Console().print(_table(agents) if agents else "no agents yet", highlight=False)


@app.command()
def show(name: Name, as_json: AsJson = False) -> None:
    """One agent: its life, its specification, its newest calls."""
    with DaemonClient() as daemon:
        agent = daemon.agent(name).show()
    if as_json:
        print(json.dumps(agent))
        return
    console, calls = Console(), agent.pop("calls")
    for key, value in agent.items():
        if value not in ("", None, {}, []):
            said = json.dumps(value) if isinstance(value, dict | list) else str(value)
            console.print(f"[dim]{key:>10}[/]  {escape(said)}", highlight=False)
    console.print(_calls(calls))


@app.command()
def logs(
    name: Name,
    follow: Annotated[
        bool, typer.Option("-f", "--follow", help="Go on as it prints more.")
    ] = False,
    lines: Annotated[int, typer.Option("-n", "--lines", min=1, help="So many.")] = 100,
) -> None:
    """What an agent printed."""
    with DaemonClient() as daemon:
        told = daemon.ask("logs", name=name, lines=lines)
    for line in told["lines"]:
        print(line)
    if follow:
        with suppress(KeyboardInterrupt):
            _follow(Path(told["file"]))


@app.command()
def top(
    once: Annotated[bool, typer.Option("--once", help="Print it once.")] = False,
) -> None:
    """Agents with what they use now, live; Ctrl-C ends it."""
    console = Console()
    with DaemonClient() as daemon, suppress(KeyboardInterrupt):
        if once or not console.is_terminal:
            console.print(_top(daemon), highlight=False)
            return
        with Live(_top(daemon), console=console, refresh_per_second=4) as live:
            while True:
                time.sleep(1.0)
                live.update(_top(daemon))


@app.command()
def command(
    name: Name,
    text: Annotated[str, typer.Argument(help="What to do.")],
    priority: Annotated[
        str, typer.Option("--priority", help="idle, low, normal, high, urgent, or 0 to 100.")
    ] = "normal",
    deadline_s: Annotated[
        float | None, typer.Option("--deadline", min=0.001, help="Seconds; too late: not done.")
    ] = None,
    wait: Annotated[
        bool, typer.Option("--wait/--no-wait", help="Wait for what comes of it.")
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Say something to an agent; a more urgent command comes first at the next safe point.

    Exit code 0: it succeeded or was answered; 1: not.
    """
    with DaemonClient() as daemon:
        args = {"text": text}
        options: dict[str, Any] = {"priority": _priority(priority), "deadline_s": deadline_s}
        if not wait:
            number = daemon.agent(name).submit("command", args, **options)
            print(number if not as_json else json.dumps({"number": number}))
            return
        well = _say(daemon, name, args, options, as_json)
    _exit(well)


@app.command()
def call(
    name: Name,
    verb: Annotated[str, typer.Argument(help="A method of its program, or command, plan, scene.")],
    arguments: Annotated[
        list[str] | None, typer.Argument(metavar="NAME=VALUE...", help="JSON, or words.")
    ] = None,
    priority: Annotated[
        str, typer.Option("--priority", help="idle, low, normal, high, urgent, or 0 to 100.")
    ] = "normal",
    deadline_s: Annotated[
        float | None, typer.Option("--deadline", min=0.001, help="Seconds; too late: not done.")
    ] = None,
) -> None:
    """Ask an agent for anything it can do; prints the answer as JSON."""
    args = {}
    for each in arguments or ():
        key, equals, value = each.partition("=")
        if not equals:
            raise ConfigError(f"expected NAME=VALUE, got {each!r}")
        try:
            args[key] = json.loads(value)
        except ValueError:
            args[key] = value
    with DaemonClient() as daemon:
        options: dict[str, Any] = {"priority": _priority(priority), "deadline_s": deadline_s}
        print(json.dumps(daemon.agent(name).call(verb, args, **options)))


@app.command()
def spec() -> None:
    """Every field of an agent's specification, with its meaning and default."""
    print(AgentSpec().to_yaml(comments=True), end="")


@app.command()
def module(
    name: Name,
    concept: Annotated[str, typer.Argument(help="perception, planning or learning.")],
    use: Annotated[
        str, typer.Option("--use", help="builtin, or package.module:Class.")
    ] = "builtin",
    runs: Annotated[
        str, typer.Option("--runs", help="here, service, or the name of one that is shared.")
    ] = "here",
    remove: Annotated[bool, typer.Option("--remove", help="Take it out instead.")] = False,
) -> None:
    """Another module for an agent that lives, from the next safe point on."""
    if concept not in ("perception", "planning", "learning"):
        raise ConfigError(f"expected perception, planning or learning, got {concept!r}")
    where = runs if runs in ("here", "service") else {"service": runs}
    wanted = None if remove else {"use": use, "runs": where}
    with DaemonClient() as daemon:
        told = daemon.agent(name).call("module", {"concept": concept, "module": wanted})
    print(f"{name}: {told['concept']} {'removed' if remove else 'replaced'}")


@app.command()
def calls(
    name: Annotated[str, typer.Argument(help="Of one agent; all without it.")] = "",
    last: Annotated[int, typer.Option("--last", min=1, help="So many.")] = 20,
    as_json: AsJson = False,
) -> None:
    """The newest calls: who asked for what, and what came of it."""
    with DaemonClient() as daemon:
        found = daemon.ask("calls", name=name, last=last)
    if as_json:
        print(json.dumps(found))
    else:
        Console().print(_calls(found))


@app.command()
def cancel(number: Annotated[int, typer.Argument(help="The call's number.")]) -> None:
    """A call is not wanted any more: it ends at once, or at its next safe point."""
    with DaemonClient() as daemon:
        call = daemon.ask("cancel", number=number)
    print(f"call {number}: {call['state']}")


@app.command()
def halt(
    name: Annotated[str, typer.Argument(help="One agent's arm; all without it.")] = "",
) -> None:
    """Stop arms at once; says what was measured. `agent reset` lets them take commands again."""
    with DaemonClient() as daemon:
        told = daemon.ask("halt", name=name)
    for agent, measured in told.items():
        print(f"{agent}: {measured.get('words')}")
    _exit(bool(told) and all(m.get("at_rest", True) for m in told.values()))


@app.command()
def reset(name: Name) -> None:
    """After a stop: the agent takes commands again. Nothing that was stopped goes on."""
    with DaemonClient() as daemon:
        told = daemon.agent(name).reset()
    print(f"{name}: {told.get('words')}")
    _exit(bool(told.get("reset")))


# --- who may ask for what -------------------------------------------------------------------------


@access.command()
def grant(
    name: Annotated[str, typer.Argument(help="Whom.")],
    role: Annotated[str, typer.Option("--role", help="viewer, operator or admin.")] = "viewer",
    days: Annotated[
        float | None,
        typer.Option("--days", min=0.0, max=36500.0, help="For so long; else for ever."),
    ] = None,
    program: Annotated[
        bool,
        typer.Option(
            "--program", help="No person stands behind it: its yes to what needs one is none."
        ),
    ] = False,
) -> None:
    """Let somebody in; prints a token, this once ($LLMAGENTOS_TOKEN is where clients look), and beside it a
    link that opens the console with it."""
    expires_s = None if days is None else days * 86400
    with DaemonClient() as daemon:
        made = daemon.ask("grant", name=name, role=role, expires_s=expires_s, program=program)
        http = daemon.status()["http"]
    print(made["token"])
    if http and not program:
        page = str(http["url"]).replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:")
        print(f"console: {page}/#token={made['token']}", file=sys.stderr)


@access.command()
def revoke(name: Annotated[str, typer.Argument(help="Whom.")]) -> None:
    """Not any more."""
    with DaemonClient() as daemon:
        daemon.ask("revoke", name=name)
    print(f"{name} may not come in any more")


@access.command("list")
def list_access() -> None:
    """Everybody who was let in."""
    with DaemonClient() as daemon:
        found = daemon.ask("identities")
    table = Table("name", "role", "until", "a program", box=None, header_style="dim")
    for each in found:
        until = each["expires_at"]
        words = "" if until is None else time.strftime("%Y-%m-%d %H:%M", time.localtime(until))
        over = until is not None and until <= time.time()
        table.add_row(
            escape(each["name"]), each["role"], f"{words} (over)" if over else words,
            "yes" if each["program"] else "",
        )  # fmt: skip
    Console().print(table if found else "nobody but the daemon's own user", highlight=False)


# --- printing -------------------------------------------------------------------------------------


def _say(
    daemon: DaemonClient, name: str, args: Mapping[str, Any], options: Mapping[str, Any], as_json: bool
) -> bool:  # fmt: skip
    from llmagentos.cli.view import View

    console = Console(stderr=as_json)
    screen = View(console)
    with _watched(name, None if as_json else screen):
        call = daemon.ask("call", name=name, verb="command", args=dict(args), **options)
    try:
        result = result_of(call)
    except CallError as exc:
        screen.end()
        if as_json:
            print(json.dumps(call))
        else:
            console.print(f"[bold red]{call['state']}[/]  {escape(str(exc))}", highlight=False)
        return False
    if as_json:
        print(json.dumps(result))
    elif isinstance(result, dict) and "reply" in result:
        screen.end()
        style = "bold green" if result["status"] in ("succeeded", "answered") else "bold yellow"
        console.print(f"[{style}]{result['status']}[/]  {escape(result['reply'])}", highlight=False)
    else:
        print(result)
    return not isinstance(result, dict) or result.get("status", "answered") in (
        "succeeded",
        "answered",
    )


def _in_full(data: dict[str, Any]) -> None:
    """A scene's file by its whole path: the daemon has another folder. Raises what speaks against it."""
    scene = data.get("scene")
    if isinstance(scene, str):
        from llmagentos.composition import load_scene

        load_scene(scene)
        if is_there(scene):
            data["scene"] = str(Path(scene).absolute())


@contextmanager
def _watched(name: str, screen: Any) -> Iterator[None]:
    """Inside, what the agent does is drawn on a screen. The thread that draws has ended afterwards: one
    that a program's end finds at work brings it down."""
    if screen is None:
        yield
        return
    from llmagentos import events
    from llmagentos.lang.plan import Plan

    def draw(told: Mapping[str, Any]) -> None:
        if told.get("kind") == "event" and told.get("agent") == name:
            data = {k: v for k, v in told.items() if k not in ("kind", "agent")}
            event = events.from_json(data)
            if isinstance(event, events.PlanWritten):
                event = replace(event, plan=Plan.model_validate(event.plan))
            screen.event(event)

    def watch() -> None:
        with suppress(DaemonError, KeyError, TypeError, ValueError):
            for told in happens:
                draw(told)

    with DaemonClient() as daemon:
        happens = daemon.watch()
        next(happens)  # it watches now
        thread = threading.Thread(target=watch, daemon=True)
        thread.start()
        try:
            yield
        finally:
            time.sleep(0.05)  # the last of it is on its way
            daemon.close()
            thread.join(5.0)


def _follow(path: Path) -> None:
    file = path.open("rb")
    file.seek(0, 2)
    while True:
        if line := file.readline():
            print(line.decode("utf-8", "replace"), end="", flush=True)
            continue
        time.sleep(0.2)
        with suppress(OSError):
            if path.stat().st_ino != os.fstat(file.fileno()).st_ino:
                file.close()
                file = path.open("rb")


def _each(names: Sequence[str], do: Callable[[AgentHandle], Mapping[str, Any]]) -> bool:
    """Ask it of one after another, and tell what came of it; whether all is well with all."""
    with DaemonClient() as daemon:
        return all([_tell(do(daemon.agent(name))) for name in names])


def _tell(agent: Mapping[str, Any]) -> bool:
    """A line about an agent; whether all is well with it."""
    console, phase = Console(), str(agent["phase"])
    why = f"  {escape(agent['why'])}" if agent.get("why") else ""
    console.print(
        f"{agent['name']} [{_STYLE.get(phase, 'default')}]{phase}[/]{why}", highlight=False
    )
    return phase != "failed"


def _table(agents: list[dict[str, Any]]) -> Table:
    table = Table(
        "agent", "phase", "pid", "in line", "restarts", "why", box=None, header_style="dim"
    )
    for a in agents:
        phase = f"[{_STYLE.get(a['phase'], 'default')}]{a['phase']}[/]"
        table.add_row(
            a["name"], phase, str(a["pid"] or ""), str(a["in_line"]), str(a["restarts"]),
            escape(a["why"]),
        )  # fmt: skip
    return table


def _top(daemon: DaemonClient) -> Table:
    status, agents = daemon.status(), daemon.list()
    used = ", ".join(
        f"{name} {status['used'].get(name, 0):.3g}/{there:.3g}"
        for name, there in status["there"].items()
    )
    table = Table(
        "agent", "phase", "cores", "of", "memory MB", "of", "processes", "in line",
        box=None, header_style="dim", title=f"{status['live']} of {status['agents']} live; kept: {used}",
        title_justify="left",
    )  # fmt: skip
    for a in agents:
        budgets = a["budgets"]
        table.add_row(
            a["name"], f"[{_STYLE.get(a['phase'], 'default')}]{a['phase']}[/]", f"{a['cores']:.2f}",
            str(budgets.get("cores", "")), f"{a['memory_mb']:.0f}", str(budgets.get("memory_mb", "")),
            str(a["processes"]), str(a["in_line"]),
        )  # fmt: skip
    return table


def _calls(found: list[dict[str, Any]]) -> Table:
    table = Table("call", "agent", "who", "asked", "state", "came to", box=None, header_style="dim")
    for c in found:
        result = c.get("result")
        told = result.get("reply", "") if isinstance(result, dict) else result
        asked = c["args"].get("text") or f"{c['verb']} {json.dumps(c['args'])}"
        table.add_row(
            str(c["number"]), c["agent"], escape(c["who"]), escape(asked), c["state"],
            escape("" if told is None else str(told)[:120]),
        )  # fmt: skip
    return table


def _priority(text: str) -> int:
    try:
        return int(Priority[text.upper()]) if not text.isdigit() else int(text)
    except KeyError as exc:
        names = ", ".join(p.name.lower() for p in Priority)
        raise ConfigError(f"expected a priority of {names}, or 0 to 100, got {text!r}") from exc


def _exit(well: bool) -> None:
    if not well:
        raise typer.Exit(NOT_DONE)
