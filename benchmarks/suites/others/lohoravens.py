"""LoHoRavens' colour and size puzzles; the sentences are read, scenes and judgement are here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from benchmarks.suites.cases import Row, r
from benchmarks.suites.judge import (  # fmt: skip
    Seen,
    alternating,
    at,
    both,
    inside,
    on,
    rests_in,
    still,
    tower,
    tower_of,
)
from benchmarks.suites.others.files import load

_PAIRS = "a1:block c1:bowl=a1 a2:block c2:bowl=a2 a3:block c3:bowl=a3"
_SIZES = "a1:block/l=red a2:block/s=red b1:block/l=blue b2:block/s=blue c1:block/l=green c2:block/s=green"
_EVEN = (
    "a1:block=red a2:block=red b1:block=blue b2:block=blue b3:block=blue z1:zone=red z2:zone=blue"
)
_AREAS = {
    "top left": "back_left",
    "bottom right": "front_right",
    "top right": "back_right",
    "bottom left": "front_left",
}


def _matched(s: Seen) -> bool:
    return all(rests_in(s.one(f"a{i}"), s.one(f"c{i}"), s.after) for i in (1, 2, 3))


def _for(task: str, said: str) -> list[Row]:
    """The task's sentence on its scenes; several where a placeholder is filled."""
    if task.startswith("A"):
        return [
            r(
                f"a:block b:{kind} +3",
                _filled(said, "{a}", "{b}"),
                f"put [ the {{a}} ] {rel} [ the {{b}} ]",
                on("a", "b"),
                "a",
            )
            for kind, rel in (("block", "on"), ("bowl", "in"), ("zone", "on"))
        ] + [
            r(
                "a:block +4",
                _filled(said, "{a}", words),
                f"put [ the {{a}} ] at {region}",
                at("a", region),
                "a",
            )
            for words, region in (("top left corner", "back_left"), ("right side", "right"))
        ]
    if task.startswith("B"):
        plan = "for_each [ all block ] { put [ the this object ] in [ a bowl where same_color [ the this object ] ] }"
        return [r(_PAIRS, said, plan, _matched, "a") for _ in range(3)]
    if task.startswith("C"):
        plan = "for_each [ all small block ] { put [ the this object ] on [ the large block where same_color [ the this object ] ] }"
        check = both(tower("a1", "a2"), tower("b1", "b2"), tower("c1", "c2"))
        return [r(_SIZES, said, plan, check, "a b c") for _ in range(3)]
    if task.startswith("D"):
        return [
            r(
                "a:block*4",
                said.replace("[ABS POS]", words),
                f"stack [ all block ] at {region}",
                both(tower_of("a"), at("a", region)),
                "a",
            )
            for words, region in _AREAS.items()
        ]
    if task.startswith("E"):
        plan = "for_each [ all block group color even ] { put [ the this object ] on [ a zone where same_color [ the this object ] ] }"
        check = both(inside("a1 a2", "z1"), still("b1 b2 b3"))
        return [r(_EVEN, said, plan, check, "a") for _ in range(3)]
    return _free(said)


def _filled(said: str, a: str, b: str) -> str:
    return said.replace("[OBJ]", a, 1).replace("[OBJ / POS]", b)


def _free(said: str) -> list[Row]:
    if "alternate" in said:
        scene = "a1:block=red a2:block=red a3:block=blue a4:block=blue z:zone=green"
        plan = "stack [ all block ] sort alternate on [ the green zone ]"
        check = both(tower_of("a"), alternating("a"), _all_on_zone("a", "z"))
        return [r(scene, said, plan, check, "a") for _ in range(3)]
    if "on the zone with the same color" in said:
        scene = (
            "a1:block/l=red a2:block/s=red b1:block/l=blue b2:block/s=blue z1:zone=red z2:zone=blue"
        )
        plan = (
            "for_each [ all large block ] { put [ the this object ] on [ a zone where same_color [ the this object ] ] ; "
            "put [ the small block where same_color [ the this object ] ] on [ the this object ] }"
        )
        check = both(tower("a1", "a2"), tower("b1", "b2"), inside("a1", "z1"), inside("b1", "z2"))
        return [r(scene, said, plan, check, "a b") for _ in range(3)]
    return []


def _all_on_zone(group: str, zone: str) -> Callable[[Seen], bool]:
    return inside(group, zone)


def rows(folder: Path) -> dict[str, list[Row]]:
    """Suite lohoravens."""
    found: list[Row] = []
    for item in load(folder, "lohoravens"):
        found += _for(item["task"], item["instruction"])
    return {"lohoravens": found}
