"""Finished corpus pairs: commands and plan words, checked; shards for training.

Knows: how a draw becomes a pair, the development splits, which checks every pair passes
(checks/ carries it out, filter.py keeps evaluation sentences out). Does not know: the model.
`python -m training.corpus.build --help` writes shards.
"""

from __future__ import annotations

import argparse
import json
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from llm_edge import pointers
from llmagentos.errors import PlanError
from llmagentos.lang import codec as compact
from llmagentos.lang import grammar
from llmagentos.lang import plan as p
from training.corpus import mix, noise
from training.corpus.checks.checker import Checker, Level
from training.corpus.filter import is_evaluation_sentence
from training.corpus.sampler import SPAN_BASE, Ctx, Sample, Split, is_mark

MAX_WORDS = 60
MAX_PLAN_WORDS = 150
#: Percent of plan structures that only the compositions split has.
_HELD_STRUCTURES = 5
_STRUCTURE_WORDS = frozenset(
    """
    order where except group noun name else exists count is not and or fits sort size spacing
    rows dist part times cw ccw by_push place put push move stack arrange rotate swap clear
    reshape point pick if repeat until for_each wait_for in on at left_of right_of in_front_of
    behind next_to between corner_near corner_far side_near side_far origin elsewhere same_color
    different_color away_from toward around both half count at_most every_other rest nearest
    farthest one_each every_third
    """.split()
)


@dataclass(frozen=True)
class Pair:
    """A command, the robot's pending question or "", and the plan's words with pointers."""

    command: str
    pending: str
    target: tuple[str, ...]

    def plan(self) -> p.Plan:
        """The plan that the target spells, its pointers resolved in the command."""
        return compact.parse(" ".join(self.target), pointers.resolver(self.command))


def structure(target: tuple[str, ...]) -> tuple[str, ...]:
    """What a plan is built of, without colours, kinds and numbers."""
    return tuple(t for t in target if t in _STRUCTURE_WORDS)


def held_structure(target: tuple[str, ...]) -> bool:
    """Whether this shape of plan is kept for the "compositions" split, by its hash."""
    s = structure(target)
    return len(s) >= 4 and zlib.crc32(" ".join(s).encode()) % 100 < _HELD_STRUCTURES


def finish(sample: Sample, ctx: Ctx) -> Pair | None:
    """Noise, pointers and checks. None when the draw cannot be said within the limits."""
    question = isinstance(sample.steps[-1], p.Answer)
    text = noise.noisy(ctx, sample.text, question)
    words = text.split()
    spans: dict[str, list[int]] = {}
    for i, w in enumerate(words):
        for ch in w:
            if is_mark(ch):
                spans.setdefault(ch, []).append(i)
    clean = "".join(ch for ch in text if not is_mark(ch))
    # long commands are rarer among people than a grammar would have it
    if len(words) > 22 and ctx.chance(0.5):
        return None
    if len(words) > MAX_WORDS or len(clean.split()) != len(words):
        return None
    plan = p.Plan(steps=sample.steps)
    tokens: list[str] = []
    for token in compact.tokens(compact.write(plan)):
        mark = token.strip('"')
        if token.startswith('"') and len(mark) == 1 and ord(mark) >= SPAN_BASE:
            if mark not in spans:
                return None
            tokens += [f"@{spans[mark][0]}", f"@{spans[mark][-1]}"]
        else:
            tokens.append(token)
    try:
        target = pointers.to_pointers(" ".join(tokens), clean)
    except PlanError:
        return None
    if len(target) > MAX_PLAN_WORDS:
        return None
    return Pair(clean, sample.pending, tuple(target))


def check(pair: Pair) -> None:
    """Every pair parses, and writing what was parsed gives the same words.

    Raises PlanError naming the pair.
    """
    plan = pair.plan()
    again = compact.parse(compact.write(plan))
    if again != plan:
        raise PlanError(f"expected the same plan after writing, got another for {pair.command!r}")


def left_out(pair: Pair, ctx: Ctx) -> bool:
    """Whether the draw's split has no such pair: it tests one held-out thing at a time."""
    if held_structure(pair.target) != (ctx.split == "compositions"):
        return True
    return ctx.split in ("words", "templates") and not ctx.used_held_out


def draw(
    seed: int | str,
    split: Split = "train",
    level: Level = "symbolic",
    checker: Checker | None = None,
    sample: Callable[[Ctx], Sample] = mix.sample,
) -> Pair:
    """One checked pair; the same seed, split and level give the same pair.

    sample: what draws words and meaning, the whole mix unless told otherwise.

    checker: counts what it rejects (one of this level is made where none is given).
    """
    checker = checker or Checker(level)
    attempt = 0
    while True:
        ctx = Ctx(f"{split}:{seed}:{attempt}", split)
        attempt += 1
        try:
            pair = finish(sample(ctx), ctx)
        except (ValueError, IndexError):
            continue
        if pair is None or left_out(pair, ctx):
            continue
        if is_evaluation_sentence(pair.command):
            checker.rejected["an evaluation set says it"] += 1
            continue
        check(pair)
        if checker(pair):
            return pair


def pairs(
    n: int,
    split: Split = "train",
    start: int = 0,
    level: Level = "symbolic",
    checker: Checker | None = None,
) -> Iterator[Pair]:
    """`n` pairs for the seeds from `start` on; see `draw`."""
    checker = checker or Checker(level)
    for i in range(start, start + n):
        yield draw(i, split, level, checker)


def main() -> None:
    """Entry point of `python -m training.corpus.build`."""
    parser = argparse.ArgumentParser(description="Write corpus shards (JSON lines).")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--n", type=int, default=100_000)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument(
        "--split", default="train", choices=["train", "words", "templates", "compositions"]
    )
    parser.add_argument("--stats", action="store_true", help="plan words that were never used")
    parser.add_argument(
        "--check",
        default="symbolic",
        choices=["symbolic", "static"],
        help="symbolic: every plan is carried out in memory; static: words and plan are compared",
    )
    args = parser.parse_args()
    args.out.parent.mkdir(parents=True, exist_ok=True)
    began, counts, checker = time.perf_counter(), Counter[str](), Checker(args.check)
    with args.out.open("w") as f:
        for i, pair in enumerate(pairs(args.n, args.split, args.start, args.check, checker), 1):
            f.write(json.dumps([pair.command, pair.pending, " ".join(pair.target)]) + "\n")
            if args.stats:
                counts.update(set(pair.target))
            if i % 10_000 == 0:
                print(f"{i} pairs, {i / (time.perf_counter() - began):.0f}/s", flush=True)
    print(checker.table())
    if args.stats:
        missing = [w for w in grammar.plan_words() if w not in counts]
        print("never used:", missing)


if __name__ == "__main__":
    main()
