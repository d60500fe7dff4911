"""Whom of several robots a sentence speaks to: their names in it, as names of things are found.

Knows: the robots' names, forms of address ("the left robot", "anna:", "each of you", "your colleague"), where
one part of a sentence ends and the next begins. Does not know: what any part asks for (the language
model's), or what words of dividing come to (dividing.py).

A name where a clause begins addresses: what follows, up to the next one, is for that robot. A name anywhere
else is a place, that robot's side of the table, and is written out as such ("hand the cup to anna" ->
"hand the cup to the right side"), since the model knows sides and no names. A name that is a word of its own
("left") is taken for a name only with "robot" or "arm" behind it, where it is called ("left: ..."), and where it
acts ("left takes the cup"). "The left one" and "the other one" may be things: they are robots where they act, and
where another robot was spoken to before and something is given to them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from llmagentos.lang.words import KINDS, ROLES

#: Whom a form of address means when it names nobody. The first one is for each one by itself.
_EACH = (
    r"(?:each|every one|either)(?: one)? of (?:you|the (?:two |three )?(?:robots|arms))|"
    r"(?:each|every) (?:robot|arm)|every(?:body|one)(?!\s*[,:])"
)
_ALL = (
    r"(?:both|all|all two|all three|the two|the three) of you|you (?:both|two|three|all)|"
    r"one of (?:you|the (?:robots|arms))|"
    r"both (?:robots|arms)|all (?:the )?(?:robots|arms)|(?:robots|arms|everybody|everyone)(?=\s*[,:])"
)
#: "One side each", "each of you one half": no command, only that each does its own.
_PART = r"(?:side|half|part|share|end)"
_HALVES = (
    rf"(?:(?:one|a)\s+)?{_PART}\s+(?:each|apiece)\b|"
    rf"(?:{_EACH}|each|one)\s+(?:(?:takes?|does?|on|from|works?|gets?)\s+)*"
    rf"(?:one|a|his|her|its|your|their|the)?\s*(?:own\s+)?{_PART}\b"
)
_NOUN = r"(?:robot|arm)"
#: Another one than the one that was spoken to.
_OTHER = (
    r"\b(?:(?:the|your)\s+other\s+(?P<noun>robot|arm|one)\b|"
    r"(?:the|your)\s+(?:colleague|partner|neighbou?r|mate|team-?mate|friend|brother|sister)\b|"
    r"(?P<bare>the\s+other)(?=\s*(?:[.,;!?]|$)))"
)
#: Words that make somebody do something: what follows is said to who is named behind them.
_CAUSES = r"(?:let|have|make|ask|tell|get|(?:i|we)(?:'d|\s+would)?\s+(?:want|need|like))"
#: A clause begins after one of these.
_BEGINS = re.compile(
    r"(?:^|[.;:!?,]|\b(?:and|then|while|but|meanwhile|whereas|so|first|please|"
    rf"{_CAUSES}))\s*$",
    re.I,
)
#: "Each take a block", "take one block each".
_EACH_IN_IT = re.compile(r"^each\s+(?!of\b)|\s+(?:each|apiece)\s*[.!]?$", re.I)
#: What stands between a name and what is said to it, and at the end of a part.
_CALLED = re.compile(
    r"^(?:\s*(?:,|:|-|please\b|you\b|now\b|to\b(?!\s+(?:the|a|an|me|my|it)\b)))+\s*", re.I
)
_TAIL = re.compile(
    r"(?:\s*(?:[,;:.!?]|\band\b|\bthen\b|\bwhile\b|\bbut\b|\bmeanwhile\b|\bwhereas\b|\bso\b|"
    rf"\b{_CAUSES}))+\s*$",
    re.I,
)
#: Somebody does something: a verb in the third person, or one that says that it shall.
_ACTS = re.compile(
    r"\s+(?:(?:only|just|then|also|always)\s+)*"
    r"(?:(?P<shall>should|shall|must|will|can|may|needs?\s+to|has\s+to|is\s+to)|(?P<verb>\w+[a-z]s))\b",
    re.I,
)
#: Verbs that things have as well, and words that only look like one.
_OF_THINGS = frozenset(
    "is was has goes belongs stays comes stands lies fits sits looks this its less".split()
)
#: What somebody takes, without a verb: "the right one [takes] the bowl".
_SOMETHING = re.compile(
    r"\s+(?:the|all|every|each|a|an|both|everything|whatever|what|those|these|any|only|just)\b",
    re.I,
)
#: Before who is given something.
_GIVES = re.compile(
    r"\b(?:give|hand|pass|bring|send)(?:s|es)?\b(?:[^.;:]*\b(?:to|for))?(?:\s+over\s+to)?\s*$", re.I
)
#: Who speaks of the person gives nothing to another robot.
_PERSON = re.compile(r"\b(?:me|us|my|mine|our|person|people|user|here)\b", re.I)


@dataclass(frozen=True)
class Part:
    """What is said to some of them. robots: by name, () where nobody is named. each: each by itself, on its own
    side. several: to some at once, by name or as "both of you". text: with names of places written out."""

    text: str
    robots: tuple[str, ...] = ()
    each: bool = False
    several: bool = field(default=False, compare=False)

    @property
    def gives_to_nobody_said(self) -> bool:
        """Whether, if this gives something, it does not say to whom: no side, no person."""
        return not _PERSON.search(self.text) and not re.search(
            r"\b(?:front|forward)\b", self.text, re.I
        )


@dataclass(frozen=True)
class _Mention:
    """whose: "anna's". other: whoever was not spoken to last. unsure: a robot only where another one is spoken to.
    halves: says only that each does its own. one: any one of them."""

    begin: int
    end: int
    robots: tuple[str, ...]
    each: bool
    addresses: bool
    whose: bool = False
    other: bool = False
    unsure: bool = False
    halves: bool = False
    one: bool = False


def parts(text: str, names: Sequence[str], sides: Mapping[str, str]) -> list[Part]:
    """The sentence, cut where it turns to another robot. sides: each robot's side of the table, for those that
    have one. One part of the whole text for nobody where none is addressed."""
    mentions = _others(_mentions(text, names), names)
    calls = [m for m in mentions if m.addresses]
    out: list[Part] = []
    bounds = [0, *(m.begin for m in calls), len(text)]
    head = _written(text, 0, bounds[1], mentions, sides)
    if head:
        out.append(Part(head))
    for number, call in enumerate(calls):
        said = _written(text, call.end, bounds[number + 2], mentions, sides)
        several = len(call.robots) > 1 or not (call.robots or call.each or call.one)
        each = call.each
        if several and _EACH_IN_IT.search(said):
            said, each = _EACH_IN_IT.sub("", said), True
        made = Part(said, call.robots, each, several)
        if call.halves and out:  # "sort them, one side each"
            out[-1] = replace(out[-1], each=True)
            if said:
                out.append(Part(said))
        elif said:
            out.append(made)
        elif (
            number + 1 < len(calls)
            and (call.halves or not calls[number + 1].each)
            and (not calls[number + 1].halves or call.robots == ())
        ):
            calls[number + 1] = _both(call, calls[number + 1])  # "anna and bert, ..."
        elif out and not out[-1].robots:  # "put it away, anna", "sort them, each of you"
            out[-1] = replace(out[-1], robots=made.robots, each=made.each)
    return out or [Part(text)]


def _both(one: _Mention, other: _Mention) -> _Mention:
    return replace(
        other,
        robots=tuple(dict.fromkeys((*one.robots, *other.robots))),
        each=one.each or other.each,
    )


def _mentions(text: str, names: Sequence[str]) -> list[_Mention]:
    """All of them in order; of two at one place the longer one."""
    found: list[_Mention] = []
    for hit in re.finditer(rf"\b(?:{_HALVES})", text, re.I):
        found.append(_Mention(*hit.span(), (), True, True, halves=True))
    for pattern, each in ((_EACH, True), (_ALL, False)):
        for hit in re.finditer(rf"\b(?:{pattern})", text, re.I):
            single = hit.group().lower().startswith("one of")
            found.append(_Mention(*hit.span(), (), each, _begins(text, hit.start()), one=single))
    for hit in re.finditer(_OTHER, text, re.I):
        one = _one_of(
            text, hit, (hit.group("noun") or hit.group("bare") or "") in ("", "robot", "arm")
        )
        if one is not None:
            found.append(replace(one, other=True))
    for name in names:
        for hit in re.finditer(_form(name), text, re.I):
            behind = (hit.group("behind") or "").strip().lower()
            full = bool(hit.group("before")) or behind in ("robot", "arm")
            sure = full or (behind != "one" and name.lower() not in _words())
            one = _one_of(text, hit, sure, name)
            if one is not None:
                found.append(replace(one, robots=(name,)))
    kept: list[_Mention] = []
    for mention in sorted(found, key=lambda m: (m.begin, m.begin - m.end)):
        if not kept or mention.begin >= kept[-1].end:
            kept.append(mention)
    return _believed(kept)


def _one_of(text: str, hit: re.Match[str], sure: bool, name: str = "") -> _Mention | None:
    """A robot, where these words are one. sure: they can be nothing else; else they are where they are called,
    act, or are given something."""
    groups = hit.groupdict()
    after, called = text[hit.end() :], _begins(text, hit.start())
    whose = bool(groups.get("whose"))
    mention = _Mention(*hit.span(), (), False, called and not whose, whose)
    if sure:
        return mention
    is_one = (groups.get("behind") or groups.get("noun") or "").strip().lower() == "one"
    if called and not is_one and re.match(r"\s*(?:[,:]|$|and\b|please\b|you\b)", after):
        return mention
    acts = _ACTS.match(after)
    if called and acts and not whose and not _is_plural(acts.group("verb") or ""):
        of_things = bool(acts.group("shall")) or str(acts.group("verb")).lower() in _OF_THINGS
        return replace(mention, unsure=is_one and of_things)
    if called and not whose and re.search(r"\b(?:let|ask|tell)\s+$", text[: hit.start()], re.I):
        return replace(mention, unsure=is_one)
    if called and _SOMETHING.match(after) and not whose:
        return replace(mention, unsure=True)
    if is_one and not called and _GIVES.search(text[: hit.start()]):
        return replace(mention, unsure=True, addresses=False)
    return None


def _believed(mentions: Sequence[_Mention]) -> list[_Mention]:
    """Without those that may be things, where no other robot is spoken to: in "the right one the bowl" it is
    one behind "the left one takes the cup" alone."""
    out = []
    for number, one in enumerate(mentions):
        others = [
            m
            for k, m in enumerate(mentions)
            if k != number and m.addresses and m.robots != one.robots and (m.robots or m.other)
        ]
        if not one.addresses:
            others = [m for m in others if m.begin < one.begin]
        if not one.unsure or others:
            out.append(one)
    return out


def _others(mentions: Sequence[_Mention], names: Sequence[str]) -> list[_Mention]:
    """With names for "the other one", where there is one other than the one that was spoken to last."""
    out, last = [], tuple[str, ...]()
    for one in mentions:
        if one.other:
            rest = tuple(name for name in names if name not in last)
            if not last or len(rest) != 1:
                continue
            one = replace(one, robots=rest)
        if one.addresses and one.robots:
            last = one.robots
        out.append(one)
    return out


def _form(name: str) -> str:
    """The name as sentences have it: "left", "the left robot", "robot left", "r2_d2" as "r2 d2"."""
    spelled = r"[\s_-]*".join(map(re.escape, re.split(r"[\s_-]+", name.strip())))
    behind = rf"\s+(?:{_NOUN}|one)"
    return rf"\b(?:the\s+)?(?P<before>{_NOUN}\s+)?{spelled}(?P<behind>{behind})?\b(?P<whose>'s)?"


@lru_cache(maxsize=1)
def _words() -> frozenset[str]:
    """Words that sentences have without meaning a robot: those of the plan language, and some more."""
    known = {w for role in ROLES.values() for entry in role for w in entry.lower().split("_")}
    return frozenset(known) | {"one", "two", "first", "second", "other", "it", "up", "down"}


def _is_plural(word: str) -> bool:
    """Whether a word that looks like a verb is of things: "left blocks". What stacks is somebody."""
    kinds = (kind for kind in KINDS if kind != "stack")
    return any(word.lower() in (f"{kind}s", f"{kind}es") for kind in kinds)


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
    return re.sub(r"\s{2,}", " ", _TAIL.sub("", _CALLED.sub("", out))).strip()
