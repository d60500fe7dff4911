"""Said beside heard: word errors and what differs."""

from __future__ import annotations

import pytest

from training.corpus.alignment import differences, errors


@pytest.mark.parametrize(
    ("said", "heard", "wrong", "of"),
    [
        ("put the red block in the bowl", "Put the red block in the bowl.", 0, 7),
        ("put the red block in the bowl", "Put the red block in the blue bolt.", 2, 7),
        ("put the red block in the bowl", "", 7, 7),
        ("put the red block", "put red block", 1, 4),
        ("move it 5cm, to the centre", "Move it five centimeters to the center", 0, 7),
        ("the third grey one", "the 3rd gray 1", 0, 4),
        ("the front-left corner", "the front left corner", 0, 4),
    ],
)
def test_word_errors(said, heard, wrong, of):
    assert errors(said, heard) == (wrong, of)


def test_pieces_that_differ_are_laid_beside_what_sounds_like_them():
    said = "stack the green cube on the yellow one".split()
    heard = "sack the green the cube on yellow one".split()
    assert list(differences(said, heard)) == [
        (("stack",), ("sack",)),
        ((), ("the",)),
        (("the",), ()),
    ]


def test_neighbours_that_differ_are_one_piece():
    assert list(differences(["behind", "it"], ["be", "hind", "it"])) == [
        (("behind",), ("be", "hind"))
    ]


def test_nothing_differs():
    assert list(differences(["a", "b"], ["a", "b"])) == []
