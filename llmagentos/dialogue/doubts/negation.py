"""A verb that the command forbids is never carried out.

Knows: how English forbids ("don't ...", "never ...", "no need to ...", "without ...ing", "leave ...
alone", "hands off ...", "not the ... but ..."), which acts a verb stands for, and when a step of the
plan does just that. A command that only forbids is acknowledged whatever the plan is. Does not know:
what else the command means; where a prohibition has conditions ("unless ...") or describes a thing
by more than colour and kind it stays silent. Nothing keeps a prohibition for later commands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from llmagentos.dialogue.doubts.doubt import Asked, Doubt
from llmagentos.lang import plan as p
from llmagentos.lang import words as w
from llmagentos.objects.kinds import KINDS
from llmagentos.tasks.validation import walk

_PUT = frozenset({"put", "place", "move"})
_ANY = frozenset(
    {"pick", "put", "place", "push", "move", "rotate", "swap", "stack", "arrange", "clear"}
)
#: Steps about what was done before: "no, don't put it there" may want it undone.
_TAKE_BACK = frozenset({"undo", "correct"})
#: The steps that a verb stands for.
_VERBS: dict[str, frozenset[str]] = {
    verb: steps
    for verbs, steps in (
        ("touch move disturb budge shift bother handle displace relocate", _ANY),
        ("pick take grab lift grasp grip fetch raise seize", frozenset({"pick"})),
        ("put place set lay deposit bring drop", _PUT),
        ("push shove slide nudge", frozenset({"push", "move"})),
        ("turn rotate spin twist flip", frozenset({"rotate"})),
        ("stack pile", frozenset({"stack"})),
        ("swap exchange", frozenset({"swap"})),
        ("clear empty", frozenset({"clear"})),
        ("open release", frozenset({"release"})),
        ("stop halt", frozenset({"stop"})),
    )
    for verb in verbs.split()
}  # fmt: skip
_DOUBLED = {"put", "set", "grab", "drop", "grip", "swap", "stop", "flip", "spin"}
_GERUNDS = {
    (v + v[-1] if v in _DOUBLED else v.removesuffix("e")) + "ing": v for v in _VERBS
}  # fmt: skip
_VERB = "|".join(_VERBS)
_GERUND = "|".join(_GERUNDS)
#: What no step does on purpose, but people forbid.
_HARM = "knock hit bump tip topple spill break damage scratch hurt crush squash squeeze".split()
_ANY_MORE = re.compile(r"\s*\b(?:again|any\s?more|ever)$", re.I)
_SOFT = r"(?:\s+(?:ever|even|you|dare|dare to|please|to|just|go and|try to|by any means))*"
#: Relations as they are said; "?" for those that are no certain one.
_RELATIONS = {
    "into": "in", "inside": "in", "in": "in", "onto": "on", "on top of": "on", "on": "on",
    "next to": "next_to", "near": "next_to", "beside": "next_to", "behind": "behind",
    "to": "?", "at": "?", "from": "?", "off": "?", "out of": "?", "under": "?", "over": "?",
    "left": "?", "right": "?", "up": "?", "down": "?", "back": "?", "away": "?", "by": "?",
}  # fmt: skip
#: What ends the words that a negated verb has.
_END = (
    r"(?=[.,;:!?()]|\s[-–—]\s|\s(?:but|and|or|just|only|instead|so|because|since|please|thanks|use|then|"
    + _VERB
    + r"|give|go|leave|keep|carry|make)\b|$)"
)
_FORBIDS = re.compile(
    rf"""(?<!why\s)\b(?:do\s+not|don['’]?t|never|no\s+need\s+to|need\s?n['’]?t|must\s?n['’]?t|must\s+not
      |should\s?n['’]?t|should\s+not|may\s+not|are\s+not\s+to|aren['’]t\s+to
      |(?:do\s+not|don['’]?t)\s+(?:have|need|want\s+you)\s+to)
      {_SOFT}\s+(?P<verb>{_VERB}|{"|".join(_HARM)})\b(?P<rest>.*?){_END}""",
    re.I | re.X,
)
_SPARES = re.compile(
    rf"\b(?:without|avoid|refrain\s+from|instead\s+of|rather\s+than|not)\s+(?P<verb>{_GERUND})\b"
    rf"(?P<rest>.*?){_END}",
    re.I,
)
_LEAVES = re.compile(
    r"\bleave(?P<rest>\s+(?:the|that|this|my|his|her|those|these|all)\s[\w\s]{1,30}?)\s+"
    r"(?:alone|be|in peace|untouched|(?:where|as|how|like)\s+(?:it\s+is|it['’]s|they\s+are))\b"
    + _END,
    re.I,
)
_HANDS_OFF = re.compile(
    r"\b(?:(?:keep|take|get)\s+(?:your\s+|those\s+)?)?(?:hands?|fingers|paws|gripper|grippers|claws?)"
    r"\s+(?:off|away\s+from)\s+(?:of\s+)?(?P<rest>.+?)" + _END
    + r"|\b(?:keep|stay)\s+(?:away|clear|off)\s+(?:from|of)\s+(?P<rest2>.+?)" + _END,
    re.I,
)  # fmt: skip
_CONDITION = re.compile(
    r"^[\s,]*(?:unless|until|till|if|when|while|before|yet|without|except|more|twice|that)\b|"
    r"\b(?:unless|until|till|if|when|while|before|yet|without|except|more|too|again)\b",
    re.I,
)
_ASKS = re.compile(
    r"\b(?:why|couldn['’]?t|can['’]?t|won['’]?t|wouldn['’]?t|didn['’]?t)\s+"
    r"(?:don['’]?t\s+)?(?:you|we)\b",
    re.I,
)
#: Words around a prohibition that order nothing.
_FILLERS = frozenset(
    """please whatever you do just ok okay robot hey hi hello now and or but so well look listen
    i said say told want ask beg of the for my sake under any no circumstances at all ever right
    there whatsoever must be careful mind thanks thank dear not it is was that this mine thats s
    stop wait oh no nope ah um uh""".split()
)
#: Why something is forbidden: "it's hot", "because the paint is wet". An order is no reason.
_REASON = re.compile(
    r"(?:\b(?:because|since|as|cause|for)\b\s*(?=\w)[^.,;:!?()]*"
    r"|\b(?:it|that|this|they|these|those|he|she|(?:the|this|that|my|its|their)(?:\s\w+){1,2}?)"
    r"(?:['’](?:s|re)|\s+(?:is|are|was|has|have|will|might|could|may|looks?))\b[^.,;:!?()]*)",
    re.I,
)
_ORDERS = re.compile(
    rf"\b(?:{_VERB}|go|give|use|make|want|need|should|must|instead|but|and|then|rather)\b", re.I
)
#: What is forbidden where nothing is named: "don't move a muscle".
_NO_THING = re.compile(
    r"^(?:any\w*|(?:an?\s+)+(?:muscle|inch)|now|yet|here|there|at\s+all|please)?$", re.I
)
_ARTICLES = frozenset("the a an that this those these any my your his her our".split())
_TURNED = {"my": "your", "me": "you", "your": "my", "mine": "yours", "you": "me", "i": "you"}


@dataclass(frozen=True)
class _Forbidden:
    """steps: ops that do it; thing: the words behind the verb; span: in the command; said: the verb
    and them. is_order: not only how something else is done ("without ...", "instead of ...")."""

    steps: frozenset[str]
    thing: str
    span: tuple[int, int]
    said: str
    is_order: bool = True

    @property
    def names_a_thing(self) -> bool:
        """Whether it is about something, not about moving at all ("don't move")."""
        return not _NO_THING.match(self.thing)


def doubts(asked: Asked) -> Iterator[Doubt]:
    """A step that does what is forbidden, or any step where all of the command forbids."""
    if asked.pending or _ASKS.search(asked.command):
        return
    found = list(_forbidden(asked.command))
    if not found:
        return
    steps = [step for _, step in walk(asked.plan)]
    rest = _without(asked.command, found)
    if all(one.is_order for one in found) and _orders_nothing(rest):
        moves = any(step.op in _ANY | {"release"} for step in steps)
        stops = any("stop" in f.steps for f in found) and any(s.op == "stop" for s in steps)
        takes_back = any(step.op in _TAKE_BACK for step in steps)
        if moves or stops or (any(f.names_a_thing for f in found) and not takes_back):
            yield Doubt(found[0].said, "negated", _acknowledged(found), "answered")
        return
    for one in found:
        if any(_does(step, one, rest) for step in steps):
            words = f"I did not understand: you said not to {one.said}, and I thought of doing it."
            yield Doubt(one.said, "negated", words)
            return


def _forbidden(command: str) -> Iterator[_Forbidden]:
    for pattern in (_FORBIDS, _SPARES, _LEAVES, _HANDS_OFF):
        for m in pattern.finditer(command):
            groups = m.groupdict()
            rest = (groups["rest"] or groups.get("rest2") or "").strip()
            rest = _ANY_MORE.sub("", rest)
            behind = command[m.end() : m.end() + 12]
            said = rest.removeprefix("that")  # "that block", not "that it falls"
            if _CONDITION.search(said) or _CONDITION.match(behind):
                continue
            verb = (groups.get("verb") or "touch").lower()
            verb = _GERUNDS.get(verb, verb)
            if verb in ("open", "release") and not re.search(r"grip|hand|claw|finger", rest, re.I):
                continue
            yield _Forbidden(
                _VERBS.get(verb, frozenset()),
                rest,
                m.span(),
                f"{verb} {rest}".strip(),
                pattern is not _SPARES,
            )


def _without(command: str, found: list[_Forbidden]) -> str:
    """The command without what forbids."""
    for one in sorted(found, key=lambda f: -f.span[0]):
        command = command[: one.span[0]] + " " + command[one.span[1] :]
    return command


def _orders_nothing(rest: str) -> bool:
    """Whether what is left of the command is only manners and reasons."""
    rest = _REASON.sub(lambda m: m[0] if _ORDERS.search(m[0]) else " ", rest)
    return not set(re.findall(r"[a-z]+", rest.lower())) - _FILLERS


def _acknowledged(found: list[_Forbidden]) -> str:
    """What this command leaves be, and that the next one is not bound by it."""
    said = [" ".join(_TURNED.get(x.lower(), x) for x in f.said.split()) for f in found]
    words = f"All right, I won't {' or '.join(dict.fromkeys(said))} now."
    if not any(f.names_a_thing for f in found):
        return words.replace(" now.", ".")
    return f"{words} I don't keep that for later commands: say it again with them."


def _does(step: object, one: _Forbidden, rest: str) -> bool:
    op = getattr(step, "op", "")
    if op not in one.steps:
        return False
    if op in ("release", "stop"):
        return True
    if op == "move" and getattr(step, "by", "") != "push" and one.steps == _VERBS["push"]:
        return False
    thing, rel, where = _parted(one.thing)
    objs = [getattr(step, "obj", None), getattr(step, "obj2", None), *getattr(step, "objs", ())]
    if not any(isinstance(o, p.Obj) and _is_named(o, thing) for o in objs):
        return False
    if _mentions(rest, thing):
        return False
    if rel:
        place = getattr(step, "place", None)
        if not isinstance(place, p.Place) or place.obj is None:
            return False
        return place.rel == rel and _is_named(place.obj, where)
    return one.steps is not _PUT or op != "move"


def _parted(words: str) -> tuple[str, str, str]:
    """ "the duck in the bowl": the thing, the plan's relation ("" for none), the landmark."""
    found = re.search(rf"\s({'|'.join(_RELATIONS)})\s", f" {words} ", re.I)
    if found is None:
        return words, "", ""
    return (
        words[: max(found.start() - 1, 0)],
        _RELATIONS[" ".join(found[1].lower().split())],
        words[found.end() - 1 :],
    )


def _is_named(obj: p.Obj, words: str) -> bool:
    """Whether these words, a colour and a kind at most, are such a thing's."""
    said = [_singular(x) for x in re.findall(r"[a-z]+", words.lower())]
    said = [x for x in said if x not in _ARTICLES]
    colors = {x for x in said if x in w.COLORS}
    nouns = [x for x in said if x not in colors]
    if not said or obj.order or obj.where or obj.group or obj.exclude or obj.ref or obj.name:
        return False
    if obj.size or obj.state or obj.material or obj.quant not in ("the", "a", "all", "both"):
        return False
    if colors and set(obj.colors) - colors:
        return False
    if colors and not obj.colors and obj.quant != "all":
        return False
    if obj.noun:
        return nouns == [_singular(x) for x in obj.noun.lower().split()]
    return nouns == [] if obj.kind == "object" else len(nouns) == 1 and nouns[0] in _names(obj.kind)


def _names(kind: str) -> set[str]:
    row = KINDS.get(kind)
    return {kind, *(row.words if row is not None else ())}


def _mentions(rest: str, thing: str) -> bool:
    """Whether the rest of the command speaks of the thing, too: then it may be meant there."""
    words = {_singular(x) for x in re.findall(r"[a-z]+", thing.lower())} - _ARTICLES
    said = {_singular(x) for x in re.findall(r"[a-z]+", rest.lower())}
    return words <= said


def _singular(word: str) -> str:
    if word.endswith("ss") or len(word) < 4:
        return word
    return word.removesuffix("s")
