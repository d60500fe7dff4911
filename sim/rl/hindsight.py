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
import multiprocessing
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import DriverError
from sim.envs.corrections import CorrectionEnv
from sim.rl.outcomes import Learner, Steps
from sim.rl.policy_file import declared, gates_of, write_policy
from sim.skill_conditions import JUDGED_FROM, PRACTICE
from sim.skill_trials import SKILLS

#: Trials in a row for one process: they share their things.
_PART = 8
Rows = NDArray[np.float32]

_env: CorrectionEnv | None = None


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


def collect(skill: str, trials: Sequence[int]) -> list[dict[str, Any]]:
    """Carry out practice trials by number with random corrections; one row a decision."""
    global _env
    if _env is None or _env.skill != skill:
        _env = CorrectionEnv(skill, PRACTICE[skill])
    rows: list[dict[str, Any]] = []
    for trial in trials:
        rng = np.random.default_rng([trial, 0x41D])
        try:
            seen, _ = _env.reset(options={"trial": trial})
        except DriverError:  # the seed's scene has nothing for the skill
            continue
        over = False
        while not over:
            action = explored(skill, seen, rng)
            after, _, over, _, info = _env.step(action)
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
    processes: int,
    out: Path,
    name: str,
    kept: Sequence[Path] = (),
) -> dict[str, Any]:
    """Collect so many trials, learn from them and from what was kept of others, and write policy and
    steps.npz. The same seed gives the same weights with any number of processes. Returns figures."""
    started = time.time()
    command = f"python -m sim.rl.hindsight --skill {skill} --seed {seed} --trials {trials}"
    command += "".join(f" --steps {file}" for file in kept)
    out.mkdir(parents=True, exist_ok=True)
    parts_kept = [_load(file) for file in kept]
    if trials:
        first = (seed * 10_000) % JUDGED_FROM
        numbers = list(range(first, first + trials))
        parts = [(skill, numbers[i : i + _PART]) for i in range(0, trials, _PART)]
        rows: list[dict[str, Any]] = []
        with multiprocessing.get_context("spawn").Pool(processes) as pool:
            for done in pool.imap(_collect, parts):
                rows += done
                if rows:
                    np.savez_compressed(out / "steps.npz", **arrays(rows))  # type: ignore[arg-type]
                print(f"{len(rows)} decisions, {time.time() - started:.0f} s", flush=True)
        parts_kept.append(_load(out / "steps.npz"))
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


def _load(file: Path) -> Steps:
    with np.load(file) as kept:
        return dict(kept)


def _collect(part: tuple[str, Sequence[int]]) -> list[dict[str, Any]]:
    return collect(*part)


def main(argv: Sequence[str] | None = None) -> None:
    """Entry point of `python -m sim.rl.hindsight`."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--skill", choices=sorted(SKILLS), required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--trials", type=int, default=120)
    parser.add_argument(
        "--steps", type=Path, nargs="*", default=[], help="steps.npz of earlier runs, too"
    )
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--name", default="", help="of the policy, SKILL-h1 without it")
    parser.add_argument("--out", type=Path, default=None, help="runs/NAME without it")
    args = parser.parse_args(argv)
    if not args.steps and args.trials < 1:
        parser.error(f"expected trials or steps of earlier ones, got {args.trials} trials")
    name = args.name or f"{args.skill}-h1"
    out = args.out or Path("runs") / name
    print(train(args.skill, args.seed, args.trials, args.processes, out, name, args.steps))


if __name__ == "__main__":
    main()
