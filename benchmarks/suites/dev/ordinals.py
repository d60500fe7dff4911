"""Ordinals and superlatives."""

from __future__ import annotations

from benchmarks.suites.cases import Row, apart, closest, farthest, nth, r, ranked
from benchmarks.suites.judge import at, beside, held, inside, near, on
from benchmarks.suites.stage import Truth
from llmagentos.world.colors import luminance


def _by(group: str, key: str, n: int = 1, most: bool = True):
    def pick(w: Truth) -> str:
        ids = [i for i in w if i.rstrip("0123456789") == group]
        keys = {"size": lambda i: w[i]["size"], "light": lambda i: luminance(w[i]["color"])}
        return sorted(ids, key=keys[key], reverse=most)[n - 1]

    return pick


def _clear_light(group: str):
    def check(w: Truth) -> bool:
        v = sorted(luminance(o["color"]) for i, o in w.items() if i.rstrip("0123456789") == group)
        return v[1] - v[0] > 0.12 and v[-1] - v[-2] > 0.12

    return check


_Y = apart("b", "y")
_X = apart("b", "x")

ROWS: list[Row] = [
    r("b:block*4 +2", "grab the block third from the right",
      "pick [ the block order right 3 ]", held(nth("b", "right", 3)), nth("b", "right", 3), require=_Y),
    r("b:block*4 c:bowl +1", "put the second cube counting from the left in the bowl",
      "put [ the block order left 2 ] in [ the bowl ]", inside(nth("b", "left", 2), "c"), nth("b", "left", 2), require=_Y),
    r("b:block*3 c:plate +1", "the leftmost block goes on the plate",
      "put [ the block order left ] on [ the plate ]", on(nth("b", "left"), "c"), nth("b", "left"), require=_Y),
    r("b:can*3 +1", "move the can furthest to the right into the far right corner",
      "put [ the can order right ] at back_right", at(nth("b", "right"), "back_right"), nth("b", "right"), require=_Y),
    r("b:block*4 +1", "lift the block that is second nearest to you",
      "pick [ the block order nearest 2 ]", held(lambda w: sorted([i for i in w if i[0] == "b"], key=lambda i: w[i]["position"][0] ** 2 + w[i]["position"][1] ** 2)[1]), "b",
      require=lambda w: min(abs(a - b) for a, b in zip(*(lambda v: (v, v[1:]))(sorted((o["position"][0] ** 2 + o["position"][1] ** 2) ** 0.5 for i, o in w.items() if i[0] == "b")), strict=False)) > 0.04),
    r("b:block*3 c:bowl@inner +1", "put whichever block is closest to the bowl inside it",
      "put [ the block order nearest of [ the bowl ] ] in [ the bowl ]", inside(closest("b", "c"), "c"), closest("b", "c"), require=ranked("b", "c")),
    r("b:block*3 c:can@inner +1", "pick up the block that is farthest from the can",
      "pick [ the block order farthest of [ the can ] ]", held(farthest("b", "c")), farthest("b", "c"), require=ranked("b", "c")),
    r("b1:block/s b2:block/m b3:block/l c:bowl", "the largest block into the bowl",
      "put [ the block order largest ] in [ the bowl ]", inside("b3", "c"), "b3"),
    r("b1:block/s b2:block/m b3:block/l c:bowl", "place the second largest cube in the bowl",
      "put [ the block order largest 2 ] in [ the bowl ]", inside("b2", "c"), "b2"),
    r("b1:block/s b2:block/m b3:block/l c:plate", "put the smallest block on the plate",
      "put [ the block order smallest ] on [ the plate ]", on("b1", "c"), "b1"),
    r("b:block*4 c:bowl", "put the darkest block in the bowl",
      "put [ the block order darkest ] in [ the bowl ]", inside(_by("b", "light", 1, False), "c"), _by("b", "light", 1, False), require=_clear_light("b")),
    r("b:block*4 c:box", "which block is palest? put that one in the box",
      "put [ the block order lightest ] in [ the box ]", inside(_by("b", "light"), "c"), _by("b", "light"), require=_clear_light("b")),
    r("a:block c:bowl d:bowl e:block@in.d +1", "put the {a} in the emptiest bowl",
      "put [ the {a} ] in [ the bowl order emptiest ]", inside("a", "c"), "a"),
    r("a:block c:box d:box e:block@in.d f:block@in.d", "add the {a} to the box with the most things in it",
      "put [ the {a} ] in [ the box order fullest ]", inside("a", "d"), "a"),
    r("a:block/m b:block/m@on.a c:block/m@on.b d:block/m e:block/m@on.d f:block/s", "put the {f} on the tallest stack",
      "put [ the {f} ] on [ the stack order tallest ]", on("f", "c"), "f"),
    r("a:block/m b:block/m@on.a d:block/m e:block/m@on.d g:block/m@on.e f:block/s", "put the {f} on top of the shorter pile",
      "put [ the {f} ] on [ the stack order shortest ]", on("f", "b"), "f"),
    r("b:block*3 c:bowl@inner +1", "take the block nearest the far left corner and put it in the bowl",
      "put [ the block order nearest at back_left ] in [ the bowl ]",
      inside(lambda w: min((i for i in w if i[0] == "b"), key=lambda i: (w[i]["position"][0] - 0.7) ** 2 + (w[i]["position"][1] - 0.35) ** 2), "c"), "b",
      require=lambda w: (lambda v: v[1] - v[0] > 0.05)(sorted(((o["position"][0] - 0.7) ** 2 + (o["position"][1] - 0.35) ** 2) ** 0.5 for i, o in w.items() if i[0] == "b"))),
    r("b:block*3 c:plate +1", "the block at the very back should go on the plate",
      "put [ the block order back ] on [ the plate ]", on(nth("b", "back"), "c"), nth("b", "back"), require=_X),
    r("b:block*3 c:bowl +1", "lay the frontmost block down in the bowl",
      "put [ the block order front ] in [ the bowl ]", inside(nth("b", "front"), "c"), nth("b", "front"), require=_X),
    r("b:block*5", "stack the middle block of the five onto the leftmost one",
      "put [ the block order middle ] on [ the block order left ]", on(nth("b", "left", 3), nth("b", "left", 1)), nth("b", "left", 3), require=_Y),
    r("b:bowl*3 a:block", "the {a} belongs in the right-most bowl",
      "put [ the {a} ] in [ the bowl order right ]", inside("a", nth("b", "right")), "a", require=_Y),
    r("b:bowl*3 a:block", "put the {a} in the second bowl from the left",
      "put [ the {a} ] in [ the bowl order left 2 ]", inside("a", nth("b", "left", 2)), "a", require=_Y),
    r("b:block*4 a:can@inner", "put the last block on the right next to the can",
      "put [ the block order right ] next_to [ the can ]", near(nth("b", "right"), "a"), nth("b", "right"), require=_Y),
    r("a:can/s b:can/l c:bowl@inner +1:block", "the taller can goes right of the bowl",
      "put [ the can order tallest ] right_of [ the bowl ]", beside("b", "c", "right"), "b"),
    r("b:block*4 c:bowl +1", "put the two leftmost blocks in the bowl",
      "put [ count 2 block order left ] in [ the bowl ]", inside(lambda w: [nth("b", "left", 1)(w), nth("b", "left", 2)(w)], "c"),
      lambda w: [nth("b", "left", 1)(w), nth("b", "left", 2)(w)], require=_Y),
    r("b1:block/s b2:block/m b3:block/l +2", "stack the smallest block on the biggest one",
      "put [ the block order smallest ] on [ the block order largest ]", on("b1", "b3"), "b1"),
    r("b:block*4 c:bowl@inner", "the 2nd closest block to the bowl goes in there",
      "put [ the block order nearest 2 of [ the bowl ] ] in [ the bowl ]", inside(closest("b", "c", 2), "c"), closest("b", "c", 2), require=ranked("b", "c")),
]  # fmt: skip
