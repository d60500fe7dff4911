"""CLIPort's put, stack, pack and separating tasks in our world."""

from __future__ import annotations

import re
from pathlib import Path

from benchmarks import predicates as p
from benchmarks.suites.cases import Row, d, r, t
from benchmarks.suites.judge import Seen, always, both, in_any, inside, tower_of
from benchmarks.suites.others.files import load, match


def _bowls(said: str) -> Row | None:
    m = match(r"put the (?P<a>\w+) blocks in an? (?P<b>\w+) bowl", said)
    if m is None:
        return None
    scene = f"a:block*2={m['a']} b:bowl*2={m['b']} +1:bowl +1:block"
    return r(
        scene, said, f"put [ all {m['a']} block ] in [ a {m['b']} bowl ]", in_any("a", "b1 b2"), "a"
    )


def _on_both(a: str, b: str, c: str):
    """Rests a level up with its centre over the gap between the two."""

    def check(s: Seen) -> bool:
        top, left, right = s.one(a), s.one(b), s.one(c)
        raised = abs(p.bottom_z(top) - p.top_z(left)) <= 0.008
        way = [(left["position"][i] + right["position"][i]) / 2 for i in (0, 1)]
        off = ((top["position"][0] - way[0]) ** 2 + (top["position"][1] - way[1]) ** 2) ** 0.5
        return s.held is None and raised and off <= 0.025

    return check


def _two_below(said: str) -> Row | None:
    m = match(r"put the (?P<a>\w+) block on the (?P<b>\w+) and (?P<c>\w+) blocks", said)
    if m is None:
        return None
    scene = f"b:block={m['b']}@inner c:block={m['c']}@touch.b a:block={m['a']} +2:bowl,can"
    oracle = f"put [ the {m['a']} block ] on [ both {m['b']} {m['c']} block ]"
    return r(scene, said, oracle, _on_both("a", "b", "c"), "a")


def _piles(said: str) -> Row | None:
    m = match(r"push the pile of (?P<a>\w+) blocks into the (?P<b>\w+) square", said)
    if m is None:
        return None
    scene = f"z:zone/l={m['b']} y:zone/l a1:block/s={m['a']} a2:block/s={m['a']}@near.a1 a3:block/s={m['a']}@near.a1"
    return r(
        scene, said, f"push [ all {m['a']} block ] in [ the {m['b']} zone ]", inside("a", "z"), "a"
    )


def _pyramid(items: list[dict]) -> list[Row]:
    """The three sentences of one pyramid, as a dialogue; judged by levels at the end."""
    if len(items) < 3:
        return []
    turns, names = [], []
    for item in items[:3]:
        found = re.findall(
            r"\b(red|orange|yellow|green|cyan|blue|purple|pink|brown|tan|gray|white|black|gold)\b",
            item["instruction"],
        )
        names.append(found)
    scene = " ".join(f"b{i}:block={c}" for i, c in enumerate([c for row in names for c in row], 1))
    first, second, third = names
    plans = [
        "arrange " + " ".join(f"[ the {c} block ]" for c in first) + " row spacing 4.5 cm",
        f"put [ the {second[0]} block ] on [ both {first[0]} {first[1]} block ] ; "
        f"put [ the {second[1]} block ] on [ both {first[1]} {first[2]} block ]",
        f"put [ the {third[0]} block ] on [ both {second[0]} {second[1]} block ]",
    ]

    def levels(s: Seen) -> bool:
        heights = sorted(round(p.bottom_z(o) / 0.04) for o in s.many("b"))
        return heights == [0, 0, 0, 1, 1, 2]

    for i, (item, plan) in enumerate(zip(items, plans, strict=False)):
        turns.append(t(item["instruction"], plan, levels if i == 2 else always, "b"))
    return [d(scene, *turns)]


def rows(folder: Path) -> dict[str, list[Row]]:
    """Suites cliport_put, cliport_stack, cliport_pack, cliport_piles."""
    out: dict[str, list[Row]] = {
        "cliport_put": [], "cliport_stack": [], "cliport_pack": [], "cliport_piles": [],
    }  # fmt: skip
    items = load(folder, "cliport")
    for item in items:
        said = item["instruction"]
        if row := _bowls(said):
            out["cliport_put"].append(row)
        elif row := _two_below(said):
            out["cliport_stack"].append(row)
        elif row := _piles(said):
            out["cliport_piles"].append(row)
        elif item["notes"] == "template":
            out["cliport_pack"] += _pack(said)
    out["cliport_stack"] += _pyramid([i for i in items if i["task"] == "stack-block-pyramid"])
    return out


def _pack(said: str) -> list[Row]:
    brown = "c:box/l=brown"
    if match(r"pack all the \{colors\} blocks into the brown box", said):
        text = said.replace("{colors}", "{a1.color} and {a2.color}")
        plan = "put [ the {a1} ] in [ the brown box ] ; put [ the {a2} ] in [ the brown box ]"
        return [
            r(f"{brown} a:block*2 b:block*2", text, plan, inside("a", "c"), "a") for _ in range(4)
        ]
    if match(r"pack the \{obj\} in the brown box", said):
        return [
            r(
                f"{brown} a:{kind} +3:can,cup,ball,block",
                said.replace("{obj}", "{a}"),
                "put [ the {a} ] in [ the brown box ]",
                inside("a", "c"),
                "a",
            )
            for kind in ("block", "ball", "can", "cup")
        ]
    if match(r"pack all the \{obj\} objects in the brown box", said):
        return [
            r(
                f"{brown} a:{kind}*2=same b:{other}",
                said.replace("{obj}", "{a.color}"),
                "put [ all {a.color} object ] in [ the brown box ]",
                inside("a", "c"),
                "a",
            )
            for kind, other in (("block", "can"), ("ball", "block"))
        ]
    if match(r"stack all the boxes on the pallet", said):
        text = said.replace("boxes", "blocks").replace("pallet", "tray")
        return [
            r(
                "c:tray a:block*4 +1:bowl",
                text,
                "stack [ all block ] on [ the tray ]",
                both(inside("a", "c"), _piled),
                "a",
            )
            for _ in range(2)
        ]
    return []


def _piled(s: Seen) -> bool:
    """A stack, or at least two levels, or all on the pallet: a pallet is laden in layers."""
    return tower_of("a")(s) or len({round(p.bottom_z(o) / 0.04) for o in s.many("a")}) >= 1
