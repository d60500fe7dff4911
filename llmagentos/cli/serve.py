"""`llmagentos serve`: the daemon that keeps agents.

Knows: options and what is printed. Does not know: how agents are kept (llmagentos.daemon).
"""

from __future__ import annotations

import logging
import ssl
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from llmagentos.errors import ConfigError, FileError, MissingDependencyError
from llmagentos.files import refusing

if TYPE_CHECKING:
    from llmagentos.daemon.front import FrontSettings


_HERE = ("127.0.0.1", "localhost", "::1")


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
    http: Annotated[
        bool, typer.Option("--http", help="Serve HTTP as well (docs/gateway.md), at 127.0.0.1:8420.")
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
        float,
        typer.Option("--rate", min=1.0, help="Requests of one caller a second, over HTTP; stops: no limit."),
    ] = 50.0,
    unit: Annotated[
        bool, typer.Option("--unit", help="Print a systemd unit for this user instead.")
    ] = False,
) -> None:  # fmt: skip
    """Keep agents: each in a process of its own, found again after a crash; Ctrl-C ends it.

    Agents that run when it ends come back when it begins again.
    """
    front = front_settings(http, address, name or (), origin or (), tls_cert, tls_key, rate)
    if unit:
        print(_unit(folder, socket, there or (), _http_words(front)), end="")
        return
    from llmagentos.daemon.server import Daemon
    from llmagentos.daemon.server import serve as run

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    console = Console(stderr=True)

    def ready(daemon: Daemon) -> None:
        console.print(f"agents' daemon at {daemon.socket}", highlight=False)
        for name, kept in sorted(daemon.keeper.agents.items()):
            console.print(f"  {name}: {kept.row.phase}", highlight=False)
        if daemon.front is not None:
            console.print(f"HTTP and console at {daemon.front.settings.url}", highlight=False)
            console.print(
                "  llmagentos access grant NAME --role operator: a token, and a link", style="dim"
            )
            if not (front.cert if front else "") and daemon.front.settings.host not in _HERE:
                words = "other machines may ask, and tokens can be read on the way: --tls-cert, --tls-key"
                console.print(words, style="yellow")
        console.print("in another terminal: llmagentos agent create NAME --spec FILE", style="dim")

    run(folder, socket, amounts(there or ()), ready, front)


def front_settings(
    http: bool, address: str, names: Sequence[str], origins: Sequence[str], cert: Path | None,
    key: Path | None, rate: float,
) -> FrontSettings | None:  # fmt: skip
    """What the gateway is told; None without one. Raises ConfigError, FileError,
    MissingDependencyError."""
    from llmagentos.daemon.front import FrontSettings

    if not http:
        if address or cert or key or names or origins:
            raise ConfigError("expected --http with --at, --name, --origin and --tls-..., got none")
        return None
    missing = [m for m in ("fastapi", "uvicorn", "websockets") if find_spec(m) is None]
    if missing:
        raise MissingDependencyError(
            f"expected the packages of the extra 'http', got no {', '.join(missing)}. "
            "Install them: pip install 'llmagentos[http]'"
        )
    host, port = _address(address or "127.0.0.1:8420")
    if (cert is None) != (key is None):
        raise ConfigError("expected --tls-cert and --tls-key together, got one of them")
    if cert is not None and key is not None:
        for path in (cert, key):
            with refusing(path, "a certificate or its key"):
                path.read_bytes()
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(cert, key)
        except (ssl.SSLError, ValueError) as exc:
            words = f"expected a certificate and its key (PEM) at {cert} and {key}"
            raise FileError(f"{words}, got: {exc}") from exc
    return FrontSettings(
        host, port, tuple(names), tuple(origins), str(cert.absolute()) if cert else "",
        str(key.absolute()) if key else "", rate,
    )  # fmt: skip


def _address(text: str) -> tuple[str, int]:
    """HOST:PORT, [::1]:PORT. Raises ConfigError."""
    host, _, port = text.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise ConfigError(f"expected HOST:PORT, as 127.0.0.1:8420, got {text!r}")
    return host.strip("[]"), int(port)


def _http_words(front: FrontSettings | None) -> list[str]:
    if front is None:
        return []
    host = f"[{front.host}]" if ":" in front.host else front.host
    words = ["--http", "--at", f"{host}:{front.port}", "--rate", f"{front.rate:g}"]
    for option, values in (("--name", front.names), ("--origin", front.origins)):
        for value in values:
            words += [option, value]
    return words + (["--tls-cert", front.cert, "--tls-key", front.key] if front.cert else [])


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


def _unit(
    folder: Path | None, socket: Path | None, there: Sequence[str], http: Sequence[str]
) -> str:
    words = [sys.executable, "-m", "llmagentos", "serve"]
    for option, value in (("--folder", folder), ("--socket", socket)):
        words += [option, str(value)] if value is not None else []
    for each in there:
        words += ["--there", each]
    words += http
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
