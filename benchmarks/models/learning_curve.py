"""Accuracy against how many sentences a model was trained on: a table and a picture.

    python -m training.planner.evaluate --model runs/half --n 300 --splits free --json runs/half/eval.json
    python -m benchmarks.suites.trust --model runs/half --act-from 0 --commands ../shared/commands \\
        --json runs/half/trust.json
    python -m benchmarks.models.learning_curve --point 7000 runs/half --point 14000 runs/whole --out curve.png

Knows: the two files of each run. Does not know: training, nor how right is judged.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.suites.report import wilson
from llmagentos.errors import LLMAgentOSError
from llmagentos.files import read_text


@dataclass(frozen=True)
class Share:
    """How many of `n` were right."""

    right: int
    n: int

    @property
    def interval(self) -> tuple[float, float]:
        """95 %, as shares."""
        return wilson(self.right, self.n)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{100 * self.right / self.n:.1f} % ({100 * low:.0f} to {100 * high:.0f})"


@dataclass(frozen=True)
class Point:
    """sentences: seen in training. free: held-out ones, plan written exactly as wanted. strangers:
    what was meant came of it, everything carried out."""

    sentences: int
    free: Share
    strangers: Share


def point(sentences: int, folder: Path) -> Point:
    """A run's figures. Raises LLMAgentOSError for a folder without the split or the limit."""
    splits = json.loads(read_text(folder / "eval.json", "an evaluation"))
    limits = json.loads(read_text(folder / "trust.json", "figures of trust"))
    free = [r for r in splits if r["split"] == "free"]
    strangers = [r for r in limits if r["act_from"] == 0]
    if not free or not strangers:
        raise LLMAgentOSError(f"expected split free and act_from 0 in {folder}, got neither or one")
    f, s = free[0], strangers[0]
    return Point(
        sentences,
        Share(round(f["exact"] * f["n"]), f["n"]),
        Share(round(s["right"] * s["cases"]), s["cases"]),
    )


def table(points: Sequence[Point]) -> str:
    """Rows by number of sentences, with 95 % intervals."""
    rows = [f"| {p.sentences:,} | {p.free} | {p.strangers} |" for p in points]
    head = (
        f"| sentences | held-out free ({points[0].free.n}) | strangers ({points[0].strangers.n}) |"
    )
    return "\n".join([head, "|---|---|---|", *rows])


def picture(points: Sequence[Point], path: Path) -> None:
    """Both shares with their intervals over the number of sentences."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    figure, axis = plt.subplots(figsize=(5, 3.2))
    x = [p.sentences for p in points]
    for name, shares in (
        ("held-out free sentences, exact plans", [p.free for p in points]),
        ("strangers, right", [p.strangers for p in points]),
    ):
        y = [100 * s.right / s.n for s in shares]
        low = [v - 100 * s.interval[0] for v, s in zip(y, shares, strict=True)]
        high = [100 * s.interval[1] - v for v, s in zip(y, shares, strict=True)]
        axis.errorbar(x, y, yerr=(low, high), marker="o", capsize=3, label=name)
    axis.set(xlabel="free sentences seen in training", ylabel="%", ylim=(0, 100))
    axis.legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(path, dpi=90)


def main(argv: Sequence[str] | None = None) -> None:
    """Entry point of `python -m benchmarks.models.learning_curve`."""
    parser = argparse.ArgumentParser(description="A learning curve from runs that were judged.")
    parser.add_argument("--point", nargs=2, action="append", required=True, metavar=("N", "RUN"))
    parser.add_argument("--out", type=Path, help="picture (PNG)")
    args = parser.parse_args(argv)
    points = sorted((point(int(n), Path(run)) for n, run in args.point), key=lambda p: p.sentences)
    print(table(points))
    if args.out:
        picture(points, args.out)


if __name__ == "__main__":
    main()
