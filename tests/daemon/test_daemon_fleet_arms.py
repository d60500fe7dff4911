"""Agents with simulated arms, under a real daemon, as robots of a fleet: two tasks, and one killed in mid-task."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from daemon.conftest import Running
from daemon.test_daemon_agents import until

from llmagentos.daemon.client import DaemonClient
from llmagentos.daemon.fleet_work import AgentWork
from llmagentos.daemon.place import SOCKET_VARIABLE
from llmagentos.fleet import FleetTask, Member
from llmagentos.fleet.coordinator import Coordinator
from llmagentos.fleet.robot import FleetRobot
from llmagentos.messaging import LocalNet, open_bus

SCENE = {
    "objects": [
        {"kind": "block", "color": "red", "position": [0.45, 0.12]},
        {"kind": "block", "color": "blue", "position": [0.45, -0.12]},
        {"kind": "block", "color": "green", "position": [0.6, 0.0]},
    ]
}


@pytest.fixture
def arms() -> Iterator[DaemonClient]:
    """A daemon with two arms, each in a process and a world of its own."""
    with tempfile.TemporaryDirectory(prefix="agents-") as folder, pytest.MonkeyPatch.context() as m:
        made = Running(Path(folder))
        m.setenv(SOCKET_VARIABLE, str(made.socket))
        m.setenv("LLMAGENTOS_RENDERER", "tiny")
        daemon = made.start()
        for name in ("ann", "bob"):
            daemon.create(name, {"scene": SCENE, "rehearsal": False})
            daemon.agent(name).start(wait=False)
        for name in ("ann", "bob"):
            until(lambda name=name: daemon.agent(name).show()["phase"] == "running", 200)  # type: ignore[misc]
        yield daemon
        made.close()


def test_what_a_killed_arm_was_at_is_done_by_the_other_one(arms: DaemonClient) -> None:
    net = LocalNet()
    with Coordinator(open_bus("desk", net=net)) as fleet:
        robots = [
            FleetRobot(open_bus(n, net=net), Member(n, ("pick",)), AgentWork(arms, n))
            for n in ("ann", "bob")
        ]
        until(lambda: len(fleet.robots()) == 2)
        fleet.submit(
            FleetTask("stack", "stack the blocks", ("pick",)),
            FleetTask("red", "pick up the red block", ("pick",)),
        )
        rows = until(
            lambda: (r := fleet.tasks()) and all(t["state"] == "given" for t in r) and r, 60
        )
        first = {row["id"]: row["robot"] for row in rows}
        assert set(first.values()) == {"ann", "bob"}
        killed = first["stack"]
        until(lambda: any(c["state"] == "begun" for c in arms.agent(killed).show()["calls"]), 60)
        os.kill(arms.agent(killed).show()["pid"], signal.SIGKILL)
        until(fleet.idle, 200)
        done = {row["id"]: row for row in fleet.tasks()}
        assert {row["state"] for row in done.values()} == {"done"}, done
        assert done["stack"]["robot"] != killed or done["stack"]["times"] > 1
        for robot in robots:
            robot.close()
