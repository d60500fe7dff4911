"""Sequences, repeats, loops, conditions with else, waiting."""

from __future__ import annotations

from benchmarks.suites.cases import Row, r
from benchmarks.suites.judge import (  # fmt: skip
    at,
    beside,
    both,
    held,
    in_any,
    inside,
    moved,
    n_in,
    on,
    on_table,
    still,
    tower,
    tower_of,
)

_IN_ALL = "for_each [ all block ] { put [ the this object ] in [ the box ] }"

ROWS: list[Row] = [
    r("a:block b:bowl c:can +1", "first put the {a} in the {b}, then move the {c} to the left side", "put [ the {a} ] in [ the {b} ] ; put [ the {c} ] at left", both(inside("a", "b"), at("c", "left")), "a c"),
    r("a:block*3", "start by stacking the {a1} on the {a2} and finish by adding the {a3} on top", "put [ the {a1} ] on [ the {a2} ] ; put [ the {a3} ] on [ the {a1} ]", tower("a2", "a1", "a3"), "a"),
    r("a:block b:bowl c:block", "before you put the {a} in the {b}, set the {c} down in the front right corner", "put [ the {c} ] at front_right ; put [ the {a} ] in [ the {b} ]", both(inside("a", "b"), at("c", "front_right")), "a c"),
    r("a:block b:bowl@inner", "put the {a} in the {b}; after that take it out again and leave it on the right of the {b}", "put [ the {a} ] in [ the {b} ] ; put [ the {a} ] right_of [ the {b} ]", beside("a", "b", "right"), "a"),
    r("a:block*3 b:box", "first the {a1}, next the {a2}, finally the {a3}: they all go in the box", "put [ the {a1} ] in [ the box ] ; put [ the {a2} ] in [ the box ] ; put [ the {a3} ] in [ the box ]", inside("a", "b"), "a"),
    r("a:block b:bowl", "if there is {a.one} on the table put it in the {b}", "if exists [ a {a} ] { put [ the {a} ] in [ the {b} ] }", inside("a", "b"), "a"),
    r("a:block=red b:bowl c:can", "if you see a purple block put it in the bowl, otherwise put the red block there", "if exists [ a purple block ] { put [ the purple block ] in [ the bowl ] } else { put [ the red block ] in [ the bowl ] }", inside("a", "b"), "a"),
    r("a:block*4 b:bowl c:box", "if there are more than three blocks, put one in the bowl, else put one in the box", "if count [ all block ] gt 3 { put [ a block ] in [ the bowl ] } else { put [ a block ] in [ the box ] }", both(n_in("a", "b", 1), n_in("a", "c", 0)), "a"),
    r("a:block*2 b:bowl c:box", "should there be at least three blocks, one goes in the bowl; if not, one goes in the box", "if count [ all block ] ge 3 { put [ a block ] in [ the bowl ] } else { put [ a block ] in [ the box ] }", both(n_in("a", "c", 1), n_in("a", "b", 0)), "a"),
    r("a:block@left b:can@right c:bowl@middle", "in case the {a} is left of the {b}, put it in the bowl", "if is [ the {a} ] left_of [ the {b} ] { put [ the {a} ] in [ the bowl ] }", inside("a", "c"), "a"),
    r("a:block@right b:can@left c:bowl@middle", "put the {a} in the bowl only if it's to the left of the {b}", "if is [ the {a} ] left_of [ the {b} ] { put [ the {a} ] in [ the bowl ] }", still("a"), ""),
    r("a:block b:bowl c:block@in.d d:box", "unless the box is empty, put the {a} in the bowl", "if exists [ a object where in [ the box ] ] { put [ the {a} ] in [ the bowl ] }", inside("a", "b"), "a"),
    r("a:block*3 b:box", "keep putting blocks in the box until there are none left on the table", _IN_ALL, inside("a", "b"), "a"),
    r("a:block*4 b:bowl", "put blocks into the bowl until it has two of them", "until count [ all block where in [ the bowl ] ] ge 2 { put [ a block where no in [ the bowl ] ] in [ the bowl ] }", n_in("a", "b", 2), "a"),
    r("a:block*3", "as long as there are blocks that aren't stacked, stack them", "stack [ all block ]", tower_of("a"), "a"),
    r("a:block@inner", "move the {a} 4 cm to the left three times", "repeat 3 { move [ the {a} ] left dist 4 cm }", moved("a", "left", 12), "a"),
    r("a:block@inner", "twice, push the {a} 5 cm away from me", "repeat 2 { move [ the {a} ] forward dist 5 cm by_push }", moved("a", "back", 10, 3), "a"),
    r("a:block +2", "pick up the {a}, wait two seconds, and put it down in the near left corner", "pick [ the {a} ] ; wait 2 ; place at front_left", at("a", "front_left"), "a"),
    r("a:block b:plate +1", "take the {a}, hold it over the {b}, then set it down on the {b}", "pick [ the {a} ] ; place on [ the {b} ]", on("a", "b"), "a"),
    r("a:block*2 b:bowl*2", "for every bowl: put a block in it", "for_each [ all bowl ] { put [ a block where no in [ a bowl ] ] in [ the this object ] }", both(in_any("a", "b1 b2"), n_in("a", "b1", 1)), "a"),
    r("a:block b:bowl c:can d:block", "grab the {a} and put it in the {b} and then grab the {d} and put that in the {b} as well and then grab the {c} and bring it to the right side", "put [ the {a} ] in [ the {b} ] ; put [ the {d} ] in [ the {b} ] ; put [ the {c} ] at right", both(inside("a d", "b"), at("c", "right")), "a c d"),
    r("a:block b:ball c:bowl d:box", "block into the bowl, ball into the box, and end with your arm back home", "put [ the block ] in [ the bowl ] ; put [ the ball ] in [ the box ] ; home", both(inside("a", "c"), inside("b", "d")), "a b"),
    r("a:block b:bowl c:can", "wait until there is a block on the table and then put it in the bowl", "wait_for exists [ a block ] ; put [ a block ] in [ the bowl ]", inside("a", "b"), "a"),
    r("a:block b:block c:bowl", "if both blocks are on the table, put the {a} on the {b}, or else do nothing", "if count [ all block where no in [ the bowl ] ] eq 2 { put [ the {a} ] on [ the {b} ] }", on("a", "b"), "a"),
    r("a:block@in.c b:block c:bowl", "is the {a} in the bowl? then take it out and put the {b} in instead", "if is [ the {a} ] in [ the bowl ] { put [ the {a} ] elsewhere ; put [ the {b} ] in [ the bowl ] }", both(inside("b", "c"), on_table("a")), "a b"),
    r("a:block/m b:block/m@on.a c:block/m@on.b d:bowl", "take the tower apart so that all blocks stand on the table", "for_each [ all block where on [ a block ] ] { put [ the this object ] elsewhere }", on_table("a b c"), "a b c"),
    r("a:block +3", "go home first, then hold the {a} up", "home ; pick [ the {a} ]", held("a"), "a"),
    r("N:block b:bowl c:can", "wait until a block shows up and then put it in the bowl", "wait_for exists [ a block ] ; put [ a block ] in [ the bowl ]", inside("N", "b"), "N"),
    r("a:block=red N:block=green b:box", "as soon as you see a green block, put the red one in the box", "wait_for exists [ a green block ] ; put [ the red block ] in [ the box ]", inside("a", "b"), "a N"),
]  # fmt: skip
