"""How well the model understands: exact plans on held-out words, templates and compositions, and
on freely written sentences.

    python -m training.planner.evaluate --n 400

Knows: the development splits, latency. Does not know: scenes (the benchmark runs those).
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from llm_edge.decoding import Generation
from llm_edge.local import LocalPlanner
from llmagentos.default_model import DEFAULT_MODEL
from llmagentos.errors import PlanError
from training.corpus import build, free_pairs
from training.corpus.free_lines import held_out, pairs
from training.corpus.free_pairs import FreePair
from training.corpus.sampler import Split

SPLITS: dict[str, Split] = {
    "seen": "train",
    "words": "words",
    "templates": "templates",
    "compositions": "compositions",
}
#: The split of freely written sentences, each with its situation.
FREE = "free"
#: Seeds that training shards never use.
FIRST_SEED = 900_000_000


def examples(name: str, n: int) -> Iterator[FreePair]:
    """`n` fresh pairs of a split of the corpus, or of the free sentences that training never saw."""
    if name != FREE:
        for pair in build.pairs(n, SPLITS[name], FIRST_SEED):
            yield FreePair(pair.command, pair.pending, pair.target, "")
        return
    held = [s for s in pairs() if held_out(s)]
    for s in random.Random(FIRST_SEED).sample(held, min(n, len(held))):
        with contextlib.suppress(PlanError):  # a number that no word can be pointed at
            yield free_pairs.pair(s, random.Random(0), change=False)


def run_split(model: LocalPlanner, name: str, n: int, show: int = 0) -> dict[str, Any]:
    """Share of exact plans and seconds a plan on `n` fresh pairs of a split."""
    right, times, words = 0, [], 0
    some = list(examples(name, n))
    n = len(some)
    for pair in some:
        out = Generation()
        began = time.perf_counter()
        text = ""  # the number rule may leave no plan: wrong like any other
        with contextlib.suppress(PlanError):
            text = " ".join(model.write(pair.command, pair.pending, pair.situation, result=out))
        times.append(time.perf_counter() - began)
        words += len(out.tokens)
        wanted = " ".join(pair.target)
        right += text == wanted
        if text != wanted and show > 0:
            show -= 1
            print(
                f"  {pair.command}  <<{pair.pending}>>\n    {pair.situation}\n    wanted {wanted}\n"
                f"    got    {text}  ({out.confidence:.2f})"
            )
    cut = statistics.quantiles(times, n=20)
    return {
        "split": name,
        "n": n,
        "exact": right / n,
        "median_s": statistics.median(times),
        "p95_s": cut[18],
        "words": words / n,
    }


def sample_commands(model: LocalPlanner, path: Path, n: int) -> None:
    """Prints plans for commands of other people, to be read."""
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    step = max(1, len(rows) // n)
    print(f"== {path.stem}: {len(rows)} commands")
    for row in rows[::step]:
        out = Generation()
        text = " ".join(model.write(row["instruction"], result=out))
        print(f"{row['instruction'][:110]}\n      {text}  ({out.confidence:.2f})")


def main() -> None:
    """Entry point of `python -m training.planner.evaluate`."""
    parser = argparse.ArgumentParser(
        description="Exact-plan match on the development splits, and latency."
    )
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--n", type=int, default=400)
    parser.add_argument("--show", type=int, default=0, help="print this many failures per split")
    parser.add_argument("--splits", nargs="*", default=[*SPLITS, FREE])
    parser.add_argument(
        "--commands",
        type=Path,
        nargs="*",
        default=[],
        help="JSON lines with 'instruction', to read the plans",
    )
    parser.add_argument("--sample", type=int, default=20)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    model = LocalPlanner(args.model)
    rows = [run_split(model, name, args.n, args.show) for name in args.splits]
    if rows:
        print(f"{'split':14} {'n':>6} {'exact':>7} {'median ms':>10} {'p95 ms':>8} {'words':>6}")
        for r in rows:
            print(
                f"{r['split']:14} {r['n']:6d} {r['exact']:7.3f} {1000 * r['median_s']:10.1f} "
                f"{1000 * r['p95_s']:8.1f} {r['words']:6.1f}"
            )
    for path in args.commands:
        sample_commands(model, path, args.sample)
    if args.json:
        args.json.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
