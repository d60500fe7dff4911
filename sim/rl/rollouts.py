"""Whole episodes as jobs: what to play in which environment by which policy from which seed.

Knows: how one episode is played. Does not know: learning, or how jobs are shared out (sim.jobs).
Every job carries its own seed and starts from a reset, so the results are the same, in the order
of the jobs, whoever plays them: this process, several, or other machines.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import gymnasium as gym
import numpy as np

from llmagentos.errors import TrainingError
from sim.jobs import Executor, InProcess, executor
from sim.rl.choice import EnvChoice, short_name

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


class _Turns:
    """Who acts at each step, in stretches of random length. share: of the steps, in the long run, of
    the one; steps: how long its stretches are on average."""

    def __init__(self, share: float, steps: float, rng: np.random.Generator) -> None:
        self._ends = 1 / steps if share < 1 else 0.0
        self._begins = share / (1 - share) / steps if share < 1 else 1.0
        self._rng = rng
        self.mine = share > 0 and bool(rng.random() < share)

    def next(self) -> bool:
        """Whether it is the one's turn."""
        changes = bool(self._rng.random() < (self._ends if self.mine else self._begins))
        self.mine = self.mine != changes
        return self.mine


#: How many steps noise of an oracle lasts on average, where it comes and goes; and how many a policy
#: that is coached acts before its oracle takes over for a while.
_NOISY_STEPS, _OWN_STEPS = 4, 16
#: The share of the steps in which a policy that is coached acts itself.
_OWN_SHARE = 0.75


class Oracle(Policy):
    """The environment's own `oracle()`: the demonstrator and the upper bound.

    noise: standard deviation of what is added to continuous actions, chance of a random one among
    discrete actions; `wanted` stays the oracle's own (noise injection, Laskey et al. 2017). share: of
    the steps in which there is noise, some four in a row: with noise at each step an arm hardly
    ever gets to where a block is grasped or let go, and that is never shown.
    """

    def __init__(self, noise: float = 0.0, share: float = 1.0) -> None:
        self._noise, self._share = noise, share
        self._wanted: Any = None

    def begin(self, env: gym.Env[Any, Any], seed: int) -> None:
        """Ask this environment. Raises TrainingError where it has no oracle."""
        if not env.has_wrapper_attr("oracle"):
            raise TrainingError(f"expected an environment with an oracle(), got {env}")
        self._shown: Iterator[Any] = env.get_wrapper_attr("oracle")()
        self._space, self._rng = env.action_space, np.random.default_rng(seed)
        self._noisy = _Turns(self._share, _NOISY_STEPS, np.random.default_rng([seed, 1]))

    def act(self, observation: Any) -> Any:
        """The oracle's action, with noise."""
        self._wanted = next(self._shown)
        if not self._noise or not self._noisy.next():
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


class Coached(Oracle):
    """Another policy acts, and at each step the oracle tells what it would have done instead (DAgger,
    Ross et al. 2011). Now and then the oracle acts for some steps, so that what comes later is seen
    too while the other does not get there by itself."""

    def __init__(self, learner: Policy) -> None:
        super().__init__()
        self._learner = learner

    def begin(self, env: gym.Env[Any, Any], seed: int) -> None:
        """Both begin. Raises TrainingError where there is no oracle."""
        super().begin(env, seed)
        self._learner = copy.copy(self._learner)
        self._learner.begin(env, seed)
        self._own = _Turns(_OWN_SHARE, _OWN_STEPS, np.random.default_rng([seed, 2]))

    def act(self, observation: Any) -> Any:
        """The other policy's action, or the oracle's."""
        shown, own = super().act(observation), self._learner.act(observation)
        return own if self._own.next() else shown


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


@dataclass(frozen=True)
class _Asked:
    """A job as it is sent: its policy by number, since policies are large and few."""

    env: EnvChoice
    policy: int
    seed: int
    keep: bool

    def __str__(self) -> str:
        return f"{short_name(self.env.id)}, seed {self.seed}"


class _Play:
    """Plays what is asked: the policies go once to each worker."""

    def __init__(self, policies: Sequence[Policy]) -> None:
        self._policies = tuple(policies)

    def __call__(self, asked: _Asked) -> EpisodeResult:
        policy = self._policies[asked.policy]
        return run_episode(EpisodeJob(asked.env, policy, asked.seed, asked.keep))


def play(jobs: Sequence[EpisodeJob], by: Executor) -> list[EpisodeResult]:
    """All results, in the order of the jobs. Raises JobError naming the job that raised, or that no
    worker survived."""
    policies = {id(job.policy): job.policy for job in jobs}
    numbers = {key: number for number, key in enumerate(policies)}
    asked = [_Asked(j.env, numbers[id(j.policy)], j.seed, j.keep) for j in jobs]
    return by.run(_Play(list(policies.values())), asked)


class Workers:
    """What plays jobs, kept between calls: this process for one, processes for more, Ray's cluster
    with `ray`; see sim.jobs.executor, also for what it raises.

    Use it in a `with`, or call `close`.
    """

    def __init__(self, count: int = 1, ray: str | None = None) -> None:
        self._executor = executor(count, ray)
        self._alone = ray is None

    def run(self, jobs: Sequence[EpisodeJob]) -> list[EpisodeResult]:
        """See `play`."""
        # one job is played here: its way to a process and back takes longer
        here = self._alone and len(jobs) < 2
        return play(jobs, InProcess() if here else self._executor)

    def close(self) -> None:
        """End the processes, leave the cluster."""
        self._executor.close()

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def run_episodes(
    jobs: Sequence[EpisodeJob], workers: int = 1, ray: str | None = None
) -> list[EpisodeResult]:
    """All jobs by so many processes, or over Ray; results in the order of the jobs, bit for bit the
    same whoever plays them."""
    with Workers(workers, ray) as pool:
        return pool.run(jobs)
