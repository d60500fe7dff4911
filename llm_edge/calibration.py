"""How sure a model's plan is: evidence weighed into the probability that the plan is right.

Knows: the weights in a model folder's calibration.json (training/planner/calibrate.py fits them on
sentences that the model was not trained on) and the default for folders without one. Does not
know: how the evidence is gathered, nor what is done with doubt.

Confidence is a logistic regression on `evidence.NAMES`; a plan word's is its probability through a
rising curve; another plan's is what the first one leaves, shared out by the other plans' own
evidence. `plausible` is KnowNo's prediction set: all options, "none of these" among them, that are
likely enough to hold the right one as often as promised (split conformal prediction, Ren et al.
2023, arXiv:2307.01928).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llm_edge.evidence import NAMES, Evidence
from llmagentos.errors import FileError, ModelError
from llmagentos.files import read_json

FILE = "calibration.json"


@dataclass(frozen=True)
class Calibration:
    """mean, scale, weights: one for each figure; bias. word_curve: (probability, share right),
    both rising. other: weights of another plan's log odds and relative log probability, and a bias.
    threshold: options at least this likely are plausible. coverage: how often they then hold the
    right one. about: how it was made, for people."""

    weights: tuple[float, ...]
    bias: float
    mean: tuple[float, ...]
    scale: tuple[float, ...]
    word_curve: tuple[tuple[float, float], ...] = ((0.0, 0.0), (1.0, 1.0))
    other: tuple[float, float, float] = (0.5, 0.5, -1.0)
    threshold: float = 0.1
    coverage: float = 0.9
    about: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def load(cls, folder: Path) -> Calibration:
        """The folder's own, else `DEFAULT`. ModelError for a file that is no calibration."""
        path = folder / FILE
        if not path.is_file():
            return DEFAULT
        try:
            data: Any = read_json(path, "a calibration")
            made = cls.of(data)
        except FileError as exc:
            raise ModelError(str(exc)) from exc
        except (KeyError, TypeError, ValueError) as exc:
            raise ModelError(f"expected a calibration in {path}, got: {exc!r}") from exc
        return made

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Calibration:
        """From the file's data. KeyError, TypeError or ValueError for what is none."""
        figures: Mapping[str, Any] = data["figures"]
        if set(figures) != set(NAMES):
            raise ValueError(
                f"expected the figures {sorted(NAMES)}, got {sorted(figures)}: calibrate again"
            )
        rows = [figures[name] for name in NAMES]
        first, second, third = (float(v) for v in data["other"])
        return cls(
            tuple(float(r["weight"]) for r in rows),
            float(data["bias"]),
            tuple(float(r["mean"]) for r in rows),
            tuple(float(r["scale"]) for r in rows),
            tuple((float(x), float(y)) for x, y in data["word_curve"]),
            (first, second, third),
            float(data["threshold"]),
            float(data["coverage"]),
            data.get("about", {}),
        )

    def to_json(self) -> dict[str, Any]:
        """As `of` reads it."""
        rows = zip(NAMES, self.weights, self.mean, self.scale, strict=True)
        return {
            "about": dict(self.about),
            "bias": self.bias,
            "figures": {n: {"weight": w, "mean": m, "scale": s} for n, w, m, s in rows},
            "word_curve": [list(point) for point in self.word_curve],
            "other": list(self.other),
            "threshold": self.threshold,
            "coverage": self.coverage,
        }

    def log_odds(self, evidence: Evidence) -> float:
        """Of the plan being right, by its own evidence."""
        standard = (evidence.figures - np.asarray(self.mean)) / np.asarray(self.scale)
        return float(standard @ np.asarray(self.weights)) + self.bias

    def confidence(self, evidence: Evidence) -> float:
        """The share of plans with such evidence that are right."""
        return float(sigmoid(np.asarray(self.log_odds(evidence))))

    def word(self, probability: float) -> float:
        """The share of plan words written with this probability that are right."""
        xs, ys = zip(*self.word_curve, strict=True)
        return float(np.interp(probability, xs, ys))

    def options(
        self, first: Evidence, others: Sequence[tuple[Evidence, float]]
    ) -> tuple[float, ...]:
        """Probability of the first plan and of each other one; the rest is "none of these".

        others: with their probability as the model wrote them, relative to the first plan's.
        """
        sure = self.confidence(first)
        shares = self.other_shares(
            np.asarray([(self.log_odds(e), np.log(max(r, 1e-6))) for e, r in others]).reshape(-1, 2)
        )
        return (sure, *(float(v) for v in (1.0 - sure) * shares))

    def other_shares(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """[n]: each other plan's share of what the first one leaves, from [n, 2] log odds and
        relative log probabilities."""
        a, b, c = self.other
        weight = np.exp(np.clip(features @ np.asarray([a, b]) + c, -30.0, 30.0))
        share: NDArray[np.float64] = weight / (1.0 + weight.sum())
        return share

    def plausible(self, probabilities: Sequence[float]) -> tuple[tuple[int, ...], bool]:
        """(which options are plausible, whether "none of these" is)."""
        rest = max(0.0, 1.0 - sum(probabilities))
        inside = tuple(i for i, p in enumerate(probabilities) if p >= self.threshold)
        return inside, rest >= self.threshold


def sigmoid(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """1 / (1 + e^-x), elementwise."""
    out: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-np.clip(x, -40.0, 40.0)))
    return out


def _default() -> Calibration:
    """Of planner-v4's order of size: half of its log odds, less what nothing stands for."""
    weights = {"log_odds": 0.5, "missing_share": -6.0, "wavering": -0.2}
    n = len(NAMES)
    return Calibration(
        tuple(weights.get(name, 0.0) for name in NAMES), 0.3, (0.0,) * n, (1.0,) * n,
        about={"default": "for models that nobody has calibrated"},
    )  # fmt: skip


#: For a model folder without calibration.json.
DEFAULT = _default()
