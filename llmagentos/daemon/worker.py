"""An agent's own process: `python -m llmagentos.daemon.worker FOLDER`, started by the daemon.

Knows: the daemon's connection (lost and found again), the journal, calls in line by priority. Does
not know: what carries a call out (hosts.py).

Without a daemon it goes on with what it has, and tells the next one; where none comes for ALONE_S it
ends well, so that nothing is left over.
"""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import math
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from llmagentos.daemon.host_for import host_for
from llmagentos.daemon.hosts import LEASE_S, Host, Who
from llmagentos.daemon.journal import Journal
from llmagentos.daemon.me import set_me
from llmagentos.daemon.place import AgentPlace, socket_path
from llmagentos.daemon.spec import AgentSpec
from llmagentos.daemon.wire import LINE, Link, Said, error_of, line
from llmagentos.errors import CallError, DaemonError, FileError, LifecycleError, LLMAgentOSError
from llmagentos.scheduling import Scheduler, State, Ticket, Turn

_log = logging.getLogger(__name__)

#: Without a daemon for so long it ends.
ALONE_S = 30.0
_RETRY_S, _SIGN_S, _LOOK_S = 0.1, 2.0, 0.05
#: A log of this size becomes the old one.
LOG_BYTES = 5_000_000
#: Largest result, bytes: it must fit into a line.
RESULT = LINE - 4096
_OURS = ("_listen", "_send", "_settle", "build")
_STATES = {State.CANCELLED: "cancelled", State.EXPIRED: "expired", State.LOST: "lost"}


class Worker:
    """One agent's process. folder: the agent's."""

    def __init__(self, folder: Path) -> None:
        self.name, self.place = folder.name, AgentPlace(folder)
        self._secret = os.environ.pop("LLMAGENTOS_AGENT_SECRET", "")
        self._journal = Journal(self.place.journal)
        self._out: queue.SimpleQueue[Said | None] = queue.SimpleQueue()
        self._over: queue.SimpleQueue[tuple[int, Ticket] | None] = queue.SimpleQueue()
        self._ends, self._lock = threading.Event(), threading.RLock()
        self._why: Mapping[str, Any] = {}
        self._host: Host | None = None
        self._scheduler: Scheduler | None = None
        self._tickets: dict[int, Ticket] = {}
        self._attended: set[int] = set()
        self._begun: dict[int, float] = {}
        self._seen: set[int] = set()
        self._link: Link | None = None
        self._building = False
        self._peeks = ThreadPoolExecutor(2, thread_name_prefix="peek")
        self._go = threading.Event()
        self._go.set()
        self._told_hold = False

    def run(self) -> int:
        """Until the daemon, or the agent itself, ends it. The exit code."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._ends.set())
        threading.excepthook = self._broken
        threads = [
            threading.Thread(target=target, name=target.__name__, daemon=True)
            for target in (self._listen, self._send, self._settle)
        ]
        for thread in threads:
            thread.start()
        while not self._ends.wait(_LOOK_S):
            self._look()
        code = self._close()
        self._over.put(None)
        threads[2].join(2.0)
        with contextlib.suppress(FileError), self._lock:
            self._journal.exits(self._why)
        self._out.put(None)
        threads[1].join(1.0)
        return code

    def _broken(self, failed: threading.ExceptHookArgs) -> None:
        """A thread that ended by an error nobody foresaw: end, rather than live on without it."""
        threading.__excepthook__(failed)
        if failed.thread is None or failed.thread.name not in _OURS:
            return  # a program's own
        name = failed.exc_type.__name__
        self._why = {"failed": f"a thread of its process ended by {name}: {failed.exc_value}"}
        self._ends.set()

    # --- the daemon ---------------------------------------------------------------------------

    def _listen(self) -> None:
        alone_s = time.monotonic()
        while not self._ends.is_set():
            link = None
            with contextlib.suppress(DaemonError, FileError):
                link = Link(socket_path())
                with self._lock:
                    link.send(
                        {"hello": self.name, "secret": self._secret,
                         "has": [*self._tickets, *self._journal.unsettled]}
                    )  # fmt: skip
                    self._link = link
                for said in link:
                    alone_s = time.monotonic()
                    self._hear(said)
            with self._lock:
                self._link = None
            self._unattended()
            if link is not None:
                link.close()
                alone_s = time.monotonic()
            if time.monotonic() - alone_s > ALONE_S:
                print("no daemon any more: ending", flush=True)
                self._ends.set()
            self._ends.wait(_RETRY_S)

    def _send(self) -> None:
        while True:
            try:
                said = self._out.get(timeout=_SIGN_S)
            except queue.Empty:
                said = {"sign": True}
            link = self._link
            if said is None:
                return
            if (
                link is not None
            ):  # what is lost with a connection is told again after the next hello
                with contextlib.suppress(DaemonError):
                    link.send(said)

    def _hear(self, said: Said) -> None:
        if "error" in said:
            print(f"the daemon: {said['error'].get('words')}", flush=True)
            self._ends.set()
        elif "welcome" in said:
            self._welcome(said)
        elif "give" in said:
            self._take(said)
        elif "settled" in said:
            with self._lock:
                self._journal.settled(int(said["settled"]))
        elif "cancel" in said:
            ticket = self._tickets.get(int(said["cancel"]))
            if ticket is not None:
                ticket.cancel(str(said.get("why", "cancelled")))
        elif "pause" in said:
            self._set_pause(True)
        elif "resume" in said:
            self._set_pause(False)
        elif "end" in said:
            self._why = {"stopped": said["end"]}
            self._ends.set()
        elif "halt" in said:
            asked = (str(said["halt"]), said.get("number"))
            threading.Thread(target=self._halt, args=asked, daemon=True).start()
        elif "reset" in said:
            asked = (str(said["reset"]), said.get("number"))
            threading.Thread(target=self._reset, args=asked, daemon=True).start()
        elif "peek" in said:
            self._peeks.submit(self._peek, int(said["peek"]), str(said.get("what")))

    def _welcome(self, said: Said) -> None:
        self._set_pause(said["welcome"] == "paused")  # it may have changed while we were alone
        with self._lock:
            for number, at in self._begun.items():
                self._out.put({"began": number, "at": at})
            for number, told in self._journal.unsettled.items():
                self._out.put({"ended": number, "told": told})
            if self._host is not None:
                self._out.put({"ready": dict(self._host.about())})
                self._told_hold = False
            elif not self._building:
                self._building = True
                spec = AgentSpec.of(said["spec"])
                threading.Thread(target=self._build, args=(spec,), name="build").start()

    def _build(self, spec: AgentSpec) -> None:
        set_me(self.name, spec, self.place)
        try:
            host = host_for(spec, self.place, self.name, self._event, self._go)
        except LLMAgentOSError as exc:
            self._why = {"refused": f"{type(exc).__name__}: {exc}"}
            self._ends.set()
            return
        except BaseException as exc:
            logging.exception("the agent could not be made")
            self._why = {"failed": f"it could not be made: {type(exc).__name__}: {exc}"}
            self._ends.set()
            return
        with self._lock:
            if not self._go.is_set():
                host.pause()
            self._scheduler = Scheduler(dict(host.capacity), limit=10_000)
            self._host = host
            self._out.put({"ready": dict(host.about())})

    def _set_pause(self, wanted: bool) -> None:
        with self._lock:
            self._told_hold = False
            if wanted is not self._go.is_set():
                return
            if wanted:
                self._go.clear()
            if self._host is not None:
                with contextlib.suppress(LLMAgentOSError):  # it is so already
                    if wanted:
                        self._host.pause()
                    else:
                        self._host.resume()
            if not wanted:
                self._go.set()

    def _event(self, event: Mapping[str, Any]) -> None:
        self._out.put({"event": dict(event)})

    def _halt(self, by: str, number: Any) -> None:
        host = self._host
        nothing = {"words": "not ready yet: nothing moves"}
        self._answer("halt", number, lambda: nothing if host is None else host.halt(by))

    def _reset(self, by: str, number: Any) -> None:
        host = self._host
        nothing = {"words": "not ready yet"}
        self._answer("reset", number, lambda: nothing if host is None else host.reset(by))

    def _peek(self, number: int, what: str) -> None:
        """What somebody looks at: no call, so that it is in no line and on no disk."""
        host = self._host
        try:
            if host is None:
                raise LifecycleError("expected an agent that is ready, got one that is not yet")
            told: dict[str, Any] = {"peeked": number, "ok": dict(host.peek(what))}
            line(told, RESULT)
        except LLMAgentOSError as exc:
            told = {"peeked": number, "error": error_of(exc)}
        except Exception as exc:
            logging.exception("a look at %s", what)
            words = f"expected to show {what}, got: {type(exc).__name__}: {exc}"
            told = {"peeked": number, "error": error_of(CallError(words))}
        self._out.put(told)

    def _unattended(self) -> None:
        """The daemon is gone, and with it whoever watched over these."""
        with self._lock:
            tickets = [self._tickets[n] for n in self._attended if n in self._tickets]
        for ticket in tickets:
            ticket.cancel("the daemon was lost: nobody watched over it any more")

    def _answer(self, what: str, number: Any, work: Any) -> None:
        try:
            told = dict(work())
        except Exception as exc:  # who stops an arm must be told
            logging.exception(what)
            told = {"error": f"{type(exc).__name__}: {exc}", "words": f"could not {what}: {exc}"}
        self._out.put({"halted": told, "number": number})

    # --- calls --------------------------------------------------------------------------------

    def _take(self, said: Said) -> None:
        number, host = int(said["give"]), self._host
        with self._lock:
            if number in self._seen or self._scheduler is None or host is None:
                return  # a daemon that begins may not know yet that we have it, or had it
            self._seen.add(number)
            if said.get("attended"):
                self._attended.add(number)
            left_s = said.get("left_s")
            try:
                self._tickets[number] = self._scheduler.submit(
                    _Call(self, number, host, said),
                    name=f"{said['verb']} {number}",
                    owner=str(said["who"]),
                    priority=int(said["priority"]),
                    deadline_s=math.inf if left_s is None else max(float(left_s), 1e-3),
                    needs={} if said["verb"] in host.any_time else host.needs,
                    lease_s=LEASE_S if "arm" in host.needs else math.inf,
                    on_lost=host.lost,
                    on_over=lambda ticket: self._over.put((number, ticket)),
                )
            except LLMAgentOSError as exc:
                self._told(number, {"error": str(exc)})

    def _wait(self, turn: Turn) -> None:
        """Until the agent is not paused, making room for others meanwhile."""
        while not self._go.wait(0.1):
            turn.safe_point()

    def _began(self, number: int) -> None:
        with self._lock:
            self._journal.began(number)
            self._begun[number] = time.time()
            self._out.put({"began": number, "at": self._begun[number]})

    def _settle(self) -> None:
        """Tell what came of calls: in a thread of its own, since the scheduler may not wait for us."""
        while (over := self._over.get()) is not None:
            self._came_to(*over)

    def _came_to(self, number: int, ticket: Ticket) -> None:
        report = ticket.report()
        state = State(report.state)
        if self._ends.is_set() and state is State.CANCELLED and number not in self._begun:
            return  # not begun: the daemon knows what becomes of it
        if state is State.DONE:
            told: Mapping[str, Any] = {"ok": ticket.result()}
        elif state in _STATES:
            told = {"error": report.why or report.state, "state": _STATES[state]}
        else:
            told = {"error": report.why, "state": "failed"}
        told = {**told, "report": report.to_json()}
        self._told(number, told)

    def _told(self, number: int, told: Mapping[str, Any]) -> None:
        with self._lock:
            self._tickets.pop(number, None)
            self._begun.pop(number, None)
            self._attended.discard(number)
            try:
                size = len(line({"told": dict(told)}, most=None))
                if size > RESULT:
                    raise DaemonError(f"expected a result of at most {RESULT} bytes, got {size}")
                self._journal.ended(number, told)
            except (FileError, DaemonError) as exc:
                told = {"error": str(exc), "state": "failed"}
                with contextlib.suppress(FileError):
                    self._journal.ended(number, told)
            self._out.put({"ended": number, "told": told})

    # --- looking after itself -------------------------------------------------------------------

    def _look(self) -> None:
        host = self._host
        if host is not None:
            if host.ended is not None:
                self._why = host.ended
                self._ends.set()
            elif not self._go.is_set() and not self._told_hold and host.holds:
                self._told_hold = True
                self._out.put({"holds": True})
        with contextlib.suppress(OSError):
            if self.place.log.stat().st_size > LOG_BYTES:
                self._rotate()

    def _rotate(self) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        self.place.log.replace(self.place.log.with_suffix(".1"))
        fresh = os.open(self.place.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(fresh, 1)
        os.dup2(fresh, 2)
        os.close(fresh)

    def _close(self) -> int:
        well = True
        if self._host is not None:
            try:
                self._host.close()
            except Exception:
                logging.exception("the end of the agent")
                well = False
        if self._scheduler is not None:
            self._scheduler.close()
        return 0 if well and "failed" not in self._why else 1


class _Call:
    """One call as the scheduler carries it out."""

    def __init__(self, worker: Worker, number: int, host: Host, said: Said) -> None:
        self._worker, self._number, self._host, self._said = worker, number, host, said

    def __call__(self, turn: Turn) -> Any:
        if self._said["verb"] not in self._host.any_time:
            self._worker._wait(turn)
        self._worker._began(self._number)
        said = self._said
        who = Who(said["who"])
        who.person = bool(said.get("person", True))
        return self._host.do(str(said["verb"]), said["args"], who, turn)


def main(folder: str) -> None:
    """Run the process of the agent that has a folder."""
    faulthandler.enable()
    faulthandler.register(signal.SIGUSR1)  # where it hangs, into its log
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s: %(message)s")
    worker = Worker(Path(folder))
    with contextlib.suppress(OSError):  # for ps and top: born in the nursery, all have one command
        Path("/proc/self/comm").write_text(f"agent:{worker.name}"[:15], encoding="utf-8")
    code = worker.run()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # a thread of a program that does not end must not keep the process


if __name__ == "__main__":
    main(sys.argv[1])
