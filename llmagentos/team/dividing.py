"""Words that say how work is divided among several, and each one's share as a sentence of its own.

Knows: "share the work", "divide the blocks between you", "left takes the red ones", "the blocks on your side", and how
what is said of somebody is said to it ("takes the green one" -> "take the green block"). Does not know: whom a
sentence speaks to (addressed.py), or what a command means: each share is for the language model to plan.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_YOU = (
    r"(?:between|among|amongst)\s+(?:you(?:\s+(?:two|both|all))?|yourselves|each\s+other|"
    r"(?:the\s+two|both|all)\s+of\s+you|the\s+(?:two\s+)?(?:robots|arms)|both\s+(?:robots|arms))"
)
_SPLITS = r"(?:split|divide|share|distribute|deal)(?:\s+(?:up|out))?"
#: Says that all do it, and nothing of what.
_TOGETHER = re.compile(
    rf"^\s*(?:please\s+)?(?:{_SPLITS}\s+(?:up\s+)?(?:the\s+|your\s+|this\s+)?(?:work|jobs?|tasks?|chores?|labou?r)"
    rf"(?:\s+up)?(?:\s+{_YOU})?|(?:work|act)\s+together|help\s+each\s+other|team\s+up|join\s+forces)"
    r"\s*(?:[:;,.]|\band\b|\bto\b|\bso that\b|\bwhile\b)\s*|"
    rf"\s*,?\s*\b(?:all\s+)?together\s*(?=[.!]?$)|\s*,?\s*\bas\s+a\s+team\b|\s*,?\s*(?<=\w)\s+with\s+each\s+other\b",
    re.I,
)
#: Says that each clears its own side, and then how.
_CLEAR_OWN = re.compile(
    r"^\s*(?:please\s+)?(?:clear|tidy|clean|empty|sort|do)(?:\s+up)?\s+(?:your|its|their)\s+(?:own\s+)?"
    r"(?:side|half|part|end)\s*[:;,]\s*(?=\w)",
    re.I,
)
#: The same, with where to in the same breath: "clears its side into the bowl".
_CLEARS_OWN = re.compile(
    r"^\s*(?:please\s+)?(?:clear|tid(?:y|ie)|clean|empt(?:y|ie))s?(?:\s+up)?\s+(?:your|its|their|his|her)\s+(?:own\s+)?"
    r"(?:side|half|part|end)(?:\s+of\s+the\s+table)?\s+(?=(?:in|into|to|onto)\b)",
    re.I,
)
#: Somebody does as the one before did.
_TOO = re.compile(
    r"^(?:too|as\s+well|also|likewise|so\s+does|(?:does|do|shall\s+do|should\s+do)\s+(?:the\s+same|so|it|likewise)(?:\s+too)?)$",
    re.I,
)
#: All that lies there: "takes the ones on her side".
_THOSE = re.compile(
    r"^(?:the\s+ones?|those|everything|all(?:\s+of\s+them)?|what(?:ever)?\s+(?:is|lies))$", re.I
)
#: Divides things, and does not say where they go.
_SPLIT = re.compile(
    rf"^\s*(?:please\s+)?{_SPLITS}\s+(?P<what>(?:(?!\b(?:into|in|on|onto|to|over)\b).)+?)"
    rf"(?:\s+(?:up|evenly|equally|fairly))*(?P<you>\s+{_YOU})?\s*[.!:]?\s*$",
    re.I,
)
#: What is nearest to whoever is spoken to.
_OWN = re.compile(
    r"\s+(?:(?:that|which)\s+(?:is|are|lies?|stands?)\s+)?(?:"
    r"(?:on|from|in|at|of)\s+(?:your|his|her|its|their)\s+(?:own\s+)?(?:side|half|part|end)(?:\s+of\s+the\s+table)?|"
    r"(?<=s\s)(?:nearest|closest|next|near|close)\s+to\s+(?:you(?:rself)?|it(?:self)?|them(?:selves)?)\b|"
    r"(?:that\s+|which\s+)?(?:you|it|they)\s+can\s+reach|within\s+(?:your|its|their)\s+reach)",
    re.I,
)
_SHALL = re.compile(
    r"^(?:please\s+)?(?:(?:should|shall|must|will|would|can|could|may|needs?\s+to|has\s+to|is\s+to|to)\s+"
    r"(?:please\s+)?)?(?:you\s+)?(?:please\s+)?(?P<verb>[a-z]+)\b",
    re.I,
)
#: Words that end like a verb in the third person, and are none.
_NO_VERB = frozenset("always this its across as is was has blocks does".split())
_ONE = re.compile(
    r"\b(?P<which>(?:the|all|all the|both|every|each|a|an)\s+(?:[a-z]+\s+)?)(?P<one>ones?)\b(?!\s+of\b)",
    re.I,
)
_NO_COLOR = frozenset("of on in at to and other first second last".split())
#: Somebody does a part of what was said before: "left takes the red ones", "right the rest".
_TAKES = re.compile(
    r"^(?:please\s+)?(?:(?:only|just)\s+)?(?:(?:takes?|does?|do|handles?|gets?|tak(?:ing)|looks?\s+after|cares?\s+for|"
    r"is\s+responsible\s+for|sorts?\s+out|deals?\s+with|for)\s+)?"
    r"(?P<what>(?:only\s+|just\s+)?(?:the|all|every|each|both|everything|whatever|what|those|any|half)\b"
    r"(?:(?!\b(?:in|into|on|onto|to|at|next|beside|under|behind|between)\b).)*)$",
    re.I,
)
_REST = re.compile(
    r"\b(?:rest|others?|remaining|everything\s+else|all\s+else|what(?:ever)?\s+(?:is|remains)\s*(?:left)?|remainder)\b",
    re.I,
)
_VERB_FIRST = re.compile(
    r"^(?P<verb>.*?)\b(?P<what>(?:the|all|every|each|both|a|an|two|three|four)\b"
    r"(?:(?!\b(?:in|into|on|onto|to|at|next|beside|under|behind|between|over)\b).)*)(?P<where>.*)$",
    re.I,
)


@dataclass(frozen=True)
class Task:
    """A part's words without those of dividing. own: of what lies on the own side alone. between: what is to be
    divided, where that is all that the words say, "" elsewhere."""

    text: str
    own: bool = False
    between: str = ""


def alone(text: str) -> str:
    """A sentence without words that only say that all do it: "share the work: ..."."""
    return _TOGETHER.sub("", text).strip() or text


def task(text: str) -> Task:
    """What a part says beside that several shall share it."""
    plain = alone(text)
    own = _CLEAR_OWN.sub("", _OWN.sub("", _CLEARS_OWN.sub("put everything ", plain)))
    split = _SPLIT.match(own)
    between = split.group("what").strip() if split else ""
    return Task(own or text, own != plain, between)


def says_between(text: str) -> bool:
    """Whether things are divided among who is spoken to, not over the table."""
    split = _SPLIT.match(text)
    return split is not None and split.group("you") is not None


def taken(text: str) -> str:
    """What somebody takes of what was said before, "" where the words are a command of their own."""
    found = _TAKES.match(text.strip())
    return found.group("what").strip() if found else ""


def says_too(text: str) -> bool:
    """Whether somebody shall do what was said to the one before: "anna too"."""
    return bool(_TOO.match(text.strip()))


def is_all(what: str) -> bool:
    """Whether that is all that there is: "the ones" of "the ones on her side"."""
    return bool(_THOSE.match(what))


def is_rest(what: str) -> bool:
    """Whether that is all that nobody else takes."""
    return bool(_REST.search(what))


def goes_on(text: str, before: str) -> str:
    """A part without a verb with that of the part before: "the bowl" behind "takes the cup" is "takes the
    bowl"."""
    if not re.match(r"(?:only\s+|just\s+)?(?:the|all|every|each|a|an|both)\b", text, re.I):
        return text
    found = _VERB_FIRST.match(before)
    if found is None or not found.group("verb").strip():
        return text
    where = "" if re.search(r"\b(?:in|into|on|onto|to|at)\b", text) else found.group("where")
    return f"{found.group('verb').strip()} {text} {where}".strip()


def as_told(text: str, noun: str = "") -> str:
    """What is said of somebody as it is said to it: "should get the red one" -> "get the red block". noun: what
    "one" stands for."""
    found = _SHALL.match(text)
    out = text
    if found:
        verb = found.group("verb")
        out = _base(verb) + text[found.end("verb") :]
    if noun:
        out = _ONE.sub(lambda hit: _with_noun(hit, noun), out)
    return out


def _with_noun(hit: re.Match[str], noun: str) -> str:
    if hit.group("which").split()[-1].lower() in _NO_COLOR:
        return hit.group()
    return hit.group("which") + noun + ("s" if hit.group("one").lower() == "ones" else "")


def _base(verb: str) -> str:
    """ "puts" -> "put", "passes" -> "pass", "carries" -> "carry"; others as they are."""
    low = verb.lower()
    if low in _NO_VERB or not low.endswith("s") or low.endswith("ss"):
        return "do" if low == "does" else verb
    if low.endswith("ies") and len(low) > 4:
        return verb[:-3] + "y"
    if low.endswith(("sses", "shes", "ches", "xes", "zes", "oes")):
        return verb[:-2]
    return verb[:-1]
