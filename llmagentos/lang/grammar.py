"""The grammar of the compact notation, for constrained decoding.

Knows: the Lark grammar (as llguidance reads it) whose language is what `codec.parse` accepts, made
by walking the same parts of the same models (notation.py), and a model's vocabulary. Does not
know: tokens or models, nor any single step.

Every word is written with one space before it (" put [ the red block ]"), so that one model
token is one word. Texts and unusual numbers are pointers into the command (" @3").
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable

from llmagentos.lang import words as w
from llmagentos.lang.driving import DRIVING_OPS
from llmagentos.lang.node import Node, OneOf
from llmagentos.lang.notation import Part, parts
from llmagentos.lang.steps import STEPS

MAX_INT = 100
MAX_POINTERS = 64
#: Numbers that people also say in words ("half", "one and a half", "a full turn", "20 % more").
SPOKEN_NUMBERS = (
    "0.25", "0.5", "0.75", "0.8", "1.2", "1.5", "2.5",
    "120", "135", "150", "180", "200", "225", "270", "300", "315", "360",
)  # fmt: skip
#: Words without which no plan drives: a model writes none of them for an arm that stands fast.
DRIVING_WORDS = frozenset((*DRIVING_OPS, "from", "to"))
#: The words of the form in the order of the shipped models' vocabularies; what is newer follows.
_ORDER = """
; { } dist cw ccw [ every_third most one_each ] noun name order of at where no between group except
part exists count is fits not and or holds pick place put push move by_push stack sort arrange size
spacing rows rotate swap clear point reshape times look home release yes stop wait wait_for say ask
refuse cannot answer undo restore again choose correct reverse remember for_each if else repeat
until
""".split()


def keywords() -> tuple[str, ...]:
    """Every word a plan can contain but integers and pointers, in a fixed order."""
    form = re.findall(r'" ([^"]+)"', "\n".join(_Rules(None).form()))
    roles = [word for role in w.ROLES.values() for word in role]
    known = {*form, *roles}
    return tuple(dict.fromkeys((*(x for x in _ORDER if x in known), *form, *roles)))


def plan_words() -> tuple[str, ...]:
    """The whole vocabulary of plans: keywords, integers 0 to 100, pointers @0 to @63,
    and a few spoken numbers."""
    return (*keywords(), *_INTEGERS, *_POINTERS, *SPOKEN_NUMBERS)


def lark_grammar(known: Container[str] | None = None) -> str:
    """The grammar's text, start rule `start`.

    known: an older model's words; those that the language has learnt since are left out.
    """
    rules = _Rules(known)
    return "\n".join((*rules.form(), *rules.lists())) + "\n"


_INTEGERS = tuple(str(i) for i in range(MAX_INT + 1))
_POINTERS = tuple(f"@{i}" for i in range(MAX_POINTERS))


def _quote(word: str) -> str:
    return f'" {word}"'


class _Rules:
    """The rules for the models that a model with these words can write."""

    def __init__(self, known: Container[str] | None):
        self._known = known
        self._lists: dict[tuple[str, ...], str] = {}

    def form(self) -> list[str]:
        """The rules of the models, and what they are built of."""
        rules: dict[str, str] = {}
        pending: list[type[Node] | OneOf] = [STEPS]
        while pending:
            thing = pending.pop(0)
            name = _name(thing)
            if name in rules:
                continue
            if isinstance(thing, OneOf):
                rules[name], inner = self._union(thing)
            else:
                rules[name], inner = self._model(thing), [thing]
            for model in inner:
                for part in parts(model):
                    pending += [x for x in (part.model, part.union) if x is not None]
        units = (tuple(filter(self._knows, w.UNITS.where(vague=v))) for v in (True, False))
        vague, measured = units
        return [
            "start: steps",
            'steps: step (" ;" step)*',
            'block: " {" steps " }"',
            "text: ptr ptr",
            "num: int | spoken | ptr",
            f"length: num {self._words('unit', measured)} | {self._words('unit', vague)}",
            'turn: (" cw" | " ccw") num',
            *self._positions(measured),
            *(f"{name}: {rule}" for name, rule in rules.items()),
        ]

    def _positions(self, measured: tuple[str, ...]) -> list[str]:
        """The rules of a position, where the model knows what goes before one."""
        if not (self._knows("xy") and self._knows("minus") and self._knows("z")):
            return []
        unit = self._words("unit", measured)
        return [
            f'position: coordinate coordinate (" z" coordinate)? {unit}?',
            'coordinate: " minus"? num',
        ]

    def lists(self) -> list[str]:
        """The rules that are lists of words; after `form`, which asks for them."""
        out = [f"{name}: {' | '.join(map(_quote, ws))}" for ws, name in self._lists.items()]
        out.append("int: " + " | ".join(map(_quote, _INTEGERS)))
        out.append("spoken: " + " | ".join(map(_quote, SPOKEN_NUMBERS)))
        return [*out, "ptr: " + " | ".join(map(_quote, _POINTERS))]

    def _union(self, union: OneOf) -> tuple[str, list[type[Node]]]:
        """A union's rule, and the models in it; those with the same parts in one alternative."""
        alike: dict[str, list[str]] = {}
        models = {tag: model for tag, model in union.items() if self._knows(tag)}
        for tag, model in models.items():
            alike.setdefault(self._model(model), []).append(tag)
        lines = [f"{_either(map(_quote, tags))} {rest}".strip() for rest, tags in alike.items()]
        return "\n    | ".join(lines), list(models.values())

    def _model(self, model: type[Node]) -> str:
        """What follows a model's tag: its parts, those that hang on a word grouped with it."""
        todo, out = [p for p in parts(model) if self._knows_part(p)], list[str]()
        while todo:
            part = todo.pop(0)
            hanging = []
            while todo and todo[0].slot.after == part.name:
                hanging.append(todo.pop(0))
            if todo and todo[0].slot.instead_of == part.name:
                other = todo.pop(0)
                value = self._hung(part, hanging) if hanging else self._value(part)
                either = _either((value, self._value(other)))
                out.append(either if other.slot.needed else f"{either}?")
            elif hanging:
                value = self._hung(part, hanging)
                out.append(value if part.required else f"({value})?")
            else:
                out.append(self._optional(part))
        left, right = model.brackets or ("", "")
        return " ".join([_quote(left), *out, _quote(right)] if left else out)

    def _hung(self, part: Part, hanging: list[Part]) -> str:
        """A word and what has to or can follow it, one alternative for each way."""
        ways: dict[str, list[str]] = {}
        for word in self._choices(part):
            behind = [self._followed(p, p.follows(word)) for p in hanging]
            ways.setdefault(" ".join(filter(None, behind)), []).append(word)
        return _either(
            f"{self._lists_of(part, words)} {rest}".strip() for rest, words in ways.items()
        )

    def _lists_of(self, part: Part, words: list[str]) -> str:
        """The words as rules of the roles they are from."""
        lists = []
        for role in part.roles:
            here = tuple(x for x in words if x in role)
            lists += [self._words(role.name, here)] if here else []
        return _either((*lists, *(_quote(x) for x in words if x in part.words)))

    def _followed(self, part: Part, follows: str) -> str:
        if follows == "no":
            return ""
        return self._value(part) if follows == "must" else f"{_grouped(self._value(part))}?"

    def _optional(self, part: Part) -> str:
        value = self._value(part)
        if part.many:
            return _grouped(value) + ("+" if part.required else "*")
        return value if part.required else f"{_grouped(value)}?"

    def _value(self, part: Part) -> str:
        """A part that is there, with the word before it."""
        word = _quote(part.slot.word) if part.slot.word else ""
        if part.holds == "flag":
            return word
        if part.holds == "word":
            value = self._lists_of(part, self._choices(part))
        elif part.holds in ("node", "one_of"):
            value = _name(part.model or part.union)
        else:
            value = part.holds
        return f"{word} {value}".strip()

    def _words(self, role: str, words: tuple[str, ...]) -> str:
        """The name of the rule for some words of a role, or the word if there is but one."""
        if len(words) == 1:
            return _quote(words[0])
        if words not in self._lists:
            taken = self._lists.values()
            names = (role if k == 0 else f"{role}_{k}" for k in range(len(taken) + 1))
            self._lists[words] = next(name for name in names if name not in taken)
        return self._lists[words]

    def _choices(self, part: Part) -> list[str]:
        """The words of a part that are known in the role that they have there."""
        since = {word: role[word].since for role in part.roles for word in role}
        return [x for x in part.choices() if self._knows(x) and self._knows(since.get(x, ""))]

    def _knows(self, word: str) -> bool:
        return self._known is None or not word or word in self._known

    def _knows_part(self, part: Part) -> bool:
        if part.holds == "word" and not self._choices(part):
            return False
        return self._knows(part.slot.word) and self._knows(part.slot.since)


def _name(thing: type[Node] | OneOf | None) -> str:
    if isinstance(thing, OneOf):
        return thing.tag if thing.tag != "op" else "step"
    return thing.__name__.lower() if thing is not None else ""


def _either(ways: Iterable[str]) -> str:
    found = list(ways)
    return found[0] if len(found) == 1 else f"({' | '.join(found)})"


def _grouped(rule: str) -> str:
    return f"({rule})" if " " in rule.strip() and not _is_group(rule) else rule


def _is_group(rule: str) -> bool:
    """Whether brackets are around all of it, or it is one quoted word."""
    if re.fullmatch(r'"[^"]*"', rule):
        return True
    depth = 0
    for i, c in enumerate(rule):
        depth += (c == "(") - (c == ")")
        if depth == 0 and i < len(rule) - 1:
            return False
    return rule.startswith("(")
