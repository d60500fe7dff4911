"""The examples that text models get to see: a few hundred short free sentences, all plan words.

    python -m training.corpus.few_shot --out llm_edge/plan_examples.txt

Knows: the sentences written freely, which are kept from training. Does not know: how examples are
picked for a command (llm_edge/examples.py).
"""

from __future__ import annotations

import argparse
import itertools
from collections import Counter
from pathlib import Path

from llm_edge import examples
from llmagentos.lang import codec
from training.corpus.free_lines import FOLDER, held_out, sentences

#: Longest command and plan, in words; what a small model reads in a prompt.
MAX_COMMAND, MAX_PLAN = 16, 24


def chosen(folder: Path = FOLDER, count: int = 480, each: int = 6) -> list[examples.Example]:
    """Sentences for which no turn came before, greedily: first those with plan words or ways of
    putting words together that fewer than `each` examples have, then short ones of many forms."""
    pool: dict[str, examples.Example] = {}
    for one in sentences(folder):
        if one.plan is None or one.turns or one.asked or held_out(one):
            continue
        plan = codec.write(one.plan)
        if len(one.command.split()) <= MAX_COMMAND and len(plan.split()) <= MAX_PLAN:
            pool.setdefault(one.command.lower(), examples.Example(one.command, plan))
    left = sorted(pool.values(), key=lambda e: (len(e.command.split()), e.command))
    parts = {e: _parts(e) for e in left}
    have: Counter[str] = Counter()
    out: list[examples.Example] = []
    while left and len(out) < count:
        gain = [
            sum(1 / (1 + have[p]) for p in parts[e] if have[p] < each) / (8 + len(parts[e]))
            for e in left
        ]
        example = left.pop(max(range(len(left)), key=gain.__getitem__))
        have.update(parts[example])
        out.append(example)
    return out


def _parts(example: examples.Example) -> set[str]:
    """Plan words and neighbours; texts and numbers count as themselves no more than once."""
    words = ['"text"' if w[0] == '"' else "0" if w[0].isdigit() else w for w in codec.tokens(example.plan)]  # fmt: skip
    return {*words, *(f"{a} {b}" for a, b in itertools.pairwise(words))}


def main() -> None:
    """Entry point of `python -m training.corpus.few_shot`."""
    parser = argparse.ArgumentParser(description="Choose examples of plans for text models.")
    parser.add_argument("--out", type=Path, default=examples.FILE)
    parser.add_argument("--count", type=int, default=480)
    args = parser.parse_args()
    found = chosen(count=args.count)
    head = "# Commands and plans from training/corpus/free, by python -m training.corpus.few_shot\n"
    lines = "".join(f"{e.command}\t{e.plan}\n" for e in sorted(found, key=lambda e: e.command))
    args.out.write_text(head + lines, encoding="utf-8")
    print(f"{len(found)} examples in {args.out}")


if __name__ == "__main__":
    main()
