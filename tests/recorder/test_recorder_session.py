"""A session in simulation, recorded; read again in words and as a video; checked against today's
code, and against code that was changed."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from llmagentos import composition
from llmagentos.agent import Agent
from llmagentos.cli.main import main
from llmagentos.cli.replay import _keep
from llmagentos.config import AgentConfig
from llmagentos.errors import FileError, PlanError
from llmagentos.lang import codec
from llmagentos.perception import TabletopPerception
from llmagentos.ports.modules import PlanningModule, PlanRequest, PlanResult
from llmagentos.recorder import topics
from llmagentos.recorder.check import Stage, check
from llmagentos.recorder.file import FlightFile
from llmagentos.recorder.keep import MOST_BYTES, keep
from llmagentos.recorder.reading import Flight, Note, read
from llmagentos.recorder.timeline import timeline
from llmagentos.types import Observation, Scene

SCENE = {
    "objects": [
        {"kind": "block", "color": "red", "position": [0.45, 0.10]},
        {"kind": "block", "color": "green", "position": [0.40, -0.05]},
        {"kind": "bowl", "color": "blue", "position": [0.55, -0.15]},
    ]
}
COMMANDS = ("put the red block in the blue bowl", "undo", "put it on the left")


@pytest.fixture(scope="module")
def flights(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two commands carried out, one that is stopped on its way."""
    folder = tmp_path_factory.mktemp("flights")
    config = AgentConfig.of(
        {"scene": SCENE, "recorder": {"folder": str(folder)}, "taught": {"words": False}}
    )
    with Agent.from_config(config) as agent:
        assert agent.flight is not None
        for text in COMMANDS[:2]:
            assert agent.command(text).status == "succeeded"
        result = agent.begin(COMMANDS[2])
        for _ in range(12):
            result = result or agent.step()
        agent.stop()
        assert (result or agent.step()).status == "failed"  # type: ignore[union-attr]
    return list(agent.flight.files)


@pytest.fixture(scope="module")
def planner() -> PlanningModule:
    return composition.load_planner()


def by_name(flight: Flight, planner: PlanningModule, perception: Any = None) -> dict[str, Stage]:
    return {s.name: s for s in check(flight, perception or TabletopPerception(), planner)}


def test_one_file_a_command_and_one_of_the_fault(flights: list[Path]) -> None:
    kinds = [path.name.split("-")[0] for path in flights]
    assert kinds == ["flight"] * 3 + ["fault"]
    for path, command in zip(flights, (*COMMANDS, COMMANDS[2]), strict=True):
        flight = read(path)
        assert flight.whole and flight.about["command"] == command
        assert flight.header["scene"]["objects"] and flight.header["model"]
        assert flight.about["llmagentos"]
        assert flight.on(topics.STATUS)[-1].value["dropped"] == {}
    assert len(read(flights[3]).on(topics.PLANNING)) == 3  # of the minute before


def test_today_decides_the_same(flights: list[Path], planner: PlanningModule) -> None:
    for path in flights[:3]:
        found = check(read(path), TabletopPerception(), planner)
        assert [s.difference for s in found] == ["", "", ""]
        assert not any(s.note for s in found)
    assert by_name(read(flights[2]), planner)["execution"].checked.startswith("1 action and")


class Askew(TabletopPerception):
    """Tells the first thing 2 cm farther away. (All of them would be a camera that was moved.)"""

    def perceive(self, observation: Observation) -> Scene:
        seen = super().perceive(observation)
        first, *rest = seen.objects
        x, y, z = first.position
        return replace(seen, objects=(replace(first, position=(x + 0.02, y, z)), *rest))


def foretold(flight: Flight, change: dict[str, Any]) -> Flight:
    """The flight as if its rehearsal had come to that."""
    told = next(n for n in flight.on(topics.SKILL) if n.value["kind"] == "foretold")
    data = json.dumps({"kind": "foretold", "change": change}).encode()
    flight.notes[flight.notes.index(told)] = replace(told, data=data)
    return flight


def test_what_a_rehearsal_came_to_is_taken_from_the_record(
    flights: list[Path], planner: PlanningModule
) -> None:
    flight = foretold(read(flights[0]), {"wrong": "the red block would fall"})
    stage = by_name(flight, planner)["execution"]
    assert "got 'question: I have tried that out in my head: the red block would fall." in (
        stage.difference
    )
    flight = foretold(read(flights[0]), {"plan": "pick [ the green block ]"})
    assert "got pick green_block" in by_name(flight, planner)["execution"].difference


class Other(PlanningModule):
    """Always the same plan."""

    def plan(self, features: PlanRequest) -> PlanResult:
        return PlanResult(codec.parse("home"))


def test_other_eyes_and_other_plans_are_told_each_by_itself(
    flights: list[Path], planner: PlanningModule
) -> None:
    found = by_name(read(flights[0]), Other(), Askew())
    assert found["perception"].difference.startswith("look 1 at 0.0 s: the ")
    assert "20 mm off" in found["perception"].difference
    assert found["planning"].difference.endswith("got home")
    assert found["execution"].same


def test_other_actions_are_told(flights: list[Path], planner: PlanningModule) -> None:
    flight = read(flights[0])
    places = [
        n for n in flight.on(topics.SKILL) if n.value.get("action", {}).get("name") == "place"
    ]
    told = json.loads(places[0].data)
    told["action"]["pose"]["position"][0] += 0.03
    changed = replace(places[0], data=json.dumps(told).encode())
    flight.notes[flight.notes.index(places[0])] = changed
    stage = by_name(flight, planner)["execution"]
    assert stage.checked == "1 action" and "30 mm off" in stage.difference
    flight.notes.remove(changed)
    assert "got place" in by_name(flight, planner)["execution"].difference


def test_a_flight_without_its_end_is_checked_as_far_as_it_goes(
    flights: list[Path], planner: PlanningModule
) -> None:
    flight = read(flights[0])
    ends = [n for n in flight.on(topics.SKILL) if n.value["kind"] == "end"]
    del flight.notes[flight.notes.index(ends[0]) :]
    stage = by_name(flight, planner)["execution"]
    assert stage.same and stage.note == "the file ends before the command did"
    flight.notes = [n for n in flight.notes if n.topic != topics.FLIGHT]
    with pytest.raises(FileError, match="expected a flight with its beginning"):
        check(Flight(flight.path, flight.notes, flight.about), TabletopPerception(), planner)


def test_in_words(flights: list[Path]) -> None:
    lines = [(line.kind, line.words) for line in timeline(read(flights[0]))]
    assert lines[0] == ("said", COMMANDS[0])
    assert lines[-1] == ("replied", "succeeded: I put the red block in the blue bowl.")
    assert ("did", "grasping the red block") in lines
    saw = [words for kind, words in lines if kind == "saw"]
    assert (
        saw[0].startswith("3 things: ") and saw[-1].startswith("red block (") and "moved" in saw[-1]
    )
    stopped = timeline(read(flights[2]))
    assert any(line.kind == "fault" and line.words.startswith("stopped") for line in stopped)
    assert [line.robot_s for line in stopped] == sorted(line.robot_s for line in stopped)


def test_kept_it_is_small_and_decides_the_same(
    flights: list[Path], planner: PlanningModule, tmp_path: Path
) -> None:
    flight = read(flights[1])
    path, left_out = keep(flight, tmp_path)
    assert left_out == "" and path.stat().st_size <= MOST_BYTES
    assert all(s.same for s in check(read(path), TabletopPerception(), planner))
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
    noisy = Flight(flight.path, [_noisy(n) for n in flight.notes], flight.about)
    path, left_out = keep(noisy, tmp_path)
    assert path.stat().st_size <= MOST_BYTES and "looks have pictures" in left_out


def _noisy(note: Note) -> Note:
    """A picture as a camera of low light takes it, of which no PNG is small."""
    from recorder.flying import frame

    from llmagentos.recorder import messages

    if not note.topic.endswith("/depth"):
        return note
    return replace(note, data=messages.packed(messages.depth_image(frame(0, (240, 300)), 0)))


def _otherwise(flight: Path, path: Path) -> Path:
    """The same flight by a planner that wrote something else."""
    whole = read(flight)
    file = FlightFile(path, whole.about)
    for note in whole.notes:
        data = note.data
        if note.topic == topics.PLANNING:
            told = json.loads(data)
            told["result"]["text"] = "home"
            told["result"]["plan"] = {"steps": [{"op": "home"}]}
            data = json.dumps(told).encode()
        file.write(note.topic, data, note.log_ns, note.robot_ns, note.sequence)
    file.finish()
    return path


def test_a_flight_that_changes_when_made_small_is_not_kept_and_the_whole_one_is_named(
    flights: list[Path], planner: PlanningModule, tmp_path: Path
) -> None:
    console = Console(file=io.StringIO(), width=2000)
    turns = [0]

    class Forgetful(PlanningModule):
        """Plans as ever at first, and nothing at all later."""

        def plan(self, request: Any) -> Any:
            turns[0] += 1
            raise PlanError("expected a plan, got none")

    assert not _keep(read(flights[1]), tmp_path, Forgetful(), True, console)
    said = console.file.getvalue()  # type: ignore[attr-defined]
    assert turns[0] and "not kept: made small" in said and "planning: " in said
    assert f"cp {flights[1]}" in said and not list(tmp_path.iterdir())


def test_replay_on_the_command_line(
    flights: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*args: str) -> tuple[int, str]:
        with pytest.raises(SystemExit) as ended:
            main(["replay", *args])
        out = capsys.readouterr()
        return int(ended.value.code or 0), out.out + out.err

    code, said = run(str(flights[0]))
    assert code == 0 and COMMANDS[0] in said and "succeeded" in said
    code, said = run(*map(str, flights[:2]), "--check", "--json")
    rows = [json.loads(line) for line in said.splitlines()]
    assert code == 0 and [row["same"] for row in rows] == [True, True]
    code, said = run(str(flights[1]), "--keep", str(tmp_path / "kept"))
    assert code == 0 and "kept: " in said and len(list((tmp_path / "kept").iterdir())) == 1
    other = _otherwise(flights[1], tmp_path / "other.mcap")
    code, said = run(str(other), str(flights[0]), "--keep", str(tmp_path / "more"))
    assert code == 1 and "planning" in said and "differs" in said
    assert "not kept: today's code decides otherwise" in said
    assert f"--flight DIR {COMMANDS[1]}" in said
    assert "kept: " in said and len(list((tmp_path / "more").iterdir())) == 1  # the other one
    video = tmp_path / "flight.mp4"
    code, said = run(str(flights[1]), "--video", str(video))
    assert code == 0 and video.stat().st_size > 10_000
    code, said = run(str(flights[1]), "--video", str(tmp_path / "flight.gif"))
    assert code == 2 and "expected a video ending in .mp4" in said
    code, said = run(str(tmp_path / "none.mcap"))
    assert code == 2 and "got no such file or folder" in said
