"""What PyTorch policies see: every part of an observation on a scale that networks like.

Knows: spaces and torch modules. Does not know: how a network is trained. Mean and spread are
measured once, before training, and are part of the network: also of its ONNX file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from gymnasium import spaces
from numpy.typing import NDArray
from stable_baselines3.common.preprocessing import get_flattened_obs_dim, is_image_space
from stable_baselines3.common.torch_layers import BaseFeaturesExtractor, NatureCNN
from torch import Tensor, nn

#: Goals are compared with each other: both are scaled alike.
_GOALS = ("achieved_goal", "desired_goal")
#: How far one is from the other, beside both: what a policy mostly acts on. Made in the network, since
#: hindsight replay changes goals.
_TO_GO = "to_go"
#: Scaled values beyond it say only "far out".
_LIMIT = 10.0
#: Fine features are so many times as steep: a centimetre counts where a thing is near.
_FINE = 10.0
Scales = Mapping[str, tuple[Sequence[float], Sequence[float]]]
Array = NDArray[Any]


def parts_of(observation: Any) -> dict[str, Any]:
    """An observation by its parts; what is no dictionary is the part "observation"."""
    return dict(observation) if isinstance(observation, Mapping) else {"observation": observation}


def spaces_of(space: Any) -> dict[str, Any]:
    """A space by its parts, by name in alphabetical order; as `parts_of`."""
    if isinstance(space, spaces.Dict):
        return {k: space.spaces[k] for k in sorted(space.spaces)}
    return {"observation": space}


def is_vector(space: Any) -> bool:
    """Whether it is one vector of numbers."""
    return isinstance(space, spaces.Box) and len(space.shape) == 1


def measured(space: Any, observations: Sequence[Any]) -> dict[str, tuple[list[float], list[float]]]:
    """Mean and standard deviation of every part that is a vector, and of what is left from achieved
    to desired goals; 1 where nothing varies."""
    columns: dict[str, Array] = {}
    for key, part in spaces_of(space).items():
        if is_vector(part):
            values = [np.asarray(parts_of(o)[key], dtype=np.float64) for o in observations]
            columns[key] = np.stack(values)
    if all(g in columns for g in _GOALS):
        both = np.concatenate([columns[g] for g in _GOALS])
        columns[_TO_GO] = columns["desired_goal"] - columns["achieved_goal"]
        columns.update({g: both for g in _GOALS})
    out = {}
    for key, table in columns.items():
        spread = table.std(axis=0)
        spread[spread < 1e-4] = 1.0
        out[key] = (table.mean(axis=0).tolist(), spread.tolist())
    return out


class Scale(nn.Module):
    """(x - mean) / spread, within ±10."""

    def __init__(self, mean: Sequence[float], spread: Sequence[float]) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(mean, dtype=torch.float32))
        self.register_buffer("spread", torch.tensor(spread, dtype=torch.float32))

    def forward(self, x: Tensor) -> Tensor:
        """Float32 [batch, n] to the same shape."""
        scaled: Tensor = ((x.float() - self.mean) / self.spread).clamp(-_LIMIT, _LIMIT)
        return scaled


class OneHot(nn.Module):
    """Whole numbers to ones and zeros: [batch, parts] int64 to float32 [batch, sum of sizes]."""

    def __init__(self, sizes: Sequence[int], start: Sequence[int]) -> None:
        super().__init__()
        self._sizes = list(sizes)
        self.register_buffer("start", torch.tensor(start, dtype=torch.int64))

    def forward(self, x: Tensor) -> Tensor:
        """One block per part, beside each other."""
        x = x.reshape(x.shape[0], -1) - self.start
        blocks = [(x[:, i, None] == torch.arange(n)).float() for i, n in enumerate(self._sizes)]
        return torch.cat(blocks, dim=1)


def _to_go(scales: Scales) -> nn.Module | None:
    """The scale of what is left to the goal, where there are goals."""
    return Scale(*scales[_TO_GO]) if _TO_GO in scales else None


def _side_by_side(
    given: Mapping[str, Tensor], parts: nn.ModuleDict, to_go: nn.Module | None
) -> Tensor:
    """Float32 [batch, features] of all parts, and of what is left to the goal."""
    columns = [m(given[k]) for k, m in parts.items()]
    if to_go is not None:
        columns.append(to_go(given["desired_goal"] - given["achieved_goal"]))
    return torch.cat(columns, dim=1)


class Encoder(nn.Module):
    """Observations of vectors and whole numbers to one vector, its parts in alphabetical order.

    fine: everything once more through a steep tanh, so that millimetres about 0 are seen beside
    distances of decimetres.
    """

    def __init__(self, space: Any, scales: Scales, fine: bool = False) -> None:
        super().__init__()
        self.parts, self.fine = nn.ModuleDict(), fine
        self.width = 0
        for key, part in spaces_of(space).items():
            if is_vector(part):
                self.parts[key] = Scale(*scales[key])
                self.width += int(part.shape[0])
            else:
                discrete = isinstance(part, spaces.Discrete)
                sizes = [int(part.n)] if discrete else part.nvec.tolist()
                self.parts[key] = OneHot(sizes, np.atleast_1d(part.start).tolist())
                self.width += sum(sizes)
        self.to_go = _to_go(scales)
        self.width += len(scales[_TO_GO][0]) if self.to_go is not None else 0
        self.width *= 2 if fine else 1

    def forward(self, observation: Mapping[str, Tensor]) -> Tensor:
        """Float32 [batch, width]."""
        out = _side_by_side(observation, self.parts, self.to_go)
        return torch.cat([out, torch.tanh(_FINE * out)], dim=1) if self.fine else out


def mlp(inside: int, outside: int, width: int, layers: int) -> nn.Sequential:
    """Linear layers with ReLU between them."""
    sizes = [inside, *[width] * layers, outside]
    steps: list[nn.Module] = []
    for a, b in pairwise(sizes):
        steps += [nn.Linear(a, b), nn.ReLU()]
    return nn.Sequential(*steps[:-1])


class ScaledExtractor(BaseFeaturesExtractor):
    """Stable-Baselines3's features: vectors scaled, pictures through NatureCNN, beside each other.

    What SB3 has made ones and zeros of (whole numbers) passes as it is.
    """

    def __init__(self, observation_space: Any, scales: Scales, cnn_width: int = 128) -> None:
        parts: dict[str, nn.Module] = {}
        width = 0
        for key, part in spaces_of(observation_space).items():
            if is_image_space(part):
                parts[key] = NatureCNN(part, cnn_width)
                width += cnn_width
            else:
                parts[key] = Scale(*scales[key]) if is_vector(part) else nn.Flatten()
                width += get_flattened_obs_dim(part)
        width += len(scales[_TO_GO][0]) if _TO_GO in scales else 0
        super().__init__(observation_space, width)
        self.parts, self.to_go = nn.ModuleDict(parts), _to_go(scales)

    def forward(self, observations: Any) -> Tensor:
        """Float32 [batch, features]."""
        return _side_by_side(parts_of(observations), self.parts, self.to_go)
