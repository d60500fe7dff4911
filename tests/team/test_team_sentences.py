"""One sentence for two real simulated arms, planned by the shipped model: division, hand-over, reply, JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from llmagentos.agent import Agent
from llmagentos.errors import ConfigError
from llmagentos.learning.episodes import EpisodeLog
from llmagentos.perception import TabletopPerception
from sim.crew import SimCrew

TWO = {
    "robots": [{"name": "left"}, {"name": "right", "position": [0.0, -0.68]}],
    "objects": [
        {"kind": "block", "color": "red", "position": [0.45, 0.12]},
        {"kind": "block", "color": "green", "position": [0.4, -0.8]},
        {"kind": "cup", "color": "white", "position": [0.5, 0.2]},
    ],
}


@pytest.fixture(scope="module")
def agent() -> Iterator[Agent]:
    """One agent for both."""
    with Agent.in_simulation(TWO) as made:
        crew(made).measures_gap = True
        yield made


def crew(agent: Agent) -> SimCrew:
    """The arms behind it."""
    assert agent.robot is not None
    found: SimCrew = agent.robot.driver  # type: ignore[attr-defined]
    return found


def where(agent: Agent, name: str) -> list[float]:
    """A thing's place by the truth."""
    assert agent.robot is not None
    return next(list(o["position"]) for o in agent.robot.objects() if o["id"] == name)


def test_the_left_robot_hands_the_cup_over(agent: Agent) -> None:
    agent.reset(TWO)
    told = agent.command("the left robot hands the cup over")
    assert told.status == "succeeded", told.reply
    assert "Left handed the white cup to right; right moved the white cup." in told.reply
    assert where(agent, "white_cup")[1] < -0.28
    acts = json.loads(json.dumps(told.to_json()))["steps"][0]["actions"]
    assert [(a["robot"], a["name"]) for a in acts] == [
        ("left", "pick"), ("left", "place"), ("right", "pick"), ("right", "place"),
    ]  # fmt: skip
    assert crew(agent).least_gap_m > 0.05


def test_each_takes_one_of_its_own_side_at_the_same_time(agent: Agent) -> None:
    agent.reset(TWO)
    began = crew(agent).now_s
    told = agent.command("each of you picks up a block")
    assert told.status == "succeeded", told.reply
    assert crew(agent).holds() == {"red_block": "left", "green_block": "right"}
    both_s = crew(agent).now_s - began
    agent.reset(TWO)
    began = crew(agent).now_s
    assert agent.command("left robot: pick up the red block").status == "succeeded"
    assert both_s < 1.5 * (crew(agent).now_s - began)  # simulated time: side by side


def test_nothing_moves_where_nobody_can(agent: Agent) -> None:
    agent.reset(TWO)
    told = agent.command("right robot: put the red block on the left side")
    assert told.status == "cannot"
    assert "right can't get the red block there" in told.reply
    assert told.timings.first_motion_s is None


def test_modules_of_ones_own_are_refused() -> None:
    with pytest.raises(ConfigError, match="no perception module of one's own for several robots"):
        Agent.in_simulation(TWO, perception=TabletopPerception())
    with Agent.in_simulation(TWO, learning=EpisodeLog()) as made:
        assert made.robot is not None


def test_a_stop_brings_all_to_rest(agent: Agent) -> None:
    agent.reset(TWO)
    assert agent.begin("each of you picks up a block") is None
    for _ in range(12):
        agent.step()
    agent.stop()
    told = agent.step()
    while told is None:
        told = agent.step()
    assert (
        told.status == "failed"
        and "left stopped at" in told.reply
        and "right stopped at" in told.reply
    )
    for driver in crew(agent).arms.drivers.values():
        assert max(map(abs, driver.state().velocities)) < 0.02


def test_the_supervisors_stop_holds_until_a_reset(agent: Agent) -> None:
    agent.reset(TWO)
    supervisor = crew(agent).permit.supervisor  # type: ignore[union-attr]
    assert agent.begin("each of you picks up a block") is None
    for _ in range(12):
        agent.step()
    answer = supervisor.stop("a test")  # nobody else lets time pass meanwhile
    assert answer.at_rest, answer
    told = agent.step()
    while told is None:
        told = agent.step()
    assert "Not done: left: pick up the red block; right: pick up the green block" in told.reply
    assert "Stopped by a test: at rest after" in told.reply
    assert agent.command("each of you picks up a block").status == "refused"
    assert supervisor.reset("Ada") == ""
    assert agent.command("left robot: pick up the red block").status == "succeeded"
    assert crew(agent).holds() == {"red_block": "left"}
