"""No sentence of the evaluation sets reaches the corpus."""

import json

import pytest

from benchmarks.suites import overlap, sentences
from benchmarks.suites.others.files import find_folder
from llmagentos.command import command_hash, plain_command
from training.corpus import build, filter
from training.corpus.checks.checker import Checker


def test_every_sentence_of_our_suites_is_known():
    missing = [
        1
        for _, text in sentences(None, 0)
        if len(plain_command(text).split()) > filter.FREE_WORDS
        and not filter.is_evaluation_sentence(text)
    ]
    assert len(missing) == 0, "run `python -m benchmarks.suites.overlap --write`"


def test_one_or_two_words_are_nobodys_sentence():
    assert command_hash("undo") in filter.hashes()
    assert not filter.is_evaluation_sentence("Undo!")


def test_a_sentence_of_the_evaluation_sets_is_drawn_again(monkeypatch):
    before = build.draw(9_200_000)
    checker = Checker()
    monkeypatch.setattr(build, "is_evaluation_sentence", lambda text: text == before.command)
    after = build.draw(9_200_000, checker=checker)
    assert after != before
    assert checker.rejected["an evaluation set says it"] == 1
    assert build.draw(9_200_000) == after


def test_drawn_pairs_are_not_in_the_evaluation_sets():
    drawn = list(build.pairs(200, "train", 9_300_000, "static"))
    assert not any(filter.is_evaluation_sentence(pair.command) for pair in drawn)


def test_hashes_of_a_folder_are_added_to_a_file(tmp_path):
    rows = [{"instruction": "Lift the glorp."}, {"instruction": "please lift the glorp"}]
    (tmp_path / "x.jsonl").write_text("\n".join(map(json.dumps, rows)))
    out = tmp_path / "hashes.bin"
    assert overlap.write(out, tmp_path, 0, 0) == 1
    assert overlap.write(out, tmp_path, 0, 0) == 1
    assert command_hash("lift the glorp") in filter.hashes(out)


def test_both_keys_of_other_peoples_files_are_read(tmp_path):
    (tmp_path / "a.jsonl").write_text(json.dumps({"instruction": "lift the glorp"}) + "\n\n")
    (tmp_path / "b.jsonl").write_text(json.dumps({"sentence": "lower the glorp", "id": "1"}))
    assert list(overlap.instructions(tmp_path)) == ["lift the glorp", "lower the glorp"]
    assert command_hash("lower the glorp") in overlap.evaluation_hashes(tmp_path, ())


def test_a_row_without_a_sentence_is_named(tmp_path):
    (tmp_path / "odd.jsonl").write_text(json.dumps({"text": "lift the glorp"}))
    with pytest.raises(ValueError, match=r"expected one of instruction, sentence in odd\.jsonl"):
        list(overlap.instructions(tmp_path))


def test_every_sentence_of_other_peoples_files_is_known():
    folder = find_folder(None)
    if folder is None:
        pytest.skip("other people's commands are not here")
    said = list(overlap.instructions(folder))
    plain = [text for text in said if plain_command(text)]  # not those in other writing
    missing = [text for text in plain if command_hash(text) not in filter.hashes()]
    assert len(plain) > 1000
    assert len(missing) == 0, "run `python -m benchmarks.suites.overlap --write`"


def test_a_cut_off_file_is_an_error(tmp_path):
    path = tmp_path / "hashes.bin"
    path.write_bytes(b"12345")
    with pytest.raises(ValueError, match="multiple of 8"):
        filter.hashes(path)


def test_runs_of_four_words_are_counted():
    known = {"put the red block in the bowl"}
    table = list(overlap.gram_table(known, [("a", "Put the red block on it"), ("b", "go home")]))
    assert len(table) == 1
    assert table[0].split() == ["a", "33", "%", "of", "3"]
