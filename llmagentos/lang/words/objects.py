"""The words that describe objects: how many, which, of what, and in which order.

Knows: one row a word and role, with what people say for it. Does not know: which things fit
(grounding/), nor how people say it to the robot (that is the language model's work).
"""

from __future__ import annotations

from dataclasses import dataclass

from llmagentos.lang.words.table import Word, Words


@dataclass(frozen=True)
class Quantifier(Word):
    """plural: means several, whatever the number ("count" and "at_most" go by theirs). together:
    all of them at once, so that their colours are joined by "and". indefinite: any will do, so
    that another one is as good. every: takes each n-th."""

    plural: bool = False
    indefinite: bool = False
    together: bool = False
    every: int = 0


@dataclass(frozen=True)
class Reference(Word):
    """Something the dialogue or the loop's present item ("this") has in hand.

    moved: of what was moved; can have a rank. several: stands for everything it points at.
    plural: said as several.
    """

    moved: bool = False
    several: bool = False
    plural: bool = False


@dataclass(frozen=True)
class Order(Word):
    """A superlative. start: where it is counted from ("the second from the left")."""

    start: str = ""


QUANTIFIERS = Words("quant", "a quantifier", [
    Quantifier("the"),
    Quantifier("a", indefinite=True),
    Quantifier("all", plural=True, together=True),
    Quantifier("both", plural=True, together=True),
    Quantifier("count", indefinite=True),
    Quantifier("at_most", indefinite=True),
    Quantifier("half", "half of the", plural=True, together=True),
    Quantifier("every_other", "every other", plural=True, every=2),
    Quantifier("rest", "the rest of the", plural=True, together=True),
    Quantifier("none", "none of the", plural=True),
    Quantifier("every_third", "every third", ("every_other",), plural=True, every=3),
    Quantifier("most", "most of the", since="one_each", plural=True, together=True),
    Quantifier("one_each", "", ("all", "a", "every_other"), plural=True),
    Quantifier("own", "", ("a", "all", "this"), indefinite=True),
])  # fmt: skip

REFERENCES = Words("past", "a reference", [
    Reference("it"),
    Reference("them", several=True, plural=True),
    Reference("other", "the other one"),
    Reference("this", "it"),
    Reference("last_moved", moved=True),
    Reference("first_moved", moved=True),
    Reference("answer", "what was just named", several=True),
    Reference("pattern", "the arrangement", several=True),
])  # fmt: skip

SIZES = Words("sizeword", "a size", [Word("small"), Word("medium"), Word("large")])

MATERIALS = Words("material", "a material", [
    Word("wood", "wooden"),
    Word("metal"), Word("plastic"), Word("glass"), Word("rubber"), Word("ceramic"), Word("paper"),
    Word("cloth"), Word("foam"),
])  # fmt: skip

#: "held" is said behind the noun: "in the hand".
STATES = Words("state", "a state", [
    Word("empty"), Word("full"), Word("held"), Word("stacked"), Word("clear", "uncovered"),
])  # fmt: skip

ORDERS = Words("key", "an order", [
    Order("left", "leftmost", start="the left"),
    Order("right", "rightmost", start="the right"),
    Order("front", "frontmost", start="the front"),
    Order("back", "backmost", start="the back"),
    Order("middle", "middle", start="the middle"),
    Order("top", "topmost", start="the top"),
    Order("bottom", "bottommost", start="the bottom"),
    Order("nearest"), Order("farthest"), Order("largest"), Order("smallest"), Order("tallest"),
    Order("shortest"), Order("darkest"), Order("lightest"), Order("fullest"), Order("emptiest"),
])  # fmt: skip

GROUP_BYS = Words("by", "color, size or kind", [
    Word("color", "colour"), Word("size"), Word("kind"),
])  # fmt: skip

#: What a group is, said with what its things are alike in.
GROUP_TESTS = Words("test", "a test of groups", [
    Word("odd", "of a {by} with an odd number"),
    Word("even", "of a {by} with an even number"),
    Word("most", "of the most frequent {by}"),
    Word("fewest", "of the rarest {by}"),
    Word("unique", "whose {by} is unique"),
    Word("repeated", "that share their {by}"),
])  # fmt: skip
