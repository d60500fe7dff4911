"""`--robot`: another arm under the same words, by name or by folder."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from llmagentos import composition, robots
from llmagentos.cli.main import app
from llmagentos.cli.settings import effective
from llmagentos.errors import RobotError, SceneError
from llmagentos.from_config import simulation

RUNNER = CliRunner()
SCENE = {"robot": "panda", "objects": [{"kind": "block", "color": "red", "position": [0.5, 0.1]}]}
COMMAND = "put the red block in the top left corner"


@pytest.fixture
def scene(tmp_path: Path) -> str:
    path = tmp_path / "scene.yaml"
    path.write_text(yaml.safe_dump(SCENE))
    return str(path)


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "home"),
        ("plan", "home"),
        ("chat",),
        ("bench", "places", "--oracle"),
        ("up", "--sim"),
        ("scene", "show", "demo"),
        ("scene", "make", "never.yaml"),
    ],
    ids=lambda arguments: " ".join(arguments[:2]),
)
def test_a_name_that_is_none_lists_what_there_is(arguments: tuple[str, ...]) -> None:
    result = RUNNER.invoke(app, [*arguments, "--robot", "hal"])
    assert isinstance(result.exception, RobotError)
    said = str(result.exception)
    assert "'hal'" in said and all(name in said for name in robots.names())
    assert not Path("never.yaml").exists()


def test_the_option_goes_over_the_scene(scene: str) -> None:
    config = effective(None, scene=scene, robot="ur5e")
    assert simulation(config)["scene"].robot == "ur5e"
    assert simulation(effective(None, scene=scene))["scene"].robot == "panda"


def test_a_folder_does_as_well_as_a_name(tmp_path: Path) -> None:
    shutil.copytree(Path(robots.__file__).parent / "ur5e", tmp_path / "mine")
    spec = composition.load_scene("demo", robot=tmp_path / "mine")
    assert robots.load(spec.robot).joint_names == robots.load("ur5e").joint_names


def test_the_plan_does_not_know_the_arm(scene: str) -> None:
    plans = []
    for options in ((), ("--robot", "ur5e")):
        result = RUNNER.invoke(app, ["plan", COMMAND, "--scene", scene, "--json", *options])
        assert result.exit_code == 0, result.output
        plans.append(json.loads(result.output))
    assert plans[0] == plans[1]
    named = [*robots.load("panda").joint_names, *robots.load("ur5e").joint_names]
    assert not any(joint in json.dumps(plans[0]) for joint in named)


def test_a_bench_without_an_arm_takes_none() -> None:
    result = RUNNER.invoke(app, ["bench", "--planner-only", "--oracle", "--robot", "ur5e"])
    assert result.exit_code == 2 and "--planner-only" in result.output


def test_a_bench_takes_only_arms_that_its_table_is_not_too_large_for() -> None:
    result = RUNNER.invoke(app, ["bench", "places", "--oracle", "--robot", "xarm7"])
    said = " ".join(result.output.replace("│", " ").split())
    assert result.exit_code == 2 and "benchmarks.commands --robot xarm7" in said


def test_a_made_scene_names_its_arm(tmp_path: Path) -> None:
    path = tmp_path / "made.yaml"
    result = RUNNER.invoke(app, ["scene", "make", str(path), "--robot", "ur5e"])
    assert result.exit_code == 0 and yaml.safe_load(path.read_text())["robot"] == "ur5e"


def test_scenes_of_a_session_take_its_arm(scene: str) -> None:
    world = composition.Simulated(scene, robot="ur5e")
    try:
        world.reset(scene)
        assert world.world.robot.spec.name == "ur5e"
    finally:
        world.close()
    plain: dict[str, Any] = {"objects": SCENE["objects"]}
    world = composition.Simulated({**plain, "robot": "ur5e"})
    try:
        world.reset(plain)
        assert world.world.robot.spec.name == "ur5e"
        with pytest.raises(SceneError, match="this agent's robot 'ur5e', got 'panda'"):
            world.reset(scene)
    finally:
        world.close()
