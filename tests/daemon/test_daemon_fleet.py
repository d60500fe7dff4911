"""Agents of the daemon in a fleet: their tasks are commands; stops, and what a failed command comes to."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from daemon.test_daemon_agents import made, until

from llmagentos.daemon.client import DaemonClient
from llmagentos.daemon.fleet_work import AgentWork
from llmagentos.errors import FleetError, TaskEndedError
from llmagentos.fleet import FleetTask, Member
from llmagentos.fleet.coordinator import Coordinator
from llmagentos.fleet.robot import FleetRobot
from llmagentos.fleet.work import Turn
from llmagentos.messaging import LocalNet, open_bus


@pytest.fixture
def fleet(daemon: DaemonClient) -> Iterator[Coordinator]:
    """Two programs that answer commands, in a fleet."""
    net = LocalNet()
    with Coordinator(open_bus("desk", net=net)) as coordinator:
        robots = []
        for name in ("a", "b"):
            made(daemon, name)
            work = AgentWork(daemon, name)
            robots.append(FleetRobot(open_bus(name, net=net), Member(name, ("tidy",)), work))
        until(lambda: len(coordinator.robots()) == 2)
        yield coordinator
        for robot in robots:
            robot.close()


def test_tasks_are_commands_of_agents(fleet: Coordinator) -> None:
    fleet.submit(*(FleetTask(f"t{n}", f"tidy shelf {n}", ("tidy",)) for n in range(4)))
    until(fleet.idle)
    rows = fleet.tasks()
    assert [row["why"] for row in rows] == [f"did: tidy shelf {n}" for n in range(4)]
    assert {row["robot"] for row in rows} == {"a", "b"}


def test_a_stop_is_the_agents_own(fleet: Coordinator) -> None:
    told = fleet.stop(5.0)
    assert [s.robot for s in told] == ["a", "b"] and all(s.reached for s in told)
    fleet.submit(FleetTask("later", "tidy up"))
    time.sleep(0.3)
    assert fleet.tasks()[0]["state"] == "waiting"
    assert all(s.reached for s in fleet.go_on(5.0))
    until(fleet.idle)


def test_a_command_that_does_not_succeed_and_one_that_is_taken_back(daemon: DaemonClient) -> None:
    made(daemon, "a", program="lab.programs:Clumsy")
    work = AgentWork(daemon, "a")
    with pytest.raises(FleetError, match="I can't juggle"):
        work.do(Turn(FleetTask("t", "juggle"), 1, lambda: None))

    def gone() -> None:
        raise TaskEndedError("expected to go on, got: its lease is over")

    with pytest.raises(TaskEndedError):
        work.do(Turn(FleetTask("t", "wait"), 2, gone))
    states = until(
        lambda: (c := daemon.agent("a").show()["calls"]) and c[-1]["state"] == "cancelled" and c
    )
    assert states  # the command that would have taken a minute was cancelled
