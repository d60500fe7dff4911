"""How sure a plan is, on the command line and in a configuration."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from llmagentos import Agent, from_config
from llmagentos.cli.main import app
from llmagentos.config import AgentConfig
from llmagentos.errors import ConfigError, NumberRuleError
from llmagentos.lang import codec
from llmagentos.ports.modules import PlanResult
from llmagentos.ports.understanding import Trust, Understanding

GIBBERISH = "flurb the zindle over yonder snark"


def test_plan_says_how_sure_it_is_and_what_is_left_over(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Understanding(0.31, (("home", 0.4),), left_over=("yonder",))
    planned = PlanResult(codec.parse("home"), "home", confidence=0.31, understanding=found)
    monkeypatch.setattr(Agent, "plan", lambda agent, text: planned)
    said = CliRunner().invoke(app, ["plan", GIBBERISH]).stdout
    assert "confidence 0." in said and "least sure of the word" in said
    assert "not in the plan:" in said and '"yonder"' in said


def test_plan_says_what_would_become_of_it() -> None:
    said = " ".join(CliRunner().invoke(app, ["plan", GIBBERISH]).stdout.split())
    assert (
        "would be " in said
    )  # what, is the model's matter: tests/dialogue/test_dialogue_foretold.py


def test_what_has_no_plan_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    foreign = CliRunner().invoke(app, ["plan", "mets le bloc rouge dans le bol bleu"])
    assert foreign.exit_code == 1
    assert "I understand English only" in foreign.stdout and "Error" not in foreign.stdout

    def no_way_on(agent: Agent, text: str) -> None:
        raise NumberRuleError("expected a plan with numbers that the words hold, got none")

    monkeypatch.setattr(Agent, "plan", no_way_on)
    for form in ([], ["--json"]):
        unheld = CliRunner().invoke(app, ["plan", "seven fingers behind the cup", *form])
        assert unheld.exit_code == 1
        assert 'I did not understand "seven fingers".' in unheld.output
        assert not form or not unheld.stdout


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
