"""Rehearsals in a whole agent: where nothing would go wrong they change nothing, and the settings
that turn them on and off."""

from __future__ import annotations

from typing import Any

import pytest

from llmagentos import Agent, from_config
from llmagentos.config import AgentConfig
from llmagentos.events import Event, Rehearsed
from llmagentos.lang import codec
from llmagentos.ports.modules import PlanningModule, PlanRequest, PlanResult

SCENE = {
    "objects": [
        {"kind": "block", "color": "red", "position": [0.45, 0.10], "yaw": 0.3},
        {"kind": "block", "color": "green", "position": [0.42, -0.05]},
        {"kind": "bowl", "color": "blue", "position": [0.55, -0.15]},
    ]
}
COMMANDS = (
    "put [ the red block ] in [ the blue bowl ]",
    "pick [ the green block ]",
)


class Spelled(PlanningModule):
    """The plan that the command itself spells."""

    def plan(self, request: PlanRequest) -> PlanResult:
        return PlanResult(codec.parse(request.command), request.command)


def carried_out(**options: Any) -> tuple[bytes, list[str], list[Event]]:
    """The world after the commands, bit for bit; how they ended; what was told."""
    told: list[Event] = []
    with Agent.in_simulation(
        SCENE, planning=Spelled(), words=False, on_event=told.append, **options
    ) as agent:
        ends = [agent.command(text).status for text in COMMANDS]
        world: Any = agent.robot.simulation.world  # type: ignore[union-attr]
        return world.state_bytes(), ends, [e for e in told if isinstance(e, Rehearsed)]


def test_what_goes_well_in_copies_is_done_as_without_them() -> None:
    without, with_ = carried_out(rehearsal=False), carried_out(rehearsal=True)
    assert without[:2] == with_[:2] and with_[1] == ["succeeded"] * 2
    assert not without[2]
    for event in with_[2]:
        assert isinstance(event, Rehearsed)
        assert (event.copies, event.bad, event.change) == (1, 0, {})
    assert len(with_[2]) == 2


@pytest.mark.parametrize(("chosen", "on"), [({}, True), ({"rehearsal": False}, False)])
def test_a_configuration_has_it_on_in_simulation(chosen: dict[str, Any], on: bool) -> None:
    config = AgentConfig.of({**chosen, "recorder": {"keeps": "none"}, "audit": {"keep": False}})
    assert from_config.simulation(config)["rehearsal"] is on


@pytest.mark.parametrize(("chosen", "on"), [({}, False), ({"rehearsal": True}, True)])
def test_a_configuration_of_hardware_has_it_off(chosen: dict[str, Any], on: bool) -> None:
    """There it needs a simulator beside the robot, and what was measured is of simulations."""
    assert from_config.rehearsal(AgentConfig.of(chosen), simulated=False) is on
