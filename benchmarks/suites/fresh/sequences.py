"""Held out: sequences, repeats, loops, conditions with else, waiting."""

from __future__ import annotations

from benchmarks.suites.cases import Row, r
from benchmarks.suites.fresh.checks import with_full_hand
from benchmarks.suites.judge import (  # fmt: skip
    at,
    beside,
    both,
    held,
    in_any,
    inside,
    moved,
    n_at,
    n_in,
    near,
    on,
    on_table,
    still,
    swapped,
    tower,
    tower_of,
)

ROWS: list[Row] = [
    r("a:can b:box c:ball +1:block", "step one, {a} into the {b}. step two, {c} to the right side. that's all", "put [ the {a} ] in [ the {b} ] ; put [ the {c} ] at right", both(inside("a", "b"), at("c", "right")), "a c"),
    r("a:block*3 +1:can", "begin with the {a3} on the {a1}, and top it off with the {a2}", "put [ the {a3} ] on [ the {a1} ] ; put [ the {a2} ] on [ the {a3} ]", tower("a1", "a3", "a2"), "a"),
    r("a:ball b:bowl c:can", "once you've moved the {c} to the back left corner, and not before, put the {a} in the {b}", "put [ the {c} ] at back_left ; put [ the {a} ] in [ the {b} ]", both(inside("a", "b"), at("c", "back_left")), "a c"),
    r("a:block b:plate@inner +1:can", "set the {a} on the {b}, then change your mind and put it behind the {b} instead", "put [ the {a} ] on [ the {b} ] ; put [ the {a} ] behind [ the {b} ]", beside("a", "b", "back"), "a"),
    r("a:can*3 b:tray", "{a2} onto the tray, followed by the {a3}, and the {a1} comes last", "put [ the {a2} ] on [ the tray ] ; put [ the {a3} ] on [ the tray ] ; put [ the {a1} ] on [ the tray ]", inside("a", "b"), "a"),
    r("a:ball b:bowl +1:block", "provided there's {a.one} lying around, drop it in the {b}", "if exists [ a {a} ] { put [ the {a} ] in [ the {b} ] }", inside("a", "b"), "a"),
    r("a:block=blue b:tray c:cup", "got a yellow block? then put that on the tray. no? then use the blue one", "if exists [ a yellow block ] { put [ the yellow block ] on [ the tray ] } else { put [ the blue block ] on [ the tray ] }", inside("a", "b"), "a"),
    r("a1:block=yellow a2:block=blue b:tray c:cup", "if there's a yellow block, it goes on the tray, else the blue block does", "if exists [ a yellow block ] { put [ the yellow block ] on [ the tray ] } else { put [ the blue block ] on [ the tray ] }", both(inside("a1", "b"), still("a2")), "a1"),
    r("a:ball*4 b:bowl c:box", "count the balls; when there are more than two put one of them in the box, when not put one in the bowl", "if count [ all ball ] gt 2 { put [ a ball ] in [ the box ] } else { put [ a ball ] in [ the bowl ] }", both(n_in("a", "c", 1), n_in("a", "b", 0)), "a"),
    r("a:can*2 b:tray c:box", "with fewer than three cans on the table, one should go on the tray, otherwise one should go in the box", "if count [ all can ] lt 3 { put [ a can ] on [ the tray ] } else { put [ a can ] in [ the box ] }", both(n_in("a", "b", 1), n_in("a", "c", 0)), "a"),
    r("a:block@right b:can@left c:tray@middle", "assuming the {a} is on the right of the {b}, place it on the tray", "if is [ the {a} ] right_of [ the {b} ] { put [ the {a} ] on [ the tray ] }", inside("a", "c"), "a"),
    r("a:block@left b:can@right c:bowl@middle", "only put the {a} in the bowl if it is to the right of the {b}, otherwise don't touch anything", "if is [ the {a} ] right_of [ the {b} ] { put [ the {a} ] in [ the bowl ] }", still("a"), ""),
    r("a:block b:plate c:ball d:bowl", "if the bowl is empty the {c} can go in it, and if it isn't leave everything be", "if is [ the bowl ] fits [ the empty bowl ] { put [ the {c} ] in [ the bowl ] }", inside("c", "d"), "c"),
    r("a:can*3 b:tray", "carry on moving cans to the tray till none is left over", "for_each [ all can ] { put [ the this object ] on [ the tray ] }", inside("a", "b"), "a"),
    r("a:ball*4 b:box", "fill the box with balls, but stop as soon as three are in it", "until count [ all ball where in [ the box ] ] ge 3 { put [ a ball where no in [ the box ] ] in [ the box ] }", n_in("a", "b", 3), "a"),
    r("a:block*4", "keep adding blocks to one tower until you run out of blocks", "stack [ all block ]", tower_of("a"), "a"),
    r("a:can@inner", "shift the {a} 3 cm to the right, and do that four times in total", "repeat 4 { move [ the {a} ] right dist 3 cm }", moved("a", "right", 12), "a"),
    r("a:block@inner", "push the {a} 4 cm towards me, two times", "repeat 2 { move [ the {a} ] backward dist 4 cm by_push }", moved("a", "front", 8, 3), "a", require=lambda w: w["a"]["position"][0] > 0.46),
    r("a:ball +2", "hold the {a} in the air for three seconds and after that put it in the far right corner", "pick [ the {a} ] ; wait 3 ; place at back_right", at("a", "back_right"), "a"),
    r("a:can b:tray +1:block", "grab the {a}, lift it, lower it onto the {b}, let go", "pick [ the {a} ] ; place on [ the {b} ]", inside("a", "b"), "a"),
    r("a:ball*3 b:bowl*3", "go through the bowls one by one and give each a ball", "for_each [ all bowl ] { put [ a ball where no in [ a bowl ] ] in [ the this object ] }", both(in_any("a", "b"), n_in("a", "b1", 1), n_in("a", "b2", 1)), "a"),
    r("a:block b:bowl c:can d:ball", "ok so the {a} in the {b} then the {d} to the right side and when that's done lift the {c}", "put [ the {a} ] in [ the {b} ] ; put [ the {d} ] at right ; pick [ the {c} ]", both(held("c"), with_full_hand(both(inside("a", "b"), at("d", "right")))), "a c d"),
    r("a:block b:can c:plate +1:ball", "swap the {a} with the {b}, afterwards go back to your rest position", "swap [ the {a} ] [ the {b} ] ; home", swapped("a", "b"), "a b"),
    r("a:block b:block c:bowl", "when the bowl has nothing in it, stack the {a} on the {b}, or else put the {a} in the bowl", "if not exists [ a object where in [ the bowl ] ] { put [ the {a} ] on [ the {b} ] } else { put [ the {a} ] in [ the bowl ] }", on("a", "b"), "a"),
    r("a:can@on.c b:ball c:tray d:plate", "check if the {a} is on the tray, and if so take it off and put the {b} there in its place", "if is [ the {a} ] on [ the tray ] { put [ the {a} ] elsewhere ; put [ the {b} ] on [ the tray ] }", both(inside("b", "c"), on_table("a")), "a b"),
    r("a:block/m b:block/m@on.a c:block/m@on.b d:can", "unstack the blocks, each of them should be on the table on its own", "for_each [ all block where on [ a block ] ] { put [ the this object ] elsewhere }", on_table("a b c"), "a b c"),
    r("N:can b:tray c:block", "hold on till somebody puts a can on the table, and then bring that can onto the tray", "wait_for exists [ a can ] ; put [ a can ] on [ the tray ]", inside("N", "b"), "N"),
    r("a:can=blue N:ball=red b:tray", "the moment a red ball turns up, put the blue can on the tray", "wait_for exists [ a red ball ] ; put [ the blue can ] on [ the tray ]", inside("a", "b"), "a N"),
    r("a:block*2 b:bowl@inner c:can", "put the {a1} left of the {b} and the {a2} right of it, and last of all pick the {c} up", "put [ the {a1} ] left_of [ the {b} ] ; put [ the {a2} ] right_of [ the {b} ] ; pick [ the {c} ]", both(held("c"), with_full_hand(both(beside("a1", "b", "left"), beside("a2", "b", "right")))), "a c"),
    r("a:block*4 b:can@inner", "three times over: take a block and put it on the right side", "repeat 3 { put [ a block where no at right ] at right }", n_at("a", "right", 3), "a", require=lambda w: all(w[f"a{i}"]["position"][1] > 0.03 for i in (1, 2, 3, 4))),
    r("a:ball b:cup@inner +1:block", "first look around, then put the {a} close to the {b}", "look ; put [ the {a} ] next_to [ the {b} ]", near("a", "b"), "a"),
]  # fmt: skip
