"""A trained policy as an ONNX file: observation in, action out, and nothing else needed.

Knows: the networks of cloning and of Stable-Baselines3's policies. Does not know: who runs the
file (llmagentos.inference.OnnxNetwork does on a robot).

Inputs are the parts of the observation by name ("observation" where it is no dictionary), with a
first axis of any length: vectors float32, whole numbers int64, pictures uint8 [n, height, width,
3]. Output "action": float32 [n, size] within the environment's box, or int64 [n]. Scaling of
observations and squashing of actions are part of the network. A residual's action is the
correction in [-1, 1]. The file's metadata names environment, algorithm, seed and code version.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from gymnasium import spaces
from numpy.typing import NDArray
from torch import Tensor, nn

from llmagentos.errors import TrainingError
from llmagentos.files import written
from llmagentos.inference import OnnxNetwork
from sim.rl.evaluate import policy_of
from sim.rl.networks import parts_of
from sim.rl.rollouts import EpisodeJob, RandomPolicy, run_episode
from sim.rl.runs import read_run

#: Largest difference of an action from the trained policy's that is rounding.
TOLERANCE = 1e-4
_OPSET = 17
_CHECKED_SEED = 3_000_000


@dataclass(frozen=True)
class Exported:
    """A written file. difference: the largest of any action over `checked` observations."""

    path: Path
    sha256: str
    inputs: dict[str, tuple[Any, ...]]
    checked: int
    difference: float


class _Sb3Actor(nn.Module):
    """The deterministic action of a policy of Stable-Baselines3, from raw observations."""

    def __init__(self, policy: Any) -> None:
        super().__init__()
        self.policy = policy
        box = policy.action_space
        self.discrete = isinstance(box, spaces.Discrete)
        if not self.discrete:
            self.register_buffer("low", torch.tensor(box.low, dtype=torch.float32))
            self.register_buffer("high", torch.tensor(box.high, dtype=torch.float32))

    def forward(self, observation: Mapping[str, Tensor]) -> Tensor:
        given: Any = {
            k: v.permute(0, 3, 1, 2) if v.dtype == torch.uint8 else v
            for k, v in observation.items()
        }
        if not isinstance(self.policy.observation_space, spaces.Dict):
            given = given["observation"]
        if hasattr(self.policy, "q_net"):
            best: Tensor = self.policy.q_net(given).argmax(dim=1)
            return best
        if hasattr(self.policy, "actor"):
            actor = self.policy.actor
            features = actor.extract_features(given, actor.features_extractor)
            squashed = torch.tanh(actor.mu(actor.latent_pi(features)))
            return self.low + 0.5 * (squashed + 1.0) * (self.high - self.low)
        features = self.policy.extract_features(given)
        raw = self.policy.action_net(self.policy.mlp_extractor.forward_actor(features))
        return raw.argmax(dim=1) if self.discrete else torch.clamp(raw, self.low, self.high)


class _ByPosition(nn.Module):
    """The exporter names inputs by position; networks take them by name."""

    def __init__(self, network: nn.Module, names: list[str]) -> None:
        super().__init__()
        self.network, self.names = network, names

    def forward(self, *parts: Tensor) -> Tensor:
        out: Tensor = self.network(dict(zip(self.names, parts, strict=True)))
        return out


def export(folder: Path, path: Path, best: bool = False) -> Exported:
    """Write a run's policy to `path` and compare it with the trained one in a real episode.

    Raises TrainingError for tables (there is no network) and where the file acts differently,
    FileError, MissingDependencyError.
    """
    plan, policy = policy_of(folder, best)
    network = getattr(policy, "network", None)
    if network is None:
        raise TrainingError(f"expected a policy with a network, got --algo {plan.algo}: a table")
    network.eval()
    module = _Sb3Actor(network) if hasattr(network, "observation_space") else network
    seen = run_episode(EpisodeJob(plan.env, RandomPolicy(), _CHECKED_SEED, True)).transitions
    observations = [] if seen is None else seen.observations
    names = _names(module, observations[0])
    facts = {
        "environment": json.dumps(plan.env.to_json()),
        "algorithm": plan.algo,
        "seed": str(plan.seed),
        "code": json.dumps(read_run(folder)["code"]),
    }
    with written(path, "an ONNX file that can be written") as part:
        _write(module, {k: _row(observations[0], k) for k in names}, part, facts)
        difference, inputs = _compared(part, policy, observations, names)
    if difference > TOLERANCE:
        raise TrainingError(
            f"expected actions within {TOLERANCE} of the trained policy's, got {difference:.2g}"
        )
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Exported(path, digest, inputs, len(observations), difference)


def _names(module: nn.Module, observation: Any) -> list[str]:
    encoder = getattr(module, "encoder", None)
    return list(encoder.parts) if encoder is not None else sorted(parts_of(observation))


def _row(observation: Any, name: str) -> NDArray[Any]:
    """A part of one observation with a first axis."""
    return np.asarray(parts_of(observation)[name])[None]


def _write(module: nn.Module, example: dict[str, Any], path: Path, facts: dict[str, str]) -> None:
    import onnx

    names = list(example)
    torch.onnx.export(
        _ByPosition(module, names).eval(),
        tuple(torch.from_numpy(v) for v in example.values()),
        str(path),
        input_names=names,
        output_names=["action"],
        dynamic_axes={n: {0: "n"} for n in [*names, "action"]},
        opset_version=_OPSET,
        dynamo=False,
    )
    model = onnx.load(str(path))
    for key, value in facts.items():
        entry = model.metadata_props.add()
        entry.key, entry.value = key, value
    onnx.save(model, str(path))


def _compared(
    path: Path, policy: Any, observations: list[Any], names: list[str]
) -> tuple[float, dict[str, tuple[Any, ...]]]:
    """The largest difference of the file's actions, one by one and all at once."""
    network = OnnxNetwork(path)
    worst, single = 0.0, []
    for observation in observations:
        wanted = np.asarray(policy.act(observation), dtype=np.float64)
        got = network({k: _row(observation, k) for k in names})["action"][0]
        single.append(got)
        worst = max(worst, float(np.abs(wanted - got).max()))
    rows = {k: np.concatenate([_row(o, k) for o in observations]) for k in names}
    together = network(rows)["action"]
    worst = max(worst, float(np.abs(together - np.stack(single)).max()))
    return worst, {k: shape for k, (shape, _) in network.inputs.items()}
