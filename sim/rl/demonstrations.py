"""What an environment's oracle shows: whole episodes, seeded by the run.

Knows: how many episodes make so many steps. Does not know: who learns from them.
"""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np

from llmagentos.errors import TrainingError
from sim.rl.learner import Task
from sim.rl.rollouts import EpisodeJob, Oracle, RandomPolicy, Transitions, Workers, run_episode

#: Episodes played to measure the scale of observations.
_MEASURED = 10
#: An oracle that takes no step in so many episodes shows nothing.
_PATIENCE = 1000


def demonstrations(
    task: Task, steps: int, workers: Workers, shown_by: Oracle, what: str
) -> list[Transitions]:
    """Episodes with at least so many steps in all; the last may go over.

    what: a name, from which with the run's seed the episodes' seeds follow; another name shows
    other episodes. They do not depend on the number of workers.
    """
    rng = np.random.default_rng([task.seed, zlib.crc32(what.encode())])
    out: list[Transitions] = []
    left, longest = steps, 1
    while left > 0:
        count = max(1, left // (2 * longest)) if out else 1
        seeds = [int(s) for s in rng.integers(2**31, size=count)]
        results = workers.run([EpisodeJob(task.env, shown_by, s, True) for s in seeds])
        for result in results:
            if left > 0 and result.transitions is not None:
                out.append(result.transitions)
                left -= result.steps
                longest = max(longest, result.steps)
        if len(out) >= _PATIENCE and left >= steps:
            raise TrainingError("expected demonstrations with at least one step, got none")
    return out


def shown_observations(task: Task) -> list[Any]:
    """Observations of some episodes, half by the oracle where there is one, half at random."""
    rng = np.random.default_rng([task.seed, zlib.crc32(b"scales")])
    env = task.env.make()
    oracle = env.has_wrapper_attr("oracle")
    env.close()
    out: list[Any] = []
    for i in range(_MEASURED):
        policy = Oracle(0.3) if oracle and i % 2 else RandomPolicy()
        kept = run_episode(EpisodeJob(task.env, policy, int(rng.integers(2**31)), True)).transitions
        out += [] if kept is None else kept.observations
    return out
