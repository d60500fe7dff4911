"""The slots of a model: what compact notation has for each of its fields, in its order.

Knows: how a field's type and its `Slot` say what is written. Does not know: how that is written,
read or made a grammar (codec.py and grammar.py walk what is here).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from llmagentos.lang import words as w
from llmagentos.lang.conditions import CONDITIONS
from llmagentos.lang.descriptions import Length, Position
from llmagentos.lang.node import Node, OneOf, Slot
from llmagentos.lang.steps import STEPS
from llmagentos.lang.words import WordOf, Words

#: What a slot holds: a word of some roles, a number, a text, a turn, a flag, a length, a position,
#: a model, one of several models, or steps in braces.
Holds = Literal[
    "word", "int", "num", "text", "turn", "flag", "length", "position", "node", "one_of", "block"
]
#: Words of the form of a position: before a negative number, before its height.
POSITION_WORDS = {"minus": ("no", "backward"), "z": ("up", "above")}
Follows = Literal["must", "may", "no"]


@dataclass(frozen=True)
class Part:
    """One field in the notation. holds: what; roles and words: of a word; model: of a node; union:
    of one_of. many: any number of them, at least `least`. required: no plan goes without."""

    name: str
    slot: Slot
    holds: Holds
    default: Any
    required: bool
    roles: tuple[Words[Any], ...] = ()
    words: tuple[str, ...] = ()
    model: type[Node] | None = None
    union: OneOf | None = None
    many: bool = False

    def follows(self, word: str | None) -> Follows:
        """Whether the part has to, can or cannot follow `word` of the field that it is after."""
        slot = self.slot
        if not slot.after:
            return "must" if self.required else "may"
        if word is None:
            return "no"
        if slot.must is not None and word in slot.must():
            return "must"
        free = slot.must is None and slot.may is None
        return "may" if free or (slot.may is not None and word in slot.may()) else "no"

    def allows(self, word: str) -> bool:
        """Whether a word part can be this word."""
        return word in self.words or any(word in role for role in self.roles)

    def choices(self) -> tuple[str, ...]:
        """The words that a word part can be."""
        return (*(word for role in self.roles for word in role), *self.words)


@cache
def parts(model: type[Node]) -> tuple[Part, ...]:
    """The parts of a model in their order, but for its tag."""
    fields = model.model_fields.items()
    return tuple(_part(name, info) for name, info in fields if not _is_tag(info))


@cache
def tag_of(model: type[Node]) -> str:
    """The word that a step or condition begins with; "" for other models."""
    tags = [info.default for info in model.model_fields.values() if _is_tag(info)]
    return tags[0] if tags else ""


def everything() -> Iterator[type[Node]]:
    """Every model that notation has, each once, inner ones behind those that hold them."""
    pending: list[type[Node]] = list(reversed([*STEPS.values(), *CONDITIONS.values()]))
    seen: set[type[Node]] = set()
    while pending:
        model = pending.pop()
        if model in seen:
            continue
        seen.add(model)
        yield model
        pending += [p.model for p in parts(model) if p.model is not None]


def length_words() -> frozenset[str]:
    """The words before a length: "dist", "size", "spacing"."""
    return _words_before(tuple(STEPS))["length"]


def number_words() -> frozenset[str]:
    """The words that a number, whole or not, may stand right behind."""
    before = _words_before(tuple(STEPS))
    return before["length"] | before["num"] | {"cw", "ccw", "xy", *POSITION_WORDS}


def near_words() -> dict[str, tuple[str, ...]]:
    """What new words, those of the form too, begin like in a model that does not know them yet."""
    near = {**w.near_words(), **POSITION_WORDS}
    for model in everything():
        if tag_of(model) and model.like:
            near.setdefault(tag_of(model), model.like)
        for part in parts(model):
            if part.slot.word and part.slot.like:
                near.setdefault(part.slot.word, part.slot.like)
    return near


@cache
def _words_before(steps: tuple[str, ...]) -> dict[Holds, frozenset[str]]:
    """By what a part holds: the words that stand before it, a step's own before its first part."""
    out: dict[Holds, set[str]] = {holds: set() for holds in get_args(Holds)}
    for model in everything():
        word = tag_of(model)
        for part in parts(model):
            out[part.holds].add(part.slot.word or word)
            word = ""
    return {holds: frozenset(words - {""}) for holds, words in out.items()}


def _is_tag(info: FieldInfo) -> bool:
    literals = get_args(info.annotation) if get_origin(info.annotation) is Literal else ()
    return len(literals) == 1 and info.default == literals[0]


def _part(name: str, info: FieldInfo) -> Part:
    slot = next((m for m in info.metadata if isinstance(m, Slot)), Slot())
    annotation = info.annotation
    if any(isinstance(m, OneOf | WordOf) for m in info.metadata):
        kept = tuple(m for m in info.metadata if isinstance(m, OneOf | WordOf))
        annotation = Annotated[annotation, kept[0]]  # type: ignore[assignment]
    many = get_origin(annotation) is tuple
    if many:
        annotation = get_args(annotation)[0]
    required = info.is_required() or slot.always
    found: dict[str, Any] = {"holds": "turn"} if slot.turn else _holds(annotation, slot)
    if found["holds"] == "one_of" and found["union"] is STEPS:
        found, many = {"holds": "block"}, False
    return Part(name, slot, default=info.default, required=required, many=many, **found)


def _holds(annotation: Any, slot: Slot) -> dict[str, Any]:
    """What a type, without its None, holds: `holds` and what belongs to it."""
    if slot.flag is not None:
        return {"holds": "flag"}
    simple = {int: "int", float: "num", str: "text", Length: "length", Position: "position"}
    if annotation in simple:
        return {"holds": simple[annotation]}
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        for meta in args[1:]:
            if isinstance(meta, WordOf):
                return {"holds": "word", "roles": (meta.words,)}
            if isinstance(meta, OneOf):
                return {"holds": "one_of", "union": meta}
        return _holds(args[0], slot)
    if origin is Literal:
        return {"holds": "word", "words": args}
    if origin in (Union, UnionType):
        inner = [_holds(a, slot) for a in args if a is not type(None)]
        if len(inner) == 1:
            return inner[0]
        roles = tuple(role for found in inner for role in found.get("roles", ()))
        words = tuple(word for found in inner for word in found.get("words", ()))
        return {"holds": "word", "roles": roles, "words": words}
    if isinstance(annotation, type) and issubclass(annotation, Node):
        return {"holds": "node", "model": annotation}
    raise TypeError(f"expected a type that notation has, got {annotation}")
