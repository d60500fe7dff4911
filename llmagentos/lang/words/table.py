"""What a plan word is: a row of a table, one table a role.

Knows: how rows are kept, looked up, added from outside, and used as the type of a plan's field.
Does not know: the words (objects.py, places.py, steps.py beside this file).

A word that plays two roles ("left" is an order, a region and a direction) has a row in each.

Words from outside come by `register_word`, which a package calls in a function without arguments
that it names as an entry point of the group `llmagentos.words`; they are looked for when a table
is first read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Any, Generic, TypeVar

from pydantic_core import PydanticKnownError, core_schema

from llmagentos.errors import EntryPointError, PlanError


@dataclass(frozen=True)
class Word:
    """A plan word in one role.

    word: as plans spell it. said: the same for people, "" where it is said as it is spelt.
    like: words that a model's new row begins between (training/planner/warm.py). since: the word
    that it came with in this role: a model that does not know that one does not know this use.
    """

    word: str
    said: str = ""
    like: tuple[str, ...] = ()
    since: str = ""

    @property
    def phrase(self) -> str:
        """What people say for it."""
        return self.said or self.word


Row = TypeVar("Row", bound=Word)


class Words(Mapping[str, Row], Generic[Row]):
    """The words of one role, in the order of their rows: `REGIONS["left"].edge`.

    name: the role's name in the grammar and for `register_word`. what: for "expected a region".
    """

    def __init__(self, name: str, what: str, rows: Iterable[Row]):
        self.name, self.what = name, what
        self._rows: dict[str, Row] = {}
        self._found: dict[tuple[tuple[str, Any], ...], tuple[str, ...]] = {}
        for row in rows:
            self.add(row)

    def __getitem__(self, word: str) -> Row:
        _scan()
        return self._rows[word]

    def __iter__(self) -> Iterator[str]:
        _scan()
        return iter(self._rows)

    def __len__(self) -> int:
        _scan()
        return len(self._rows)

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)

    def add(self, row: Row) -> None:
        """One more word. Raises PlanError for a second row of the same word."""
        if row.word in self._rows:
            raise PlanError(f"expected a new word for {self.what}, got '{row.word}' again")
        if not row.word or any(c.isspace() or c in '"@[]{};' for c in row.word):
            raise PlanError(f"expected a word without spaces and marks, got '{row.word}'")
        self._rows[row.word] = row
        self._found.clear()

    def remove(self, word: str) -> None:
        """Take a word out again (tests do). Raises KeyError for one that is not there."""
        del self._rows[word]
        self._found.clear()

    def __contains__(self, word: object) -> bool:
        _scan()
        return word in self._rows

    def where(self, **fields: Any) -> tuple[str, ...]:
        """The words whose rows have these values: `UNITS.where(vague=True)`."""
        wanted = tuple(fields.items())
        _scan()
        if wanted not in self._found:
            rows = self._rows.values()
            fitting = (r.word for r in rows if all(getattr(r, k) == v for k, v in wanted))
            self._found[wanted] = tuple(fitting)
        return self._found[wanted]


class WordOf:
    """The type of a field that holds a word of a role: a string, checked against the live table.

    `Annotated[str, WordOf(REGIONS)]` is what `Literal["left", ...]` would be, but grows with it.
    """

    def __init__(self, words: Words[Any]):
        self.words = words

    def _check(self, value: Any) -> str:
        if isinstance(value, str) and value in self.words:
            return value
        *most, last = (f"'{w}'" for w in self.words)
        raise PydanticKnownError(
            "literal_error", {"expected": f"{', '.join(most)} or {last}" if most else last}
        )

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(self._check)

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        return {"enum": list(self.words), "type": "string"}


_ENTRY_POINTS = "llmagentos.words"
_scanned = False


def _scan() -> None:
    """Let packages that say so add their words, once."""
    global _scanned
    if _scanned:
        return
    _scanned = True
    for point in entry_points(group=_ENTRY_POINTS):
        try:
            point.load()()
        except Exception as exc:  # whatever a package from outside does
            raise EntryPointError(
                f"cannot load the words of entry point {point.name!r} ({point.value}): {exc}"
            ) from exc
