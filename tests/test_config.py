"""Configurations: defaults, files, errors by file and field, and the agent they make."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from test_agent import SCENE, Clumsy, Diary, ScriptedPlanner
from typer.testing import CliRunner

from llmagentos import Agent
from llmagentos.class_lookup import find, load_named
from llmagentos.cli.main import app
from llmagentos.config import AgentConfig
from llmagentos.default_model import DEFAULT_MODEL
from llmagentos.errors import ConfigError, FileError


def planner(model: str, engine: str, note: str = "") -> ScriptedPlanner:
    made = ScriptedPlanner()
    made.note = f"{model} {engine} {note}"  # type: ignore[attr-defined]
    return made


class Handed(Clumsy):
    """An execution module as a configuration makes it."""

    def __init__(self, skills: Any, sink: Any, mood: str = "") -> None:
        self.skills, self.mood = skills, mood


def test_all_defaults_are_there_and_come_back(tmp_path: Path) -> None:
    file = tmp_path / "agent.yaml"
    file.write_text(AgentConfig().to_yaml(comments=True), encoding="utf-8")
    assert AgentConfig.load(file) == AgentConfig()
    assert set(yaml.safe_load(file.read_text())) == set(AgentConfig.model_fields)
    assert all(field.description for field in AgentConfig.model_fields.values())


def test_a_configuration_is_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        AgentConfig().seed = 3  # type: ignore[misc]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("seed: many", "seed: expected a valid integer, .* got 'many'"),
        ("seed: -1", "seed: expected greater than or equal to 0, got -1"),
        ("noise: {rgb_std: 99}", r"noise.rgb_std: expected less than or equal to 50, got 99"),
        ("colour: red", "expected a field of robot, scene, .* got 'colour'"),
        ("planning: {use: x, model: y}", "got 'planning.model'"),
        ("{scene: demo, graph: /}", "expected one of scene, graph and driver, got scene and graph"),
        ("- seed", "expected fields with values, got list"),
    ],
)
def test_errors_name_file_and_field(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "agent.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=says) as caught:
        AgentConfig.load(file)
    assert str(caught.value).startswith(f"{file}: ")


def test_files_that_can_not_be_read(tmp_path: Path) -> None:
    bad, broken = tmp_path / "bad.yaml", tmp_path / "broken.yaml"
    bad.write_bytes(b"\xff\xfe\x00")
    broken.write_text("seed: [", encoding="utf-8")
    for path in (tmp_path, tmp_path / "none.yaml", bad, broken):
        with pytest.raises(FileError, match="expected a configuration file"):
            AgentConfig.load(path)


def test_classes_by_name() -> None:
    assert load_named("test_agent:Diary") is Diary
    with pytest.raises(ConfigError, match=r"expected package\.module:Class, got 'Diary'"):
        load_named("Diary")
    with pytest.raises(ConfigError, match="learning: expected 'Dairy' in test_agent"):
        find("learning", "test_agent:Dairy", {})
    with pytest.raises(ConfigError, match=r"learning: expected builtin or package\.module:Class"):
        find("learning", "diary", {"builtin": object})


def test_an_agent_of_a_configuration() -> None:
    config = AgentConfig.of(
        {
            "scene": SCENE,
            "seed": 4,
            "profile": "careful",
            "noise": {"rgb_std": 1.0},
            "planning": {"use": "test_config:planner", "options": {"note": "mine"}},
            "execution": {"use": "test_config:Handed", "options": {"mood": "calm"}},
            "learning": "test_agent:Diary",
        }
    )
    with Agent.from_config(config) as agent:
        assert agent.planning.note == f"{DEFAULT_MODEL} auto mine"  # type: ignore[union-attr]
        assert isinstance(agent.execution, Handed) and agent.execution.mood == "calm"
        assert agent.command("home").status == "succeeded"
        assert isinstance(agent.learning, Diary) and agent.learning.seen[0]["reward"] > 0.9
        robot: Any = agent.robot
        assert robot.simulation.world.noise.rgb_std == 1.0


def test_a_robot_of_a_configuration_needs_a_driver_and_cameras() -> None:
    with pytest.raises(ConfigError, match="expected a driver and its cameras"):
        Agent.from_config(AgentConfig.of({"driver": "test_config:planner"}))
    with pytest.raises(ConfigError, match="got the ROS graph '/left'"):
        Agent.from_config(AgentConfig.of({"graph": "/left"}))


def test_options_that_a_module_does_not_take() -> None:
    config = AgentConfig.of({"learning": {"use": "builtin", "options": {"keeps": 3}}})
    with pytest.raises(ConfigError, match="learning: expected options that builtin takes"):
        Agent.from_config(config.with_(planning="test_config:planner", scene="demo"))


def test_the_command_line_shows_the_effective_one(tmp_path: Path) -> None:
    file = tmp_path / "agent.yaml"
    file.write_text("seed: 7\n", encoding="utf-8")
    shown = CliRunner().invoke(app, ["config", "show", "--config", str(file)])
    assert shown.exit_code == 0
    assert AgentConfig.of(yaml.safe_load(shown.stdout)) == AgentConfig(seed=7)


def test_options_go_over_the_file() -> None:
    assert AgentConfig(seed=7, engine="cuda").with_(seed=None, engine="auto") == AgentConfig(
        seed=7, engine="auto"
    )
