"""An agent whose robot drives: plans through the real executor, navigator, camera and physics."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from llmagentos.agent import Agent
from llmagentos.composition import load_place, load_scene
from llmagentos.config import AgentConfig
from llmagentos.errors import ConfigError, RobotError, SceneError
from llmagentos.lang import codec
from llmagentos.navigation.localization import Localization
from llmagentos.ports.modules import PlanningModule, PlanRequest, PlanResult
from llmagentos.recorder import FlightRecorder, Settings, topics
from llmagentos.recorder.reading import read
from llmagentos.recorder.timeline import timeline
from llmagentos.robots import DEFAULT_ROBOT, load
from llmagentos.safety.signals import Reset, Stop
from llmagentos.types import MapPose

FLAT = {
    "start": [1.0, 1.0, 0.0],
    "rooms": [
        {"name": "hall", "x": [0, 3], "y": [0, 3]},
        {"name": "kitchen", "x": [3, 6], "y": [0, 3]},
    ],
    "doors": [{"at": [3, 1.0], "width": 1.0}],
    "furniture": [
        {"kind": "table", "at": [4.6, 2.2], "size": [1.2, 0.7]},
        {"kind": "cabinet", "at": [1.5, 2.75]},
    ],
    "objects": [
        {"kind": "cup", "color": "red", "stands_on": "table", "position": [-0.2, -0.1]},
        {"kind": "bowl", "color": "green", "stands_on": "table", "position": [0.2, -0.05]},
    ],
}


class Notation(PlanningModule):
    """Reads the command as the plan's own notation."""

    def plan(self, request: PlanRequest) -> PlanResult:
        return PlanResult(codec.parse(request.command), request.command)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agent]:
    folder = str(tmp_path_factory.mktemp("flights"))
    flight = FlightRecorder(Settings(keeps="commands", folder=folder), load(DEFAULT_ROBOT))
    with Agent.in_simulation(FLAT, planning=Notation(), flight=flight) as agent:
        yield agent


@pytest.fixture
def agent(shared: Agent) -> Agent:
    robot: Any = shared.robot
    robot.supervisor.tell(Reset("tester"))
    shared.reset()
    return shared


def world(agent: Agent) -> Any:
    robot: Any = agent.robot
    return robot.simulation.world


def test_it_drives_to_the_table_and_tells_what_is_on_it(agent: Agent) -> None:
    result = agent.command('goto "table" ; answer scene')
    assert result.status == "succeeded"
    assert result.reply == "I went to the table. I see a green bowl and a red cup."
    assert not world(agent).contacts
    row = result.to_json()
    assert row["base"]["room"] == "kitchen" and row["timings"]["first_motion_s"] is not None
    true = MapPose(*row["base"]["true_pose"])
    assert true.distance_m(MapPose(*row["base"]["pose"])) < 0.1
    (cup,) = [o for o in row["objects"] if o["id"] == "red_cup"]
    assert cup["position"][:2] == pytest.approx([4.4, 2.1], abs=0.01)
    elsewhere = agent.command('goto "hall" ; answer scene')
    assert elsewhere.reply == "I went to the hall. I see nothing at the cabinet."


def test_without_an_arm_it_says_that_it_brings_nothing(agent: Agent) -> None:
    result = agent.command("bring [ the red cup ]")
    assert result.status == "cannot" and "no arm" in result.reply
    assert result.timings.first_motion_s is None


def test_a_stop_brakes_it_and_it_says_where_it_stands(agent: Agent) -> None:
    assert agent.begin('goto "kitchen"') is None
    for _ in range(12):
        assert agent.step() is None
    agent.stop()
    result = agent.step()
    assert result is not None and result.status == "failed"
    assert result.reply.startswith("I stopped") and "I stand in the hall" in result.reply
    assert abs(world(agent).body.velocity.forward_mps) < 0.01
    assert world(agent).truth.x_m < 3.0


def test_the_supervisor_s_stop_brakes_it_and_nothing_drives_until_a_reset(agent: Agent) -> None:
    robot: Any = agent.robot
    assert agent.begin('goto "kitchen"') is None
    for _ in range(12):
        assert agent.step() is None
    robot.supervisor.post(Stop("tester", "test"))
    result = None
    while result is None:
        result = agent.step()
    assert result.status == "failed" and "stop" in result.reply.lower()
    at = world(agent).truth
    assert at.x_m < 3.0 and abs(world(agent).body.velocity.forward_mps) < 0.01
    refused = agent.command('goto "kitchen"')
    assert refused.status == "refused" and world(agent).truth.distance_m(at) < 0.01


def test_a_stop_while_nobody_lets_time_pass_brakes_it_too(agent: Agent) -> None:
    robot: Any = agent.robot
    assert agent.begin('goto "kitchen"') is None
    for _ in range(12):
        assert agent.step() is None
    assert world(agent).body.velocity.forward_mps > 0.1
    robot.supervisor.post(Stop("tester", "test"))
    pause = threading.Event()
    for _ in range(600):  # the keeper's thread lets the simulation's time pass
        if not robot.supervisor.waits:
            break
        pause.wait(0.1)
    assert abs(world(agent).body.velocity.forward_mps) < 0.01, "the keeper brakes"
    robot.skills.stop()
    agent.stop()
    while agent.step() is None:
        pass


def test_a_flight_tells_where_it_drove_and_why_it_was_stopped(agent: Agent) -> None:
    robot: Any = agent.robot
    assert agent.command('goto "table" ; answer scene').status == "succeeded"
    assert agent.begin('goto "hall"') is None
    for _ in range(25):
        assert agent.step() is None
    robot.supervisor.post(Stop("tester", "a child runs"))
    while agent.step() is None:
        pass
    assert agent.flight is not None
    pause = threading.Event()
    for _ in range(300):  # the scribe's thread writes their ends
        flights = [read(file) for file in agent.flight.files if "fault" not in file.name][-2:]
        if all(flight.whole for flight in flights):
            break
        pause.wait(0.1)
    went, stopped = ([(line.kind, line.words) for line in timeline(f)] for f in flights)
    assert ("stood", "hall (x 1.00, y 1.00 m of the map)") in went
    assert [words[:7] for kind, words in went if kind == "stood"] == ["hall (x", "kitchen"]
    assert any("red cup" in words for kind, words in went if kind == "saw")
    assert any("a child runs" in words for kind, words in stopped if kind == "safety")
    moves = [m for note in flights[0].on(topics.TF) for m in note.value["transforms"]]
    places = [m["translation"]["x"] for m in moves if m["parent_frame_id"] == "map"]
    assert len(places) > 20 and places[0] < 1.1 and places[-1] > 4.0, "the way itself is in it, too"


def test_a_reset_brings_all_back(agent: Agent) -> None:
    agent.command("steer forward")
    assert world(agent).truth.x_m > 1.3
    agent.reset()
    assert world(agent).truth.distance_m(MapPose(1.0, 1.0)) < 0.01
    assert agent.look().base is not None and agent.look().base.pose.x_m == pytest.approx(
        1.0, abs=0.05
    )
    with pytest.raises(SceneError, match="got another scene"):
        agent.reset(scene=FLAT)


def test_a_straight_way_ends_before_a_table_top(agent: Agent) -> None:
    world(agent).body.put(MapPose(4.6, 0.6, 1.5708))
    robot: Any = agent.robot
    flat = robot.simulation
    flat.navigator.start_over(Localization(flat.navigator.grid, MapPose(4.6, 0.6, 1.5708)))
    result = agent.command("steer forward dist 3 m")
    assert result.status == "failed" and not world(agent).contacts


def test_a_person_in_the_only_door_is_told_and_not_waited_for_for_ever() -> None:
    stands = {"path": [[3.0, 1.0], [3.0, 1.001]], "speed": 0.001, "radius": 0.3}
    with Agent.in_simulation({**FLAT, "walkers": [stands]}, planning=Notation()) as agent:
        result = agent.command('goto "kitchen"')
        assert result.status == "failed"
        assert result.reply == "I could not get to the kitchen: something stands in my way."
        assert result.timings.sim_s < 120 and not world(agent).contacts
        assert world(agent).truth.x_m < 3.0


@pytest.mark.parametrize(
    ("scene", "error", "match"),
    [
        ({"planets": 3}, SceneError, r"a table \(objects\) or a flat \(rooms\), got planets"),
        ({**FLAT, "objects": [{"kind": "cup", "color": "red", "stands_on": "sofa", "position": [0, 0]}]},
         SceneError, "expected furniture of table, cabinet, got 'sofa'"),
        ({**FLAT, "objects": [{"kind": "cup", "color": "red", "stands_on": "table", "position": [2, 0]}]},
         SceneError, "on the table"),
        ({**FLAT, "objects": [{"kind": "cup", "color": "red", "position": [9, 9]}]}, SceneError, "in a room"),
        ({**FLAT, "objects": [{"kind": "cup", "color": "red", "position": [2, 1]}] * 2}, SceneError, "overlap"),
    ],
)  # fmt: skip
def test_what_is_no_place_says_what_was_expected(scene: Any, error: type, match: str) -> None:
    with pytest.raises(error, match=match):
        load_place(scene)


def test_tables_and_flats_are_told_apart(tmp_path: Path) -> None:
    assert load_place("flat").rooms and load_place(None).objects and load_place("demo").objects
    with pytest.raises(SceneError, match="expected a table with objects, got a flat"):
        load_scene(FLAT)
    with pytest.raises(SceneError, match="expected a base"):
        load_place(FLAT, robot="panda")
    with pytest.raises(RobotError, match="expected a profile of"):
        Agent.in_simulation(FLAT, planning=Notation(), profile="hasty")
    for field in ({"table": "wood"}, {"rehearsal": True}):
        with pytest.raises(ConfigError, match="got a flat"):
            Agent.from_config(AgentConfig.of({"scene": FLAT, **field}))


@pytest.mark.slow
def test_the_command_line_drives_in_a_flat(tmp_path: Path) -> None:
    """The shipped model, a real process: what `run --scene FLAT` prints and records."""
    file = tmp_path / "home.yaml"
    file.write_text(json.dumps(FLAT), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "llmagentos", "run", "--scene", str(file), "--json",
         "--record", str(tmp_path / "video"), "what do you see?", "wait 2 seconds"],
        capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [r["status"] for r in rows] == ["answered", "succeeded"], done.stderr
    assert rows[0]["reply"] == "I see nothing here."
    for row in rows:
        assert row["base"]["room"] == "hall" and {o["id"] for o in row["objects"]} == {
            "red_cup", "green_bowl",
        }  # fmt: skip
    assert (tmp_path / "video" / "session.mp4").stat().st_size > 1000
    assert (tmp_path / "video" / "01_after.png").is_file()
