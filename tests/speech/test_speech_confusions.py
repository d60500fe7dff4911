"""Sentences of the corpus, said and heard: lines that go on where they were, and the table of them."""

from __future__ import annotations

import json
import shutil

import pytest
from lab.spoken import needs_speech

from training.speech import confusions


@needs_speech
@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="expected espeak-ng, got none")
@pytest.mark.skipif(shutil.which("flite") is None, reason="expected flite, got none")
def test_it_goes_on_where_it_was(tmp_path):
    out = tmp_path / "said.jsonl"
    confusions.listen(out, 2, seed=3)
    before = out.read_text(encoding="utf-8")
    confusions.listen(out, 3, seed=3)
    assert out.read_text(encoding="utf-8").startswith(before)
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert len(lines) == 3 and len({line["said"] for line in lines}) == 3
    assert any(line["heard"] for line in lines)


def test_the_table_counts_pieces_that_differ():
    heard = [
        {"said": "Stack the red block.", "heard": "Stock the red block."},
        {"said": "Stack the blue block.", "heard": "Stack the blue block."},
        {"said": "Stack it.", "heard": "A completely other sentence."},  # a guess
    ]
    assert confusions.table(heard) == ["stack\tstock\t1\t2"]
