"""Robots that are real processes: killed, frozen, cut off, and a coordinator that is killed."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.cables import Cables
from benchmarks.fleet_world import STEPS, World, robot_program
from llmagentos.fleet import FleetTask
from llmagentos.fleet.client import FleetClient
from llmagentos.fleet.coordinator import Coordinator
from llmagentos.fleet.names import Names
from llmagentos.messaging import BusSettings, open_bus

Begin = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Begin]:
    begun = []

    def robot(name: str, **how: Any) -> subprocess.Popen[bytes]:
        begun.append(robot_program(name, tmp_path, **{"pause_s": 0.2, **how}))
        return begun[-1]

    (tmp_path / "bus").mkdir()
    yield robot
    for process in begun:
        process.kill()
        process.wait()


@pytest.fixture
def cables() -> Iterator[Cables]:
    try:
        with Cables(2, 98) as made:
            yield made
    except OSError as exc:
        pytest.skip(f"this machine lets nobody make network namespaces: {exc}")


def until(done: Callable[[], Any], why: Callable[[], object] = lambda: "") -> Any:
    give_up = time.monotonic() + 60
    while not (found := done()):
        assert time.monotonic() < give_up, why()
        time.sleep(0.01)
    return found


def begun_by(world: World) -> str:
    acts = [a for a in world.acts() if a["step"] == 2]
    return acts[0]["robot"] if acts else ""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_what_a_lost_robot_was_at_is_done_once_by_another(
    begin: Begin, tmp_path: Path, how: signal.Signals
) -> None:
    world = World(tmp_path / "world")
    with (
        open_bus("desk", folder=tmp_path / "bus") as bus,
        bus.subscribe(Names().news, keep=1000) as news,
        Coordinator(bus) as fleet,
    ):
        robots = {name: begin(name) for name in ("r1", "r2")}
        until(lambda: len(fleet.robots()) == 2)
        fleet.submit(FleetTask("a", needs=("act",)))
        lost = until(lambda: begun_by(world))
        robots[lost].send_signal(how)
        until(fleet.idle, fleet.tasks)
        (row,) = fleet.tasks()
        assert row["state"] == "done" and row["robot"] != lost and row["times"] == 2
        if how == signal.SIGSTOP:
            robots[lost].send_signal(signal.SIGCONT)
            until(lambda: all(r["heard"] for r in fleet.robots()))
            time.sleep(3 * 0.2)  # time for a second execution, if there were one
        else:
            robots[lost] = begin(lost)
            until(lambda: all(r["heard"] for r in fleet.robots()))
        acts = world.acts()
        tokens = [a["token"] for a in acts if not a["refused"]]
        assert tokens == sorted(tokens)  # nothing of the old execution after the new one began
        assert world.done("a") == 1
        fleet.submit(FleetTask("b"), FleetTask("c"))  # and who came back works again
        until(fleet.idle, fleet.tasks)
        assert {r["robot"] for r in fleet.tasks() if r["id"] in "bc"} == {"r1", "r2"}
        said = [row["what"] for row in iter(lambda: news.receive(0), None)]
        assert said.index("silent") < said.index("freed")


def test_a_frozen_robot_is_named_by_a_stop_for_all(begin: Begin, tmp_path: Path) -> None:
    with open_bus("desk", folder=tmp_path / "bus") as bus, Coordinator(bus) as fleet:
        robots = {name: begin(name) for name in ("r1", "r2")}
        until(lambda: len(fleet.robots()) == 2)
        robots["r1"].send_signal(signal.SIGSTOP)
        told = {s.robot: s for s in fleet.stop()}
        assert told["r2"].rests and told["r2"].reached
        assert not told["r1"].reached and not told["r1"].rests
        assert "r1 could not be reached" in told["r1"].words
        assert told["r1"].words.endswith("its lease is not renewed any more, and ends within 1 s")
        # it waits longer than the robots may
        with open_bus("person", folder=tmp_path / "bus") as theirs:
            told = {s.robot: s for s in FleetClient(theirs).stop(timeout_s=5.0)}
        assert told["r2"].rests and not told["r1"].reached


def test_a_cable_that_is_cut_in_mid_task(begin: Begin, cables: Cables, tmp_path: Path) -> None:
    world = World(tmp_path / "world")
    settings = BusSettings(listen=("tcp/0.0.0.0:17448",))
    with open_bus("desk", settings, folder=tmp_path / "bus") as bus, Coordinator(bus) as fleet:
        for n, name in enumerate(("r1", "r2")):
            begin(name, endpoint=f"tcp/{cables.here(n)}:17448", before=cables.inside(n), bus=name)
        until(lambda: len(fleet.robots()) == 2)
        fleet.submit(FleetTask("a", needs=("act",)))
        lost = until(lambda: begun_by(world))
        number = int(lost[1:]) - 1
        cables.cut(number)
        until(fleet.idle, fleet.tasks)
        (row,) = fleet.tasks()
        assert row["robot"] != lost and world.done("a") == 1
        assert not fleet.stop()[number].reached
        cables.mend(number)
        fleet.go_on()
        until(lambda: all(r["heard"] for r in fleet.robots()), fleet.robots)
        tokens = [a["token"] for a in world.acts() if not a["refused"]]
        assert tokens == sorted(tokens) and world.done("a") == 1


COORDINATOR = """
import sys, time
from pathlib import Path
from llmagentos.fleet.coordinator import Coordinator
from llmagentos.messaging import open_bus
bus = open_bus("desk", folder=Path(sys.argv[1]) / "bus")
with Coordinator(bus, path=Path(sys.argv[1]) / "journal"):
    time.sleep(600)
"""


def test_a_coordinator_that_is_killed_is_followed_by_another(begin: Begin, tmp_path: Path) -> None:
    world = World(tmp_path / "world")

    def coordinator() -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-c", COORDINATOR, str(tmp_path)])

    desk = Names().desk
    with open_bus("person", folder=tmp_path / "bus") as bus:
        first = coordinator()
        try:
            for name in ("r1", "r2"):
                begin(name, pause_s=0.05)
            assert bus.wait_for(desk, 30)
            until(lambda: len(bus.call(desk, ("robots",))) == 2)
            bus.call(desk, ("submit", *(FleetTask(f"t{i}") for i in range(8))))
            until(lambda: any(a["step"] == STEPS for a in world.acts()))
            first.kill()
            first.wait()
            until(lambda: not bus.has(desk))
            first = coordinator()
            assert bus.wait_for(desk, 30)
            rows = until(
                lambda: (
                    (r := bus.call(desk, ("tasks",))) and all(x["state"] == "done" for x in r) and r
                ),
                lambda: bus.call(desk, ("tasks",)),
            )
            assert len(rows) == 8
            assert [world.done(f"t{i}") for i in range(8)] == [1] * 8
        finally:
            first.kill()
            first.wait()
