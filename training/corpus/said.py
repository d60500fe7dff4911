"""Whole commands as people say them, written by hand: blocks of wordings under one plan.

Knows: the files in commands/ and how their slots are filled. Does not know: which meanings there are.

A block begins with the plan in compact notation and goes on with wordings of it, one a line:

    => put {a} in {h}
    pop {a} into {h} would you
    {h} is where {a} lives
    ?? Which bowl do you mean: the bowl at the left or the bowl at the right?

`??` (anywhere in the block) is the question that the robot had asked; `#` starts a comment.
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
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from llmagentos.errors import LLMAgentOSError
from llmagentos.lang import codec as compact
from llmagentos.lang import plan as p
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
from training.corpus.sampler import Ctx, is_mark
from training.corpus.words import lexicon as lx

_SLOT = re.compile(r"\{(\w+)\}")
_SPAN = re.compile(r"<([^<>]+)>")


@dataclass(frozen=True)
class Block:
    """One plan with the ways to say it."""

    plan: str
    wordings: tuple[str, ...]
    pendings: tuple[str, ...]
    where: str


@cache
def blocks(group: str = "") -> tuple[Block, ...]:
    """Every block of the files whose name begins with `group`.

    Raises ValueError naming file and line for a wording or question without a plan above it.
    """
    found = []
    for path in sorted((Path(__file__).parent / "commands").glob(f"{group}*.txt")):
        found += _read(path)
    return tuple(found)


def _read(path: Path) -> list[Block]:
    out: list[tuple[str, list[str], list[str], str]] = []
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("=>"):
            out.append((line[2:].strip(), [], [], f"{path.name}:{number}"))
        elif not out:
            raise ValueError(f"{path.name}:{number}: expected a plan (=> ...) first, got {line!r}")
        elif line.startswith("??"):
            out[-1][2].append(line[2:].strip())
        else:
            out[-1][1].append(line)
    for plan, wordings, _, where in out:
        if not wordings:
            raise ValueError(f"{where}: expected wordings below the plan, got none for {plan!r}")
    return [Block(plan, tuple(w), tuple(q), where) for plan, w, q, where in out]


@cache
def share() -> float:
    """The share of the corpus that is drawn from here: more for more wordings, up to two fifths."""
    return min(0.4, sum(len(b.wordings) for b in blocks()) / 18000)


def sample(ctx: Ctx, group: str = "") -> tuple[str, str, list[Any]]:
    """(pending question or "", words with span marks, steps) of one wording."""
    every = blocks(group)
    return draw(ctx, ctx.rng.choices(every, weights=[len(b.wordings) for b in every])[0])


def draw(ctx: Ctx, block: Block, wording: str | None = None) -> tuple[str, str, list[Any]]:
    """One wording of a block, its slots filled. Raises PlanError if the plan doesn't parse."""
    text = ctx.say([wording] if wording else list(block.wordings), **_SAME)
    slots: dict[str, tuple[str, str]] = {}
    for name in _names(block.plan + text + " ".join(block.pendings)):
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
    pending = ctx.one(block.pendings) if block.pendings else ""
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
}
#: Slots stay as they are while choices are made.
_SAME = {name: "{" + name + "}" for name in _FILL}


def weak(group: str, model: str, draws: int, threshold: float) -> None:
    """Prints the blocks whose wordings a model gets right less often than `threshold`, and which."""
    from llm_edge.local import LocalPlanner
    from training.corpus import build, compose

    planner, right, total = LocalPlanner(model), 0, 0
    for block in blocks(group):
        hits, tries, wrong = 0, 0, []
        for wording in block.wordings:
            for i in range(draws):
                ctx = Ctx(f"weak:{wording}:{i}")
                try:
                    pending, text, steps = draw(ctx, block, wording)
                    pair = build.finish(compose.Sample(text, pending, tuple(steps)), ctx)
                except (LLMAgentOSError, ValueError, KeyError):
                    continue
                if pair is None:
                    continue
                got, wanted = (
                    " ".join(planner.write(pair.command, pair.pending)),
                    " ".join(pair.target),
                )
                tries, hits = tries + 1, hits + (got == wanted)
                if got != wanted:
                    wrong.append(
                        f"    {pair.command}\n        got    {got}\n        wanted {wanted}"
                    )
        right, total = right + hits, total + tries
        if tries and hits < threshold * tries:
            print(f"{block.where}: {hits} of {tries} right: {block.plan}", *wrong, sep="\n")
    print(f"{right} of {total} right by {model}")


def main() -> None:
    """Reads every block, draws each wording and tells which fail the corpus checks.

    With --model: which wordings that model does not understand yet.
    """
    import argparse

    from training.corpus import build, compose
    from training.corpus.checks.checker import Checker

    parser = argparse.ArgumentParser(description="Check the hand-written commands.")
    parser.add_argument("group", nargs="?", default="", help="files whose name begins so")
    parser.add_argument("--draws", type=int, default=4)
    parser.add_argument("--model", help="which wordings this model gets wrong, instead")
    parser.add_argument("--below", type=float, default=0.7, help="with --model: show blocks below")
    args = parser.parse_args()
    if args.model:
        weak(args.group, args.model, args.draws, args.below)
        return
    checker = Checker("symbolic")
    for block in blocks(args.group):
        for wording in block.wordings:
            good, why = 0, ""
            for i in range(args.draws):
                ctx = Ctx(f"{wording}:{i}")
                try:
                    pending, text, steps = draw(ctx, block, wording)
                    pair = build.finish(compose.Sample(text, pending, tuple(steps)), ctx)
                    if pair is None:
                        why = "too long or not sayable"
                        continue
                    verdict = checker.verdict(pair)
                    good += verdict.fine
                    why = why if verdict.fine else f"{verdict.kind}: {verdict.words}"
                except (LLMAgentOSError, ValueError, KeyError) as error:
                    why = f"{type(error).__name__}: {error}"
            if good * 2 < args.draws:
                print(f"{block.where}: {good}/{args.draws} {wording!r}: {why}")
    print(
        f"{len(blocks(args.group))} blocks, {sum(len(b.wordings) for b in blocks(args.group))} wordings"
    )


if __name__ == "__main__":
    main()
