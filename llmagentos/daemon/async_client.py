"""The way to the daemon for programs with an event loop: one connection, many questions at a time.

Knows: lines, who waits for which answer, tokens of many callers. Does not know: what verbs do. The
connection is made when it is needed, and again after a loss; what was asked over the lost one raises.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from llmagentos.daemon import wire
from llmagentos.daemon.place import socket_path
from llmagentos.errors import DaemonError


class AsyncDaemonClient:
    """socket: the daemon's door, this user's by default. Of one event loop.

    All calls raise DaemonError where there is no daemon or it does not answer in time, and what the
    daemon answered (see DaemonClient).
    """

    def __init__(self, socket: Path | None = None) -> None:
        self._path = socket or socket_path()
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Queue[wire.Said]] = {}
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None
        self._opening = asyncio.Lock()

    async def ask(self, verb: str, /, token: str = "", timeout_s: float = 10.0, **args: Any) -> Any:
        """What the daemon answers to a verb, for whoever has the token."""
        number, told = await self._send(verb, token, args)
        try:
            return await asyncio.wait_for(self._last(told), timeout_s)
        except asyncio.TimeoutError as exc:
            raise DaemonError(f"expected an answer of the daemon within {timeout_s:g} s") from exc
        finally:
            self._waiting.pop(number, None)

    async def stream(self, verb: str, /, token: str = "", **args: Any) -> AsyncIterator[Any]:
        """All that the daemon tells for a verb, until its end."""
        number, told = await self._send(verb, token, args)
        try:
            while True:
                said = await told.get()
                if "error" in said:
                    wire.raise_error(said["error"])
                yield said.get("more", said.get("ok"))
                if "ok" in said:
                    return
        finally:
            self._waiting.pop(number, None)

    def close(self) -> None:
        """Hang up."""
        if self._writer is not None:
            self._writer.close()
        if self._reading is not None:
            self._reading.cancel()

    # --- inside -----------------------------------------------------------------------------

    @staticmethod
    async def _last(told: asyncio.Queue[wire.Said]) -> Any:
        while True:
            said = await told.get()
            if "error" in said:
                wire.raise_error(said["error"])
            if "ok" in said:
                return said["ok"]

    async def _send(
        self, verb: str, token: str, args: dict[str, Any]
    ) -> tuple[int, asyncio.Queue[wire.Said]]:
        number = next(self._numbers)
        row = wire.line({"id": number, "verb": verb, "args": args, "token": token})
        writer = await self._open()
        told = self._waiting[number] = asyncio.Queue()
        try:
            writer.write(row)
            await writer.drain()
        except (OSError, RuntimeError) as exc:
            self._waiting.pop(number, None)
            raise DaemonError(f"expected the daemon to listen, got: {exc}") from exc
        return number, told

    async def _open(self) -> asyncio.StreamWriter:
        async with self._opening:
            if self._writer is not None and not self._writer.is_closing():
                return self._writer
            try:
                reader, writer = await asyncio.open_unix_connection(
                    str(self._path), limit=wire.LINE + 1024
                )
            except OSError as exc:
                raise DaemonError(
                    f"expected the daemon at {self._path}, got: {exc.strerror or exc}: "
                    "`llmagentos serve` starts it"
                ) from exc
            self._writer = writer
            self._reading = asyncio.create_task(self._read(reader, writer))
            return writer

    async def _read(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        why = "the end of the connection"
        try:
            while row := await reader.readline():
                said = wire.read(row)
                told = self._waiting.get(int(said.get("id", 0)))
                if told is not None:
                    told.put_nowait(said)
        except (OSError, ValueError, DaemonError) as exc:
            why = str(exc)
        finally:
            if self._writer is writer:
                self._writer = None
            with contextlib.suppress(RuntimeError):  # the loop is closed
                writer.close()
            lost = {
                "error": {
                    "type": "DaemonError",
                    "words": f"expected an answer of the daemon, got: {why}",
                }
            }
            waiting, self._waiting = self._waiting, {}
            for told in waiting.values():
                told.put_nowait(lost)
