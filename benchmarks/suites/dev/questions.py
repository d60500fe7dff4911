"""Questions: the answer is computed from the world; nothing may move."""

from __future__ import annotations

from benchmarks.suites.cases import Row, apart, closest, d, nth, r, ranked, side_of, t
from benchmarks.suites.judge import (  # fmt: skip
    Check,
    at,
    both,
    either,
    held,
    inside,
    names,
    names_only,
    no,
    nothing_moved,
    says,
    says_number,
    says_yes,
)
from benchmarks.suites.stage import Truth


def _q(stage: str, say: str, oracle: str, check: Check, require=None) -> Row:
    return r(stage, say, f"answer {oracle}", both(check, nothing_moved), "", "answer", require)


def _number(stage: str, say: str, oracle: str, count, require=None) -> Row:
    return _q(stage, say, oracle, says_number(count), require)


def _of(prefix: str):
    return lambda w: sum(i.startswith(prefix) for i in w)


def _region(prefix: str, axis: int, sign: int):
    return lambda w: sum(
        i.startswith(prefix) and sign * (o["position"][axis] - (0.5, 0.0)[axis]) > 0
        for i, o in w.items()
    )


def _off_centre(prefix: str, axis: int):
    return lambda w: all(
        abs(o["position"][axis] - (0.5, 0.0)[axis]) > 0.05
        for i, o in w.items()
        if i.startswith(prefix)
    )


def _taller(w: Truth) -> bool:
    return w["a"]["size"] > w["b"]["size"]


ROWS: list[Row] = [
    _number("a:block*4 +3", "how many blocks can you see?", "count [ all block ]", _of("a")),
    _number("a:bowl*3 +2", "What's the number of bowls on the table?", "count [ all bowl ]", _of("a")),
    _number("a:block*3=red b:block*2 +1:can", "count the red blocks for me", "count [ all red block ]", 3),
    _number("a:block*2 +2:can", "how many cups are standing here", "count [ all cup ]", 0),
    _number("a:block*4 c:bowl@inner", "how many blocks are to the left of the bowl?", "count [ all block where left_of [ the bowl ] ]", lambda w: len(side_of("a", "c", "left")(w)),
            require=lambda w: all(abs(w[f"a{i}"]["position"][1] - w["c"]["position"][1]) > 0.03 for i in (1, 2, 3, 4))),
    _number("a:block*2@in.c c:box b:block*2 +1:can", "how many things are in the box?", "count [ all object where in [ the box ] ]", 2),
    _number("a:block*5", "how many of the cubes are on the right half of the table?", "count [ all block where at right ]", _region("a", 1, -1), _off_centre("a", 1)),
    _q("a:block=red +3:bowl,can", "do you see a red block anywhere?", "exists [ a red block ]", says_yes(True)),
    _q("a:block=red b:bowl=blue +1:can", "is there a green bowl here?", "exists [ a green bowl ]", says_yes(False)),
    _q("a:block@in.b b:bowl +2", "is the {a} in the {b}?", "holds is [ the {a} ] in [ the {b} ]", says_yes(True)),
    _q("a:block@left b:can@right +1", "is the {a} to the right of the {b}?", "holds is [ the {a} ] right_of [ the {b} ]", says_yes(False)),
    _q("a:block b:bowl@inner", "Is the {a} on the left hand side of the {b}?", "holds is [ the {a} ] left_of [ the {b} ]", says_yes(lambda w: w["a"]["position"][1] > w["b"]["position"][1]),
       lambda w: abs(w["a"]["position"][1] - w["b"]["position"][1]) > 0.06),
    _q("a:block@in.b b:bowl c:bowl +1", "where is the {a}?", "where [ the {a} ]", both(says("in"), names("b"))),
    _q("a:block@back_left +2", "where can i find the {a}", "where [ the {a} ]", either(both(says("left"), says("back|far|behind")), says("next to|near|left|beside"))),
    _q("a:block*3 c:bowl@inner", "which block is nearest to the bowl?", "which [ the block order nearest of [ the bowl ] ]", names_only(closest("a", "c"), "a"), ranked("a", "c")),
    _q("a:block*4", "what's the colour of the block furthest to the left?", "color [ the block order left ]", names_only(nth("a", "left"), "a"), apart("a", "y")),
    _q("a1:block/s a2:block/m a3:block/l", "which of the blocks is the biggest?", "which [ the block order largest ]", names_only("a3", "a")),
    _q("a:ball +3:block", "what color does the ball have?", "color [ the ball ]", names("a")),
    _q("a:block/l b:block/s", "is the {a} bigger than the {b}?", "holds is [ the {a} ] bigger_than [ the {b} ]", says_yes(_taller)),
    _q("a:can/s b:can/l", "which is taller, the {a} or the {b}?", "which [ the can order tallest ]", names_only("b", "a b")),
    _q("a:block*4 b:bowl*2", "are there more blocks than bowls?", "holds count [ all block ] gt [ all bowl ]", says_yes(True)),
    _q("a:block*2 b:can*2", "are there as many cans as blocks on the table?", "holds count [ all can ] eq [ all block ]", says_yes(True)),
    _q("a:block*3=red b:block=blue c:can=blue", "what color is most common here?", "common [ all object ]", says("red")),
    _q("a:block b:bowl c:can", "what do you see?", "scene", names("a b c")),
    _q("a:block@on.b b:block +2", "what is on top of the {b}?", "which [ all object where on [ the {b} ] ]", names("a")),
    _q("a:block*2@in.b b:box c:block", "what's inside the box?", "which [ all object where in [ the box ] ]", names_only("a1 a2", "a1 a2 c")),
    _q("a:block b:bowl", "what are you able to do?", "abilities", says("pick|put|move|stack|place")),
    _q("a:block +1", "who are you?", "identity", says("robot|i am|i'm")),
    _q("a:block b:can@inner", "how far apart are the {a} and the {b}?", "distance [ the {a} ] [ the {b} ]", says("cm|centim|millim|mm|metre|meter")),
    d("a:block b:bowl +1", t("put the {a} in the {b}", "put [ the {a} ] in [ the {b} ]", inside("a", "b"), "a"),
      t("what did you just do?", "answer did", both(no(held("a")), names("a b")), "", "answer")),
    d("a:block*2 b:bowl +1", t("put the {a1} in the bowl", "put [ the {a1} ] in [ the bowl ]", inside("a1", "b"), "a1"),
      t("which block did you move?", "answer moved [ the block ]", names_only("a1", "a1 a2"), "", "answer")),
    d("a:block b:bowl +1", t("pick up the {a}", "pick [ the {a} ]", held("a"), "a"), t("what are you holding?", "answer held", names("a"), "a", "answer")),
    d("a:block +2", t("put the {a} on the left side", "put [ the {a} ] at left", at("a", "left"), "a"), t("why did you do that?", "answer why", names("a"), "", "answer")),
    _q("a:block=red b:bowl +1", "why is the red block green?", "color [ the red block ]", says("red")),
    _q("a:block=blue b:can=yellow b2:bowl", "what is the blue ball doing there?", "exists [ the blue ball ]", says("no|not|n't")),
]  # fmt: skip
