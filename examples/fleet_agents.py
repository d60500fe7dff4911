"""Agents of a daemon as robots of a fleet: two arms, three tasks, one arm killed in the middle of its task.

python examples/fleet_agents.py

The daemon keeps each agent in a process of its own, with a simulated arm and table of its own. What the killed one
was at is done by the other one, and its process is started again by the daemon.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from llmagentos.daemon.client import DaemonClient
from llmagentos.daemon.fleet_work import AgentWork
from llmagentos.errors import DaemonError
from llmagentos.fleet import FleetTask, Member
from llmagentos.fleet.coordinator import Coordinator
from llmagentos.fleet.robot import FleetRobot
from llmagentos.messaging import LocalNet, open_bus

TABLE = {
    "objects": [
        {"kind": "block", "color": "red", "position": [0.45, 0.12]},
        {"kind": "block", "color": "blue", "position": [0.45, -0.12]},
        {"kind": "cup", "color": "white", "position": [0.4, 0.0]},
        {"kind": "bowl", "color": "green", "position": [0.6, 0.0]},
    ]
}
TASKS = [
    FleetTask("red", "put the red block in the bowl", needs=("pick",)),
    FleetTask("blue", "put the blue block next to the bowl", needs=("pick",)),
    FleetTask("cup", "put the cup on the left side", needs=("pick",)),
]
ARMS = ("left", "right")


def reached(socket: Path) -> DaemonClient:
    """The daemon, once it answers."""
    for _ in range(600):
        try:
            return DaemonClient(socket)
        except DaemonError:
            time.sleep(0.1)
    raise SystemExit("the daemon does not answer")


def works(daemon: DaemonClient, name: str) -> bool:
    """Whether an agent is in the middle of a command."""
    return any(call["state"] == "begun" for call in daemon.agent(name).show()["calls"])


def main(folder: Path) -> None:
    """Everything; the daemon's door and state lie in a folder of this program."""
    serve = [sys.executable, "-m", "llmagentos", "serve", "--folder", str(folder / "state")]
    with (folder / "daemon.log").open("ab") as log:
        serving = subprocess.Popen(
            [*serve, "--socket", str(folder / "door")], stdout=log, stderr=log
        )
    daemon = reached(folder / "door")
    try:
        for name in ARMS:
            daemon.create(name, {"scene": TABLE, "rehearsal": False})
            daemon.agent(name).start()
        run(daemon)
    finally:
        daemon.close()
        serving.send_signal(signal.SIGINT)
        serving.wait(60)


def run(daemon: DaemonClient) -> None:
    """The fleet: one book, a robot for each agent. Between machines it is the same without `net`, over zenoh."""
    net = LocalNet()
    with Coordinator(open_bus("desk", net=net)) as fleet:
        robots = [
            FleetRobot(
                open_bus(name, net=net), Member(name, ("pick",), most=2), AgentWork(daemon, name)
            )
            for name in ARMS
        ]
        while len(fleet.robots()) < len(ARMS):
            time.sleep(0.05)
        fleet.submit(*TASKS)
        while len(given := {t["id"]: t["robot"] for t in fleet.tasks() if t["robot"]}) < len(TASKS):
            time.sleep(0.05)
        for task, robot in given.items():
            print(f"{task}: given to {robot}")
        victim = given["red"]
        while not works(daemon, victim):
            time.sleep(0.05)
        os.kill(daemon.agent(victim).show()["pid"], signal.SIGKILL)
        print(f"killed: {victim}")
        while not fleet.idle():
            time.sleep(0.1)
        rows = fleet.tasks()
        for row in rows:
            print(f"{row['id']}: {row['state']} by {row['robot']}")
        again = [row["id"] for row in rows if row["times"] > 1]
        if not again:
            raise SystemExit(f"expected what {victim} was at to be given again, got {rows}")
        print("given again:", ", ".join(again))
        for robot in robots:
            robot.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="fleet-") as made:
        main(Path(made))
