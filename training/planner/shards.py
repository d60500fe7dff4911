"""Training shards: corpus pairs and free sentences in one file, each with its situation.

    python -m training.planner.shards --out runs/shards --shards 20 --lines 10000 --free 0.5

Knows: the share of each, and what is held out. Does not know: how pairs are made (training/corpus).
Shards that are there are not written again; a running training takes new ones up by itself.
"""

from __future__ import annotations

import argparse
import json
import random
import zlib
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from llmagentos.errors import PlanError
from training.corpus import build, free_pairs, mix, situations
from training.corpus.checks.checker import Checker
from training.corpus.free_lines import Sentence, held_out, pairs
from training.corpus.sampler import Split

Line = list[str]
#: Earlier commands that turns of a corpus pair's situation are drawn from.
_EARLIER = 200


def corpus_lines(n: int, seed: int, split: Split = "train", static: bool = False) -> Iterator[Line]:
    """`n` corpus pairs with situations: [command, question, plan words, situation]."""
    rng = random.Random(f"situations:{split}:{seed}")
    earlier: list[str] = []
    checker = Checker("static" if static else "symbolic")
    for i in range(seed, seed + n):
        pair = build.draw(i, split, checker.level, checker)
        told = situations.for_plan(rng, pair.plan(), earlier)
        earlier = [*earlier[-_EARLIER:], pair.command]
        yield [pair.command, pair.pending, " ".join(pair.target), told]


def more_lines(groups: Sequence[str], n: int, seed: int) -> Iterator[Line]:
    """`n` pairs of these groups of commands by hand, each as often as the others: what is new."""
    rng = random.Random(f"more:{seed}")
    checker = Checker("symbolic")
    for i in range(n):
        of = partial(mix.by_hand, group=groups[i % len(groups)])
        pair = build.draw(f"more:{seed + i}", "train", checker.level, checker, of)
        told = situations.for_plan(rng, pair.plan(), [])
        yield [pair.command, pair.pending, " ".join(pair.target), told]


def free_lines(every: list[Sentence], n: int, rng: random.Random) -> Iterator[Line]:
    """`n` free sentences, each of them as often as the others, changed in small ways."""
    order: list[Sentence] = []
    written = 0
    while written < n:
        if not order:
            order = rng.sample(every, len(every))
        try:
            pair = free_pairs.pair(order.pop(), rng)
        except PlanError:
            continue  # a number in words that no plan word is
        yield [pair.command, pair.pending, " ".join(pair.target), pair.situation]
        written += 1


def is_of_part(s: Sentence, part: float) -> bool:
    """Whether a sentence is among this part of them: the same ones in every run, each part within
    the larger ones."""
    return zlib.crc32(f"part:{s.id}".encode()) % 1000 < 1000 * part


def of_themes(every: Sequence[Sentence], themes: Sequence[str]) -> list[Sentence]:
    """The sentences of these themes' files. ValueError naming a theme that has none."""
    for theme in themes:
        if not any(s.file == f"{theme}.jsonl" for s in every):
            raise ValueError(f"expected a file of free sentences, got the theme {theme!r}")
    return [s for s in every if s.file.removesuffix(".jsonl") in themes]


def write(path: Path, lines: list[Line]) -> None:
    """A shard, whole or not at all."""
    tmp = path.with_suffix(".part")
    tmp.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    tmp.replace(path)


def development(folder: Path, n: int) -> None:
    """dev_*.jsonl: the corpus's held-out splits and the held-out free sentences."""
    folder.mkdir(parents=True, exist_ok=True)
    for split in ("words", "templates", "compositions"):
        target = folder / f"dev_{split}.jsonl"
        if not target.exists():
            write(target, list(corpus_lines(n, 900_000_000, split)))
    lines = []
    for s in pairs():
        if held_out(s):
            try:
                pair = free_pairs.pair(s, random.Random(0), change=False)
            except PlanError:
                continue
            lines.append([pair.command, pair.pending, " ".join(pair.target), pair.situation])
    write(folder / "dev_free.jsonl", lines)


def main() -> None:
    """Entry point of `python -m training.planner.shards`."""
    parser = argparse.ArgumentParser(description="Write training shards (JSON lines).")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--shards", type=int, default=20)
    parser.add_argument("--first", type=int, default=0, help="number of the first shard")
    parser.add_argument("--lines", type=int, default=10_000)
    parser.add_argument(
        "--free",
        type=float,
        default=0.5,
        help="share of free sentences, those of --themes with them",
    )
    parser.add_argument(
        "--free-part",
        type=float,
        default=1.0,
        help="only this part of the free sentences: for curves",
    )
    parser.add_argument(
        "--more", nargs="*", default=[], help="groups of commands by hand that are drawn more often"
    )
    parser.add_argument("--more-share", type=float, default=0.1, help="their share of all lines")
    parser.add_argument(
        "--themes", nargs="*", default=[], help="files of free sentences that are drawn more often"
    )
    parser.add_argument("--themes-share", type=float, default=0.1, help="their share of all lines")
    parser.add_argument("--dev", type=Path, help="write development sets to this folder")
    parser.add_argument("--dev-lines", type=int, default=1500)
    args = parser.parse_args()
    if args.dev:
        development(args.dev, args.dev_lines)
    every = [s for s in pairs() if not held_out(s) and is_of_part(s, args.free_part)]
    args.out.mkdir(parents=True, exist_ok=True)
    chosen = of_themes(every, args.themes)
    again = round(args.lines * args.themes_share) if chosen else 0
    free = round(args.lines * args.free) - again
    more = round(args.lines * args.more_share) if args.more else 0
    for number in range(args.first, args.first + args.shards):
        path = args.out / f"s{number:05d}.jsonl"
        if path.exists():
            continue
        rng = random.Random(f"free:{number}")
        lines = [
            *free_lines(every, free, rng),
            *(free_lines(chosen, again, rng) if chosen else ()),
            *more_lines(args.more, more, 10_000_000 + number * args.lines),
            *corpus_lines(args.lines - free - again - more, 10_000_000 + number * args.lines),
        ]
        rng.shuffle(lines)
        write(path, lines)
        print(
            f"{path}: {free + again} of {len(every)} free sentences, "
            f"{args.lines - free - again} pairs",
            flush=True,
        )


if __name__ == "__main__":
    main()
