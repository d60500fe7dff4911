"""What the daemon, its agents and its clients send each other: a JSON object in a line.

Knows: lines, and named errors in them. Does not know: what is said.

A client sends {"id": 1, "verb": "list", "args": {}, "token": ""} and gets any number of
{"id": 1, "more": ...} and at last {"id": 1, "ok": ...} or {"id": 1, "error": {"type", "words"}}.
"""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from llmagentos import errors
from llmagentos.errors import DaemonError, LLMAgentOSError

#: Longest line, bytes.
LINE = 1 << 20
Said = dict[str, Any]


def line(said: Said, most: int | None = LINE) -> bytes:
    """As it is sent, of at most so many bytes. Raises DaemonError for what is too long, or no plain data."""
    try:
        out = json.dumps(said, separators=(",", ":")).encode() + b"\n"
    except (TypeError, ValueError) as exc:
        raise DaemonError(f"expected plain data to send, got: {exc}") from exc
    if most is not None and len(out) > most:
        raise DaemonError(f"expected at most {most} bytes to send, got {len(out)}")
    return out


def read(row: bytes) -> Said:
    """What came. Raises DaemonError for anything but a JSON object."""
    try:
        said = json.loads(row)
    except (ValueError, RecursionError) as exc:
        raise DaemonError(f"expected a JSON object in a line, got: {exc}") from exc
    if not isinstance(said, dict):
        raise DaemonError(f"expected a JSON object in a line, got {type(said).__name__}")
    return said


def error_of(exc: LLMAgentOSError) -> Said:
    """An error as it is sent."""
    return {"type": type(exc).__name__, "words": str(exc)}


def raise_error(told: Said) -> None:
    """Raises the error of the other end, as the same class where there is one."""
    kind = getattr(errors, str(told.get("type")), DaemonError)
    if not (isinstance(kind, type) and issubclass(kind, LLMAgentOSError)):
        kind = DaemonError
    raise kind(str(told.get("words", "")))


class Link:
    """One connection, of blocking calls. Raises DaemonError where there is nobody, or who was there
    is gone."""

    def __init__(self, path: Path, timeout_s: float | None = None) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(timeout_s)
        try:
            self._socket.connect(str(path))
        except OSError as exc:
            self._socket.close()
            raise DaemonError(
                f"expected the daemon at {path}, got: {exc.strerror or exc}: "
                "`llmagentos serve` starts it"
            ) from exc
        self._rest = b""

    def send(self, said: Said) -> None:
        """Send; of any thread, one at a time."""
        try:
            self._socket.sendall(line(said))
        except OSError as exc:
            raise DaemonError(f"expected the daemon to listen, got: {exc}") from exc

    def receive(self) -> Said:
        """The next one; waits for it, at most the time that was given (DaemonError)."""
        while b"\n" not in self._rest:
            try:
                came = self._socket.recv(1 << 16)
            except TimeoutError as exc:
                raise DaemonError("expected an answer of the daemon in time, got none") from exc
            except OSError as exc:
                raise DaemonError(f"expected an answer of the daemon, got: {exc}") from exc
            if not came or len(self._rest) > LINE:
                raise DaemonError("expected an answer of the daemon, got the end of the connection")
            self._rest += came
        row, _, self._rest = self._rest.partition(b"\n")
        return read(row)

    def __iter__(self) -> Iterator[Said]:
        while True:
            yield self.receive()

    def close(self) -> None:
        """Hang up; whoever waits in `receive` gets its error."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
