"""The compact notation of a plan: what the on-board model writes, token by token.

Knows: how a `Plan` becomes a line of space-separated words and back, one word per model token, by
walking the parts of each model (notation.py):

    put [ the red block ] in [ the blue bowl ] ; stack [ rest block ] at left

Does not know: the model or its tokenizer, nor any single step. Texts of the command ("cut", "home
bowl") and unusual numbers appear quoted here; a model may write pointers into the command instead
(`@2 @3`: words 2 to 3), which `parse` resolves through `pointer`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from typing import Any

from pydantic import ValidationError

from llmagentos.errors import PlanError
from llmagentos.lang import plan as p
from llmagentos.lang import words as w
from llmagentos.lang.node import Node, OneOf
from llmagentos.lang.notation import Part, parts, tag_of
from llmagentos.lang.numbers import Quantity, read
from llmagentos.lang.numbers.held import slot_of

#: Resolves a span of the command's words, first and last index inclusive, to its text. With a
#: method `quantity(index, before)` it also says which number stands around a word; without, the
#: word alone is read.
Pointer = Callable[[int, int], str]

#: Numbers in a word of the command; a hyphen behind a letter or digit is no sign ("x-0.3").
_NUMBERS = re.compile(r"(?<![\w.,])-?\d*[.,]?\d+|\d+(?:[.,]\d+)?")
#: "0,45": no list of two, whatever stands beside it.
_DECIMAL_COMMA = re.compile(r"-?0,\d")
_TOKEN = re.compile(r'"[^"]*"|\S+')


def tokens(text: str) -> list[str]:
    """The words of compact notation; a quoted text is one."""
    return _TOKEN.findall(text)


# --- writing --------------------------------------------------------------------------------


def write(plan: p.Plan) -> str:
    """The plan in compact notation. `parse(write(plan)) == plan` for every plan."""
    return " ".join(_joined(plan.steps))


def write_node(node: Node) -> list[str]:
    """The words of one step, condition or description, brackets included."""
    tag = tag_of(type(node))
    out = [tag] if tag else []
    for part in parts(type(node)):
        value = getattr(node, part.name)
        if value == part.default and not part.slot.always:
            after = getattr(node, part.slot.after) if part.slot.after else None
            missing = bool(part.slot.missing) and part.follows(after) == "must"
            out += part.slot.missing.split() if missing else []
        elif part.many:
            out += [word for one in value for word in _written(one, part)]
        else:
            out += _written(value, part)
    left, right = type(node).brackets or ("", "")
    return [left, *out, right] if left else out


def _joined(steps: Sequence[Node]) -> list[str]:
    out = write_node(steps[0])
    for step in steps[1:]:
        out += [";", *write_node(step)]
    return out


def _written(value: Any, part: Part) -> list[str]:
    word = [part.slot.word] if part.slot.word else []
    if part.holds == "flag":
        return word
    if part.holds == "length":
        return word + _length(value)
    if part.holds == "position":
        return word + _position(value)
    if part.holds == "num":
        return [*word, f"{value:g}"]
    if part.holds == "turn":
        return [*word, "ccw" if value >= 0 else "cw", f"{abs(value):g}"]
    if part.holds == "text":
        return [*word, '"' + value.replace('"', "'") + '"']
    if part.holds == "block":
        return [*word, "{", *_joined(value), "}"]
    return word + (write_node(value) if isinstance(value, Node) else [str(value)])


def _length(length: p.Length) -> list[str]:
    return [f"{length.value:g}", length.unit] if length.is_measured else [length.unit]


def _position(position: p.Position) -> list[str]:
    """ "0.45 minus 0.1 z 0.2", with a unit where it is not metres."""
    out = [*_signed(position.x), *_signed(position.y)]
    if position.z is not None:
        out += ["z", *_signed(position.z)]
    return out + ([] if position.unit == "m" else [position.unit])


def _signed(value: float) -> list[str]:
    return ["minus", f"{-value:g}"] if value < 0 else [f"{value:g}"]


# --- reading --------------------------------------------------------------------------------


def parse(text: str, pointer: Pointer | None = None) -> p.Plan:
    """Read compact notation. Raises PlanError naming the word, what was expected and what came."""
    reader = _Reader(tokens(text), pointer)
    try:
        steps = reader.steps()
        if reader.peek() is not None:
            raise PlanError(f"expected ';' or the end of the plan, got '{reader.peek()}'")
        return p.Plan(steps=steps)
    except ValidationError as exc:
        first = exc.errors()[0]
        raise PlanError(f"plan is not valid: {first['msg']} at {first['loc']}") from exc


class _Reader:
    def __init__(self, tokens: list[str], pointer: Pointer | None):
        self._tokens, self._pointer, self._at = tokens, pointer, 0

    # words

    def peek(self) -> str | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def next(self, expected: str) -> str:
        token = self.peek()
        if token is None:
            raise PlanError(f"expected {expected}, got the end of the plan")
        self._at += 1
        return token

    def take(self, wanted: str) -> bool:
        found = self.peek() == wanted
        self._at += found
        return found

    def unexpected(self, expected: str) -> PlanError:
        """That the word just taken is not what was expected."""
        return PlanError(
            f"expected {expected}, got '{self._tokens[self._at - 1]}' (word {self._at})"
        )

    def one_of(self, words: Collection[str], what: str) -> str:
        token = self.next(what)
        if token not in words:
            raise self.unexpected(what)
        return token

    # steps, conditions, descriptions

    def steps(self) -> tuple[Any, ...]:
        out = [self.any_of(p.STEPS)]
        while self.take(";"):
            out.append(self.any_of(p.STEPS))
        return tuple(out)

    def any_of(self, union: OneOf) -> Any:
        return self.node(union[self.one_of(union, f"a {union.what}")])

    def node(self, model: type[Node]) -> Any:
        """What is left of a model behind its tag. Raises PlanError and pydantic's errors."""
        left, right = model.brackets or ("", "")
        if left:
            self.one_of((left,), left)
        values: dict[str, Any] = {}
        for part in parts(model):
            self._part(part, values, model)
        if right:
            self.one_of((right,), right)
        return model(**values)

    def _part(self, part: Part, values: dict[str, Any], model: type[Node]) -> None:
        """Read a part into `values` where it stands here or has to."""
        slot = part.slot
        follows = part.follows(values.get(slot.after))
        if follows == "no" or slot.instead_of in values:
            return
        if part.many:
            found = [self._value(part, model)] if part.required else []
            while self._begins(part):
                found.append(self._value(part, model))
            values[part.name] = tuple(found)
        elif follows == "must" or slot.needed or self._begins(part):
            values[part.name] = self._value(part, model)

    def _begins(self, part: Part) -> bool:
        """Whether the next word can be the first of a part."""
        token = self.peek()
        if token is None or part.slot.word:
            return token is not None and token == part.slot.word
        if part.holds == "word":
            return part.allows(token)
        if part.holds == "text":
            return token[0] in '"@'
        if part.holds == "turn":
            return token in ("cw", "ccw")
        if part.holds == "int":
            return token.isdigit()
        if part.holds == "block":
            return token == "{"
        if part.model is not None and part.model.brackets:
            return token == part.model.brackets[0]
        return part.model is not None and self._begins(parts(part.model)[0])

    def _value(self, part: Part, model: type[Node]) -> Any:
        slot = part.slot
        if slot.word:
            self.one_of((slot.word,), slot.word)
        if part.holds == "flag":
            return slot.flag
        if part.holds == "word":
            roles = part.roles
            what = roles[0].what if len(roles) == 1 else f"a {model.__name__.lower()}"
            token = self.next(what)
            if not part.allows(token):
                raise self.unexpected(what)
            return token
        if part.holds == "node" and part.model is not None:
            return self.node(part.model)
        if part.holds == "one_of" and part.union is not None:
            return self.any_of(part.union)
        read: dict[str, Callable[[], Any]] = {
            "int": self.integer, "num": self.number, "text": self.text, "turn": self.turn,
            "length": self.length, "position": self.position, "block": self.block,
        }  # fmt: skip
        return read[part.holds]()

    # values

    def block(self) -> tuple[Any, ...]:
        self.one_of(("{",), "{")
        steps = self.steps()
        self.one_of(("}",), "}")
        return steps

    def text(self) -> str:
        token = self.next("a text")
        if token.startswith('"'):
            return token.strip('"')
        if token.startswith("@") and self._pointer is not None:
            return self._pointer(self._index(token), self._index(self.next("a pointer")))
        raise self.unexpected("a quoted text")

    def _index(self, token: str) -> int:
        if token[:1] != "@" or not token[1:].isdigit():
            raise self.unexpected("a pointer")
        return int(token[1:])

    def number(self) -> float:
        return self._number()[0]

    def _number(self) -> tuple[float, str]:
        """A number, and the unit that the words it points at name, "" where they name none."""
        before = self._tokens[self._at - 1] if self._at else ""
        token = self.next("a number")
        if token.startswith("@") and self._pointer is not None:
            found = self._quantity(self._index(token), before)
            if found is None:
                raise self.unexpected("a pointer to words that hold a number")
            value, unit = found.in_plan if slot_of(before) != "number" else (found.value, "")
            return abs(value), unit  # which way round the plan says in words
        try:
            return float(token), ""
        except ValueError:
            raise self.unexpected("a number") from None

    def position(self) -> p.Position:
        said: list[str] = []
        values = {"x": self.coordinate(said), "y": self.coordinate(said)}
        if self.take("z"):
            values["z"] = self.coordinate(said)
        token = self.peek() or ""
        unit = self.next("a unit") if token in w.UNITS and not w.UNITS[token].vague else "m"
        return p.Position(**values, unit=unit)

    def coordinate(self, said: list[str]) -> float:
        """One number of a position. said: the pointers before it: one word can hold several
        numbers ("(0.4,-0.1)"), and each time it is pointed at the next one is meant."""
        minus = self.take("minus")
        token = self.peek() or ""
        if self._pointer is None or not token.startswith("@"):
            value = self.number()
        else:
            self.next("a number")
            index = self._index(token)
            text = self._pointer(index, index).replace("\u2212", "-").replace("\u2013", "-")
            found = _NUMBERS.findall(text)
            apart = re.findall(r"-?\d+(?:\.\d+)?", text)  # "40,20" as two numbers, not 40.2
            if self._meant(token, said, apart) > len(found) and not _DECIMAL_COMMA.match(text):
                found = apart
            spelt = None if found else self._quantity(index, "xy")  # "nought point three"
            if not found and spelt is None:
                raise self.unexpected("a number")
            number = found[min(said.count(token), len(found) - 1)] if found else ""
            if said.count(token) >= len(
                found
            ):  # the same number once more: its sign was the other's
                number = number.removeprefix("-")
            value = spelt.value if spelt is not None else float(number.replace(",", "."))
            said.append(token)
        return -abs(value) if minus else value

    def _meant(self, token: str, said: list[str], apart: list[str]) -> int:
        """How many numbers of a word are meant: pointed at, or written out beside a pointer."""
        near = self._tokens[max(0, self._at - 3) : self._at + 5]
        written = {number.removeprefix("-") for number in apart}
        return max(said.count(token) + 1, sum(t == token or t in written for t in near))

    def _quantity(self, index: int, before: str) -> Quantity | None:
        asked = getattr(self._pointer, "quantity", None)
        if asked is not None:
            found: Quantity | None = asked(index, before)
            return found
        assert self._pointer is not None
        return next(iter(read(self._pointer(index, index))), None)

    def integer(self) -> int:
        token = self.next("a whole number")
        if not token.isdigit():
            raise self.unexpected("a whole number")
        return int(token)

    def turn(self) -> float:
        sign = 1.0 if self.one_of(("cw", "ccw"), "cw or ccw") == "ccw" else -1.0
        return sign * self.number()

    def length(self) -> p.Length:
        unit = w.UNITS.get(self.peek() or "")
        if unit is not None and unit.vague:
            return p.Length(unit=self.next("a unit"))
        value, said = self._number()
        unit_word = self.one_of(w.UNITS, "a unit")
        return p.Length(value=value, unit=said or unit_word)
