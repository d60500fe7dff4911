"""The suites' rows as meanings: drawn, judged and rewarded as one thing.

    python -m benchmarks.suites.meanings                  # every meaning and its share
    python -m benchmarks.suites.meanings --set dev --n 50 # draws, and the reward of the rows' plans

Knows: that a row is a meaning, and that every suite has the same share of a mixture. Does not
know: who carries a case out; `case_run.play` does with a body, `seen` of it is what is checked.

These are for measuring. What trains draws from training/meanings.py, which is kept free of their
sentences; both give examples, verdicts and rewards in the same form.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from benchmarks.suites import SETS, chosen
from benchmarks.suites.cases import Case, Row, make
from benchmarks.suites.judge import Seen
from benchmarks.suites.judging import check
from llmagentos.learning.meanings import Meaning, Mixture

CaseMeaning = Meaning[Case, Sequence[Seen]]


def meaning(suite: str, index: int, row: Row, weight: float = 1.0) -> CaseMeaning:
    """The row at this index of a suite; "places/07"."""
    return Meaning(f"{suite}/{index:02d}", partial(make, suite, index, row), check, weight)


def mixture(
    folder: Path | None = None, names: Sequence[str] | None = None, which: str | None = "dev"
) -> Mixture[Case, Sequence[Seen]]:
    """The meanings of a set or of named suites, see `suites.chosen`. ValueError for none of them."""
    return Mixture(
        [
            meaning(suite, i, row, 1 / len(rows))
            for suite, rows in chosen(folder, names, which).items()
            for i, row in enumerate(rows)
        ]
    )


def main(argv: Sequence[str] | None = None) -> None:
    """Entry point of `python -m benchmarks.suites.meanings`: list them, or draw and carry out."""
    from benchmarks.suites.case_run import FixedPlanner, SymbolicBody, play

    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("suites", nargs="*", help="only these")
    parser.add_argument("--set", dest="which", default=None, choices=SETS)
    parser.add_argument("--n", type=int, default=0, help="draw and carry out so many")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args(argv)
    which = args.which or (None if args.suites else "all")
    meanings = mixture(names=args.suites or None, which=which)
    rewards = []
    for seed in range(args.seed, args.seed + args.n):
        one, case = meanings.draw(seed)
        seen: list[Seen] = []
        planner = FixedPlanner([turn.oracle for turn in case.turns])
        play(case, SymbolicBody(planner), seen=seen.append)
        rewards.append(one.reward(case, seen))
    if rewards:
        print(f"{args.n} examples; reward of their own plans {statistics.mean(rewards):.3f}")
        return
    for name, share in meanings.shares().items():
        print(f"{100 * share:6.3f} %  {name}")
    print(f"in {len(meanings)} meanings")


if __name__ == "__main__":
    main()
