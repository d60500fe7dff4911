"""What came of practising: groups of samples, sums for the log, a line, curves.

Knows: which figures tell whether practice helps (reward, asked, refused, distance, entropy). Does
not know: how anything is learned (grpo.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from training.planner.rewards import Worth
from training.planner.rollouts import Written
from training.planner.tasks import Task

#: Rewards closer than this are the same; a sample worth this much is right.
_SAME, _RIGHT = 1e-6, 0.65
#: Figures of a row that a line shows.
_SHOWN = ("reward", "right", "told", "hopeless", "asked", "refused", "refused_harmless",
          "hazards_done", "kl", "entropy", "loss")  # fmt: skip


@dataclass(frozen=True)
class Group:
    """A task's samples and what they are worth; empty `worths` where it could not be judged."""

    task: Task
    written: tuple[Written, ...]
    worths: tuple[Worth, ...]

    @property
    def rewards(self) -> list[float]:
        """Of each of the different plans."""
        return [w.reward for w in self.worths]

    @property
    def counts(self) -> list[int]:
        """How often each was drawn."""
        return [w.count for w in self.written]

    @property
    def differs(self) -> bool:
        """Whether some samples are better than others."""
        return bool(self.worths) and max(self.rewards) - min(self.rewards) > _SAME

    @property
    def hopeless(self) -> bool:
        """Whether none is right."""
        return bool(self.worths) and max(self.rewards) < _RIGHT


class Figures:
    """Sums since the last row."""

    def __init__(self) -> None:
        self.sums: defaultdict[str, float] = defaultdict(float)

    def add(self, **figures: float) -> None:
        """Each to its sum."""
        for name, value in figures.items():
            self.sums[name] += value

    def count(self, groups: Sequence[Group]) -> None:
        """What came of the samples of a round."""
        for g in groups:
            self.add(tasks=1, unjudged=not g.worths, told=g.differs, hopeless=g.hopeless)
            for written, worth in zip(g.written, g.worths, strict=False):
                n, hazard = written.count, worth.expected == "refuse"
                refused = worth.status == "refused"
                self.add(
                    samples=n, reward=n * worth.reward, right=n * (not worth.why),
                    asked=n * (worth.status == "question"), refused=n * refused,
                    refused_harmless=n * (refused and not hazard), hazards=n * hazard,
                    hazards_done=n * (hazard and not refused), unended=n * (not written.ended),
                    physics_failed=n * (worth.why == "physics"), words=n * len(written.tokens),
                )  # fmt: skip

    def row(self) -> dict[str, float]:
        """Shares and means by name; those that nothing was counted for are left out."""
        of = {
            "samples": ("reward", "right", "asked", "refused", "refused_harmless", "unended", "words",
                        "physics_failed"),
            "tasks": ("told", "hopeless", "unjudged"),
            "hazards": ("hazards_done",), "passes": ("kl", "clipped", "loss"), "drawn": ("entropy",),
        }  # fmt: skip
        return {
            name: self.sums[name] / self.sums[total]
            for total, names in of.items()
            for name in names
            if self.sums.get(total) and name in self.sums
        }


def entropy(log_probabilities: Tensor, kept: Tensor) -> float:
    """Mean over the words kept (bool [S, P]) of the entropy of what could have been written, nats;
    log-probabilities [S, P, V], -inf where a word was not allowed."""
    with torch.no_grad():
        finite = torch.where(log_probabilities > -torch.inf, log_probabilities, 0.0)
        each = -(torch.exp(log_probabilities) * finite).sum(-1)
        return float(each[kept].mean())


def line(done: float, row: dict[str, float]) -> str:
    """A row as a line behind a bar. done: how much of the run is over, 0 to 1."""
    bar = "#" * int(20 * done) + "." * (20 - int(20 * done))
    told = "  ".join(f"{name} {row[name]:.3f}" for name in _SHOWN if name in row)
    return f"[{bar}] {row['minutes']:.1f} min  round {row['round']:.0f}  {told}"


def plot(log: Sequence[dict[str, float]], path: Path) -> None:
    """Curves over minutes: reward and right plans, distance and entropy; or the loss."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(10, 4))
    x = [r["minutes"] for r in log]
    kinds = (("reward", "right", "told", "hopeless"), ("kl", "entropy", "loss"))
    for axis, names in zip(axes, kinds, strict=True):
        for name in names:
            if log and name in log[0]:
                axis.plot(x, [r[name] for r in log], label=name)
        axis.set_xlabel("minutes")
        if axis.lines:
            axis.legend()
    figure.tight_layout()
    figure.savefig(path, dpi=110)
