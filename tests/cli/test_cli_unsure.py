"""How sure a plan is, on the command line and in a configuration."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from llmagentos import from_config
from llmagentos.cli.main import app
from llmagentos.config import AgentConfig
from llmagentos.errors import ConfigError
from llmagentos.ports.understanding import Trust

GIBBERISH = "flurb the zindle over yonder snark"


def test_plan_says_how_sure_it_is_and_what_is_left_over() -> None:
    said = CliRunner().invoke(app, ["plan", GIBBERISH]).stdout
    assert "confidence 0." in said and "least sure of the word" in said
    assert "not in the plan:" in said and '"yonder"' in said


def test_run_tells_confidence_and_moves_nothing_unsure() -> None:
    done = CliRunner().invoke(app, ["run", "--json", GIBBERISH, "home"])
    unsure, sure = (json.loads(line) for line in done.stdout.splitlines())
    assert unsure["status"] == "question" and unsure["confidence"] < Trust().act_from
    assert unsure["reply"].startswith("I did not understand")
    assert unsure["objects"] == unsure["initial_objects"]
    assert sure["status"] == "succeeded" and sure["confidence"] >= Trust().act_from


def test_the_limits_are_settings() -> None:
    config = AgentConfig.of({"trust": {"act_from": 0.5, "ask_from": 0.1}, "planning": "mine"})
    assert "act_from: 0.5" in config.to_yaml()
    plain = AgentConfig.of({"trust": {"act_from": 0.5, "ask_from": 0.1}})
    assert from_config.simulation(plain)["trust"] == Trust(0.5, 0.1)
    for wrong in ({"act_from": 0.1, "ask_from": 0.5}, {"act_from": 2}):
        with pytest.raises(ConfigError, match="trust"):
            AgentConfig.of({"trust": wrong})
