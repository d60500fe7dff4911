"""What a rehearsal prevents, what it costs, and how long it takes: `python -m benchmarks.rehearsal`.

Knows: pairs of runs of one command with and without it, in the same scene with the same hidden
physics and errors of looks; tables. Does not know: how a rehearsal works, how scenes are drawn.

Looks are the simulator's truth with errors drawn by the episode's seed, so that nothing but the
rehearsal differs; `--camera` takes pictures instead. The rehearsal itself never sees the truth: its
world is made of what such a look has shown.

Where a rehearsal changes nothing (same plan, nothing left out, no question) the run with it is the one
without, bit for bit (tests/sim/test_sim_rehearsal_default.py), so it is played once. `--play all` plays
it twice all the same, which times first motions; `--play changed` not at all: it neither prevents nor
loses anything, but then the failures that nothing prevents are not counted. `--resume` goes on where
`--out` ends. `--steps` times plans of one to three steps alone (rehearsed_plans.py).
"""

from __future__ import annotations

import argparse
import importlib
import json
import math
import os
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks import rehearsed_plans
from benchmarks.recorder import ratio
from benchmarks.tasks import SKILLS, Done, Task, check, random_task
from benchmarks.traps import TRAPS
from llmagentos.agent import Agent
from llmagentos.errors import SceneError
from llmagentos.events import Event, Rehearsed
from llmagentos.ports.modules import Outcome, PerceptionModule
from llmagentos.tasks.scope import Lessons
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
    """One command. ended: "done", "asked" (the arm did not move: a question, or a refusal with its
    reason), "failed", "harm" (something else was moved), or "not played". rehearsal_s, cpu_s: of
    the rehearsal, wall and processor. changed: whether something followed from it."""

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
    changed: bool = False


class _Looks(PerceptionModule):
    """The truth with the episode's errors, in place of pictures."""

    def __init__(self) -> None:
        self.look: Any = None

    def perceive(self, observation: Observation) -> Scene:
        """The next look; observation is not looked at."""
        scene: Scene = self.look()
        return scene


class Player:
    """One agent that plays episodes, with or without rehearsal. all: also those in which the
    rehearsal changes nothing."""

    def __init__(self, rehearsed: bool, camera: bool, llm: Any, all: bool = True) -> None:
        self.rehearsed, self._looks, self._all = rehearsed, _Looks(), all
        #: Whether the last rehearsal changed nothing.
        self.same = False
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
        # Who plays only what a rehearsal changes has to know that before anything moves.
        executor._rehearsing.behind &= self._all
        self._try_on: Callable[[], Outcome | None] = executor._try_on
        executor._try_on = self._timed_behind

    def play(self, suite: str, task: Task, seed: int, physics: Ranges, noise: PoseNoise) -> Episode:
        """The task's command, judged by truth."""
        Physics().apply(self.world)
        rng = np.random.default_rng([seed, 0x10])
        self._looks.look = NoisyLook(self.world, noise, rng)
        self.agent.reset(task.scene, seed)
        draw(physics, np.random.default_rng([seed, 0xF])).apply(self.world)
        self._told, self._spent, self.same = None, (0.0, 0.0), False
        result = self.agent.command(task.command)
        if self._all and self._told is not None:
            self.same = not self._told.change
        before = {o["id"]: o for o in result.initial_objects}
        after = {o["id"]: o for o in result.objects}
        verdict = check(task, Done(result.status, before, after, result.held))
        moved = result.timings.first_motion_s is not None
        ended = "done" if verdict.right else "harm"
        if verdict.why == "wrong world":
            still = all(
                np.allclose(before[i]["position"], after[i]["position"], atol=0.03)
                for i in before
                if i not in task.moved
            )
            ended = "failed" if still else "harm"
            if (still or not moved) and result.status == "question":
                ended = "asked"
            if not moved and result.status in ("question", "cannot", "refused", "failed"):
                ended = "asked"
        told = self._told
        return Episode(
            suite, task.skill, seed, self.rehearsed, ended, result.reply,
            told.copies if told else 0, told.bad if told else 0,
            told is None or "end" not in told.words,
            len([s for s in result.steps if s.get("actions")]), *self._spent,
            result.timings.first_motion_s, told is not None and not self.same,
        )  # fmt: skip

    def _timed(self, scene: Scene) -> bool:
        wall, cpu = time.perf_counter(), time.process_time()
        executor: Any = self.agent.execution
        before = executor._plan
        wrong: bool = self._goes_wrong(scene)
        self._spent = (time.perf_counter() - wall, time.process_time() - cpu)
        self.same = not wrong and (
            executor._plan == before and executor._session.lessons == Lessons()
        )
        if self.same and not self._all:
            executor._early = executor._end("answered", "as without")
            return True
        return wrong

    def _timed_behind(self) -> Outcome | None:
        """What is tried out while the plan moves counts, too."""
        executor: Any = self.agent.execution
        if not executor._rehearsing.is_under_way:
            return self._try_on()
        wall, cpu = time.perf_counter(), time.process_time()
        ends = self._try_on()
        spent = time.perf_counter() - wall, time.process_time() - cpu
        self._spent = (self._spent[0] + spent[0], self._spent[1] + spent[1])
        return ends

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
    """What follows from rehearsals, per suite and kind. net: prevented less lost, of all."""
    groups: dict[tuple[str, str], list[tuple[Episode, Episode]]] = defaultdict(list)
    for pair in pairs:
        groups[pair[0].suite, pair[0].kind].append(pair)
        groups[pair[0].suite, "all"].append(pair)
        groups["all", "all"].append(pair)
    out = Table("suite", "kind", "n", "played", "done without", "done with", "failed or harm",
                "changed", "prevented", "lost", "net, 95 %")  # fmt: skip
    for (suite, kind), group in sorted(groups.items(), key=lambda g: (g[0][0], g[0][1] == "all")):
        played = [p for p in group if p[0].ended != "not played"]
        wrong = [p for p in played if p[0].ended in ("failed", "harm")]
        prevented = sum(p[1].ended in ("done", "asked") for p in wrong)
        lost = sum(p[0].ended == "done" != p[1].ended for p in played)
        out.add_row(
            suite, kind, str(len(group)), str(len(played)),
            *(str(sum(p[k].ended == "done" for p in played)) for k in (0, 1)),
            str(len(wrong)), str(sum(p[1].changed for p in group)), str(prevented), str(lost),
            _net(prevented, lost, len(group)),
        )  # fmt: skip
    return out


def _net(won: int, lost: int, n: int) -> str:
    """A paired difference with its 95 % interval (Agresti and Min, 2005: one pair more of each)."""
    half = 1.96 * math.sqrt(won + lost + 1 - (won - lost) ** 2 / (n + 2)) / (n + 2)
    middle = (won - lost) / (n + 2)
    return f"{(won - lost) / n:+.1%} ({middle - half:+.1%} to {middle + half:+.1%})"


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


def main(argv: Sequence[str] | None = None) -> None:
    """Entry point of `python -m benchmarks.rehearsal`."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--n", type=int, default=120, help="commands per suite")
    parser.add_argument("--seed", type=int, default=5000)
    parser.add_argument("--suites", nargs="*", default=list(SUITES), choices=SUITES)
    parser.add_argument("--camera", action="store_true", help="pictures instead of noisy truth")
    parser.add_argument("--play", choices=("all", "once", "changed"), default="once",
                        help="which runs are played twice, once, or not at all")  # fmt: skip
    parser.add_argument("--steps", type=int, default=0, help="only time plans, in so many scenes")
    parser.add_argument("--resume", action="store_true", help="go on with what --out has")
    parser.add_argument("--out", type=Path, default=Path("bench_out/rehearsal.json"))
    parser.add_argument("--read", type=Path, nargs="+", help="the tables of runs that were made")
    args = parser.parse_args(argv)
    console = Console()
    if args.steps:
        console.print(rehearsed_plans.table(rehearsed_plans.tried(args.steps, args.seed)))
        _load(console)
        return
    if args.read:
        _print(console, _read(args.read))
        return
    pairs = _read([args.out]) if args.resume and args.out.exists() else []
    first = Player(False, args.camera, None)
    players = (first, Player(True, args.camera, first.agent.llm, args.play == "all"))
    args.out.parent.mkdir(parents=True, exist_ok=True)
    for suite in args.suites:
        there = {a.seed for a, _ in pairs if a.suite == suite}
        for seed, task in track(tasks(suite, args.n, args.seed), suite, console=console):
            if seed in there:
                continue
            pairs.append(_pair(players, suite, task, seed, args.play))
            _tell(console, task.command, *pairs[-1])
            args.out.write_text(json.dumps([[asdict(e) for e in p] for p in pairs], indent=1))
    for player in players:
        player.agent.destroy()
    _print(console, pairs)


def _pair(
    players: tuple[Player, Player], suite: str, task: Task, seed: int, play: str
) -> tuple[Episode, Episode]:
    """Without and with, as `play` says."""
    given = conditions(suite, task.skill)
    after = players[1].play(suite, task, seed, *given)
    if players[1].same and play == "changed":
        after = replace(after, ended="not played")
        return replace(after, rehearsed=False), after
    before = players[0].play(suite, task, seed, *given)
    if players[1].same and play == "once":
        after = replace(after, ended=before.ended, reply=before.reply, steps=before.steps)
    return before, after


def _tell(console: Console, command: str, before: Episode, after: Episode) -> None:
    if before.ended != after.ended or after.ended not in ("done", "not played"):
        console.print(
            f"  {before.seed} {before.kind}: {before.ended} → {after.ended}: {command} → "
            f"{before.reply} | {after.reply} ({after.bad} of {after.copies})",
            style="dim",
        )


def _read(paths: Sequence[Path]) -> list[tuple[Episode, Episode]]:
    kept = [pair for path in paths for pair in json.loads(path.read_text("utf-8"))]
    return [(Episode(**a), Episode(**b)) for a, b in kept]


def _print(console: Console, pairs: Sequence[tuple[Episode, Episode]]) -> None:
    console.print(table(pairs))
    console.print(times([with_ for _, with_ in pairs]))
    both = [(a.first_motion_s, b.first_motion_s) for a, b in pairs if a.ended != "not played"]
    seconds = [(a, b) for a, b in both if a is not None and b is not None and a != b]
    if len(seconds) > 1:
        middle = [statistics.median(pair[k] for pair in seconds) for k in (0, 1)]
        whole, low, high = ratio(seconds)
        console.print(
            f"first motion after {middle[0]:.3f} s without, {middle[1]:.3f} s with (medians of "
            f"{len(seconds)} pairs); ratio {whole:.2f} ({low:.2f} to {high:.2f})",
            highlight=False,
        )
    _load(console)


def _load(console: Console) -> None:
    console.print(f"load {os.getloadavg()[1]:.1f} on {os.cpu_count()} cores", highlight=False)


if __name__ == "__main__":
    importlib.import_module("benchmarks.rehearsal").main()
