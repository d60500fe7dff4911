"""One wording of a hand-written block, its slots filled.

Knows: what each slot can stand for. Does not know: the files (blocks.py), which meanings there are.

Wordings may hold choices: (a|b) one of them, [a|b] one of them or nothing; `<...>` marks the words
that `{s}` in the plan points at (for cannot, say and names). Slots:

| slot | words | plan |
|---|---|---|
| {a} {b} {c} {d} {e} | a thing that can be moved, with its determiner | `[ the red block ]` |
| {A} {B} | several of them ("all the red blocks") | `[ all red block ]` |
| {h} {i} / {H} | a holder (bowl, plate, box ...) / several | |
| {o} {q} | any landmark | |
| {x} {y} {z} | colour word, the colour | `red` |
| {k} {j} / {ks} {js} | noun of a movable kind / the same noun in the plural | `block` |
| {n} {m} | a number, two to five | `3` |
| {l} | a length | `5 cm` |
| {p} | a place with its preposition | `left_of [ the bowl ]` |
| {g} | a region of the table with its preposition | `back_left` |
| {deg} | a turn in degrees | `90` |
| {xy} {xyz} | a position in metres, or in a unit that is said | `0.45 minus 0.1` |
| {w} {v} {u} / {W} | a place of a flat by its name / several | `"kitchen"` |
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from llmagentos.lang import codec as compact
from llmagentos.lang import plan as p
from training.corpus.acts.positions import coordinates
from training.corpus.handwritten.blocks import Block, Wording, blocks
from training.corpus.phrases.descriptions import noun_phrase
from training.corpus.phrases.nouns import (
    HOLDERS,
    LANDMARKS,
    MOVABLE,
    color_word,
    kind_noun,
    pick_color,
)
from training.corpus.phrases.places import length, place, region_place
from training.corpus.phrases.spots import spot, spots
from training.corpus.sampler import Ctx, is_mark
from training.corpus.words import lexicon as lx

_SLOT = re.compile(r"\{(\w+)\}")
_SPAN = re.compile(r"<([^<>]+)>")


@cache
def share() -> float:
    """The share of the corpus that is drawn from here: more for more wordings, up to two fifths."""
    return min(0.4, sum(len(b.wordings) for b in blocks()) / 18000)


def sample(ctx: Ctx, group: str = "") -> tuple[str, str, list[Any]]:
    """(pending question or "", words with span marks, steps) of one wording of these files."""
    every = blocks(group)
    return draw(ctx, ctx.rng.choices(every, weights=[len(b.wordings) for b in every])[0])


#: Words that the language has had for a short time: their blocks are drawn more often than by the
#: number of their wordings.
NEWER = frozenset(
    """xy table off_edge opposite own by by_kind a_first z_first reach grip pace avoid when_told
    unclear bye hand position was goto steer follow mark find bring patrol whereabouts places""".split()
)


@cache
def newer_blocks() -> tuple[tuple[Block, ...], tuple[float, ...]]:
    """The blocks whose plan has a newer word, and how often each is drawn beside the others."""
    found = [b for b in blocks() if NEWER.intersection(b.plan.split())]
    return tuple(found), tuple(len(b.wordings) ** 0.5 for b in found)


def newer(ctx: Ctx, refs: float = 0.0) -> tuple[str, list[Any]]:
    """One wording with a newer word of the language."""
    every, weights = newer_blocks()
    _, text, steps = draw(ctx, ctx.rng.choices(every, weights=weights)[0])
    return text, steps


def draw(ctx: Ctx, block: Block, wording: Wording | None = None) -> tuple[str, str, list[Any]]:
    """One wording of a block, its slots filled. Raises PlanError if the plan doesn't parse."""
    if wording is None:
        held = [w for w in block.wordings if w.held]
        wording = ctx.choose(held, [w for w in block.wordings if not w.held], "templates")
    text = ctx.fill(wording.text, **_SAME)
    slots: dict[str, tuple[str, str]] = {}
    for name in _names(block.plan + text + " ".join(wording.questions)):
        slots[name] = _FILL[name](ctx)
        while name in "xyz" and slots[name][1] in [
            slots[o][1] for o in "xyz" if o in slots and o != name
        ]:
            slots[name] = _FILL[name](ctx)
    _pair_plurals(slots)
    plan = _SLOT.sub(lambda m: slots[m[1]][1] if m[1] != "s" else "{s}", block.plan)
    text = _fill_words(text, slots)
    if span := _SPAN.search(text):
        marked, mark = ctx.span(span[1])
        text = text[: span.start()] + marked + text[span.end() :]
        plan = plan.replace("{s}", f'"{mark}"')
    pending = ctx.one(wording.questions) if wording.questions else ""
    pending = _without_marks(_fill_words(pending, slots))
    return pending, " ".join(text.split()), list(compact.parse(plan).steps)


def _fill_words(text: str, slots: dict[str, tuple[str, str]]) -> str:
    """The slots' words; what the plan points at is marked in the first mention only."""
    said: set[str] = set()

    def words(m: re.Match[str]) -> str:
        first = m[1] not in said
        said.add(m[1])
        return slots[m[1]][0] if first else _without_marks(slots[m[1]][0])

    return _SLOT.sub(words, text)


def _without_marks(text: str) -> str:
    return "".join(ch for ch in text if not is_mark(ch))


def _names(text: str) -> list[str]:
    """Slots used, each once, a plural's singular before it."""
    found = dict.fromkeys(name for name in _SLOT.findall(text) if name != "s")
    for name in [n for n in found if n in ("ks", "js")]:
        found.setdefault(name[0])
    return list(found)


def _pair_plurals(slots: dict[str, tuple[str, str]]) -> None:
    for name in ("k", "j"):
        if name + "s" in slots:
            words, kind = slots[name]
            slots[name + "s"] = (lx.plural(words), kind)


def _thing(kinds: dict[str, float], plural: bool, rich: float = 0.6) -> Callable[[Ctx], Any]:
    def fill(ctx: Ctx) -> tuple[str, str]:
        np = noun_phrase(ctx, plural, kinds=kinds, rich=rich)
        return np.text, compact.write(p.Plan(steps=(p.Pick(obj=np.obj),))).removeprefix("pick ")

    return fill


def _place(maker: Callable[[Ctx], Any]) -> Callable[[Ctx], tuple[str, str]]:
    def fill(ctx: Ctx) -> tuple[str, str]:
        pp = maker(ctx)
        step = p.Put(obj=p.Obj(ref="it"), place=pp.place)
        head = compact.write(p.Plan(steps=(p.Pick(obj=p.Obj(ref="it")),))).removeprefix("pick ")
        return pp.text, compact.write(p.Plan(steps=(step,))).removeprefix(f"put {head} ")

    return fill


def _color(ctx: Ctx) -> tuple[str, str]:
    color = pick_color(ctx)
    return color_word(ctx, color), color


def _kind(ctx: Ctx) -> tuple[str, str]:
    kinds = {"block": 8.0, "ball": 3, "cup": 2, "can": 2, "bowl": 2, "object": 2, "round": 0.25}
    kind = ctx.weighted(kinds)
    return kind_noun(ctx, kind, False), kind


def _number(ctx: Ctx) -> tuple[str, str]:
    n = ctx.rng.randint(2, 5)
    return (lx.number_words(n) if ctx.chance(0.7) else str(n)), str(n)


def _length(ctx: Ctx) -> tuple[str, str]:
    words, value = length(ctx)
    while value.unit not in ("cm", "mm", "m", "in"):
        words, value = length(ctx)
    step = p.Move(obj=p.Obj(ref="it"), direction="left", distance=value)
    return words, compact.write(p.Plan(steps=(step,))).rpartition(" dist ")[2]


def _region(ctx: Ctx) -> tuple[str, str]:
    words, plan = _place(region_place)(ctx)
    return words, plan.removeprefix("at ")


def _degrees(ctx: Ctx) -> tuple[str, str]:
    n = ctx.one([30, 45, 60, 90, 120, 180])
    return f"{n} {ctx.one(['degrees', 'deg', 'degree'])}", str(n)


def _coordinates(ctx: Ctx, high: bool) -> tuple[str, str]:
    text, position = coordinates(ctx, high)
    place = p.Place(rel="xy", position=position)
    return text, " ".join(compact.write_node(place)[1:])


_FILL: dict[str, Callable[[Ctx], tuple[str, str]]] = {
    **{name: _thing(MOVABLE, False) for name in "abcde"},
    **{name: _thing(MOVABLE, True) for name in "AB"},
    **{name: _thing(HOLDERS, False, 0.5) for name in "hi"},
    "H": _thing(HOLDERS, True, 0.5),
    **{name: _thing(LANDMARKS, False, 0.5) for name in "oq"},
    **{name: _color for name in "xyz"},
    **{name: _kind for name in ("k", "j", "ks", "js")},
    "n": _number,
    "m": _number,
    "l": _length,
    "p": _place(place),
    "g": _region,
    "deg": _degrees,
    **{name: spot for name in "wvu"},
    "W": spots,
    "xy": lambda ctx: _coordinates(ctx, False),
    "xyz": lambda ctx: _coordinates(ctx, True),
}
#: Slots stay as they are while choices are made.
_SAME = {name: "{" + name + "}" for name in _FILL}
