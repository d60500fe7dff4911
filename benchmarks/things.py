"""Commands about things of no known kind, judged by simulator truth: `python -m benchmarks.things`.

Knows: how to run the whole loop (camera, model, motion) over many commands and count. Does not know:
how any part works, nor the commands (thing_tasks.py). Development seeds are below 100 000 000, fresh
ones (without --seed) above. `--scenes-from oracle` gives the agent a perfect look, so that what fails
then fails in words or in the hand.
"""

from __future__ import annotations

import argparse
import json
import secrets
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.oracle import oracle_scene
from benchmarks.tasks import Done
from benchmarks.thing_tasks import SKILLS, ThingTask, draw_task, judged
from llmagentos.agent import Agent
from llmagentos.ports.modules import PerceptionModule
from llmagentos.types import Observation, Scene

#: Seeds from here on are nobody's to develop with.
FRESH_FROM = 100_000_000


@dataclass(frozen=True)
class Episode:
    """One command: what came of it. why: "" where all is right."""

    skill: str
    command: str
    seed: int
    success: bool
    why: str
    status: str
    reply: str
    plan_text: str
    models: tuple[str, ...]
    sim_s: float
    wall_s: float


class TrueEyes(PerceptionModule):
    """A perfect look at the world that it is given afterwards."""

    def __init__(self) -> None:
        self.world: Any = None

    def perceive(self, observation: Observation) -> Scene:
        """The scene as it really is; the observation is not looked at."""
        return oracle_scene(self.world)


class Player:
    """One agent that plays command after command. camera: sees by its own perception."""

    def __init__(self, camera: bool = True, noise: Any = None) -> None:
        eyes = TrueEyes()
        self.agent = Agent.in_simulation(perception=None if camera else eyes, noise=noise)
        robot: Any = self.agent.robot
        eyes.world = robot.simulation.world

    def __call__(self, task: ThingTask, seed: int) -> Episode:
        """Reset into the task's scene, say the command, judge."""
        self.agent.reset(task.scene, seed)
        result = self.agent.command(task.command)
        before = {o["id"]: o for o in result.initial_objects}
        after = {o["id"]: o for o in result.objects}
        verdict = judged(task, Done(result.status, before, after, result.held), result.reply)
        models = tuple(str(o.model) for o in task.scene.objects if o.model)
        t = result.timings
        return Episode(
            task.skill, task.command, seed, verdict.right, verdict.why or ("" if verdict.right else result.status),
            result.status, result.reply, result.plan_text, models, t.sim_s, t.wall_s,
        )  # fmt: skip

    def close(self) -> None:
        """Give the agent back."""
        self.agent.destroy()


def table(episodes: Sequence[Episode]) -> Table:
    """Success per kind of command, and why the others failed."""
    groups: dict[str, list[Episode]] = defaultdict(list)
    for e in episodes:
        groups[e.skill].append(e)
    groups["all"] = list(episodes)
    out = Table("command", "n", "success", "failed")
    for name, group in groups.items():
        whys: dict[str, int] = defaultdict(int)
        for e in group:
            if not e.success:
                whys[e.why] += 1
        share = sum(e.success for e in group) / len(group)
        out.add_row(
            name,
            str(len(group)),
            f"{share:.1%}",
            ", ".join(f"{n} {w}" for w, n in whys.items()) or "-",
        )
    return out


def main(argv: Sequence[str] | None = None) -> None:
    """Entry point of `python -m benchmarks.things`: commands judged by truth, into a JSON file."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--n", type=int, default=100)
    parser.add_argument("--seed", type=int, default=None, help="fresh when not given")
    parser.add_argument("--skills", nargs="*", default=list(SKILLS), choices=SKILLS)
    parser.add_argument("--scenes-from", choices=("camera", "oracle"), default="camera")
    parser.add_argument("--out", type=Path, default=Path("bench_out/things.json"))
    args = parser.parse_args(argv)
    fresh = FRESH_FROM + secrets.randbelow(2**31 - FRESH_FROM)
    seed = fresh if args.seed is None else args.seed
    console, rng = Console(), np.random.default_rng(seed)
    console.print(f"seed {seed}, {args.n} commands, scenes from the {args.scenes_from}")
    player, episodes = Player(args.scenes_from == "camera"), list[Episode]()
    for i in range(args.n):
        task = draw_task(args.skills[i % len(args.skills)], rng)
        episodes.append(player(task, seed + i))
        if not (e := episodes[-1]).success:
            console.print(
                f"  {i} {e.why}: {e.command} → {e.reply} [{e.plan_text}]", style="dim", markup=False
            )
    player.close()
    console.print(table(episodes))
    args.out.parent.mkdir(parents=True, exist_ok=True)
    record = {"seed": seed, "episodes": [asdict(e) for e in episodes]}
    args.out.write_text(json.dumps(record, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
