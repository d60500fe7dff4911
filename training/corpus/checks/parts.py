"""A plan's words renamed and cut into parts that can be judged alone, and what contradicts itself.

Knows: which words tie a step to others, and which descriptions of one step mean one thing twice.
Does not know: scenes, nor how parts end (checker.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from llmagentos.lang import plan as p
from llmagentos.lang.notation import length_words
from llmagentos.lang.words import UNITS
from llmagentos.objects.colors import COLORS

_LENGTHS_CM = (1, 3, 5, 10, 15, 20, 30)
_CM = {u.word: 100 * u.metres for u in UNITS.values() if u.metres is not None and not u.vague}
#: Words that tie a step to others or to the past.
_TIES = frozenset(
    """it them other this last_moved first_moved pattern rest there origin held gripper""".split()
)
_TIED_OPS = frozenset(
    "place release reshape undo restore again choose correct yes no remember".split()
)


def canonical(target: Sequence[str], command: str) -> list[str]:
    """The plan's words renamed (see the module's words), without pointers."""
    words = command.split()
    colors: dict[str, str] = {}
    texts: dict[str, str] = {}
    keep = any(t in ("darker_than", "lighter_than", "darkest", "lightest") for t in target)
    out: list[str] = []
    i = 0
    while i < len(target):
        t = target[i]
        after = target[i + 1] if i + 1 < len(target) else ""
        if t.startswith("@") and after.startswith("@"):
            said = " ".join(words[int(t[1:]) : int(after[1:]) + 1]).strip(".,;:!?'\"").lower()
            kind = out[-1] if out and out[-1] in ("noun", "name") else "words"
            new = f"{kind}{len(texts)}"
            if kind == "noun" and _inside(out) and "pan" not in texts.values():
                new = "pan"  # an unknown thing that others can be in
            out.append('"' + texts.setdefault(f"{kind} {said}", new) + '"')
            i += 2
            continue
        if t == "xy":
            i, more = _after_position(target, i + 1)
            out += ["xy", "0.5", "0.1", *more]
            continue
        if t in COLORS and not keep:
            t = colors.setdefault(t, _PALETTE[len(colors)])
        elif t in length_words() and target[i + 2 : i + 3] and target[i + 2] in _CM:
            cm = number(after, words) * _CM[target[i + 2]]
            nearest = min(_LENGTHS_CM, key=lambda x: abs(x - cm)) if cm <= 45 else 100
            out += [t, str(nearest), "cm"]
            i += 3
            continue
        elif t in ("cw", "ccw", "wait") and after and after[0] in "@0123456789":
            out += [t, "90" if t != "wait" else "1"]
            i += 2
            continue
        elif t.startswith("@"):
            t = f"{number(t, words):g}"
        out.append(t)
        i += 1
    return out


def _after_position(target: Sequence[str], at: int) -> tuple[int, list[str]]:
    """Where a position ends, and its height where it has one: they are all judged alike."""
    more: list[str] = []
    for _ in range(2):
        at += 2 if target[at] == "minus" else 1
    if at < len(target) and target[at] == "z":
        more = ["z", "0.2"]
        at += 3 if target[at + 1] == "minus" else 2
    return at + (at < len(target) and target[at] in _CM), more


def _inside(out: Sequence[str]) -> bool:
    """Whether the description that is being read is what something is in."""
    first = len(out) - 1 - list(reversed(out)).index("[") if "[" in out else 0
    return first > 0 and out[first - 1] == "in"


_PALETTE = (
    "red", "blue", "green", "yellow", "purple", "orange", "cyan", "pink", "brown", "white",
    "gray", "tan", "black", "gold",
)  # fmt: skip


def number(token: str, words: Sequence[str]) -> float:
    """A number of a plan, by its pointer where it is one."""
    if not token.startswith("@"):
        return float(token)
    digits = "".join(c if c.isdigit() or c in ".," else " " for c in words[int(token[1:])]).split()
    return float(digits[0].strip(".,").replace(",", ".") or 0) if digits else 0.0


def split_steps(tokens: Sequence[str]) -> list[list[str]]:
    """Steps of one level."""
    out: list[list[str]] = [[]]
    depth = 0
    for t in tokens:
        depth += (t == "{") - (t == "}")
        if t == ";" and depth == 0:
            out.append([])
        else:
            out[-1].append(t)
    return out


def parts(tokens: Sequence[str]) -> Iterator[str]:
    """Parts that are judged alone, in compact notation; conditions begin with "wait_for"."""
    steps = split_steps(tokens)
    if len(steps) > 1 and (_TIES.intersection(tokens) or _tied_ops(tokens)):
        yield " ".join(tokens)
        return
    for step in steps:
        if step[0] in ("if", "until", "repeat") and not _TIES.intersection(step):
            first = step.index("{")
            if step[0] != "repeat":
                yield " ".join(["wait_for", *step[1:first]])
            for block in _blocks(step[first:]):
                yield from parts(block)
        else:
            yield " ".join(step)


def _tied_ops(tokens: Sequence[str]) -> bool:
    starts = [
        t for t, before in zip(tokens, ["", *tokens], strict=False) if before in ("", ";", "{")
    ]
    return not _TIED_OPS.isdisjoint(starts)


def _blocks(tokens: Sequence[str]) -> Iterator[list[str]]:
    """The contents of the braces, outermost level."""
    depth, block = 0, []
    for t in tokens:
        depth -= t == "}"
        if depth > 0:
            block.append(t)
        elif t == "}":
            yield block
            block = []
        depth += t == "{"


def contradiction(steps: Sequence[Any]) -> str:
    """What a plan says twice of one thing: put X in X, stack X on X, X left of X."""
    for step in p.Plan(steps=tuple(steps)).walk():
        obj, obj2, place = (getattr(step, n, None) for n in ("obj", "obj2", "place"))
        if obj is not None and obj == obj2 and _one(obj):
            return "swaps a thing with itself"
        if place is not None and obj is not None and _one(obj) and obj in (place.obj, place.obj2):
            return "puts a thing where it is itself"
        if place is not None and place.obj2 is not None and _twice(place):
            return "between a thing and itself"
        objs = [o for o in getattr(step, "objs", ()) if _one(o)]
        if len(set(objs)) < len(objs):
            return "names a thing twice in one pattern"
    for obj in descriptions(steps):
        bare = obj.model_copy(update={"where": (), "exclude": None})
        for r in obj.where:
            if r.obj is not None and r.obj == bare and _one(bare):
                return "relates a thing to itself"
        if obj.exclude is not None and obj.exclude == bare:
            return "excludes everything"
    return ""


def _twice(place: p.Place) -> bool:
    return place.obj2 is not None and place.obj == place.obj2 and _one(place.obj2)


def _one(obj: p.Obj) -> bool:
    return obj.quant == "the" and obj.ref is None and obj.count in (None, 1)


def descriptions(steps: Sequence[Any]) -> Iterator[p.Obj]:
    """Every description of the steps, inner ones too."""
    pending: list[Any] = list(steps)
    while pending:
        node = pending.pop()
        if isinstance(node, p.Obj):
            yield node
        if isinstance(node, p.Node):
            pending.extend(
                v for v in node.__dict__.values() if v.__class__ not in (str, int, float)
            )
        elif isinstance(node, tuple):
            pending.extend(node)
