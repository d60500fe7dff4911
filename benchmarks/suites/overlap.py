"""How many of the benchmark's sentences stand in a training corpus, word for word.

    python -m benchmarks.suites.overlap corpus.jsonl ...  [--commands DIR]
    python -m benchmarks.suites.overlap --write [FILE]    # hashes that keep them out of the corpus

Knows: corpora as JSON lines, each a list whose first item is the command, or an object with
"command". Does not know: how a corpus is made. Says how many, not which, unless
--show is given; --write keeps nothing but hashes.
"""

from __future__ import annotations

import argparse
import json
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.suites import sentences
from benchmarks.suites.others.files import find_folder
from llmagentos.command import command_hash, plain_command

#: Where the corpus looks for the hashes.
HASHES = Path("training/corpus/evaluation_hashes.bin")
#: Under which key other people's files keep what was said.
SENTENCE_KEYS = ("instruction", "sentence")
#: So many fillings of the suites' roles are hashed.
WRITE_SEEDS = 40


def commands(paths: Iterable[Path]) -> set[str]:
    """Every command of the corpora, normalised."""
    out = set()
    for path in paths:
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                item = json.loads(line)
                out.add(plain_command(item[0] if isinstance(item, list) else item["command"]))
    return out


def grams(text: str, n: int = 4) -> set[str]:
    """Runs of `n` words of a normalised sentence."""
    words = text.split()
    return {" ".join(words[i : i + n]) for i in range(len(words) - n + 1)}


def gram_table(known: Iterable[str], said: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Lines: of each suite's runs of four words, how many stand anywhere in the corpus."""
    there: set[str] = set()
    for text in known:
        there |= grams(text)
    runs: Counter[str] = Counter()
    found: Counter[str] = Counter()
    for suite, text in set(said):
        wanted = grams(plain_command(text))
        runs[suite] += len(wanted)
        found[suite] += len(wanted & there)
    for suite in sorted(runs):
        if runs[suite]:
            yield f"{suite:20} {100 * found[suite] / runs[suite]:3.0f} % of {runs[suite]}"


def instructions(folder: Path | None) -> Iterator[str]:
    """Every instruction of other people's files, those that no suite uses too."""
    for path in sorted(folder.glob("*.jsonl")) if folder is not None else ():
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.strip():
                yield _said(path, json.loads(line))


def _said(path: Path, row: Mapping[str, Any]) -> str:
    """The sentence of one row. ValueError naming the file for a row without one."""
    for key in SENTENCE_KEYS:
        if key in row:
            return str(row[key])
    raise ValueError(f"expected one of {', '.join(SENTENCE_KEYS)} in {path.name}, got {list(row)}")


def evaluation_hashes(folder: Path | None, seeds: Iterable[int]) -> set[int]:
    """Hashes of every sentence of every suite, filled in for these seeds, and of the files'."""
    out = {command_hash(text) for text in instructions(folder)}
    for seed in seeds:
        out |= {command_hash(text) for _, text in sentences(folder, seed)}
    return out - {command_hash("")}


def write(path: Path, folder: Path | None, first: int, seeds: int) -> int:
    """Add the hashes for these seeds to a file of sorted 64-bit numbers; how many it holds then."""
    known = array("Q", path.read_bytes() if path.exists() else b"")
    found = evaluation_hashes(folder, range(first, first + seeds))
    values = array("Q", sorted(found | set(known)))
    path.write_bytes(values.tobytes())
    return len(values)


def main(argv: Sequence[str] | None = None) -> None:
    """Entry point of `python -m benchmarks.suites.overlap`."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("corpus", type=Path, nargs="*")
    parser.add_argument("--commands", type=Path, default=None)
    parser.add_argument("--seeds", type=int, default=None, help="so many fillings of the roles")
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--show", action="store_true", help="print the sentences found")
    parser.add_argument("--grams", action="store_true", help="runs of four words that both have")
    parser.add_argument(
        "--write", type=Path, nargs="?", const=HASHES, help="add hashes of all sentences to a file"
    )
    args = parser.parse_args(argv)
    folder = find_folder(args.commands)
    if args.write is not None:
        total = write(args.write, folder, args.first_seed, args.seeds or WRITE_SEEDS)
        print(f"{total} hashes in {args.write}")
        return
    known = commands(args.corpus)
    seeds = range(args.first_seed, args.first_seed + (args.seeds or 3))
    said = {pair for seed in seeds for pair in sentences(folder, seed)}
    found = sorted((suite, text) for suite, text in said if plain_command(text) in known)
    totals, hits = Counter(s for s, _ in said), Counter(s for s, _ in found)
    print(f"{len(known)} different commands in the corpus")
    for suite in sorted(totals):
        print(f"{suite:20} {hits[suite]:4} of {totals[suite]}")
    if args.grams:
        print("\nruns of four words that the corpus has, too:")
        print(*gram_table(known, said), sep="\n")
    if args.show:
        print(*(f"{suite}: {text}" for suite, text in found), sep="\n")


if __name__ == "__main__":
    main()
