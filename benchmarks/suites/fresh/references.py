"""Held out: it, them, the other one, again, undo, corrections, given names."""

from __future__ import annotations

from benchmarks.suites.cases import Row, d, nth, t
from benchmarks.suites.fresh.checks import one_of
from benchmarks.suites.judge import (  # fmt: skip
    as_at_start,
    at,
    beside,
    both,
    either,
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
    still,
    tower,
)

_TRAY = t("the {a} goes on the {b}", "put [ the {a} ] on [ the {b} ]", inside("a", "b"), "a")

ROWS: list[Row] = [
    d("a:can b:tray +2:block", t("grab hold of the {a}", "pick [ the {a} ]", held("a"), "a"), t("now set it on the tray", "put [ the it object ] on [ the tray ]", inside("a", "b"), "a")),
    d("a:ball b:tray +1:block", _TRAY, t("actually get it off there again", "put [ the it object ] elsewhere", both(on_table("a"), no(inside("a", "b"))), "a")),
    d("a:can*2 b:bowl@inner +1:block", t("stand the {a1} behind the {b}", "put [ the {a1} ] behind [ the {b} ]", beside("a1", "b", "back"), "a1"),
      t("and the other can in front of the {b}", "put [ the other can ] in_front_of [ the {b} ]", beside("a2", "b", "front"), "a2")),
    d("a:ball*2 b:box +1", t("both balls go in the box", "put [ both ball ] in [ the box ]", inside("a", "b"), "a"),
      t("ok now get them over to the left side", "put [ the them object ] at left", at("a", "left"), "a")),
    d("a:ball*2 b:box c:bowl", t("put the {a2} into the {b}", "put [ the {a2} ] in [ the {b} ]", inside("a2", "b"), "a2"),
      t("likewise the {a1}", "again [ the {a1} ]", inside("a1", "b"), "a1")),
    d("a1:can=green a2:can=white a3:can=white b:tray", t("move the green can onto the tray", "put [ the green can ] on [ the tray ]", inside("a1", "b"), "a1"),
      t("and do the white ones too", "again [ all white can ]", inside("a2 a3", "b"), "a2 a3")),
    d("a:can*2 b:tray +1", t("put the {a2} on the tray", "put [ the {a2} ] on [ the tray ]", inside("a2", "b"), "a2"),
      t("oops, i was thinking of the {a1}", "correct [ the {a1} ]", both(inside("a1", "b"), no(inside("a2", "b"))), "a")),
    d("a:ball b:bowl*2 +1", t("{a} in the {b2} please", "put [ the {a} ] in [ the {b2} ]", inside("a", "b2"), "a"),
      t("not that bowl, the {b1.color} one", "correct in [ the {b1} ]", inside("a", "b1"), "a")),
    d("a:can@inner", t("move the {a} 4 cm away from me", "move [ the {a} ] forward dist 4 cm", moved("a", "back", 4), "a"), t("same again", "again", moved("a", "back", 4), "a"), require=lambda w: w["a"]["position"][0] < 0.54),
    d("a:block@inner b:bowl@right", t("give the {a} a little push to the left", "move [ the {a} ] left dist little by_push", moved("a", "left"), "a"), t("another one", "again", moved("a", "left"), "a"), require=lambda w: w["a"]["position"][1] < 0.1),
    d("a:can b:tray +1", _TRAY, t("no no, revert that", "undo", as_at_start("a"), "a")),
    d("a:ball*2 b:box +1:can", t("put the {a1} in the box", "put [ the {a1} ] in [ the box ]", inside("a1", "b"), "a1"),
      t("put the {a2} in the box", "put [ the {a2} ] in [ the box ]", inside("a2", "b"), "a2"),
      t("undo the last two things you did", "undo 2", as_at_start("a"), "a")),
    d("a:ball b:box*2 +1", t("let's call the {b2} the toy chest", 'remember "toy chest" [ the {b2} ]', nothing_moved), t("drop the {a} in the toy chest", 'put [ the {a} ] in [ the object name "toy chest" ]', inside("a", "b2"), "a")),
    d("a:can*2 b:plate +1", t("this {a2}, we'll refer to it as Rusty", 'remember "rusty" [ the {a2} ]', nothing_moved), t("rusty goes on the plate", 'put [ the object name "rusty" ] on [ the plate ]', on("a2", "b"), "a2")),
    d("a:ball b:bowl c:tray +1:block", t("put the {a} in the {b}", "put [ the {a} ] in [ the {b} ]", inside("a", "b"), "a"), t("hmm, on second thoughts that should be on the tray", "put [ the it object ] on [ the tray ]", inside("a", "c"), "a")),
    d("a:block*3 +1:can", t("the {a3} goes on top of the {a2}", "put [ the {a3} ] on [ the {a2} ]", on("a3", "a2"), "a3"), t("top it off with the block that's left", "put [ rest block ] on [ the {a3} ]", tower("a2", "a3", "a1"), "a1")),
    d("a:block b:cup +1:can", t("is there a cup on the table?", "answer exists [ a cup ]", nothing_moved, "", "answer"), t("good, put the {a} beside it", "put [ the {a} ] next_to [ the it object ]", near("a", "b"), "a")),
    d("a:can*3 b:tray", t("tell me which can is furthest right", "answer which [ the can order right ]", nothing_moved, "", "answer"),
      t("set that one on the tray", "put [ the answer object ] on [ the tray ]", inside(nth("a", "right"), "b"), "a"),
      require=lambda w: (lambda v: v[1] - v[0] > 0.05)(sorted(w[f"a{i}"]["position"][1] for i in (1, 2, 3)))),
    d("a:ball b:bowl +1:can", t("pop the {a} in the {b}", "put [ the {a} ] in [ the {b} ]", inside("a", "b"), "a"), t("can you return it to where it came from", "put [ the it object ] origin", as_at_start("a"), "a")),
    d("a:can*2 b:plate@inner", t("put the {a2} left of the {b}", "put [ the {a2} ] left_of [ the {b} ]", beside("a2", "b", "left"), "a2"),
      t("that can, i want it on the right of the {b} after all", "put [ the last_moved can ] right_of [ the {b} ]", beside("a2", "b", "right"), "a2")),
    d("a:can*2 b:bowl +1", t("lift the {a2} and hold it", "pick [ the {a2} ]", held("a2"), "a2"), t("alright, you can put it down now", "release", both(lambda s: s.held is None, still("a1")), "a2")),
    d("a:can*2 +1:block", t("bring the {a1} to the back", "put [ the {a1} ] at back", at("a1", "back"), "a1"), t("the {a2} goes to the same spot, or right by it", "put [ the {a2} ] next_to [ the {a1} ]", either(near("a2", "a1", 0.2), at("a2", "back")), "a2")),
    d("a:ball b:bowl +1", t("pick the {a} up", "pick [ the {a} ]", held("a"), "a"), t("forget it, put it back where it was", "put [ the it object ] origin", as_at_start("a"), "a")),
    d("a:can*2=same b:tray +1:block", t("move one of the {a.color} cans onto the tray", "put [ a {a.color} can ] on [ the tray ]", one_of("a", lambda i: inside(i, "b")), "a"),
      t("bring its twin there as well", "again [ the other can ]", inside("a", "b"), "a")),
    d("a:can@inner b:bowl@inner", t("push the {a} away from the {b} a little", "push [ the {a} ] away_from [ the {b} ]", farther("a", "b", 0.015), "a"), t("keep going a bit", "again", shifted("a", 0.01), "a"),
      require=lambda w: 0.13 < ((w["a"]["position"][0] - w["b"]["position"][0]) ** 2 + (w["a"]["position"][1] - w["b"]["position"][1]) ** 2) ** 0.5 < 0.2),
    d("a:block*2 b:can@inner c:tray", t("put the {a1} on the tray", "put [ the {a1} ] on [ the tray ]", inside("a1", "c"), "a1"), t("{a2}: ditto", "again [ the {a2} ]", inside("a2", "c"), "a2"), t("take the one i mentioned first off the tray", "put [ the {a1} ] elsewhere", both(on_table("a1"), inside("a2", "c")), "a1")),
]  # fmt: skip
