"""The freely written sentences are valid, right and varied (without physics: seconds)."""

from __future__ import annotations

import json

import pytest

from training.corpus import free, free_blocks, free_check
from training.corpus.free_check import FRAME_USES
from training.corpus.free_lines import read

LINE = {
    "id": "x-1",
    "person": "child",
    "scene": [
        {"kind": "block", "color": "red", "position": [0.45, 0.1]},
        {"kind": "bowl", "color": "blue", "position": [0.55, -0.1]},
    ],
    "command": "the red thing wants a bath in the bowl",
    "plan": "put [ the red object ] in [ the bowl ]",
}


def write(folder, *lines):
    folder.joinpath("some.jsonl").write_text("\n".join(json.dumps(x) for x in lines) + "\n")
    return folder


def faults(tmp_path, *lines):
    return free_check.faults(list(free.sentences(write(tmp_path, *lines))))


@pytest.fixture(scope="module")
def every():
    return list(free.sentences())


def test_all_of_them(every):
    """Every hundredth is carried out; `python -m training.corpus.free --check` carries out all."""
    assert len(every) > 1000
    assert free_check.faults(every, step=100) == []


def test_what_is_kept_from_training_stays_together(every):
    by_id = {s.id: s for s in every}
    held = [s for s in every if free.held_out(s)]
    assert 0.05 < len(held) / len(every) < 0.15
    assert all(free.held_out(by_id[s.twin]) == free.held_out(s) for s in every if s.twin)
    assert len({s.file for s in held}) > 20


def test_a_line_is_read(tmp_path):
    found = next(free.pairs(write(tmp_path, LINE)))
    assert found.where == "some.jsonl:1"
    assert found.scene.get("red_block").position[:2] == (0.45, 0.1)
    assert faults(tmp_path, LINE) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"plan": "put [ red block"}, "some.jsonl:1"),
        ({"plan": "put  [ the red object ] in [ the bowl ]"}, "as it is written"),
        ({"plan": None}, "what is wanted"),
        ({"plna": ""}, "expected fields"),
        ({"twin": "x-9"}, "a twin"),
        ({"scene": [{"kind": "block", "in": "bowl"}]}, "bowl"),
    ],
)
def test_an_invalid_line_names_file_and_line(tmp_path, change, words):
    with pytest.raises(ValueError, match=words):
        list(free.sentences(write(tmp_path, LINE | change)))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"plan": "put [ the green object ] in [ the bowl ]"}, "expected succeeded or answered"),
        ({"plan": "refuse damage", "ends": "question"}, "expected question"),
        ({"plan": 'cannot cook "fry it"'}, "no words of the command"),
        ({"plan": "move [ the red block ] left dist 7.3 cm"}, "dist 7.3 cm is no words"),
    ],
)
def test_a_plan_that_does_not_fit_is_found(tmp_path, change, words):
    found = faults(tmp_path, LINE | change)
    assert any(words in f for f in found), found


def test_what_is_said_twice_is_found(tmp_path):
    again = LINE | {"id": "x-2", "command": "The red thing wants a bath in the bowl, please!"}
    assert "said in some.jsonl:1" in faults(tmp_path, LINE, again)[0]
    alike = LINE | {"id": "x-2", "command": "the red thing wants a bath in the blue bowl"}
    assert "nearly said" in faults(tmp_path, LINE, alike)[0]
    assert faults(tmp_path, LINE, alike | {"twin": "x-1"}) == []


def test_a_worn_out_frame_is_found(tmp_path):
    names = "apple pear plum fig lemon lime grape melon cherry peach date kiwi nut leek bean pea"
    things = names.split()[: FRAME_USES + 1]
    lines = [
        LINE | {"id": f"x-{i}", "command": f"would it hurt to {t} {t}s {t}ing", "plan": "look"}
        for i, t in enumerate(things)
    ]
    assert any(f"begins like {FRAME_USES} others" in f for f in faults(tmp_path, *lines))
    assert not any("begins like" in f for f in faults(tmp_path, *lines[1:]))


BLOCKS = """
person: night nurse
scene: red block .5 .1 | blue bowl .4 -.2 size .16 | apple in blue_bowl
turn: pick it up => pick [ the it object ] => question: What do you mean by "it"?
asked: What do you mean by "it"?

the block
= choose [ the block ]
~ the apple
= choose [ the object noun "apple" ]
fresh
# nobody asked
could someone fetch me the spatula
= put [ the object noun "spatula" ] at front !
how heavy is the bowl
=? says that it can't weigh things
"""


def test_blocks_become_lines() -> None:
    found = [read(row) for row in free_blocks.lines(BLOCKS, "night", 7)]
    assert [s.id for s in found] == ["night-0007", "night-0008", "night-0009", "night-0010"]
    assert [s.command for s in found[:2]] == ["the block", "the apple"]
    assert found[1].twin == "night-0007" and found[1].asked and len(found[0].turns) == 1
    assert not found[2].asked and not found[2].turns and found[2].ends == "cannot"
    assert found[3].plan is None and found[3].wants == "says that it can't weigh things"
    apple = found[0].scene.objects[2]
    assert apple.support == "blue_bowl" and apple.inside


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("scene: red block", "kind and a place"),
        ("scene: red block .5", "x and y"),
        ("scene: block on", "value after 'on'"),
        ("put it there\nput it here", "expected '= plan'"),
        ("put it there", "got the end"),
        ("put it there\n= put [ the", "line 3"),
    ],
)
def test_blocks_that_are_none_name_their_line(line: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        list(free_blocks.lines(f"person: me\n{line}", "x"))
