"""One random draw of a corpus pair: choice of words and templates, with held-out parts.

Knows: which words and templates are kept for the development splits, and how a span of the
command is marked so that the plan can point at it. Does not know: any meaning.
"""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

T = TypeVar("T")
Split = Literal["train", "words", "templates", "compositions"]

#: Percent of words and templates that training never sees.
HELD_OUT_PERCENT = 7
#: Spans are marked by private-use characters, one per span.
SPAN_BASE = 0xE000
SPAN_COUNT = 64

_GROUP = re.compile(r"\(([^()\[\]]*)\)|\[([^()\[\]]*)\]")
_SLOT = re.compile(r"\{(\w+)\}")


def held_out(text: str, salt: str) -> bool:
    """Whether this word or template belongs to the development splits (stable over runs)."""
    return zlib.crc32(f"{salt}:{text}".encode()) % 100 < HELD_OUT_PERCENT


@dataclass(frozen=True)
class Sample:
    """Words (still with span marks), the robot's pending question, and steps."""

    text: str
    pending: str
    steps: tuple[Any, ...]


class Ctx:
    """The state of one draw. `rng` decides everything; `split` says what may be used."""

    def __init__(self, seed: int | str, split: Split = "train"):
        self.rng = random.Random(seed)
        self.split: Split = split
        self.used_held_out = False
        self._spans = 0

    # --- chance ---------------------------------------------------------------------------

    def chance(self, p: float) -> bool:
        """True with probability `p`."""
        return self.rng.random() < p

    def one(self, options: Sequence[T]) -> T:
        """A plain uniform choice; nothing is held out."""
        return self.rng.choice(options)

    def weighted(self, options: dict[T, float]) -> T:
        """One of the options, as often as its weight says."""
        return self.rng.choices(list(options), weights=list(options.values()))[0]

    def choose(self, held: Sequence[T], free: Sequence[T], split: Split) -> T:
        """One of the free, or, for that development split, more often one of those held out."""
        if self.split == split and held and self.chance(0.6):
            self.used_held_out = True
            return self.rng.choice(held)
        return self.rng.choice(free)

    def _held_or_not(self, options: Sequence[str], split: Split, first_free: int) -> str:
        salt = split[0]
        held = [o for i, o in enumerate(options) if i >= first_free and held_out(o, salt)]
        free = [o for o in options if o not in held] if held else options
        return self.choose(held, free, split)

    def word(self, options: Sequence[str]) -> str:
        """A synonym; the first two are common, and never held out."""
        if len(options) > 2 and self.split != "words" and self.chance(0.3):
            return options[0] if self.chance(0.6) else options[1]
        return self._held_or_not(options, "words", 2)

    def say(self, templates: Sequence[str], **slots: Any) -> str:
        """A template, expanded: (a|b) one of, [a|b] one of or nothing, {slot} filled in."""
        return self.fill(self._held_or_not(templates, "templates", 2), **slots)

    def fill(self, template: str, **slots: Any) -> str:
        """A template with its slots filled, its (a|b) chosen and its [optional] parts kept or not."""
        text = template
        while "(" in text or "[" in text:
            text = _GROUP.sub(self._expand, text)
        return self.fill_slots(text, slots)

    @staticmethod
    def fill_slots(text: str, slots: dict[str, Any]) -> str:
        """A template with its slots filled, and nothing else chosen."""
        return " ".join(_SLOT.sub(lambda m: str(slots[m[1]]), text).split())

    def _expand(self, m: re.Match[str]) -> str:
        if m[1] is not None:
            return self.rng.choice(m[1].split("|"))
        return self.rng.choice(m[2].split("|")) if self.chance(0.5) else ""

    # --- pointers -------------------------------------------------------------------------

    def span(self, words: str) -> tuple[str, str]:
        """Marks words of the command. Returns (marked words, the placeholder for the plan)."""
        if self._spans >= SPAN_COUNT:
            raise ValueError("too many spans in one command")
        mark = chr(SPAN_BASE + self._spans)
        self._spans += 1
        return " ".join(mark + w for w in words.split()), mark


def is_mark(char: str) -> bool:
    """Whether a character marks the begin or end of a text that the plan points at."""
    return SPAN_BASE <= ord(char) < SPAN_BASE + SPAN_COUNT
