"""What a recogniser makes of sentences, taught without teaching another meaning."""

from __future__ import annotations

import random

import pytest

from llmagentos.objects import kinds
from llmagentos.objects.colors import COLORS
from training.corpus import build, misheard, mix
from training.corpus.alignment import one_spelling
from training.corpus.misheard import Row, may_be_taught
from training.corpus.sampler import Ctx


def row(said: str, heard: str, times: int = 5, of: int = 20) -> Row:
    return Row(tuple(said.split()), tuple(heard.split()), times, of)


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("bowl", "ball"),  # another thing
        ("bowl", "bolt"),  # a thing of which nothing is known here
        ("red", "green"),
        ("two", "three"),
        ("left", "right"),
        ("the", "two"),
        ("in", "on"),
        ("bowl", ""),
        ("not", ""),
        ("don't", "do"),
        ("blocks", "block"),
        ("toys", "boys"),  # people, though the corpus has them one at a time
        ("red", "to"),
        ("behind the", "beside the"),
    ],
)
def test_what_means_something_else_is_not_taught(said, heard):
    assert not may_be_taught(row(said, heard))


@pytest.mark.parametrize(
    ("said", "heard"),
    [("two", "2"), ("the", ""), ("stack", "stuk"), ("for", "to"), ("please", "")],
)
def test_what_means_the_same_is_taught(said, heard):
    assert may_be_taught(row(said, heard))


def test_what_was_heard_once_must_sound_alike():
    assert may_be_taught(row("stack", "stuk", times=1))
    assert not may_be_taught(row("stack", "plimsoll", times=1))


def test_no_row_of_the_table_hears_a_colour_a_kind_or_a_number_for_another():
    taught = [r for r in misheard.rows() if may_be_taught(r)]
    assert len(taught) > 50
    telling = set(COLORS) | {w for k in kinds.KINDS.values() for w in (k.name, *k.words)}
    for r in taught:
        said, heard = (set(one_spelling(" ".join(words))) for words in (r.said, r.heard))
        assert not telling & (heard - said), r


def test_the_table_is_counts_of_short_pieces():
    for r in misheard.rows():
        assert 1 <= len(r.said) <= misheard.LONGEST, r
        assert len(r.heard) <= misheard.LONGEST, r
        assert 1 <= r.times <= r.of, r


def test_a_table_that_is_none_is_named(tmp_path):
    path = tmp_path / "some.tsv"
    path.write_text("said\theard\ttimes\tof\nbowl\tbolt\t3\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"some\.tsv:2: expected said, heard, times, of"):
        misheard.rows(path)


def test_it_hesitates_begins_twice_and_leaves_out_points():
    text = "put the red block, the one on the left, into the blue bowl"
    heard = {misheard.misheard(Ctx(f"x:{i}"), text, False) for i in range(300)}
    assert any(" um" in h or " uh" in h for h in heard)
    assert any("the the" in h.lower() or h.lower().startswith("put put") for h in heard)
    assert any(h == h.lower() and "," not in h and "." not in h for h in heard)
    assert any(h.startswith("Put the red block, the one") and h.endswith(".") for h in heard)
    assert any(
        h.endswith("?") for h in (misheard.misheard(Ctx(f"q:{i}"), text, True) for i in range(9))
    )


def test_colours_kinds_and_numbers_stay_what_they_were():
    text = "put the two red blocks 5 cm to the left of the blue bowl"
    for i in range(300):
        words = misheard.misheard(Ctx(f"same:{i}"), text, False).lower().rstrip(".").split()
        others = (set(COLORS) | {"ball", "balls", "plate", "cup", "right", "three"}) - {
            "red",
            "blue",
        }
        assert not others & set(words), words


def test_words_that_a_plan_points_at_stay_as_they_were_said():
    ctx = Ctx("names")
    marked, mark = ctx.span("stack two")
    for i in range(200):
        heard = misheard.misheard(Ctx(f"names:{i}"), f"call this {marked} and go to it", False)
        kept = [w for w in heard.split() if w.startswith(mark)]
        assert [w.strip(mark + ".,").lower() for w in kept] == ["stack", "two"], heard


def test_misheard_sentences_become_checked_pairs(monkeypatch):
    monkeypatch.setattr("training.corpus.noise.SPOKEN", 1.0)
    rng = random.Random(5)
    for _ in range(60):
        pair = build.draw(f"heard:{rng.random()}", sample=mix.sample)
        build.check(pair)  # its plan is the one that its words and pointers spell
