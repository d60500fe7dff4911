"""Where acts come from: keys in the terminal, keys in the simulator's window, lines over a port.

Knows: terminals, PyBullet's keyboard events, sockets. Does not know: arms.
"""

from __future__ import annotations

import os
import select
import socket
import sys
import termios
import tty
from typing import Any

from llmagentos.errors import TeleopError
from sim.teleop.acts import KEYS, Act, Mark, Move, TeleopSource, parse

#: Longest line over a port, bytes, and most clients at once.
_LINE, _CLIENTS = 200, 4
#: A key held down in the window acts again after so many polls.
_AGAIN = 4


class TerminalKeys(TeleopSource):
    """Keys as they are pressed in a terminal, without Enter; the terminal is put back on `close`.

    file: a descriptor; standard input without one. TeleopError where it is no terminal.
    """

    def __init__(self, file: int | None = None) -> None:
        self._file = sys.stdin.fileno() if file is None else file
        if not os.isatty(self._file):
            raise TeleopError(
                "expected a terminal to read keys from, got none: use --teleop PORT instead"
            )
        self._before: list[Any] | None = termios.tcgetattr(self._file)
        tty.setcbreak(self._file)  # Ctrl-C still interrupts

    def poll(self) -> list[Act]:
        """The keys pressed since the last call; those without a meaning are left out."""
        acts: list[Act] = []
        while self._before is not None and select.select([self._file], [], [], 0)[0]:
            try:
                pressed = os.read(self._file, 256)
            except OSError as exc:  # its other end hung up
                raise TeleopError(f"expected keys from the terminal, got: {exc}") from exc
            if not pressed:
                return [*acts, Mark.QUIT]
            if pressed.startswith(b"\x1b"):
                continue  # an arrow or function key: its letters are no keys
            acts += [KEYS[key] for key in pressed.decode("utf-8", "replace") if key in KEYS]
        return acts

    def close(self) -> None:
        """Put the terminal back."""
        if self._before is not None:
            termios.tcsetattr(self._file, termios.TCSADRAIN, self._before)
            self._before = None


class WindowKeys(TeleopSource):
    """Keys pressed in PyBullet's window (`--view`); its own shortcuts are off meanwhile."""

    def __init__(self, client: Any) -> None:
        self._client, self._held, self._closed = client, 0, False
        self._shortcuts(0)

    def _shortcuts(self, on: int) -> None:
        self._client.configureDebugVisualizer(self._client.COV_ENABLE_KEYBOARD_SHORTCUTS, on)

    def poll(self) -> list[Act]:
        """The keys pressed since the last call; a moving key held down acts again and again."""
        if self._closed:
            return []
        events: dict[int, int] = self._client.getKeyboardEvents()
        self._held += 1
        acts: list[Act] = []
        for code, state in events.items():
            act = KEYS.get(self._name(code))
            again = state & self._client.KEY_IS_DOWN and self._held % _AGAIN == 0
            pressed = state & self._client.KEY_WAS_TRIGGERED
            if act is not None and (pressed or (again and isinstance(act, Move))):
                acts.append(act)
        return acts

    def _name(self, code: int) -> str:
        if code == self._client.B3G_RETURN:
            return "\r"
        if code == self._client.B3G_BACKSPACE:
            return "\b"
        return chr(code) if 0 < code < 128 else ""

    def close(self) -> None:
        """Give the window its shortcuts back."""
        if not self._closed and self._client.isConnected():
            self._shortcuts(1)
        self._closed = True


class LineServer(TeleopSource):
    """Lines of text over TCP, one act each; answers `ok`, or `error: ...` and nothing moves.

    port: 0 takes a free one; see `port`. host: this machine alone, unless told otherwise: whoever
    reaches the port moves the arm.
    """

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        try:
            self._server = socket.create_server((host, port))
        except (OSError, OverflowError) as exc:
            raise TeleopError(f"expected a free port on {host}, got {port}: {exc}") from exc
        self._server.setblocking(False)
        self._clients: dict[socket.socket, bytes] = {}

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.getsockname()[1])

    def poll(self) -> list[Act]:
        """The acts of all lines that have come whole."""
        acts: list[Act] = []
        if self._server.fileno() < 0:
            return acts
        self._accept()
        for client in list(self._clients):
            acts += self._read(client)
        return acts

    def _accept(self) -> None:
        while select.select([self._server], [], [], 0)[0]:
            client, _ = self._server.accept()
            client.setblocking(False)
            if len(self._clients) >= _CLIENTS:
                self._answer(client, f"error: expected at most {_CLIENTS} clients")
                client.close()
                continue
            self._clients[client] = b""

    def _read(self, client: socket.socket) -> list[Act]:
        try:
            came = client.recv(65536)
        except BlockingIOError:
            return []
        except OSError:
            came = b""
        if not came:
            self._drop(client)
            return []
        *lines, rest = (self._clients[client] + came).split(b"\n")
        if len(rest) > _LINE:
            self._answer(client, f"error: expected lines of at most {_LINE} bytes")
            self._drop(client)
            return []
        self._clients[client] = rest
        return [act for line in lines if (act := self._act(client, line)) is not None]

    def _act(self, client: socket.socket, line: bytes) -> Act | None:
        text = line.decode("utf-8", "replace").strip()
        if not text:
            return None
        try:
            act = parse(text)
        except TeleopError as exc:
            self._answer(client, f"error: {exc}")
            return None
        self._answer(client, "ok")
        return act

    def _answer(self, client: socket.socket, text: str) -> None:
        try:
            client.send(text.encode() + b"\n")
        except OSError:
            self._drop(client)

    def _drop(self, client: socket.socket) -> None:
        self._clients.pop(client, None)
        client.close()

    def close(self) -> None:
        """Close all connections and the port."""
        for client in list(self._clients):
            self._drop(client)
        self._server.close()
