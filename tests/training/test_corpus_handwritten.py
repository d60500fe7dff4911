"""The commands written by hand: their files, how they are read, grouped and drawn."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from llmagentos.default_model import DEFAULT_MODEL
from training.corpus.handwritten import blocks as files
from training.corpus.handwritten import check, meaning, slots
from training.corpus.sampler import Ctx, held_out

TEXT = """
# which one
=> choose [ the object order left ]
the left one, not the right one
?? Which block?
?? Which {k} do you mean?
left
the left one
=> pick {a}
take {a}
"""


def test_every_block_lies_in_the_file_of_its_meaning_and_no_plan_has_two() -> None:
    assert meaning.misplaced() == []
    assert len(files.blocks()) > 3500


def test_wordings_are_not_lost() -> None:
    every = [(b.plan, w.text, w.questions) for b in files.blocks() for w in b.wordings]
    assert len(set(every)) == len(every) >= 19_900


def test_a_wording_answers_the_questions_above_it() -> None:
    choose, pick = files.parse("dialogue/choose.txt", TEXT)
    asked = ("Which block?", "Which {k} do you mean?")
    assert [w.questions for w in choose.wordings] == [(), asked, asked]
    assert choose.questions == asked
    assert (pick.plan, pick.where) == ("pick {a}", "dialogue/choose.txt:9")


def test_a_block_reads_as_it_was_written() -> None:
    for block in files.blocks("dialogue/"):
        (again,) = files.parse("x", "\n".join(files.lines(block)))
        assert again.wordings == block.wordings


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("take it", "x:1: expected a plan"),
        ("=> home\n=> look\nlook", "x:1: expected wordings below '=> home'"),
        ("=> home\nhome\n?? Which?", "x:1: expected wordings below '\\?\\? Which\\?'"),
    ],
)
def test_what_is_missing_is_named(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        files.parse("x", text)


def test_the_first_tenth_of_a_block_is_never_held_out() -> None:
    texts = [f"wording number {i}" for i in range(60)]
    (block,) = files.parse("x", "\n".join(["=> home", *texts]))
    held = {w.text for w in block.wordings if w.held}
    assert held == {t for t in texts[6:] if held_out(t, "t")} != set()


def test_what_is_held_out_is_drawn_for_its_split_alone() -> None:
    (block,) = files.parse("x", "\n".join(["=> home", *(f"go home {i}" for i in range(60))]))
    held = {w.text for w in block.wordings if w.held}
    train = {slots.draw(Ctx(i), block)[1] for i in range(400)}
    tested = {slots.draw(Ctx(i, "templates"), block)[1] for i in range(400)}
    assert not train & held
    assert held <= tested


def test_blocks_of_one_plan_are_joined() -> None:
    some = [*files.parse("a", TEXT), *files.parse("b", "=> pick {a}\ngrab {a}\ntake {a}")]
    joined = files.joined([b for b in some if b.plan == "pick {a}"])
    assert [w.text for w in joined.wordings] == ["take {a}", "grab {a}"]


@pytest.mark.parametrize(
    ("plan", "file"),
    [
        ("put {a} in {h}", "put/in.txt"),
        ("put {a} {p}", "put/anywhere.txt"),
        ("put [ the {k} order left 2 ] in {h}", "put/orders/side.txt"),
        ("put [ the other {k} ] in {h}", "put/references.txt"),
        ("put {a} in {h} ; rotate {a} cw {deg}", "order/acts.txt"),
        ("refuse fire", "refuse/fire.txt"),
        ("cannot pour {s}", "cannot/pour.txt"),
        ("answer where {a}", "answer/where.txt"),
        ("if exists {a} { home } else { look }", "control/if_else.txt"),
        ("correct at left", "dialogue/correct_place.txt"),
    ],
)
def test_a_plan_says_its_file(plan: str, file: str) -> None:
    assert meaning.file_of(plan) == file


def test_grouping_moves_and_joins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "new.txt").write_text("# mine\n=> pick {a}\ngrab {a}\n=> home\ngo home\n")
    (tmp_path / "pick.txt").write_text("# taking\n=> pick {a}\ntake {a}\n")
    monkeypatch.setattr(files, "FOLDER", tmp_path)
    files.blocks.cache_clear()
    try:
        assert len(meaning.misplaced()) == 3
        assert meaning.main(["--group"]) == 0
        assert sorted(p.name for p in tmp_path.iterdir()) == ["pick.txt", "robot.txt"]
        assert (tmp_path / "pick.txt").read_text() == "# taking\n=> pick {a}\ngrab {a}\ntake {a}\n"
    finally:
        files.blocks.cache_clear()


def test_every_wording_weighs_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    many = "\n".join(["=> home", *(f"go home {i}" for i in range(9)), "=> look", "look"])
    monkeypatch.setattr(slots, "blocks", lambda group: tuple(files.parse("x", many)))
    drawn = Counter(slots.sample(Ctx(f"weight:{i}"))[1] for i in range(4000))
    homes = sum(n for text, n in drawn.items() if text != "look")
    assert 3500 < homes < 3700  # nine of ten, give or take five standard deviations


def test_every_wording_is_asked_and_what_is_wrong_is_shown(
    capsys: pytest.CaptureFixture[str],
) -> None:
    check.weak("put/unknown_region", DEFAULT_MODEL, 2, 1.01)
    out = capsys.readouterr().out
    found = re.search(r"^(\d+) of (\d+) right by", out, re.MULTILINE)
    assert found is not None
    right, tries = int(found[1]), int(found[2])
    wordings = sum(len(block.wordings) for block in files.blocks("put/unknown_region"))
    assert 0 < right <= tries <= 2 * wordings
    assert out.count("        wanted ") == tries - right
    assert out.count(": put ") > 0  # a threshold over 1 shows every block
