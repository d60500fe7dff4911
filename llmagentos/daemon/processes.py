"""An agent's process: started, found again, heard when it ends, ended with all that it started.

Knows: process numbers that are used again, sessions, signals. Does not know: what it does.

An agent's process leads a session of its own, so that it outlives the daemon (a kill of the daemon
stops no arm in the middle) and takes with it what it started. The next daemon knows it again by its
number and the time at which it began.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from llmagentos.daemon.budgets import ticks_of
from llmagentos.daemon.nursery import Nursery
from llmagentos.errors import DaemonError
from llmagentos.files import refusing


class AgentProcess:
    """One that runs, or has run. pid, ticks: see budgets.ticks_of. ended: tells how it ended, as of
    subprocess (-9: killed by signal 9), once it has; None where it was another daemon's child.
    exit_code: the same, after `bury`."""

    def __init__(self, pid: int, ticks: int, ended: Callable[[], int | None] | None = None) -> None:
        self.pid, self.ticks = pid, ticks
        self.exit_code: int | None = None
        self._ended = ended
        self._fd = os.pidfd_open(pid)

    @classmethod
    def start(
        cls, folder: Path, env: Mapping[str, str], log: Path, nursery: Nursery | None = None
    ) -> AgentProcess:
        """Start the process of the agent with a folder. log: where what it prints goes, at its end.
        nursery: where it is born; without one it begins as any program. Raises FileError for a log
        that can't be written, OSError."""
        with refusing(log, "an agent's log"):
            out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            if nursery is not None:
                with contextlib.suppress(DaemonError):
                    pid = nursery.bear(folder, env, log)
                    return cls(pid, ticks_of(pid) or 0, lambda: nursery.buried(pid))
            child = subprocess.Popen(
                worker_argv(folder),
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        finally:
            os.close(out)
        return cls(child.pid, ticks_of(child.pid) or 0, lambda: child.wait(timeout=5.0))

    @classmethod
    def found(cls, pid: int | None, ticks: int | None) -> AgentProcess | None:
        """One that another daemon started, if it is still there."""
        if pid is None or ticks is None or ticks_of(pid) != ticks:
            return None
        try:
            process = cls(pid, ticks)
        except OSError:
            return None
        if ticks_of(pid) != ticks:  # it ended, and another took its number, between the two
            process.bury()
            return None
        return process

    @classmethod
    def of(cls, pid: int) -> AgentProcess:
        """One that is there now. Raises OSError where it is not."""
        return cls(pid, ticks_of(pid) or 0)

    def fileno(self) -> int:
        """Can be read when it has ended."""
        return self._fd

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return ticks_of(self.pid) == self.ticks

    def signal(self, number: int) -> None:
        """To this process and no other of its number."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._fd, number)

    def kill_all(self) -> None:
        """It and what it started: its process group, and all of its session."""
        self.signal(signal.SIGKILL)
        for pid in members(self.pid):
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)

    def bury(self) -> None:
        """It has ended: what it left is ended too, its number given back."""
        for pid in members(self.pid):
            if pid != self.pid:
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
        if self._ended is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.exit_code = self._ended()
        with contextlib.suppress(OSError):
            os.close(self._fd)


def members(leader: int) -> list[int]:
    """Processes of the session that a process leads, or has led."""
    out = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, IndexError):
                row = (entry / "stat").read_bytes().rpartition(b")")[2].split()
                if int(row[3]) == leader and row[0] not in (b"Z", b"X"):
                    out.append(int(entry.name))
    return out


def worker_argv(folder: Path) -> list[str]:
    """How an agent's process is started."""
    return [sys.executable, "-m", "llmagentos.daemon.worker", str(folder)]


def died_of(code: int | None) -> str:
    """How a process ended, in words."""
    if code is None:
        return "it ended, and nobody saw how"
    if code >= 0:
        return f"it ended with exit code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    return f"it was killed by {name}"
