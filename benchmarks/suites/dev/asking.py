"""Asking back: truly ambiguous commands, answers that continue them, and clear ones."""

from __future__ import annotations

from benchmarks.suites.cases import Row, apart, d, nth, r, t
from benchmarks.suites.judge import asks, at, beside, held, inside, moved, near, on, shifted

_TWO = "a1:block=red a2:block=blue b:bowl +1:can"

ROWS: list[Row] = [
    r(_TWO, "put the block in the bowl", "put [ the block ] in [ the bowl ]", asks, "", "ask"),
    r("a:block b:bowl*3", "put the {a} in the bowl", "put [ the {a} ] in [ the bowl ]", asks, "", "ask"),
    r("a:can*2 b:box", "the can should go in the box", "put [ the can ] in [ the box ]", asks, "", "ask"),
    r("a:block*3=same +2:bowl,can", "pick up the {a.color} block", "pick [ the {a.color} block ]", asks, "", "ask"),
    r("a:block +3", "move it somewhere else", "ask what", asks, "", "ask"),
    r("a:block*2 b:bowl*2", "put it in the bowl", "put [ the it object ] in [ the bowl ]", asks, "", "ask"),
    r("a:block@inner b:bowl c:can", "put the {a} there", "ask where", asks, "", "ask"),
    r("a:block*2 b:bowl", "take the cube over there and drop it in the bowl", "put [ the block ] in [ the bowl ]", asks, "", "ask"),
    r("a:plate*2 b:block", "set the {b} on the plate", "put [ the {b} ] on [ the plate ]", asks, "", "ask"),
    r("a:block*2 c:zone", "push the block onto the zone", "push [ the block ] on [ the zone ]", asks, "", "ask"),
    d(_TWO, t("pop the block in the bowl", "put [ the block ] in [ the bowl ]", asks, "", "ask"), t("the blue one", "choose [ the blue object ]", inside("a2", "b"), "a2")),
    d("a:block b:bowl*2", t("the {a} goes in the bowl", "put [ the {a} ] in [ the bowl ]", asks, "", "ask"), t("the {b1.color} bowl, of course", "choose [ the {b1} ]", inside("a", "b1"), "a")),
    d("a:block*2 c:can@inner", t("put the block to the left of the can", "put [ the block ] left_of [ the can ]", asks, "", "ask"), t("{a2.color}", "choose [ the {a2.color} object ]", beside("a2", "c", "left"), "a2")),
    d("a:block*2=same b:bowl", t("grab the {a.color} cube", "pick [ the {a.color} block ]", asks, "", "ask"), t("the one on the left", "choose [ the object order left ]", held(nth("a", "left")), "a"), require=apart("a", "y", 0.06)),
    d("a:block*2 b:bowl", t("put the block in the bowl", "put [ the block ] in [ the bowl ]", asks, "", "ask"), t("either one, i don't care", "choose [ a object ]", lambda s: inside("a1", "b")(s) != inside("a2", "b")(s), "a")),
    d("a:block*2 b:bowl", t("put the block in the bowl", "put [ the block ] in [ the bowl ]", asks, "", "ask"), t("actually, forget it and put the {a1} in the far left corner", "put [ the {a1} ] at back_left", at("a1", "back_left"), "a1")),
    r("a:block b:bowl c:can", "put the block in the bowl", "put [ the block ] in [ the bowl ]", inside("a", "b"), "a"),
    r("a:block*3 b:bowl", "put a block in the bowl, whichever you like", "put [ a block ] in [ the bowl ]", lambda s: sum(inside(f"a{i}", "b")(s) for i in (1, 2, 3)) == 1, "a"),
    r("a:block b:block/s=a c:bowl +1", "put the small {a.color} block in the bowl", "put [ the small {a.color} block ] in [ the bowl ]", inside("b", "c"), "b"),
    r("a:block@inner +2", "move the {a} to the left", "move [ the {a} ] left", moved("a", "left"), "a"),
    r("a:block b:can@inner +1", "put the {a} by the {b}", "put [ the {a} ] next_to [ the {b} ]", near("a", "b"), "a"),
    r("a:block b:bowl*2 c:plate", "the {a} goes on the plate", "put [ the {a} ] on [ the plate ]", on("a", "c"), "a"),
    r("a:block +3", "put the {a} somewhere else", "put [ the {a} ] elsewhere", shifted("a"), "a"),
    r("a:ball b:bowl +2:block", "put the ball in the bowl", "put [ the ball ] in [ the bowl ]", inside("a", "b"), "a"),
]  # fmt: skip
