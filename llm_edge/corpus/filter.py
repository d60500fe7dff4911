"""Keeps sentences of the evaluation sets out of the corpus.

Knows: hashes of the sentences, normalised. Does not know: the sentences themselves (only their
hashes are shipped, made by `python -m sim.benchmarks.overlap --write`, which normalises in the
same way: sim and llm_edge do not import each other, and a test holds the two together).
"""

from __future__ import annotations

import hashlib
import re
from array import array
from functools import lru_cache
from pathlib import Path

#: Sorted unsigned 64-bit hashes, little-endian, one after the other.
HASHES = Path(__file__).with_name("evaluation_hashes.bin")

#: Commands of so few words are nobody's sentence.
FREE_WORDS = 2

#: What people add around a command without changing it, after punctuation is gone.
_POLITE_START = re.compile(
    r"^(?:please|pls|plz|kindly|hey|hi|hello|robot|ok|okay|now|so|well|just|"
    r"(?:can|could|would|will) (?:you|u)|i want you to|i d like you to|i would like you to|"
    r"i need you to)(?: |$)"
)
_POLITE_END = re.compile(
    r"(?:^| )(?:please|pls|plz|thanks|thank you|thx|for me|now|robot|if you can|will you|would you)$"
)


def normal(text: str) -> str:
    """Lower case, without punctuation and politeness, single spaces. Not "" unless the text is:
    what is nothing but politeness ("thank you") stays as it is."""
    words = " ".join(re.sub(r"[^a-z0-9 ]", " ", text.lower()).split())
    while True:
        less = _POLITE_END.sub("", _POLITE_START.sub("", words))
        if less == words or not less:
            return words
        words = less


def sentence_hash(text: str) -> int:
    """64 bits of BLAKE2b of the normalised text."""
    digest = hashlib.blake2b(normal(text).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little")


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
    return len(normal(text).split()) > FREE_WORDS and sentence_hash(text) in hashes()
