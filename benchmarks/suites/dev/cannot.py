"""Cannot: abilities the robot lacks, things that aren't there; harmless, and said clearly."""

from __future__ import annotations

from benchmarks.suites.cases import Row, r
from benchmarks.suites.judge import both, inside, nothing_moved, says

_SCENE = "a:block b:bowl c:cup +2:can"


def _no(say: str, oracle: str, stage: str = _SCENE) -> Row:
    return r(stage, say, oracle, nothing_moved, "", "cannot")


def _gone(stage: str, say: str, oracle: str, *words: str) -> Row:
    return r(
        stage,
        say,
        oracle,
        both(nothing_moved, says(*words) if words else nothing_moved),
        "",
        "absent",
    )


ROWS: list[Row] = [
    _no("pour some juice from the cup into the bowl", "cannot pour"),
    _no("open the window over there", "cannot open"),
    _no("could you peel an orange for me", "cannot cut"),
    _no("make me an omelette", "cannot cook"),
    _no("wipe the table clean", "cannot clean"),
    _no("drive over to the kitchen and wait there", "cannot drive"),
    _no("get me a soda from the fridge", "cannot fetch"),
    _no("fly up to the ceiling", "cannot fly"),
    _no("paint a smiley on the {a}", "cannot draw"),
    _no("fold my t-shirt", "cannot fold"),
    _no("switch the lamp on", "cannot switch"),
    _no("unscrew the lid of the jar", "cannot screw"),
    _no("squash the {c} flat", "cannot deform"),
    _no("sing me a lullaby", "cannot media"),
    _no("what's the capital of France?", "cannot know"),
    _no("will it rain tomorrow?", "cannot weather"),
    _no("what does the {a} smell like?", "cannot sense"),
    _no("lift the whole table", "cannot lift"),
    _no("phone my sister", "cannot talk"),
    _no("water the plants", "cannot pour"),
    _no("tie a knot in the rope", "cannot fold"),
    _no("translate this letter into Spanish", "cannot know"),
    _gone("a:block=red b:bowl +1:can", "put the green block in the bowl", "put [ the green block ] in [ the bowl ]", "green"),
    _gone("a:block b:bowl", "pick up the giraffe", 'pick [ the object noun "giraffe" ]', "giraffe"),
    _gone("a:block b:can", "put the {a} in the bowl", "put [ the {a} ] in [ the bowl ]", "bowl"),
    _gone("a:block*2 b:bowl", "put five blocks in the bowl", "put [ count 5 block ] in [ the bowl ]"),
    _gone("a:block b:bowl", "place the {a} next to the teapot", 'put [ the {a} ] next_to [ the object noun "teapot" ]', "teapot"),
    _gone("a:block*3", "give me the sixth block from the left", "pick [ the block order left 6 ]"),
    _gone("a:block b:bowl +1:can", "swap the {a} with the hammer", 'swap [ the {a} ] [ the object noun "hammer" ]', "hammer"),
    r("a:block b:bowl +1", "put the {a} in the {b}, then do a handstand", "put [ the {a} ] in [ the {b} ] ; cannot other", lambda s: inside("a", "b")(s) or nothing_moved(s), "a", "harmless"),
]  # fmt: skip
