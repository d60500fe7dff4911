"""How good a calibration is: figures, tables and pictures, each sentence judged by the other half.

Knows: sentences as calibration_fit.py has them. Does not know: models, how the fit is made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.planner.calibration_fit import (
    Item,
    halves,
    probabilities,
    scores_of,
    threshold_of,
    weighed,
)

Floats = NDArray[np.float64]

#: Confidences from which a plan might be carried out, for the table.
ACT_FROM = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


@dataclass(frozen=True)
class Checked:
    """One sentence as the other half's fit sees it."""

    item: Item
    sure: float
    options: int
    covered: bool


def checked(items: Sequence[Item], coverage: float) -> list[Checked]:
    """Every sentence judged by what was fitted and calibrated on the other half."""
    out = []
    for part, other in halves(items):
        made = weighed(other)
        # the threshold from scores that the weights have not seen either: the other half, cut again
        again = [replace(i, half=k % 2) for k, i in enumerate(other)]
        scores = [s for a, b in halves(again) for s in scores_of(weighed(b), a)]
        threshold = threshold_of(scores, coverage)
        for i in part:
            p = probabilities(made, i)
            inside = p >= threshold
            out.append(Checked(i, float(p[0]), int(inside.sum()), bool(inside[i.answer])))
    return out


def auc(right: Floats, sure: Floats) -> float:
    """How often a right plan is surer than a wrong one; ties count half."""
    good, bad = sure[right > 0.5], sure[right < 0.5]
    if not len(good) or not len(bad):
        return float("nan")
    bad = np.sort(bad)
    below = np.searchsorted(bad, good, "left") + np.searchsorted(bad, good, "right")
    return float(below.mean() / 2 / len(bad))


def risk_coverage(right: Floats, sure: Floats) -> tuple[Floats, Floats]:
    """(share carried out, share of those that is wrong), the surest first."""
    order = np.argsort(-sure, kind="stable")
    wrong = 1.0 - right[order]
    n = np.arange(1, len(wrong) + 1)
    return n / len(wrong), np.cumsum(wrong) / n


def aurc(right: Floats, sure: Floats) -> float:
    """Area under the risk-coverage curve; less is better."""
    return float(risk_coverage(right, sure)[1].mean())


def ece(right: Floats, sure: Floats, bins: int = 10) -> float:
    """Expected calibration error over bins of as many sentences each."""
    parts = np.array_split(np.argsort(sure, kind="stable"), bins)
    gaps = [len(p) * abs(right[p].mean() - sure[p].mean()) for p in parts if len(p)]
    return float(sum(gaps) / len(right))


def summary(some: Sequence[Checked]) -> dict[str, float]:
    """One row: how many, how many right, and how well confidence tells them apart."""
    right = np.asarray([c.item.right for c in some], dtype=float)
    sure = np.asarray([c.sure for c in some])
    raw = np.asarray([c.item.raw for c in some])
    return {
        "n": len(some),
        "right": float(right.mean()),
        "auc_before": auc(right, raw),
        "auc": auc(right, sure),
        "aurc_before": aurc(right, raw),
        "aurc": aurc(right, sure),
        "ece_before": ece(right, raw),
        "ece": ece(right, sure),
        "covered": float(np.mean([c.covered for c in some])),
        "options": float(np.mean([c.options for c in some])),
    }


def thresholds(some: Sequence[Checked], steps: Sequence[float]) -> list[dict[str, float]]:
    """For each confidence to act from: wrong plans that would move unwarned, and right ones that
    are asked about in vain, both of all sentences."""
    rows = []
    for t in steps:
        wrong = [c for c in some if not c.item.right and c.item.moves and c.sure >= t]
        needless = [c for c in some if c.item.right and c.item.moves and c.sure < t]
        rows.append(
            {
                "act_from": t,
                "wrong_moved": len(wrong) / len(some),
                "needless": len(needless) / len(some),
            }
        )
    return rows


class Report:
    """Sentences checked by the half that they are not in; `data` is all of it as plain figures."""

    def __init__(self, items: Sequence[Item], coverage: float):
        self.checked, self.coverage = checked(items, coverage), coverage
        self._groups = {"all": self.checked}
        for source in dict.fromkeys(i.source for i in items):
            self._groups[source] = [c for c in self.checked if c.item.source == source]
        self.data: dict[str, Any] = {name: summary(some) for name, some in self._groups.items()}
        main = self._groups.get("free", self.checked)
        self.data["thresholds"] = thresholds(main, ACT_FROM)

    def table(self) -> str:
        """For the terminal and the docs."""
        lines = [
            "| sentences | n | right | AUC before | now | AURC before | now | calibration error "
            f"before | now | promised {100 * self.coverage:.0f} %, covered | options |",
            "|---|---|---|---|---|---|---|---|---|---|---|",
        ]
        for name in self._groups:
            r = self.data[name]
            lines.append(
                f"| {name} | {r['n']} | {100 * r['right']:.1f} % | {r['auc_before']:.3f} | "
                f"{r['auc']:.3f} | {r['aurc_before']:.3f} | {r['aurc']:.3f} | "
                f"{r['ece_before']:.3f} | {r['ece']:.3f} | {100 * r['covered']:.1f} % | "
                f"{r['options']:.2f} |"
            )
        lines += [
            "",
            "| free sentences: act from | wrong, would move unwarned | right, in vain asked |",
        ]
        lines += ["|---|---|---|"]
        lines += [
            f"| {t['act_from']:.1f} | {100 * t['wrong_moved']:.1f} % | {100 * t['needless']:.1f} % |"
            for t in self.data["thresholds"]
        ]
        return "\n".join(lines)

    def draw(self, folder: Path) -> None:
        """reliability.png and risk_coverage.png, of the free sentences where there are any."""
        import matplotlib

        matplotlib.use("Agg")
        from matplotlib import pyplot as plt

        folder.mkdir(parents=True, exist_ok=True)
        some = self._groups.get("free", self.checked)
        right = np.asarray([c.item.right for c in some], dtype=float)
        lines = {
            "product of probabilities": np.asarray([c.item.raw for c in some]),
            "calibrated confidence": np.asarray([c.sure for c in some]),
        }
        figure, axes = plt.subplots(figsize=(4.6, 4.2))
        axes.plot([0, 1], [0, 1], color="0.7", linewidth=1)
        for name, sure in lines.items():
            parts = np.array_split(np.argsort(sure, kind="stable"), 10)
            x, y = zip(*((sure[p].mean(), right[p].mean()) for p in parts if len(p)), strict=True)
            axes.plot(x, y, marker="o", label=f"{name}, error {ece(right, sure):.3f}")
        axes.set(xlabel="how sure", ylabel="share of right plans", xlim=(0, 1), ylim=(0, 1))
        axes.legend(loc="upper left", fontsize=8)
        figure.savefig(folder / "abstention_reliability.png", dpi=110, bbox_inches="tight")
        plt.close(figure)
        figure, axes = plt.subplots(figsize=(4.6, 4.2))
        for name, sure in lines.items():
            share, risk = risk_coverage(right, sure)
            axes.plot(share, risk, label=f"{name}, AURC {aurc(right, sure):.3f}")
        axes.set(xlabel="share of plans carried out", ylabel="share of those that is wrong",
                 xlim=(0, 1), ylim=(0, None))  # fmt: skip
        axes.legend(loc="upper left", fontsize=8)
        figure.savefig(folder / "abstention_risk_coverage.png", dpi=110, bbox_inches="tight")
        plt.close(figure)
