"""Whom of several robots a sentence speaks to: their names in it, as names of things are found.

Knows: the robots' names, forms of address ("the left robot", "anna:", "each of you"), where one part of a
sentence ends and the next begins. Does not know: what any part asks for; that is the language model's.

A name where a clause begins addresses: what follows, up to the next one, is for that robot. A name anywhere
else is a place, that robot's side of the table, and is written out as such ("hand the cup to anna" ->
"hand the cup to the right side"), since the model knows sides and no names. A name that is a word of its own
("left") is taken for a name only with "robot" or "arm" behind it, or where it is called ("left: ...").
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from llmagentos.lang.words import ROLES

#: Whom a form of address means when it names nobody. The first two are for each one by itself.
_EACH = r"(?:each|every one|either)(?: one)? of (?:you|the (?:robots|arms))|(?:each|every) (?:robot|arm)"
_ALL = (
    r"(?:both|all|all two|all three|the two|the three) of you|you (?:both|two|three|all)|"
    r"both (?:robots|arms)|all (?:the )?(?:robots|arms)|(?:robots|arms|everybody|everyone)(?=\s*[,:])"
)
_NOUN = r"(?:robot|arm)"
#: A clause begins after one of these.
_BEGINS = re.compile(r"(?:^|[.;:!?,]|\b(?:and|then|while|but|meanwhile|whereas|,))\s*$", re.I)
#: What stands between a name and what is said to it, and at the end of a part.
_CALLED = re.compile(r"^(?:\s*(?:,|:|-|please\b|you\b|now\b))+\s*", re.I)
_TAIL = re.compile(
    r"(?:\s*(?:[,;:.!?]|\band\b|\bthen\b|\bwhile\b|\bbut\b|\bmeanwhile\b|\bwhereas\b))+\s*$", re.I
)
_ARTICLE = re.compile(r"^the[\s_-]+", re.I)
#: Who speaks of the person gives nothing to another robot.
_PERSON = re.compile(r"\b(?:me|us|my|mine|our|person|people|user|here)\b", re.I)


@dataclass(frozen=True)
class Part:
    """What is said to some of them. robots: by name, () where nobody is named. each: each by itself, on its own side.
    text: with names of places written out."""

    text: str
    robots: tuple[str, ...] = ()
    each: bool = False

    @property
    def gives_to_nobody_said(self) -> bool:
        """Whether, if this gives something, it does not say to whom: no side, no person."""
        return not _PERSON.search(self.text) and not re.search(
            r"\b(?:front|forward)\b", self.text, re.I
        )


@dataclass(frozen=True)
class _Mention:
    begin: int
    end: int
    robots: tuple[str, ...]
    each: bool
    addresses: bool
    whose: bool = False


def parts(text: str, names: Sequence[str], sides: Mapping[str, str]) -> list[Part]:
    """The sentence, cut where it turns to another robot. sides: each robot's side of the table, for those that
    have one. One part of the whole text for nobody where none is addressed."""
    mentions = _mentions(text, names)
    calls = [m for m in mentions if m.addresses]
    out: list[Part] = []
    bounds = [0, *(m.begin for m in calls), len(text)]
    head = _written(text, 0, bounds[1], mentions, sides)
    if head:
        out.append(Part(head))
    for number, call in enumerate(calls):
        said = _written(text, call.end, bounds[number + 2], mentions, sides)
        made = Part(said, call.robots, call.each)
        if said:
            out.append(made)
        elif out and not out[-1].robots:  # "put it away, anna", "sort them, each of you"
            out[-1] = replace(out[-1], robots=made.robots, each=made.each)
        elif number + 1 < len(calls) and not calls[number + 1].each:  # "anna and bert, ..."
            calls[number + 1] = _both(call, calls[number + 1])
    return out or [Part(text)]


def _both(one: _Mention, other: _Mention) -> _Mention:
    return replace(other, robots=tuple(dict.fromkeys((*one.robots, *other.robots))))


def _mentions(text: str, names: Sequence[str]) -> list[_Mention]:
    """All of them in order; of two at one place the longer one."""
    found: list[_Mention] = []
    for pattern, each in ((_EACH, True), (_ALL, False)):
        for hit in re.finditer(rf"\b(?:{pattern})", text, re.I):
            found.append(_Mention(hit.start(), hit.end(), (), each, _begins(text, hit.start())))
    for name in names:
        for hit in re.finditer(_form(name), text, re.I):
            called = _begins(text, hit.start())
            full = bool(hit.group("before") or hit.group("behind"))
            vocative = called and re.match(r"\s*(?:[,:]|$|and\b|please\b|you\b)", text[hit.end() :])
            if full or vocative or name.lower() not in _words():
                whose = bool(hit.group("whose"))
                calls = called and not whose
                found.append(_Mention(hit.start(), hit.end(), (name,), False, calls, whose))
    kept: list[_Mention] = []
    for mention in sorted(found, key=lambda m: (m.begin, m.begin - m.end)):
        if not kept or mention.begin >= kept[-1].end:
            kept.append(mention)
    return kept


def _form(name: str) -> str:
    """The name as sentences have it: "left", "the left robot", "robot left", "r2_d2" as "r2 d2"."""
    spelled = r"[\s_-]*".join(map(re.escape, re.split(r"[\s_-]+", name.strip())))
    return rf"\b(?:the\s+)?(?P<before>{_NOUN}\s+)?{spelled}(?P<behind>\s+{_NOUN})?\b(?P<whose>'s)?"


@lru_cache(maxsize=1)
def _words() -> frozenset[str]:
    """Words that sentences have without meaning a robot: those of the plan language, and some more."""
    known = {w for role in ROLES.values() for entry in role for w in entry.lower().split("_")}
    return frozenset(known) | {"one", "two", "first", "second", "other", "it", "up", "down"}


def _begins(text: str, at: int) -> bool:
    return bool(_BEGINS.search(text[:at]))


def _written(
    text: str, begin: int, end: int, mentions: Sequence[_Mention], sides: Mapping[str, str]
) -> str:
    """A piece of the text, names that address nobody written out as sides."""
    out, at = "", begin
    for mention in mentions:
        if mention.addresses or not begin <= mention.begin < end:
            continue
        side = sides.get(mention.robots[0]) if mention.robots else None
        out += text[at : mention.begin]
        if side is not None:
            out += f"the {side}" + ("" if side == "middle" or mention.whose else " side")
        elif not mention.each and not mention.robots:
            pass  # "put it away together, both of you": says only that all may
        else:
            out += text[mention.begin : mention.end]
        at = mention.end
    out += text[at:end]
    return _TAIL.sub("", _CALLED.sub("", out)).strip()
