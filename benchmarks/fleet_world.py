"""A world for fleets of processes: a file that all of them act on, as robots act on one room, whether or
not they reach each other.

Knows: acts, one line each, with the token they were done with; what is done. Does not know: leases.
`robot_program` starts a robot in a process of its own.
"""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from llmagentos.errors import FleetError
from llmagentos.fleet import FleetTask, Member
from llmagentos.fleet.robot import FleetRobot
from llmagentos.fleet.work import Rest, Turn, Work
from llmagentos.messaging import BusSettings, open_bus

ROOT = Path(__file__).parents[1]
#: Acts of one task; the last one is what must not happen twice.
STEPS = 8


class World:
    """path: of the file. fenced: whether acts with an old token are refused."""

    def __init__(self, path: Path, fenced: bool = True) -> None:
        self._path, self._fenced = path, fenced
        self._rows: list[dict[str, Any]] = []
        self._read = 0

    def acts(self) -> list[dict[str, Any]]:
        """All that happened, in order."""
        if self._path.exists():
            with self._path.open("rb") as file:
                file.seek(self._read)
                new = file.read()
            whole = new[: new.rfind(b"\n") + 1]
            self._read += len(whole)
            self._rows += [json.loads(line) for line in whole.splitlines()]
        return self._rows

    def act(self, robot: str, task: str, token: int, step: int) -> None:
        """Something changes. Raises FleetError behind a fence."""
        with self._alone():
            newest = max((a["token"] for a in self.acts() if a["task"] == task), default=token)
            refused = self._fenced and token < newest
            row = {"robot": robot, "task": task, "token": token, "step": step, "refused": refused}
            with self._path.open("a") as file:
                file.write(json.dumps(row) + "\n")
        if refused:
            raise FleetError(f"expected token {newest} or newer for '{task}', got {token}")

    def done(self, task: str) -> int:
        """How often its last act happened."""
        last = [a for a in self.acts() if a["task"] == task and a["step"] == STEPS]
        return sum(not a["refused"] for a in last)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with self._path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


class Acts(Work):
    """Does tasks as STEPS acts with a pause before each."""

    def __init__(self, name: str, world: World, pause_s: float = 0.05) -> None:
        self._name, self._world, self._pause_s = name, world, pause_s
        self.moves = threading.Event()

    def do(self, turn: Turn) -> str:
        """See Work."""
        self.moves.set()
        try:
            for step in range(1, STEPS + 1):
                time.sleep(self._pause_s)
                turn.go_on()
                self._world.act(self._name, turn.task.id, turn.token, step)
        finally:
            self.moves.clear()
        return f"{STEPS} acts"

    def is_done(self, task: FleetTask) -> bool:
        """See Work."""
        return self._world.done(task.id) > 0

    def stop(self) -> Rest:
        """See Work."""
        give_up = time.monotonic() + 0.5
        while self.moves.is_set() and time.monotonic() < give_up:
            time.sleep(0.005)
        return Rest(not self.moves.is_set(), "no act is under way")


def robot_program(
    name: str,
    folder: Path,
    bus: str = "bus",
    pause_s: float = 0.05,
    endpoint: str = "",
    before: Sequence[str] = (),
) -> subprocess.Popen[bytes]:
    """A robot that acts on the world in `folder`. bus: the folder there of its sockets; endpoint: of a
    coordinator on another machine; before: what begins its command."""
    code = "from benchmarks.fleet_world import robot; robot()"
    words = [*before, sys.executable, "-c", code, name, str(folder / "world"), str(folder / bus),
             str(pause_s), *filter(None, [endpoint])]  # fmt: skip
    return subprocess.Popen(words, env={**os.environ, "PYTHONPATH": str(ROOT)})


def robot() -> None:
    """What `robot_program` runs: NAME WORLD BUS_FOLDER PAUSE_S [ENDPOINT]."""
    name, path, folder, pause_s, *endpoint = sys.argv[1:]
    Path(folder).mkdir(parents=True, exist_ok=True)
    bus = open_bus(name, BusSettings(connect=tuple(endpoint)), folder=Path(folder))
    member = Member(name, ("act",))
    with FleetRobot(bus, member, Acts(name, World(Path(path)), float(pause_s))):
        while os.getppid() > 1:
            time.sleep(0.2)
