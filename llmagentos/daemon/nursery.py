"""Where agents' processes are born: one process that has loaded what all of them need, and forks.

Knows: forking, and how a child ended. Does not know: agents. A process of its own, without threads, so
that a fork is whole; `python -m llmagentos.daemon.nursery FD`, started by the daemon, which talks to it
over the socket FD. It ends with the daemon; its children don't.

A light agent is there in a few hundredths of a second instead of half a second, and its code is in
memory once. What a robot needs is loaded by the child: libraries with threads of their own don't
survive a fork.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from llmagentos.errors import DaemonError

#: A fork that takes longer than this didn't happen, seconds; the daemon waits for it.
_PATIENCE_S = 3.0


class Nursery:
    """The daemon's end. Raises OSError where no process can be had."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "llmagentos.daemon.nursery", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        ours.settimeout(_PATIENCE_S)
        self._socket, self._file = ours, ours.makefile("rb")
        self._ready = False

    @property
    def alive(self) -> bool:
        """Whether it is there."""
        return self._process.poll() is None

    @property
    def ready(self) -> bool:
        """Whether it has loaded what agents need; nobody waits for it."""
        if not self._ready and select.select([self._socket], [], [], 0.0)[0]:
            self._ready = bool(self._file.readline())
        return self._ready and self.alive

    def bear(self, folder: Path, env: Mapping[str, str], log: Path) -> int:
        """The number of an agent's new process. Raises DaemonError where it is gone."""
        told = self._ask({"folder": str(folder), "env": dict(env), "log": str(log)})
        if "error" in told:
            raise DaemonError(f"expected a process for {folder.name}, got: {told['error']}")
        return int(told["pid"])

    def buried(self, pid: int) -> int | None:
        """How a child ended, as of subprocess; None where that is not known."""
        try:
            code = self._ask({"bury": pid})["code"]
        except DaemonError:
            return None
        return None if code is None else int(code)

    def close(self) -> None:
        """No more."""
        self._ready = False
        self._file.close()
        self._socket.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(5.0)

    def _ask(self, said: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            self._socket.sendall(json.dumps(said).encode() + b"\n")
            row = self._file.readline()
            told: Mapping[str, Any] = json.loads(row)
        except (OSError, ValueError) as exc:
            self._ready = False  # what it may still answer is an answer to something else
            self._process.kill()
            raise DaemonError(f"expected the nursery to answer, got: {exc or 'nothing'}") from exc
        return told


def _born(said: Mapping[str, Any], door: socket.socket) -> None:
    """In the child: become the agent's process. Does not return."""
    code = 1
    try:
        door.close()
        os.setsid()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        out = os.open(said["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(out, 1)
        os.dup2(out, 2)
        os.close(out)
        os.environ.clear()
        os.environ.update(said["env"])
        from llmagentos.daemon import worker

        worker.main(said["folder"])
        code = 0
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _ended(pid: int) -> int | None:
    try:
        _, status = os.waitpid(pid, 0)
    except ChildProcessError:
        return None
    return os.waitstatus_to_exitcode(status)


def _line(file: Any) -> bytes:
    """What the daemon asks; nothing where it is gone, however it went."""
    try:
        return bytes(file.readline())
    except OSError:
        return b""


def main(descriptor: int) -> None:
    """Serve the daemon until it is gone."""
    import llmagentos.daemon.worker  # noqa: F401 - what the children need

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # the daemon's end is ours
    door = socket.socket(fileno=descriptor)
    os.set_inheritable(descriptor, False)
    file = door.makefile("rb")
    door.sendall(b"{}\n")  # ready
    while row := _line(file):
        said = json.loads(row)
        if "bury" in said:
            told: dict[str, Any] = {"code": _ended(int(said["bury"]))}
        else:
            try:
                pid = os.fork()
            except OSError as exc:
                told = {"error": str(exc)}
            else:
                if pid == 0:
                    _born(said, door)
                told = {"pid": pid}
        with contextlib.suppress(OSError):
            door.sendall(json.dumps(told).encode() + b"\n")
    os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]))
