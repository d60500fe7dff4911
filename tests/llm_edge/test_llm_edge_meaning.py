"""Vectors of words from the shipped planner's encoder, and their twin for tests."""

import pytest
from lab.meaning import FewWords, check_meaning

from llm_edge.meaning import EncoderWords
from llmagentos.errors import ModelError


def test_both_keep_the_contract():
    check_meaning(FewWords())
    check_meaning(EncoderWords())


def test_a_folder_without_an_encoder_is_told(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelError):
        EncoderWords(str(tmp_path)).vectors(["cup"])
