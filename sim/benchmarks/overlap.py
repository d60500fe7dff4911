"""How many of the benchmark's sentences stand in a training corpus, word for word.

    python -m sim.benchmarks.overlap corpus.jsonl ...  [--commands DIR]

Knows: corpora as JSON lines, each a list whose first item is the command, or an object with
"command". Does not know: how a corpus is made. Says how many, not which, unless --show is given.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from sim.benchmarks.suites import sentences
from sim.benchmarks.suites.files import find_folder


def normal(text: str) -> str:
    """Lower case, without punctuation, single spaces."""
    return " ".join(re.sub(r"[^a-z0-9 ]", " ", text.lower()).split())


def commands(paths: Iterable[Path]) -> set[str]:
    """Every command of the corpora, normalised."""
    out = set()
    for path in paths:
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                item = json.loads(line)
                out.add(normal(item[0] if isinstance(item, list) else item["command"]))
    return out


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("corpus", type=Path, nargs="+")
    parser.add_argument("--commands", type=Path, default=None)
    parser.add_argument("--seeds", type=int, default=3, help="so many fillings of the roles")
    parser.add_argument("--show", action="store_true", help="print the sentences found")
    args = parser.parse_args(argv)
    known = commands(args.corpus)
    folder = find_folder(args.commands)
    said = {pair for seed in range(args.seeds) for pair in sentences(folder, seed)}
    found = sorted((suite, text) for suite, text in said if normal(text) in known)
    total, hits = Counter(s for s, _ in said), Counter(s for s, _ in found)
    print(f"{len(known)} different commands in the corpus")
    for suite in sorted(total):
        print(f"{suite:20} {hits[suite]:4} of {total[suite]}")
    if args.show:
        print(*(f"{suite}: {text}" for suite, text in found), sep="\n")


if __name__ == "__main__":
    main()
