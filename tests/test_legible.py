"""Odd letters read as plain ones, and languages that are not English."""

from __future__ import annotations

import pytest

from llmagentos.command import check_command, read_command
from llmagentos.errors import CommandError, NotEnglishError
from llmagentos.legible import foreign


@pytest.mark.parametrize(
    ("typed", "read", "note"),
    [
        ("put the rеd blосk down", "put the red block down", '"red" and "block" in Latin letters'),
        ("put the сор here", "put the cop here", '"cop" in Latin letters'),
        ("put\u200b the\u2060 red blo\u200cck down", "put the red block down", "invisible"),
        ("ｐｕｔ　ｉｔ　ｂａｃｋ！", "put it back!", ""),
        ("move it 2½\" left", 'move it 2 1/2" left', ""),
        ("turn it 45º", "turn it 45°", ""),
        ("put 🟥 on 🟦", "put red one on blue one", ""),
        ("put the 🟥 block in the 🔵 bowl", "put the red block in the blue bowl", ""),
        ("🦆 in the ☕, please", "duck in the cup, please", ""),
        ("the café's cup, señor", "the café's cup, señor", ""),
        ("thanks 👍", "thanks 👍", ""),
    ],
)  # fmt: skip
def test_what_is_read(typed: str, read: str, note: str) -> None:
    reading = read_command(typed)
    assert reading.text == read
    assert note in reading.note and bool(note) == bool(reading.note)


@pytest.mark.parametrize("char", ["\u202e", "\u2066", "\u200f", "\U000e0041", "\x07", "\ud800"])
def test_what_hides_the_order_of_letters_is_refused(char: str) -> None:
    with pytest.raises(CommandError, match="expected"):
        check_command(f"put {char}it down")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("把红色方块放进蓝色碗里", "Chinese"),
        ("赤いブロックを青いボウルに入れて", "Japanese"),
        ("빨간 블록을 집어", "Korean"),
        ("положи красный кубик в миску", "Cyrillic letters"),
        ("ضع المكعب الأحمر في الوعاء", "Arabic"),
        ("βάλε τον κύβο στο μπολ", "Greek"),
        ("Leg den roten Block in die blaue Schüssel", "German"),
        ("Nimm bitte den Würfel", "German"),
        ("pon el bloque rojo en el tazón azul", "Spanish"),
        ("mets le bloc rouge dans le bol bleu", "French"),
        ("metti il blocco rosso nella ciotola", "Italian"),
        ("coloque o bloco vermelho na tigela azul", "Portuguese"),
        ("leg het rode blok naast de kom", "Dutch"),
        ("weź czerwony klocek i połóż na talerz", "Polish"),
        ("lägg den röda klossen i skålen", "Swedish"),
        ("kırmızı küpü mavi kaseye koy", "Turkish"),
    ],
)
def test_other_languages_are_named(text: str, language: str) -> None:
    with pytest.raises(NotEnglishError, match=f"English only, and that looks like {language}"):
        check_command(text)


@pytest.mark.parametrize(
    "text",
    [
        "put the vase next to el toro de la casa",
        "Größer, bitte!",
        "the croissant au chocolat goes on the plate",
        "move die 2 onto the plate and den mother's cup left",
        "Müller's block, s'il vous plaît, on the tray",
        "call it Das Boot and put it left",
        "c'est la vie, put the cup down",
        "con and pro: which of the blocks is on it?",
        "red block",
        "stop",
        "no",
        "UPDATE can SET place = left",
    ],
)
def test_english_with_foreign_words_is_english(text: str) -> None:
    assert foreign(text) == "" and check_command(text)
