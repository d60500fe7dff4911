"""Whether contacts are noticed in mid-motion and the arm rests in time: `python -m benchmarks.contacts`.

Knows: how to push a simulated arm or stand in its way at random moments, and when it rested, by the
physics' own steps. Does not know: how contacts are noticed.
"""

from __future__ import annotations

import argparse
import math
import random
import statistics
from collections.abc import Callable
from typing import Any

from rich.console import Console
from rich.table import Table

from llmagentos.ports.failures import Failure
from llmagentos.ports.skills import SkillReport, SkillStatus
from llmagentos.robot_skills import skills_for
from llmagentos.robots import load
from llmagentos.types import Action, Pose, Scene, Workspace
from sim.physics_log import fastest_joint, rest_after_s
from sim.world import PHYSICS_HZ, SimWorld

#: From the injection to rest, at most.
REQUIRED_S = 0.15
#: Where motions begin and end, metres.
_HERE, _THERE = (0.45, -0.25, 0.30), (0.45, 0.25, 0.30)
#: As long as a push lasts, s.
_PUSH_S = 0.5


class ContactRig:
    """A simulated Panda over an empty table, told where to reach; its speed is read at every step
    of physics. senses: whether it tells torques, or its lag alone tells contacts."""

    def __init__(self, profile: str, senses: bool = True) -> None:
        self.world = SimWorld(senses_torques=senses, renderer="tiny")
        scene = Scene((), 0.0, Workspace())
        able = skills_for(self.world, lambda: scene, load("panda"), profile, skills="scripted")
        self.skills, self.driver, self.gate = able.skills, able.driver, able.gate
        #: Called before each step of physics with the simulated time, s.
        self.before: Callable[[float], None] = lambda _: None
        self._speeds: list[tuple[float, float]] = []
        self._steps = 0
        self._step: Callable[[], Any] = self.world.client.stepSimulation
        self.world.client.stepSimulation = self._watched

    @property
    def now_s(self) -> float:
        """Simulated time, s."""
        return self._steps / PHYSICS_HZ

    def _watched(self) -> None:
        self.before(self.now_s)
        self._step()
        self._steps += 1
        self._speeds.append((self.now_s, fastest_joint(self.world)))

    def reach(self, place: tuple[float, float, float]) -> SkillReport:
        """Move the hand there (m) and wait for the end."""
        self.skills.start(Action("reach", pose=Pose(place)))
        report = self.skills.tick()
        while report.status is SkillStatus.RUNNING:
            report = self.skills.tick()
        return report

    def begin(self) -> None:
        """Go to where motions begin."""
        self.before = lambda _: None
        self._settle()
        assert self.reach(_HERE).failure is None
        self._speeds.clear()

    def pushed(
        self, after_s: float, force_n: tuple[float, float, float]
    ) -> tuple[SkillReport, float]:
        """A motion across the table, the hand pushed so long after it begins: how it ended, and
        the time from the push to rest, s."""
        client, robot, begun = self.world.client, self.world.robot, self.now_s + after_s

        def push(now_s: float) -> None:
            if begun <= now_s < begun + _PUSH_S:
                place = client.getLinkState(robot.body, robot.hand)[0]
                frame = client.WORLD_FRAME
                client.applyExternalForce(robot.body, robot.hand, force_n, place, frame)

        self.before = push
        report = self.reach(_THERE)
        self._settle()
        return report, rest_after_s(self._speeds, begun)

    def blocked(self, y_m: float) -> tuple[SkillReport, float]:
        """The same with a heavy post in the hand's way at y: the time from the first touch."""
        client, robot = self.world.client, self.world.robot
        shape = client.createCollisionShape(client.GEOM_BOX, halfExtents=[0.06, 0.01, 0.4])
        post = client.createMultiBody(0, shape, -1, [0.45, y_m, 0.4])
        touched = math.inf

        def feel(now_s: float) -> None:
            nonlocal touched
            if touched == math.inf and client.getContactPoints(robot.body, post):
                touched = now_s

        self.before = feel
        report = self.reach(_THERE)
        self._settle()
        client.removeBody(post)
        return report, rest_after_s(self._speeds, touched)

    def _settle(self) -> None:
        for _ in range(round(0.5 / self.driver.control_period_s)):
            self.driver.advance()

    def close(self) -> None:
        """Give the world back."""
        self.world.close()


def measure(profile: str, count: int, seed: int) -> tuple[int, list[float]]:
    """Pushes from all sides at random moments of a motion: how many were noticed, and the times to
    rest, s."""
    draw, rig, noticed = random.Random(seed), ContactRig(profile), 0
    lasts_s = 2.2 if profile == "careful" else 0.7
    times = []
    for _ in range(count):
        rig.begin()
        angle, newtons = draw.uniform(0, 2 * math.pi), draw.uniform(30, 60)
        force = (newtons * math.cos(angle), newtons * math.sin(angle), 0.0)
        report, rested_s = rig.pushed(draw.uniform(0.15, 1.0) * lasts_s, force)
        noticed += report.failure is Failure.TOUCHED
        times.append(rested_s)
    rig.close()
    return noticed, times


def main() -> None:
    """The table. Exit code 1: a push was not noticed, or an arm beside people rested too late."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pushes", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    table, well = Table("profile", "pushes", "noticed", "rest after, median ms", "worst ms"), True
    for profile in ("careful", "sim"):
        noticed, times = measure(profile, asked.pushes, asked.seed)
        # Full rates take longer to brake than that, whatever notices: see docs/safety.md.
        late = profile == "careful" and max(times) > REQUIRED_S
        well = well and noticed == asked.pushes and not late
        median, worst = (f"{1000 * t:.0f}" for t in (statistics.median(times), max(times)))
        table.add_row(profile, str(asked.pushes), str(noticed), median, worst)
    Console().print(table)
    raise SystemExit(not well)


if __name__ == "__main__":
    main()
