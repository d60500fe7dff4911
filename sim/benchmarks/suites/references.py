"""References across turns: it, them, the other one, again, undo, corrections, given names."""

from __future__ import annotations

from sim.benchmarks.suites.cases import Row, d, t
from sim.benchmarks.suites.judge import (
    as_at_start,
    at,
    beside,
    both,
    farther,
    held,
    inside,
    moved,
    near,
    no,
    nothing_moved,
    on,
    on_table,
    shifted,
    tower,
)  # fmt: skip

_IN = t("put the {a} in the {b}", "put [ the {a} ] in [ the {b} ]", inside("a", "b"), "a")

ROWS: list[Row] = [
    d("a:block b:bowl +2", t("pick up the {a}", "pick [ the {a} ]", held("a"), "a"), t("put it in the bowl", "put [ the it object ] in [ the bowl ]", inside("a", "b"), "a")),
    d("a:block b:bowl +1", _IN, t("take it out again", "put [ the it object ] elsewhere", both(on_table("a"), no(inside("a", "b"))), "a")),
    d("a:block*2 b:bowl@inner +1:can", t("put the {a1} to the left of the {b}", "put [ the {a1} ] left_of [ the {b} ]", beside("a1", "b", "left"), "a1"),
      t("and the other block on the right of it", "put [ the other block ] right_of [ the {b} ]", beside("a2", "b", "right"), "a2")),
    d("a:block*2 b:bowl +1", t("put both blocks in the bowl", "put [ both block ] in [ the bowl ]", inside("a", "b"), "a"),
      t("move them to the front of the table", "put [ the them object ] at front", at("a", "front"), "a")),
    d("a:block*2 b:bowl c:tray", t("set the {a1} on the {c}", "put [ the {a1} ] on [ the {c} ]", on("a1", "c"), "a1"),
      t("do the same with the {a2}", "again [ the {a2} ]", inside("a2", "c"), "a2")),
    d("a1:block=red a2:block=blue a3:block=blue b:box", t("put the red block in the box", "put [ the red block ] in [ the box ]", inside("a1", "b"), "a1"),
      t("now the same for the blue ones", "again [ all blue block ]", inside("a2 a3", "b"), "a2 a3")),
    d("a:block*2 b:bowl +1", t("put the {a1} in the bowl", "put [ the {a1} ] in [ the bowl ]", inside("a1", "b"), "a1"),
      t("no, i meant the {a2}", "correct [ the {a2} ]", both(inside("a2", "b"), no(inside("a1", "b"))), "a")),
    d("a:block b:bowl*2 +1", t("place the {a} in the {b1}", "put [ the {a} ] in [ the {b1} ]", inside("a", "b1"), "a"),
      t("sorry, wrong one, the {b2} it should have been", "correct in [ the {b2} ]", inside("a", "b2"), "a")),
    d("a:block@inner", t("move the {a} 5 cm to the left", "move [ the {a} ] left dist 5 cm", moved("a", "left", 5), "a"), t("again", "again", moved("a", "left", 5), "a")),
    d("a:block@inner +1", t("push the {a} a little to the right", "move [ the {a} ] right dist little by_push", moved("a", "right"), "a"), t("once more please", "again", moved("a", "right"), "a")),
    d("a:block b:bowl +1", _IN, t("undo that", "undo", as_at_start("a"), "a")),
    d("a:block*2 b:bowl", t("put the {a1} in the bowl", "put [ the {a1} ] in [ the bowl ]", inside("a1", "b"), "a1"),
      t("put the {a2} at the far right corner", "put [ the {a2} ] at back_right", at("a2", "back_right"), "a2"),
      t("take back the last two steps", "undo 2", as_at_start("a"), "a")),
    d("a:block b:bowl*2 +1", t("call the {b1} the home bowl", 'remember "home bowl" [ the {b1} ]', nothing_moved), t("put the {a} in the home bowl", 'put [ the {a} ] in [ the object name "home bowl" ]', inside("a", "b1"), "a")),
    d("a:block*2 b:plate +1", t("the {a1} is named Charlie from now on", 'remember "charlie" [ the {a1} ]', nothing_moved), t("put charlie on the plate", 'put [ the object name "charlie" ] on [ the plate ]', on("a1", "b"), "a1")),
    d("a:block b:bowl c:plate +1", _IN, t("now move that one onto the plate", "put [ the it object ] on [ the plate ]", inside("a", "c"), "a")),
    d("a:block*3", t("stack the {a1} on the {a2}", "put [ the {a1} ] on [ the {a2} ]", on("a1", "a2"), "a1"), t("and the remaining block on top of that", "put [ rest block ] on [ the {a1} ]", tower("a2", "a1", "a3"), "a3")),
    d("a:block b:can +1", t("how many cans are there?", "answer count [ all can ]", nothing_moved, "", "answer"), t("put the {a} next to it", "put [ the {a} ] next_to [ the it object ]", near("a", "b"), "a")),
    d("a:block*3 b:box", t("which block is the leftmost?", "answer which [ the block order left ]", nothing_moved, "", "answer"),
      t("put that in the box", "put [ the answer object ] in [ the box ]", inside(lambda w: max((i for i in w if i[0] == "a"), key=lambda i: w[i]["position"][1]), "b"), "a"),
      require=lambda w: (lambda v: v[1] - v[0] > 0.04)(sorted(-o["position"][1] for i, o in w.items() if i[0] == "a"))),
    d("a:block b:bowl +1", _IN, t("where was it before? put it back there", "put [ the it object ] origin", as_at_start("a"), "a")),
    d("a:block*2 b:bowl@inner", t("put the {a1} behind the {b}", "put [ the {a1} ] behind [ the {b} ]", beside("a1", "b", "back"), "a1"),
      t("the block you just moved, put it in front instead", "put [ the last_moved block ] in_front_of [ the {b} ]", beside("a1", "b", "front"), "a1")),
    d("a:block*2 b:bowl +1", t("the {a1} looks nice, doesn't it? pick it up", "pick [ the {a1} ]", held("a1"), "a1"), t("ok let go of it", "release", lambda s: s.held is None, "a1")),
    d("a:block*2 +1", t("move the {a1} to the right side", "put [ the {a1} ] at right", at("a1", "right"), "a1"), t("put the {a2} in the same place", "put [ the {a2} ] there", at("a2", "right"), "a2")),
    d("a:block b:bowl +1", t("lift the {a}", "pick [ the {a} ]", held("a"), "a"), t("never mind, put it back", "put [ the it object ] origin", as_at_start("a"), "a")),
    d("a:block*2=same b:bowl", t("put one of the {a.color} blocks in the bowl", "put [ a {a.color} block ] in [ the bowl ]", lambda s: inside("a1", "b")(s) != inside("a2", "b")(s), "a"),
      t("the other one as well", "again [ the other block ]", inside("a", "b"), "a")),
    d("a:block@inner b:can@inner", t("push the {a} away from the {b}", "push [ the {a} ] away_from [ the {b} ]", farther("a", "b"), "a"), t("a bit more in the same direction", "again", shifted("a", 0.01), "a")),
]  # fmt: skip
