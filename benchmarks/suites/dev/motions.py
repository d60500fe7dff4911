"""Pushes and sweeps, turning, swapping, clearing an area, restoring."""

from __future__ import annotations

from benchmarks import predicates as p
from benchmarks.suites.cases import Row, d, r, t
from benchmarks.suites.judge import (  # fmt: skip
    Seen,
    as_at_start,
    at,
    both,
    either,
    farther,
    held,
    inside,
    moved,
    near,
    nearer,
    on_table,
    still,
    swapped,
    together,
    turned,
)


def _clear(region: str):
    def check(s: Seen) -> bool:
        return s.held is None and not any(p.at_region(o, region) for o in s.after.values())

    return check


ROWS: list[Row] = [
    r("a:block@inner", "give the {a} a shove towards the left", "move [ the {a} ] left by_push", moved("a", "left"), "a"),
    r("a:can@inner", "push the {a} away from me by ten centimeters", "move [ the {a} ] forward dist 10 cm by_push", moved("a", "back", 10), "a"),
    r("a:block@inner", "slide the {a} 6 cm right without lifting it", "move [ the {a} ] right dist 6 cm by_push", moved("a", "right", 6), "a"),
    r("a:block@inner", "nudge the {a} just a touch towards me", "move [ the {a} ] backward dist little by_push", moved("a", "front", 5, 4), "a"),
    r("a:block@inner b:can@left", "push the {a} up against the {b}", "push [ the {a} ] next_to [ the {b} ]", either(near("a", "b"), nearer("a", "b")), "a b"),
    r("a:block@inner b:zone@right", "shove the {a} onto the {b.color} zone", "push [ the {a} ] on [ the {b} ]", inside("a", "b"), "a"),
    r("a:block*2@right c:zone@inner", "sweep the blocks into the {c.color} area", "push [ all block ] in [ the {c} ]", inside("a", "c"), "a"),
    r("a:block*3@inner", "sweep all the blocks over to the right side", "push [ all block ] at right", at("a", "right"), "a"),
    r("a:block b:bowl +1", "rotate the {a} an eighth of a turn to the left", "rotate [ the {a} ] ccw 45", turned("a", 45), "a"),
    r("a:block b:bowl +1", "turn the {a} by 45 degrees clockwise", "rotate [ the {a} ] cw 45", turned("a", -45), "a"),
    r("a:block +2", "spin the {a} 30 degrees anticlockwise", "rotate [ the {a} ] ccw 30", turned("a", 30), "a"),
    r("a:block +2", "twist the {a} 60° to the right", "rotate [ the {a} ] cw 60", turned("a", -60), "a"),
    r("a:block b:block +1", "swap the {a} with the {b}", "swap [ the {a} ] [ the {b} ]", swapped("a", "b"), "a b"),
    r("a:block b:can +2:bowl", "the {a} and the {b} should trade places", "swap [ the {a} ] [ the {b} ]", swapped("a", "b"), "a b"),
    r("a:cup b:block +2:bowl", "exchange the positions of the {a} and the {b}", "swap [ the {a} ] [ the {b} ]", swapped("a", "b"), "a b"),
    r("a:block*2@left b:can@right", "clear the left side of the table", "clear at left", _clear("left"), "*"),
    r("a:block@middle b:can@back_right c:block@front_left", "make some room in the middle of the table", "clear at middle", _clear("middle"), "*"),
    r("a:block*2@in.c c:box", "clear out the box", "clear in [ the box ]", on_table("a"), "a"),
    r("a:block*2@on.c c:plate +1:can", "get everything off the plate", "clear on [ the plate ]", on_table("a"), "a"),
    r("a:block*2@back_left b:can@right", "tidy the back left corner: nothing should be left there", "clear at back_left", _clear("back_left"), "a"),
    d("a:block b:bowl +1", t("put the {a} in the {b}", "put [ the {a} ] in [ the {b} ]", inside("a", "b"), "a"),
      t("now put everything back the way it was at the beginning", "restore", as_at_start("a"), "a")),
    d("a:block*2 +1", t("move the {a1} to the left side", "put [ the {a1} ] at left", at("a1", "left"), "a1"),
      t("move the {a2} to the right side", "put [ the {a2} ] at right", at("a2", "right"), "a2"),
      t("restore the original arrangement of the table", "restore", as_at_start("a"), "a")),
    d("a:block b:can", t("push the {a} a little to the left", "move [ the {a} ] left dist little by_push", moved("a", "left"), "a"),
      t("return the {a} to where it was before", "put [ the {a} ] origin", as_at_start("a"), "a")),
    r("a:block@near.b b:can@inner", "push the {a} so that it is no longer near the {b}", "push [ the {a} ] away_from [ the {b} ]", farther("a", "b"), "a"),
    r("a:block*3@inner", "herd the blocks together by sliding them", "arrange [ all block ] cluster", together("a"), "a"),
    r("a:block +2", "lift the {a} straight up", "pick [ the {a} ]", held("a"), "a"),
    r("a:block@inner b:can", "drag the {a} to the back of the table", "push [ the {a} ] at back", both(at("a", "back"), still("b")), "a"),
]  # fmt: skip
