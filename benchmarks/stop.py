"""How long a stop takes until the arm rests: `python -m benchmarks.stop [--n 200] [--ros]`.

Knows: stops at random moments of random commands, and the physics log beside them. Does not know:
how anything stops.

In process the robot's time is the simulator's: a stop comes at a random moment of a period, also
after that period's command was sent, and rest is read from the physics log: the first moment from
which every joint stays below 0.01 rad/s for 100 ms. Moments at which nothing moves are drawn again.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.tasks import SKILLS, random_task
from llmagentos.agent import Agent
from llmagentos.runtime.graph import graph_env
from llmagentos.runtime.ros_env import find_ros
from llmagentos.safety.in_front import DriverInFront
from llmagentos.safety.signals import Stop
from llmagentos.safety.states import REST_RADPS
from sim.physics_log import fastest_joint, rest_after_s
from sim.world import PHYSICS_HZ, SimWorld

#: What SAFETY asks of 99 stops out of 100, milliseconds.
GOAL_MS = {"in process": 150.0, "over ROS": 250.0}
#: Stops come so long after the first motion at most, seconds of robot time.
_WITHIN_S = 5.0
#: Draws in a row that may find nothing moving.
_PATIENCE = 20
_NAME = "benchmark"
#: The world is watched so long after a stop, seconds.
_WATCH_S = 1.0


@dataclass(frozen=True)
class StopTaken:
    """One stop. ms: from the injection to rest by the physics log, inf for none; radps: the fastest
    joint at the injection; way_mm: of the tool until rest; held_before, held_after: the object in
    the hand, by the simulator's truth."""

    command: str
    ms: float
    radps: float
    way_mm: float
    held_before: str | None
    held_after: str | None


class Probe(DriverInFront):
    """A world's driver that injects a stop at a moment of its choice and logs every joint."""

    def __init__(self, world: SimWorld) -> None:
        self.inner = self.world = world
        self._step = world.client.stepSimulation
        world.client.stepSimulation = self._logged_step
        self.log: list[tuple[float, float]] = []
        self._inject: Any = None
        self._at_s, self._share, self._moved_s = math.inf, 0.0, math.inf
        self._now_s = 0.0
        self.stop_s = math.inf
        self.radps = 0.0

    def arm(self, after_s: float, share: float, inject: Any) -> None:
        """Inject so long after the first motion (s), at a share of that period."""
        self.log, self.stop_s = [], math.inf
        self._inject, self._at_s, self._share = inject, after_s, share
        self._moved_s = math.inf

    def send_joint_positions(self, positions: Sequence[float]) -> tuple[float, ...]:
        """As the world's (rad)."""
        return self.world.send_joint_positions(positions)

    def send_gripper(self, width_m: float, force_n: float = 20.0) -> float:
        """As the world's (m, N)."""
        return self.world.send_gripper(width_m, force_n)

    def advance(self) -> None:
        """One period; the stop comes inside of it, after its command was sent."""
        before_s = self.world.now_s
        speed = fastest_joint(self.world)
        if speed > REST_RADPS:
            self._moved_s = min(self._moved_s, before_s)
        due = before_s >= self._moved_s + self._at_s and speed > REST_RADPS
        if self._inject is not None and due:
            self.stop_s = before_s + self._share * self.control_period_s
            self.radps = speed
            self._inject()
            self._inject = None
        self._now_s = before_s
        self.world.advance()

    def _logged_step(self) -> None:
        self._step()
        self._now_s += 1 / PHYSICS_HZ
        if self.stop_s < self._now_s:
            self.log.append((self._now_s, fastest_joint(self.world)))

    def rested_ms(self) -> float:
        """From the injection to rest, by the log; inf where there was none."""
        return 1000 * rest_after_s(self.log, self.stop_s)


def in_process(n: int, seed: int, profile: str, on_stop: Any) -> list[StopTaken]:
    """n stops of a moving arm at a profile's speeds. on_stop: told each one."""
    rng = np.random.default_rng([seed, 0x570])
    taken: list[StopTaken] = []
    with Agent.in_simulation(seed=seed, profile=profile) as agent:
        robot: Any = agent.robot
        world: SimWorld = robot.simulation.world
        probe = robot.driver.inner.inner = Probe(world)
        draws = 0
        while len(taken) < n:
            draws += 1
            skill = SKILLS[int(rng.integers(len(SKILLS)))]
            number = int(rng.integers(2**31))
            found = _one(agent, probe, skill, number, float(rng.uniform(0, _WITHIN_S)), rng)
            if found is not None:
                draws = 0
                taken.append(found)
                on_stop(found)
            elif draws > _PATIENCE:
                raise RuntimeError(f"expected a moving arm in {_PATIENCE} commands, got none")
    return taken


def over_ros(n: int, seed: int, profile: str, on_stop: Any) -> None:
    """The same over a graph of processes, by the stop topic. Raises MissingDependencyError, and
    RuntimeError where the graph does not come up."""
    ros = find_ros(distribution=os.environ.get("LLMAGENTOS_ROS_DISTRO", ""))
    argv = [ros.python, "-m", "llmagentos_ros.bench_stop", "--n", str(n), "--seed", str(seed)]
    child = subprocess.Popen(
        [*argv, "--profile", profile], env=graph_env(ros.env), stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    for line in child.stdout:
        if line.startswith("{"):
            told = json.loads(line)
            stop = StopTaken(told["command"], told["ms"], told["radps"], math.nan, None, None)
            on_stop(stop)
    if child.wait():
        raise RuntimeError(f"expected {n} stops over ROS, got exit code {child.returncode}")


def _one(
    agent: Agent, probe: Probe, skill: str, seed: int, after_s: float, rng: np.random.Generator
) -> StopTaken | None:
    """One command with one stop; None where it ended before its moment."""
    robot: Any = agent.robot
    world: SimWorld = robot.simulation.world
    task = random_task(skill, np.random.default_rng(seed))
    agent.reset(task.scene, seed)
    supervisor = robot.supervisor
    held: list[str | None] = []
    at: list[Any] = []

    def inject() -> None:
        held.append(robot.held())
        at.append(np.array(world.robot.tip_pose()[0]))
        supervisor.post(Stop(_NAME, _NAME))

    probe.arm(after_s, float(rng.uniform()), inject)
    agent.command(task.command)
    if not at:
        return None
    while robot.now_s < probe.stop_s + _WATCH_S:
        robot.driver.advance()
    held.append(robot.held())
    at.append(np.array(world.robot.tip_pose()[0]))
    told = supervisor.stop(_NAME)  # measures it once more: only then may it be reset
    refused = supervisor.reset(_NAME) if told.at_rest else told.why
    if refused:
        raise RuntimeError(f"expected a reset after {task.command!r}, got: {refused}")
    way_mm = 1000 * float(np.linalg.norm(at[1] - at[0]))
    return StopTaken(task.command, probe.rested_ms(), probe.radps, way_mm, held[0], held[1])


def table(found: Mapping[str, Sequence[StopTaken]]) -> Table:
    """Median, 99th percentile and the longest, beside the goal."""
    out = Table(
        "stops", "n", "median ms", "p99 ms", "longest", "goal ms", "way mm", "rad/s", "held"
    )
    for name, stops in found.items():
        ms = [s.ms for s in stops]
        goal = GOAL_MS[name.split(",")[0]]
        carried = [s for s in stops if s.held_before]
        kept = sum(s.held_before == s.held_after for s in carried)
        p99 = float(np.percentile(ms, 99, method="higher"))
        out.add_row(
            name, str(len(stops)), f"{np.median(ms):.0f}", f"{p99:.0f}", f"{max(ms):.0f}",
            f"{goal:.0f}", _way([s.way_mm for s in stops]), f"{max(s.radps for s in stops):.2f}",
            f"{kept} of {len(carried)}",
        )  # fmt: skip
    return out


def _way(mm: Sequence[float]) -> str:
    """Median and longest; over ROS it is not measured."""
    known = [x for x in mm if math.isfinite(x)]
    return f"{np.median(known):.0f}, {max(known):.0f}" if known else "-"


def main(argv: Sequence[str] | None = None) -> int:
    """Run, print the table; 1 where a stop did not come to rest."""
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument("--n", type=int, default=200, help="stops of each kind")
    parser.add_argument("--seed", type=int, default=20261130)
    parser.add_argument("--profile", nargs="*", default=["careful", "sim"])
    parser.add_argument("--ros", action="store_true", help="over a ROS graph instead")
    parser.add_argument("--out", type=Path, help="every stop as a line of JSON")
    options = parser.parse_args(argv)
    console, found = Console(), dict[str, list[StopTaken]]()
    file = options.out.open("w", encoding="utf-8") if options.out else None

    def on_stop(name: str, stop: StopTaken) -> None:
        found.setdefault(name, []).append(stop)
        console.print(f"{name} {len(found[name])}: {stop.ms:.0f} ms  {stop.command}", style="dim")
        if file is not None:
            file.write(json.dumps({"kind": name, **asdict(stop)}) + "\n")
            file.flush()

    for profile in options.profile:
        name = f"{'over ROS' if options.ros else 'in process'}, {profile}"
        measure = over_ros if options.ros else in_process
        measure(options.n, options.seed, profile, partial(on_stop, name))
    console.print(table(found))
    return 0 if all(math.isfinite(s.ms) for stops in found.values() for s in stops) else 1


if __name__ == "__main__":
    sys.exit(main())
