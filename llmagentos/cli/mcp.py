"""`llmagentos mcp`: an agent's tools for a model's client.

Knows: options, which agent is meant. Does not know: the protocol (llmagentos.gateway.model_context).
"""

from __future__ import annotations

import asyncio
import os
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from llmagentos.cli.serve import front_settings
from llmagentos.errors import ConfigError, MissingDependencyError

_AT = "127.0.0.1:8421"


def mcp(
    agent: Annotated[
        str, typer.Option("--agent", metavar="NAME", help="Which agent; needed where there are several.")
    ] = "",
    http: Annotated[
        bool,
        typer.Option("--http", help=f"Streamable HTTP at http://{_AT}/mcp, instead of standard input."),
    ] = False,
    address: Annotated[
        str, typer.Option("--at", metavar="HOST:PORT", help="Where, with --http; port 0: any.")
    ] = "",
    name: Annotated[
        list[str] | None,
        typer.Option("--name", metavar="HOST", help="A name of this machine that requests may be to."),
    ] = None,
    origin: Annotated[
        list[str] | None,
        typer.Option("--origin", metavar="URL", help="Pages of another origin that may ask."),
    ] = None,
    tls_cert: Annotated[
        Path | None, typer.Option("--tls-cert", metavar="FILE", help="Its certificate (PEM).")
    ] = None,
    tls_key: Annotated[
        Path | None, typer.Option("--tls-key", metavar="FILE", help="The certificate's key (PEM).")
    ] = None,
    rate: Annotated[
        float, typer.Option("--rate", min=1.0, help="Requests of one caller a second; stops: no limit.")
    ] = 50.0,
) -> None:  # fmt: skip
    """Give a model's client an agent's tools, by the Model Context Protocol (docs/gateway.md).

    Who asks over standard input is $LLMAGENTOS_TOKEN, or this user without; over HTTP the bearer's.
    """
    missing = [m for m in ("mcp", "fastapi", "uvicorn") if find_spec(m) is None]
    if missing:
        raise MissingDependencyError(
            f"expected the packages of the extra 'mcp', got no {', '.join(missing)}. "
            "Install them: pip install 'llmagentos[mcp]'"
        )
    settings = front_settings(
        http, address or (_AT if http else ""), name or (), origin or (), tls_cert, tls_key, rate
    )
    from llmagentos.daemon.front import FrontSettings
    from llmagentos.daemon.place import TOKEN_VARIABLE
    from llmagentos.gateway.model_context.robot import Asker, Robot
    from llmagentos.sockets import listening

    chosen, who = _meant(agent)
    robot = Robot(chosen)
    if settings is None:
        from llmagentos.gateway.model_context.server import serve_stdio

        asker = Asker(os.environ.get(TOKEN_VARIABLE, ""), who)
        asyncio.run(serve_stdio(robot, asker, rate))
        return
    from llmagentos.gateway.model_context.http import PATH, serve_http

    door = listening(settings.host, settings.port)
    settings = FrontSettings(**{**vars(settings), "port": int(door.getsockname()[1])})
    door.setblocking(False)

    def ready() -> None:
        console = Console(stderr=True)
        console.print(
            f"MCP of agent {chosen} at {settings.url}{PATH}", highlight=False, soft_wrap=True
        )

    asyncio.run(serve_http(settings, door, robot, ready))


def _meant(agent: str) -> tuple[str, str]:
    """The agent's name, and who asks. Raises ConfigError, and what the daemon answers: DaemonError,
    which says how one is started, where there is none."""
    from llmagentos.daemon.client import DaemonClient

    with DaemonClient() as daemon:
        who = str(daemon.ask("whoami")["name"])
        if agent:
            daemon.ask("show", name=agent)
            return agent, who
        names = [each["name"] for each in daemon.list()]
    if len(names) != 1:
        raise ConfigError(f"expected --agent, one of {', '.join(names) or 'none'}, got none")
    return str(names[0]), who
