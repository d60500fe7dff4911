"""Between texts of a command and pointers into it.

Knows: a pointer `@k` is the k-th whitespace-separated word of the command, counted from 0; a text
is two pointers, first and last word inclusive; an unusual number, or a length in a unit that plans
do not have, is one pointer to the first word that says it ("7.5cm", "a foot and a half").
Does not know: models, nor how numbers are read (llmagentos/lang/numbers).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from llmagentos.errors import PlanError
from llmagentos.lang import codec, grammar
from llmagentos.lang import words as w
from llmagentos.lang.numbers import Quantity, quantities_at, read
from llmagentos.lang.numbers.held import COORDINATES, slot_of, suits

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


class CommandWords:
    """A command's words as `codec.parse` asks for them: texts by their span, numbers by a word of
    what says them."""

    def __init__(self, command: str):
        self._command, self._words = command, words_of(command)

    def __call__(self, first: int, last: int) -> str:
        """The words from first to last. Raises PlanError for words that are not there."""
        return span_text(self._words, first, last)

    def quantity(self, index: int, before: str) -> Quantity | None:
        """What the words around this one say for the place behind a plan word ("dist"), if they
        say a number there."""
        found = quantities_at(self._command, index)
        return next((q for q in found if suits(q, slot_of(before))), None)


def resolver(command: str) -> CommandWords:
    """The `pointer` argument of `codec.parse` for this command."""
    return CommandWords(command)


def find_span(words: Sequence[str], text: str) -> tuple[int, int] | None:
    """First place where the words of `text` stand in a row, ignoring case and punctuation."""
    bare = [w.strip(_EDGES).lower() for w in words]
    wanted = [w.strip(_EDGES).lower() for w in text.split()]
    for i in range(len(bare) - len(wanted) + 1):
        here = bare[i : i + len(wanted)]
        if here == wanted or [*here[:-1], _POSSESSIVE.sub("", here[-1])] == wanted:
            return i, i + len(wanted) - 1
    return None


def find_number(command: str, value: float, before: str = "", unit: str = "") -> Quantity | None:
    """What says this number in a command, first: the number as it is, else what is as long in
    another unit. before: the plan word in front of it; unit: behind it."""
    said = [q for q in read(command) if suits(q, slot_of(before))]
    if before in COORDINATES:  # the position's unit stands behind all of it
        return next((q for q in said if _same(abs(q.value), value)), None)
    exact = (q for q in said if _same(abs(q.in_plan[0]), value) and q.in_plan[1] in ("", unit))
    return next(exact, None)


def _same(a: float, b: float) -> bool:
    return abs(a - b) <= 1e-6 * max(1.0, abs(b))


def to_pointers(compact: str, command: str) -> list[str]:
    """Compact notation with quoted texts → plan words with pointers into the command.

    Raises PlanError when a text or number is not in the command, or too far along in it.
    """
    words = words_of(command)
    out: list[str] = []
    tokens = codec.tokens(compact)
    for before, token, behind in zip(["", *tokens], tokens, [*tokens[1:], ""], strict=False):
        if before.replace(".", "", 1).isdigit():  # the second number of a position
            before = "xy"
        if token.startswith('"'):
            span = find_span(words, token.strip('"'))
            if span is None:
                raise PlanError(f"expected the text {token} among the command's words, got none")
            out += [_pointer(span[0]), _pointer(span[1])]
        elif token in vocabulary() and not _is_converted(command, before, token, behind):
            out.append(token)
        else:
            try:
                value = float(token)
            except ValueError:
                raise PlanError(f"expected a plan word, got '{token}'") from None
            found = find_number(command, value, before, behind)
            if found is None:
                raise PlanError(f"expected the number {token} among the command's words, got none")
            out.append(_pointer(found.first))
    return out


def _is_converted(command: str, before: str, token: str, unit: str) -> bool:
    """Whether a length is said in a unit that plans do not have: then it is pointed at, so that no
    model has to multiply feet by twelve."""
    if (
        slot_of(before) != "length"
        or before in COORDINATES
        or not token.replace(".", "", 1).isdigit()
    ):
        return False
    found = find_number(command, float(token), before, unit)
    return found is not None and found.unit is not None and found.unit not in w.UNITS


def _pointer(index: int) -> str:
    if index >= grammar.MAX_POINTERS:
        raise PlanError(f"expected a pointer below {grammar.MAX_POINTERS}, got {index}")
    return f"@{index}"
