"""Held out: questions; the answer is computed from the world, nothing may move."""

from __future__ import annotations

from benchmarks.suites.cases import Row, apart, closest, d, farthest, nth, r, ranked, side_of, t
from benchmarks.suites.judge import (  # fmt: skip
    Check,
    at,
    both,
    either,
    held,
    inside,
    names,
    names_only,
    nothing_moved,
    on,
    says,
    says_number,
    says_yes,
)


def _q(stage: str, say: str, oracle: str, check: Check, require=None) -> Row:
    return r(stage, say, f"answer {oracle}", both(check, nothing_moved), "", "answer", require)


def _number(stage: str, say: str, oracle: str, count, require=None) -> Row:
    return _q(stage, say, oracle, says_number(count), require)


def _off(side: str):
    return lambda w: len(side_of("a", "c", side, 0.03)(w)) == len(side_of("a", "c", side, -0.03)(w))


ROWS: list[Row] = [
    _number("a:can*3 +2:block,bowl", "what's the can count?", "count [ all can ]", 3),
    _number("a:ball*5 +1", "tell me the amount of balls on this table", "count [ all ball ]", 5),
    _number("a:block*2=blue c:can=blue b:block*2 +1:bowl", "how many blue objects have i got here?", "count [ all blue object ]", 3),
    _number("a:block*2 +2:can", "any plates? how many?", "count [ all plate ]", 0),
    _number("a:ball*4 c:can@inner", "the balls on the right of the can, how many are they?", "count [ all ball where right_of [ the can ] ]", lambda w: len(side_of("a", "c", "right")(w)), _off("right")),
    _number("a:ball*2@in.c c:tray b:ball*2 +1:can", "how many balls are on the tray", "count [ all ball where on [ the tray ] ]", 2),
    _number("a:block*3 b:can*2 +1:bowl", "blocks and cans together, how many is that?", "count [ all object except [ all bowl ] ]", 5),
    _q("a:can=green +3:bowl,block", "can you spot a green can?", "exists [ a green can ]", says_yes(True)),
    _q("a:can=green b:bowl=blue +1:block", "Have we got any pink cans?", "exists [ a pink can ]", says_yes(False)),
    _q("a:ball@in.b b:box +2", "has the {a} been put in the {b}?", "holds is [ the {a} ] in [ the {b} ]", says_yes(True)),
    _q("a:ball b:box c:can +1", "is there anything in the {b}?", "exists [ a object where in [ the {b} ] ]", says_yes(False)),
    _q("a:can@right b:block@left +1", "would you say the {a} is left of the {b}?", "holds is [ the {a} ] left_of [ the {b} ]", says_yes(False)),
    _q("a:can b:bowl@inner", "is the {a} behind the {b}, seen from where i am?", "holds is [ the {a} ] behind [ the {b} ]", says_yes(lambda w: w["a"]["position"][0] > w["b"]["position"][0]),
       lambda w: abs(w["a"]["position"][0] - w["b"]["position"][0]) > 0.08 > abs(w["a"]["position"][1] - w["b"]["position"][1])),
    _q("a:can@in.b b:tray c:tray +1", "i can't find the {a}, where has it gone?", "where [ the {a} ]", both(says("on|in"), names("b"))),
    _q("a:ball@front_right +2", "whereabouts is the {a}?", "where [ the {a} ]", either(both(says("right"), says("front|near|close")), says("next to|near|left|beside|behind"))),
    _q("a:can*3 c:bowl@inner", "which can is the bowl's closest neighbour?", "which [ the can order nearest of [ the bowl ] ]", names_only(closest("a", "c"), "a"), ranked("a", "c")),
    _q("a:ball*3 c:plate@inner", "which of the balls lies the farthest from the plate?", "which [ the ball order farthest of [ the plate ] ]", names_only(farthest("a", "c"), "a"), ranked("a", "c")),
    _q("a:can*4", "the second can from the right, what colour has it got?", "color [ the can order right 2 ]", names_only(nth("a", "right", 2), "a"), apart("a", "y")),
    _q("a1:ball/s a2:ball/m a3:ball/l", "tell me the tiniest of the balls", "which [ the ball order smallest ]", names_only("a1", "a")),
    _q("a:bowl +3:block", "the bowl is what color?", "color [ the bowl ]", names("a")),
    _q("a:block/s b:block/l", "is the {b} smaller than the {a}?", "holds is [ the {b} ] smaller_than [ the {a} ]", says_yes(False)),
    _q("a:block*2 b:can*4", "do the blocks outnumber the cans?", "holds count [ all block ] gt [ all can ]", says_yes(False)),
    _q("a:ball*3 b:bowl*3/s", "have i got a bowl for every ball, number-wise?", "holds count [ all bowl ] ge [ all ball ]", says_yes(True)),
    _q("a:block*3=green b:ball=white c:can=pink", "which colour turns up the most on the table?", "common [ all object ]", says("green")),
    _q("a:ball b:tray c:can", "describe the table to me", "scene", names("a b c")),
    _q("a:can@on.b b:block/l +2", "what's standing on the {b}?", "which [ all object where on [ the {b} ] ]", names("a")),
    _q("a:ball*2@in.b b:tray c:can", "list what is lying on the tray", "which [ all object where on [ the tray ] ]", names_only("a1 a2", "a1 a2 c")),
    _q("a:block b:bowl", "so what kind of jobs could i give you?", "abilities", says("pick|put|move|stack|place")),
    _q("a:can b:ball@inner", "what's the distance between the {a} and the {b}?", "distance [ the {a} ] [ the {b} ]", says("cm|centim|millim|mm|metre|meter")),
    d("a:ball b:tray +1:can", t("put the {a} on the {b}", "put [ the {a} ] on [ the {b} ]", inside("a", "b"), "a"),
      t("sum up what you did there", "answer did", names("a b"), "", "answer")),
    d("a:can*2 b:plate", t("put the {a2} on the plate", "put [ the {a2} ] on [ the plate ]", on("a2", "b"), "a2"),
      t("remind me, which can was it you moved?", "answer moved [ the can ]", names_only("a2", "a1 a2"), "", "answer")),
    d("a:can b:bowl +1", t("lift the {a}", "pick [ the {a} ]", held("a"), "a"), t("what is that in your gripper?", "answer held", names("a"), "a", "answer")),
    d("a:can +2", t("bring the {a} to the right side", "put [ the {a} ] at right", at("a", "right"), "a"), t("what made you do that?", "answer why", names("a"), "", "answer")),
    _q("a:ball=yellow b:can=red", "how come the ball is purple?", "color [ the ball ]", says("yellow")),
    _q("a:block b:can c:bowl", "is your hand empty at the moment?", "held", says("empty|not holding|n't holding|nothing|yes")),
]  # fmt: skip
