"""Programs that are agents: what tests give the daemon to keep."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any


class SlowToStop:
    """What takes until it is let to stop. folder: where it says that it was told to, and is let."""

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder)

    def halt(self) -> None:
        """Until there is a file `let`."""
        (self._folder / "told").touch()
        while not (self._folder / "let").exists():
            time.sleep(0.01)


class Clumsy:
    """A robot that can't, or waits for a minute."""

    def command(self, text: str, turn: Any) -> dict[str, Any]:
        """As a robot's."""
        for _ in range(1200 if text == "wait" else 0):
            time.sleep(0.05)
            turn.safe_point()
        return {"status": "refused", "reply": f"I can't {text}."}


class Worker:
    """Answers calls; runs until it is stopped. log: a file to which each call that was carried out
    is written, to see whether one was carried out twice."""

    def __init__(self, log: str = "", runs_s: float | None = None) -> None:
        self._log, self._runs_s = log, runs_s
        self._end = False

    def run(self) -> None:
        """Until stopped, or for a while."""
        began = time.monotonic()
        while not self._end and (self._runs_s is None or time.monotonic() - began < self._runs_s):
            time.sleep(0.01)

    def stop(self) -> None:
        """Let run() end."""
        self._end = True

    def halt(self) -> None:
        """Nothing moves here."""

    def command(self, text: str) -> dict[str, Any]:
        """As a robot's: a result with a reply."""
        return {"status": "succeeded", "reply": f"did: {text}"}

    def add(self, mark: str, slow_s: float = 0.0) -> str:
        """Write a mark; once a call."""
        if self._log:
            with Path(self._log).open("a", encoding="utf-8") as file:
                file.write(f"{mark}\n")
        time.sleep(slow_s)
        return mark

    def steps(self, count: int, turn: Any) -> int:
        """Long work with safe points."""
        for _ in range(count):
            time.sleep(0.02)
            turn.safe_point()
        return count

    def long(self, size: int) -> str:
        """A result of that many characters."""
        return "x" * size

    def fail(self) -> None:
        """A call that raises."""
        raise ValueError("no such screw")

    def die(self) -> None:
        """The process of the agent ends as by a fault in a library."""
        os.kill(os.getpid(), signal.SIGSEGV)

    def hang(self) -> None:
        """All of the process stands still."""
        os.kill(os.getpid(), signal.SIGSTOP)

    def eat(self, mb: int) -> int:
        """Take memory, and keep it."""
        self._eaten = bytearray(os.urandom(1)) * (mb * 1_000_000)
        return mb

    def burn(self) -> None:
        """Take a core until the end."""
        while not self._end:
            pass

    def child(self) -> int:
        """A process of its own, which nobody waits for; its number."""
        return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]).pid

    def pid(self) -> int:
        """Of this process."""
        return os.getpid()

    def say(self, lines: int) -> None:
        """Print a lot."""
        for number in range(lines):
            print(f"line {number} " + "x" * 90)
        sys.stdout.flush()

    def ask_for(self, name: str, verb: str) -> Any:
        """Ask the daemon for something, as this agent."""
        from llmagentos.daemon.client import DaemonClient

        with DaemonClient() as daemon:
            return daemon.ask(verb, name=name)

    def keep(self, name: str, text: str) -> str:
        """Write a file and read it again."""
        from llmagentos.daemon.me import me

        me().files.write(name, text)
        return me().files.read_text(name)

    def call_other(self, name: str, text: str) -> Any:
        """Give another agent a command."""
        from llmagentos.daemon.client import DaemonClient

        with DaemonClient() as daemon:
            return daemon.agent(name).command(text)


class Tasks:
    """As other people's agents are: run(task) is asked for each task."""

    def run(self, task: str, stream: bool = False) -> str:
        """What came of it."""
        return f"did {task}"


class Broken:
    """Can't be made."""

    def __init__(self) -> None:
        raise RuntimeError("the camera is not there")

    def run(self) -> None:
        """Never begun."""


class Dying:
    """Dies as soon as it runs."""

    def run(self) -> None:
        """Raises."""
        raise RuntimeError("out of paper")
