"""Which words of a command a plan accounts for, and which plan words no word of it asked for.

Knows: for every word of commands the plan words that it stands for and how often (a table learnt
from the corpus by training/planner/wordings.py, a file of the model's folder). Does not know: the
model, sentences, nor what to do about what is left over.

A word that stands for nothing in particular ("the", "please") needs no accounting. A word that
the table lacks and that no pointer of the plan covers is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from llmagentos.errors import FileError, ModelError
from llmagentos.files import read_json

FILE = "wording.json"
#: Words of form that stand beside every description: they account for nothing.
FORM = frozenset({"[", "]", "{", "}", ";", "the"})
#: A word stands for a plan word that takes at least this share of its uses.
SHARE = 0.05

#: A word of many meanings names a kind of thing with this share of its likeliest one's, and only
#: if that one is no guess ("pallet" has stood for a dozen plan words, a tray among them).
_OF_LIKELIEST, _NO_GUESS = 0.1, 0.2

_EDGES = ".,'’\"-/"
_OTHER = re.compile(r"[^\w.,'’/-]+")


def bare_words(text: str) -> list[str]:
    """Lower case, without marks around them: as the table has them."""
    return [w for part in _OTHER.sub(" ", text.lower()).split() if (w := part.strip(_EDGES))]


def pointed_at(plan: Sequence[str]) -> set[int]:
    """The command's words that pointers of a plan cover, the span between two included."""
    out: set[int] = set()
    at = 0
    while at < len(plan):
        first = _index(plan[at])
        last = _index(plan[at + 1]) if first is not None and at + 1 < len(plan) else None
        if first is not None:
            out |= set(range(first, (first if last is None else last) + 1))
        at += 1 if last is None else 2
    return out


def _index(word: str) -> int | None:
    return int(word[1:]) if word.startswith("@") else None


def content(plan: Iterable[str]) -> list[str]:
    """The plan words that say something: neither form nor pointers."""
    return [w for w in plan if w not in FORM and not w.startswith("@")]


@dataclass(frozen=True)
class Account:
    """What is left over. missing: per command word (by index) how telling it is that nothing of
    the plan stands for it, 0 to 1; unknown: words of the command that the table lacks; unsaid:
    plan words (by index) that no word asked for; telling: how many telling words there are;
    said: per command word the plan words that it stands for here."""

    missing: Mapping[int, float]
    unknown: tuple[int, ...]
    unsaid: tuple[int, ...]
    telling: float
    said: Mapping[int, frozenset[str]]


class Wording:
    """table: command word → plan words with their shares of its uses."""

    def __init__(self, table: Mapping[str, Mapping[str, float]]):
        self.table = table

    @classmethod
    def load(cls, folder: Path) -> Wording | None:
        """The model's own; None where it has none. ModelError for a file that is no table."""
        path = folder / FILE
        if not path.is_file():
            return None
        try:
            data: Any = read_json(path, "a table of wordings")
        except FileError as exc:
            raise ModelError(str(exc)) from exc
        good = isinstance(data, dict) and all(
            isinstance(row, dict) and all(isinstance(v, int | float) for v in row.values())
            for row in data.values()
        )
        if not good:
            raise ModelError(f"expected words with their plan words' shares in {path}, got others")
        return cls(data)

    @cached_property
    def _spoken(self) -> frozenset[str]:
        """The plan words that some word stands for: others are never said in so many words."""
        return frozenset(
            p for row in self.table.values() for p, share in row.items() if share >= SHARE and p
        )

    def names(self, word: str, plan_word: str) -> bool:
        """Whether a bare word is one by which people mean this plan word."""
        row = self.table.get(word) or {"": 1.0}
        likeliest = max(row, key=row.__getitem__)
        if not likeliest or row[likeliest] < _NO_GUESS:
            return word == plan_word  # it stands for nothing, or for this and that
        return row.get(plan_word, 0.0) >= _OF_LIKELIEST * row[likeliest]

    def account(self, command: str, plan: Sequence[str], question: str = "") -> Account:
        """What of the command the plan leaves over. question: the robot's, whose words may have
        asked for plan words, too."""
        written, covered = set(content(plan)), pointed_at(plan)
        missing: dict[int, float] = {}
        unknown: list[int] = []
        said: dict[int, frozenset[str]] = {}
        asked_for: set[str] = set()
        telling = 0.0
        for index, word in enumerate(command.split()):
            rows = [(b, self.table.get(b)) for b in bare_words(word)]
            for bare, row in rows:
                asked_for |= set(row or ()) | {bare}
                if index in covered or bare in written:
                    telling += 1.0
                    continue
                if row is None:
                    if self.table:
                        unknown.append(index)
                    continue
                weight = sum(s * s for p, s in row.items() if p and s >= SHARE)
                telling += weight
                stands_for = {p for p, s in row.items() if p and s >= SHARE}
                said[index] = said.get(index, frozenset()) | (stands_for & written)
                if not stands_for & written:
                    missing[index] = max(missing.get(index, 0.0), weight)
        for bare in bare_words(question):
            asked_for |= set(self.table.get(bare, ())) | {bare}
        unsaid = tuple(
            i
            for i, p in enumerate(plan)
            if p in self._spoken and p not in asked_for and p not in FORM
        )
        return Account(missing, tuple(dict.fromkeys(unknown)), unsaid, telling, said)
