"""Trains a policy that corrects a scripted skill: `python -m sim.rl.corrections --skill push`.

Knows: the algorithm, on one screen. Does not know: what a trial is (sim.envs.corrections), how a
policy gets into plans (llmagentos.skills.learned).

Batch actor-critic: rounds of trials with an exploring policy, each followed by fitting everything
seen so far. An ensemble of critics Q(features, action) is fitted to r + Q(next features, policy),
swept as often as a trial has steps; then the policy climbs the ensemble's mean less its spread, so
that it goes where the critics agree, less a price for every correction. It is one layer (tanh of a
weighted sum: some hundred trials fit no more) and begins at zero, the scripted skill. It leaves the
first attempt of a trial as scripted, since before it nothing tells hidden physics from nominal; so
it is never worse where that one succeeds. A world is dear here (a second a trial) and fitting is
cheap, hence batches.
Judge the result with `python -m benchmarks.residual`; this only learns.
"""

from __future__ import annotations

import argparse
import itertools
import multiprocessing
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.envs.corrections import CorrectionEnv
from sim.rl.policy_file import counter_of, write_policy
from sim.skill_conditions import JUDGED_FROM
from sim.skill_trials import SKILLS

_HIDDEN = 48
#: Trials in a row for one process: they share their things.
_PART = 8
_SPREAD_PRICE, _CORRECTION_PRICE = 1.0, 0.05
Rows = NDArray[np.float32]
#: Weights and biases of the policy's layers, from features to tanh, and of the features' scale.
Layers = list[tuple[NDArray[np.float32], NDArray[np.float32]]]


@dataclass(frozen=True)
class Step:
    """One decision: features, action as shares of the bounds, reward, the features after it (None
    at a trial's end)."""

    seen: Rows
    action: Rows
    reward: float
    after: Rows | None


def act(layers: Layers, seen: Rows, counter: int) -> Rows:
    """The policy's action, shares of -1 to 1; zeros for the first attempt. seen: [features];
    counter: the feature that counts attempts."""
    x = seen
    for weights, bias in layers[:-1]:
        x = np.tanh(x @ weights + bias)
    weights, bias = layers[-1]
    return np.tanh(x @ weights + bias) * np.clip(seen[counter], 0.0, 1.0)


_env: CorrectionEnv | None = None


def collect(skill: str, trials: Sequence[int], layers: Layers, noise: float) -> list[list[Step]]:
    """Carry out trials by number with an exploring policy. noise: standard deviation of what is
    added to its action, the same for a whole trial and, half as much, for every step."""
    global _env
    if _env is None or _env.skill != skill:
        _env = CorrectionEnv(skill)
    done = []
    for trial in trials:
        rng = np.random.default_rng([trial, 0xAC7])
        try:
            seen, _ = _env.reset(options={"trial": trial})
        except Exception:  # the seed's scene has nothing for the skill
            continue
        wide = len(_env.residual.adjustables)
        lasting, over = rng.normal(0, noise, wide), False
        steps: list[Step] = []
        while not over:
            counter = counter_of(_env.residual)
            plain = act(layers, seen, counter) if layers else np.zeros(wide, np.float32)
            explored = plain + lasting + rng.normal(0, noise / 2, wide)
            action: Rows = np.clip(explored, -1, 1).astype(np.float32)
            after, reward, over, _, _ = _env.step(action)
            steps.append(Step(seen, action, float(reward), None if over else after))
            seen = after
        done.append(steps)
    return done


def _network(torch: Any, sizes: Sequence[int], zero_end: bool = False) -> Any:
    parts: list[Any] = []
    for before, after in itertools.pairwise(sizes):
        parts += [torch.nn.Linear(before, after), torch.nn.Tanh()]
    net = torch.nn.Sequential(*parts[:-1])
    if zero_end:
        torch.nn.init.zeros_(net[-1].weight)
        torch.nn.init.zeros_(net[-1].bias)
    return net


class Learner:
    """Critics and policy of one skill; `fit` with all steps seen so far. sweeps: as many as trials
    have steps, at most."""

    def __init__(
        self, features: int, wide: int, counter: int, seed: int, critics: int = 5, sweeps: int = 3
    ) -> None:
        import torch

        self._count, self._sweeps = critics, sweeps
        self._torch = torch
        torch.manual_seed(seed)
        torch.set_num_threads(1)
        self._features, self._wide, self._counter = features, wide, counter
        self._mean, self._std = np.zeros(features), np.ones(features)
        self.policy = _network(torch, (features, wide), zero_end=True)

    def fit(self, steps: Sequence[Step]) -> dict[str, float]:
        """Fit critics to all steps, and the policy to them. Returns figures."""
        torch = self._torch
        seen = np.array([s.seen for s in steps])
        later = torch.tensor(seen[:, self._counter] > 0)
        self._mean, self._std = seen.mean(axis=0), seen.std(axis=0) + 1e-3
        now = self._scaled(seen)
        action = torch.tensor(np.array([s.action for s in steps]))
        reward = torch.tensor([s.reward for s in steps], dtype=torch.float32)
        goes_on = torch.tensor([s.after is not None for s in steps])
        after = self._scaled(np.array([s.seen if s.after is None else s.after for s in steps]))
        both = torch.cat([now, action], dim=1)
        target, loss, worth = reward, 0.0, 0.0
        for _ in range(self._sweeps):
            critics, loss = self._critics(both, target)
            worth = self._climb(critics, now[later])
            with torch.no_grad():
                nxt = torch.cat([after, torch.tanh(self.policy(after))], dim=1)  # no first one
                value = torch.stack([c(nxt).squeeze(1) for c in critics]).mean(dim=0)
            target = reward + torch.where(goes_on, value, torch.zeros_like(value))
        return {"critic_loss": loss, "policy_worth": worth}

    def _scaled(self, rows: NDArray[Any]) -> Any:
        return self._torch.tensor(((rows - self._mean) / self._std).astype(np.float32))

    def _critics(self, both: Any, target: Any) -> tuple[list[Any], float]:
        torch, critics, last = self._torch, [], 0.0
        sizes = (self._features + self._wide, _HIDDEN, _HIDDEN, 1)
        for _ in range(self._count):
            critic = _network(torch, sizes)
            best = torch.optim.AdamW(critic.parameters(), lr=3e-3, weight_decay=3e-2, fused=True)
            for _ in range(250):  # each critic sees its own draw of the steps
                some = torch.randint(len(target), (min(256, len(target)),))
                loss = ((critic(both[some]).squeeze(1) - target[some]) ** 2).mean()
                best.zero_grad()
                loss.backward()
                best.step()
            critics.append(critic)
            last += float(loss.detach()) / self._count
        return critics, last

    def _climb(self, critics: Sequence[Any], now: Any) -> float:
        torch = self._torch
        best = torch.optim.Adam(self.policy.parameters(), lr=3e-3, fused=True)
        worth = 0.0
        for _ in range(200):
            some = now[torch.randint(len(now), (min(256, len(now)),))]
            action = torch.tanh(self.policy(some))
            both = torch.cat([some, action], dim=1)
            values = torch.stack([c(both).squeeze(1) for c in critics])
            gain = values.mean(dim=0) - _SPREAD_PRICE * values.std(dim=0)
            loss = -(gain - _CORRECTION_PRICE * (action**2).sum(dim=1)).mean()
            best.zero_grad()
            loss.backward()
            best.step()
            worth = float(values.detach().mean())
        return worth

    def layers(self) -> Layers:
        """The policy on features in their own units: their scale is part of the first layer."""
        linear = [m for m in self.policy if hasattr(m, "weight")]
        pairs = [
            (m.weight.detach().numpy().T.astype(np.float64), m.bias.detach().numpy())
            for m in linear
        ]
        weights, bias = pairs[0]
        scaled = weights / self._std[:, None]
        pairs[0] = (scaled, bias - self._mean @ scaled)
        return [(w.astype(np.float32), b.astype(np.float32)) for w, b in pairs]


def train(
    skill: str,
    seed: int,
    rounds: int,
    trials: int,
    processes: int,
    out: Path,
    kept: Sequence[Path] = (),
    name: str = "",
) -> dict[str, Any]:
    """So many rounds of so many trials; writes the policy after each. The same seed gives the same
    weights with any number of processes. name: SKILL-r1 without it. kept: steps.npz of earlier
    runs, to begin with (with no rounds they are all there is). Returns figures."""
    declared = SKILLS[skill].residual
    assert declared is not None
    counter = counter_of(declared)
    learner = Learner(len(declared.features), len(declared.adjustables), counter, seed)
    episodes = [episode for file in kept for episode in _episodes(file)]
    layers: Layers = []
    figures: dict[str, Any] = {"rounds": []}
    started = time.time()
    command = f"python -m sim.rl.corrections --skill {skill} --seed {seed} --rounds {rounds}"
    command += (
        f" --trials {trials}"
        + (f" --name {name}" if name else "")
        + "".join(f" --steps {file.name}" for file in kept)
    )

    def fit(fresh: list[list[Step]]) -> Layers:
        row = {
            "trials": len(episodes),
            "return": float(np.mean([sum(s.reward for s in e) for e in fresh])),
            "steps": float(np.mean([len(e) for e in fresh])),
            "wall_s": round(time.time() - started, 1),
            **learner.fit([step for episode in episodes for step in episode]),
        }
        figures["rounds"].append(row)
        print(" ".join(f"{k} {v:.3g}" for k, v in row.items()), flush=True)
        layers = learner.layers()
        write_policy(
            out, name or f"{skill}-r1", skill, ("panda",), layers, declared, command, figures
        )
        np.savez_compressed(out / "steps.npz", **_arrays(episodes))  # type: ignore[arg-type]
        return layers

    if episodes:
        layers = fit(episodes)
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        for number in range(rounds):
            noise = 0.5 if number == 0 else max(0.35 * 0.75 ** (number - 1), 0.12)
            first = (seed * 10_000 + number * trials) % JUDGED_FROM
            numbers = list(range(first, first + trials))
            parts = [
                (skill, numbers[i : i + _PART], layers, noise) for i in range(0, trials, _PART)
            ]
            fresh = [e for part in pool.starmap(collect, parts, chunksize=1) for e in part]
            episodes += fresh
            layers = fit(fresh)
    return figures


def _arrays(episodes: Sequence[Sequence[Step]]) -> dict[str, NDArray[Any]]:
    """All steps as arrays, with the number of their trial."""
    steps = [(i, s) for i, episode in enumerate(episodes) for s in episode]
    return {
        "trial": np.array([i for i, _ in steps]),
        "seen": np.array([s.seen for _, s in steps]),
        "action": np.array([s.action for _, s in steps]),
        "reward": np.array([s.reward for _, s in steps]),
    }


def _episodes(file: Path) -> list[list[Step]]:
    """What `_arrays` wrote."""
    with np.load(file) as kept:
        trial, seen, action, reward = (kept[k] for k in ("trial", "seen", "action", "reward"))
    episodes: list[list[Step]] = [[] for _ in range(int(trial.max()) + 1)]
    for i, number in enumerate(trial):
        goes_on = i + 1 < len(trial) and trial[i + 1] == number
        after = seen[i + 1] if goes_on else None
        episodes[number].append(Step(seen[i], action[i], float(reward[i]), after))
    return episodes


def main(argv: Sequence[str] | None = None) -> None:
    """Entry point of `python -m sim.rl.corrections`."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--skill", choices=sorted(SKILLS), required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--trials", type=int, default=240, help="a round")
    parser.add_argument(
        "--steps", type=Path, nargs="*", default=[], help="steps.npz of earlier runs"
    )
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--name", default="", help="of the policy, SKILL-r1 without it")
    parser.add_argument("--out", type=Path, default=None, help="runs/NAME without it")
    args = parser.parse_args(argv)
    out = args.out or Path("runs") / (args.name or f"{args.skill}-r1")
    train(
        args.skill, args.seed, args.rounds, args.trials, args.processes, out, args.steps, args.name
    )


if __name__ == "__main__":
    main()
