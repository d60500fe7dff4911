"""Matching and comparing: same and different colours, bigger, as many as, alternating, sorted."""

from __future__ import annotations

from collections import Counter

from benchmarks.suites.cases import Row, r
from benchmarks.suites.judge import (  # fmt: skip
    Seen,
    alternating,
    at,
    both,
    either,
    held,
    in_any,
    inside,
    line,
    ordered,
    rests_in,
    still,
    tower,
    tower_of,
    tower_sorted,
)
from llmagentos.world.colors import luminance


def _matched(items: str, boxes: str, same: bool = True):
    """Every item lies in a box of its own colour (or in one of another)."""

    def check(s: Seen) -> bool:
        for o in s.many(items):
            where = [c for c in s.many(boxes) if rests_in(o, c, s.after)]
            if not where or any((c["color"] == o["color"]) != same for c in where):
                return False
        return True

    return check


def _one_each(items: str, boxes: str):
    def check(s: Seen) -> bool:
        got = Counter(
            c["id"] for o in s.many(items) for c in s.many(boxes) if rests_in(o, c, s.after)
        )
        return all(got[i] == 1 for i in s.ids(boxes))

    return check


def _equal(items: str, *boxes: str):
    def check(s: Seen) -> bool:
        counts = [sum(rests_in(o, s.one(b), s.after) for o in s.many(items)) for b in boxes]
        return len(set(counts)) == 1 and counts[0] > 0

    return check


def _size(o):
    return o["size"]


def _light(o):
    return luminance(o["color"])


_PAIRS = "a1:block c1:bowl=a1 a2:block c2:bowl=a2 a3:block c3:bowl=a3"
_SIZES = "b1:block/s b2:block/m b3:block/l"

ROWS: list[Row] = [
    r(_PAIRS, "sort the blocks into the bowls of their own colour", "for_each [ all block ] { put [ the this object ] in [ a bowl where same_color [ the this object ] ] }", _matched("a", "c"), "a"),
    r(_PAIRS, "each cube wants to be in the bowl whose color it shares", "for_each [ all block ] { put [ the this object ] in [ a bowl where same_color [ the this object ] ] }", _matched("a", "c"), "a"),
    r(_PAIRS, "mismatch them: put every block in a bowl of a different colour", "for_each [ all block ] { put [ the this object ] in [ a bowl where different_color [ the this object ] ] }", _matched("a", "c", False), "a"),
    r("a:block c:bowl*2 d:bowl=a +1:can", "put the {a} into the bowl that has the same color as it", "put [ the {a} ] in [ the bowl where same_color [ the {a} ] ]", inside("a", "d"), "a"),
    r("a:block*3 c:bowl*3", "one block in each bowl", "for_each [ all bowl ] { put [ a block where no in [ a bowl ] ] in [ the this object ] }", _one_each("a", "c"), "a"),
    r("a1:block=red a2:block=red a3:block=blue a4:block=blue c:box", "alternate the colours in one stack of blocks", "stack [ all block ] sort alternate", both(tower_of("a"), alternating("a")), "a"),
    r("a1:block=red a2:block=red a3:block=blue a4:block=blue", "line the blocks up so that red and blue take turns", "arrange [ all block ] line sort alternate", both(line("a"), alternating("a")), "a"),
    r(_SIZES, "stack the blocks from big at the bottom to small at the top", "stack [ all block ] sort large_first", tower_sorted("b", lambda o: -o["size"]), "b"),
    r(_SIZES, "arrange the cubes in a row by size, smallest on the left", "arrange [ all block ] row sort small_first", both(line("b", "row"), ordered("b", "right", _size)), "b"),
    r(_SIZES, "line the blocks up from left to right, largest first", "arrange [ all block ] row sort large_first", both(line("b", "row"), ordered("b", "left", _size)), "b"),
    r(_SIZES + " c:can/s", "put every block that is smaller than the {b3} on the left side", "put [ all block where smaller_than [ the {b3} ] ] at left", both(at("b1 b2", "left"), still("b3")), "b1 b2"),
    r(_SIZES + " c:box", "the blocks bigger than the {b1} go in the box", "put [ all block where bigger_than [ the {b1} ] ] in [ the box ]", both(inside("b2 b3", "c"), still("b1")), "b2 b3"),
    r("a1:block=red a2:block=red a3:block=blue a4:block=green c:box", "take the two blocks that share a colour and put them in the box", "put [ all block group color repeated ] in [ the box ]", both(inside("a1 a2", "c"), still("a3 a4")), "a1 a2"),
    r("a1:block=red a2:block=red a3:block=blue c:bowl", "there is one block whose colour no other block has; bowl it, i mean put it in the bowl", "put [ the block group color unique ] in [ the bowl ]", inside("a3", "c"), "a3"),
    r("a1:block=red a2:block=red a3:block=red a4:block=blue a5:block=blue c:box", "put the blocks of the commonest color into the box", "put [ all block group color most ] in [ the box ]", both(inside("a1 a2 a3", "c"), still("a4 a5")), "a1 a2 a3"),
    r("a1:block=red a2:block=red a3:block=red a4:block=blue a5:block=blue c:box", "colours that occur an even number of times among the blocks: put those blocks into the box", "put [ all block group color even ] in [ the box ]", both(inside("a4 a5", "c"), still("a1 a2 a3")), "a4 a5"),
    r("a1:block=red a2:block=red a3:block=red a4:block=blue a5:block=blue c:box", "only block colours with an odd count go in the box", "put [ all block group color odd ] in [ the box ]", both(inside("a1 a2 a3", "c"), still("a4 a5")), "a1 a2 a3"),
    r("a:block*2 d:block*2@in.c1 c1:box c2:box=same", "put blocks in the empty box until it holds as many as the full one", "put [ count 2 block where no in [ a box ] ] in [ the box state empty ]".replace("box state empty", "empty box"), both(_equal("a d", "c1", "c2")), "a d"),
    r("a:block*4 c:bowl*2", "share the blocks out evenly between the two bowls", "put [ count 2 block ] in [ the bowl order left ] ; put [ rest block ] in [ the bowl order right ]", _equal("a", "c1", "c2"), "a"),
    r("b1:block=black b2:block=gray b3:block=white", "order the blocks in a row going from dark on the left to light on the right", "arrange [ all block ] row sort dark_first", both(line("b", "row"), ordered("b", "right", _light)), "b"),
    r("b1:block=yellow b2:block=purple b3:block=cyan", "stack them by brightness, the darkest block at the bottom", "stack [ all block ] sort dark_first", tower_sorted("b", _light), "b"),
    r("a1:block/l=red a2:block/s=red b1:block/l=blue b2:block/s=blue", "put every small block on the large one of its colour", "for_each [ all small block ] { put [ the this object ] on [ the large block where same_color [ the this object ] ] }", both(tower("a1", "a2"), tower("b1", "b2")), "a2 b2"),
    r("a:block c:can=a d:can b:block +1:bowl", "pick up the can that matches the {a}", "pick [ the can where same_color [ the {a} ] ]", held("c"), "c"),
    r("a:block c:plate=a d:plate b:ball=d", "everything goes on the plate of its colour", "for_each [ all object except [ all plate ] ] { put [ the this object ] on [ a plate where same_color [ the this object ] ] }", both(inside("a", "c"), inside("b", "d")), "a b"),
    r("a1:block=red a2:block=red b1:block=green b2:block=green c:bowl d:bowl", "put the blocks in the two bowls so that no bowl has two colours", "put [ all red block ] in [ the bowl order left ] ; put [ all green block ] in [ the bowl order right ]",
      both(in_any("a b", "c d"), either(both(inside("a", "c"), inside("b", "d")), both(inside("a", "d"), inside("b", "c")))), "a b"),
]  # fmt: skip
