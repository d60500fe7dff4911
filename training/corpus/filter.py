"""Keeps sentences of the evaluation sets out of the corpus.

Knows: hashes of the plain sentences. Does not know: the sentences themselves (only their hashes
are shipped, made by `python -m benchmarks.suites.overlap --write`).
"""

from __future__ import annotations

from array import array
from functools import lru_cache
from pathlib import Path

from llmagentos.command import command_hash, plain_command

#: Sorted unsigned 64-bit hashes, little-endian, one after the other.
HASHES = Path(__file__).with_name("evaluation_hashes.bin")

#: Commands of so few words are nobody's sentence.
FREE_WORDS = 2


@lru_cache(maxsize=4)
def hashes(path: Path = HASHES) -> frozenset[int]:
    """The shipped hashes. ValueError for a file that is cut off."""
    data = path.read_bytes()
    if len(data) % 8:
        raise ValueError(f"expected a multiple of 8 bytes in {path}, got {len(data)}")
    values = array("Q")
    values.frombytes(data)
    return frozenset(values)


def is_evaluation_sentence(text: str) -> bool:
    """Whether a command stands, normalised, word for word in an evaluation set.

    One or two words ("undo", "once more", "the left") are everybody's and don't count.
    """
    return len(plain_command(text).split()) > FREE_WORDS and command_hash(text) in hashes()
