"""The gateway's process: `python -m llmagentos.gateway`, started by the daemon alone.

Knows: what the daemon told it (a socket, a pipe for signs of life), uvicorn's settings, its own end: with
the daemon's. Does not know: resources.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
import socket
import sys

import uvicorn

from llmagentos.daemon.front import VARIABLE, settings_of
from llmagentos.gateway.app import make
from llmagentos.gateway.protocol import bounded

#: How often it gives a sign of life, seconds.
_SIGN_S = 0.5
#: Largest message of a listener, bytes.
_FRAME = 4096


async def _signs(sign: int, server: uvicorn.Server) -> None:
    """Signs of life from the loop itself, from when it serves on: one that hangs gives none."""
    while not server.started:
        await asyncio.sleep(0.02)
    while True:
        with contextlib.suppress(BlockingIOError):
            os.write(sign, b".")
        await asyncio.sleep(_SIGN_S)


async def _serve(told: dict[str, object]) -> None:
    settings = settings_of(told)
    config = bounded(
        make(settings),
        settings,
        ws="websockets-sansio",
        ws_max_size=_FRAME,
        ws_ping_interval=5.0,
        ws_ping_timeout=10.0,
        ws_per_message_deflate=False,
    )
    server = uvicorn.Server(config)
    door = socket.socket(fileno=int(str(told["socket"])))
    door.setblocking(False)
    asyncio.get_running_loop().add_reader(0, os._exit, 0)  # the daemon is gone
    signs = asyncio.ensure_future(_signs(int(str(told["sign"])), server))
    await server.serve([door])
    signs.cancel()


def main() -> None:
    """Serve until the daemon ends it, or is gone."""
    if VARIABLE not in os.environ:
        sys.exit("the daemon starts the gateway: `llmagentos serve --http`")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s: %(message)s")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asyncio.run(_serve(json.loads(os.environ.pop(VARIABLE))))


if __name__ == "__main__":
    main()
