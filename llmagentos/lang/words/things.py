"""The words that name things and their colours, from the tables of both.

Knows: that kinds and colours are plan words, too. Does not know: what a kind is (objects/kinds.py)
nor how a colour looks (types.COLORS has their order).
"""

from __future__ import annotations

from llmagentos.lang.words.table import Word, Words
from llmagentos.types import COLORS as _COLORS

COLORS = Words("color", "a colour", map(Word, _COLORS))

#: Category words that stand for several kinds, then the kinds that perception reports.
KINDS = Words("kind", "a kind", [
    Word("object"), Word("container"), Word("toy"), Word("dish"),
    Word("round", like=("ball", "object", "container")),
    *map(Word, "block bowl plate cup can ball box tray zone stack".split()),
    *map(Word, "mug duck teddy lego jenga domino soccerball".split()),
])  # fmt: skip
