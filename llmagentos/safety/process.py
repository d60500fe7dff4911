"""The supervisor as a process of its own: `python -m llmagentos.safety.process FOLDER`.

Knows: one socket and one board in a folder, its clients, the machine's monotonic clock. Does not
know: drivers, ROS, HTTP, language models; it imports the supervisor and nothing else of this house.

Any process of this user may be a client (link.py). Whoever floods it is read as often as the
others, stops of all before anything else; whoever does not read loses messages, and holds nobody
up. It ends when its standard input does, so with the process that started it.
"""

from __future__ import annotations

import logging
import os
import selectors
import signal
import socket
import sys
import threading
import time
from pathlib import Path
from typing import get_args

from llmagentos.safety import wire
from llmagentos.safety.board import Board
from llmagentos.safety.priority import Urgent
from llmagentos.safety.runner import TICK_S, Supervisor
from llmagentos.safety.signals import Action, Event, Granted, Stop, Tick
from llmagentos.safety.wire import PACKET_BYTES, WireError

_log = logging.getLogger(__name__)

#: Names in the folder.
SOCKET, BOARD = "supervisor.sock", "supervisor.board"
#: Packets of one client at a time, and clients at most.
_AT_ONCE, _CLIENTS = 8, 32
_EVENTS = get_args(Event)


class Server:
    """Serves one supervisor in `folder`, which only its owner may enter. Raises OSError."""

    def __init__(self, folder: Path) -> None:
        self.supervisor = Supervisor(time.monotonic)
        self.supervisor.subscribe(self._tell_all)
        self.malformed = self.lost = 0
        self._holders: dict[socket.socket, str] = {}
        self._selector = selectors.DefaultSelector()
        path = folder / SOCKET
        path.unlink(missing_ok=True)
        self._board = Board(folder / BOARD, writes=True)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._listener.bind(str(path))
        path.chmod(0o600)
        self._listener.listen(_CLIENTS)
        self._listener.setblocking(False)
        self._selector.register(self._listener, selectors.EVENT_READ)

    def serve(self, ends: threading.Event) -> None:
        """Until `ends` is set."""
        self._post()
        while not ends.is_set():
            ready = [key.fileobj for key, _ in self._selector.select(TICK_S)]
            came: list[tuple[socket.socket, int, Event]] = []
            for peer in ready:
                assert isinstance(peer, socket.socket)
                if peer is self._listener:
                    self._accept()
                else:
                    came += self._read(peer)
            came.sort(key=lambda row: not isinstance(row[2], Stop))
            for peer, number, event in came:
                self._take(peer, number, event)
            self.supervisor.tell(Tick())
            self._post()
        self._listener.close()

    def _post(self) -> None:
        supervisor = self.supervisor
        self._board.write(supervisor.state, supervisor.waits, time.monotonic())

    def _accept(self) -> None:
        peer, _ = self._listener.accept()
        if len(self._holders) >= _CLIENTS:
            peer.close()
            return
        peer.setblocking(False)
        self._holders[peer] = ""
        self._selector.register(peer, selectors.EVENT_READ)

    def _read(self, peer: socket.socket) -> list[tuple[socket.socket, int, Event]]:
        came: list[tuple[socket.socket, int, Event]] = []
        for _ in range(_AT_ONCE):
            try:
                packet = peer.recv(PACKET_BYTES)
            except BlockingIOError:
                break
            except OSError:
                packet = b""
            if not packet:
                self._drop(peer)
                break
            try:
                number, messages = wire.read(packet)
            except WireError as exc:
                self.malformed += 1
                _log.warning("supervisor: %s", exc)
                continue
            came += [(peer, number, m) for m in messages if isinstance(m, _EVENTS)]
        return came

    def _take(self, peer: socket.socket, number: int, event: Event) -> None:
        actions = self.supervisor.tell(event)
        for action in actions:
            if isinstance(action, Granted):
                self._holders[peer] = action.holder
        self._post()
        if number:
            self._send(peer, wire.write(number, *actions))

    def _tell_all(self, action: Action) -> None:
        self._post()  # whoever hears of it looks at the board at once
        if not isinstance(action, Granted):
            packet = wire.write(0, action)
            for peer in tuple(self._holders):
                self._send(peer, packet)

    def _send(self, peer: socket.socket, packet: bytes) -> None:
        try:
            peer.send(packet)
        except BlockingIOError:
            self.lost += 1  # it does not read; its leases end by themselves
        except OSError:
            pass  # it is gone, and its end is read next

    def _drop(self, peer: socket.socket) -> None:
        """A client is gone; a lease of its own ends now."""
        holder = self._holders.pop(peer, "")
        self._selector.unregister(peer)
        peer.close()
        lease = self.supervisor.state.lease
        if holder and lease is not None and lease.holder == holder:
            self.supervisor.tell(Stop("", "lease", f"its holder {holder} is gone"))


def main(arguments: list[str]) -> int:
    """Serve until standard input ends or a signal comes."""
    if len(arguments) != 1:
        print("expected the folder of the supervisor's socket, got", arguments, file=sys.stderr)
        return 2
    ends = threading.Event()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for those who move the arm
    signal.signal(signal.SIGTERM, lambda *_: ends.set())

    def watch() -> None:
        while os.read(0, 4096):
            pass
        ends.set()

    threading.Thread(target=watch, daemon=True).start()
    Urgent().begin()
    Server(Path(arguments[0])).serve(ends)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
