"""Held out: attributes and synonyms, spelling, politeness, run-ons."""

from __future__ import annotations

from benchmarks.suites.cases import Row, r
from benchmarks.suites.judge import beside, held, inside, near, on

_PUT = "put [ the {a} ] in [ the {b} ]"
_ON = "put [ the {a} ] on [ the {b} ]"


def _in(stage: str, say: str, oracle: str = _PUT) -> Row:
    return r(stage, say, oracle, inside("a", "b"), "a")


def _on(stage: str, say: str, oracle: str = _ON) -> Row:
    return r(stage, say, oracle, on("a", "b"), "a")


ROWS: list[Row] = [
    _on("a:block=red b:plate c:block=purple +1:can", "I'd like to see the ruby block sitting on the plate"),
    _in("a:ball=orange b:bowl +2:block,can", "let the pumpkin coloured ball go into the bowl"),
    _in("a:block=blue c:block=green b:box +1", "that cobalt block, could you toss it gently in the box"),
    _in("a:can=gray c:can=gold b:tray +1", "the silver tin, on the tray with it"),
    _in("a:block=green c:block=white b:bowl +1:cup", "olive block in the bowl, cheers mate"),
    _on("a:block=pink c:block=blue b:plate +1", "Might you be able to place the rosy block onto the plate?"),
    _in("a:block=purple c:block=yellow b:bowl +1:can", "the aubergine-coloured cube has to end up in the bowl"),
    _in("a:block=brown c:block=cyan b:box +1", "would you stow the coffee brown block inside the box"),
    _in("a:block=white c:block=black b:bowl +1", "the block that's as white as milk wants to be in the bowl"),
    _in("a:ball=black c:block=white b:bowl +1:can", "get that jet black ball into the bowl for me, would ya"),
    _in("a:block=red b:bowl=white +2:can,cup", "I SAID PUT THE RED BLOCK INTO THE WHITE BOWL!!!"),
    _in("a:ball=orange b:box +2:can,cup", "pls drp the oragne bal in the boxx thx"),
    _in("a:block=yellow b:bowl=green +2:can,cup", "move yelow cube too the gren boul"),
    _in("a:block b:bowl +3:can,cup", "yeah hi so basically what i need is for the {a} to wind up in the {b} if that's alright with you cheers"),
    _in("a:can b:box +2:block,cup", "{a}. {b}. Inside. Please and thank you."),
    _on("a:block/l c:block/s=a b:plate +1", "the big {a.color} cube goes onto the plate, not the little one",
        "put [ the large {a.color} block ] on [ the {b} ]"),
    _in("a:block/s c:block/l b:bowl +1:can", "the teensy block can go in the bowl", "put [ the {a} ] in [ the bowl ]"),
    _in("a:ball b:tray +2:block", "fetch the sphere and lay it on the tray", "put [ the ball ] on [ the tray ]"),
    _on("a:block c:block=red b:plate +1:can", "put the block that is not red onto the plate", "put [ the {a} ] on [ the plate ]"),
    r("a:can=cyan +3:block,bowl", "lift whichever item is turquoise", "pick [ the cyan object ]", held("a"), "a"),
    r("a:cup=gray b:block@inner +1:can", "I would be grateful if you set the charcoal cup beside the {b}",
      "put [ the {a} ] next_to [ the {b} ]", near("a", "b"), "a"),
    _on("a:can b:plate +2:block", "take the soda can and stand it on the dinner plate", "put [ the can ] on [ the plate ]"),
    _in("a:block b:bowl +2:can,cup", "please to put the {a} in inside of the {b}"),
    _in("a:block=cyan c:block=red b:box +1", "pick out the teal one of the cubes and box it"),
    _in("a:block=red c:block=blue b:bowl=tan +1", "burgundy block, sand-coloured bowl, you know what to do"),
    _in("a:ball=yellow c:ball=green b:bowl +1", "canary yellow ball into the bowl when you have a sec"),
    r("a:block=green c:block=orange b:plate@inner", "slot the bottle-green block in to the right of the plate",
      "put [ the green block ] right_of [ the plate ]", beside("a", "b", "right"), "a"),
    r("a:block/s=blue c:block/l=yellow +2:bowl,can", "grab me that wee blue fella over there", "pick [ the blue block ]", held("a"), "a"),
]  # fmt: skip
