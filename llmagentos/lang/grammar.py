"""The grammar of the compact notation, for constrained decoding.

Knows: the Lark grammar (as llguidance reads it) whose language is what `compact.parse` accepts,
built from the same word lists. Does not know: tokens or models.

Every word is written with one space before it (" put [ the red block ]"), so that one model
token is one word. Texts and unusual numbers are pointers into the command (" @3").
"""

from __future__ import annotations

from collections.abc import Container

from llmagentos.lang import words as w

MAX_INT = 100
MAX_POINTERS = 64
#: Numbers that people also say in words ("half", "one and a half", "a full turn", "20 % more").
SPOKEN_NUMBERS = (
    "0.25", "0.5", "0.75", "0.8", "1.2", "1.5", "2.5",
    "120", "135", "150", "180", "200", "225", "270", "300", "315", "360",
)  # fmt: skip


def keywords() -> tuple[str, ...]:
    """Every word a plan can contain but integers and pointers, in a fixed order."""
    seen: dict[str, None] = {}
    for line in _RULES.splitlines() + [w_ for ws in _lists().values() for w_ in map(_quote, ws)]:
        for part in line.split('"')[1::2]:
            seen.setdefault(part.strip())
    return tuple(seen)


def plan_words() -> tuple[str, ...]:
    """The whole vocabulary of plans: keywords, integers 0 to 100, pointers @0 to @63,
    and a few spoken numbers."""
    ints = tuple(str(i) for i in range(MAX_INT + 1))
    return keywords() + ints + tuple(f"@{i}" for i in range(MAX_POINTERS)) + SPOKEN_NUMBERS


def lark_grammar(known: Container[str] | None = None) -> str:
    """The grammar's text, start rule `start`.

    known: an older model's words; those that the language has learnt since are left out.
    """
    rules = [_RULES]
    for word, now, before in _SINCE:
        if known is not None and word not in known:
            rules[0] = rules[0].replace(now, before)
    for name, ws in _lists().items():
        rules.append(f"{name}: {' | '.join(_quote(w) for w in ws if known is None or w in known)}")
    rules.append("int: " + " | ".join(_quote(str(i)) for i in range(MAX_INT + 1)))
    rules.append("spoken: " + " | ".join(map(_quote, SPOKEN_NUMBERS)))
    rules.append("ptr: " + " | ".join(_quote(f"@{i}") for i in range(MAX_POINTERS)))
    return "\n".join(rules) + "\n"


def _quote(word: str) -> str:
    return f'" {word}"'


def _lists() -> dict[str, tuple[str, ...]]:
    """The words of each rule that is a list: those of a role, without what rules name themselves."""
    lists: dict[str, tuple[str, ...]] = {}
    for name, role in w.ROLES.items():
        lists[name] = tuple(word for word in role if word not in _NAMED.get(name, ()))
        if name == "unit":
            lists |= {"unit": w.UNITS.where(vague=False), "vague": w.UNITS.where(vague=True)}
    return lists | {"moved": w.REFERENCES.where(moved=True)}


_NAMED = {
    "quant": ("every_third", "most", "one_each"),
    "spatial": ("between",),
    "nearby": ("at",),
    "qname": ("holds",),
}
_RULES = r"""
start: steps
steps: step (" ;" step)*
block: " {" steps " }"
text: ptr ptr
num: int | spoken | ptr
length: num unit | vague
dist: " dist" length
angle: (" cw" | " ccw") num

obj: " [" (quant | " every_third" | " most" | " one_each" by) int? (past | moved int)? sizeword? color* material? state? kind noun? name? order? where* group? except? " ]"
noun: " noun" text
name: " name" text
order: " order" key int? (" of" obj | " at" region)?
where: " where" relation
relation: " no"? ((spatial | comparing) obj | " between" obj obj? | " at" region)
group: " group" by test
except: " except" obj

place: (spatial obj | " between" obj obj? | " at" region | nearby obj?) dist? (" part" region)?

cond: " exists" obj | " count" obj cmp (int | obj) | " is" obj (" fits" obj | relation) | " not" cond | (" and" | " or") cond cond
query: qname obj? obj? | " holds" cond

step: " pick" obj
    | " place" place
    | (" put" | " push") obj place
    | " move" obj direction dist? " by_push"?
    | " stack" obj+ (" sort" sort)? place?
    | " arrange" obj+ shape (" sort" sort)? (" size" length)? (" spacing" length)? (" rows" int)? place?
    | " rotate" obj angle
    | " swap" obj obj
    | (" clear" | " point") place
    | " reshape" reshaping (" times" num)? angle? (direction dist?)? place?
    | " look" | " home" | " release" | " yes" | " no" | " stop"
    | " wait" num
    | " wait_for" cond
    | " say" text
    | " ask" about obj?
    | " refuse" refusal
    | " cannot" inability text?
    | " answer" query
    | " undo" int?
    | " restore" obj?
    | " again" int? obj? dist? place?
    | " choose" obj? place?
    | " correct" " reverse"? obj? (direction dist? | dist)? place?
    | " remember" text obj? place?
    | " for_each" obj block
    | " if" cond block (" else" block)?
    | " repeat" int block
    | " until" cond block
"""  # noqa: E501
#: A word that came with a rule, the rule, and what it was before: an older model knows "most" as a
#: test of groups, and "again" without a distance.
_SINCE = (
    ("one_each", '(quant | " every_third" | " most" | " one_each" by) int?', "quant int?"),
    ("double", '" again" int? obj? dist? place?', '" again" int? obj? place?'),
)
