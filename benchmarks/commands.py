"""Single commands in random scenes, judged by simulator truth: `python -m benchmarks.commands`.

Knows: how to run the whole loop (camera, model, motion) over many episodes and count.
Does not know: how any part works. Failures are attributed to what went wrong first:
understood wrongly (the same plan fails on a perfect symbolic robot that sees simulator truth),
seen wrongly (perception's target differs from truth before motion), or executed wrongly.
"""

from __future__ import annotations

import argparse
import copy
import importlib
import itertools
import json
import secrets
import statistics
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from benchmarks.tasks import SKILLS, Done, Task, check, random_task
from llmagentos.agent import Agent
from llmagentos.command import CommandResult
from llmagentos.errors import LLMAgentOSError
from llmagentos.learning.reward import DEFAULT_REWARD, Verdict
from llmagentos.robots import DEFAULT_ROBOT, load
from llmagentos.skills.learned import LEARNED
from llmagentos.types import Scene
from sim.jobs import Executor, executor
from sim.noise import severity
from sim.physics import Physics, Ranges, draw
from sim.skill_conditions import HARDER
from sim.tables import MAT
from sim.world import SimWorld

#: A target seen farther than this from where it is counts as seen wrongly, metres.
SEEN_M = 0.02


@dataclass(frozen=True)
class Episode:
    """One episode's figures. cause is "" for a success."""

    skill: str
    command: str
    seed: int
    success: bool
    cause: str
    status: str
    reply: str
    attempts: int
    plan_s: float
    first_motion_s: float | None
    sim_s: float
    wall_s: float
    plan_text: str
    reward: float = 0.0


def run_episode(agent: Agent, task: Task, seed: int, physics: Ranges | None = None) -> Episode:
    """Reset into the task's scene, say the command, judge. physics: ranges of hidden factors, drawn
    by the seed; nominal without."""
    robot: Any = agent.robot
    world: SimWorld = robot.simulation.world
    Physics().apply(world)
    seen = agent.reset(task.scene, seed)
    draw(physics or {}, np.random.default_rng([seed, 0xF])).apply(world)
    result = agent.command(task.command)
    before = {o["id"]: o for o in result.initial_objects}
    after = {o["id"]: o for o in result.objects}
    verdict = check(task, Done(result.status, before, after, result.held))
    cause = "" if verdict.right else _cause(task, result, seen, before, verdict)
    attempts = [int(a.get("attempts", 1)) for s in result.steps for a in s.get("actions", ())]
    t = result.timings
    return Episode(
        task.skill, task.command, seed, verdict.right, cause, result.status, result.reply,
        max(attempts, default=0), t.plan_s, t.first_motion_s, t.sim_s, t.wall_s, result.plan_text,
        DEFAULT_REWARD(verdict, t.sim_s),
    )  # fmt: skip


def _cause(
    task: Task, result: CommandResult, seen: Scene, before: Mapping[str, Any], verdict: Verdict
) -> str:
    if verdict.why == "bystander moved":
        return verdict.why
    for name in task.moved:
        truth = before[name]
        near = [
            o
            for o in seen.objects
            if np.hypot(o.position[0] - truth["position"][0], o.position[1] - truth["position"][1])
            < SEEN_M
        ]
        if not any((o.kind, o.color) == (truth["kind"], truth["color"]) for o in near):
            return "seen wrongly"
    if result.status in ("refused", "cannot", "answered", "question"):
        return "understood wrongly"
    if result.status == "failed":
        return "executed wrongly"
    return "wrong result claimed as success"


def table(episodes: Sequence[Episode]) -> Table:
    """Success per skill, attempts, times at the median, and where the rest failed."""
    by_skill: dict[str, list[Episode]] = defaultdict(list)
    for e in episodes:
        by_skill[e.skill].append(e)
    by_skill["all"] = list(episodes)
    out = Table("skill", "episodes", "success", "attempts", "plan s", "motion s", "sim s", "failed")
    for skill, group in by_skill.items():
        causes: dict[str, int] = defaultdict(int)
        for e in group:
            if e.cause:
                causes[e.cause] += 1
        motions = [e.first_motion_s for e in group if e.first_motion_s is not None]
        out.add_row(
            skill,
            str(len(group)),
            f"{sum(e.success for e in group) / len(group):.1%}",
            f"{statistics.mean(e.attempts for e in group):.2f}",
            f"{statistics.median(e.plan_s for e in group):.3f}",
            f"{statistics.median(motions):.3f}" if motions else "-",
            f"{statistics.median(e.sim_s for e in group):.1f}",
            ", ".join(f"{n} {c}" for c, n in causes.items()) or "-",
        )
    return out


def beside(arms: Mapping[str, Sequence[Episode]]) -> Table:
    """Arms beside each other: success per skill and over all, attempts and time at the median."""
    skills = list(dict.fromkeys(e.skill for group in arms.values() for e in group))
    out = Table("arm", "episodes", *skills, "all", "attempts", "sim s")
    for arm, group in arms.items():
        rates = [[e.success for e in group if e.skill == skill] for skill in skills]
        out.add_row(
            arm,
            str(len(group)),
            *(f"{statistics.mean(rate):.0%}" if rate else "-" for rate in rates),
            f"{statistics.mean(e.success for e in group):.1%}",
            f"{statistics.mean(e.attempts for e in group):.2f}",
            f"{statistics.median(e.sim_s for e in group):.1f}",
        )
    return out


@dataclass(frozen=True)
class Job:
    """One episode to play. drawn_by: the generator as it stands before the task is drawn."""

    skill: str
    seed: int
    drawn_by: np.random.Generator

    def __str__(self) -> str:
        return f"{self.skill}, seed {self.seed}"


class Player:
    """Plays episodes with one arm; the agent is made with the first one and kept.

    model, policies: see Agent.in_simulation. harder: with the hidden physics of
    sim.skill_conditions.HARDER. noise: a severity (sim.noise); table: a table top (sim.tables),
    "random" for another one in each episode.
    """

    def __init__(
        self,
        robot: str,
        seed: int,
        model: str | None,
        policies: str = LEARNED,
        harder: bool = False,
        noise: str = "none",
        table: str = MAT,
    ) -> None:
        self._settings = robot, seed, model, policies, harder, noise, table
        self._agent: Agent | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        return Player, self._settings

    def __call__(self, job: Job) -> Episode:
        """The job's episode."""
        robot, seed, model, policies, harder, noise, top = self._settings
        task = random_task(job.skill, copy.deepcopy(job.drawn_by), robot)
        task = replace(task, scene=task.scene.with_table(top, job.seed))
        if self._agent is None:
            self._agent = Agent.in_simulation(
                "random", robot=robot, seed=seed, llm=model, skills=policies,
                noise=severity(noise, seed),
            )  # fmt: skip
        hidden = HARDER["push" if job.skill == "push" else "pick"].physics if harder else None
        return run_episode(self._agent, task, job.seed, hidden)

    def close(self) -> None:
        """Give the agent back, where one was made."""
        if self._agent is not None:
            self._agent.destroy()
            self._agent = None


def draw_jobs(robot: str, count: int, seed: int, skills: Sequence[str]) -> list[Job]:
    """So many episodes with one arm, skills in turn."""
    rng, jobs = np.random.default_rng(seed), []
    for i in range(count):
        skill = skills[i % len(skills)]
        jobs.append(Job(skill, seed + i, copy.deepcopy(rng)))
        random_task(skill, rng, robot)
    return jobs


def run_arm(
    player: Player, name: str, jobs: Sequence[Job], workers: Executor, console: Console
) -> list[Episode]:
    """Episodes with one arm; failures are printed as they come."""
    with Progress(console=console) as progress:
        bar = progress.add_task(name, total=len(jobs))

        def seen(number: int, episode: Episode) -> None:
            progress.advance(bar)
            if not episode.success:
                console.print(
                    f"  {episode.seed} {episode.cause}: {episode.command} → {episode.reply}",
                    style="dim",
                )

        try:
            return workers.run(player, jobs, seen)
        finally:
            player.close()


def main(argv: Sequence[str] | None = None) -> None:
    """Entry point of `python -m benchmarks.commands`: episodes of commands, judged by truth, into a
    JSON file."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--episodes", type=int, default=200, help="per arm")
    parser.add_argument("--seed", type=int, default=None, help="random when not given")
    parser.add_argument("--skills", nargs="*", default=list(SKILLS), choices=SKILLS)
    parser.add_argument(
        "--robot",
        nargs="+",
        default=[DEFAULT_ROBOT],
        metavar="NAME",
        help="the arm, a name or a folder; several are shown beside each other",
    )
    parser.add_argument("--model", default=None)
    parser.add_argument(
        "--policies",
        nargs="+",
        default=[LEARNED],
        help="of the skills: learned, scripted, a folder; several are shown beside each other",
    )
    parser.add_argument("--harder", action="store_true", help="hidden friction and masses")
    parser.add_argument("--noise", default="none", help="of the camera (sim.noise)")
    parser.add_argument("--table", default=MAT, help="see sim.tables; random: another each time")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument(
        "--ray", action="store_true", help="over the Ray cluster that runs here, else a new one"
    )
    parser.add_argument("--ray-address", metavar="HOST:PORT", help="over the Ray cluster there")
    parser.add_argument("--out", type=Path, default=Path("bench_out/commands.json"))
    args = parser.parse_args(argv)
    seed = secrets.randbelow(2**31) if args.seed is None else args.seed
    try:
        names = {robot: load(robot).name for robot in args.robot}
        workers = executor(args.processes, args.ray_address or ("" if args.ray else None))
    except LLMAgentOSError as error:
        parser.error(str(error))
    console = Console()
    console.print(f"{', '.join(names.values())}, seed {seed}, {args.episodes} episodes")
    arms = {}
    with workers:
        for robot, policies in itertools.product(names, args.policies):
            name = names[robot] if len(args.policies) == 1 else f"{names[robot]} {policies}"
            player = Player(robot, seed, args.model, policies, args.harder, args.noise, args.table)
            jobs = draw_jobs(robot, args.episodes, seed, args.skills)
            arms[name] = run_arm(player, name, jobs, workers, console)
            console.print(table(arms[name]))
    if len(arms) > 1:
        console.print(beside(arms))
    record = {
        "seed": seed,
        "episodes": [{"robot": n, **asdict(e)} for n, group in arms.items() for e in group],
    }
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_text(json.dumps(record, indent=1), encoding="utf-8")


if __name__ == "__main__":
    # by its own name: what "__main__" holds cannot be sent to other machines
    importlib.import_module("benchmarks.commands").main()
