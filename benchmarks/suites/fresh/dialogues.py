"""Held out: dialogues of three and more turns that mix doing, asking and referring back."""

from __future__ import annotations

from math import hypot

from benchmarks.suites.cases import Row, d, nth, t
from benchmarks.suites.judge import (  # fmt: skip
    as_at_start,
    asks,
    at,
    beside,
    both,
    circle,
    held,
    inside,
    line,
    moved,
    names,
    names_only,
    near,
    nothing_moved,
    on,
    on_table,
    says,
    says_number,
    says_yes,
    still,
    swapped,
    tower,
    tower_of,
)


def _still_in(a: str, b: str):
    return both(inside(a, b), still(a))


ROWS: list[Row] = [
    d("a:can*3 b:tray +1:block", t("good morning!", "answer greet", nothing_moved, "", "answer"), t("what number of cans are standing around?", "answer count [ all can ]", says_number(3), "", "answer"),
      t("get all of them onto the tray", "put [ all can ] on [ the tray ]", inside("a", "b"), "a"), t("great job, thanks", "answer thanks", _still_in("a", "b"), "", "answer")),
    d("a:ball b:box c:tray", t("{a} in the {b}, please", "put [ the {a} ] in [ the {b} ]", inside("a", "b"), "a"), t("so where's the ball now?", "answer where [ the ball ]", both(says("in"), names("b")), "", "answer"),
      t("onto the tray with it", "put [ the it object ] on [ the tray ]", inside("a", "c"), "a"), t("undo that last one", "undo", inside("a", "b"), "a")),
    d("a:block*3 +1:can", t("put the {a2} on the {a3}", "put [ the {a2} ] on [ the {a3} ]", on("a2", "a3"), "a2"), t("then the {a1} on the very top", "put [ the {a1} ] on [ the {a2} ]", tower("a3", "a2", "a1"), "a1"),
      t("which block is at the bottom?", "answer which [ the block order bottom ]", names_only("a3", "a"), "", "answer")),
    d("a:can*2 b:tray*2", t("stand the can on the tray", "put [ the can ] on [ the tray ]", asks, "", "ask"), t("the {a2} i mean", "choose [ the {a2} ]", asks, "", "ask"), t("the {b1.color} tray", "choose [ the {b1} ]", inside("a2", "b1"), "a2")),
    d("a:ball b:can c:bowl", t("let the {a} and the {b} trade spots", "swap [ the {a} ] [ the {b} ]", swapped("a", "b"), "a b"), t("hm no, back the way they were", "undo", as_at_start("a b"), "a b"),
      t("and put the {a} in the {c}", "put [ the {a} ] in [ the {c} ]", inside("a", "c"), "a")),
    d("a:ball*2 b:box +1:can", t("the {b} shall be known as the garage", 'remember "garage" [ the {b} ]', nothing_moved), t("park the {a2} in the garage", 'put [ the {a2} ] in [ the object name "garage" ]', inside("a2", "b"), "a2"),
      t("the other ball as well please", "again [ the other ball ]", inside("a", "b"), "a1")),
    d("a:can@inner b:bowl@left", t("shift the {a} 8 cm to the right", "move [ the {a} ] right dist 8 cm", moved("a", "right", 8), "a"), t("and half of that back to the left", "move [ the it object ] left dist half", moved("a", "left", 4, 2), "a"),
      t("ok put it where it stood when we started", "restore [ the it object ]", as_at_start("a"), "a")),
    d("a:ball*4 b:box", t("the {a1} and the {a2} go in the box", "put [ the {a1} ] in [ the box ] ; put [ the {a2} ] in [ the box ]", inside("a1 a2", "b"), "a1 a2"), t("how many balls are still outside?", "answer count [ all ball where no in [ the box ] ]", says_number(2), "", "answer"),
      t("put those in too", "put [ all ball where no in [ the box ] ] in [ the box ]", inside("a", "b"), "a")),
    d("a:can b:tray*2", t("put the {a} on the {b1}", "put [ the {a} ] on [ the {b1} ]", inside("a", "b1"), "a"), t("i meant the other tray", "correct on [ the other tray ]", inside("a", "b2"), "a"), t("so is there anything on the {b1} now?", "answer exists [ a object where on [ the {b1} ] ]", says_yes(False), "", "answer")),
    d("a:can*2 +1:bowl", t("take the {a2} in your hand", "pick [ the {a2} ]", held("a2"), "a2"), t("what have you got there?", "answer held", names("a2"), "a2", "answer"), t("set it down beside the {a1}", "put [ the it object ] next_to [ the {a1} ]", near("a2", "a1"), "a2")),
    d("a:ball b:box +1:can", t("make me a sandwich", "cannot cook", nothing_moved, "", "cannot"), t("fine. then put the {a} in the {b} at least", "put [ the {a} ] in [ the {b} ]", inside("a", "b"), "a"), t("now hurl the can at my flatmate", "refuse throwing", _still_in("a", "b"), "", "refuse")),
    d("a:ball*3 +1:box", t("make a row of the balls, left to right", "arrange [ all ball ] row", line("a", "row"), "a"), t("what colour is the leftmost ball?", "answer color [ the ball order left ]", names_only(nth("a", "left"), "a"), "", "answer"),
      t("lovely. now restore how the table was at the start", "restore", as_at_start("a"), "a")),
    d("a:ball b:can@inner", t("{a} on the left of the {b}", "put [ the {a} ] left_of [ the {b} ]", beside("a", "b", "left"), "a"), t("no, on its right", "put [ the {a} ] right_of [ the {b} ]", beside("a", "b", "right"), "a"), t("ok one last try: behind it", "put [ the {a} ] behind [ the {b} ]", beside("a", "b", "back"), "a")),
    d("a:can b:tray +1:block", t("do i have {a.one} on the table?", "answer exists [ a {a} ]", says_yes(True), "", "answer"), t("stand it on the tray", "put [ the it object ] on [ the tray ]", inside("a", "b"), "a"), t("why'd you do that?", "answer why", names("a"), "", "answer")),
    d("a:can*3 c:bowl@inner", t("put the {a3} near the bowl", "put [ the {a3} ] next_to [ the bowl ]", near("a3", "c"), "a3"), t("{a1} too", "again [ the {a1} ]", near("a1", "c"), "a1"), t("take back that last step", "undo", both(near("a3", "c"), as_at_start("a1")), "a1"), require=lambda w: min(hypot(w[i]["position"][0] - w["c"]["position"][0], w[i]["position"][1] - w["c"]["position"][1]) for i in ("a1", "a3")) > 0.2),
    d("a:ball b:bowl c:tray +1:can", t("put the {a} on the tray, sorry, in the bowl", "put [ the {a} ] in [ the bowl ]", inside("a", "b"), "a"), t("you know what, the tray would look nicer", "put [ the it object ] on [ the tray ]", inside("a", "c"), "a"), t("yes that's it, cheers", "answer thanks", _still_in("a", "c"), "", "answer")),
    d("a:can*2=same b:tray", t("lift the {a.color} can", "pick [ the {a.color} can ]", asks, "", "ask"), t("oh leave it", "no", nothing_moved, "", "harmless"), t("put all the {a.color} cans on the tray", "put [ all {a.color} can ] on [ the tray ]", inside("a", "b"), "a")),
    d("a:can@inner b:bowl@right", t("push the {a} a little bit to the left", "move [ the {a} ] left dist little by_push", moved("a", "left"), "a"), t("a tad further", "again", moved("a", "left"), "a"), t("that was one push too many, undo it", "undo", moved("a", "right"), "a"), require=lambda w: w["a"]["position"][1] < 0.1),
    d("a:block*5 +1:can", t("arrange the blocks in a circle", "arrange [ all block ] circle", circle("a"), "a"), t("how many blocks did you use for that?", "answer count [ all block ]", says_number(5), "", "answer"), t("now pile them all up", "stack [ all block ]", tower_of("a"), "a")),
    d("a:ball b:box d:can", t("the {a}'s name is Pip, and the {d} is called Max", 'remember "pip" [ the {a} ] ; remember "max" [ the {d} ]', nothing_moved), t("pip wants to be in the box", 'put [ the object name "pip" ] in [ the box ]', inside("a", "b"), "a"), t("and max should go to the back", 'put [ the object name "max" ] at back', at("d", "back"), "d"), require=lambda w: w["d"]["position"][0] < 0.53),
    d("a:block b:bowl c:can +1:ball", t("is the bowl empty?", "answer holds is [ the bowl ] fits [ the empty bowl ]", says_yes(True), "", "answer"), t("then put the {a} in it", "put [ the {a} ] in [ the bowl ]", inside("a", "b"), "a"), t("and now is it empty?", "answer holds is [ the bowl ] fits [ the empty bowl ]", says_yes(False), "", "answer"), t("take the block out again", "put [ the block ] elsewhere", on_table("a"), "a")),
    d("a:can*2 b:tray c:bowl", t("what colours are the cans?", "answer color [ all can ]", names("a"), "", "answer"), t("the {a1} goes on the tray", "put [ the {a1} ] on [ the tray ]", inside("a1", "b"), "a1"), t("which can is not on it?", "answer which [ the can where no on [ the tray ] ]", names_only("a2", "a"), "", "answer"), t("bring that one to the left side", "put [ the answer object ] at left", at("a2", "left"), "a2"), require=lambda w: w["a2"]["position"][1] < 0.05),
]  # fmt: skip
