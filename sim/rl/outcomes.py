"""What came of corrections, as a model, and policies that are trained inside it.

Knows: the models and the gradients. Does not know: trials and where steps come from
(sim.rl.hindsight).

- push: an ensemble of networks tells how far beyond its goal the thing ends, with a spread, from
  features and correction. The policy makes an end near the goal likely, and slowness costs a little.
- pick: where the thing truly was in the hand's frame is known for every grasp, and so what remains
  of it after any shift and turn; a logistic model tells which remains are held. The policy makes
  holding likely from what the grasp before felt. Mirrored trials count, too: a hand is symmetric.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.rl.policy_file import declared, gates_of

#: A miss of this much costs half of what missing altogether does, m.
_HALF_M = 0.015
#: Of the slowest stroke, against a miss.
_SLOW_PRICE = 0.05
#: For each correction, so that none is made for nothing.
_CORRECTION_PRICE = 0.01
#: So that some hundred trials are not learned by heart, features are blurred by so many of their
#: standard deviations while a policy is trained.
_BLUR = 0.3
#: For corrections beyond those that were tried.
_UNTRIED_PRICE = 5.0
_HIDDEN, _MODELS, _SAMPLES = 16, 5, 8
Rows = NDArray[np.float32]
#: By name, one row a decision: trial, seen, action (shares of the bounds), before, after, good.
Steps = dict[str, NDArray[Any]]
Layers = list[tuple[NDArray[np.float32], NDArray[np.float32]]]


def _network(torch: Any, sizes: Sequence[int]) -> Any:
    parts: list[Any] = []
    for before, after in itertools.pairwise(sizes):
        parts += [torch.nn.Linear(before, after), torch.nn.Tanh()]
    return torch.nn.Sequential(*parts[:-1])


def _descend(torch: Any, weights: Any, loss: Any, steps: int, decay: float = 1e-3) -> float:
    """Minimize what loss() says."""
    best = torch.optim.AdamW(weights, lr=5e-3, weight_decay=decay)
    worth = 0.0
    for _ in range(steps):
        now = loss()
        best.zero_grad()
        now.backward()
        best.step()
        worth = float(now.detach())
    return worth


class Learner:
    """A policy of one skill, by a model of outcomes. seed: of weights and samples; effort: a share
    of the usual number of gradient steps."""

    def __init__(self, skill: str, seed: int, effort: float = 1.0) -> None:
        import torch

        self._torch, self.skill, self._effort = torch, skill, effort
        torch.manual_seed(seed)
        torch.set_num_threads(1)
        offered = declared(skill)
        self._most = torch.tensor([a.most for a in offered.adjustables], dtype=torch.float32)
        self._names = [f.name for f in offered.features]
        count = len(self._names)
        self._mean, self._std = np.zeros(count), np.ones(count)
        self.policy = _network(torch, (count, _HIDDEN, len(self._most)))
        torch.nn.init.zeros_(self.policy[-1].weight)
        torch.nn.init.zeros_(self.policy[-1].bias)
        self._some_turn(self.policy[-1].bias)

    def fit(self, steps: Steps) -> dict[str, Any]:
        """Fit the model to all steps, and the policy inside it. Returns figures."""
        fitted = self._fit_push if self.skill == "push" else self._fit_pick
        return fitted(steps)

    # --- push ---------------------------------------------------------------------------

    def _fit_push(self, steps: Steps) -> dict[str, Any]:
        torch, seen = self._torch, steps["seen"]
        self._scale(seen)
        x, action = self._scaled(seen), torch.tensor(steps["action"])
        end = self._most[0] * action[:, 0]
        beyond = torch.tensor(steps["after"][:, 0].astype(np.float32)) - end
        inputs = torch.cat([x, action], dim=1)
        models, error = [], 0.0
        for _ in range(_MODELS):  # each sees its own draw of the trials
            model = _network(torch, (inputs.shape[1], 2 * _HIDDEN, 2))
            picked = self._torch.tensor(self._resampled(steps["trial"]))

            def loss(model: Any = model, picked: Any = picked) -> Any:
                mean, log_std = self._slide(model, inputs[picked])
                gap = (beyond[picked] - mean) / log_std.exp()
                return (gap.clamp(-4, 4) ** 2 / 2 + log_std).mean()

            _descend(torch, model.parameters(), loss, self._steps(600), 1e-2)
            models.append(model)
            error += float((self._slide(model, inputs)[0] - beyond).detach().abs().mean()) / _MODELS
        told = torch.tensor(seen[:, gates_of("push")].sum(axis=1) > 0)

        def miss(now: Any, answer: Any) -> Any:
            rows = torch.cat([now, answer], dim=1)
            cost = self._price(answer) + _SLOW_PRICE * (-answer[:, 1]).clamp(min=0).mean()
            for model in models:
                mean, log_std = self._slide(model, rows)
                noise = torch.randn(_SAMPLES, len(rows))
                off = self._most[0] * answer[:, 0] + mean + log_std.exp() * noise
                cost = cost + (off**2 / (off**2 + _HALF_M**2)).mean() / _MODELS
            return cost

        return {"model_off_m": error, **self._climb(miss, x[told], x, steps["action"])}

    def _slide(self, model: Any, rows: Any) -> tuple[Any, Any]:
        """How far a thing goes beyond a stroke's end, m: mean and logarithm of the spread."""
        out = model(rows)
        return 0.05 * out[:, 0], (out[:, 1].clamp(-2.0, 2.0) - 4.5)

    # --- pick ---------------------------------------------------------------------------

    def _fit_pick(self, steps: Steps) -> dict[str, Any]:
        torch = self._torch
        later = steps["seen"][:, gates_of("pick")].sum(axis=1) > 0
        self._scale(_mirrored(self._names, steps["seen"][later]))
        every = torch.tensor(steps["seen"])
        truth = torch.tensor(steps["before"].astype(np.float32))
        good = torch.tensor(steps["good"].astype(np.float32))
        weights = torch.tensor([[1.0, 0, 0, 0], [-4.5, 0, 0, 0], [-4.5, 0, 0, 0]])
        weights.requires_grad_()
        answer = torch.tensor(steps["action"])

        def wrong() -> Any:
            odds = self._odds(weights, every, truth, answer)
            bce = torch.nn.functional.binary_cross_entropy_with_logits(odds, good)
            return bce + 0.02 * (weights[:, 1:] ** 2).sum()

        error = _descend(torch, [weights], wrong, self._steps(800), 0.0)
        fixed = weights.detach()
        seen = _mirrored(self._names, steps["seen"][later])
        kept, x = torch.tensor(seen), self._scaled(seen)
        signs = np.array([(1, 1), (-1, 1), (1, -1), (-1, -1)], np.float32)
        there = np.concatenate([steps["before"][later] * s for s in signs]).astype(np.float32)
        goal = torch.tensor(there)

        def lost(_: Any, shares: Any) -> Any:
            odds = self._odds(fixed, kept, goal, shares)
            return 1 - torch.sigmoid(odds).mean() + self._price(shares)

        return {"model_loss": error, **self._climb(lost, x, x, steps["action"])}

    def _odds(self, weights: Any, seen: Any, truth: Any, shares: Any) -> Any:
        """Logits of holding: the less, the farther from the middle of the fingers the thing is, along
        and across, as wide as its size and shape allow. truth [n, 2]: where it is, m."""
        torch, names = self._torch, self._names
        about = torch.stack(
            [
                torch.ones(len(seen)),
                20 * (seen[:, names.index("size_m")] - 0.05),
                seen[:, names.index("round")],
                seen[:, names.index("rim")],
            ],
            dim=1,
        )
        base, wide_x, wide_y = (about @ w for w in weights)
        # Half turned is half of each, so that a policy settles for one of the two.
        turned = torch.sin(shares[:, 2] * self._most[2]) ** 2
        off = truth - self._most[:2] * shares[:, :2]
        straight = (off[:, 0] / wide_x.exp()) ** 2 + (off[:, 1] / wide_y.exp()) ** 2
        across = (off[:, 1] / wide_x.exp()) ** 2 + (off[:, 0] / wide_y.exp()) ** 2
        return base - (1 - turned) * straight - turned * across

    # --- both ---------------------------------------------------------------------------

    def _climb(self, cost: Any, told: Any, every: Any, tried: Rows) -> dict[str, Any]:
        """Train the policy on what it is told, and, to compare with, one correction for every row.
        cost: of rows and answers; tried: actions, beyond which the model knows nothing. Returns what
        both come to, and that correction."""
        torch = self._torch

        low, high = (torch.tensor(f(tried, axis=0)) for f in (np.min, np.max))

        def by_policy() -> Any:
            seen = told + _BLUR * torch.randn(told.shape)
            answer = torch.tanh(self.policy(seen))
            untried = (answer - high).clamp(min=0) + (low - answer).clamp(min=0)
            return cost(told, answer) + _UNTRIED_PRICE * (untried**2).sum(dim=1).mean()

        figures = {
            "scripted_cost": float(cost(told, torch.zeros(len(told), len(self._most))).detach()),
            "cost": _descend(torch, self.policy.parameters(), by_policy, self._steps(1200), 1e-2),
        }
        same = torch.zeros(len(self._most), requires_grad=True)

        def by_one() -> Any:
            return cost(every, torch.tanh(same).expand(len(every), -1))

        self._some_turn(same)
        figures["constant_cost"] = _descend(torch, [same], by_one, self._steps(400), 0.0)
        constant = (torch.tanh(same) * self._most).detach().tolist()
        return figures | {"constant": [round(v, 4) for v in constant]}

    def _some_turn(self, answer: Any) -> None:
        """A pick begins with half a turn: with none, more of it makes no difference yet."""
        if self.skill == "pick":
            answer.data[2] = 0.5

    def _steps(self, count: int) -> int:
        return max(1, round(self._effort * count))

    def _price(self, shares: Any) -> Any:
        return _CORRECTION_PRICE * (shares**2).sum(dim=1).mean()

    def _resampled(self, trials: NDArray[Any]) -> NDArray[Any]:
        """Rows of as many trials, drawn with replacement."""
        names = np.unique(trials)
        drawn = self._torch.randint(len(names), (len(names),)).numpy()
        return np.concatenate([np.flatnonzero(trials == names[i]) for i in drawn])

    def _scale(self, seen: Rows) -> None:
        self._mean, self._std = seen.mean(axis=0), seen.std(axis=0) + 1e-3

    def _scaled(self, rows: Rows) -> Any:
        return self._torch.tensor(((rows - self._mean) / self._std).astype(np.float32))

    def layers(self) -> Layers:
        """The policy on features in their own units: their scale is part of the first layer."""
        pairs = [
            (m.weight.detach().numpy().T.astype(np.float64), m.bias.detach().numpy())
            for m in self.policy
            if hasattr(m, "weight")
        ]
        weights, bias = pairs[0]
        scaled = weights / self._std[:, None]
        pairs[0] = (scaled, bias - self._mean @ scaled)
        return [(w.astype(np.float32), b.astype(np.float32)) for w, b in pairs]


def _mirrored(names: Sequence[str], seen: Rows) -> Rows:
    """Features as they are, and of the same trials mirrored along, across and both ways."""
    flips = [np.ones(len(names), np.float32) for _ in range(4)]
    for i, name in enumerate(names):
        along, across = name.endswith("_x_m"), name.endswith("_y_m")
        for flip, (x, y) in zip(flips, ((1, 1), (-1, 1), (1, -1), (-1, -1)), strict=True):
            flip[i] = x if along else y if across else 1
    return np.concatenate([seen * flip for flip in flips]).astype(np.float32)
