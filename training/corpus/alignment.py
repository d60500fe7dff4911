"""What was said beside what was heard, word by word.

Knows: how two sentences are laid beside each other, and which spellings are one word. Does not
know: sound, meanings.

Word errors are Levenshtein's: words put in, left out and exchanged, each 1. Spellings that sound the
same by convention are one word: "5" and "five", "cm" and "centimetres", "grey" and "gray".
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Sequence

from llmagentos.speech.expected import words_of
from llmagentos.speech.sounds_like import alike
from training.corpus.words.lexicon import ORDINALS, UNIT_WORDS, number_words, ordinal

Words = tuple[str, ...]
_AMERICAN = (("colour", "color"), ("centre", "center"), ("metre", "meter"), ("grey", "gray"),
             ("neighbour", "neighbor"), ("programme", "program"))  # fmt: skip
#: Two words as often written as one, which the first spelling of each pair becomes.
_JOINED = {("any", "more"): "anymore", ("right", "hand"): "righthand", ("left", "hand"): "lefthand",
           ("shoe", "box"): "shoebox", ("all", "right"): "alright", ("in", "to"): "into",
           ("on", "to"): "onto", ("over", "there"): "overthere"}  # fmt: skip


def one_spelling(text: str) -> list[str]:
    """Its words, each in one spelling."""
    words = [_spelling(w) for w in words_of(re.sub(r"[-–—/]", " ", _digits_apart(text)))]
    out: list[str] = []
    for word in words:
        joined = _JOINED.get((out[-1], word)) if out else None
        if joined:
            out[-1] = joined
        else:
            out.append(word)
    return out


def errors(said: str, heard: str) -> tuple[int, int]:
    """How many word errors, and of how many words that were said."""
    a, b = one_spelling(said), one_spelling(heard)
    return round(_table(a, b, _differ)[-1][-1]), len(a)


def differences(said: Sequence[str], heard: Sequence[str]) -> Iterator[tuple[Words, Words]]:
    """Pieces of both that differ, in their order: (said, heard), either may be empty.

    Words that sound alike are laid beside each other; neighbours that differ are one piece."""
    table = _table(said, heard, _sounds)
    x, y, steps = len(said), len(heard), []
    while x or y:
        here = table[x][y]
        if x and y and abs(table[x - 1][y - 1] + _sounds(said[x - 1], heard[y - 1]) - here) < 1e-9:
            x, y = x - 1, y - 1
            steps.append((said[x], heard[y]))
        elif x and abs(table[x - 1][y] + 1 - here) < 1e-9:
            x -= 1
            steps.append((said[x], ""))
        else:
            y -= 1
            steps.append(("", heard[y]))
    piece: list[tuple[str, str]] = []
    for step in [*reversed(steps), ("", "")]:
        if step[0] != step[1]:
            piece.append(step)
        elif piece:
            yield tuple(a for a, _ in piece if a), tuple(b for _, b in piece if b)
            piece = []


def _table(
    a: Sequence[str], b: Sequence[str], price: Callable[[str, str], float]
) -> list[list[float]]:
    rows = [[float(y) for y in range(len(b) + 1)]]
    for x, one in enumerate(a, 1):
        row = [float(x)]
        for y, other in enumerate(b, 1):
            row.append(min(rows[-1][y - 1] + price(one, other), rows[-1][y] + 1, row[-1] + 1))
        rows.append(row)
    return rows


def _differ(one: str, other: str) -> float:
    return float(one != other)


def _sounds(one: str, other: str) -> float:
    return 0.0 if one == other else 0.5 + 1.2 * (1 - alike(one, other))


def _digits_apart(text: str) -> str:
    """ "5cm" as two words, "0.5" as one."""
    return re.sub(r"(\d)([a-zA-Z]{2,})", _apart, text.replace("%", " percent "))


def _apart(found: re.Match[str]) -> str:
    ends = ("st", "nd", "rd", "th")
    return found[0] if found[2].lower() in ends else f"{found[1]} {found[2]}"


@functools.lru_cache(maxsize=20_000)
def _spelling(word: str) -> str:
    for british, american in _AMERICAN:
        word = word.replace(british, american)
    return _same().get(word, word)


@functools.cache
def _same() -> dict[str, str]:
    numbers = {number_words(n): str(n) for n in range(100) if "-" not in number_words(n)}
    ordinals = {ordinal(n, digits=True): ordinal(n) for n in range(1, len(ORDINALS))}
    units = {w: unit for unit, words in UNIT_WORDS.items() for w in words if w.isalpha()}
    return {**numbers, **ordinals, **units, "ok": "okay", "mr": "mister"}
