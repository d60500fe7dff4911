"""Taught words: how they are kept, written out, and what keeps its meaning whatever is taught."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from llmagentos.errors import CommandError, FileError
from llmagentos.learning import word_acts
from llmagentos.learning.word_acts import Ask, Forget, Teach
from llmagentos.learning.words import MAX_WORDS, Lexicon, Taught


def lexicon(*rows: tuple[str, str, str]) -> Lexicon:
    words = Lexicon()
    for name, meaning, sort in rows:
        words.teach(Taught(name, meaning, sort))  # type: ignore[arg-type]
    return words


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("put the zorp in the tray", "put the red block in the tray"),
        ("Put a Zorp in the tray!", "Put a red block in the tray!"),
        ("stack all zorps", "stack all red blocks"),
        ("put two zorps and zorp on the plate", "put two red blocks and the red block on the plate"),
        ("where is zorp's bowl", "where is zorp's bowl"),  # another word
        ("call the green block zorp", "call the green block zorp"),  # gives a name, uses none
        ("put the glip next to a blick", "put the apple that is left of the cup next to an apple"),
        ("pick up the glips", "pick up the apples that are left of the cup"),
        ("tidy up", "put everything in the tray"),
        ("please tidy up, then wave", "put everything in the tray, then wave"),
        ("the tidy up box", "the tidy up box"),  # no clause of its own
        ("party", "put the red block in the bowl and put everything in the tray"),
    ],
)  # fmt: skip
def test_commands_are_written_out(said: str, meant: str) -> None:
    words = lexicon(
        ("zorp", "red block", "thing"),
        ("glip", "apple that is left of the cup", "thing"),
        ("blick", "apple", "thing"),
        ("tidy up", "put everything in the tray", "phrase"),
        ("party", "put the zorp in the bowl and tidy up", "phrase"),
    )
    assert words.expanded(said).text == meant


def test_what_is_on_the_table_is_called_by_its_kind() -> None:
    words = lexicon(("zorp", "red block", "thing"))
    assert words.expanded("take the zorp", seen={"zorp"}).text == "take the zorp"


def test_no_word_stands_for_itself_nor_grows_without_end() -> None:
    words = lexicon(("zip", "put it down and zap", "phrase"))
    with pytest.raises(CommandError, match="stands for itself"):
        words.teach(Taught("zap", "zip", "phrase"))
    with pytest.raises(CommandError, match=r"deep|characters"):
        words.teach(Taught("zip", "zip and zip", "phrase"))
    assert [t.meaning for t in words] == ["put it down and zap"], "what was refused is not kept"
    long = lexicon(("boom", "wave " * 190, "phrase"))
    with pytest.raises(CommandError, match="1000 characters"):
        long.expanded("boom, boom, boom")


def test_there_is_an_end_to_what_is_kept() -> None:
    words = lexicon(*((f"w{i}", "red block", "thing") for i in range(MAX_WORDS)))
    with pytest.raises(CommandError, match=str(MAX_WORDS)):
        words.teach(Taught("one more", "red block", "thing"))


def test_words_outlive_the_agent_and_can_be_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "new" / "words.json"
    words = Lexicon(path)
    words.teach(Taught("zorp", "red block", "thing", "a zorp is a red block", "2026-01-01"))
    words.teach(Taught("tidy up", "put everything in the tray", "phrase"))
    assert list(Lexicon(path)) == list(words)
    again = Lexicon(path)
    assert again.forget("Zorps") is not None and again.forget("zorp") is None
    assert [t.name for t in Lexicon(path)] == ["tidy up"]
    assert again.forget_all() == 1 and len(Lexicon(path)) == 0


@pytest.mark.parametrize(
    "content",
    [b"{", b"\xff", b"[]", b'{"version": 9, "words": []}', b'{"version": 1, "words": [{"name": 3}]}',
     json.dumps({"version": 1, "words": [{"name": "A B", "meaning": "x", "sort": "thing"}]}).encode()],
)  # fmt: skip
def test_a_broken_file_is_put_aside_and_said(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "words.json"
    path.write_bytes(content)
    words = Lexicon(path)
    assert len(words) == 0 and "kept as" in words.problem
    (aside,) = tmp_path.glob("words.json.broken-*")
    assert aside.read_bytes() == content
    words.teach(Taught("zorp", "red block", "thing"))
    assert len(Lexicon(path)) == 1


def test_a_file_that_cannot_be_written_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    words = Lexicon(tmp_path / "file" / "words.json")
    with pytest.raises(FileError, match="a folder for taught words"):
        words.teach(Taught("zorp", "red block", "thing"))
    assert len(words) == 0


@pytest.mark.parametrize(
    ("said", "act"),
    [
        ("a zorp is a red block", Teach("zorp", "a red block", "thing", False)),
        ("Please remember: zorps are red blocks.", Teach("zorp", "red blocks", "thing", False)),
        ("by gleep I mean the blue bowl", Teach("gleep", "the blue bowl", "")),
        ('the word "gleep" stands for the blue bowl', Teach("gleep", "the blue bowl", "")),
        ("when I say tidy up, put everything in the tray",
         Teach("tidy up", "put everything in the tray", "phrase", False)),
        ("Whenever I say sesame, wave", Teach("sesame", "wave", "phrase")),
        ("put everything in the tray whenever I say sesame",
         Teach("sesame", "put everything in the tray", "phrase")),
        ("what does zorp mean?", Ask("zorp")),
        ("which words do you know?", Ask()),
        ("forget zorp", Forget("zorp", False)),
        ("forget the word zorp", Forget("zorp")),
        ("forget everything I taught you", Forget()),
        # waiting for one word, once, and whatever else is no definition
        ("when I say go, put the red block in the bowl", None),
        ("put the red block in the bowl when I say now", None),
        ("put the red block in the bowl", None),
        ("the red block is heavy", None),
        ("is a zorp a red block?", None),
        ("this means trouble", None),
        ("call the red block bob", None),
        ("if there is a red block, put it in the bowl", None),
    ],
)  # fmt: skip
def test_only_sentences_about_words_are_acts(said: str, act: word_acts.Act | None) -> None:
    assert word_acts.find(said) == act
