"""A sentence inside another one.

Knows: which first letters stay as they are. Does not know: what is said.
"""

from __future__ import annotations

import re

_ITSELF = re.compile(r"I\b|[A-Z]{2}")


def inside(sentence: str) -> str:
    """ "There is no room" → "there is no room"; "I can't" stays."""
    if _ITSELF.match(sentence):
        return sentence
    return sentence[:1].lower() + sentence[1:]
