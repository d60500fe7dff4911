"""The daemon: one thread, a socket, agents' processes, and a commit before each answer.

Knows: connections, who is at the other end, in which order things are written, committed and said.
Does not know: what verbs do (verbs.py), how agents live (keeper.py).
"""

from __future__ import annotations

import asyncio
import contextlib
import faulthandler
import fcntl
import logging
import os
import signal
import time
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from llmagentos.audit.log import AuditLog
from llmagentos.daemon import wire
from llmagentos.daemon.access import Caller, Role, by_token, owner, peer_of, session_of
from llmagentos.daemon.budgets import ControlGroups
from llmagentos.daemon.front import Front, FrontSettings
from llmagentos.daemon.keeper import Keeper
from llmagentos.daemon.kept import END_S, Kept
from llmagentos.daemon.news import News
from llmagentos.daemon.place import SOCKET_VARIABLE, Place, socket_path, state_folder
from llmagentos.daemon.processes import AgentProcess
from llmagentos.daemon.store import Store
from llmagentos.daemon.verbs import Asked, Verbs
from llmagentos.errors import DaemonError, LLMAgentOSError
from llmagentos.files import make_folder, refusing
from llmagentos.ports.audit import Audit, Unaudited
from llmagentos.scheduling.resources import capacities

_log = logging.getLogger(__name__)

_POLL_S = 0.25
#: A listener that lets so many bytes wait is cut off: it can ask again.
_WAITING = 4 << 20


class Daemon:
    """folder: its state; socket: its door; there: what is declared of the machine, over what is found
    ({"arm": 1}); audit: where it is recorded who asked for what; http: of the gateway, None for none.

    Raises DaemonError where another daemon has the folder, FileError.
    """

    def __init__(
        self,
        folder: Path | None = None,
        socket: Path | None = None,
        there: Mapping[str, float] | None = None,
        audit: Audit | None = None,
        http: FrontSettings | None = None,
    ) -> None:
        self.front: Front | None = None
        self._http, self._polled_s = http, time.monotonic()
        self.socket = socket or socket_path()
        make_folder(self.socket.parent, "a folder for the daemon's socket")
        self.place = Place(folder or state_folder())
        self.place.make()
        self._lock = _locked(self.place.lock)
        self.audit = audit or Unaudited()
        self.began_at = time.time()
        self.store = Store(self.place.database)
        if self.store.set_aside:
            _log.error("the database could not be read; it is at %s", self.store.set_aside)
        self.keeper = Keeper(
            self.place, self.store, capacities(there), self._watch, self._tell,
            ControlGroups.found(), {SOCKET_VARIABLE: str(self.socket)},
        )  # fmt: skip
        self._verbs = Verbs(self)
        self._outbox: deque[tuple[_Peer, wire.Said]] = deque()
        self._soon = False
        self._ends: asyncio.Event
        self.news = News(f"{int(self.began_at * 1000):x}")
        self.listeners: set[Callable[[str, Mapping[str, Any]], None]] = set()
        self.peers: set[_Peer] = set()

    async def run(self, ready: Callable[[], None] | None = None) -> None:
        """Serve until `end`, SIGTERM or SIGINT; then end all agents well. ready: called when clients
        can come."""
        loop = asyncio.get_running_loop()
        self._ends = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(ValueError, RuntimeError):  # not the main thread
                loop.add_signal_handler(number, self._ends.set)
        self.socket.unlink(missing_ok=True)
        if self._http is not None:
            self.front = Front(
                self._http, self.socket, self.place.folder / "gateway.log", self._when_ended
            )
        with refusing(self.socket, "a socket for the daemon"):
            before = os.umask(0o177)
            try:
                server = await asyncio.start_unix_server(
                    self._came, str(self.socket), limit=wire.LINE, backlog=256
                )
            finally:
                os.umask(before)
        self.keeper.begin()
        self.keeper.find_again()
        if self.front is not None:
            self.front.poll()
        if ready is not None:
            ready()
        async with server:
            while not self._ends.is_set():
                self._poll()
                with contextlib.suppress(TimeoutError, asyncio.TimeoutError):
                    await asyncio.wait_for(self._ends.wait(), _POLL_S)
            give_up_s = time.monotonic() + END_S + 2.0
            while not self.keeper.close("the daemon ends") and time.monotonic() < give_up_s:
                self._poll()
                await asyncio.sleep(0.05)
            if self.front is not None:
                self.front.close()
            self._commit()
        self.close()

    def close(self) -> None:
        """Give the folder back."""
        self.keeper.end()
        self.store.close()
        self.socket.unlink(missing_ok=True)
        os.close(self._lock)

    def end(self) -> None:
        """Let `run` come to its end."""
        self._ends.set()

    def _poll(self) -> None:
        self.keeper.poll()
        if self.front is not None:
            gap_s = time.monotonic() - self._polled_s
            if gap_s > 4 * _POLL_S:
                self.front.still(gap_s)
            self.front.poll()
        self._polled_s = time.monotonic()
        self._later()

    # --- agents' processes ----------------------------------------------------------------------

    def _when_ended(self, fd: int, ended: Callable[[], None]) -> None:
        loop = asyncio.get_running_loop()

        def readable() -> None:
            loop.remove_reader(fd)
            ended()

        loop.add_reader(fd, readable)

    def _watch(self, process: AgentProcess, kept: Kept) -> None:
        loop = asyncio.get_running_loop()

        def ended() -> None:
            loop.remove_reader(process.fileno())
            if kept.process is process:
                self.keeper.died(kept)
            self._later()

        loop.add_reader(process.fileno(), ended)

    def _tell(self, kind: str, what: Mapping[str, Any]) -> None:
        if kind == "agent":
            why = f": {what['why']}" if what.get("why") else ""
            _log.info("agent %s: %s%s", what["name"], what.get("phase", "trouble"), why)
        self._verbs.heard(kind, what)
        self.news.add(kind, what)
        for listener in list(self.listeners):
            listener(kind, what)

    # --- connections ------------------------------------------------------------------------

    async def _came(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = _Peer(self, reader, writer)
        self.peers.add(peer)
        try:
            await peer.talk()
        except (ConnectionError, asyncio.CancelledError):  # hung up; the daemon ends
            pass
        except DaemonError as exc:
            peer.now({"error": wire.error_of(exc)})
        finally:
            self.peers.discard(peer)
            peer.gone()
            writer.close()

    def say(self, peer: _Peer, said: wire.Said) -> None:
        """After the next commit."""
        self._outbox.append((peer, said))
        self._later()

    def _later(self) -> None:
        if not self._soon and (self._outbox or self.store.dirty):
            self._soon = True
            asyncio.get_running_loop().call_soon(self._commit)

    def _commit(self) -> None:
        self._soon = False
        trouble = None
        try:
            self.store.commit()
        except DaemonError as exc:
            _log.error("%s", exc)
            trouble = wire.error_of(exc)
            for kept in self.keeper.agents.values():
                with contextlib.suppress(DaemonError):
                    kept.keep()
        waiting, self._outbox = self._outbox, deque()
        for peer, said in waiting:
            if trouble is not None and "id" in said:
                said = {"id": said["id"], "error": trouble}
            peer.now(said)

    # --- who asks -----------------------------------------------------------------------------

    def caller(self, peer: _Peer, token: str) -> Caller:
        """Who that is. Raises AccessError."""
        pid, uid = peer.who
        if self.front is not None and self.front.pid and session_of(pid) == self.front.pid:
            # for others by their tokens; of its own it may look, and stop arms
            return by_token(token, self.store.identities()) if token else _GATEWAY
        for kept in self.keeper.agents.values():
            if kept.process is not None and session_of(pid) == kept.process.pid:
                may = kept.spec.permissions.calls
                return Caller(f"agent {kept.name}", Role.AGENT, kept.name, may)
        if token:
            return by_token(token, self.store.identities())
        if uid in (os.getuid(), 0):
            return Caller(owner(), Role.ADMIN)
        return Caller(f"user {uid}", Role.VIEWER)

    def answer(self, peer: _Peer, said: wire.Said) -> None:
        """One request of a client."""
        number = said.get("id", 0)
        try:
            verb, args = str(said.get("verb", "")), said.get("args") or {}
            if not isinstance(args, dict):
                raise DaemonError(f"expected arguments by name, got {type(args).__name__}")
            caller = self.caller(peer, str(said.get("token") or ""))
            try:
                caller.check(verb, self._verbs.about(verb, args))
            except LLMAgentOSError as exc:
                self.audit.post("refused", by="the daemon", rule=verb, why=str(exc))
                raise
            if verb not in _QUIET:
                self.audit.post("call", who=caller.name, role=caller.role.name.lower(), verb=verb,
                                about=self._verbs.about(verb, args))  # fmt: skip
            self._verbs.do(Asked(peer, number, verb, args, caller))
        except LLMAgentOSError as exc:
            self.say(peer, {"id": number, "error": wire.error_of(exc)})
        except (TypeError, ValueError, KeyError) as exc:
            wrong = DaemonError(f"expected arguments that {said.get('verb')} takes, got: {exc}")
            self.say(peer, {"id": number, "error": wire.error_of(wrong)})


_GATEWAY = Caller("the gateway", Role.VIEWER, person=False)
#: Looking is not recorded.
_QUIET = frozenset({"whoami", "status", "list", "show", "peek", "logs", "calls", "result", "watch"})


class _Peer:
    """Who is at the other end of one connection: a client, or an agent's process."""

    def __init__(
        self, daemon: Daemon, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._daemon, self._reader, self._writer = daemon, reader, writer
        self.who = peer_of(writer.get_extra_info("socket"))
        self._kept: Kept | None = None
        #: Called when it hangs up.
        self.farewell: list[Callable[[], None]] = []

    async def talk(self) -> None:
        """Take what it says, until it hangs up. Raises DaemonError for what can't be read."""
        while row := await self._line():
            said = wire.read(row)
            if self._kept is not None:
                self._heard(self._kept, said)
                if "began" not in said:  # the agent's journal knows; it goes with the next commit
                    self._daemon._later()
            elif "hello" in said:
                self._hello(said)
            else:
                self._daemon.answer(self, said)
            await self._writer.drain()

    async def _line(self) -> bytes:
        try:
            return await self._reader.readuntil(b"\n")
        except asyncio.LimitOverrunError as exc:
            raise DaemonError(f"expected lines of at most {wire.LINE} bytes, got more") from exc
        except asyncio.IncompleteReadError:
            return b""

    def now(self, said: wire.Said) -> None:
        """Send it; one that does not listen is cut off."""
        if self._writer.is_closing():
            return
        try:
            self._writer.write(wire.line(said))
        except DaemonError as exc:
            self._writer.write(wire.line({"id": said.get("id", 0), "error": wire.error_of(exc)}))
        if self._writer.transport.get_write_buffer_size() > _WAITING:
            self._writer.transport.abort()

    def gone(self) -> None:
        """It hung up."""
        for farewell in self.farewell:
            farewell()
        self._daemon._verbs.hung_up(self)
        if self._kept is not None and self._kept.say is not None:
            self._kept.say = None  # it comes again, or its process has ended

    def _hello(self, said: wire.Said) -> None:
        pid, _ = self.who
        self._kept = self._daemon.keeper.hello(
            str(said["hello"]), str(said.get("secret")), pid,
            lambda told: self._daemon.say(self, dict(told)), said,
        )  # fmt: skip

    def _heard(self, kept: Kept, said: wire.Said) -> None:
        """What an agent's process tells."""
        kept.heard_s = time.monotonic()
        if "began" in said:
            kept.began(int(said["began"]), float(said["at"]))
        elif "ended" in said:
            kept.ended(int(said["ended"]), said["told"])
        elif "ready" in said:
            kept.ready(said["ready"])
        elif "holds" in said:
            kept.holds()
        elif "halted" in said:
            self._daemon._verbs.halted(kept.name, said)
        elif "peeked" in said:
            self._daemon._verbs.peeked(said)
        elif "event" in said:
            self._daemon._tell("event", {"agent": kept.name, **said["event"]})


def _locked(path: Path) -> int:
    with refusing(path, "the daemon's lock"):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as exc:
        os.close(descriptor)
        raise DaemonError(
            f"expected the only daemon of {path.parent}, got another that runs"
        ) from exc
    return descriptor


def serve(
    folder: Path | None = None,
    socket: Path | None = None,
    there: Mapping[str, float] | None = None,
    ready: Callable[[Daemon], None] | None = None,
    http: FrontSettings | None = None,
) -> None:
    """Run a daemon until it is told to end. Raises DaemonError, FileError."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        faulthandler.register(signal.SIGUSR1)  # where it hangs, onto standard error
    daemon = Daemon(folder, socket, there, AuditLog(), http)
    asyncio.run(daemon.run(lambda: ready(daemon) if ready is not None else None))
