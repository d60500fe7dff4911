"""Held out: truly ambiguous commands, answers that continue them, and clear ones."""

from __future__ import annotations

from benchmarks.suites.cases import Row, apart, d, nth, r, t
from benchmarks.suites.fresh.checks import one_of
from benchmarks.suites.judge import (  # fmt: skip
    asks,
    at,
    beside,
    held,
    inside,
    moved,
    near,
    on,
    shifted,
    tower,
)


def _ask(stage: str, say: str, oracle: str) -> Row:
    return r(stage, say, oracle, asks, "", "ask")


def _asked(say: str, oracle: str):
    return t(say, oracle, asks, "", "ask")


ROWS: list[Row] = [
    _ask("a:ball*2 b:bowl +1:can", "get the ball into the bowl", "put [ the ball ] in [ the bowl ]"),
    _ask("a:can b:tray*2", "the {a} should be on the tray", "put [ the {a} ] on [ the tray ]"),
    _ask("a:block*2 b:plate +1", "lift the block for me", "pick [ the block ]"),
    _ask("a:can*3=same b:tray", "bring the {a.color} can over to the right side", "put [ the {a.color} can ] at right"),
    _ask("a:block*2 b:can", "do something with the blocks", "ask what"),
    _ask("a:can*2 b:box*2", "stow it in the box", "put [ the it object ] in [ the box ]"),
    _ask("a:ball@inner b:bowl c:can", "place the {a} over there please", "ask where"),
    _ask("a:cup*2 b:block", "the {b} should be beside the cup", "put [ the {b} ] next_to [ the cup ]"),
    _ask("a:zone*2 b:can", "push the {b} onto the zone", "push [ the {b} ] on [ the zone ]"),
    _ask("a:ball*2 b:can*2", "swap the ball and the can", "swap [ the ball ] [ the can ]"),
    _ask("a:block*2=same c:block b:bowl", "the {a.color} cube belongs on the left", "put [ the {a.color} block ] at left"),
    d("a1:can=green a2:can=pink b:tray +1:block", _asked("put the can on the tray", "put [ the can ] on [ the tray ]"),
      t("pink", "choose [ the pink object ]", inside("a2", "b"), "a2")),
    d("a:ball b:box*2", _asked("the {a} into the box, please", "put [ the {a} ] in [ the box ]"),
      t("i meant the {b2.color} one", "choose [ the {b2.color} object ]", inside("a", "b2"), "a")),
    d("a:can*2 c:bowl@inner", _asked("set the can behind the bowl", "put [ the can ] behind [ the bowl ]"),
      t("the {a1}, sorry for not saying so", "choose [ the {a1} ]", beside("a1", "c", "back"), "a1")),
    d("a:ball*2=same b:box", _asked("take hold of the {a.color} ball", "pick [ the {a.color} ball ]"),
      t("the right one", "choose [ the object order right ]", held(nth("a", "right")), "a"), require=apart("a", "y", 0.06)),
    d("a1:block/s a2:block/l b:tray", _asked("move the block onto the tray", "put [ the block ] on [ the tray ]"),
      t("take the larger one", "choose [ the object order largest ]", inside("a2", "b"), "a2")),
    d("a:can*2 b:tray", _asked("i want the can on the tray", "put [ the can ] on [ the tray ]"),
      t("whichever is easiest for you", "choose [ a object ]", one_of("a", lambda i: inside(i, "b")), "a")),
    d("a:can*2 b:tray", _asked("the can belongs on the tray", "put [ the can ] on [ the tray ]"),
      t("both, now that you ask", "choose [ both can ]", inside("a", "b"), "a")),
    d("a:ball*2 b:bowl", _asked("the ball should be in the bowl", "put [ the ball ] in [ the bowl ]"),
      t("oh drop that idea. bring the {a2} to the near right corner instead", "put [ the {a2} ] at front_right", at("a2", "front_right"), "a2")),
    r("a:can b:tray c:block", "get the can onto the tray", "put [ the can ] on [ the tray ]", inside("a", "b"), "a"),
    r("a:ball*3 b:bowl", "a ball in the bowl, any old one will do", "put [ a ball ] in [ the bowl ]", one_of("a", lambda i: inside(i, "b")), "a"),
    r("a:can/l b:can/s=a c:tray +1:block", "the larger {a.color} can goes on the tray", "put [ the large {a.color} can ] on [ the tray ]", inside("a", "c"), "a"),
    r("a:can@inner +2:block", "move the {a} to the right", "move [ the {a} ] right", moved("a", "right"), "a"),
    r("a:ball b:block@inner +1", "the {a} wants to be close to the {b}", "put [ the {a} ] next_to [ the {b} ]", near("a", "b"), "a"),
    r("a:ball b:box*2 c:bowl", "put the {a} in the bowl", "put [ the {a} ] in [ the bowl ]", inside("a", "c"), "a"),
    r("a:can +3:block", "the {a} can stand anywhere else, only not where it is now", "put [ the {a} ] elsewhere", shifted("a"), "a"),
    r("a:block*2 b:plate +1:can", "stick the {a2} on the plate", "put [ the {a2} ] on [ the plate ]", on("a2", "b"), "a2"),
    r("a:block*2 b:can +1:bowl", "stack the two blocks", "stack [ both block ]", lambda s: tower("a1", "a2")(s) or tower("a2", "a1")(s), "a"),
    r("a:can*2 b:tray", "put the cans on the tray", "put [ all can ] on [ the tray ]", inside("a", "b"), "a"),
    r("a:ball*2 b:bowl@inner c:can", "leave the balls alone and put the can left of the bowl", "put [ the can ] left_of [ the bowl ]", beside("c", "b", "left"), "c"),
]  # fmt: skip
