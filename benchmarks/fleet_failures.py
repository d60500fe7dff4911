"""Robots that fail in the middle of their tasks: how soon it is noticed, and what becomes of the tasks.

    python -m benchmarks.fleet_failures                 # 200 failures of four robots, some minutes
    python -m benchmarks.fleet_failures --failures 20

Knows: real processes, each on a "machine" of its own (a network namespace with a cable) where this machine
lets it make such; kills, freezes and cuts them at random moments; the world, a file that all act on, as
they would on one room. Does not know: how the fleet works.

Every task is eight acts, the last of which must not happen twice. A failure hits a robot that is in the
middle of a task; it comes back 1.5 to 3 s later (killed ones as a new process) and others go on meanwhile.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import subprocess
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.cables import Cables
from benchmarks.fleet_world import World, robot_program
from llmagentos.fleet import FleetTask
from llmagentos.fleet.clock import now_s
from llmagentos.fleet.coordinator import Coordinator
from llmagentos.fleet.names import Names
from llmagentos.messaging import BusSettings, open_bus

_PORT, _NET = 17449, 97
KINDS = ("killed", "frozen", "cut off")


@dataclass
class Failure:
    """One. tasks: what the robot had, by id its token. noticed_s, moved_s: from the failure until it was
    known, and until the last of its tasks was another's; None: not needed, it had ended all in time."""

    kind: str
    robot: str
    at_s: float
    tasks: dict[str, int]
    noticed_s: float | None = None
    moved_s: float | None = None


@dataclass
class Told:
    """What came of all. lost: tasks that were not done; twice: whose last act happened more than once;
    second: acts of an old execution after a new one began; refused: those that the fence kept out."""

    failures: list[Failure]
    tasks: int
    lost: int
    twice: int
    second: int
    refused: int
    took_s: float
    kinds: tuple[str, ...]


@dataclass
class _Robots:
    """Processes by name, and how each is hurt and healed."""

    folder: Path
    cables: Cables | None
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def begin(self, name: str) -> None:
        """A new process."""
        if self.cables is None:
            self.processes[name] = robot_program(name, self.folder)
        else:
            n = int(name[1:])
            self.processes[name] = robot_program(
                name, self.folder, name, endpoint=f"tcp/{self.cables.here(n)}:{_PORT}",
                before=self.cables.inside(n),
            )  # fmt: skip

    def hurt(self, name: str, kind: str) -> None:
        """Let it fail."""
        if kind == "cut off":
            assert self.cables is not None
            self.cables.cut(int(name[1:]))
        else:
            how = signal.SIGKILL if kind == "killed" else signal.SIGSTOP
            self.processes[name].send_signal(how)

    def heal(self, name: str, kind: str) -> None:
        """Let it come back."""
        if kind == "cut off":
            assert self.cables is not None
            self.cables.mend(int(name[1:]))
        elif kind == "frozen":
            self.processes[name].send_signal(signal.SIGCONT)
        else:
            self.processes[name].wait()
            self.begin(name)

    def end(self) -> None:
        """All of them."""
        for process in self.processes.values():
            process.kill()
            process.wait()


def measured(failures: int, robots: int = 4, seed: int = 1, say: bool = False) -> Told:
    """Inject failures while tasks keep coming."""
    rng = random.Random(seed)
    began = time.monotonic()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        (folder / "bus").mkdir()
        cables = None
        with suppress(OSError):
            cables = stack.enter_context(Cables(robots, _NET))
        kinds = KINDS if cables is not None else KINDS[:2]
        listen = () if cables is None else (f"tcp/0.0.0.0:{_PORT}",)
        bus = stack.enter_context(
            open_bus("desk", BusSettings(listen=listen), folder=folder / "bus")
        )
        fleet = stack.enter_context(Coordinator(bus))
        news: list[dict[str, Any]] = []
        heard = stack.enter_context(bus.subscribe(Names().news, keep=100_000))
        threading.Thread(target=lambda: news.extend(heard), daemon=True).start()
        crew = _Robots(folder, cables)
        stack.callback(crew.end)
        for n in range(robots):
            crew.begin(f"r{n}")
        _until(lambda: len(fleet.robots()) == robots)
        done = _inject(fleet, crew, kinds, failures, rng, say)
        _until(fleet.idle, 120)
        time.sleep(1.0)  # time for second executions, if there were any
        _timed(done, list(news))
        return _told(done, fleet, World(folder / "world"), time.monotonic() - began, kinds)


def _inject(
    fleet: Coordinator,
    crew: _Robots,
    kinds: tuple[str, ...],
    failures: int,
    rng: random.Random,
    say: bool,
) -> list[Failure]:
    done: list[Failure] = []
    away: dict[str, tuple[float, str]] = {}
    count, next_s = 0, now_s()
    while len(done) < failures or away:
        open_tasks = [r for r in fleet.tasks() if r["state"] in ("waiting", "given")]
        while len(done) < failures and len(open_tasks) < 6:
            count += 1
            fleet.submit(FleetTask(f"t{count}", needs=("act",)))
            open_tasks.append({"state": "waiting"})
        for name, (until_s, kind) in list(away.items()):
            if now_s() >= until_s:
                crew.heal(name, kind)
                del away[name]
        at_work = {r["robot"] for r in open_tasks if r.get("begun") and r["state"] == "given"}
        here = {r["name"] for r in fleet.robots() if r["heard"]} - set(away)
        able = sorted(at_work & here)
        if len(done) < failures and now_s() >= next_s and able and len(here) > 1:
            name, kind = rng.choice(able), kinds[len(done) % len(kinds)]
            time.sleep(rng.uniform(0, 0.1))
            held = {r["id"]: r["token"] for r in fleet.tasks()
                    if r["robot"] == name and r["state"] == "given"}  # fmt: skip
            done.append(Failure(kind, name, now_s(), held))
            crew.hurt(name, kind)
            away[name] = now_s() + rng.uniform(1.5, 3.0), kind
            next_s = now_s() + rng.uniform(0.1, 1.0)
            if say and len(done) % 20 == 0:
                print(f"{len(done)} failures, {count} tasks", flush=True)
        time.sleep(0.02)
    return done


def _until(true: Callable[[], object], seconds: float = 60) -> None:
    give_up = time.monotonic() + seconds
    while not true():
        if time.monotonic() > give_up:
            raise TimeoutError(f"expected it within {seconds:g} s, got {true()!r}")
        time.sleep(0.02)


def _timed(failures: list[Failure], news: list[dict[str, Any]]) -> None:
    for each in failures:
        after = [n for n in news if n["t_s"] >= each.at_s]
        silent = [n["t_s"] for n in after if n["what"] == "silent" and n["robot"] == each.robot]
        if silent:
            each.noticed_s = silent[0] - each.at_s
        freed = {n["task"] for n in after if n["what"] == "freed" and n["robot"] == each.robot}
        moved = [
            next((n["t_s"] for n in after if n["what"] == "given" and n["task"] == task
                  and n["token"] > token), None)
            for task, token in each.tasks.items() if task in freed
        ]  # fmt: skip
        times = [t for t in moved if t is not None]
        if times:
            each.moved_s = max(times) - each.at_s


def _told(
    failures: list[Failure], fleet: Coordinator, world: World, took_s: float, kinds: tuple[str, ...]
) -> Told:
    rows = fleet.tasks()
    newest: Counter[str] = Counter()
    second = refused = 0
    for act in world.acts():
        if act["refused"]:
            refused += 1
        elif act["token"] < newest[act["task"]]:
            second += 1
        newest[act["task"]] = max(newest[act["task"]], act["token"])
    return Told(
        failures,
        len(rows),
        sum(world.done(r["id"]) == 0 or r["state"] != "done" for r in rows),
        sum(world.done(r["id"]) > 1 for r in rows),
        second,
        refused,
        took_s,
        kinds,
    )


def table(told: Told) -> str:
    """Markdown, and what became of the tasks."""
    lines = [
        "| robot in mid-task | failures | noticed after, median (worst) | its tasks another's after |",
        "|---|---|---|---|",
    ]
    for kind in told.kinds:
        own = [f for f in told.failures if f.kind == kind]
        noticed = [f.noticed_s for f in own if f.noticed_s is not None]
        moved = [f.moved_s for f in own if f.moved_s is not None]
        lines.append(f"| {kind} | {len(own)} | {_words(noticed)} | {_words(moved)} |")
    lines.append(
        f"\n{told.tasks} tasks, {len(told.failures)} failures in {told.took_s:.0f} s: lost {told.lost}, "
        f"done twice {told.twice}, acts of an old execution after a new one began {told.second} "
        f"(kept out by the fence: {told.refused})"
    )
    if len(told.kinds) < len(KINDS):
        lines.append("no cables were cut: this machine makes no network namespaces")
    return "\n".join(lines)


def _words(seconds: list[float]) -> str:
    if not seconds:
        return "none"
    return f"{np.median(seconds):.2f} s ({max(seconds):.2f} s), of {len(seconds)}"


def main() -> None:
    """Print the table. Exit code 1: a task was lost or done twice."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--failures", type=int, default=200)
    parser.add_argument("--robots", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    told = measured(args.failures, args.robots, args.seed, say=not args.json)
    if args.json:
        print(json.dumps({**vars(told), "failures": [vars(f) for f in told.failures]}))
    else:
        print(table(told))
    if told.lost or told.twice or told.second:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
