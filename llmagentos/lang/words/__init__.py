"""The closed word lists of the plan language, and the types of the fields that hold them.

Knows: every word that a plan can choose, by role. Does not know: what the words do (grounding/,
tasks/) nor which words give a plan its form (notation.py).

A word is one row in objects.py, places.py or steps.py here; what it means on the table is one row
where its geometry or its test is. The types grow with the tables, words from outside included.
"""

from __future__ import annotations

from typing import Annotated, Any

from llmagentos.errors import PlanError
from llmagentos.lang.words.driving import GUIDES, SPOTS
from llmagentos.lang.words.objects import (
    GROUP_BYS,
    GROUP_TESTS,
    MATERIALS,
    ORDERS,
    QUANTIFIERS,
    REFERENCES,
    SIZES,
    STATES,
)
from llmagentos.lang.words.places import (
    COMPARING,
    DIRECTIONS,
    FIXED_PLACES,
    REGIONS,
    SPATIAL,
    UNITS,
)
from llmagentos.lang.words.steps import (
    COMPARISONS,
    GRIPS,
    INABILITIES,
    PACES,
    QUERIES,
    QUESTIONS,
    REFUSALS,
    RESHAPINGS,
    SHAPES,
    SORTS,
)
from llmagentos.lang.words.table import Word, WordOf, Words
from llmagentos.lang.words.things import COLORS, KINDS

__all__ = [
    "COLORS", "COMPARING", "COMPARISONS", "DIRECTIONS", "FIXED_PLACES", "GRIPS", "GROUP_BYS", "GROUP_TESTS",
    "GUIDES",
    "INABILITIES", "KINDS", "MATERIALS", "ORDERS", "PACES", "QUANTIFIERS", "QUERIES", "QUESTIONS",
    "REFERENCES", "REFUSALS", "REGIONS", "RESHAPINGS", "ROLES", "SHAPES", "SIZES", "SORTS",
    "SPATIAL", "SPOTS", "STATES", "UNITS", "Word", "WordOf", "Words", "as_table", "near_words",
    "register_word",
]  # fmt: skip

Color = Annotated[str, WordOf(COLORS)]
Kind = Annotated[str, WordOf(KINDS)]
Quantifier = Annotated[str, WordOf(QUANTIFIERS)]
Past = Annotated[str, WordOf(REFERENCES)]
SizeWord = Annotated[str, WordOf(SIZES)]
Material = Annotated[str, WordOf(MATERIALS)]
State = Annotated[str, WordOf(STATES)]
OrderKey = Annotated[str, WordOf(ORDERS)]
GroupTest = Annotated[str, WordOf(GROUP_TESTS)]
GroupBy = Annotated[str, WordOf(GROUP_BYS)]
SpatialRel = Annotated[str, WordOf(SPATIAL)]
CompareRel = Annotated[str, WordOf(COMPARING)]
FixedRel = Annotated[str, WordOf(FIXED_PLACES)]
Region = Annotated[str, WordOf(REGIONS)]
Direction = Annotated[str, WordOf(DIRECTIONS)]
LengthUnit = Annotated[str, WordOf(UNITS)]
Shape = Annotated[str, WordOf(SHAPES)]
Sort = Annotated[str, WordOf(SORTS)]
Comparison = Annotated[str, WordOf(COMPARISONS)]
QueryName = Annotated[str, WordOf(QUERIES)]
RefuseReason = Annotated[str, WordOf(REFUSALS)]
CannotReason = Annotated[str, WordOf(INABILITIES)]
AskAbout = Annotated[str, WordOf(QUESTIONS)]
Pace = Annotated[str, WordOf(PACES)]
Grip = Annotated[str, WordOf(GRIPS)]
ReshapeAction = Annotated[str, WordOf(RESHAPINGS)]
SpotWord = Annotated[str, WordOf(SPOTS)]
Guide = Annotated[str, WordOf(GUIDES)]


#: Every role by its name, in the order in which a model's vocabulary lists their words.
ROLES: dict[str, Words[Any]] = {
    words.name: words
    for words in (
        QUANTIFIERS, REFERENCES, SIZES, COLORS, MATERIALS, STATES, KINDS, ORDERS, SPATIAL,
        COMPARING, FIXED_PLACES, REGIONS, DIRECTIONS, UNITS, SHAPES, SORTS, COMPARISONS,
        GROUP_TESTS, GROUP_BYS, QUERIES, REFUSALS, INABILITIES, QUESTIONS, RESHAPINGS,
        PACES, GRIPS, SPOTS, GUIDES,
    )
}  # fmt: skip


def register_word(role: str, row: Word) -> None:
    """A word from outside this package, before the grammar is built.

    role: a key of `ROLES` ("region", "material", "spatial" ...); row: of that role's row type.
    Raises PlanError for an unknown role, another row type or a known word.
    """
    if role not in ROLES:
        raise PlanError(f"expected a role of {', '.join(ROLES)}, got '{role}'")
    words = ROLES[role]
    kind = type(next(iter(words.values())))
    if type(row) is not kind:
        raise PlanError(f"expected a {kind.__name__} for '{role}', got a {type(row).__name__}")
    words.add(row)


def near_words() -> dict[str, tuple[str, ...]]:
    """What the words that say so begin like in a model that does not know them yet."""
    rows = (row for words in ROLES.values() for row in words.values())
    return {row.word: row.like for row in rows if row.like}


def as_table() -> str:
    """Every role and its words, with what people say where that differs, in Markdown."""
    lines = ["| role | words |", "|---|---|"]
    for name, words in ROLES.items():
        rows = (
            f"{r.word} ({r.said})" if r.said not in ("", r.word) else r.word for r in words.values()
        )
        lines.append(f"| {name} | {', '.join(rows)} |")
    return "\n".join(lines)
