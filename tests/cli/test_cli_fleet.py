"""`llmagentos fleet`: a coordinator in a process of its own, robots that join, and what people ask."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.fleet_world import Acts, World
from llmagentos.cli.main import main
from llmagentos.fleet import Member
from llmagentos.fleet.names import Names
from llmagentos.fleet.robot import FleetRobot
from llmagentos.messaging import open_bus

ROOT = Path(__file__).parents[2]


@pytest.fixture
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "run"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("LLMAGENTOS_RUNTIME_DIR", str(folder))
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


@pytest.fixture
def coordinator(runtime: Path) -> Iterator[subprocess.Popen[str]]:
    words = [sys.executable, "-m", "llmagentos", "fleet", "coordinate", "--policy", "sequential",
             "--journal", str(runtime / "journal")]  # fmt: skip
    process = subprocess.Popen(
        words, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert process.stdout is not None
    assert process.stdout.readline().startswith("fleet 'fleet' is kept, by sequential")
    yield process
    process.kill()
    process.wait()


def asked(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        main(["fleet", *arguments])
    out = capsys.readouterr()
    return int(ended.value.code or 0), out.out + out.err


def test_a_fleet_from_the_command_line(
    coordinator: subprocess.Popen[str], runtime: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world = World(runtime / "world")
    with (
        open_bus("r1") as bus,
        FleetRobot(bus, Member("r1", ("act",), "worker"), Acts("r1", world, 0.01)),
    ):
        assert bus.wait_for(Names().desk, 20)
        assert asked(capsys, "add", "cup", "bring the cup", "--needs", "act")[0] == 0
        assert (
            asked(capsys, "add", "roof", "go to the roof", "--needs", "fly", "--at", "1", "2")[0]
            == 0
        )
        assert coordinator.stdout is not None
        while not coordinator.stdout.readline().startswith("done: r1: cup"):
            pass
        code, said = asked(capsys, "tasks")
        assert code == 0 and "bring the cup" in said
        assert "nobody can do it: r1 lacks fly" in said
        rows = json.loads(asked(capsys, "tasks", "--json")[1])
        assert [(r["id"], r["state"]) for r in rows] == [("cup", "done"), ("roof", "waiting")]
        code, said = asked(capsys, "robots")
        assert code == 0 and "worker" in said and "heard" in said
        code, said = asked(capsys, "stop")
        assert (code, said.splitlines()[-1]) == (0, "1 of 1 rest")
        assert "r1 rests: no act is under way" in said
        assert asked(capsys, "go-on") == (0, "r1 may go on\n")
        assert asked(capsys, "cancel", "roof") == (0, "task 'roof' is cancelled\n")
        assert asked(capsys, "cancel", "roof")[0] == 1
        assert asked(capsys, "decide", "cup", "--again") == (
            1,
            "task 'cup' asked for no decision\n",
        )
        code, said = asked(capsys, "cancel", "moon")
        assert code == 1 and "expected a task of this fleet, got 'moon'" in said
        assert asked(capsys, "coordinate")[1].count("without a coordinator, got one more") == 1
    coordinator.send_signal(signal.SIGINT)
    assert coordinator.wait(20) == 0


def test_without_a_coordinator_it_says_what_to_start(
    runtime: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = asked(capsys, "tasks")
    assert code == 1 and "llmagentos fleet coordinate" in said
    assert asked(capsys, "stop") == (0, "0 of 0 rest\n")
