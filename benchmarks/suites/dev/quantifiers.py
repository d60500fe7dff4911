"""Quantifiers: all, both, none, any, each, every other, half, exactly, at most, the rest, except."""

from __future__ import annotations

from benchmarks.suites.cases import Row, apart, nth, r
from benchmarks.suites.judge import (  # fmt: skip
    at,
    both,
    inside,
    n_at,
    n_in,
    n_moved,
    near,
    on_table,
    still,
    tower_of,
)

_Y = apart("b", "y", 0.03)

ROWS: list[Row] = [
    r("b:block*3 c:box +1:can", "all the blocks go in the box", "put [ all block ] in [ the box ]", inside("b", "c"), "b"),
    r("b:block*2 c:bowl +2:can,cup", "put both blocks in the bowl", "put [ both block ] in [ the bowl ]", inside("b", "c"), "b"),
    r("b:block*4 c:bowl +1:can", "any two of the blocks should go into the bowl", "put [ count 2 block ] in [ the bowl ]", n_in("b", "c", 2), "b"),
    r("b:block*4 c:bowl +1:can", "i want exactly three blocks in the bowl", "put [ count 3 block ] in [ the bowl ]", n_in("b", "c", 3), "b"),
    r("b:block*4 c:box +1:cup", "put half of the blocks in the box", "put [ half block ] in [ the box ]", n_in("b", "c", 2), "b"),
    r("b:block*3 c:bowl +2:can,cup", "any block will do, just put one in the bowl", "put [ a block ] in [ the bowl ]", n_in("b", "c", 1), "b"),
    r("b:block*4 c:box", "everything but the {b1} belongs in the box", "put [ all block except [ the {b1} ] ] in [ the box ]", both(inside("b2 b3 b4", "c"), still("b1")), "b2 b3 b4"),
    r("b:block*4 c:tray", "apart from the {b2}, put every block on the tray", "put [ all block except [ the {b2} ] ] in [ the tray ]", both(inside("b1 b3 b4", "c"), still("b2")), "b1 b3 b4"),
    r("b:block*3 c:bowl +1:can", "drop the {b1} in the bowl and the rest of the blocks on the left side",
      "put [ the {b1} ] in [ the bowl ] ; put [ rest block ] at left", both(inside("b1", "c"), at("b2 b3", "left")), "b"),
    r("b:block*4 c:box", "every other block, going from left to right, goes into the box", "put [ every_other block ] in [ the box ]",
      lambda s: inside(lambda w: [nth("b", "left", 1)(w), nth("b", "left", 3)(w)], "c")(s) or inside(lambda w: [nth("b", "left", 2)(w), nth("b", "left", 4)(w)], "c")(s), "b", require=_Y),
    r("b:block*3 d:ball*2 c:box", "put the balls away in the box and leave the blocks alone", "put [ all ball ] in [ the box ]", both(inside("d", "c"), still("b")), "d"),
    r("b:block*4 c:bowl", "no more than two blocks in the bowl, please put some in there", "put [ at_most 2 block ] in [ the bowl ]", n_in("b", "c", range(1, 3)), "b"),
    r("b:block*3 c:zone +1:can", "each block should end up on the {c.color} square", "put [ all block ] on [ the zone ]", inside("b", "c"), "b"),
    r("a:can*2=same b:block*2 c:box", "place all {a.color} objects in the box", "put [ all {a.color} object ] in [ the box ]", inside("a", "c"), "a"),
    r("b:block*2@in.c c:box d:bowl +1:can", "empty the box onto the table", "for_each [ all object where in [ the box ] ] { put [ the this object ] elsewhere }", on_table("b"), "b"),
    r("b:block*2@in.c c:box d:bowl", "transfer everything from the box to the bowl", "put [ all object where in [ the box ] ] in [ the bowl ]", inside("b", "d"), "b"),
    r("b:block*4 c:plate@right", "move all the blocks over to the left", "put [ all block ] at left", at("b", "left"), "b"),
    r("b:block*3 c:bowl", "put one block in the bowl and one in the far right corner", "put [ a block ] in [ the bowl ] ; put [ a block where no in [ the bowl ] ] at back_right",
      both(n_in("b", "c", 1), n_at("b", "back_right", range(1, 4)), n_moved("b", range(1, 3))), "b"),
    r("b:block*3 +2:can,cup", "put none of the blocks anywhere, only lay the {b2} in the front left corner", "put [ the {b2} ] at front_left", both(at("b2", "front_left"), still("b1 b3")), "b2"),
    r("b:block*2 a:can*2 c:box", "neither of the cans, just both of the blocks: into the box with them", "put [ both block ] in [ the box ]", both(inside("b", "c"), still("a")), "b"),
    r("b:block*3 c:bowl@inner", "bring all three blocks near the bowl", "put [ all block ] next_to [ the bowl ]", near("b", "c", 0.17), "b"),
    r("b:block*4", "make one pile out of all of the blocks", "stack [ all block ]", tower_of("b"), "b"),
    r("b:block*3 a:ball c:box d:bowl", "the ball goes in the bowl, all other loose things in the box", "put [ the ball ] in [ the bowl ] ; put [ all block ] in [ the box ]", both(inside("a", "d"), inside("b", "c")), "a b"),
    r("b1:block=red b2:block=red b3:block=blue b4:block=green c:box", "put the red ones in the box, and only those", "put [ all red block ] in [ the box ]", both(inside("b1 b2", "c"), still("b3 b4")), "b1 b2"),
    r("b1:block=red b2:block=yellow b3:block=blue c:box", "the red and the yellow block both go in the box", "put [ the red block ] in [ the box ] ; put [ the yellow block ] in [ the box ]", both(inside("b1 b2", "c"), still("b3")), "b1 b2"),
    r("b:block*5 c:box", "at least four of the blocks have to be in the box", "put [ count 4 block ] in [ the box ]", n_in("b", "c", range(4, 6)), "b"),
    r("b:block*2@in.c d:block*2 c:box", "put the blocks that aren't in the box yet in the box", "put [ all block where no in [ the box ] ] in [ the box ]", inside("b d", "c"), "b d"),
]  # fmt: skip
