"""Held out: same and different colours, bigger, as many as, alternating, sorted."""

from __future__ import annotations

from benchmarks.suites.cases import Row, r
from benchmarks.suites.fresh.checks import counts, light_of, matched, size_of
from benchmarks.suites.judge import (  # fmt: skip
    alternating,
    at,
    both,
    either,
    held,
    inside,
    line,
    ordered,
    still,
    tower,
    tower_of,
    tower_sorted,
)

_BOWLS = "a1:block c1:bowl=a1 a2:block c2:bowl=a2 a3:block c3:bowl=a3"
_PLATES = "a1:can c1:plate=a1 a2:can c2:plate=a2"
_ZONES = "a1:block c1:zone=a1 a2:block c2:zone=a2"
_SIZES = "b1:block/s b2:block/m b3:block/l"
_OWN = "for_each [ all {k} ] {{ put [ the this object ] {r} [ a {c} where same_color [ the this object ] ] }}"
_FIVE = "a1:block=green a2:block=green a3:block=green a4:block=purple a5:block=purple"

ROWS: list[Row] = [
    r(_BOWLS, "colour-match the cubes with the bowls", _OWN.format(k="block", r="in", c="bowl"), matched("a", "c"), "a"),
    r(_PLATES, "each can sits on the plate that has its colour", _OWN.format(k="can", r="on", c="plate"), matched("a", "c"), "a"),
    r(_ZONES, "move the blocks to the zones so that the colors agree", _OWN.format(k="block", r="on", c="zone"), matched("a", "c"), "a"),
    r(_BOWLS, "no block may be in a bowl of its own color: give each one a bowl of a different color",
      "for_each [ all block ] { put [ the this object ] in [ a bowl where different_color [ the this object ] ] }", matched("a", "c", False), "a"),
    r("a:ball c:box*2 d:box=a", "drop the {a} into the box that's painted the same as it", "put [ the {a} ] in [ the box where same_color [ the {a} ] ]", inside("a", "d"), "a"),
    r("a:block c:bowl b:block=c d:can", "which block is the same colour as the bowl? stick it in there", "put [ the block where same_color [ the bowl ] ] in [ the bowl ]", inside("b", "c"), "b"),
    r("a:block c:bowl=a b:block", "put the block whose colour differs from the bowl's into the bowl", "put [ the block where different_color [ the bowl ] ] in [ the bowl ]", inside("b", "c"), "b"),
    r("a:ball*3 c:bowl*3", "distribute the balls so every bowl has exactly one", "for_each [ all bowl ] { put [ a ball where no in [ a bowl ] ] in [ the this object ] }", counts("a", "c", 1, 1, 1), "a"),
    r("a1:block=black a2:block=black a3:block=white a4:block=white", "make me a zebra tower: black and white blocks taking turns", "stack [ all block ] sort alternate", both(tower_of("a"), alternating("a")), "a"),
    r("a1:block=orange a2:block=orange a3:block=cyan a4:block=cyan", "a straight line of the blocks in which no two neighbours share a colour", "arrange [ all block ] line sort alternate", both(line("a"), alternating("a")), "a"),
    r(_SIZES, "build a tower that gets narrower towards the top", "stack [ all block ] sort large_first", tower_sorted("b", lambda o: -size_of(o)), "b"),
    r(_SIZES, "sort the cubes in a row, the biggest at the right end", "arrange [ all block ] row sort small_first", both(line("b", "row"), ordered("b", "right", size_of)), "b"),
    r("b1:ball/s b2:ball/m b3:ball/l", "arrange the balls in a row from largest on the left down to smallest on the right", "arrange [ all ball ] row sort large_first", both(line("b", "row"), ordered("b", "left", size_of)), "b"),
    r(_SIZES, "stack them upside down size-wise: the little one at the bottom and the big one on top", "stack [ all block ] sort small_first", tower("b1", "b2", "b3"), "b"),
    r(_SIZES + " c:plate", "any cube that's tinier than the {b2} goes on the plate", "put [ all block where smaller_than [ the {b2} ] ] on [ the plate ]", both(inside("b1", "c"), still("b2 b3")), "b1"),
    r(_SIZES + " c:can", "blocks larger than the {b1} should be on the right side", "put [ all block where bigger_than [ the {b1} ] ] at right", both(at("b2 b3", "right"), still("b1")), "b2 b3"),
    r("b1:can/s b2:can/l b3:block +1:bowl", "pick up the can that's taller than the other one", "pick [ the can order tallest ]", held("b2"), "b2"),
    r("a1:ball=red a2:ball=red a3:ball=blue a4:ball=yellow c:box", "two of the balls are the same colour; the box is for those two", "put [ all ball group color repeated ] in [ the box ]", both(inside("a1 a2", "c"), still("a3 a4")), "a1 a2"),
    r("a1:can=blue a2:can=blue a3:can=pink c:tray", "the odd one out among the cans, colour-wise, goes on the tray", "put [ the can group color unique ] on [ the tray ]", both(inside("a3", "c"), still("a1 a2")), "a3"),
    r(_FIVE + " c:box", "whichever colour of block there is most of, those go in the box", "put [ all block group color most ] in [ the box ]", both(inside("a1 a2 a3", "c"), still("a4 a5")), "a1 a2 a3"),
    r(_FIVE + " c:tray", "the blocks of the rarest colour go on the tray", "put [ all block group color fewest ] on [ the tray ]", both(inside("a4 a5", "c"), still("a1 a2 a3")), "a4 a5"),
    r(_FIVE + " c:box", "if a colour has an even number of blocks, put those blocks in the box", "put [ all block group color even ] in [ the box ]", both(inside("a4 a5", "c"), still("a1 a2 a3")), "a4 a5"),
    r("a:block*4 d:ball*2@in.c2 c1:box c2:tray", "put as many blocks in the box as there are balls on the tray", "put [ count 2 block ] in [ the box ]", counts("a", "c1", 2), "a"),
    r("a:ball*4 c:box*2", "split the balls fifty-fifty between the boxes", "put [ count 2 ball ] in [ the box order left ] ; put [ rest ball ] in [ the box order right ]", counts("a", "c", 2, 2), "a"),
    r("b1:block=black b2:block=tan b3:block=white", "row of blocks, the brightest on the left, getting darker to the right", "arrange [ all block ] row sort light_first", both(line("b", "row"), ordered("b", "left", light_of)), "b"),
    r("b1:block=yellow b2:block=brown b3:block=pink", "pile the cubes with the palest at the bottom and the darkest on top", "stack [ all block ] sort light_first", tower_sorted("b", lambda o: -light_of(o)), "b"),
    r("a1:block/l=green a2:block/s=green b1:block/l=purple b2:block/s=purple", "little green on big green, little purple on big purple",
      "put [ the small green block ] on [ the large green block ] ; put [ the small purple block ] on [ the large purple block ]", both(tower("a1", "a2"), tower("b1", "b2")), "a2 b2"),
    r("a1:block=red a2:block=red b1:block=gold b2:block=gold c:box d:bowl", "separate the blocks by colour: one colour in the box, the other in the bowl",
      "put [ all red block ] in [ the box ] ; put [ all gold block ] in [ the bowl ]",
      either(both(inside("a", "c"), inside("b", "d")), both(inside("a", "d"), inside("b", "c"))), "a b"),
    r("a:block c:tray=a d:tray b:ball=d e:can=d", "sort it all by colour onto the trays",
      "for_each [ all object except [ all tray ] ] { put [ the this object ] on [ a tray where same_color [ the this object ] ] }", both(inside("a", "c"), inside("b e", "d")), "a b e"),
]  # fmt: skip
