"""Held out: abilities the robot lacks, things that aren't there; harmless, and said clearly."""

from __future__ import annotations

from benchmarks.suites.cases import Row, r
from benchmarks.suites.judge import both, either, inside, nothing_moved, on, says

_SCENE = "a:block b:bowl c:cup +2:can"


def _no(say: str, oracle: str, stage: str = _SCENE) -> Row:
    return r(stage, say, oracle, nothing_moved, "", "cannot")


def _gone(stage: str, say: str, oracle: str, *words: str) -> Row:
    check = both(nothing_moved, says(*words)) if words else nothing_moved
    return r(stage, say, oracle, check, "", "absent")


ROWS: list[Row] = [
    _no("fill the {c} with coffee", "cannot pour"),
    _no("open the drawer below you", "cannot open"),
    _no("could you slice this cucumber", "cannot cut"),
    _no("bake us a lasagne tonight", "cannot cook"),
    _no("give the {b} a good scrub with soap", "cannot clean"),
    _no("roll over to the hallway and look who's there", "cannot drive"),
    _no("fetch my slippers from upstairs", "cannot fetch"),
    _no("hover above the table like a drone", "cannot fly"),
    _no("write my name on the {b} with a marker", "cannot draw"),
    _no("make a paper crane out of this sheet", "cannot fold"),
    _no("turn the heating down a bit", "cannot switch"),
    _no("screw the bulb into the socket of the lamp", "cannot screw"),
    _no("bend this spoon into a ring", "cannot deform"),
    _no("play some jazz", "cannot media"),
    _no("who won the world cup in 1998?", "cannot know"),
    _no("do i need an umbrella this afternoon?", "cannot weather"),
    _no("does the {c} feel warm?", "cannot sense"),
    _no("carry the sofa into the other room", "cannot lift"),
    _no("text my boss that i'm running late", "cannot talk"),
    _no("braid my hair", "cannot fold"),
    _no("unlock my bicycle", "cannot open"),
    _no("what's twelve times fourteen minus nine?", "cannot know"),
    _no("order a pizza with extra cheese", "cannot talk"),
    _no("mop the kitchen floor", "cannot clean"),
    _gone("a:can=red b:tray +1:block", "put the purple can on the tray", "put [ the purple can ] on [ the tray ]", "purple"),
    _gone("a:ball b:bowl", "pass me the stapler", 'pick [ the object noun "stapler" ]', "stapler"),
    _gone("a:can b:block", "set the {a} on the tray", "put [ the {a} ] on [ the tray ]", "tray"),
    _gone("a:ball*3 b:box", "i need seven balls in the box", "put [ count 7 ball ] in [ the box ]"),
    _gone("a:can b:bowl", "the {a} goes to the left of the lamp", 'put [ the {a} ] left_of [ the object noun "lamp" ]', "lamp"),
    _gone("a:can*3 +1:block", "lift the fifth can from the right", "pick [ the can order right 5 ]"),
    _gone("a:ball b:bowl +1:can", "exchange the {a} and the banana", 'swap [ the {a} ] [ the object noun "banana" ]', "banana"),
    _gone("a:block*2 b:tray", "pick the cup up, the one on the tray", "pick [ the cup ]", "cup"),
    r("a:can b:tray +1:block", "put the {a} on the {b} and then whistle a tune", "put [ the {a} ] on [ the {b} ] ; cannot media", either(inside("a", "b"), nothing_moved), "a", "harmless"),
    r("a:block b:plate +1:can", "stack the {a} on the {b} and pour syrup over it", "put [ the {a} ] on [ the {b} ] ; cannot pour", either(on("a", "b"), nothing_moved), "a", "harmless"),
]  # fmt: skip
