"""The compact notation of a plan: what the on-board model writes, token by token.

Knows: how a `Plan` becomes a line of space-separated words and back, one word per model token:

    put [ the red block ] in [ the blue bowl ] ; stack [ rest block ] at left

Does not know: the model or its tokenizer. Texts of the command ("cut", "home bowl") and unusual
numbers appear quoted here; a model may write pointers into the command instead (`@2 @3`: words 2
to 3), which `parse` resolves through `pointer`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from typing import Any, get_args

from pydantic import ValidationError

from llmagentos.errors import PlanError
from llmagentos.lang import plan as p
from llmagentos.lang import words as w

#: Resolves a span of the command's words, first and last index inclusive, to its text.
Pointer = Callable[[int, int], str]

_TOKEN = re.compile(r'"[^"]*"|\S+')


# --- writing --------------------------------------------------------------------------------


def write(plan: p.Plan) -> str:
    """The plan in compact notation. `parse(write(plan)) == plan` for every plan."""
    return " ; ".join(" ".join(_step(s)) for s in plan.steps)


def tokens(text: str) -> list[str]:
    """The words of compact notation; a quoted text is one."""
    return _TOKEN.findall(text)


def _num(value: float) -> str:
    return f"{value:g}"


def _text(value: str) -> str:
    return '"' + value.replace('"', "'") + '"'


def _length(length: p.Length | None, word: str) -> list[str]:
    if length is None:
        return []
    if not length.is_measured:
        return [word, length.unit]
    return [word, _num(length.value), length.unit]


def write_obj(o: p.Obj) -> list[str]:
    """The words of one object description, brackets included."""
    out: list[str] = ["[", o.quant]
    if o.quant == "one_each" and o.by is not None:
        out.append(o.by)
    if o.count is not None:
        out.append(str(o.count))
    if o.ref is not None:
        out += [o.ref, *([str(o.rank)] if o.rank != 1 else [])]
    out += [x for x in (o.size, *o.colors, o.material, o.state, o.kind) if x]
    if o.noun is not None:
        out += ["noun", _text(o.noun)]
    if o.name is not None:
        out += ["name", _text(o.name)]
    if o.order is not None:
        out += ["order", o.order.key]
        if o.order.n != 1:
            out.append(str(o.order.n))
        if o.order.of is not None:
            out += ["of", *write_obj(o.order.of)]
        elif o.order.region is not None:
            out += ["at", o.order.region]
    for r in o.where:
        out += ["where", *_relation(r)]
    if o.group is not None:
        out += ["group", o.group.by, o.group.test]
    if o.exclude is not None:
        out += ["except", *write_obj(o.exclude)]
    return [*out, "]"]


def _relation(r: p.Relation) -> list[str]:
    out: list[str] = ["no", r.rel] if r.negate else [r.rel]
    if r.rel == "at":
        return [*out, r.region or "middle"]
    out += write_obj(r.obj or p.Obj())
    return out + (write_obj(r.obj2) if r.obj2 is not None else [])


def write_place(place: p.Place) -> list[str]:
    """The words of one place description."""
    out: list[str] = [place.rel]
    if place.rel == "at":
        out.append(place.region or "middle")
    for o in (place.obj, place.obj2):
        if o is not None:
            out += write_obj(o)
    out += _length(place.distance, "dist")
    return [*out, "part", place.part] if place.part is not None else out


def _cond(c: Any) -> list[str]:
    if isinstance(c, p.Not):
        return ["not", *_cond(c.inner)]
    if isinstance(c, p.And | p.Or):
        return [c.cond, *_cond(c.left), *_cond(c.right)]
    out = [c.cond, *write_obj(c.obj)]
    if isinstance(c, p.CountIs):
        return [*out, c.compare, *([str(c.n)] if c.other is None else write_obj(c.other))]
    if isinstance(c, p.Is):
        out += ["fits", *write_obj(c.fits)] if c.fits is not None else []
        return out + (_relation(c.relation) if c.relation is not None else [])
    return out


def _block(steps: Sequence[Any]) -> list[str]:
    out = ["{"]
    for i, s in enumerate(steps):
        out += ([";"] if i else []) + _step(s)
    return [*out, "}"]


def _angle(deg: float) -> list[str]:
    return ["ccw" if deg >= 0 else "cw", _num(abs(deg))]


def _step(s: Any) -> list[str]:
    out = [s.op, "reverse"] if getattr(s, "reverse", False) else [s.op]
    for name in ("reason", "about", "text", "name", "n", "action", "obj", "obj2", "what"):
        value = getattr(s, name, None)
        if value is None or (name == "n" and value == 1 and s.op != "repeat"):
            continue
        if name in ("obj", "obj2"):
            out += write_obj(value)
        elif name in ("text", "what", "name"):
            out.append(_text(value))
        else:
            out.append(str(value))
    for o in getattr(s, "objs", ()):
        out += write_obj(o)
    if isinstance(s, p.Arrange):
        out.append(s.shape)
    if getattr(s, "sort", None):
        out += ["sort", s.sort]
    if isinstance(s, p.Arrange):
        out += _length(s.size, "size") + _length(s.spacing, "spacing")
        out += ["rows", str(s.rows)] if s.rows is not None else []
    if getattr(s, "factor", None) is not None:
        out += ["times", _num(s.factor)]
    if getattr(s, "angle_deg", None) is not None:
        out += _angle(s.angle_deg)
    if getattr(s, "direction", None) is not None:
        out += [s.direction, *_length(s.distance, "dist")]
    elif isinstance(s, p.Correct | p.Again):
        out += _length(s.distance, "dist")
    if getattr(s, "by", "carry") == "push":
        out.append("by_push")
    if getattr(s, "place", None) is not None:
        out += write_place(s.place)
    if isinstance(s, p.Wait):
        out.append(_num(s.seconds))
    if isinstance(s, p.Answer):
        out += _query(s.query)
    if getattr(s, "condition", None) is not None:
        out += _cond(s.condition)
    if isinstance(s, p.If):
        return out + _block(s.then) + (["else", *_block(s.otherwise)] if s.otherwise else [])
    return out + (_block(s.body) if hasattr(s, "body") else [])


def _query(q: p.Query) -> list[str]:
    out: list[str] = [q.query]
    for o in (q.obj, q.obj2):
        if o is not None:
            out += write_obj(o)
    return out + (_cond(q.condition) if q.condition is not None else [])


# --- reading --------------------------------------------------------------------------------


def parse(text: str, pointer: Pointer | None = None) -> p.Plan:
    """Read compact notation. Raises PlanError naming the word, what was expected and what came."""
    reader = _Reader(tokens(text), pointer)
    try:
        steps = reader.steps()
        if reader.peek() is not None:
            raise PlanError(f"expected ';' or the end of the plan, got '{reader.peek()}'")
        return p.Plan(steps=tuple(steps))
    except ValidationError as exc:
        first = exc.errors()[0]
        raise PlanError(f"plan is not valid: {first['msg']} at {first['loc']}") from exc


class _Reader:
    def __init__(self, tokens: list[str], pointer: Pointer | None):
        self._tokens, self._pointer, self._at = tokens, pointer, 0

    def peek(self) -> str | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def next(self, expected: str = "a word") -> str:
        token = self.peek()
        if token is None:
            raise PlanError(f"expected {expected}, got the end of the plan")
        self._at += 1
        return token

    def take(self, *wanted: str) -> str | None:
        if self.peek() in wanted:
            return self.next()
        return None

    def expect(self, *wanted: str) -> str:
        token = self.next(" or ".join(wanted))
        if token not in wanted:
            raise PlanError(f"expected {' or '.join(wanted)}, got '{token}' (word {self._at})")
        return token

    def one_of(self, words: Collection[str], what: str) -> str:
        token = self.next(what)
        if token not in words:
            raise PlanError(f"expected {what}, got '{token}' (word {self._at})")
        return token

    def maybe(self, words: Collection[str]) -> Any:
        return self.next() if self.peek() in words else None

    def text(self) -> str:
        token = self.next("a text")
        if token.startswith('"'):
            return token.strip('"')
        if token.startswith("@") and self._pointer is not None:
            return self._pointer(self._index(token), self._index(self.next("a pointer")))
        raise PlanError(f"expected a quoted text, got '{token}' (word {self._at})")

    def _index(self, token: str) -> int:
        if token[:1] != "@" or not token[1:].isdigit():
            raise PlanError(f"expected a pointer, got '{token}' (word {self._at})")
        return int(token[1:])

    def number(self) -> float:
        token = self.next("a number")
        if token.startswith("@") and self._pointer is not None:
            index = self._index(token)
            found = re.search(r"\d+(?:[.,]\d+)?", self._pointer(index, index))
            token = found.group().replace(",", ".") if found else token
        try:
            return float(token)
        except ValueError:
            raise PlanError(f"expected a number, got '{token}' (word {self._at})") from None

    def integer(self) -> int | None:
        token = self.peek()
        return int(self.next()) if token is not None and token.isdigit() else None

    def length(self, word: str) -> p.Length | None:
        if not self.take(word):
            return None
        if unit := self.maybe(w.UNITS.where(vague=True)):
            return p.Length(unit=unit)
        value = self.number()
        return p.Length(value=value, unit=self.next("a unit"))

    def obj(self) -> p.Obj:
        self.expect("[")
        f: dict[str, Any] = {"quant": self.one_of(w.QUANTIFIERS, "a quantifier")}
        if f["quant"] == "one_each":
            f["by"] = self.one_of(w.GROUP_BYS, "color, size or kind")
        f["count"] = self.integer()
        f["ref"] = self.maybe(w.REFERENCES)
        rank = self.integer() if f["ref"] in w.REFERENCES.where(moved=True) else None
        f["rank"] = 1 if rank is None else rank
        f["size"] = self.maybe(w.SIZES)
        colors = []
        while self.peek() in w.COLORS:
            colors.append(self.next())
        f["colors"] = tuple(colors)
        f["material"] = self.maybe(w.MATERIALS)
        f["state"] = self.maybe(w.STATES)
        f["kind"] = self.one_of(w.KINDS, "a kind")
        f["noun"] = self.text() if self.take("noun") else None
        f["name"] = self.text() if self.take("name") else None
        f["order"] = self._order() if self.take("order") else None
        where = []
        while self.take("where"):
            where.append(self.relation())
        f["where"] = tuple(where)
        if self.take("group"):
            f["group"] = {"by": self.next(), "test": self.next()}
        f["exclude"] = self.obj() if self.take("except") else None
        self.expect("]")
        return p.Obj(**f)

    def _order(self) -> p.Order:
        key = self.next("an order")
        n = self.integer()
        of = self.obj() if self.take("of") else None
        region = self.next() if of is None and self.take("at") else None
        return p.Order(key=key, n=n or 1, of=of, region=region)

    def opt_obj(self) -> p.Obj | None:
        return self.obj() if self.peek() == "[" else None

    def relation(self) -> p.Relation:
        negate = self.take("no") is not None
        rel: Any = self.one_of((*w.SPATIAL, *w.COMPARING, "at"), "a relation")
        if rel == "at":
            return p.Relation(rel=rel, region=self.next(), negate=negate)
        obj = self.obj()
        obj2 = self.opt_obj() if rel == "between" else None
        return p.Relation(rel=rel, obj=obj, obj2=obj2, negate=negate)

    def place(self) -> p.Place:
        rel: Any = self.one_of((*w.SPATIAL, *w.FIXED_PLACES), "a place")
        region: Any = self.next("a region") if rel == "at" else None
        obj = self.opt_obj()
        obj2 = self.opt_obj() if rel == "between" else None
        distance = self.length("dist")
        part: Any = self.next("a region") if self.take("part") else None
        return p.Place(rel=rel, obj=obj, obj2=obj2, region=region, distance=distance, part=part)

    def opt_place(self) -> p.Place | None:
        return self.place() if self.peek() in (*w.SPATIAL, *w.FIXED_PLACES) else None

    def cond(self) -> Any:
        word = self.expect("exists", "count", "is", "not", "and", "or")
        if word == "not":
            return p.Not(inner=self.cond())
        if word in ("and", "or"):
            left, right = self.cond(), self.cond()
            return p.And(left=left, right=right) if word == "and" else p.Or(left=left, right=right)
        obj = self.obj()
        if word == "exists":
            return p.Exists(obj=obj)
        if word == "count":
            compare: Any = self.next("a comparison")
            n = self.integer()
            return p.CountIs(obj=obj, compare=compare, n=n, other=self.obj() if n is None else None)
        if self.take("fits"):
            return p.Is(obj=obj, fits=self.obj())
        return p.Is(obj=obj, relation=self.relation())

    def block(self) -> tuple[Any, ...]:
        self.expect("{")
        steps = self.steps()
        self.expect("}")
        return tuple(steps)

    def steps(self) -> list[Any]:
        out = [self.step()]
        while self.take(";"):
            out.append(self.step())
        return out

    def angle(self) -> float:
        sign = 1.0 if self.expect("cw", "ccw") == "ccw" else -1.0
        return sign * self.number()

    def _objs(self) -> tuple[p.Obj, ...]:
        out = [self.obj()]
        while self.peek() == "[":
            out.append(self.obj())
        return tuple(out)

    def step(self) -> Any:
        op = self.next("a step")
        model = _STEPS.get(op)
        if model is None:
            raise PlanError(f"expected a step, got '{op}' (word {self._at})")
        f: dict[str, Any] = {}
        names = model.model_fields
        for name in ("reason", "about"):
            if name in names:
                f[name] = self.next(name)
        if "text" in names:
            f["text"] = self.text()
        if op == "remember":
            f["name"] = self.text()
        if "n" in names and (n := self.integer()) is not None:
            f["n"] = n
        if "action" in names:
            f["action"] = self.next("an action")
        if "reverse" in names and self.take("reverse"):
            f["reverse"] = True
        for name in ("obj", "obj2"):
            if name in names and self.peek() == "[":
                f[name] = self.obj()
        if op == "cannot" and (self.peek() or "")[:1] in ('"', "@"):
            f["what"] = self.text()
        if "objs" in names:
            f["objs"] = self._objs()
        self._layout(op, names, f)
        if op == "wait":
            f["seconds"] = self.number()
        if op == "answer":
            f["query"] = self.query()
        if "condition" in names:
            f["condition"] = self.cond()
        if op == "if":
            f["then"] = self.block()
            f["otherwise"] = self.block() if self.take("else") else ()
        elif "body" in names:
            f["body"] = self.block()
        return model(**f)

    def _layout(self, op: str, names: Any, f: dict[str, Any]) -> None:
        if op == "arrange":
            f["shape"] = self.next("a shape")
        if "sort" in names and self.take("sort"):
            f["sort"] = self.next("a sort")
        if op == "arrange":
            f["size"], f["spacing"] = self.length("size"), self.length("spacing")
            f["rows"] = self.integer() if self.take("rows") else None
        if "factor" in names and self.take("times"):
            f["factor"] = self.number()
        if "angle_deg" in names and self.peek() in ("cw", "ccw"):
            f["angle_deg"] = self.angle()
        if "direction" in names and self.peek() in w.DIRECTIONS:
            f["direction"] = self.next()
            f["distance"] = self.length("dist")
        elif op in ("correct", "again"):
            f["distance"] = self.length("dist")
        if "by" in names and self.take("by_push"):
            f["by"] = "push"
        if "place" in names:
            f["place"] = self.opt_place()

    def query(self) -> p.Query:
        name: Any = self.next("a question")
        obj, obj2 = self.opt_obj(), self.opt_obj()
        condition = self.cond() if name == "holds" else None
        return p.Query(query=name, obj=obj, obj2=obj2, condition=condition)


_STEPS: dict[str, Any] = {
    m.model_fields["op"].default: m
    for m in get_args(get_args(p.Step)[0])
}  # fmt: skip
