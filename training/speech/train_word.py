"""Trains what hears a keyword, from shards of word_data: `python -m training.speech.train_word`.

Knows: the network's form, what is kept for choosing its threshold. Does not know: how clips are
made, nor the benchmarks' voices and sentences (benchmarks.speech_stop, benchmarks.speech_wake), which
chose nothing here.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import save_file
from torch.nn import functional

from llmagentos.speech.audio import RATE_HZ
from llmagentos.speech.keywords import AGO, HOP, KEYWORDS, SIZE

#: Of every so many clips one is kept for choosing the threshold.
_KEPT = 6
#: The threshold misses this share of the keywords in them: a stop that is missed is worse than a false
#: one, a wake word can be said again.
MISSED = {"stop": 0.015, "hey robot": 0.03}
#: So many times a second what was kept was looked at: every second hop.
_LOOKS_HZ = RATE_HZ / HOP / 2


@dataclass(frozen=True)
class Rows:
    """x [n, 384], y [n] (1: the word has just ended), clip [n]: what was said; bag [n]: one hearing of
    it, in which one moment with the word is enough."""

    x: NDArray[np.float32]
    y: NDArray[np.int8]
    clip: NDArray[np.int64]
    bag: NDArray[np.int64]

    def of(self, rows: NDArray[np.bool_]) -> Rows:
        """Those rows alone."""
        return Rows(self.x[rows], self.y[rows], self.clip[rows], self.bag[rows])

    def bags(self) -> NDArray[np.int64]:
        """[bags, most rows of one] of those with the word: its rows, the first again where it has
        fewer."""
        at = np.flatnonzero(self.y == 1)
        _, first, counts = np.unique(self.bag[at], return_index=True, return_counts=True)
        beside = np.arange(counts.max())[None]
        return at[first[:, None] + np.where(beside < counts[:, None], beside, 0)]


class _Network(torch.nn.Module):
    def __init__(self, mean: torch.Tensor, scale: torch.Tensor, width: tuple[int, int]) -> None:
        super().__init__()
        self.mean, self.scale = mean, scale
        self.layers = torch.nn.ModuleList(
            [
                torch.nn.Linear(SIZE * len(AGO), width[0]),
                torch.nn.Linear(width[0], width[1]),
                torch.nn.Linear(width[1], 1),
            ]
        )
        self.drop = torch.nn.Dropout(0.3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = (x - self.mean) / self.scale
        x = self.drop(torch.relu(self.layers[0](x)))
        x = self.drop(torch.relu(self.layers[1](x)))
        return self.layers[2](x)[:, 0]


def load(folder: Path, word: str) -> Rows:
    """All shards of a keyword."""
    parts: list[list[NDArray[Any]]] = []
    for number, path in enumerate(sorted(folder.glob(f"{word.replace(' ', '-')}-*.npz"))):
        shard = np.load(path)
        named = [shard[name].astype(np.int64) + number * 1_000_000 for name in ("clip", "bag")]
        parts.append([shard["x"], shard["y"], *named])
    if not parts:
        raise SystemExit(f"expected shards of word_data in {folder}, got none")
    x, y, clip, bag = (np.concatenate([p[i] for p in parts]) for i in range(4))
    return Rows(x.astype(np.float32), y, clip, bag)


def train(rows: Rows, epochs: int, seed: int) -> _Network:
    """A network. Where the word is said, it must be sure at one moment, not at all of them."""
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    x = torch.tensor(rows.x)
    scale = torch.tensor(np.maximum(rows.x.std(0), 1e-3))
    network = _Network(torch.tensor(rows.x.mean(0)), scale, (96, 32))
    bags, others = torch.tensor(rows.bags()), torch.tensor(np.flatnonzero(rows.y == 0))
    optimizer = torch.optim.AdamW(network.parameters(), 1e-3, weight_decay=1e-2)
    steps = len(others) // 384
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, total_steps=epochs * steps + 1)
    for _ in range(epochs):
        order = others[torch.randperm(len(others))]
        for talk in order[: steps * 384].view(-1, 384):
            said = bags[torch.randint(len(bags), (96,))]
            batch = x[torch.cat([said.flatten(), talk])]
            logits = network(batch + 0.3 * scale * torch.randn_like(batch))
            hits = logits[: said.numel()].view(said.shape)
            missed = functional.softplus(-hits.max(1).values).mean()
            late = functional.softplus(-hits).mean()
            false = functional.softplus(logits[said.numel() :]).mean()
            loss = 0.35 * (missed + 0.2 * late) + false
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return network.eval()


def several(networks: Sequence[_Network]) -> _Network:
    """The mean of what several say, as one network of the same form."""
    first, count = networks[0], len(networks)
    width = [sum(n.layers[i].out_features for n in networks) for i in (0, 1)]
    out = _Network(first.mean, first.scale, (width[0], width[1]))
    w, b = ([[getattr(n.layers[i], name) for n in networks] for i in range(3)]
            for name in ("weight", "bias"))  # fmt: skip
    with torch.no_grad():
        out.layers[0].weight.copy_(torch.cat(w[0]))
        out.layers[1].weight.copy_(torch.block_diag(*w[1]))
        out.layers[2].weight.copy_(torch.cat(w[2], 1) / count)
        out.layers[0].bias.copy_(torch.cat(b[0]))
        out.layers[1].bias.copy_(torch.cat(b[1]))
        out.layers[2].bias.copy_(sum(b[2]) / count)
    return out.eval()


def judged(sure: NDArray[np.float32], rows: Rows, missed: float) -> tuple[float, float, float]:
    """(threshold, missed share, false hits an hour) on what was kept. missed: to be aimed at."""
    most = sure[rows.bags()].max(1)
    says = np.isin(rows.clip, rows.clip[rows.y == 1])
    talk = rows.of(~says)
    hours = len(talk.y) / _LOOKS_HZ / 3600
    _, at = np.unique(talk.bag, return_inverse=True)
    loudest = np.zeros(at.max() + 1, np.float32)
    np.maximum.at(loudest, at, sure[~says])
    threshold = float(np.quantile(most, missed))
    return threshold, float((most < threshold).mean()), float((loudest >= threshold).sum() / hours)


def save(network: _Network, threshold: float, told: dict[str, str], path: Path) -> None:
    """Weights as the product reads them."""
    weights: dict[str, Any] = {"mean": network.mean.numpy(), "scale": network.scale.numpy()}
    for number, layer in enumerate(network.layers):
        weights[f"w{number}"] = layer.weight.detach().numpy().T.copy()
        weights[f"b{number}"] = layer.bias.detach().numpy()
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(weights, path, {"threshold": f"{threshold:.4f}", **told})


def main() -> None:
    """Train, choose the threshold, write the weights."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of word_data's shards")
    parser.add_argument("--word", choices=tuple(KEYWORDS), default="stop")
    parser.add_argument("--out", type=Path, help="the product's own file where it is not given")
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--members", type=int, default=3, help="networks whose mean it is")
    options = parser.parse_args()
    rows = load(options.data, options.word)
    kept = rows.clip % _KEPT == 0
    apart, seeds = rows.of(kept), range(options.seed, options.seed + options.members)
    network = several([train(rows.of(~kept), options.epochs, seed) for seed in seeds])
    with torch.no_grad():
        sure = torch.sigmoid(network(torch.tensor(apart.x))).numpy()
    words = len(set(rows.clip[rows.y == 1].tolist()))
    hours = (rows.y == 0).sum() / _LOOKS_HZ / 3600
    print(f"{words} times said, {hours:.2f} h without")
    for aim in (0.005, 0.01, 0.015, 0.02, 0.03, 0.05, MISSED[options.word]):
        threshold, missed, false = judged(sure, apart, aim)
        print(f"kept apart: missed {missed:.2%}, {false:.2f} false an hour at {threshold:.3f}")
    told = {"said": str(words), "hours": f"{hours:.2f}", "missed": f"{missed:.4f}"}
    save(network, threshold, told, options.out or KEYWORDS[options.word])


if __name__ == "__main__":
    main()
