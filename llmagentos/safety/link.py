"""A supervisor in another process, with the calls of one in this (runner.SupervisorPort).

Knows: its socket and board, and when it is silent. Does not know: leases, drivers.
A supervisor that is silent lets nothing move; its process is started again when it ended, and
begins locked: a person has to arm it. From the silence until rest was measured one in this process
stands in, which only stops: the arm brakes as hard as for any stop, and who asks hears what was
measured.
"""

from __future__ import annotations

import itertools
import logging
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from llmagentos.errors import DriverError
from llmagentos.safety import wire
from llmagentos.safety.board import Board, Posted
from llmagentos.safety.priority import Urgent
from llmagentos.safety.process import BOARD, SOCKET
from llmagentos.safety.runner import Asking, Supervisor
from llmagentos.safety.signals import Action, Changed, Event, Measured, Ramp, Stop, Tick
from llmagentos.safety.states import LATCHED, RENEW_S, Mode
from llmagentos.safety.wire import PACKET_BYTES, WireError

_log = logging.getLogger(__name__)

#: An answer to `tell` takes a few milliseconds; a new process has to start first, seconds.
_TELL_S, _START_S = 0.25, 20.0
_SILENT, _ENDED = "the supervisor does not answer", "the supervisor's process has ended"


class RemoteSupervisor(Asking):
    """A client of the supervisor that serves in `folder`. Raises DriverError where none does."""

    by_the_wall = True

    def __init__(self, folder: Path, wait_s: float = _START_S) -> None:
        super().__init__()
        self.folder = folder
        self._why = ""
        self._questions = itertools.count(1)
        self._answers: dict[int, tuple[threading.Event, list[Action]]] = {}
        self._closed = threading.Event()
        #: Stands in while it is silent, and until rest was measured after that.
        self._stand_in: Supervisor | None = None
        self._is_lost = self._is_gone = False
        self._socket, self._board = self._connected(wait_s)
        self._thread = threading.Thread(target=self._listen, name="supervisor link", daemon=True)
        self._thread.start()

    def _connected(self, wait_s: float) -> tuple[socket.socket, Board]:
        give_up = time.monotonic() + wait_s
        while True:
            peer = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            peer.settimeout(RENEW_S)
            try:
                peer.connect(str(self.folder / SOCKET))
                return peer, Board(self.folder / BOARD)
            except (OSError, ValueError) as exc:
                peer.close()
                if time.monotonic() > give_up or self._closed.wait(RENEW_S):
                    raise DriverError(
                        f"expected a supervisor in {self.folder}, got: {exc}"
                    ) from exc

    # --- what it says ---------------------------------------------------------------------------

    @property
    def posted(self) -> Posted | None:
        """What it allows, None while it is silent."""
        found = None if self._is_gone else self._board.read()
        return found if found is not None and found.is_alive(time.monotonic()) else None

    @property
    def mode(self) -> Mode:
        """See SupervisorPort; while it is silent STOPPING, and FAULT once that is over."""
        if self._stops_by_itself:
            return Mode.STOPPING
        found = self.posted
        return Mode.FAULT if found is None else found.mode

    @property
    def why(self) -> str:
        """See SupervisorPort; after a silence what it was, until a person has armed the next."""
        return self._why or (_SILENT if self.posted is None else "")

    @property
    def waits(self) -> bool:
        """See SupervisorPort; after a silence until rest was measured on this side."""
        found = self.posted
        if found is None and not self._is_lost:
            return True  # it has just fallen silent, which is about to be noticed
        return self._stops_by_itself or (found is not None and found.waits)

    @property
    def _stops_by_itself(self) -> bool:
        stand_in = self._stand_in
        return stand_in is not None and stand_in.waits

    def may_move(self, number: int) -> bool:
        """See SupervisorPort."""
        found = self.posted
        may = found is not None and found.may_move(number, time.monotonic())
        return may and not self._stops_by_itself

    # --- what it is told ------------------------------------------------------------------------

    def tell(self, event: Event) -> tuple[Action, ...]:
        """See SupervisorPort; nothing where it is silent."""
        number, told, actions = next(self._questions), threading.Event(), list[Action]()
        self._answers[number] = told, actions
        self._send(wire.write(number, event))
        told.wait(_TELL_S)
        self._answers.pop(number, None)
        return tuple(actions)

    def post(self, event: Event) -> None:
        """See SupervisorPort."""
        self._send(wire.write(0, event))
        stand_in = self._stand_in
        if stand_in is not None and isinstance(event, Measured | Stop):
            stand_in.post(event)

    def close(self) -> None:
        """See SupervisorPort."""
        self._closed.set()
        if self._thread is not threading.current_thread():
            self._thread.join()
        self._socket.close()
        self._board.close()

    def _send(self, packet: bytes) -> None:
        try:
            self._socket.send(packet)  # waits RENEW_S at most, its listener reads in a loop
        except OSError as exc:
            _log.debug("supervisor: %s", exc)

    # --- the thread -----------------------------------------------------------------------------

    def _listen(self) -> None:
        Urgent().begin()
        while not self._closed.is_set():
            try:
                packet = self._socket.recv(PACKET_BYTES)
            except TimeoutError:
                packet = None
            except OSError:
                packet = b""
            self._watch()
            if packet:
                self._hear(packet)
            elif packet is not None:
                self._again()

    def _watch(self) -> None:
        """A supervisor that fell silent is told to those who brake, once, and stood in for."""
        found, stand_in = self.posted, self._stand_in
        if stand_in is not None:
            stand_in.post(Tick())
        if found is None:
            self._lost(_SILENT)
        elif stand_in is None or not stand_in.waits:
            self._is_lost, self._stand_in = False, None
            if found.mode in (Mode.ARMED, Mode.MOVING):
                self._why = ""

    def _lost(self, why: str) -> None:
        """It says nothing any more. Where something may move: it is to come to rest, which is
        measured here."""
        if self._is_lost:
            return
        self._is_lost, self._why = True, _ENDED if self._why == _ENDED else why
        last = self._board.read()
        if last is not None and last.mode not in (Mode.MOVING, Mode.STOPPING):
            self._tell_on((Ramp(why),))
            return
        stand_in = Supervisor()
        stand_in.arm("this side of the link")
        stand_in.subscribe(self._stops)
        self._stand_in = stand_in
        stand_in.post(Stop("", "", ""))

    def _stops(self, action: Action) -> None:
        self._tell_on((Ramp(self._why) if isinstance(action, Ramp) else action,))

    def _hear(self, packet: bytes) -> None:
        try:
            number, messages = wire.read(packet)
        except WireError as exc:
            _log.warning("supervisor: %s", exc)
            return
        if number in self._answers:
            told, actions = self._answers[number]
            actions += messages  # type: ignore[arg-type]
            told.set()
            return
        for message in messages:
            if isinstance(message, Changed) and message.after not in LATCHED:
                self._why = ""
            elif isinstance(message, Ramp):
                self._why = self._why or message.why
        self._tell_on(messages)  # type: ignore[arg-type]

    def _again(self) -> None:
        """The connection ended: connect anew where a supervisor serves again."""
        while not self._closed.is_set():
            self._watch()
            try:
                before = self._socket
                self._socket, self._board = self._connected(0.0)
                self._is_gone = False
                before.close()
                return
            except DriverError:
                self._closed.wait(RENEW_S)


class SupervisorProcess(RemoteSupervisor):
    """Starts the process, and starts it again when it ends. Raises DriverError."""

    def __init__(self) -> None:
        self._own = Path(tempfile.mkdtemp(prefix="llmagentos-safety-"))
        self._starting = threading.Lock()
        self.process = self._started()
        try:
            super().__init__(self._own)
        except DriverError:
            self._end()
            raise

    def _started(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "llmagentos.safety.process", str(self._own)]
        return subprocess.Popen(command, stdin=subprocess.PIPE)

    def _watch(self) -> None:
        super()._watch()
        ended = False
        with self._starting:
            if self.process.poll() is not None and not self._closed.is_set():
                _log.error("the supervisor ended (%s); a new one begins", self.process.returncode)
                self.process, ended = self._started(), True
        if ended:
            self._is_gone = True
            self._lost(_ENDED)

    def close(self) -> None:
        """See SupervisorPort; the process ends, too."""
        super().close()
        self._end()

    def _end(self) -> None:
        with self._starting:
            self.process.kill()
            self.process.wait()
            if self.process.stdin is not None:
                self.process.stdin.close()
        shutil.rmtree(self._own, ignore_errors=True)
