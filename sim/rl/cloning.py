"""Behaviour cloning: a network imitates the oracle's demonstrations (Pomerleau 1989), which are
played with bursts of noise while the oracle's own action is what is imitated (DART, Laskey et al.
2017), so that the network sees how to come back.

Knows: regression on continuous actions, classification of discrete ones. Does not know: rewards.
Steps are the demonstrations' environment steps; every stretch brings new ones and so many updates
on all that there are. With `data`, a folder of demonstrations that were recorded (sim.data), a stretch
brings so many of its frames in their order, whole episodes, until all are there; none are played.
With `dagger` that share of the steps, after the first stretch, is of episodes in which the network
acts itself for most of the time, and the oracle says at each step what it would have done (Ross et
al. 2011): that shows it its own mistakes.

What is missing to the oracle's action counts by its amount, not by its square: where an oracle does
this on one side of a line and that on the other, the network takes one of them, not the middle.
"""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from gymnasium import spaces
from numpy.typing import NDArray
from torch import Tensor, nn

from llmagentos.errors import TrainingError
from llmagentos.files import read_json, refusing, write_text
from sim.data.demonstrations import Demonstrations, load
from sim.rl.demonstrations import demonstrations, shown_observations
from sim.rl.learner import Report, Settings, Task, merged
from sim.rl.networks import Encoder, is_vector, measured, mlp, parts_of, spaces_of
from sim.rl.rollouts import Coached, Oracle, Policy, Transitions, Workers

#: net, layers: width and number of hidden layers. updates: of each stretch. learning_rate falls to
#: a tenth within a stretch. demonstration_noise, noise_share: see sim.rl.rollouts.Oracle. dagger: the
#: share of steps from episodes in which it acts itself. data: a data set's folder instead of the oracle's episodes.
DEFAULTS: dict[str, Any] = {
    "net": 256,
    "layers": 2,
    "updates": 500,
    "batch_size": 256,
    "learning_rate": 1e-3,
    "demonstration_noise": 0.4,
    "noise_share": 0.25,
    "dagger": 0.0,
    "data": "",
}
Array = NDArray[Any]


class Clone(nn.Module):
    """Encoder and layers; what comes out are actions within their box, or scores of each.

    scales: see `sim.rl.networks.measured`; fine: see `sim.rl.networks.Encoder`.
    """

    def __init__(
        self, observed: Any, acted: Any, scales: Any, width: int, layers: int, fine: bool
    ) -> None:
        super().__init__()
        self.discrete = isinstance(acted, spaces.Discrete)
        self.encoder = Encoder(observed, scales, fine)
        outside = int(acted.n) if self.discrete else int(acted.shape[0])
        self.layers = mlp(self.encoder.width, outside, width, layers)
        if not self.discrete:
            self.register_buffer("low", torch.tensor(acted.low, dtype=torch.float32))
            self.register_buffer("high", torch.tensor(acted.high, dtype=torch.float32))

    def raw(self, observation: dict[str, Tensor]) -> Tensor:
        """Float32 [batch, actions], not yet cut to the box."""
        out: Tensor = self.layers(self.encoder(observation))
        return out

    def forward(self, observation: dict[str, Tensor]) -> Tensor:
        """Actions float32 [batch, n] within the box, or int64 [batch]: the highest score's."""
        raw = self.raw(observation)
        return raw.argmax(dim=1) if self.discrete else torch.clamp(raw, self.low, self.high)


class ClonePolicy(Policy):
    """What the network does."""

    def __init__(self, network: Clone) -> None:
        self.network = network

    def act(self, observation: Any) -> Any:
        """One action for one observation."""
        given = {k: torch.as_tensor(np.asarray(v)[None]) for k, v in parts_of(observation).items()}
        with torch.no_grad():
            out = self.network(given).numpy()[0]
        return np.int64(out) if self.network.discrete else out

    def __copy__(self) -> ClonePolicy:
        return ClonePolicy(self.network)

    def __getstate__(self) -> dict[str, Any]:
        # as bytes: PyTorch would send tensors in shared memory
        packed = io.BytesIO()
        torch.save(self.network, packed)
        return {"packed": packed.getvalue()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        torch.set_num_threads(1)
        self.network = torch.load(io.BytesIO(state["packed"]), weights_only=False)


class Cloning:
    """A learner (sim/rl/learner.py) by imitation."""

    def __init__(self, task: Task, settings: Settings, folder: Path | None) -> None:
        torch.set_num_threads(1)
        self.settings = merged(DEFAULTS, settings)
        self.steps = 0
        self._task = task
        self._seen: dict[str, Array] = {}
        self._wanted: Array = np.empty(0)
        self._recorded = _recorded(task, self.settings["data"])
        if not 0 <= self.settings["noise_share"] <= 1:
            raise TrainingError(
                f"expected --set noise_share of 0 to 1, got {self.settings['noise_share']}"
            )
        share, recorded = self.settings["dagger"], self._recorded is not None
        if not 0 <= share <= (0 if recorded else 1):
            only = ", only 0 with data: nobody plays then" if recorded else ""
            raise TrainingError(f"expected --set dagger of 0 to 1{only}, got {share}")
        if folder is None:
            self.network, self._spec = self._new()
        else:
            self.network, self._spec = _read(folder)
        self._optimizer = torch.optim.Adam(self.network.parameters(), fused=True)
        if folder is not None:
            self._remember(folder)

    def _new(self) -> tuple[Clone, dict[str, Any]]:
        env = self._task.env.make()
        observed, acted = env.observation_space, env.action_space
        env.close()
        if self._recorded is None:
            seen = shown_observations(self._task)
        else:
            seen = self._recorded.frames(0, len(self._recorded))
        scales = measured(observed, seen)
        spec = {
            "observation": {k: _written(s) for k, s in spaces_of(observed).items()},
            "action": _written(acted),
            "scales": scales,
            "net": self.settings["net"],
            "layers": self.settings["layers"],
            "fine": True,
        }
        torch.manual_seed(self._task.seed)
        return _built(spec), spec

    def learn(self, steps: int, seed: int, workers: Workers, report: Report) -> dict[str, float]:
        """New demonstrations, then updates on all; `loss` is the mean of the last hundred."""
        if self._recorded is None:
            shown = self._played(steps, workers)
        else:
            shown = self._read_on(steps, self._recorded)
        torch.manual_seed(seed)
        rng, losses = np.random.default_rng(seed), []
        count, updates = len(self._wanted), self.settings["updates"]
        features, wanted = self._data()
        for i in range(updates):
            for group in self._optimizer.param_groups:
                group["lr"] = self.settings["learning_rate"] * (1 - 0.9 * i / updates)
            rows = torch.from_numpy(rng.integers(count, size=self.settings["batch_size"]))
            losses.append(self._update(features[rows], wanted[rows]))
            if i % 100 == 0:
                report(self.steps)
        return {"loss": float(np.mean(losses[-100:])), "demonstrations": float(shown)}

    def _played(self, steps: int, workers: Workers) -> int:
        """Takes in new episodes, after the first stretch also of its own; how many."""
        own = round(steps * self.settings["dagger"]) if len(self._wanted) else 0
        shown: list[Transitions] = []
        oracle = Oracle(self.settings["demonstration_noise"], self.settings["noise_share"])
        for count, policy in ((own, Coached(self.policy())), (steps - own, oracle)):
            if count > 0:
                what = f"{type(policy).__name__} {self.steps}"
                shown += demonstrations(self._task, count, workers, policy, what)
        for episode in shown:
            self._add(episode.observations[:-1], episode.wanted)
        self.steps += sum(len(e.actions) for e in shown)
        return len(shown)

    def _read_on(self, steps: int, recorded: Demonstrations) -> int:
        """Takes in the next recorded episodes, with at least so many frames; how many. When all
        are there, a stretch counts its steps and updates on them again."""
        first = len(self._wanted)
        ends = [end for end in recorded.ends if end > first]
        taken = [end for i, end in enumerate(ends) if i == 0 or ends[i - 1] < first + steps]
        if taken:
            self._add(recorded.frames(first, taken[-1]), list(recorded.actions[first : taken[-1]]))
        self.steps += max(steps, taken[-1] - first if taken else 0)
        return len(taken)

    def _add(self, observations: list[Any], wanted: list[Any]) -> None:
        parts = [parts_of(o) for o in observations]
        for key in self.network.encoder.parts:
            new = np.stack([np.asarray(p[key]) for p in parts])
            self._seen[key] = np.concatenate([self._seen.get(key, new[:0]), new])
        new = np.stack([np.asarray(w) for w in wanted])
        self._wanted = np.concatenate([self._wanted, new]) if len(self._wanted) else new

    def _data(self) -> tuple[Tensor, Tensor]:
        """All that was seen, encoded (nothing in that is learnt), and what was wanted there."""
        with torch.no_grad():
            seen = {k: torch.from_numpy(v) for k, v in self._seen.items()}
            features = self.network.encoder(seen)
        wanted = torch.from_numpy(self._wanted)
        return features, wanted if self.network.discrete else wanted.float()

    def _update(self, features: Tensor, wanted: Tensor) -> float:
        raw = self.network.layers(features)
        if self.network.discrete:
            loss = nn.functional.cross_entropy(raw, wanted)
        else:
            loss = nn.functional.l1_loss(raw, wanted)
        self._optimizer.zero_grad()
        loss.backward()
        self._optimizer.step()
        return loss.item()

    def policy(self) -> ClonePolicy:
        """The present network; it goes on learning."""
        return ClonePolicy(self.network)

    def save(self, folder: Path) -> None:
        """clone.pt, the weights, and clone.json, what they are weights of."""
        torch.save(self.network.state_dict(), folder / "clone.pt")
        write_text(folder / "clone.json", json.dumps(self._spec))

    def save_memory(self, folder: Path) -> None:
        """demonstrations.npz, and the optimizer."""
        arrays: dict[str, Any] = {f"seen_{k}": v for k, v in self._seen.items()}
        np.savez(folder / "demonstrations.npz", wanted=self._wanted, **arrays)
        row = {"optimizer": self._optimizer.state_dict(), "steps": self.steps}
        torch.save(row, folder / "optimizer.pt")

    def _remember(self, folder: Path) -> None:
        with np.load(folder / "demonstrations.npz") as file:
            self._wanted = file["wanted"]
            self._seen = {k.removeprefix("seen_"): file[k] for k in file if k.startswith("seen_")}
        row = torch.load(folder / "optimizer.pt", weights_only=True)
        self._optimizer.load_state_dict(row["optimizer"])
        self.steps = int(row["steps"])

    def close(self) -> None:
        """Nothing is open."""


def _recorded(task: Task, folder: str) -> Demonstrations | None:
    """A data set's demonstrations for the task's environment; None without a folder."""
    if not folder:
        return None
    env = task.env.make()
    try:
        return load(Path(folder), env.observation_space, env.action_space)
    finally:
        env.close()


def _written(space: Any) -> dict[str, Any]:
    """A space as plain values; TrainingError for one that no network here takes."""
    if is_vector(space):
        low, high = (np.clip(v, -1e30, 1e30).tolist() for v in (space.low, space.high))
        return {"low": low, "high": high}
    if isinstance(space, spaces.Discrete):
        return {"sizes": [int(space.n)], "start": [int(space.start)], "single": True}
    if isinstance(space, spaces.MultiDiscrete):
        return {"sizes": space.nvec.tolist(), "start": space.start.tolist(), "single": False}
    raise TrainingError(f"expected vectors or whole numbers to imitate from, got {space}")


def _read_space(row: dict[str, Any]) -> Any:
    if "low" in row:
        return spaces.Box(np.float32(row["low"]), np.float32(row["high"]), dtype=np.float32)
    if row["single"]:
        return spaces.Discrete(row["sizes"][0], start=row["start"][0])
    return spaces.MultiDiscrete(row["sizes"], start=row["start"])


def _built(spec: dict[str, Any]) -> Clone:
    observed = {k: _read_space(r) for k, r in spec["observation"].items()}
    acted = _read_space(spec["action"])
    fine = spec.get("fine", False)  # networks of before there was that
    return Clone(spaces.Dict(observed), acted, spec["scales"], spec["net"], spec["layers"], fine)


def _read(folder: Path) -> tuple[Clone, dict[str, Any]]:
    spec = read_json(folder / "clone.json", "a clone's clone.json")
    network = _built(spec)
    with refusing(folder / "clone.pt", "a clone's weights"):
        network.load_state_dict(torch.load(folder / "clone.pt", weights_only=True))
    return network, spec


def make(task: Task, settings: Settings, folder: Path | None = None) -> Cloning:
    """A new learner, or the one that `save` and `save_memory` wrote into `folder`."""
    return Cloning(task, settings, folder)


def load_policy(folder: Path) -> ClonePolicy:
    """The policy that `Cloning.save` wrote; no environment is needed."""
    torch.set_num_threads(1)
    return ClonePolicy(_read(folder)[0])
