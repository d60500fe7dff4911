"""A thing that could not go as far towards another as was said: the reply tells how far it went."""

from __future__ import annotations

import math

import pytest
from lab.session import Table


def went_cm(t: Table, object_id: str, start: tuple[float, ...]) -> int:
    return round(100 * math.dist(t.get(object_id).position[:2], start[:2]))


@pytest.mark.parametrize(("verb", "did"), [("push", "pushed"), ("put", "put")])
def test_a_way_that_ends_at_the_landmark_is_told_as_it_was(verb: str, did: str) -> None:
    t = Table()
    start = t.get("red_block").position
    out = t.do(f"{verb} [ the red block ] toward [ the blue bowl ] dist 12 in")
    far = went_cm(t, "red_block", start)
    assert 1 <= far < 25
    words = f"{did} the red block {far} cm toward the blue bowl, until it was next to it"
    assert out.reply == f"I {words}." and out.steps[0]["words"] == words.replace("pushed", "push")
    assert words in t.do("answer did", command="what did you do?").reply


def test_as_far_as_was_said_is_told_as_it_was_said() -> None:
    t = Table()
    out = t.do("push [ the green block ] toward [ the white plate ] dist 3 cm")
    assert out.reply == "I pushed the green block 3 cm toward the white plate."
    out = t.do("push [ the blue block ] toward [ the blue bowl ]")
    assert out.reply == "I pushed the blue block toward the blue bowl."


def test_what_stands_there_already_is_told() -> None:
    t = Table()
    t.do("push [ the red block ] toward [ the blue bowl ] dist 12 in")
    out = t.do("push [ the red block ] toward [ the blue bowl ] dist 12 in")
    assert "12 inches" not in out.reply
    assert "The red block can't go farther that way: it is next to it." in out.reply


def test_several_come_as_far_as_there_is_room() -> None:
    t = Table()
    out = t.do("put [ all block ] toward [ the blue bowl ] dist 1 m")
    assert out.status == "succeeded"
    assert "1 m" not in out.reply and "as far as there was room" in out.reply
