"""Sentences that show the robot a thing by name, have it forgotten, or ask for what was shown.

Knows: how English says these three. A narrow dialogue act, as for taught words: nothing moves by any
of them, and every other sentence is nobody's act here. Does not know: which thing is meant, what it
looks like (showing.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Show:
    """name: as said, without owner. what: words for which thing, "" for "this"."""

    name: str
    what: str = ""


@dataclass(frozen=True)
class Unshow:
    """Forget what it looks like."""

    name: str


@dataclass(frozen=True)
class AskShown:
    """Which things were shown?"""


Act = Show | Unshow | AskShown

_MANNERS = re.compile(
    r"^(?:(?:please|ok|okay|hey|robot|hi|hello|now|so|well|look|look here|listen|see|and|"
    r"(?:can|could|will|would) you)[\s,:!]+)+",
    re.I,
)
_NAME = r"(?P<name>[a-z][a-z0-9'-]*(?: [a-z0-9][a-z0-9'-]*){0,2})"
_OWN = r"(?:my|our)"
_THIS = r"(?:this|that|this one|that one|this thing|that thing|this object|this here)"
_SHOW = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        rf"{_THIS}(?: here)?(?: is|'s) {_OWN} {_NAME}",
        rf"{_THIS}(?: here)?(?: is|'s) (?:called|named) (?:(?:my|our|the|an?) )?{_NAME}",
        rf"(?:call|name) {_THIS} (?:(?:my|our|the) )?{_NAME}",
        rf"(?:remember|learn|keep|know) {_THIS} as (?:(?:my|our|the|an?) )?{_NAME}",
        rf"here(?: is|'s) {_OWN} {_NAME}",
        rf"(?:let me|I want to|I'll|I will|I'd like to) show you {_OWN} {_NAME}",
        rf"(?:learn|remember) what {_OWN} {_NAME} looks like",
        rf"(?P<what>the .+?)(?: is|'s) (?:called|named) (?:(?:my|our|the|an?) )?{_NAME}",
        rf"(?P<what>the .+?)(?: is|'s) {_OWN} {_NAME}",
        rf"(?:remember|learn|keep|know) (?P<what>the .+?) as {_OWN} {_NAME}",
    )
)
_FORGET = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        rf"(?:forget|unlearn) (?:about )?(?:what )?(?:(?:my|our|the) )?{_NAME} looks like",
        rf"(?:forget|unlearn) (?:about )?(?:my|our|the) {_NAME}",
    )
)
_ASK = re.compile(
    r"(?:what|which things?|which objects?) (?:have I|did I|has anybody|have we|did we) (?:shown|show) you"
    r"|which (?:of my )?things do you know(?: by name)?|what do you know by name",
    re.I,
)
#: "this is my fault": no thing.
_NO_NAMES = frozenset(
    """fault problem turn mistake idea point question name favourite favorite last first best way
    job order command wish plan choice bad home table left right side robot friend life""".split()
)


_NOT_FIRST = frozenset("last first best next".split())


def find(text: str) -> Act | None:
    """What a sentence shows; None where it is about anything else."""
    said = _MANNERS.sub("", " ".join(text.replace("’", "'").split())).rstrip(".! ")
    if _ASK.fullmatch(said.rstrip("?")):
        return AskShown()
    if said.endswith("?"):
        return None
    for pattern in _FORGET:
        if m := pattern.fullmatch(said):
            return Unshow(m["name"].lower())
    for pattern in _SHOW:
        if m := pattern.fullmatch(said):
            words = m["name"].lower().split()
            if words[-1] in _NO_NAMES or words[0] in _NOT_FIRST:
                return None
            return Show(" ".join(words), m.groupdict().get("what") or "")
    return None
