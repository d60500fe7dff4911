"""The loop of a training run: learn a stretch, evaluate, keep, and so on to the end.

Knows: seeds, stretches and when to write. Does not know: algorithms (sim/rl/learner.py has their
table) or pictures' looks (sim/rl/curves.py).

A run is a chain of stretches of `every` steps. Each begins with a fresh episode and generators
seeded from (seed, steps done), so a run that was stopped and resumed is the run that never
stopped, bit for bit on the same machine.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from sim.jobs import one_thread
from sim.rl.curves import draw_run
from sim.rl.learner import Task, algorithm, check_pair
from sim.rl.rollouts import EpisodeJob, EpisodeResult, Policy, Workers, close_worlds
from sim.rl.runs import Run, RunPlan

#: First seeds of the episodes that judge a run while it trains, and afterwards. Training draws its
#: own from (seed, steps), over the whole 32 bits.
JUDGED_FROM, HELD_OUT_FROM = 1_000_000, 2_000_000
#: Told after each report of the learner and each evaluation: steps done, the newest figures.
OnProgress = Callable[[int, dict[str, float]], None]


def stretch_seed(seed: int, steps: int) -> int:
    """Of everything random in the stretch that begins after so many steps: 32 bits."""
    return int(np.random.SeedSequence([seed, steps]).generate_state(1)[0])


def judged(
    env: Any, policy: Policy, episodes: int, workers: Workers, first: int = JUDGED_FROM
) -> list[EpisodeResult]:
    """Episodes of a policy from seeds `first`, `first` + 1, ..."""
    return workers.run([EpisodeJob(env, policy, first + i) for i in range(episodes)])


def train(
    folder: Path,
    plan: RunPlan | None = None,
    *,
    steps: int | None = None,
    workers: int = 1,
    ray: str | None = None,
    on_progress: OnProgress = lambda steps, figures: None,
) -> dict[str, Any]:
    """Train by `plan` into a new folder, or without one go on with the run that is there.

    steps: a new goal for the run that goes on. workers, ray: who plays demonstrations and
    evaluations (sim.jobs.executor); the result does not depend on them. Returns run.json's figures.

    Raises TrainingError for a pair of algorithm and environment that cannot learn, a folder that
    holds a run already, and settings that are none; EnvError, FileError, JobError, ClusterError,
    MissingDependencyError.
    """
    one_thread()
    given = plan
    if given is not None:
        check_pair(algorithm(given.algo), given.env, given.prefill)
    row = algorithm(given.algo if given else Run.open(folder).plan.algo)
    module = row.load()
    with Workers(workers, ray) as pool:
        run = Run.create(folder, given) if given is not None else Run.open(folder, steps)
        plan = run.plan
        task = Task(plan.algo, plan.env, plan.seed, plan.steps, plan.prefill, workers)
        try:
            learner = module.make(task, plan.settings, run.state())
        except Exception:
            if given is not None:
                run.forget()  # so that the corrected command finds its folder new
            raise
        run.note(settings=learner.settings)
        try:
            _go(run, learner, pool, on_progress)
        finally:
            learner.close()
            close_worlds()
            run.close()
    return run.figures


def _go(run: Run, learner: Any, pool: Workers, on_progress: OnProgress) -> None:
    plan = run.plan
    before = run.rows[-1]["seconds"] if run.rows else 0.0
    started = time.monotonic()

    def tell(done: int) -> None:
        on_progress(done, run.rows[-1] if run.rows else {})

    while learner.steps < plan.steps:
        count = min(plan.every, plan.steps - learner.steps)
        seed = stretch_seed(plan.seed, learner.steps)
        told = learner.learn(count, seed, pool, tell)
        results = judged(plan.env, learner.policy(), plan.episodes, pool)
        row = {
            "steps": learner.steps,
            "success": float(np.mean([r.success for r in results])),
            "reward": float(np.mean([r.reward for r in results])),
            "episode_steps": float(np.mean([r.steps for r in results])),
            "seconds": round(before + time.monotonic() - started, 2),
            **told,
        }
        run.add(row)
        run.checkpoint(learner)
        draw_run(run.folder, run.plan, run.rows)
        tell(learner.steps)
