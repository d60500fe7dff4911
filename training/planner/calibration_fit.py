"""Fits confidence, word curve and option sets, and says how good they are.

Knows: evidence figures beside whether the plan was right. Does not know: models, sentences, files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from llm_edge.calibration import Calibration, sigmoid

Floats = NDArray[np.float64]

#: How much the free sentences count, which are the likest to what strangers say; the splits of
#: the corpus share the rest.
FREE_SHARE = 0.6
RIDGE = 0.01
STEPS = 60
#: Points of the word curve.
CURVE = 16


@dataclass(frozen=True)
class Item:
    """One sentence. half: 0 or 1. figures [len(NAMES)], right, raw (product of probabilities) and
    moves are the first plan's; others: (figures, relative probability, right) of each other plan;
    words: (probability, right) of each of the first plan's words up to the first wrong one."""

    source: str
    half: int
    figures: Floats
    right: bool
    raw: float
    moves: bool
    others: tuple[tuple[Floats, float, bool], ...] = ()
    words: tuple[tuple[float, bool], ...] = ()

    @property
    def answer(self) -> int:
        """Which option is right: 0 the first plan, 1 the next one ..., -1 none of them."""
        every = [self.right, *(right for _, _, right in self.others)]
        return every.index(True) if True in every else -1


def fit(items: Sequence[Item], coverage: float) -> Calibration:
    """The calibration of these sentences; the options' threshold from halves fitted crosswise."""
    made = weighed(items)
    scores = [s for part, other in halves(items) for s in scores_of(weighed(other), part)]
    return replace(made, threshold=threshold_of(scores, coverage), coverage=coverage)


def halves(items: Sequence[Item]) -> list[tuple[list[Item], list[Item]]]:
    """(half, the other half), both ways."""
    parts = [[x for x in items if x.half == h] for h in (0, 1)]
    return [(parts[0], parts[1]), (parts[1], parts[0])]


def weighed(items: Sequence[Item]) -> Calibration:
    """Weights, word curve and the other plans' shares. ValueError where all are right, or none."""
    if len({x.right for x in items}) < 2:
        raise ValueError(f"expected right and wrong plans to tell apart, got {len(items)} of one")
    x = np.asarray([i.figures for i in items])
    y = np.asarray([i.right for i in items], dtype=float)
    share = _shares(items)
    mean = np.average(x, axis=0, weights=share)
    scale = np.sqrt(np.average((x - mean) ** 2, axis=0, weights=share)) + 1e-6
    bias, *weights = logistic((x - mean) / scale, y, share)
    made = Calibration(tuple(weights), bias, tuple(mean), tuple(scale), _curve(items))
    return replace(made, other=_other(made, items))


def _shares(items: Sequence[Item]) -> Floats:
    """How much each sentence counts; they add up to their number."""
    names = [i.source for i in items]
    sources = sorted(set(names))
    rest = (1.0 - FREE_SHARE) / max(1, len(sources) - ("free" in sources))
    each = {
        s: (FREE_SHARE if s == "free" and len(sources) > 1 else rest) / names.count(s)
        for s in sources
    }
    out = np.asarray([each[n] for n in names])
    total: Floats = out * len(items) / out.sum()
    return total


def logistic(x: Floats, y: Floats, share: Floats, ridge: float = RIDGE) -> list[float]:
    """[bias, weights ...] of a logistic regression with a ridge on the weights, by Newton steps."""
    x = np.column_stack([np.ones(len(x)), x])
    penalty = ridge * len(y) * np.eye(x.shape[1])
    penalty[0, 0] = 0.0
    b = np.zeros(x.shape[1])
    for _ in range(STEPS):
        p = sigmoid(x @ b)
        slope = x.T @ (share * (p - y)) + penalty @ b
        bend = (x * (share * p * (1.0 - p))[:, None]).T @ x + penalty
        step = np.linalg.solve(bend + 1e-9 * np.eye(len(b)), slope)
        b -= step
        if np.abs(step).max() < 1e-9:
            break
    return [float(v) for v in b]


def _curve(items: Sequence[Item]) -> tuple[tuple[float, float], ...]:
    """The share of right plan words at each probability, made to rise (pool adjacent violators)."""
    pairs = sorted(w for i in items for w in i.words)
    if len(pairs) < CURVE:
        return Calibration.word_curve
    p = np.asarray([a for a, _ in pairs])
    y = rising(np.asarray([float(b) for _, b in pairs]))
    # as many points where words are unsure as where they are nearly sure, which most are
    wanted = np.unique(np.concatenate([np.linspace(p[0], 1.0, CURVE), [0.99, 0.999]]))
    points = [(0.0, 0.0)]
    for q in wanted:
        near = np.abs(p - q) <= max(0.03 * (1.0 - q), 0.002)
        if near.any():
            points.append((float(q), float(max(points[-1][1], y[near].mean()))))
    return tuple(points)


def rising(y: Floats) -> Floats:
    """The nearest sequence that never falls."""
    blocks: list[list[float]] = []
    for value in y:
        blocks.append([value, 1.0])
        while len(blocks) > 1 and blocks[-2][0] >= blocks[-1][0]:
            v, n = blocks.pop()
            blocks[-1] = [(blocks[-1][0] * blocks[-1][1] + v * n) / (blocks[-1][1] + n),
                          blocks[-1][1] + n]  # fmt: skip
    return np.concatenate([np.full(int(n), v) for v, n in blocks]) if blocks else y


def _log_odds(made: Calibration, figures: Sequence[Floats]) -> Floats:
    x = (np.asarray(figures) - np.asarray(made.mean)) / np.asarray(made.scale)
    out: Floats = x @ np.asarray(made.weights) + made.bias
    return out


def _features(made: Calibration, item: Item) -> Floats:
    """[n, 2] of the other plans, as `Calibration.other_shares` takes them."""
    odds = _log_odds(made, [f for f, _, _ in item.others])
    return np.column_stack([odds, np.log(np.clip([r for _, r, _ in item.others], 1e-6, None))])


def _other(made: Calibration, items: Sequence[Item]) -> tuple[float, float, float]:
    """Weights of the other plans' shares, by likelihood over sentences whose first is wrong."""
    cases = [
        (_features(made, i), i.answer - 1 if i.answer > 0 else -1)
        for i in items
        if i.others and not i.right
    ]
    if not cases:
        return made.other
    most = max(len(f) for f, _ in cases)
    full, there = np.zeros((len(cases), most, 3)), np.zeros((len(cases), most))
    hit = np.zeros_like(there)
    for k, (features, answer) in enumerate(cases):
        full[k, : len(features)] = np.column_stack([features, np.ones(len(features))])
        there[k, : len(features)] = 1.0
        if answer >= 0:
            hit[k, answer] = 1.0
    w = np.asarray(made.other)
    for step in range(400):
        weight = there * np.exp(np.clip(full @ w, -30.0, 30.0))
        share = weight / (1.0 + weight.sum(axis=1, keepdims=True))
        slope = 0.01 * w + np.einsum("kof,ko->f", full, share - hit) / len(cases)
        w = w - (0.3 if step < 200 else 0.1) * slope
    return float(w[0]), float(w[1]), float(w[2])


def probabilities(made: Calibration, item: Item) -> Floats:
    """Of the first plan, the others, and none of them."""
    sure = float(sigmoid(_log_odds(made, [item.figures]))[0])
    shares = made.other_shares(_features(made, item)) if item.others else np.zeros(0)
    options = np.concatenate([[sure], (1.0 - sure) * shares])
    return np.append(options, 1.0 - options.sum())


def scores_of(made: Calibration, items: Sequence[Item]) -> list[float]:
    """The probability given to the right option, of each free sentence."""
    return [float(probabilities(made, i)[i.answer]) for i in items if i.source == "free"] or [
        float(probabilities(made, i)[i.answer]) for i in items
    ]


def threshold_of(scores: Sequence[float], coverage: float) -> float:
    """What at least `coverage` of new right options reach (split conformal, finite sample)."""
    rank = int(np.floor((1.0 - coverage) * (len(scores) + 1)))
    return float(np.sort(scores)[rank - 1]) if rank > 0 else 0.0
