"""Processes by a table: started in order, restarted by policy, stopped in reverse, none left over.

Knows: executables, restart policies, signals. Does not know: ROS, or what a process does.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Literal

from llmagentos.files import make_folder, refusing

Restart = Literal["always", "never"]
State = Literal["waiting", "running", "restarting", "given up", "ended", "stopped"]

#: A process that ends with this has said why it must not run, and is given up at once (as systemd's
#: RestartPreventExitStatus; sysexits.h calls it EX_CONFIG).
NO_RESTART = 78
#: In the environment of a process that is started again since the one before it ended.
RESTARTED = "LLMAGENTOS_RESTARTED"
#: A process that dies more often than this within the window is given up.
MAX_RESTARTS, RESTART_WINDOW_S = 5, 60.0
_BACKOFF_S = (0.2, 0.5, 1.0, 2.0, 5.0)
#: Each signal's time before the next, harder one. A node that ends in 0.3 s on an idle machine
#: has needed ten times as long on a starved one.
_STOP_STEPS: tuple[tuple[signal.Signals, float], ...] = (
    (signal.SIGINT, 20.0),
    (signal.SIGTERM, 5.0),
    (signal.SIGKILL, 5.0),
)
_PR_SET_PDEATHSIG = 1
#: Characters of a log's end in which its last line is looked for.
_LAST_WORDS = 4000


@dataclass(frozen=True)
class ProcessSpec:
    """One row of the table. argv: the command; when False it is not started at all.

    stdout: "log" goes to the log file, "lines" is read by `ProcessManager.lines`.
    """

    name: str
    argv: tuple[str, ...]
    restart: Restart = "always"
    when: bool = True
    stdout: Literal["log", "lines"] = "log"


@dataclass
class Process:
    """One started row and how it stands."""

    spec: ProcessSpec
    state: State = "waiting"
    restarts: int = 0
    exit_code: int | None = None
    popen: subprocess.Popen[bytes] | None = None
    deaths: list[float] = field(default_factory=list)
    not_before: float = 0.0
    partial: bytes = b""

    @property
    def pid(self) -> int | None:
        """Process id while it runs, else None."""
        return self.popen.pid if self.popen is not None and self.state == "running" else None


def _die_with_parent(parent: int) -> Callable[[], None]:
    """Run in the child: the kernel ends it when its parent does, however that dies (Linux), and
    SIGINT ends it too: what a shell starts in the background ignores that, and so would its children,
    each of which took 20 s to stop."""

    def prepare() -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        if sys.platform == "linux":
            with contextlib.suppress(OSError):
                ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
            if os.getppid() != parent:  # it died between fork and prctl
                os._exit(1)

    return prepare


class ProcessManager:
    """Runs the table. Call `poll` a few times a second; use as a context manager.

    log_dir: one file per process. clock: monotonic seconds.
    """

    def __init__(
        self,
        table: Sequence[ProcessSpec],
        log_dir: Path,
        env: Mapping[str, str] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.processes = [Process(spec) for spec in table if spec.when]
        self._log_dir, self._env, self._clock = log_dir, env, clock
        self._logs: dict[str, IO[bytes]] = {}

    def __enter__(self) -> ProcessManager:
        self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def get(self, name: str) -> Process:
        """A process by name. KeyError when the table has none."""
        for process in self.processes:
            if process.spec.name == name:
                return process
        raise KeyError(name)

    def start(self) -> None:
        """Start every row in order. On a failure what runs already is stopped again.

        FileError for a log folder that cannot be written.
        """
        make_folder(self._log_dir, "a folder for the logs")
        try:
            for process in self.processes:
                self._spawn(process)
        except BaseException:
            self.stop()
            raise

    def poll(self) -> list[Process]:
        """Notice deaths and restart; returns the processes whose state has changed."""
        changed, now = [], self._clock()
        for process in self.processes:
            before = process.state
            if process.state == "running":
                self._check(process, now)
            elif process.state == "restarting" and now >= process.not_before:
                self._spawn(process)
            if process.state != before:
                changed.append(process)
        return changed

    def kill(self, name: str) -> None:
        """End a process at once, with all that it has started: for one that hangs, which no other
        signal reaches. `poll` then goes by its restart policy. KeyError for a name that is none."""
        process = self.get(name)
        if process.pid is not None:
            _end_group(process.pid)

    def lines(self, name: str) -> list[str]:
        """Whole lines that a process with stdout="lines" has printed since the last call."""
        process = self.get(name)
        if process.popen is None or process.popen.stdout is None:
            return []
        descriptor = process.popen.stdout.fileno()
        while True:
            try:
                block = os.read(descriptor, 65536)
            except (BlockingIOError, ValueError):
                break
            if not block:
                break
            process.partial += block
        *whole, process.partial = process.partial.split(b"\n")
        return [line.decode("utf-8", "replace") for line in whole]

    def last_words(self, name: str) -> str:
        """The last line of a process's log that holds anything; "" without one."""
        try:
            text = (self._log_dir / f"{name}.log").read_text("utf-8", "replace")
        except OSError:
            return ""
        lines = [line.strip() for line in text[-_LAST_WORDS:].splitlines() if line.strip()]
        return lines[-1] if lines else ""

    def stop(self) -> None:
        """Stop in reverse order, politely first; bounded, and nothing is left."""
        for process in reversed(self.processes):
            if process.popen is not None and process.state == "running":
                self._stop_one(process.popen)
                process.exit_code = process.popen.returncode
            process.state = "stopped"
            if process.popen is not None and process.popen.stdout is not None:
                process.popen.stdout.close()
        for log in self._logs.values():
            log.close()
        self._logs.clear()

    # --- inside --------------------------------------------------------------------------

    def _spawn(self, process: Process) -> None:
        spec = process.spec
        log = self._logs.get(spec.name)
        if log is None:
            path = self._log_dir / f"{spec.name}.log"
            with refusing(path, "a log file that can be written"):
                log = self._logs[spec.name] = path.open("ab")
        piped = spec.stdout == "lines"
        process.popen = subprocess.Popen(
            spec.argv,
            env=self._env_of(process),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if piped else log,
            stderr=log,
            start_new_session=True,
            preexec_fn=_die_with_parent(os.getpid()),
        )
        if piped and process.popen.stdout is not None:
            os.set_blocking(process.popen.stdout.fileno(), False)
        process.state, process.exit_code = "running", None

    def _env_of(self, process: Process) -> dict[str, str] | None:
        """None: this process's own."""
        if not process.restarts:
            return dict(self._env) if self._env is not None else None
        env = os.environ if self._env is None else self._env
        return {**env, RESTARTED: str(process.restarts)}

    def _check(self, process: Process, now: float) -> None:
        assert process.popen is not None
        code = process.popen.poll()
        if code is None:
            return
        process.exit_code = code
        _end_group(process.popen.pid)
        if process.spec.restart == "never":
            process.state = "ended"
            return
        process.deaths = [t for t in process.deaths if now - t < RESTART_WINDOW_S] + [now]
        if code == NO_RESTART or len(process.deaths) > MAX_RESTARTS:
            process.state = "given up"
            return
        process.state = "restarting"
        process.restarts += 1
        process.not_before = now + _BACKOFF_S[min(len(process.deaths) - 1, len(_BACKOFF_S) - 1)]

    def _stop_one(self, popen: subprocess.Popen[bytes]) -> None:
        for number, wait_s in _STOP_STEPS:
            if popen.poll() is not None:
                break
            with contextlib.suppress(ProcessLookupError, PermissionError):
                # A stopped (frozen) process takes no signal but KILL until it goes on.
                popen.send_signal(number)
                popen.send_signal(signal.SIGCONT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                popen.wait(wait_s)
        _end_group(popen.pid)


def _end_group(leader: int) -> None:
    """Kill a process's group: what a dead one has left there, or all of it."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
