"""The words that only a robot with a base that drives has a use for.

Knows: one row a word and role, with what people say for it. Does not know: where any of it is
(grounding/spots.py) nor how it is driven to.
"""

from __future__ import annotations

from llmagentos.lang.words.table import Word, Words

#: Places that go by no name.
SPOTS = Words("spotword", "a spot", [
    Word("here", "to you", ("front", "there", "this")),
    Word("start", "to where I started", ("origin", "restore", "home")),
    Word("before", "to where I was before", ("origin", "last_moved", "undo")),
    Word("there", "there"),
])  # fmt: skip

#: What can be driven along or behind.
GUIDES = Words("guide", "what to follow", [
    Word("wall", "the wall", ("side", "toward", "left")),
    Word("person", "you", ("this", "toward", "next")),
])  # fmt: skip
