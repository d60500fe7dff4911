"""Text cut into what the reader of numbers looks at: digits, words, signs.

Knows: digits with decimal point or comma, thousands, fractions ("1/2", "2½"), signs, and in which
word of the text each stands. Does not know: what they add up to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from llmagentos.lang.numbers.words import VULGAR

_MINUS = "-−–—"
_TOKEN = re.compile(
    rf"""
    (?P<ordinal>\d+(?:st|nd|rd|th)(?![a-z]))
  | (?P<number>
        (?P<sign>[{_MINUS}+])?
        (?P<digits>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?(?![\d,.]*\d) | \d+(?:[.,]\d+)?
                   | (?<!\d)[.,]\d+)
        (?: (?P<vulgar>[{"".join(VULGAR)}]) | [/⁄](?P<below>\d+)(?![\d/]|[.,]\d)
          | e(?P<power>[-+]?\d{{1,2}})(?!\w) )?
    )
  | (?P<part>[{"".join(VULGAR)}])
  | (?P<word>[^\W\d_]+(?:['’](?:s|t|re|ve|d|ll|m)(?!\w))?)
  | (?P<other>''|\S)
    """,
    re.VERBOSE,
)


@dataclass(frozen=True)
class Token:
    """kind: "number" (value), "ordinal" (value), "word" or "sign" (text, lower case). word: the
    word of the text it stands in. glued: nothing between it and the token before. whole: a number
    in plain digits. part: a fraction below one, in signs ("1/2", "½")."""

    kind: Literal["number", "ordinal", "word", "sign"]
    text: str
    value: float
    word: int
    start: int
    end: int
    glued: bool
    whole: bool = False
    part: bool = False


def tokens(text: str) -> list[Token]:
    """The tokens of a text, in their order."""
    return list(_tokens(text))


def _tokens(text: str) -> Iterator[Token]:
    # letter by letter, so that characters keep their places ("İ" would become two)
    lower = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    for index, word in enumerate(re.finditer(r"\S+", lower)):
        at = word.start()
        while at < word.end():
            found = _TOKEN.match(lower, at, word.end())
            assert found is not None  # the last way takes any character
            glued = at > word.start()
            end = found.end()
            if found["number"] and _is_hyphen(lower, found, word.start()):
                end = at + 1
                yield Token("sign", lower[at], 0.0, index, at, end, glued)
            elif found["number"] and (comma := _list_comma(lower, found)):
                end = comma
                value = float(lower[at:end])
                yield Token(
                    "number", lower[at:end], value, index, at, end, glued, value.is_integer()
                )
            else:
                yield _token(found, (index, at, end, glued))
            at = end


def _is_hyphen(text: str, found: re.Match[str], word_start: int) -> bool:
    """Behind a letter, a digit or a unit a hyphen is no sign: "5-10", "block-2"."""
    at = found.start()
    if not found["sign"] or at == word_start:
        return False
    return text[at - 1].isalnum() or text[at - 1] in ")\"'°%′″"


def _list_comma(text: str, found: re.Match[str]) -> int:
    """Where the comma of "(40,20)" stands, which is no decimal one; 0 where there is none."""
    digits = found["digits"] or ""
    in_brackets = text[found.start() - 1 : found.start()] in ("(", "[", "=") and found.start() > 0
    closed = text[found.end() : found.end() + 1] in (")", "]")
    if "," not in digits[1:] or not (in_brackets or closed) or found["below"]:
        return 0
    if digits.startswith("0,") and not (in_brackets and closed):
        return 0
    return found.start("digits") + digits.index(",")


def _token(found: re.Match[str], place: tuple[int, int, int, bool]) -> Token:
    text = found.group()
    if found["ordinal"]:
        return Token("ordinal", text, float(re.sub(r"\D", "", text)), *place, whole=True)
    if found["part"]:
        return Token("number", text, VULGAR[text], *place, part=True)
    if found["number"]:
        below = found["below"] or found["vulgar"] or found["power"]
        value = _value(found)
        whole = not below and value.is_integer() and not found["sign"]
        return Token("number", text, value, *place, whole, bool(found["below"]) and 0 < value < 1)
    return Token("word" if found["word"] else "sign", text, 0.0, *place)


def _value(found: re.Match[str]) -> float:
    digits = found["digits"]
    if re.fullmatch(r"[1-9]\d{0,2}(,\d{3})+(\.\d+)?", digits):
        digits = digits.replace(",", "")
    value = float(digits.replace(",", "."))
    if found["vulgar"]:
        value += VULGAR[found["vulgar"]]
    if found["below"] and float(found["below"]):
        value /= float(found["below"])
    if found["power"]:
        value *= 10.0 ** int(found["power"])
    return -value if found["sign"] and found["sign"] in _MINUS else value
