"""What the hand-written commands' tool says of a model."""

from __future__ import annotations

import re

import pytest

from llmagentos.shipped import DEFAULT_MODEL
from training.corpus import said


def test_every_wording_is_asked_and_what_is_wrong_is_shown(
    capsys: pytest.CaptureFixture[str],
) -> None:
    said.weak("start", DEFAULT_MODEL, 2, 1.01)
    out = capsys.readouterr().out
    found = re.search(r"^(\d+) of (\d+) right by", out, re.MULTILINE)
    assert found is not None
    right, tries = int(found[1]), int(found[2])
    wordings = sum(len(block.wordings) for block in said.blocks("start"))
    assert 0 < right <= tries <= 2 * wordings
    assert out.count("        wanted ") == tries - right
    assert out.count(": put ") + out.count(": pick ") > 0  # a threshold over 1 shows every block
