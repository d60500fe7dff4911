"""Between texts of a command and pointers into it.

Knows: a pointer `@k` is the k-th whitespace-separated word of the command, counted from 0; a text
is two pointers, first and last word inclusive; an unusual number is one pointer to the word that
holds its digits ("7.5cm"). Does not know: models.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from llmagentos.errors import PlanError
from llmagentos.lang import codec, grammar

_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_EDGES = "\"'.,;:!?()[]“”‘’…"
#: "the pen's place", "the knife's in the way": the thing is the pen, the knife.
_POSSESSIVE = re.compile(r"['’]s$", re.IGNORECASE)


@lru_cache(maxsize=1)
def vocabulary() -> frozenset[str]:
    """Words that a plan is written with; anything else is a pointer into the command."""
    return frozenset(grammar.plan_words())


def words_of(command: str) -> list[str]:
    """The words that pointers count."""
    return command.split()


def span_text(words: Sequence[str], first: int, last: int) -> str:
    """The words from first to last inclusive, without quotes and punctuation around them."""
    if not 0 <= first < len(words):
        raise PlanError(f"expected a word of the command (0 to {len(words) - 1}), got @{first}")
    last = min(max(first, last), len(words) - 1)
    return _POSSESSIVE.sub("", " ".join(words[first : last + 1]).strip(_EDGES)).replace('"', "'")


def resolver(command: str) -> Callable[[int, int], str]:
    """The `pointer` argument of `compact.parse` for this command."""
    words = words_of(command)
    return lambda first, last: span_text(words, first, last)


def find_span(words: Sequence[str], text: str) -> tuple[int, int] | None:
    """First place where the words of `text` stand in a row, ignoring case and punctuation."""
    bare = [w.strip(_EDGES).lower() for w in words]
    wanted = [w.strip(_EDGES).lower() for w in text.split()]
    for i in range(len(bare) - len(wanted) + 1):
        here = bare[i : i + len(wanted)]
        if here == wanted or [*here[:-1], _POSSESSIVE.sub("", here[-1])] == wanted:
            return i, i + len(wanted) - 1
    return None


def find_number(words: Sequence[str], value: float) -> int | None:
    """The first word that holds this number in digits; a word like "(0.4,0.1)" holds several."""
    for first in (True, False):
        for i, w in enumerate(words):
            numbers = _NUMBER.findall(w)[: 1 if first else None]
            if any(abs(float(n.replace(",", ".")) - value) < 1e-9 for n in numbers):
                return i
    return None


def to_pointers(compact: str, command: str) -> list[str]:
    """Compact notation with quoted texts → plan words with pointers into the command.

    Raises PlanError when a text or number is not in the command, or too far along in it.
    """
    words = words_of(command)
    out: list[str] = []
    for token in codec.tokens(compact):
        if token.startswith('"'):
            span = find_span(words, token.strip('"'))
            if span is None:
                raise PlanError(f"expected the text {token} among the command's words, got none")
            out += [_pointer(span[0]), _pointer(span[1])]
        elif token in vocabulary():
            out.append(token)
        else:
            try:
                index = find_number(words, float(token))
            except ValueError:
                raise PlanError(f"expected a plan word, got '{token}'") from None
            if index is None:
                raise PlanError(f"expected the number {token} among the command's words, got none")
            out.append(_pointer(index))
    return out


def _pointer(index: int) -> str:
    if index >= grammar.MAX_POINTERS:
        raise PlanError(f"expected a pointer below {grammar.MAX_POINTERS}, got {index}")
    return f"@{index}"
