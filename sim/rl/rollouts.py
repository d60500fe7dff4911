"""Whole episodes as jobs: what to play in which environment by which policy from which seed.

Knows: how one episode is played and how jobs are shared among processes. Does not know: learning.
Every job carries its own seed and starts from a reset, so the results are the same, in the order
of the jobs, whoever plays them: this process, several, or other machines.
"""

from __future__ import annotations

import copy
import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import gymnasium as gym
import numpy as np

from llmagentos.errors import TrainingError
from sim.rl.choice import EnvChoice

#: Worlds that one process keeps open between jobs.
_OPEN = 2


class Policy:
    """What acts in an episode; it must survive pickling. Subclasses fill in `act`."""

    def begin(self, env: gym.Env[Any, Any], seed: int) -> None:
        """A new episode begins in `env`; seed: of whatever is random in the policy."""

    def act(self, observation: Any) -> Any:
        """The action for an observation of the environment's space."""
        raise NotImplementedError

    def wanted(self, action: Any) -> Any:
        """What a learner should imitate where `action` was carried out: the same, mostly."""
        return action


class RandomPolicy(Policy):
    """Uniform actions: the lower bound."""

    def begin(self, env: gym.Env[Any, Any], seed: int) -> None:
        """Draw from `seed`, not from the environment's own space."""
        self._space = env.action_space
        self._space.seed(seed)

    def act(self, observation: Any) -> Any:
        """A random action of the space."""
        return self._space.sample()


class NoCorrection(Policy):
    """Zero everywhere: with a residual environment, its base controller alone."""

    def begin(self, env: gym.Env[Any, Any], seed: int) -> None:
        """Take the shape of the space."""
        self._zero = np.zeros(env.action_space.shape or (), env.action_space.dtype)

    def act(self, observation: Any) -> Any:
        """Zero."""
        return self._zero.copy()


class Oracle(Policy):
    """The environment's own `oracle()`: the demonstrator and the upper bound.

    noise: standard deviation of what is added to continuous actions, chance of a random one among
    discrete actions; `wanted` stays the oracle's own (noise injection, Laskey et al. 2017).
    """

    def __init__(self, noise: float = 0.0) -> None:
        self._noise = noise
        self._wanted: Any = None

    def begin(self, env: gym.Env[Any, Any], seed: int) -> None:
        """Ask this environment. Raises TrainingError where it has no oracle."""
        if not env.has_wrapper_attr("oracle"):
            raise TrainingError(f"expected an environment with an oracle(), got {env}")
        self._shown: Iterator[Any] = env.get_wrapper_attr("oracle")()
        self._space, self._rng = env.action_space, np.random.default_rng(seed)

    def act(self, observation: Any) -> Any:
        """The oracle's action, with noise."""
        self._wanted = next(self._shown)
        if not self._noise:
            return self._wanted
        if isinstance(self._space, gym.spaces.Box):
            noisy = self._wanted + self._rng.normal(0, self._noise, self._space.shape)
            return np.clip(noisy, self._space.low, self._space.high).astype(self._space.dtype)
        if isinstance(self._space, gym.spaces.Discrete) and self._rng.random() < self._noise:
            return np.int64(self._rng.integers(self._space.n))
        return self._wanted

    def wanted(self, action: Any) -> Any:
        """The oracle's own action at the last observation."""
        return self._wanted


@dataclass(frozen=True)
class EpisodeJob:
    """One episode: where, by whom, from which seed; keep: with all observations and actions."""

    env: EnvChoice
    policy: Policy
    seed: int
    keep: bool = False


@dataclass
class Transitions:
    """What happened step by step: n actions, rewards and infos, n + 1 observations. wanted: what a
    learner should imitate in place of the actions."""

    observations: list[Any] = field(default_factory=list)
    actions: list[Any] = field(default_factory=list)
    wanted: list[Any] = field(default_factory=list)
    rewards: list[float] = field(default_factory=list)
    infos: list[dict[str, Any]] = field(default_factory=list)
    terminated: bool = False


@dataclass(frozen=True)
class EpisodeResult:
    """What came of a job. success: `is_success` at the last step. reward: summed."""

    seed: int
    steps: int
    reward: float
    success: bool
    transitions: Transitions | None = None


@lru_cache(maxsize=_OPEN)
def _world(choice: EnvChoice) -> gym.Env[Any, Any]:
    return choice.make()


def close_worlds() -> None:
    """Give back the worlds that this process keeps open between jobs."""
    _world.cache_clear()


def run_episode(job: EpisodeJob) -> EpisodeResult:
    """Play one job to its end, in a world that is kept for the next of the same environment."""
    env = _world(job.env)
    observation, info = env.reset(seed=job.seed)
    policy = copy.copy(job.policy)  # the job stays as it is: it may be sent or played again
    policy.begin(env, job.seed)
    kept = Transitions([observation]) if job.keep else None
    steps, reward, terminated, truncated = 0, 0.0, False, False
    while not (terminated or truncated):
        action = policy.act(observation)
        wanted = policy.wanted(action)
        observation, gained, terminated, truncated, info = env.step(action)
        steps, reward = steps + 1, reward + float(gained)
        if kept is not None:
            kept.observations.append(observation)
            kept.actions.append(action)
            kept.wanted.append(wanted)
            kept.rewards.append(float(gained))
            kept.infos.append(info)
            kept.terminated = bool(terminated)
    return EpisodeResult(job.seed, steps, reward, bool(info.get("is_success")), kept)


class Workers:
    """Processes that play jobs, kept between calls; with one, this process plays them.

    Use it in a `with`, or call `close`.
    """

    def __init__(self, count: int = 1) -> None:
        if count < 1:
            raise TrainingError(f"expected at least one worker, got {count}")
        self.count = count
        self._pool: ProcessPoolExecutor | None = None

    def run(self, jobs: Sequence[EpisodeJob]) -> list[EpisodeResult]:
        """All results, in the order of the jobs. Raises what a job raised; TrainingError where a
        process died."""
        if self.count == 1 or len(jobs) < 2:
            return [run_episode(job) for job in jobs]
        if self._pool is None:
            # not forked: a physics client and PyTorch's threads do not survive a fork
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self.count, context, initializer=one_thread)
        share = max(1, -(-len(jobs) // (4 * self.count)))
        try:
            return list(self._pool.map(run_episode, jobs, chunksize=share))
        except BrokenProcessPool as exc:
            raise TrainingError(f"expected every worker to end its jobs, got: {exc}") from exc

    def close(self) -> None:
        """End the processes."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def run_episodes(jobs: Sequence[EpisodeJob], workers: int = 1) -> list[EpisodeResult]:
    """All jobs by so many processes; results in the order of the jobs, bit for bit the same for
    any number of workers."""
    with Workers(workers) as pool:
        return pool.run(jobs)


def one_thread() -> None:
    """Keep PyTorch, where it gets imported, to one thread: more only fight over small networks."""
    import os

    os.environ.setdefault("OMP_NUM_THREADS", "1")
