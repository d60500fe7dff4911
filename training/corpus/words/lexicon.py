"""Words for the plan language's concepts: many for each, the commonest two first.

Knows: numbers, units, plurals; gathers the word lists of words_*.py. Does not know: templates.
"""

# Templates and word lists read best on one line each.
# fmt: off

from __future__ import annotations

from functools import lru_cache

from training.corpus.words.colors import COLOR_THINGS, COLOR_WORDS
from training.corpus.words.things import EMPTY_ADJECTIVES, KIND_WORDS, MATERIAL_WORDS, SIZE_WORDS
from training.corpus.words.verbs import GRAB_VERBS, IN_VERBS, PUSH_VERBS, PUT_VERBS, SET_DOWN
from training.corpus.words.where import (
    CORNER_WORDS,
    DIRECTION_WORDS,
    FAR,
    NEAR,
    ORDER_WORDS,
    REGION_WORDS,
    REL_WORDS,
)

__all__ = [
    "COLOR_THINGS", "COLOR_WORDS", "CORNER_WORDS", "DIRECTION_WORDS", "EMPTY_ADJECTIVES", "FAR", "GRAB_VERBS",
    "IN_VERBS", "KIND_WORDS", "MATERIAL_WORDS", "NEAR", "NUMBER_WORDS", "ORDER_WORDS", "ORDINALS", "PUSH_VERBS",
    "PUT_VERBS", "REGION_WORDS", "REL_WORDS", "SET_DOWN", "SIZE_WORDS", "TENS", "UNIT_WORDS", "article",
    "number_words", "ordinal", "plural",
]

NUMBER_WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
                "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen",
                "seventeen", "eighteen", "nineteen"]
TENS = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
ORDINALS = ["", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth",
            "ninth", "tenth"]

UNIT_WORDS = {
    "cm": ["cm", "centimeters", "centimetres", "centimeter", "centimetre", "cms", "centi meters"],
    "mm": ["mm", "millimeters", "millimetres", "millimeter", "millimetre", "mms"],
    "m": ["m", "meters", "metres", "meter", "metre"],
    "in": ["inches", "inch", "in."],
}


def number_words(n: int) -> str:
    """0 to 99 in words."""
    if n < 20:
        return NUMBER_WORDS[n]
    tens, ones = divmod(n, 10)
    if n >= 100:
        rest = f" and {number_words(n % 100)}" if n % 100 else ""
        return f"{NUMBER_WORDS[n // 100]} hundred{rest}"
    return TENS[tens] + (f"-{NUMBER_WORDS[ones]}" if ones else "")


def ordinal(n: int, digits: bool = False) -> str:
    """In words ("third") or digits ("3rd"); n from 1."""
    if digits:
        return f"{n}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(n, 'th') }"
    return ORDINALS[n]


_IRREGULAR = {
    "thing": "things", "box": "boxes", "dish": "dishes", "piece of crockery": "pieces of crockery",
    "piece of tableware": "pieces of tableware", "stack of blocks": "stacks of blocks",
    "tower of blocks": "towers of blocks", "lego": "legos", "dice": "dice", "mouse": "mice",
    "knife": "knives", "leaf": "leaves", "man": "men", "child": "children", "sheep": "sheep",
    "fish": "fish", "scissors": "scissors", "goose": "geese", "loaf": "loaves", "shelf": "shelves",
    "tooth": "teeth", "foot": "feet", "person": "people", "glasses": "glasses", "die": "dice",
    "piece of stuff": "pieces of stuff", "bit of stuff": "bits of stuff", "thing to put stuff in": "things to put stuff in",
    "vessel to hold things": "vessels to hold things", "piece of dishware": "pieces of dishware",
    "piece of lego": "pieces of lego", "piece of jenga": "pieces of jenga", "mug with a handle": "mugs with handles",
    "cup with a handle": "cups with handles", "cup for drinking": "cups for drinking",
    "tin of soup": "tins of soup", "can of soda": "cans of soda", "can of beans": "cans of beans",
    "can of food": "cans of food", "tin of beans": "tins of beans", "can of pop": "cans of pop",
    "pile of blocks": "piles of blocks", "pillar of blocks": "pillars of blocks", "heap of blocks": "heaps of blocks",
    "stack of cubes": "stacks of cubes", "tower of cubes": "towers of cubes", "pile of cubes": "piles of cubes",
    "column of blocks": "columns of blocks", "thing with a round shape": "things with a round shape",
    "object of round shape": "objects of round shape",
}


@lru_cache(maxsize=4096)
def plural(noun: str) -> str:
    """The plural of a noun or noun phrase."""
    if noun in _IRREGULAR:
        return _IRREGULAR[noun]
    head, _, last = noun.rpartition(" ")
    if head and last in _IRREGULAR:
        return f"{head} {_IRREGULAR[last]}"
    if noun.endswith(("s", "x", "ch", "sh", "z")):
        return noun + "es"
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + "s"


def article(phrase: str) -> str:
    """ "a" or "an" before a phrase."""
    return "an" if phrase[:1].lower() in "aeiou" else "a"
