"""How good trained runs are: completion, reward and learning speed, with intervals over seeds.

Knows: runs, groups of the same run with other seeds, and intervals. Does not know: printing.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from llmagentos.errors import TrainingError
from sim.rl.choice import EnvChoice, short_name
from sim.rl.curves import Rows, draw_groups, t_half
from sim.rl.learner import algorithm
from sim.rl.rollouts import EpisodeJob, NoCorrection, Oracle, Policy, RandomPolicy, Workers
from sim.rl.runs import RunPlan, newest_policy, read_progress, read_run, steps_to
from sim.rl.training import HELD_OUT_FROM

#: Fewer seeds than this and an interval says little; it is still given, and marked.
ENOUGH_SEEDS = 5
#: Success that learning speed is told for.
SPEED_AT = 0.8


@dataclass(frozen=True)
class Interval:
    """A mean over seeds and its 95 % t interval; low and high are None for a single seed."""

    mean: float
    low: float | None
    high: float | None

    @classmethod
    def of(cls, values: Sequence[float], least: float = -np.inf, most: float = np.inf) -> Interval:
        """Of one value a seed, cut to the range that the values can have."""
        mean = float(np.mean(values))
        if len(values) < 2:
            return cls(mean, None, None)
        half = float(t_half(np.asarray(values, dtype=np.float64)))
        return cls(mean, max(least, mean - half), min(most, mean + half))


@dataclass(frozen=True)
class Group:
    """What came of runs that differ only in their seed.

    steps_to_80: steps at the first evaluation with 80 % success, mean of the runs that got there
    (`reached` of `seeds`), without the oracle's steps of a prefill (`shown`). episodes: held-out
    ones a seed.
    """

    env: str
    algo: str
    options: str
    seeds: list[int]
    episodes: int
    success: Interval
    reward: Interval
    episode_steps: float
    steps: int = 0
    shown: int = 0
    steps_to_80: Interval | None = None
    reached: int = 0
    seconds: float = 0.0
    runs: tuple[str, ...] = ()

    def name(self) -> str:
        """For a legend: environment, algorithm, and what else sets it apart."""
        return " ".join(part for part in (self.env, self.algo, self.options) if part)

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return asdict(self)


def policy_of(folder: Path, best: bool = False) -> tuple[RunPlan, Policy]:
    """A run's plan and its last policy, or that of its best evaluation.

    Raises FileError, MissingDependencyError.
    """
    plan = RunPlan.from_json(read_run(folder)["plan"])
    policy: Policy = algorithm(plan.algo).load().load_policy(newest_policy(folder, best))
    return plan, policy


def evaluate(
    folders: Sequence[Path],
    episodes: int = 100,
    workers: int = 1,
    best: bool = False,
    baselines: bool = False,
    ray: str | None = None,
) -> list[Group]:
    """Held-out episodes of every run, the same ones for all, and the runs grouped.

    workers, ray: who plays them (sim.jobs.executor); the figures do not depend on it. baselines:
    also the oracle, random actions and, for residuals, the base alone, as groups.

    Raises TrainingError where nothing is given, FileError, JobError, ClusterError,
    MissingDependencyError.
    """
    if not folders or episodes < 1:
        raise TrainingError(f"expected runs and episodes, got {len(folders)} and {episodes}")
    groups: dict[str, list[tuple[Path, RunPlan]]] = {}
    results: dict[Path, Any] = {}
    envs: dict[EnvChoice, None] = {}
    with Workers(workers, ray) as pool:
        for folder in dict.fromkeys(folders):
            plan, policy = policy_of(folder, best)
            results[folder] = _played(plan.env, policy, episodes, pool)
            groups.setdefault(_same(plan), []).append((folder, plan))
            envs[plan.env] = None
        out = [_group(members, results, episodes) for members in groups.values()]
        for env in envs if baselines else ():
            out += _baselines(env, episodes, pool)
    return out


def draw(path: Path, groups: Sequence[Group]) -> bool:
    """Learning curves of the groups' runs. False without matplotlib."""
    curves: dict[tuple[str, str], list[Rows]] = {}
    for group in groups:
        if group.runs:
            shown = f", {group.shown:,} shown" if group.shown else ""
            name, number = f"{group.algo}{shown}", 2
            while (group.env, name) in curves:  # other options or another length
                name, number = f"{group.algo}{shown}, {number}", number + 1
            curves[group.env, name] = [read_progress(Path(run)) for run in group.runs]
    return draw_groups(path, curves)


def _played(env: EnvChoice, policy: Policy, episodes: int, pool: Workers) -> Any:
    jobs = [EpisodeJob(env, policy, HELD_OUT_FROM + i) for i in range(episodes)]
    done = pool.run(jobs)
    return np.array([[r.success, r.reward, r.steps] for r in done], dtype=np.float64).mean(axis=0)


def _same(plan: RunPlan) -> str:
    return json.dumps({**plan.to_json(), "seed": None}, sort_keys=True)


def _options(env: EnvChoice, plan: RunPlan | None = None) -> str:
    words = [w for w in (env.robot, env.observation, env.reward) if w]
    words += ["randomized"] if env.randomize else []
    if plan is not None:
        words += [f"prefill {plan.prefill:,}"] if plan.prefill else []
        words += [f"{k}={v}" for k, v in plan.settings.items()]
    return " ".join(words)


def _group(members: list[tuple[Path, RunPlan]], results: Any, episodes: int) -> Group:
    plan = members[0][1]
    table = np.stack([results[folder] for folder, _ in members])
    progress = [read_progress(folder) for folder, _ in members]
    speeds = [s for s in (steps_to(rows, SPEED_AT) for rows in progress) if s is not None]
    return Group(
        env=short_name(plan.env.id),
        algo=plan.algo,
        options=_options(plan.env, plan),
        seeds=[p.seed for _, p in members],
        episodes=episodes,
        success=Interval.of(table[:, 0].tolist(), 0.0, 1.0),
        reward=Interval.of(table[:, 1].tolist()),
        episode_steps=float(table[:, 2].mean()),
        steps=int(np.mean([rows[-1]["steps"] for rows in progress])),
        shown=plan.prefill,
        steps_to_80=Interval.of(speeds, 0.0) if speeds else None,
        reached=len(speeds),
        seconds=float(np.mean([rows[-1]["seconds"] for rows in progress])),
        runs=tuple(str(folder) for folder, _ in members),
    )


def _baselines(env: EnvChoice, episodes: int, pool: Workers) -> list[Group]:
    policies: dict[str, Policy] = {"oracle": Oracle(), "random": RandomPolicy()}
    if env.residual is not None:
        policies["base alone"] = NoCorrection()
    out = []
    for name, policy in policies.items():
        success, reward, steps = _played(env, policy, episodes, pool).tolist()
        alone = Interval(success, None, None), Interval(reward, None, None)
        options = _options(env)
        out.append(Group(short_name(env.id), name, options, [], episodes, *alone, steps))
    return out
