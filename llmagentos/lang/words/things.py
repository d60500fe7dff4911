"""The words that name things and their colours, from the tables of both.

Knows: that kinds and colours are plan words, too. Does not know: what a kind is (objects/kinds.py)
nor how a colour looks (objects/colors.py).
"""

from __future__ import annotations

from llmagentos.lang.words.table import Word, Words
from llmagentos.objects import kinds
from llmagentos.objects.colors import COLORS as _COLORS

COLORS = Words("color", "a colour", map(Word, _COLORS))

_LIKE = {"round": ("ball", "object", "container")}
_COMMON = tuple(k for k in kinds.BUILT_IN if kinds.KINDS[k].frequency)
#: In the order of the language model's vocabulary.
_WORDS = (
    *(c for c in kinds.CATEGORIES if c != "stack"), *_COMMON, "stack",
    *(k for k in kinds.BUILT_IN if k not in _COMMON),
)  # fmt: skip


class _Kinds(Words[Word]):
    """Listed are the words that the language model writes, and so grammar, schema and vocabulary
    have; plans may hold every other kind of the table, too, whoever wrote them."""

    def __getitem__(self, word: str) -> Word:
        return Word(word) if self._further(word) else super().__getitem__(word)

    def __contains__(self, word: object) -> bool:
        return super().__contains__(word) or self._further(word)

    def _further(self, word: object) -> bool:
        kind = kinds.KINDS.get(word) if isinstance(word, str) else None
        return kind is not None and kind.in_scenes and not super().__contains__(word)


#: Category words that stand for several kinds, then the kinds that perception reports.
KINDS: Words[Word] = _Kinds("kind", "a kind", (Word(w, like=_LIKE.get(w, ())) for w in _WORDS))
