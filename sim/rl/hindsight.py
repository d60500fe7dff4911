"""Trains a policy that corrects a scripted skill from what is known after the act:
`python -m sim.rl.hindsight --skill push`.

Knows: how practice trials are carried out and kept. Does not know: what a trial is
(sim.envs.corrections), what is learned from it (sim.rl.outcomes), how a policy gets into plans
(llmagentos.skills.learned).

A trial takes a second, and its reward says little, but after each decision the simulator knows where
the thing was. So a model of outcomes is fitted to random corrections, and the policy is trained
inside that model, by gradient: a contextual bandit whose every step is used for all actions.

A correction is only learned, and made, where something tells hidden physics from nominal: after a
first attempt; of pushes also for what rolls. All else is left as scripted.
Judge the result with `python -m benchmarks.residual --suites tough`; this only learns.
"""

from __future__ import annotations

import argparse
import importlib
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import DriverError, LLMAgentOSError
from sim.envs.corrections import CorrectionEnv
from sim.jobs import Executor, executor
from sim.rl.outcomes import Learner, Steps
from sim.rl.policy_file import declared, gates_of, write_policy
from sim.skill_conditions import JUDGED_FROM, PRACTICE
from sim.skill_trials import SKILLS

#: Trials in a row for one process: they share their things.
_PART = 8
Rows = NDArray[np.float32]


def explored(skill: str, seen: Rows, rng: np.random.Generator) -> Rows:
    """A random correction, shares of the bounds; of a pick none at the first grasp, then a shift and
    often a turn."""
    wide = len(declared(skill).adjustables)
    action = np.zeros(wide, np.float32)
    if skill == "push":
        action[:] = rng.uniform((-0.9, -1.0), (0.3, 0.2))
    elif seen[gates_of(skill)].any():
        action[:2] = rng.normal(0.0, 0.4, 2)
        action[2] = rng.choice((0.0, 0.0, 1.0, -1.0))
    return np.clip(action, -1, 1)


@dataclass(frozen=True)
class Practice:
    """Trials by number, one job."""

    trials: tuple[int, ...]

    def __str__(self) -> str:
        return f"practice trials {self.trials[0]} to {self.trials[-1]}"


class Collector:
    """Carries out practice trials with random corrections in a world that is made with the first
    job and kept."""

    def __init__(self, skill: str) -> None:
        self._skill = skill
        self._env: CorrectionEnv | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        return Collector, (self._skill,)

    def __call__(self, job: Practice) -> list[dict[str, Any]]:
        """One row a decision."""
        self._env = self._env or CorrectionEnv(self._skill, PRACTICE[self._skill])
        return [row for trial in job.trials for row in _practised(self._env, trial)]

    def close(self) -> None:
        """Give the world back, where one was made."""
        if self._env is not None:
            self._env.close()
            self._env = None


def _practised(env: CorrectionEnv, trial: int) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    rng = np.random.default_rng([trial, 0x41D])
    try:
        seen, _ = env.reset(options={"trial": trial})
    except DriverError:  # the seed's scene has nothing for the skill
        return rows
    over = False
    while not over:
        action = explored(env.skill, seen, rng)
        after, _, over, _, info = env.step(action)
        row = {"trial": trial, "seen": seen, "action": action, "good": False}
        rows.append({**row, "before": info["before"], "after": info["after"]})
        seen = after
    rows[-1]["good"] = bool(info["outcome"].success)
    return rows


def arrays(rows: Sequence[dict[str, Any]]) -> Steps:
    """All decisions as arrays."""
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def train(
    skill: str,
    seed: int,
    trials: int,
    workers: Executor,
    out: Path,
    name: str,
    kept: Sequence[Path] = (),
) -> dict[str, Any]:
    """Collect so many trials, learn from them and from what was kept of others, and write policy and
    steps.npz. The same seed gives the same weights whoever carries trials out. Returns figures."""
    command = f"python -m sim.rl.hindsight --skill {skill} --seed {seed} --trials {trials}"
    command += "".join(f" --steps {file}" for file in kept)
    out.mkdir(parents=True, exist_ok=True)
    parts_kept = [_load(file) for file in kept]
    if trials:
        first = (seed * 10_000) % JUDGED_FROM
        numbers = range(first, first + trials)
        jobs = [Practice(tuple(numbers[i : i + _PART])) for i in range(0, trials, _PART)]
        parts_kept.append(_collected(skill, jobs, workers, out / "steps.npz"))
    learned = {name: np.concatenate([part[name] for part in parts_kept]) for name in parts_kept[0]}
    learner = Learner(skill, seed)
    figures: dict[str, Any] = {
        "trials": len(np.unique(learned["trial"])),
        "decisions": len(learned["trial"]),
        **{k: v if isinstance(v, list) else round(v, 4) for k, v in learner.fit(learned).items()},
    }
    write_policy(
        out, name, skill, ("panda",), learner.layers(), declared(skill), command, figures, seed
    )
    return figures


def _collected(skill: str, jobs: Sequence[Practice], workers: Executor, file: Path) -> Steps:
    """All decisions, kept in a file as they come."""
    started, done = time.monotonic(), dict[int, list[dict[str, Any]]]()

    def seen(number: int, rows: list[dict[str, Any]]) -> None:
        done[number] = rows
        there = [row for part in sorted(done) for row in done[part]]
        if there:
            np.savez_compressed(file, **arrays(there))  # type: ignore[arg-type]
        print(f"{len(there)} decisions, {time.monotonic() - started:.0f} s", flush=True)

    collector = Collector(skill)
    try:
        workers.run(collector, jobs, seen)
    finally:
        collector.close()
    return _load(file)


def _load(file: Path) -> Steps:
    with np.load(file) as kept:
        return dict(kept)


def main(argv: Sequence[str] | None = None) -> None:
    """Entry point of `python -m sim.rl.hindsight`."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--skill", choices=sorted(SKILLS), required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--trials", type=int, default=120)
    parser.add_argument(
        "--steps", type=Path, nargs="*", default=[], help="steps.npz of earlier runs, too"
    )
    parser.add_argument("--processes", type=int, help="all cores without it")
    parser.add_argument(
        "--ray", action="store_true", help="over the Ray cluster here, else a new one"
    )
    parser.add_argument("--ray-address", metavar="HOST:PORT", help="over the Ray cluster there")
    parser.add_argument("--name", default="", help="of the policy, SKILL-h1 without it")
    parser.add_argument("--out", type=Path, default=None, help="runs/NAME without it")
    args = parser.parse_args(argv)
    if not args.steps and args.trials < 1:
        parser.error(f"expected trials or steps of earlier ones, got {args.trials} trials")
    name = args.name or f"{args.skill}-h1"
    out = args.out or Path("runs") / name
    ray = args.ray_address or ("" if args.ray else None)
    count = 1 if ray is not None else args.processes or os.cpu_count() or 1
    try:
        with executor(count, ray) as workers:
            print(train(args.skill, args.seed, args.trials, workers, out, name, args.steps))
    except LLMAgentOSError as error:
        parser.error(str(error))


if __name__ == "__main__":
    # by its own name: what "__main__" holds cannot be sent to other machines
    importlib.import_module("sim.rl.hindsight").main()
