"""One service's process: started, restarted when it dies, killed when it hangs.

Knows: the process table (runtime/processes.py), and the ping that shows that a process can still do
something. Does not know: what the service does.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from llmagentos.errors import LLMAgentOSError, MessagingError
from llmagentos.messaging import Bus
from llmagentos.runtime.processes import ProcessManager, ProcessSpec
from llmagentos.services.serving import PING

_LOOK_S = 0.05
#: A process that was heard and answers no ping for so long hangs, seconds.
_PING_EVERY_S, HANGS_S = 1.0, 5.0
#: A process that shall end gets so long before it is killed, seconds.
_END_S = 2.0


class Keeper:
    """Keeps the process of `name` until `close`. argv: the command, which serves `name` on `bus`'s net.
    logs: a folder for its output. Restarted at once, then with growing pauses (0.2 to 5 s), and given
    up after 5 deaths in a minute. Raises FileError where no log can be written."""

    def __init__(
        self,
        name: str,
        argv: Sequence[str],
        bus: Bus,
        logs: Path,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self.name, self._bus = name, bus
        row = ProcessSpec(name.replace("/", "-"), tuple(argv))
        self._manager = ProcessManager([row], logs, env)
        self._closing, self._started = threading.Event(), threading.Event()
        self._problem: BaseException | None = None
        # The kernel ends a process with the thread that started it: this one stays.
        self._thread = threading.Thread(target=self._keep, name=f"keeper {name}", daemon=True)
        self._thread.start()
        self._started.wait()
        if self._problem is not None:
            raise self._problem

    @property
    def pid(self) -> int | None:
        """Of the process, while it runs."""
        return self._manager.processes[0].pid

    @property
    def restarts(self) -> int:
        """How often it was started again."""
        return self._manager.processes[0].restarts

    @property
    def given_up(self) -> bool:
        """Whether it died too often."""
        return self._manager.processes[0].state == "given up"

    def last_words(self) -> str:
        """The last line of its output."""
        return self._manager.last_words(self._manager.processes[0].spec.name)

    def kill(self) -> None:
        """End a process that hangs; it is started again."""
        with contextlib.suppress(KeyError):
            self._manager.kill(self._manager.processes[0].spec.name)

    def close(self) -> None:
        """End the process, and keep it no more. May be called twice."""
        self._closing.set()
        if self._thread is not threading.current_thread():
            self._thread.join()

    def _keep(self) -> None:
        try:
            self._manager.start()
        except BaseException as exc:
            self._problem = exc
            return
        finally:
            self._started.set()
        heard, asked = time.monotonic(), 0.0
        peer, pid = "", self.pid
        while not self._closing.wait(_LOOK_S):
            self._manager.poll()
            now = time.monotonic()
            if self.pid != pid:
                peer, pid = "", self.pid
            if pid is None or now - asked < _PING_EVERY_S:
                continue
            asked = now
            if self._answers():
                heard, peer = time.monotonic(), self._bus.provider(self.name)
            elif peer and time.monotonic() - heard > HANGS_S:
                self.kill()
                peer = ""
        self._end()

    def _answers(self) -> bool:
        with contextlib.suppress(LLMAgentOSError, MessagingError):
            return bool(self._bus.call(f"{self.name}/{PING}", timeout_s=_PING_EVERY_S))
        return False

    def _end(self) -> None:
        pid = self.pid
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGINT)
                os.kill(pid, signal.SIGCONT)
            until = time.monotonic() + _END_S
            popen = self._manager.processes[0].popen
            while popen is not None and popen.poll() is None and time.monotonic() < until:
                time.sleep(0.01)
            self.kill()
        self._manager.stop()
