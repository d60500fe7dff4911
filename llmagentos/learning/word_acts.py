"""Sentences about words: teaching one, asking for it, forgetting it.

Knows: how English says that a word shall mean something. A narrow dialogue act: what is found is
only which words are taught and what was said of them; what that means is for the language model to
say (teaching.py), and any other sentence is nobody's act here. Does not know: which words are known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from llmagentos.learning.words import plain, singular

#: Longest name of a thing and longest phrase, in words.
MAX_NAME, MAX_PHRASE = 2, 6


@dataclass(frozen=True)
class Teach:
    """name: small letters, singular for a thing. meaning: as said, without an article in front. sort: what it
    can only be, "" where the meaning decides. firm: only a definition says it so ("means"); "a cup
    is a container" may be just a remark."""

    name: str
    meaning: str
    sort: Literal["thing", "phrase", ""]
    firm: bool = True


@dataclass(frozen=True)
class Ask:
    """What does it mean? Of one word, or "" for all that were taught."""

    name: str = ""


@dataclass(frozen=True)
class Forget:
    """Forget one, or "" for everything that was taught. firm: it was called a word."""

    name: str = ""
    firm: bool = True


Act = Teach | Ask | Forget

_MANNERS = re.compile(
    r"^(?:(?:please|ok|okay|hey|robot|hi|hello|now|so|well|listen|note|fyi|from now on|"
    r"(?:please )?(?:remember|learn|note)(?: this)?(?: that)?)[\s,:;-]+)+",
    re.I,
)
_N = r"[\"“'‘]?(?P<name>[a-z][a-z'’ -]*?)[\"”'’]?"
_IS = (
    r"(?:is|are|means?|stands? for|refers? to|shall mean|should mean|is called|is another word for)"
)
_SAME = r"(?:just |simply |always |another word for |another name for |the same as |what I call )?"
_DO = r"(?:,? ?(?:then|please|that means|it means|I mean|I want you to|you (?:should|shall|must|have to|are to|will))[ ,:]+)*"
#: Each: pattern, sort, firm.
_TEACH: tuple[tuple[re.Pattern[str], Literal["thing", "phrase", ""], bool], ...] = tuple(
    (re.compile(pattern + r"$", re.I), sort, firm)  # type: ignore[misc]
    for pattern, sort, firm in (
        (rf"(?:whenever|each time|every time|any time) (?:I|you hear me) (?:say|tell you) {_N}(?:\s*[,:]\s*|(?<=[\"”'’])\s+){_DO}(?P<meaning>.+)", "phrase", True),
        (rf"(?P<meaning>.+?),? (?:whenever|each time|every time) (?:I|you hear me) (?:say|tell you) {_N}", "phrase", True),
        (rf"(?:when|if) I say {_N},? (?:I mean|it means|that means)(?: that you (?:should|shall))?[,:]? (?P<meaning>.+)", "", True),
        (rf"(?:when|if) I say {_N}(?:\s*[,:]\s*|(?<=[\"”'’])\s+){_DO}(?P<meaning>.+)", "phrase", False),
        (rf"by {_N},? I (?:always )?mean[,:]? (?P<meaning>.+)", "", True),
        (rf"(?:the (?:word|phrase|command) )?to {_N} (?:means|is)(?: just| simply)? to (?P<meaning>.+)", "phrase", True),
        (rf"the (?:word|phrase|name|command) {_N} {_IS}[,:]? {_SAME}(?P<meaning>.+)", "", True),
        (rf"(?:an?|any|every|all|the)? ?{_N} (?:means?|stands? for|shall mean|is another (?:word|name) for|is a (?:word|name) for|is what I call)[,:]? {_SAME}(?P<meaning>.+)", "", True),
        (rf"(?:I|we) call (?P<meaning>(?:an?|any|every|all) .+?) (?:an? )?{_N}", "thing", False),
        (rf"(?:an?|any|every|all) {_N} (?:is|are) (?:always )?{_SAME}(?P<meaning>(?:an?|any|the) .+|[a-z]+ [a-z]+s)", "thing", False),
        (rf"{_N} are (?:always )?{_SAME}(?P<meaning>(?:the )?[a-z]+ [a-z]+s)", "thing", False),
    )
)  # fmt: skip
_ASK = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        rf"what(?:'s|s| is| are)? (?:does |do )?(?:an? |the )?(?:word |phrase )?{_N}(?: mean| stand for)?",
        rf"(?:what do you (?:know|understand) by|do you know what) (?:an? |the )?{_N}(?: is| means)?",
    )
)
_LIST = re.compile(
    r"(?:which|what) (?:new )?(?:words|phrases|names)(?: and phrases)? (?:do you know|have you learn(?:t|ed)|did you learn|"
    r"did I teach you|have I taught you|were you taught)|what (?:did I teach you|have I taught you|have you learn(?:t|ed)"
    r"(?: from me)?|did you learn(?: from me)?)|(?:list|show me|tell me) (?:the|your|all|all the|my|your new) "
    r"(?:new |taught )?words(?: you know| I taught you| you learn(?:t|ed))?",
    re.I,
)
_FORGET_ALL = re.compile(
    r"forget (?:(?:everything|all|what|whatever)(?: of what| that)? (?:I(?:'ve| have)? (?:ever )?taught you|you(?:'ve| have)? learn(?:t|ed))|"
    r"(?:all )?(?:the |your |my |all )+(?:taught |new )?(?:words|phrases)(?: and phrases)?(?: I taught you)?)",
    re.I,
)
_FORGET = re.compile(
    rf"(?:forget|unlearn)(?P<firm> (?:about )?(?:the |that )?(?:word|phrase|name|command)| what(?= .* means?$)| that(?= .* (?:is|means)))? (?:an? |the )?{_N}"
    r"(?: (?:means?|is)(?: .*)?)?",
    re.I,
)
#: What no name of a thing begins with, nor a phrase that "means" something.
_NO_NAME = frozenset(
    """what that it this these those which who he she they we you i there here how why where when
    everything nothing something one""".split()
)


def find(text: str) -> Act | None:
    """What a sentence says about words; None where it is about anything else."""
    said = _MANNERS.sub("", text.strip()).strip().rstrip(".!? ").strip()
    question = text.rstrip().endswith("?")
    if _LIST.fullmatch(said):
        return Ask()
    if _FORGET_ALL.fullmatch(said):
        return Forget()
    if m := _FORGET.fullmatch(said):
        return Forget(plain(m["name"]), bool(m["firm"]))
    if not question:
        for pattern, sort, firm in _TEACH:
            m = pattern.match(said)
            if m and (taught := _taught(m, sort, firm)) is not None:
                return taught
    for asks in _ASK:
        if m := asks.fullmatch(said):
            return Ask(plain(m["name"]))
    return None


def _taught(m: re.Match[str], sort: Literal["thing", "phrase", ""], firm: bool) -> Teach | None:
    name, meaning = plain(m["name"]), m["meaning"].strip(" \"“”'‘’")
    words = name.split()
    if not words or words[0] in _NO_NAME or len(words) > MAX_PHRASE:
        return None
    if sort == "thing" and len(words) > MAX_NAME:
        return None
    if sort == "phrase" and not firm and len(words) < 2:
        return None  # "when I say go, ..." waits for one word, once
    if sort == "thing" and " are " in m[0]:
        name = singular(name)
    return Teach(name, meaning, sort, firm)
