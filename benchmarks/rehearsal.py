"""What a rehearsal prevents, what it costs, and how long it takes: `python -m benchmarks.rehearsal`.

Knows: pairs of runs of one command with and without it, in the same scene with the same hidden
physics and errors of looks; tables. Does not know: how a rehearsal works, how scenes are drawn.

Looks are the simulator's truth with errors drawn by the episode's seed, so that nothing but the
rehearsal differs; `--camera` takes pictures instead. The rehearsal itself never sees the truth: its
world is made of what such a look has shown.
"""

from __future__ import annotations

import argparse
import importlib
import json
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.suites.report import wilson
from benchmarks.tasks import SKILLS, Done, Task, check, random_task
from benchmarks.traps import TRAPS
from llmagentos.agent import Agent
from llmagentos.errors import SceneError
from llmagentos.events import Event, Rehearsed
from llmagentos.ports.modules import PerceptionModule
from llmagentos.types import Observation, Scene
from sim.physics import Physics, Ranges, draw
from sim.skill_conditions import HARDER
from sim.truth_look import EXACT, NoisyLook, PoseNoise

#: As exact as the overhead camera is (python -m benchmarks.perception), and as wrong as the harder
#: conditions of pushes are.
_LIKE_CAMERA = PoseNoise(bias_m=0.001, jitter_m=0.0015, yaw_rad=0.03)
SUITES = ("nominal", "harder", "traps")


@dataclass(frozen=True)
class Episode:
    """One command. ended: "done", "asked" (nothing was moved), "failed", or "harm" (something else
    was moved). rehearsal_s, cpu_s: of the rehearsal, wall and processor."""

    suite: str
    kind: str
    seed: int
    rehearsed: bool
    ended: str
    reply: str
    copies: int
    bad: int
    whole: bool
    steps: int
    rehearsal_s: float
    cpu_s: float
    first_motion_s: float | None


class _Looks(PerceptionModule):
    """The truth with the episode's errors, in place of pictures."""

    def __init__(self) -> None:
        self.look: Any = None

    def perceive(self, observation: Observation) -> Scene:
        """The next look; observation is not looked at."""
        scene: Scene = self.look()
        return scene


class Player:
    """One agent that plays episodes, with or without rehearsal."""

    def __init__(self, rehearsed: bool, camera: bool, llm: Any) -> None:
        self.rehearsed, self._looks = rehearsed, _Looks()
        self.agent = Agent.in_simulation(
            llm=llm, rehearsal=rehearsed, on_event=self._heard,
            perception=None if camera else self._looks,
        )  # fmt: skip
        self.world: Any = self.agent.robot.simulation.world  # type: ignore[union-attr]
        self._told: Rehearsed | None = None
        self._spent = (0.0, 0.0)
        executor: Any = self.agent.execution
        self._goes_wrong = executor._goes_wrong
        executor._goes_wrong = self._timed

    def play(self, suite: str, task: Task, seed: int, physics: Ranges, noise: PoseNoise) -> Episode:
        """The task's command, judged by truth."""
        Physics().apply(self.world)
        rng = np.random.default_rng([seed, 0x10])
        self._looks.look = NoisyLook(self.world, noise, rng)
        self.agent.reset(task.scene, seed)
        draw(physics, np.random.default_rng([seed, 0xF])).apply(self.world)
        self._told, self._spent = None, (0.0, 0.0)
        result = self.agent.command(task.command)
        before = {o["id"]: o for o in result.initial_objects}
        after = {o["id"]: o for o in result.objects}
        verdict = check(task, Done(result.status, before, after, result.held))
        moved = any(s.get("actions") for s in result.steps)
        ended = "done" if verdict.right else "harm"
        if verdict.why == "wrong world":
            still = all(
                np.allclose(before[i]["position"], after[i]["position"], atol=0.03)
                for i in before
                if i not in task.moved
            )
            ended = "failed" if still else "harm"
            if not moved and result.status in ("question", "cannot", "refused", "failed"):
                ended = "asked"
        told = self._told
        return Episode(
            suite, task.skill, seed, self.rehearsed, ended, result.reply,
            told.copies if told else 0, told.bad if told else 0,
            told is None or "end" not in told.words,
            len([s for s in result.steps if s.get("actions")]), *self._spent,
            result.timings.first_motion_s,
        )  # fmt: skip

    def _timed(self, scene: Scene) -> bool:
        wall, cpu = time.perf_counter(), time.process_time()
        wrong: bool = self._goes_wrong(scene)
        self._spent = (time.perf_counter() - wall, time.process_time() - cpu)
        return wrong

    def _heard(self, event: Event) -> None:
        if isinstance(event, Rehearsed):
            self._told = event


def tasks(suite: str, count: int, seed: int) -> list[tuple[int, Task]]:
    """So many tasks of a suite with their seeds, kinds in turn."""
    out: list[tuple[int, Task]] = []
    number = 0
    while len(out) < count:
        rng = np.random.default_rng([seed, number, 0x7A])
        number += 1
        try:
            if suite == "traps":
                kind = list(TRAPS)[len(out) % len(TRAPS)]
                out.append((seed + number, TRAPS[kind](rng)))
            else:
                out.append((seed + number, random_task(SKILLS[len(out) % len(SKILLS)], rng)))
        except SceneError:  # drew what can't stand
            continue
    return out


def conditions(suite: str, skill: str) -> tuple[Ranges, PoseNoise]:
    """Hidden physics and errors of looks."""
    if suite == "harder":
        harder = HARDER["push" if skill == "push" else "pick"]
        return harder.physics, HARDER["push"].noise
    return {}, EXACT if suite == "nominal" else _LIKE_CAMERA


def table(pairs: Sequence[tuple[Episode, Episode]]) -> Table:
    """Without and with beside each other, per suite and kind."""
    groups: dict[tuple[str, str], list[tuple[Episode, Episode]]] = defaultdict(list)
    for pair in pairs:
        groups[pair[0].suite, pair[0].kind].append(pair)
        groups[pair[0].suite, "all"].append(pair)
    out = Table(
        "suite", "kind", "n", "done without", "done with", "failed or harm without", "with",
        "prevented", "lost", "asked with",
    )  # fmt: skip
    for (suite, kind), group in sorted(groups.items(), key=lambda g: (g[0][0], g[0][1] == "all")):
        wrong = [p for p in group if p[0].ended in ("failed", "harm")]
        prevented = sum(p[1].ended in ("done", "asked") for p in wrong)
        done = [p for p in group if p[0].ended == "done"]
        out.add_row(
            suite, kind, str(len(group)),
            _share(len(done), len(group)),
            _share(sum(p[1].ended == "done" for p in group), len(group)),
            str(len(wrong)),
            str(sum(p[1].ended in ("failed", "harm") for p in group)),
            f"{prevented} of {len(wrong)}",
            _share(sum(p[1].ended != "done" for p in done), len(done)),
            str(sum(p[1].ended == "asked" for p in group)),
        )  # fmt: skip
    return out


def times(episodes: Sequence[Episode]) -> Table:
    """How long rehearsals take, by how many steps of the plan act."""
    out = Table("acting steps", "n", "wall s, median", "p95", "processor s, median", "p95",
                "copies", "to the end")  # fmt: skip
    groups: dict[str, list[Episode]] = defaultdict(list)
    for e in episodes:
        if e.copies:
            groups[str(e.steps)].append(e)
            groups["all"].append(e)
    for name, group in sorted(groups.items()):
        figures = [
            f"{q:.3f}"
            for values in ([e.rehearsal_s for e in group], [e.cpu_s for e in group])
            for q in np.percentile(values, (50, 95))
        ]
        copies = f"{np.mean([e.copies for e in group]):.1f}"
        out.add_row(name, str(len(group)), *figures, copies,
                    f"{sum(e.whole for e in group)} of {len(group)}")  # fmt: skip
    return out


def _share(right: int, n: int) -> str:
    if not n:
        return "-"
    low, high = wilson(right, n)
    return f"{right / n:.0%} ({low:.0%} to {high:.0%})"


def main(argv: Sequence[str] | None = None) -> None:
    """Entry point of `python -m benchmarks.rehearsal`."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--n", type=int, default=120, help="commands per suite")
    parser.add_argument("--seed", type=int, default=5000)
    parser.add_argument("--suites", nargs="*", default=list(SUITES), choices=SUITES)
    parser.add_argument("--camera", action="store_true", help="pictures instead of noisy truth")
    parser.add_argument("--out", type=Path, default=Path("bench_out/rehearsal.json"))
    parser.add_argument("--read", type=Path, nargs="+", help="the tables of runs that were made")
    args = parser.parse_args(argv)
    console = Console()
    if args.read:
        kept = [pair for path in args.read for pair in json.loads(path.read_text("utf-8"))]
        _print(console, [(Episode(**a), Episode(**b)) for a, b in kept])
        return
    first = Player(False, args.camera, None)
    players = (first, Player(True, args.camera, first.agent.llm))
    pairs: list[tuple[Episode, Episode]] = []
    args.out.parent.mkdir(parents=True, exist_ok=True)
    for suite in args.suites:
        for seed, task in track(tasks(suite, args.n, args.seed), suite, console=console):
            given = conditions(suite, task.skill)
            pair = tuple(player.play(suite, task, seed, *given) for player in players)
            pairs.append((pair[0], pair[1]))
            if pair[0].ended != pair[1].ended or pair[1].ended != "done":
                console.print(
                    f"  {seed} {task.skill}: {pair[0].ended} → {pair[1].ended}: {task.command} → "
                    f"{pair[0].reply} | {pair[1].reply} ({pair[1].bad} of {pair[1].copies})",
                    style="dim",
                )
            args.out.write_text(json.dumps([[asdict(e) for e in p] for p in pairs], indent=1))
    for player in players:
        player.agent.destroy()
    _print(console, pairs)


def _print(console: Console, pairs: Sequence[tuple[Episode, Episode]]) -> None:
    console.print(table(pairs))
    console.print(times([with_ for _, with_ in pairs]))


if __name__ == "__main__":
    importlib.import_module("benchmarks.rehearsal").main()
