"""Attributes and synonyms, spelling, politeness, run-ons."""

from __future__ import annotations

from benchmarks.suites.cases import Row, r
from benchmarks.suites.judge import beside, held, inside, near, on

_PUT = "put [ the {a} ] in [ the {b} ]"
_IN = inside("a", "b")

ROWS: list[Row] = [
    r("a:block=red b:bowl=blue +3:block,cup", "pop the crimson cube into the navy bowl", _PUT, _IN, "a"),
    r("a:block=green b:bowl=white +3:can,cup", "put the emerald one of the blocks in the ivory dish", _PUT, _IN, "a"),
    r("a:ball=yellow b:box=purple +2", "drop the lemon-coloured ball into the violet container", _PUT, _IN, "a"),
    r("a:block=cyan b:bowl=gray +3:can", "chuck the turquoise brick in the silvery grey bowl", _PUT, _IN, "a"),
    r("a:block=green b:plate=tan c:block=red +2:can", "the grass-coloured block goes on the beige plate",
      "put [ the {a} ] on [ the {b} ]", on("a", "b"), "a"),
    r("a:block=orange b:block=blue c:bowl +1", "the block with the color of a carrot should be on top of the one coloured like the sea",
      "put [ the {a} ] on [ the {b} ]", on("a", "b"), "a"),
    r("a:block=pink c:block=black b:bowl +1", "put the salmon pink cube in the bowl", _PUT, _IN, "a"),
    r("a:block=brown c:block=yellow b:bowl=red +1", "Place the chocolate-brown block inside the scarlet bowl.", _PUT, _IN, "a"),
    r("a:block=gold c:block=white b:bowl +2:can", "i'd like the golden cube in the bowl please", _PUT, _IN, "a"),
    r("a:block=black b:box=white +2:can", "would you be so kind as to lay the coal-black block in the snow-white box", _PUT, _IN, "a"),
    r("a:block=purple b:bowl=green +3:cup,can", "PUT THE PURPLE BLOCK IN THE GREEN BOWL", _PUT, _IN, "a"),
    r("a:block=yellow b:bowl=cyan +3:cup,can", "plese put teh yelow blok in the cyan bowl", _PUT, _IN, "a"),
    r("a:block=blue b:bowl=orange +3:cup,can", "um so like can you just grab that blue block and uh stick it in the orange bowl thanks", _PUT, _IN, "a"),
    r("a:block=gray b:plate +3:cup,can", "Set the grey block on the plate, would you?",
      "put [ the {a} ] on [ the {b} ]", on("a", "b"), "a"),
    r("a:block/s=red c:block/l=red b:bowl +1", "the tiny red block goes in the bowl",
      "put [ the small red block ] in [ the {b} ]", _IN, "a"),
    r("a:block/l=blue c:block/s=blue b:box +1", "put the bigger of the two blue cubes in the box",
      "put [ the large blue block ] in [ the {b} ]", _IN, "a"),
    r("a:ball b:bowl +3:block,can", "place the round thing that rolls in the bowl",
      "put [ the ball ] in [ the bowl ]", _IN, "a"),
    r("a:can b:box +3:block,cup", "the tin goes into the open carton",
      "put [ the can ] in [ the box ]", _IN, "a"),
    r("a:block b:bowl +3:plate,zone", "put the only block in the only bowl",
      "put [ the block ] in [ the bowl ]", _IN, "a"),
    r("a:block=red b:cup=red +3:block,can", "pick up the red thing that isn't a cup",
      "pick [ the red object except [ the cup ] ]", held("a"), "a"),
    r("a:cup=tan +3:block,bowl", "hold up the sandy mug for me", "pick [ the tan cup ]", held("a"), "a"),
    r("a:block=blue b:bowl=yellow +3:can,cup", "blue block. yellow bowl. put it in.", _PUT, _IN, "a"),
    r("a:block=green b:bowl=brown +3:can,cup", "ok robot, here's the thing, i was wondering whether the green block could maybe end up in the brown bowl",
      _PUT, _IN, "a"),
    r("a:block=white b:bowl +3:can,cup", "the white 1 goes in the bowl", "put [ the white object ] in [ the bowl ]", _IN, "a"),
    r("a:can=orange b:tray +2:block", "place the tangerine cylinder on the tray",
      "put [ the orange can ] on [ the tray ]", inside("a", "b"), "a"),
    r("a:block=red b:plate=white +2:can,cup", "stick the wooden-looking red cube onto the ceramic plate",
      "put [ the red block ] on [ the plate ]", on("a", "b"), "a"),
    r("a:block=purple b:bowl=pink +2:can,cup", "purpel block -> pink bowl", _PUT, _IN, "a"),
    r("a:block=cyan c:block=blue b:plate +1:can", "put the sky-blue, i mean the light one, the cyan block on the plate",
      "put [ the cyan block ] on [ the plate ]", on("a", "b"), "a"),
    r("a:block=yellow b:can +3:cup", "Kindly position the sunshine-yellow block next to the can.",
      "put [ the yellow block ] next_to [ the can ]", near("a", "b"), "a"),
    r("a:block=green c:block=red b:bowl@inner +1:can", "take the block that's the colour of limes and put it left of the bowl",
      "put [ the green block ] left_of [ the bowl ]", beside("a", "b", "left"), "a"),
]  # fmt: skip
