"""`llmagentos serve`: the daemon that keeps agents.

Knows: options and what is printed. Does not know: how agents are kept (llmagentos.daemon).
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from llmagentos.errors import ConfigError


def serve(
    folder: Annotated[
        Path | None,
        typer.Option("--folder", metavar="DIR", help="Its state, if not in its place."),
    ] = None,
    socket: Annotated[
        Path | None, typer.Option("--socket", metavar="FILE", help="Its door, if not in its place.")
    ] = None,
    there: Annotated[
        list[str] | None,
        typer.Option(
            "--there", metavar="NAME=AMOUNT",
            help="What there is for agents, as arm=1 or gpu_gb=8; cores, memory and disk are found.",
        ),
    ] = None,
    unit: Annotated[
        bool, typer.Option("--unit", help="Print a systemd unit for this user instead.")
    ] = False,
) -> None:  # fmt: skip
    """Keep agents: each in a process of its own, found again after a crash; Ctrl-C ends it.

    Agents that run when it ends come back when it begins again.
    """
    if unit:
        print(_unit(folder, socket, there or ()), end="")
        return
    from llmagentos.daemon.server import Daemon
    from llmagentos.daemon.server import serve as run

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    console = Console(stderr=True)

    def ready(daemon: Daemon) -> None:
        console.print(f"agents' daemon at {daemon.socket}", highlight=False)
        for name, kept in sorted(daemon.keeper.agents.items()):
            console.print(f"  {name}: {kept.row.phase}", highlight=False)
        console.print("in another terminal: llmagentos agent create NAME --spec FILE", style="dim")

    run(folder, socket, amounts(there or ()), ready)


def amounts(given: tuple[str, ...] | list[str]) -> dict[str, float]:
    """From "arm=1". Raises ConfigError."""
    out = {}
    for each in given:
        name, equals, amount = each.partition("=")
        try:
            out[name.strip()] = float(amount)
        except ValueError:
            equals = ""
        if not equals or not name.strip() or not out[name.strip()] >= 0:
            raise ConfigError(f"expected NAME=AMOUNT, as arm=1, got {each!r}")
    return out


def _unit(folder: Path | None, socket: Path | None, there: tuple[str, ...] | list[str]) -> str:
    words = [sys.executable, "-m", "llmagentos", "serve"]
    for option, value in (("--folder", folder), ("--socket", socket)):
        words += [option, str(value)] if value is not None else []
    for each in there:
        words += ["--there", each]
    # Agents outlive a daemon that was killed: systemd must not end them with it, and finds them
    # adopted by the next one. On `systemctl stop` the daemon ends them itself.
    return f"""\
[Unit]
Description=LLMAgentOS: keeps agents
After=default.target

[Service]
ExecStart={" ".join(words)}
Restart=always
RestartSec=1
KillMode=process
TimeoutStopSec=30
Delegate=cpu memory

[Install]
WantedBy=default.target
"""
