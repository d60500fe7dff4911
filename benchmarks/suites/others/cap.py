"""Code as Policies' tabletop tasks: the instructions of the evaluation, on random scenes.

Three to five blocks and bowls of colours of their own, as there. A thing put on or in another
succeeds when it rests there with its centre within 5 cm of the other's; at a corner or side when
it is in the outer third of the table. Bystanders must not move (2 cm).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks import predicates as p
from benchmarks.suites.cases import (  # fmt: skip
    Row,
    all_of,
    apart,
    closest,
    exactly,
    farthest,
    nth,
    r,
    ranked,
    side_of,
)
from benchmarks.suites.judge import Seen, at, both, inside, on, rests_in, tower_of
from benchmarks.suites.others.files import load, match

SEEN = ("blue", "red", "green", "orange", "yellow")
UNSEEN = ("pink", "cyan", "brown", "gray", "purple")
REGIONS = {
    "top left corner": "back_left", "top right corner": "back_right",
    "bottom left corner": "front_left", "bottom right corner": "front_right",
    "left side": "left", "right side": "right", "top side": "back", "bottom side": "front",
}  # fmt: skip
SIDES = {"top": "back", "bottom": "front", "left": "left", "right": "right"}
COUNTS = {"first": 1, "second": 2, "third": 3, "fourth": 4}
_REL = {"left": "left_of", "right": "right_of", "back": "behind", "front": "in_front_of"}
_PLACE = "the (?P<region>.+? (?:corner|side))"


def _scene(colors: Sequence[str], blocks: Sequence[str], bowls: Sequence[str], n: int) -> str:
    """n blocks and n bowls, the named colours first, the others of the same set."""

    def fill(named: Sequence[str]) -> list[str]:
        return [*named, *[c for c in colors if c not in named]][:n]

    items = [f"block_{c}:block={c}" for c in fill(blocks)]
    return " ".join(items + [f"bowl_{c}:bowl={c}" for c in fill(bowls)])


def _within_5cm(a: str, b: str) -> Callable[[Seen], bool]:
    return lambda s: p.distance(s.one(a), s.one(b)) <= 0.05


def _blocks(w: Any) -> list[str]:
    return [i for i in w if i.startswith("block_")]


def _row(task: str, said: str, colors: Sequence[str]) -> Row | None:
    for make in (_pick_place, _stack, _all_at, _all_in, _matching, _relation, _distance, _ordinal):
        row = make(said, colors)
        if row is not None:
            return row
    return None


def _pick_place(said: str, colors: Sequence[str]) -> Row | None:
    m = match(
        r"pick up the (?P<a>\w+) block and place it on the (?P<b>\w+) (?P<kind>block|bowl)", said
    )
    if m is None:
        return None
    a, b = f"block_{m['a']}", f"{m['kind']}_{m['b']}"
    blocks = [m["a"], m["b"]] if m["kind"] == "block" else [m["a"]]
    scene = _scene(colors, blocks, [m["b"]] if m["kind"] == "bowl" else [], 4)
    word = "on" if m["kind"] == "block" else "in"
    oracle = f"put [ the {m['a']} block ] {word} [ the {m['b']} {m['kind']} ]"
    return r(scene, said, oracle, both(on(a, b), _within_5cm(a, b)), a)


def _stack(said: str, colors: Sequence[str]) -> Row | None:
    if match(r"stack all the blocks", said) is None:
        return None
    return r(_scene(colors, [], [], 4), said, "stack [ all block ]", tower_of(_blocks), _blocks)


def _all_at(said: str, colors: Sequence[str]) -> Row | None:
    m = match(rf"put all the blocks on {_PLACE}", said)
    if m is None:
        return None
    region = REGIONS[m["region"]]
    oracle = f"put [ all block ] at {region}"
    return r(_scene(colors, [], [], 4), said, oracle, at(_blocks, region), _blocks)


def _all_in(said: str, colors: Sequence[str]) -> Row | None:
    m = match(r"put the blocks in the (?P<b>\w+) bowl", said)
    if m is None:
        return None
    scene = _scene(colors, [], [m["b"]], 3)
    oracle = f"put [ all block ] in [ the {m['b']} bowl ]"
    return r(scene, said, oracle, inside(_blocks, f"bowl_{m['b']}"), _blocks)


def _matching(said: str, colors: Sequence[str]) -> Row | None:
    if match(r"put all the blocks in the bowls with matching colors", said) is None:
        return None
    oracle = (
        "for_each [ all block ] "
        "{ put [ the this object ] in [ a bowl where same_color [ the this object ] ] }"
    )

    def check(s: Seen) -> bool:
        bowls = [o for o in s.after.values() if o["kind"] == "bowl"]
        return all(
            any(rests_in(o, b, s.after) for b in bowls if b["color"] == o["color"])
            for o in s.many(_blocks)
        )

    return r(_scene(colors, [], [], 4), said, oracle, check, _blocks)


def _moved_one(target: Callable[[Any], Any], region: str) -> Callable[[Seen], bool]:
    return at(lambda w: target(w), region)


def _relation(said: str, colors: Sequence[str]) -> Row | None:
    m = match(
        rf"pick up the block to the (?P<side>\w+) of the (?P<b>\w+) bowl and place it on {_PLACE}",
        said,
    )
    if m is None:
        return None
    side, region, bowl = SIDES[m["side"]], REGIONS[m["region"]], f"bowl_{m['b']}"
    oracle = f"put [ the block where {_REL[side]} [ the {m['b']} bowl ] ] at {region}"
    target = side_of(_blocks, bowl, side)
    need = exactly(_blocks, bowl, side, 1)
    return r(
        _scene(colors, [], [m["b"]], 3), said, oracle, at(target, region), target, require=need
    )


def _distance(said: str, colors: Sequence[str]) -> Row | None:
    m = match(
        rf"pick up the block (?P<far>closest|farthest) to the (?P<b>\w+) bowl and place it on {_PLACE}",
        said,
    )
    if m is None:
        return None
    region, bowl = REGIONS[m["region"]], f"bowl_{m['b']}"
    near = m["far"] == "closest"
    order = "nearest" if near else "farthest"
    oracle = f"put [ the block order {order} of [ the {m['b']} bowl ] ] at {region}"
    target = (closest if near else farthest)(_blocks, bowl)
    need = ranked(_blocks, bowl, 0.03)
    return r(
        _scene(colors, [], [m["b"]], 4), said, oracle, at(target, region), target, require=need
    )


def _ordinal(said: str, colors: Sequence[str]) -> Row | None:
    m = match(
        rf"pick up the (?P<n>\w+) block from the (?P<side>\w+) and place it on {_PLACE}", said
    )
    if m is None or m["n"] not in COUNTS:
        return None
    side, region = SIDES[m["side"]], REGIONS[m["region"]]
    oracle = f"put [ the block order {side} {COUNTS[m['n']]} ] at {region}"
    target = nth(_blocks, side, COUNTS[m["n"]])
    need = all_of(apart(_blocks, "x" if side in ("front", "back") else "y", 0.03))
    return r(_scene(colors, [], [], 4), said, oracle, at(target, region), target, require=need)


def rows(folder: Path) -> dict[str, list[Row]]:
    """Suites cap_seen (seen attributes and instructions) and cap_unseen (unseen attributes)."""
    out: dict[str, list[Row]] = {"cap_seen": [], "cap_unseen": []}
    for item in load(folder, "cap_tabletop"):
        if "instance" not in item["notes"]:
            continue
        seen = "SA_SI" in item["notes"]
        row = _row(item["task"], item["instruction"], SEEN if seen else UNSEEN)
        if row is not None:
            out["cap_seen" if seen else "cap_unseen"].append(row)
    return out


def query_rows(folder: Path) -> dict[str, list[Row]]:
    """Suite cap_objects: CaP's object descriptions, each asked to be picked up, on random scenes."""
    out = []
    kinds = "(?P<kind>block|bowl)"
    for item in load(folder, "cap_reasoning"):
        said = item["instruction"]
        scene = _scene(SEEN, ["blue", "red", "green"], ["blue", "red", "green"], 3)
        scene = scene.replace("green", "cyan")
        if m := match(rf"the (?P<side>\w+)-most {kinds}", said):
            n, side, kind = 1, SIDES[m["side"]], m["kind"]
        elif m := match(rf"the second {kinds} from the (?P<side>\w+)", said):
            n, side, kind = 2, SIDES[m["side"]], m["kind"]
        elif m := match(
            rf"the {kinds} (?P<far>closest|farthest) (?:to|from) the (?P<b>\w+) (?P<k2>block|bowl)",
            said,
        ):
            out.append(_query_distance(said, m, scene))
            continue
        else:
            continue
        group = _kind(kind)
        target = nth(group, side, n)
        need = apart(group, "x" if side in ("front", "back") else "y", 0.03)
        oracle = f"pick [ the {kind} order {side} {n} ]"
        check = _held(target)
        out.append(r(scene, f"pick up {said}", oracle, check, target, require=need))
    return {"cap_objects": out}


def _query_distance(said: str, m: dict[str, str], scene: str) -> Row:
    group, mark = _kind(m["kind"]), f"{m['k2']}_{m['b']}"
    near = m["far"] == "closest"
    target = (closest if near else farthest)(group, mark)
    order = "nearest" if near else "farthest"
    oracle = f"pick [ the {m['kind']} order {order} of [ the {m['b']} {m['k2']} ] ]"
    return r(
        scene, f"pick up {said}", oracle, _held(target), target, require=ranked(group, mark, 0.03)
    )


def _kind(name: str) -> Callable[[Any], list[str]]:
    return lambda w: [i for i in w if i.startswith(f"{name}_")]


def _held(target: Callable[[Any], str]) -> Callable[[Seen], bool]:
    return lambda s: s.held == target(s.before)
