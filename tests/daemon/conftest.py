"""A daemon in a process of its own, in a folder that is gone with the test."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from llmagentos.daemon.client import DaemonClient
from llmagentos.daemon.place import SOCKET_VARIABLE
from llmagentos.errors import DaemonError

ROOT = Path(__file__).resolve().parents[2]


class Running:
    """The daemon of one test. start, kill: its process; client: a way to it."""

    def __init__(self, folder: Path, there: tuple[str, ...] = ()) -> None:
        self.folder, self.socket = folder, folder / "door"
        self._there = there
        self.process: subprocess.Popen[bytes] | None = None
        self._clients: list[DaemonClient] = []

    def start(self) -> DaemonClient:
        """Begin it, and wait until it answers."""
        argv = [sys.executable, "-m", "llmagentos", "serve", "--folder", str(self.folder / "state")]
        argv += ["--socket", str(self.socket)]
        for each in self._there:
            argv += ["--there", each]
        env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])}
        with (self.folder / "daemon.log").open("ab") as log:
            self.process = subprocess.Popen(argv, env=env, stdout=log, stderr=log)
        return self.client()

    def client(self, token: str = "") -> DaemonClient:
        """Somebody who asks."""
        for _ in range(600):
            try:
                found = DaemonClient(self.socket, token)
                self._clients.append(found)
                return found
            except DaemonError:
                time.sleep(0.05)
        raise AssertionError((self.folder / "daemon.log").read_text())

    def kill(self) -> None:
        """As by kill -9."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def end(self) -> None:
        """As by Ctrl-C."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        assert self.process.wait(40) == 0, (self.folder / "daemon.log").read_text()

    def close(self) -> None:
        """Whatever the test left."""
        for client in self._clients:
            client.close()
        if self.process is not None and self.process.poll() is None:
            self.end()
        for pid in self.workers():
            os.kill(pid, signal.SIGKILL)

    def workers(self) -> list[int]:
        """Processes of agents of this daemon that live."""
        return printing_into(self.folder / "state/agents")


def printing_into(folder: Path) -> list[int]:
    """Processes that print into a file below a folder, as agents do: born in the daemon's nursery they
    have its command line."""
    out = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                target = str((entry / "fd/1").readlink())
            except OSError:
                continue
            if target.startswith(f"{folder}/"):
                out.append(int(entry.name))
    return out


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    """A daemon of this test alone, which may be killed; `start` begins it. Its path is short: a
    socket's may have 107 bytes."""
    with tempfile.TemporaryDirectory(prefix="agents-") as folder:
        made = Running(Path(folder))
        monkeypatch.setenv(SOCKET_VARIABLE, str(made.socket))
        yield made
        made.close()


@pytest.fixture(scope="module")
def lasting() -> Iterator[Running]:
    """A daemon for all tests of a file that only ask it for something."""
    with tempfile.TemporaryDirectory(prefix="agents-") as folder:
        made = Running(Path(folder), ("arm=1", "gpu_gb=2"))
        made.start()
        yield made
        made.close()


@pytest.fixture
def daemon(lasting: Running, monkeypatch: pytest.MonkeyPatch) -> Iterator[DaemonClient]:
    """A daemon that runs, without agents."""
    monkeypatch.setenv(SOCKET_VARIABLE, str(lasting.socket))
    client = lasting.client()
    yield client
    for agent in lasting.client().list():
        client.agent(agent["name"]).destroy(force=True)
