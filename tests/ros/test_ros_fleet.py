"""Robots of two namespaces as members of one fleet: their tasks are commands of the agents there.

Members, coordinator, bus and rclpy are real, each robot two processes of its own; the agents are
stand-ins (fakes/standin_agent.py), so that nothing here waits for arms. test_ros_launch.py has whole
graphs, where ROS's launch is installed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from driving import FAKES, Processes, Reach
from harness import PATIENCE_S
from llmagentos_ros.graph_work import GraphWork

from llmagentos.errors import FleetError, TaskEndedError
from llmagentos.fleet import FleetTask
from llmagentos.fleet.coordinator import Coordinator
from llmagentos.fleet.work import Turn
from llmagentos.messaging import open_bus

pytestmark = pytest.mark.timeout(400)


def until(done: Callable[[], Any], why: Callable[[], object] = lambda: "") -> Any:
    give_up = time.monotonic() + PATIENCE_S
    while not (found := done()):
        if time.monotonic() > give_up:
            raise AssertionError(str(why()))
        time.sleep(0.02)
    return found


class Robots:
    """Two robots in namespaces, and what their agents were told."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.processes = folder, Processes(folder)
        self.log = folder / "agents.txt"
        self.log.touch()
        self.reach = Reach(self.processes.domain, use_sim_time=False)

    def begin(self, name: str, member: bool = True) -> None:
        agent = str(FAKES / "standin_agent.py")
        self.processes.start(f"agent_{name}", agent, namespace=f"/{name}", log=str(self.log))
        if member:
            at = [0.0 if name == "left" else 5.0, 0.0]
            self.processes.start(
                f"member_{name}",
                "-m",
                "llmagentos_ros.member",
                namespace=f"/{name}",
                at=at,
                speed_mps=0.5,
            )
            self.reach.activate(f"/{name}/member")

    def lines(self) -> list[str]:
        return self.log.read_text().splitlines()

    def close(self) -> None:
        self.reach.close()
        self.processes.close()


@pytest.fixture
def robots(tmp_path: Path) -> Iterator[Robots]:
    made = Robots(tmp_path)
    yield made
    made.close()


@pytest.fixture
def fleet() -> Iterator[Coordinator]:
    with open_bus("coordinator") as bus, Coordinator(bus) as made:
        yield made


def row(fleet: Coordinator, task: str) -> dict[str, Any]:
    return next(r for r in fleet.tasks() if r["id"] == task)


def test_tasks_are_divided_and_a_dead_robots_task_is_anothers(robots, fleet, tmp_path) -> None:
    for name in ("left", "right"):
        robots.begin(name)
    until(lambda: len(fleet.robots()) == 2, robots.processes.said)
    gate = tmp_path / "go"
    for name, x in (("l", 0.0), ("r", 5.0)):
        fleet.submit(FleetTask(name, f"wait {gate}-{name}", at_m=(x, 0.0)))
    until(lambda: len(robots.lines()) == 2, robots.processes.said)
    assert sorted(robots.lines()) == [f"/left begins wait {gate}-l", f"/right begins wait {gate}-r"]

    for part in ("member", "agent"):  # all of one robot, in mid-task
        robots.processes.kill(f"{part}_left")
    Path(f"{gate}-r").touch()
    until(lambda: row(fleet, "r")["state"] == "done", robots.processes.said)
    until(lambda: f"/right begins wait {gate}-l" in robots.lines(), fleet.tasks)
    Path(f"{gate}-l").touch()
    until(fleet.idle, fleet.tasks)
    assert [row(fleet, t)["state"] for t in ("l", "r")] == ["done", "done"]
    told = robots.lines()
    assert told.count(f"/right ends wait {gate}-l") == 1
    assert f"/left ends wait {gate}-l" not in told


def test_a_stop_for_all_tells_who_rests_and_who_was_not_reached(robots, fleet, tmp_path) -> None:
    for name in ("left", "right"):
        robots.begin(name)
    until(lambda: len(fleet.robots()) == 2, robots.processes.said)
    fleet.submit(FleetTask("long", f"wait {tmp_path / 'never'}", at_m=(0.0, 0.0)))
    until(robots.lines, fleet.tasks)
    robots.processes.kill("agent_right")
    found = {s.robot: s for s in fleet.stop(timeout_s=10.0)}
    assert found["left"].rests and "at rest after 83 ms" in found["left"].words
    assert found["right"].reached and not found["right"].rests
    until(lambda: f"/left leaves wait {tmp_path / 'never'}" in robots.lines())
    robots.processes.kill("member_right")
    until(lambda: not {s.robot: s for s in fleet.stop(timeout_s=5.0)}["right"].reached)
    assert row(fleet, "long")["state"] != "done"


def test_an_agent_that_dies_in_mid_task_gives_it_back(robots, fleet, tmp_path) -> None:
    """Its member lives on: the task is not to blame, and the robot's next agent may do it."""
    robots.begin("left")
    until(lambda: len(fleet.robots()) == 1, robots.processes.said)
    gate = tmp_path / "go"
    fleet.submit(FleetTask("t", f"wait {gate}"))
    until(robots.lines, fleet.tasks)
    robots.processes.kill("agent_left")
    gate.touch()
    robots.begin("left", member=False)
    until(fleet.idle, fleet.tasks)
    assert row(fleet, "t")["state"] == "done"
    assert robots.lines() == [f"/left begins wait {gate}"] * 2 + [f"/left ends wait {gate}"]


# --- one robot's side, without a fleet -----------------------------------------------------------


@pytest.fixture
def work(robots) -> GraphWork:
    robots.begin("left", member=False)
    robots.reach.close()
    robots.reach = Reach(robots.processes.domain, namespace="/left", use_sim_time=False)
    made = GraphWork(robots.reach.node)
    robots.reach.node.trigger_configure(), robots.reach.node.trigger_activate()
    return made


def turn(what: str, go_on: Callable[[], None] = lambda: None) -> Turn:
    return Turn(FleetTask("t", what), 1, go_on)


def test_what_becomes_of_a_command_becomes_of_the_task(robots, work, tmp_path) -> None:
    assert work.do(turn("put the cup away")) == "Done: put the cup away."
    assert work.do(turn("answer")) == "Done: answer." and work.done == 2
    with pytest.raises(FleetError, match=r"I tried in vain\."):
        work.do(turn("fail"))
    with pytest.raises(FleetError, match="expected the agent to take the command"):
        work.do(turn("refuse"))
    assert work.stop().rests and "at rest after 83 ms" in work.stop().measured
    work.go_on()

    def over() -> None:
        if robots.lines()[-1].startswith("/left begins wait"):
            raise TaskEndedError("its lease is over")

    with pytest.raises(TaskEndedError, match="its lease is over"):
        work.do(turn(f"wait {tmp_path / 'never'}", over))
    assert robots.lines()[-1] == f"/left leaves wait {tmp_path / 'never'}", "it has ended by then"
