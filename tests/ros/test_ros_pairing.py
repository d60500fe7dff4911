"""Colour and depth pictures that belong together."""

from __future__ import annotations

from llmagentos_ros.pairing import PicturePairs


def test_pairs_come_in_any_order_and_within_the_slop() -> None:
    pairs = PicturePairs(0.02)
    assert pairs.color(1.0, "c1") is None
    assert pairs.depth(1.015, "d1") == ("c1", "d1")
    assert pairs.depth(2.0, "d2") is None
    assert pairs.color(2.0, "c2") == ("c2", "d2")
    assert pairs.color(2.0, "c3") is None  # its partner is used up
    assert pairs.problem == "" and pairs.dropped == 0


def test_the_nearest_partner_is_taken() -> None:
    pairs = PicturePairs(0.05)
    pairs.depth(0.96, "early")
    pairs.depth(1.01, "near")
    assert pairs.color(1.0, "c") == ("c", "near")


def test_pictures_that_never_match_are_named() -> None:
    pairs = PicturePairs(0.02)
    for k in range(4):
        assert pairs.problem == "" or k >= 3
        assert pairs.color(0.1 * k, "c") is None
        assert pairs.depth(0.1 * k + 0.04, "d") is None
    assert pairs.problem.endswith("(pair_slop_s), got 0.040 s at best")
    assert pairs.dropped == 2
    assert pairs.color(1.0, "c") is None
    assert pairs.depth(1.0, "d") == ("c", "d") and pairs.problem == ""


def test_one_kind_alone_is_not_a_mismatch() -> None:
    pairs = PicturePairs(0.02)
    for k in range(20):
        pairs.color(0.1 * k, "c")
    assert pairs.problem == ""  # depth is missing: that is another thing to say
