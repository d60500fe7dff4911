"""How alike two English words sound, from their spelling alone.

Knows: which letters sound alike, and a distance between two sequences of sounds. Does not know:
which words there are.

A coarse reading: consonants as sounds, vowels in three classes; the distance is Levenshtein's with
a small price between vowels and between consonants that are heard for each other (b and p, m and
n, t and d), and for a consonant that is lost at the end.
"""

from __future__ import annotations

import functools
import re

#: Spelling to sound, in this order; capitals are sounds of two letters.
_RULES = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"^kn", "n"), (r"^wr", "r"), (r"^wh", "w"), (r"^ps", "s"), (r"tch", "C"), (r"ch", "C"),
        (r"sh", "S"), (r"ti(?=on)", "S"), (r"th", "T"), (r"ph", "f"), (r"gh$", "f"), (r"gh", ""),
        (r"ck", "k"), (r"qu", "kw"), (r"x", "ks"), (r"c(?=[eiy])", "s"), (r"c", "k"),
        (r"dge", "j"), (r"g(?=[ei])(?<!^g)", "j"), (r"mb$", "m"), (r"([^aeiou])\1", r"\1"),
        (r"(?<=[a-df-z])e$", ""), (r"ow|oo|ou|oa|aw|au|o|u", "O"), (r"ee|ea|ie|ei|i|y", "I"),
        (r"ai|ay|a|e", "A"), (r"q", "k"), (r"z", "s"), (r"h", ""),
    )
)  # fmt: skip
_VOWELS = frozenset("OIA")
_CLOSE = frozenset(
    frozenset(pair)
    for pair in (
        "bp",
        "dt",
        "gk",
        "vf",
        "sT",
        "fT",
        "mn",
        "lr",
        "wr",
        "Cj",
        "CS",
        "jd",
        "bv",
        "wl",
        "Ct",
    )
)


@functools.cache
def sounds(word: str) -> str:
    """The word's sounds, a letter each."""
    out = word.lower().replace("'", "")
    for pattern, sound in _RULES:
        out = pattern.sub(sound, out)
    return re.sub(r"([OIA])[OIA]+", r"\1", out)


@functools.lru_cache(maxsize=20_000)
def alike(one: str, other: str) -> float:
    """From 0 (nothing in common) to 1 (the same sounds)."""
    a, b = sounds(one), sounds(other)
    if not a or not b:
        return 0.0
    row = [0.0]
    for y in range(len(b)):
        row.append(row[-1] + _lost(b, y))
    for x, left in enumerate(a):
        before, row = row, [row[0] + _lost(a, x)]
        for y, right in enumerate(b):
            row.append(
                min(
                    before[y] + _changed(left, right),
                    before[y + 1] + _lost(a, x),
                    row[y] + _lost(b, y),
                )
            )
    return max(0.0, 1.0 - row[-1] / max(len(a), len(b)))


def _lost(word: str, at: int) -> float:
    """A sound that one of them has not: soft ones at the end are lost easily."""
    return 0.5 if at == len(word) - 1 and word[at] in "tdsk" else 0.8


def _changed(one: str, other: str) -> float:
    if one == other:
        return 0.0
    if one in _VOWELS and other in _VOWELS:
        return 0.35
    return 0.4 if frozenset((one, other)) in _CLOSE else 1.0
