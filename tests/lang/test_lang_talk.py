"""Of which plans nothing but words comes: what `ask` of a model's client may carry out."""

from __future__ import annotations

import pytest

from llmagentos.lang.codec import parse


@pytest.mark.parametrize(
    ("text", "talks"),
    [
        ("answer scene", True),
        ("refuse fire", True),
        ('say "hello"', True),
        ("home", False),
        ("undo", False),
        ("put [ the red block ] in [ the blue bowl ]", False),
    ],
)
def test_a_plan_that_only_talks(text: str, talks: bool) -> None:
    assert parse(text).only_talks is talks
