"""Sentences about what the robot keeps in mind: telling it something, asking for it, forgetting it.

Knows: how English says these three. A narrow dialogue act, as for taught words (learning/
word_acts.py): no such sentence moves anything, and every other one is nobody's act here. Does not
know: what is remembered, nor how it is answered (remembering.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Tell:
    """fact: as the person said it. asked: they said that it shall be remembered."""

    fact: str
    asked: bool = True


@dataclass(frozen=True)
class Recall:
    """about: the words that name what is asked for; "" for everything that was told."""

    about: str = ""


@dataclass(frozen=True)
class Forget:
    """about: what. way: "this" the newest, "said" everything that was said about it, "fact" one that
    was told, "all" everything."""

    about: str = ""
    way: str = "said"


Act = Tell | Recall | Forget

_MANNERS = re.compile(
    r"^(?:(?:please|ok|okay|hey|robot|hi|hello|now|so|well|and|by the way|"
    r"(?:can|could|will|would) you)[\s,]+)+",
    re.I,
)
_KEEP = (
    r"(?:remember|note|keep in mind|bear in mind|don'?t forget|do not forget|make a note|for later)"
)
_TELL = (
    re.compile(rf"{_KEEP}(?: this)?(?: that|:|,) (?P<fact>.+)", re.I),
    re.compile(r"(?P<fact>my (?:first |last )?name(?:'s| is) .+)", re.I),
)
_CALL_ME = re.compile(r"(?:you (?:can|may) )?call me (?P<name>[a-z][\w .'-]{0,40})", re.I)
_ABOUT = r"(?:about|of|on) (?P<about>.+)"
_DO_YOU = r"(?:do you (?:still )?(?:remember|know) |tell me )?"
_RECALL = (
    re.compile(rf"(?:what|anything|all) (?:else )?(?:do |can )?you (?:still )?(?:remember|know|recall) {_ABOUT}", re.I),
    re.compile(rf"(?:tell me )?what (?:did|have) (?:I|we) (?:say|said|tell|told)(?: (?:to )?you)? {_ABOUT}", re.I),
    re.compile(rf"do you (?:still )?(?:remember|know) (?:anything|what (?:I|we) (?:said|told you|did)) {_ABOUT}", re.I),
    re.compile(rf"{_DO_YOU}(?:what (?:is|was)|what's) (?P<about>my (?:\w+ )?name)", re.I),
    re.compile(rf"{_DO_YOU}(?P<about>who I am|who am I)", re.I),
    re.compile(r"what (?:did|have) I (?:ask(?:ed)?|tell|told) you to remember(?P<about>)", re.I),
    re.compile(r"what do you remember(?P<about>)", re.I),
)  # fmt: skip
_THIS = re.compile(
    r"(?:please )?forget (?:that|this|(?:what|that|everything)(?: that)? I(?:'ve| have)? just (?:said|told you)|"
    r"the last (?:thing|one|command)(?: I said)?|my last (?:words|command|sentence))(?: again)?",
    re.I,
)
_ALL = re.compile(
    r"forget (?:everything|all)(?: (?:that )?(?:you (?:know|remember)|I(?:'ve| have)? (?:ever )?(?:said|told you)))?",
    re.I,
)
_SAID = re.compile(
    r"forget (?:what|everything|anything|all|whatever)"
    r"(?: (?:that )?(?:I|we)(?:'ve| have)? (?:said|told you|did)| you (?:know|remember)| there is)?"
    r" (?:about|of|with) (?P<about>.+)",
    re.I,
)
_FACT = re.compile(r"forget that (?P<about>(?!word\b|phrase\b|name\b|command\b)\S.* .+)", re.I)
_MINE = re.compile(r"forget (?P<about>my (?:\w+ )?name)", re.I)


def find(text: str) -> Act | None:
    """What a sentence says about the robot's memory; None where it is about anything else."""
    said = _MANNERS.sub("", " ".join(text.replace("’", "'").split())).rstrip(".!? ")
    question = text.rstrip().endswith("?")
    if _THIS.fullmatch(said):
        return Forget("", "this")
    if _ALL.fullmatch(said):
        return Forget("", "all")
    for pattern, way in ((_SAID, "said"), (_FACT, "fact"), (_MINE, "fact")):
        if m := pattern.fullmatch(said):
            return Forget(m["about"].strip(), way)
    for asks in _RECALL:
        if m := asks.fullmatch(said):
            about = m["about"]
            return Recall("my name" if about.lower() in ("who i am", "who am i") else about.strip())
    if question:
        return None
    if m := _CALL_ME.fullmatch(said):
        return Tell(f"my name is {m['name']}", asked=False)
    for tells in _TELL:
        if m := tells.fullmatch(said):
            return Tell(m["fact"].strip(), asked=tells is _TELL[0])
    return None


_SWAP = {
    "i": "you", "me": "you", "my": "your", "mine": "yours", "myself": "yourself", "i'm": "you're",
    "i've": "you've", "i'd": "you'd", "i'll": "you'll", "you": "I", "your": "my", "yours": "mine",
    "we": "we",
}  # fmt: skip


def from_the_other_side(fact: str) -> str:
    """ "my name is Ada" → "your name is Ada": as the robot says what a person told it."""
    words = []
    for word in fact.split(" "):
        core = word.strip(".,;:!?\"'()")
        swapped = _SWAP.get(core.lower())
        words.append(word if swapped is None or not core else word.replace(core, swapped, 1))
    text = " ".join(words)
    text = re.sub(r"\byou am\b", "you are", text)
    text = re.sub(r"\byou was\b", "you were", text)
    return re.sub(r"\bI are\b", "I am", text).rstrip(".!")
