"""Longer dialogues: three and more turns that mix doing, asking and referring back."""

from __future__ import annotations

from sim.benchmarks.suites.cases import Row, d, t
from sim.benchmarks.suites.judge import (
    as_at_start, asks, at, beside, both, held, inside, line, moved, names, near, no, nothing_moved, on, on_table,
    says, says_number, says_yes, swapped, tower,
)  # fmt: skip

ROWS: list[Row] = [
    d("a:block*2 b:bowl +1:can", t("hi there", "answer greet", nothing_moved, "", "answer"), t("how many blocks do we have?", "answer count [ all block ]", says_number(2), "", "answer"),
      t("put them in the bowl", "put [ the them block ] in [ the bowl ]", inside("a", "b"), "a"), t("thank you!", "answer thanks", inside("a", "b"), "", "answer")),
    d("a:block b:bowl c:plate", t("put the {a} in the {b}", "put [ the {a} ] in [ the {b} ]", inside("a", "b"), "a"), t("where is it now?", "answer where [ the it object ]", both(says("in"), names("b")), "", "answer"),
      t("move it to the plate", "put [ the it object ] on [ the plate ]", inside("a", "c"), "a"), t("undo", "undo", inside("a", "b"), "a")),
    d("a:block*3", t("stack the {a1} on the {a2}", "put [ the {a1} ] on [ the {a2} ]", on("a1", "a2"), "a1"), t("and the {a3} on that", "put [ the {a3} ] on [ the {a1} ]", tower("a2", "a1", "a3"), "a3"),
      t("take the top one down again", "put [ the object order top ] elsewhere", both(on_table("a3"), on("a1", "a2")), "a3")),
    d("a:block*2 b:bowl*2", t("put the block in the bowl", "put [ the block ] in [ the bowl ]", asks, "", "ask"), t("the {a1.color} block", "choose [ the {a1} ]", asks, "", "ask"), t("the {b2.color} bowl", "choose [ the {b2} ]", inside("a1", "b2"), "a1")),
    d("a:block b:can c:bowl", t("swap the {a} and the {b}", "swap [ the {a} ] [ the {b} ]", swapped("a", "b"), "a b"), t("swap them back", "swap [ the {a} ] [ the {b} ]", as_at_start("a b"), "a b"),
      t("what did you do?", "answer did", says("swap|exchang|trade|put|move"), "", "answer")),
    d("a:block*2 b:bowl", t("call the {b} home", 'remember "home" [ the {b} ]', nothing_moved), t("put the {a1} in home", 'put [ the {a1} ] in [ the object name "home" ]', inside("a1", "b"), "a1"),
      t("do the same with the other block", "again [ the other block ]", inside("a2", "b"), "a2")),
    d("a:block@inner +1", t("move the {a} 6 cm left", "move [ the {a} ] left dist 6 cm", moved("a", "left", 6), "a"), t("half as far back", "move [ the it object ] right dist half", moved("a", "right", 3, 2), "a"),
      t("and put it where it was at first", "restore [ the it object ]", as_at_start("a"), "a")),
    d("a:block*3 b:box", t("put the {a1} in the box", "put [ the {a1} ] in [ the box ]", inside("a1", "b"), "a1"), t("the rest too", "again [ rest block ]", inside("a", "b"), "a"), t("how many are in there now?", "answer count [ all block where in [ the box ] ]", says_number(3), "", "answer")),
    d("a:block b:bowl c:bowl", t("put the {a} in the {b}", "put [ the {a} ] in [ the {b} ]", inside("a", "b"), "a"), t("no, in the other bowl", "correct in [ the other bowl ]", inside("a", "c"), "a"), t("good. is the {b} empty now?", "answer holds is [ the {b} ] fits [ the empty bowl ]", says_yes(True), "", "answer")),
    d("a:block*2 +1:bowl", t("pick up the {a1}", "pick [ the {a1} ]", held("a1"), "a1"), t("put it on the {a2}", "put [ the it object ] on [ the {a2} ]", on("a1", "a2"), "a1"), t("now the other way round", "put [ the {a1} ] elsewhere ; put [ the {a2} ] on [ the {a1} ]", on("a2", "a1"), "a")),
    d("a:block b:bowl +1:can", t("fly to the moon", "cannot fly", nothing_moved, "", "cannot"), t("ok then just put the {a} in the {b}", "put [ the {a} ] in [ the {b} ]", inside("a", "b"), "a"), t("throw the {a} at the cat", "refuse throwing", inside("a", "b"), "", "refuse")),
    d("a:block*3", t("line up the blocks from left to right", "arrange [ all block ] row", line("a", "row"), "a"), t("which one is in the middle?", "answer which [ the block order middle ]", lambda s: str(sorted(s.many("a"), key=lambda o: o["position"][1])[1]["color"]) in s.reply.lower(), "", "answer"),
      t("put everything back as it was", "restore", as_at_start("a"), "a")),
    d("a:block b:can@inner", t("put the {a} in front of the {b}", "put [ the {a} ] in_front_of [ the {b} ]", beside("a", "b", "front"), "a"), t("now behind it", "put [ the {a} ] behind [ the {b} ]", beside("a", "b", "back"), "a"), t("now to its left", "put [ the {a} ] left_of [ the {b} ]", beside("a", "b", "left"), "a")),
    d("a:block b:bowl +1:can", t("is there a {a}?", "answer exists [ a {a} ]", says_yes(True), "", "answer"), t("put it in the bowl", "put [ the it object ] in [ the bowl ]", inside("a", "b"), "a"), t("why did you move it?", "answer why", no(held("a")), "", "answer")),
    d("a:block*2 c:can@inner", t("put the {a1} next to the can", "put [ the {a1} ] next_to [ the can ]", near("a1", "c"), "a1"), t("the {a2} as well", "again [ the {a2} ]", near("a2", "c"), "a2"), t("undo the last one", "undo", both(near("a1", "c"), as_at_start("a2")), "a2")),
    d("a:block b:bowl c:plate +1:can", t("put the {a} in the {b}, no wait, on the plate", "put [ the {a} ] on [ the plate ]", inside("a", "c"), "a"), t("hmm. the bowl was better", "put [ the it object ] in [ the bowl ]", inside("a", "b"), "a"), t("perfect, thanks", "answer thanks", inside("a", "b"), "", "answer")),
    d("a:block*2=same b:box", t("pick up the {a.color} block", "pick [ the {a.color} block ]", asks, "", "ask"), t("never mind", "no", nothing_moved, "", "harmless"), t("put both of them in the box", "put [ both {a.color} block ] in [ the box ]", inside("a", "b"), "a")),
    d("a:block@inner b:bowl@left", t("push the {a} a little to the right", "move [ the {a} ] right dist little by_push", moved("a", "right"), "a"), t("a little more", "again", moved("a", "right"), "a"), t("too far, take the last push back", "undo", moved("a", "left"), "a")),
    d("a:block b:ball c:box", t("what can you see?", "answer scene", names("a b c"), "", "answer"), t("put the first two in the last one", "put [ the {a} ] in [ the box ] ; put [ the {b} ] in [ the box ]", inside("a b", "c"), "a b"), t("is anything left on the table outside the box?", "answer exists [ a object where no in [ the box ] except [ the box ] ]", nothing_moved, "", "answer")),
    d("a:block b:bowl d:can", t("from now on the {a} is called Bob and the {d} is called Alice", 'remember "bob" [ the {a} ] ; remember "alice" [ the {d} ]', nothing_moved), t("put bob in the bowl", 'put [ the object name "bob" ] in [ the bowl ]', inside("a", "b"), "a"), t("put alice on the right side", 'put [ the object name "alice" ] at right', at("d", "right"), "d")),
]  # fmt: skip
