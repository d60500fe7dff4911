"""Odd letters read as plain ones, and languages that are not English."""

from __future__ import annotations

import pytest

from llmagentos.command import check_command
from llmagentos.errors import CommandError, NotEnglishError
from llmagentos.legible import foreign


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("ｐｕｔ　ｉｔ　ｂａｃｋ！", "put it back!"),
        ("move it 2½\" left", 'move it 2 1/2" left'),
        ("turn it 45º", "turn it 45°"),
        ("put 🟥 on 🟦", "put red one on blue one"),
        ("put the 🟥 block in the 🔵 bowl", "put the red block in the blue bowl"),
        ("put ⬛\ufe0f in the ☕\ufe0f", "put black one in the cup"),
        ("🦆 in the ☕, please", "duck in the cup, please"),
        ("the café's cup, señor", "the café's cup, señor"),
        ("thanks 👍", "thanks 👍"),
        ("thanks 👩\u200d🍳 1\ufe0f\u20e3", "thanks 👩🍳 1\u20e3"),
        ("\ufeffput it back", "put it back"),
        ("move it Δx = 5 μm to Миша", "move it Δx = 5 μm to Миша"),
    ],
)  # fmt: skip
def test_what_is_read(typed: str, read: str) -> None:
    assert check_command(typed) == read


@pytest.mark.parametrize(
    ("typed", "got"),
    [
        ("put the r\u0435d block down", 'U+0435 in "r\u0435d", which only looks like "e"'),
        ("put the \u0441\u043e\u0440 here", 'which only looks like "c"'),
        ("put the bl\u0585ck here", 'U+0585 in "bl\u0585ck"'),
        ("put the \u0261reen block here", 'which only looks like "g"'),
        ("put the red\u200b block down", "invisible U+200B at 12"),
        ("put\u2060 the red block down", "invisible U+2060 at 4"),
        ("put the re\u00add block down", "invisible U+00AD"),
        ("put the re\u200dd block down", "invisible U+200D"),
        ("put the re\ufe0fd block down", "invisible U+FE0F"),
        ("put the re\u3164d block down", "invisible U+3164"),
        ("put the red \ufeffblock down", "invisible U+FEFF"),
    ],
)
def test_what_looks_different_from_what_it_says_is_refused(typed: str, got: str) -> None:
    with pytest.raises(CommandError, match=r"expected (visible text|Latin letters)") as raised:
        check_command(typed)
    assert got in str(raised.value)


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
