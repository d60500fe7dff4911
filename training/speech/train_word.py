"""Trains what hears a keyword, from shards of word_data: `python -m training.speech.train_word`.

Knows: the network's form, what is kept for choosing its threshold. Does not know: how clips are
made, nor the benchmarks' voices and sentences (benchmarks.speech_stop, benchmarks.speech_wake), which
chose nothing here.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import save_file

from llmagentos.speech.audio import RATE_HZ
from llmagentos.speech.keywords import AGO, HOP, KEYWORDS, SIZE

#: Of every so many clips one is kept for choosing the threshold.
_KEPT = 6
#: The threshold misses this share of the keywords in them: a stop that is missed is worse than a false
#: one, a wake word can be said again.
MISSED = {"stop": 0.03, "hey robot": 0.03}


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


def load(
    folder: Path, word: str
) -> tuple[NDArray[np.float32], NDArray[np.int8], NDArray[np.int64]]:
    """All shards of a keyword: x [n, 384], y [n], clip [n]."""
    parts = []
    for number, path in enumerate(sorted(folder.glob(f"{word.replace(' ', '-')}-*.npz"))):
        shard = np.load(path)
        parts.append((shard["x"], shard["y"], shard["clip"].astype(np.int64) + number * 1_000_000))
    x, y, clip = (np.concatenate([p[i] for p in parts]) for i in range(3))
    return x.astype(np.float32), y, clip


def train(x: NDArray[np.float32], y: NDArray[np.int8], epochs: int, seed: int) -> _Network:
    """A network for rows x with labels y."""
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    network = _Network(torch.tensor(x.mean(0)), torch.tensor(np.maximum(x.std(0), 1e-3)), (96, 32))
    xs, ys = torch.tensor(x), torch.tensor(y, dtype=torch.float32)
    optimizer = torch.optim.AdamW(network.parameters(), 1e-3, weight_decay=1e-2)
    steps = epochs * (len(xs) // 512)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, total_steps=steps + 1)
    hit = torch.tensor(float(np.clip((y == 0).sum() / max(1, (y == 1).sum()), 1, 4)))
    for _ in range(epochs):
        order = torch.randperm(len(xs))
        for rows in order[: len(order) // 512 * 512].view(-1, 512):
            batch = xs[rows] + 0.3 * network.scale * torch.randn(len(rows), xs.shape[1])
            logits = network(batch)
            loss = torch.nn.functional.binary_cross_entropy_with_logits(
                logits, ys[rows], pos_weight=hit
            )
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return network.eval()


def choose(
    sure: NDArray[np.float32], y: NDArray[np.int8], clip: NDArray[np.int64], missed: float
) -> tuple[float, float, float]:
    """(threshold, missed share, false hits an hour) on what was kept. missed: to be aimed at."""
    hits = set(clip[y == 1].tolist())
    most = {c: float(sure[(clip == c) & (y == 1)].max()) for c in hits}
    talk = ~np.isin(clip, list(hits))
    hours = talk.sum() * 2 * HOP / RATE_HZ / 3600  # every second hop was kept
    loudest = [float(sure[clip == c].max()) for c in set(clip[talk].tolist())]
    threshold = float(np.quantile(list(most.values()), missed))
    share = float(np.mean([m < threshold for m in most.values()]))
    return threshold, share, sum(x >= threshold for x in loudest) / max(hours, 1e-9)


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
    options = parser.parse_args()
    x, y, clip = load(options.data, options.word)
    kept = clip % _KEPT == 0
    network = train(x[~kept], y[~kept], options.epochs, options.seed)
    with torch.no_grad():
        sure = torch.sigmoid(network(torch.tensor(x[kept]))).numpy()
    threshold, missed, false = choose(sure, y[kept], clip[kept], MISSED[options.word])
    said = set(clip[y == 1].tolist())
    words, hours = len(said), (~np.isin(clip, list(said))).sum() * 2 * HOP / RATE_HZ / 3600
    print(
        f"{words} times said, {hours:.2f} h without; kept apart: missed {missed:.2%}, "
        f"{false:.2f} false an hour at {threshold:.3f}"
    )
    told = {"said": str(words), "hours": f"{hours:.2f}", "missed": f"{missed:.4f}"}
    save(network, threshold, told, options.out or KEYWORDS[options.word])


if __name__ == "__main__":
    main()
