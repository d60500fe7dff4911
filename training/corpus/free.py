"""Sentences written freely by hand: the pairs, and the command that checks them.

Knows: nothing of its own. free_lines.py reads the files in free/, free_check.py judges them.

    python -m training.corpus.free --check
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from training.corpus import free_check
from training.corpus.free_lines import FOLDER, Sentence, Turn, held_out, pairs, read, sentences

__all__ = ["FOLDER", "Sentence", "Turn", "held_out", "main", "pairs", "read", "sentences"]


def main(argv: list[str] | None = None) -> int:
    """A table of the files; with --check every plan is carried out first, 1 where one is wrong."""
    parser = argparse.ArgumentParser(description="The sentences written freely by hand.")
    parser.add_argument("--check", action="store_true", help="carry every plan out")
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("--file", default="", help="only files whose name begins so")
    args = parser.parse_args(argv)
    every = [s for s in sentences(args.folder) if s.file.startswith(args.file)]
    faults = free_check.faults(every) if args.check else []
    for fault in faults:
        print(fault)
    print(free_check.table(every))
    print(f"{len(faults)} faults" if args.check else "not checked")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
