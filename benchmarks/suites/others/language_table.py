"""Language-Table's moves. Its stars, moons and pentagons are cups, bowls and cans here."""

from __future__ import annotations

import re
from pathlib import Path

from benchmarks.suites.cases import Row, r, room
from benchmarks.suites.judge import (  # fmt: skip
    Check,
    at,
    beside,
    both,
    either,
    farther,
    moved,
    near,
    nearer,
    nothing_moved,
    on,
    pointed_at,
)
from benchmarks.suites.others.files import load, match

#: Their eight things; ids by colour and kind.
THINGS = (
    "red bowl",
    "red can",
    "blue bowl",
    "blue block",
    "green block",
    "green cup",
    "yellow cup",
    "yellow can",
)
NOUNS = {"moon": "bowl", "pentagon": "can", "star": "cup"}
_THING = r"(?P<{}>(?:red|blue|green|yellow) (?:bowl|can|cup|cube))"
_X, _Y = _THING.format("a"), _THING.format("b")
_SIZES = {"bowl": "/s", "cup": "/s", "can": "/s", "block": ""}
_CARRY = {"left": "left", "right": "right", "front": "backward", "back": "forward", "back_left": "forward_left",
          "back_right": "forward_right", "front_left": "backward_left", "front_right": "backward_right"}  # fmt: skip
_SIDE_REL = {"left": "left_of", "right": "right_of", "back": "behind", "front": "in_front_of", "back_left": "back_left_of",
             "back_right": "back_right_of", "front_left": "front_left_of", "front_right": "front_right_of"}  # fmt: skip


def translate(said: str) -> str:
    """Their nouns as ours; "cube" stays."""
    return re.sub(r"moon|pentagon|star", lambda m: NOUNS[m.group()], said)


def _id(words: str) -> str:
    color, noun = words.split()
    return f"{color}_{'block' if noun == 'cube' else noun}"


def _ours(words: str) -> str:
    return words.replace("cube", "block")


def _scene(inner: str = "", n: int = 8, keep: tuple[str, ...] = ()) -> str:
    """The named things and others up to n; `inner` stands free."""
    first = [t for t in THINGS if t.replace(" ", "_") in keep]
    chosen = (first + [t for t in THINGS if t not in first])[:n]
    out = []
    for thing in chosen:
        color, kind = thing.split()
        name = f"{color}_{kind}"
        out.append(f"{name}:{kind}{_SIZES[kind]}={color}" + ("@inner" if name == inner else ""))
    return " ".join(out)


def _direction(words: str) -> str:
    """ "up and to the right" → back_right; "" where there is none."""
    x = "back" if re.search(r"\b(up|upwards|top|above|upper)\b", words) else ""
    x = "front" if re.search(r"\b(down|downwards|bottom|below|lower)\b", words) else x
    y = (
        "left"
        if re.search(r"\bleft\b", words)
        else "right"
        if re.search(r"\bright\b", words)
        else ""
    )
    return "_".join(part for part in (x, y) if part)


def _block2block(said: str) -> Row | None:
    m = match(
        rf"(?:slide|move|put|push) the {_X} (?P<how>to|towards|next to|close to) the {_Y}", said
    )
    if m is None:
        return None
    a, b = _id(m["a"]), _id(m["b"])
    check = either(near(a, b), nearer(a, b)) if m["how"] == "towards" else near(a, b)
    oracle = f"put [ the {_ours(m['a'])} ] next_to [ the {_ours(m['b'])} ]"
    return r(_scene(b, 6, (a, b)), said, oracle, check, a)


def _relative(said: str) -> Row | None:
    m = match(rf"(?P<pre>slightly )?(?:slide|move|push) the {_X} (?P<way>.+)", said)
    if m is None or not (side := _direction(m["way"])) or " the " in m["way"].replace("to the", ""):
        return None
    a = _id(m["a"])
    little = re.search(r"bit|little|slightly|somewhat", said) is not None
    oracle = f"move [ the {_ours(m['a'])} ] {_CARRY[side]}" + (" dist little" if little else "")
    return r(_scene(a, 4, (a,)), said, oracle, moved(a, side), a)


def _absolute(said: str) -> Row | None:
    m = match(rf"(?:slide|move|push) the {_X} to the (?P<place>.+)", said)
    if m is None or " the " in m["place"].replace(" of the board", ""):
        return None
    place = m["place"]
    region = "front" if "your base" in place else _direction(place)
    if "center" in place or "middle" in place:
        region = region or "middle"
    if not region:
        return None
    a = _id(m["a"])
    oracle = f"put [ the {_ours(m['a'])} ] at {region}"
    return r(_scene("", 5, (a,)), said, oracle, at(a, region), a)


def _relative_to(said: str) -> Row | None:
    m = match(rf"(?:bring|move|push|put|slide) the {_X} (?P<way>.+?)(?: of)? the {_Y}", said)
    if m is None or not (side := _direction(m["way"])):
        return None
    a, b = _id(m["a"]), _id(m["b"])
    check: Check = beside(a, b, side)
    if side == "back" and re.search(r"above|top", m["way"]):
        check = either(check, on(a, b))  # "to the top of" may be meant upright
    oracle = f"put [ the {_ours(m['a'])} ] {_SIDE_REL[side]} [ the {_ours(m['b'])} ]"
    return r(_scene(b, 4, (a, b)), said, oracle, check, a, require=room(a, b, side))


def _separate(said: str) -> Row | None:
    m = match(
        rf"(?:move|pull|separate) the {_X} (?:away from|apart from|from) the (?P<rest>.+)", said
    )
    if m is None:
        return None
    a = _id(m["a"])
    others = [
        _id(x) for x in re.findall(r"(?:red|blue|green|yellow) (?:bowl|can|cup|cube)", m["rest"])
    ]
    others = [o for o in dict.fromkeys(others) if o != a]
    named = [o.replace("_", " ") for o in others]
    if a in re.findall(r"\w+", m["rest"].replace(" ", "_").replace("_cube", "_block")) or (
        not others and re.search("clump|group", m["rest"]) is None
    ):
        return None  # away from itself
    if not others:
        pool = [t.replace(" ", "_") for t in THINGS if t.replace(" ", "_") != a]
        others = pool[:3]
    scene = _scene(others[0], len(others) + 1, (a, *others))
    for other in [*others[1:], a]:
        scene = re.sub(rf"({other}:\S+)", rf"\1@near.{others[0]}", scene)
    if len(named) == 1:
        oracle = f"put [ the {_ours(m['a'])} ] far_from [ the {named[0]} ]"
    else:
        oracle = (
            f"put [ the {_ours(m['a'])} ] far_from [ all object except [ the {_ours(m['a'])} ] ]"
        )
    check = farther(a, " ".join(others))
    return r(scene, said, oracle, check, a)


def _point(said: str) -> Row | None:
    m = match(rf"(?:move|point)(?: the arm| your arm)? (?:at|to|next to|close to) the {_X}", said)
    if m is None:
        return None
    a = _id(m["a"])
    oracle = f"point above [ the {_ours(m['a'])} ]"
    return r(_scene("", 6, (a,)), said, oracle, both(nothing_moved, pointed_at(a)), "")


def rows(folder: Path) -> dict[str, list[Row]]:
    """Suite language_table; what no rule reads is left out and counted in `unread`."""
    found = []
    makers = {
        "block2block": _block2block, "block2relativelocation": _relative, "block2absolutelocation": _absolute,
        "block2block_relative_location": _relative_to, "separate_blocks": _separate, "point2block": _point,
    }  # fmt: skip
    for item in load(folder, "language_table_sample"):
        row = makers[item["task"]](translate(item["instruction"]))
        found += [row] if row is not None else []
    return {"language_table": found}
