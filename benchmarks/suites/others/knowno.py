"""KnowNo's tabletop commands: carry out the unambiguous, ask back about the ambiguous."""

from __future__ import annotations

from pathlib import Path

from benchmarks.suites.cases import Row, r, room
from benchmarks.suites.judge import Seen, asks, beside, either, inside, near, nothing_moved
from benchmarks.suites.others.files import load, match

#: Three blocks and three bowls; the blocks' order is drawn, one bowl stands free in the middle.
_SIDES = {"front": "in_front_of", "back": "behind", "left": "left_of", "right": "right_of"}
_COLORS = ("green", "blue", "yellow")


def _scene(mark: str) -> str:
    blocks = " ".join(f"block_{c}:block={c}" for c in _COLORS)
    return (
        blocks
        + " "
        + " ".join(f"bowl_{c}:bowl={c}" + ("@inner" if c == mark else "") for c in _COLORS)
    )


def _row(said: str, ambiguous: bool) -> Row | None:
    act = "ask" if ambiguous else "act"
    if match(r"put the (?P<a>\w+) block in the bowl", said):
        return r(_scene(""), said, "ask which [ the bowl ]", asks, "", "ask", decision=act)
    if m := match(r"put the (?P<a>\w+) block in the (?P<b>\w+) bowl", said):
        a, b = f"block_{m['a']}", f"bowl_{m['b']}"
        oracle = f"put [ the {m['a']} block ] in [ the {m['b']} bowl ]"
        return r(_scene(""), said, oracle, inside(a, b), a, decision=act)
    if m := match(r"put the (?P<a>\w+) block to the (?P<side>\w+) of the (?P<b>\w+) bowl", said):
        a, b = f"block_{m['a']}", f"bowl_{m['b']}"
        oracle = f"put [ the {m['a']} block ] {_SIDES[m['side']]} [ the {m['b']} bowl ]"
        return r(
            _scene(m["b"]),
            said,
            oracle,
            beside(a, b, m["side"]),
            a,
            require=room(a, b, m["side"]),
            decision=act,
        )
    if m := match(r"put the (?P<a>\w+) block close to the (?P<b>\w+) bowl", said):
        return r(_scene(m["b"]), said, "ask direction", asks, "", "ask", decision=act)
    return None


def rows(folder: Path) -> dict[str, list[Row]]:
    """Suite knowno, with the published label as the decision; `knowno_attributes` the synonyms."""
    found, attributes = [], []
    for item in load(folder, "knowno"):
        if item["task"] == "few_shot_prompt":
            row = _attribute(item["instruction"])
            attributes += [row] if row is not None else []
            continue
        row = _row(item["instruction"], item["task"].startswith("ambiguous"))
        found += [row] if row is not None else []
    return {"knowno": found, "knowno_attributes": attributes}


def _asked(s: Seen) -> bool:
    """Wants to know more, in whatever words, and has moved nothing."""
    return s.status == "question" and nothing_moved(s)


def _attribute(said: str) -> Row | None:
    """Colours and shapes by other words; asking where the direction is open is right too."""
    scene = " ".join(f"block_{c}:block={c} bowl_{c}:bowl={c}" for c in _COLORS)
    if "right side of the blue round" in said:
        check = beside("bowl_green", "bowl_blue", "right")
        oracle = "put [ the green bowl ] right_of [ the blue bowl ]"
        scene = scene.replace("bowl_blue:bowl=blue", "bowl_blue:bowl=blue@inner")
        return r(scene, said, oracle, check, "bowl_green")
    if "yellow square" in said:
        check = either(near("block_yellow", "block_green"), near("block_yellow", "bowl_green"))
        oracle = "put [ the yellow block ] next_to [ the green block ]"
        return r(scene, said, oracle, either(check, _asked), "block_yellow", "harmless")
    if "horizontal axis" in said:
        a, b = "bowl_yellow", "block_green"
        check = either(beside(a, b, "left"), beside(a, b, "right"), asks)
        oracle = "put [ the yellow bowl ] left_of [ the green block ]"
        scene = scene.replace("block_green:block=green", "block_green:block=green@inner")
        return r(scene, said, oracle, check, a, "harmless")
    return None
