"""Held out: all, both, none, each, every other, half, exactly, at most, the rest, except."""

from __future__ import annotations

from benchmarks.suites.cases import Row, apart, nth, r
from benchmarks.suites.fresh.checks import counts
from benchmarks.suites.judge import (  # fmt: skip
    at,
    both,
    either,
    in_any,
    inside,
    n_at,
    n_in,
    near,
    on_table,
    still,
    tower_of,
)

_Y = apart("b", "y", 0.03)
_ODD = inside(lambda w: [nth("b", "left", n)(w) for n in (1, 3)], "c")
_EVEN = inside(lambda w: [nth("b", "left", n)(w) for n in (2, 4)], "c")

ROWS: list[Row] = [
    r("b:can*3 c:tray +1:block", "every single can, onto the tray", "put [ all can ] on [ the tray ]", inside("b", "c"), "b"),
    r("b:ball*2 c:bowl +2:can,cup", "the two balls are meant to be in the bowl, so put the pair of them there", "put [ both ball ] in [ the bowl ]", inside("b", "c"), "b"),
    r("b:block*5 c:box", "chuck a couple of blocks in the box, your pick, just two", "put [ count 2 block ] in [ the box ]", n_in("b", "c", 2), "b"),
    r("b:can*4 c:tray", "3 of the 4 cans go on the tray", "put [ count 3 can ] on [ the tray ]", n_in("b", "c", 3), "b"),
    r("b:block*6 c:box", "fifty percent of the blocks go into the box, leave the other half alone", "put [ half block ] in [ the box ]", n_in("b", "c", 3), "b"),
    r("b:ball*3 c:bowl +1", "gimme a ball in the bowl, doesn't matter which", "put [ a ball ] in [ the bowl ]", n_in("b", "c", 1), "b"),
    r("b:block*4 c:tray", "with the exception of the {b3}, all cubes should be on the tray", "put [ all block except [ the {b3} ] ] on [ the tray ]", both(inside("b1 b2 b4", "c"), still("b3")), "b1 b2 b4"),
    r("b:can*3 c:box +1", "box up the cans, only not the {b1}", "put [ all can except [ the {b1} ] ] in [ the box ]", both(inside("b2 b3", "c"), still("b1")), "b2 b3"),
    r("b:block*4 d:can c:box", "set aside the {b2} on the right side and pack all the remaining blocks in the box",
      "put [ the {b2} ] at right ; put [ rest block ] in [ the box ]", both(at("b2", "right"), inside("b1 b3 b4", "c")), "b"),
    r("b:block*4 c:tray", "take every second block from left to right and put those on the tray", "put [ every_other block ] on [ the tray ]", either(_ODD, _EVEN), "b", require=_Y),
    r("b:block*2 d:can*2 c:box", "i don't want a single can left outside the box", "put [ all can ] in [ the box ]", both(inside("d", "c"), still("b")), "d"),
    r("b:block*4 c:bowl", "the bowl may get at most three blocks, so put in three or fewer", "put [ at_most 3 block ] in [ the bowl ]", n_in("b", "c", range(1, 4)), "b"),
    r("b:block*3 d:ball c:zone/l", "each and every cube should find itself on the {c.color} zone", "put [ all block ] on [ the zone ]", both(inside("b", "c"), still("d")), "b"),
    r("a1:block=same a2:ball=a1 a3:can=a1 b:block c:box", "anything {a1.color} goes in the box", "put [ all {a1.color} object ] in [ the box ]", both(inside("a1 a2 a3", "c"), still("b")), "a1 a2 a3"),
    r("b:ball*2@in.c d:block@in.c c:tray e:bowl", "unload whatever is on the tray", "for_each [ all object where on [ the tray ] ] { put [ the this object ] elsewhere }", on_table("b d"), "b d"),
    r("b:block*2@in.c c:tray d:box e:can", "what's on the tray must all be moved across to the box", "put [ all object where on [ the tray ] ] in [ the box ]", both(inside("b", "d"), still("e")), "b"),
    r("b:can*3 c:bowl@left", "shove the whole lot of cans over to the right side", "put [ all can ] at right", at("b", "right"), "b"),
    r("b:block*4 c:bowl", "one cube in the bowl, and two at the left side",
      "put [ a block ] in [ the bowl ] ; put [ count 2 block where no in [ the bowl ] ] at left",
      both(n_in("b", "c", 1), n_at("b", "left", range(2, 4))), "b"),
    r("b:block*2 d:ball*2 c:box e:bowl", "both balls in the bowl and both blocks in the box", "put [ both ball ] in [ the bowl ] ; put [ both block ] in [ the box ]", both(inside("d", "e"), inside("b", "c")), "b d"),
    r("b:block*2=red d:block*2=blue e:block=white c:box", "put all blocks that aren't red in the box", "put [ all block except [ all red block ] ] in [ the box ]", both(inside("d e", "c"), still("b")), "d e"),
    r("b:block*3 c:can@inner", "i want all of the cubes huddled right around the can", "put [ all block ] next_to [ the can ]", near("b", "c", 0.17), "b"),
    r("b:block*4 +1:bowl", "all the blocks go on one single tower", "stack [ all block ]", tower_of("b"), "b"),
    r("b:ball*2 d:block*2 c:box e:plate", "not the balls, but all the blocks, get put on the plate", "put [ all block ] on [ the plate ]", both(inside("d", "e"), still("b")), "d"),
    r("b1:block=red b2:ball=red b3:can=green b4:block=blue c:tray", "the tray should have the red things and nothing else on it", "put [ all red object ] on [ the tray ]", both(inside("b1 b2", "c"), still("b3 b4")), "b1 b2"),
    r("b:block*2@in.c d:block*2 c:box e:can", "the box is missing some of the blocks, add the ones that are still outside", "put [ all block where no in [ the box ] ] in [ the box ]", inside("b d", "c"), "b d"),
    r("b:ball*4 c:bowl*2", "two balls in each of the bowls", "put [ count 2 ball ] in [ the bowl order left ] ; put [ rest ball ] in [ the bowl order right ]", counts("b", "c", 2, 2), "b"),
    r("b:block*2 d:can c:box", "tidy up: everything that's loose goes in the box", "put [ all object except [ the box ] ] in [ the box ]", inside("b d", "c"), "b d"),
    r("b:can*2 c:plate*2 +1:block", "a can for every plate, please", "for_each [ all plate ] { put [ a can where no on [ a plate ] ] on [ the this object ] }", both(in_any("b", "c"), counts("b", "c", 1, 1)), "b"),
]  # fmt: skip
