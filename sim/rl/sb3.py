"""DQN, PPO, and SAC with hindsight goals (alone, and as a residual), by Stable-Baselines3.

Knows: how its algorithms fit the training loop's stretches, and oracle transitions for a replay
buffer. Does not know: run folders. Names of settings are Stable-Baselines3's own; `net` and
`layers` are the width and number of hidden layers of every network.
"""

from __future__ import annotations

import io
import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
from gymnasium import spaces
from stable_baselines3 import DQN, PPO, SAC, HerReplayBuffer
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.logger import Logger
from stable_baselines3.common.utils import set_random_seed
from stable_baselines3.common.vec_env import DummyVecEnv, SubprocVecEnv, VecTransposeImage

from llmagentos.files import read_json, refusing, write_text
from sim.rl.demonstrations import demonstrations, shown_observations
from sim.rl.learner import Report, Settings, Task, merged
from sim.rl.networks import ScaledExtractor, measured
from sim.rl.rollouts import Oracle, Policy, Transitions, Workers

#: Most that a replay buffer may take; it gets shorter for pictures.
_BUFFER_BYTES = 1_500_000_000
#: Updates between two copies of DQN's network to its target while it learns from demonstrations.
_SYNCED = 50
_SAC: dict[str, Any] = {
    "net": 64,
    "layers": 2,
    "learning_rate": 1e-3,
    "buffer_size": 100_000,
    "batch_size": 256,
    "gamma": 0.95,
    "tau": 0.05,
    "train_freq": 1,
    "gradient_steps": 1,
    "learning_starts": 500,
    "ent_coef": "auto_0.1",
    "n_sampled_goal": 4,
    "demonstration_noise": 0.1,
    "pretrain": 0,
}
#: Defaults by algorithm. pretrain: gradient steps on the demonstrations before the first step of
#: its own; demonstration_noise: see sim.rl.rollouts.Oracle.
DEFAULTS: dict[str, dict[str, Any]] = {
    "dqn": {
        "net": 128,
        "layers": 2,
        "learning_rate": 1e-3,
        "buffer_size": 100_000,
        "batch_size": 128,
        "gamma": 0.95,
        "train_freq": 4,
        "gradient_steps": 1,
        "target_update_interval": 500,
        "learning_starts": 500,
        "exploration_initial_eps": 1.0,
        "exploration_final_eps": 0.05,
        "exploration_fraction": 0.4,
        "demonstration_noise": 0.1,
        "pretrain": 0,
    },
    "ppo": {
        "net": 64,
        "layers": 2,
        "n_envs": 4,
        "learning_rate": 5e-4,
        "n_steps": 256,
        "batch_size": 128,
        "n_epochs": 10,
        "gamma": 0.95,
        "gae_lambda": 0.9,
        "clip_range": 0.2,
        "ent_coef": 0.0,
        "log_std_init": -0.5,
    },
    "sac-her": _SAC,
    "residual": _SAC,
}
_CLASSES: dict[str, Any] = {"dqn": DQN, "ppo": PPO, "sac-her": SAC, "residual": SAC}
#: Ours, not an argument of Stable-Baselines3's class.
_OURS = (
    *("net", "layers", "n_envs", "log_std_init"),
    *("n_sampled_goal", "demonstration_noise", "pretrain"),
)


class Sb3Policy(Policy):
    """A policy of Stable-Baselines3, without exploration."""

    def __init__(self, network: Any) -> None:
        self.network = network

    def act(self, observation: Any) -> Any:
        """The mean or best action, within the environment's space."""
        return self.network.predict(observation, deterministic=True)[0]

    def __copy__(self) -> Sb3Policy:
        return Sb3Policy(self.network)

    def __getstate__(self) -> dict[str, Any]:
        # as bytes: PyTorch would send tensors in shared memory, and refuses those of a gradient
        packed = io.BytesIO()
        self.network.save(packed)
        return {"kind": type(self.network), "packed": packed.getvalue()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        torch.set_num_threads(1)
        self.network = state["kind"].load(io.BytesIO(state["packed"]), device="cpu")


class _Watch(BaseCallback):
    """Reports, and lets schedules end with the run instead of with the stretch."""

    def __init__(self, total: int, report: Report) -> None:
        super().__init__()
        self._total, self._report = total, report

    def _on_training_start(self) -> None:
        self.model._total_timesteps = self._total

    def _on_step(self) -> bool:
        if self.n_calls % 100 == 0:
            self._report(self.model.num_timesteps)
        return True


class Sb3Learner:
    """A learner (sim/rl/learner.py) around one of Stable-Baselines3's algorithms."""

    def __init__(self, task: Task, settings: Settings, folder: Path | None) -> None:
        torch.set_num_threads(1)
        self.settings = merged(DEFAULTS[task.algo], settings)
        self._task = task
        self._env = self._worlds()
        self._prefilled = folder is not None
        self.model: Any  # BaseAlgorithm lacks what DQN and SAC share
        if folder is None:
            self.model = self._new()
        else:
            self.model = _CLASSES[task.algo].load(folder / "model.zip", env=self._env, device="cpu")
            if (folder / "replay.pkl").exists():
                self.model.load_replay_buffer(folder / "replay.pkl", truncate_last_traj=False)
        self.model.set_logger(Logger(None, []))

    @property
    def steps(self) -> int:
        """Environment steps done, without the oracle's."""
        return int(self.model.num_timesteps)

    def learn(self, steps: int, seed: int, workers: Workers, report: Report) -> dict[str, float]:
        """One call of `learn` of Stable-Baselines3, from fresh episodes and seeded generators."""
        set_random_seed(seed)
        self.model.action_space.seed(seed)
        self._env.seed(seed)
        self.model._last_obs = None
        if not self._prefilled:
            self._prefill(workers)
        buffer = getattr(self.model, "replay_buffer", None)
        if isinstance(buffer, HerReplayBuffer):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)  # that it does what it is asked to
                buffer.truncate_last_trajectory()
        watch = _Watch(max(self._task.total, self.steps + steps), report)
        self.model.learn(steps, watch, log_interval=None, reset_num_timesteps=False)
        told = dict(self.model.logger.name_to_value)
        self.model.logger.name_to_value.clear()
        self.model.logger.name_to_count.clear()
        return {
            k.removeprefix("train/"): float(v)
            for k, v in told.items()
            if k.startswith("train/") and isinstance(v, float | int | np.number)
        }

    def policy(self) -> Sb3Policy:
        """The present network; it goes on learning."""
        return Sb3Policy(self.model.policy)

    def save(self, folder: Path) -> None:
        """policy.pt and policy.json, of which `load_policy` is made."""
        self.model.policy.save(str(folder / "policy.pt"))
        row = {"algo": self._task.algo, "policy": self._name()}
        write_text(folder / "policy.json", json.dumps(row))

    def save_memory(self, folder: Path) -> None:
        """model.zip, with the optimizers, and replay.pkl where there is a replay buffer."""
        self.model.save(folder / "model.zip")
        if getattr(self.model, "replay_buffer", None) is not None:
            self.model.save_replay_buffer(folder / "replay.pkl")

    def close(self) -> None:
        """Close the worlds."""
        self._env.close()

    def _worlds(self) -> Any:
        count = self.settings.get("n_envs", 1)
        makers = [self._task.env.make] * count
        # the same episodes either way: every world has its own seed
        if count > 1 and self._task.workers > 1:
            return SubprocVecEnv(makers, start_method="spawn")
        return DummyVecEnv(makers)

    def _new(self) -> Any:
        space = self._env.observation_space
        seen = shown_observations(self._task)
        options: dict[str, Any] = {k: v for k, v in self.settings.items() if k not in _OURS}
        net = [self.settings["net"]] * self.settings["layers"]
        policy: dict[str, Any] = {"net_arch": net}
        if not isinstance(space, spaces.Discrete | spaces.MultiDiscrete):
            policy["features_extractor_class"] = ScaledExtractor
            policy["features_extractor_kwargs"] = {"scales": measured(space, seen)}
        if "log_std_init" in self.settings and isinstance(self._env.action_space, spaces.Box):
            policy["log_std_init"] = self.settings["log_std_init"]
        if "buffer_size" in options:
            options["buffer_size"] = min(options["buffer_size"], _BUFFER_BYTES // _bytes(space))
        goals = isinstance(space, spaces.Dict) and "desired_goal" in space.spaces
        if _CLASSES[self._task.algo] is SAC and goals:
            options["replay_buffer_class"] = HerReplayBuffer
            options["replay_buffer_kwargs"] = {
                "n_sampled_goal": self.settings["n_sampled_goal"],
                "copy_info_dict": self._task.env.reward == "shaped",  # its reward reads them
            }
        set_random_seed(self._task.seed)
        return _CLASSES[self._task.algo](
            self._name(),
            self._env,
            policy_kwargs=policy,
            seed=self._task.seed,
            device="cpu",
            **options,
        )

    def _name(self) -> str:
        goals = isinstance(self._env.observation_space, spaces.Dict)
        return "MultiInputPolicy" if goals else "MlpPolicy"

    def _prefill(self, workers: Workers) -> None:
        self._prefilled = True
        if not self._task.prefill:
            return
        oracle = Oracle(self.settings["demonstration_noise"])
        for shown in demonstrations(self._task, self._task.prefill, workers, oracle, "prefill"):
            self._remember(shown)
        self.model.learning_starts = 0
        self.model._current_progress_remaining = 1.0
        left = self.settings["pretrain"]
        while left > 0:
            count = min(left, _SYNCED)
            self.model.train(count, self.model.batch_size)
            if isinstance(self.model, DQN):  # its target follows steps, of which there are none
                self.model.q_net_target.load_state_dict(self.model.q_net.state_dict())
            left -= count

    def _remember(self, shown: Transitions) -> None:
        """An oracle's episode into the replay buffer, as if the policy had done it."""
        model = self.model
        count = len(shown.actions)
        for i, action in enumerate(shown.actions):
            last = i + 1 == count
            stored = np.asarray(action)[None]
            if isinstance(model.action_space, spaces.Box):
                stored = model.policy.scale_action(stored)
            now, after = (self._batch(shown.observations[j]) for j in (i, i + 1))
            info = {**shown.infos[i], "TimeLimit.truncated": last and not shown.terminated}
            gained, ended = np.array([shown.rewards[i]]), np.array([last])
            model.replay_buffer.add(now, after, stored, gained, ended, [info])

    def _batch(self, observation: Any) -> Any:
        """As the vector environment would give it: one row, pictures channels first."""
        if isinstance(observation, dict):
            out: Any = {k: np.asarray(v)[None] for k, v in observation.items()}
        else:
            out = np.asarray(observation)[None]
        env = self.model.get_env()
        return env.transpose_observations(out) if isinstance(env, VecTransposeImage) else out


def _bytes(space: Any) -> int:
    """Of one transition in a replay buffer: two observations."""
    parts = space.spaces.values() if isinstance(space, spaces.Dict) else [space]
    sizes = [int(np.prod(p.shape or (1,))) * np.dtype(p.dtype).itemsize for p in parts]
    return 2 * sum(sizes) + 64


def make(task: Task, settings: Settings, folder: Path | None = None) -> Sb3Learner:
    """A new learner, or the one that `save` and `save_memory` wrote into `folder`."""
    return Sb3Learner(task, settings, folder)


def load_policy(folder: Path) -> Sb3Policy:
    """The policy that `Sb3Learner.save` wrote; no environment is needed."""
    torch.set_num_threads(1)
    row = read_json(folder / "policy.json", "a policy (policy.json)")
    kind = _CLASSES[row["algo"]].policy_aliases[row["policy"]]
    with refusing(folder / "policy.pt", "a policy (policy.pt)"):
        return Sb3Policy(kind.load(str(folder / "policy.pt"), device="cpu"))
