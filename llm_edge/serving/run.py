"""Serve models on an address until the program is stopped.

Knows: sockets, uvicorn, which models are meant. Does not know: HTTP's contents (app.py).
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from llm_edge import folder, manage
from llm_edge.local import LocalPlanner
from llm_edge.serving.process import HANG_S, EngineProcess
from llm_edge.text import TextModel
from llmagentos.errors import ConfigError, MissingDependencyError, ModelError
from llmagentos.sockets import listening

if TYPE_CHECKING:
    from llm_edge.serving.writing import Writer

#: Makes what writes, in the engine's process.
_MAKER = "llm_edge.serving.run:load"


def load(name: str, engine: str = "auto", threads: int = 1) -> Writer:
    """What writes for a model on board. Raises what loading it raises; ModelError for an address."""
    from llm_edge.serving.writing import PlanWriter, TextWriter

    if manage.address_of(name) is not None or "://" in name:
        raise ModelError(f"expected a model on board, got the address of a server: {name}")
    name = manage.ready(name)
    if manage.read_config(folder.find(name)).get("model_type") == "llm_edge_text":
        return TextWriter(TextModel(name, engine, threads))
    return PlanWriter(LocalPlanner(name, threads, engine_name=engine))


def serve(
    names: Sequence[str],
    host: str = "127.0.0.1",
    port: int = 8080,
    key_env: str = "",
    engine: str = "auto",
    threads: int = 1,
    hang_s: float = HANG_S,
    ready: Callable[[str], None] = lambda address: None,
) -> None:
    """Serve until SIGINT or SIGTERM. key_env: the environment variable with the key that clients
    have to know; without one only this machine is served. hang_s: an engine that writes no token for
    so long, seconds, is ended and started again. ready: told the address.

    Raises ConfigError for an address that can't be had or may not be; MissingDependencyError.
    """
    key = _key(key_env, host)
    try:
        import uvicorn

        from llm_edge.serving.app import Server
    except ImportError as exc:
        raise MissingDependencyError(
            f"expected the packages of the extra 'serve', got: {exc}. "
            "Install them: pip install 'llmagentos[serve]'"
        ) from exc
    found = listening(host, port)
    with found:
        engines: dict[str, EngineProcess] = {}
        try:
            for name in names:
                options = {"name": name, "engine": engine, "threads": threads}
                engines[name] = EngineProcess(_MAKER, options, hang_s, name)
            config = uvicorn.Config(
                Server(engines, key).app, log_level="warning", timeout_graceful_shutdown=5
            )
            ready(f"http://{host}:{found.getsockname()[1]}/v1")
            uvicorn.Server(config).run(sockets=[found])
        finally:
            for running in engines.values():
                running.close()


def _key(key_env: str, host: str) -> str:
    key = os.environ.get(key_env, "") if key_env else ""
    if key_env and not key:
        raise ConfigError(f"expected a key in the environment variable {key_env}, got none")
    if not key and not _is_local(host):
        raise ConfigError(
            f"expected a key (--key-env) where others than this machine may ask, got none: {host}"
        )
    return key


def _is_local(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
