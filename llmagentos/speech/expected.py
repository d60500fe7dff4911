"""Which words are likely now: those of the scene, of plans, of what people taught.

Knows: where such words come from, and the text that makes a recogniser expect them. Does not know:
sound, recognisers, how a reading is chosen (understanding.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from llmagentos.lang import words as w
from llmagentos.objects import kinds
from llmagentos.objects.colors import COLORS
from llmagentos.types import Scene

#: What people say around things and places, to a robot at a table: none of it names a thing.
_SMALL = frozenset(
    """a about across add after again against ago all almost along already also always am an and any
    anything are around arrange as ask at away back be because been before began behind being below
    beneath beside between big both bottom bring but by call can can't cannot careful carefully carry
    center centre centimeter centimeters centimetre centimetres clear close closer cm come corner
    could count did different distance do does doesn't doing done don't down drop each edge eight
    eighth either else empty end everything exactly except far farther farthest fast faster few fifth
    fill find first five flip forget four fourth free from front full further gently get give go going
    good goodbye grab grasp gripper half hand has have he hello help her here hey hi hold holding home
    how i i'd if i'll i'm in inch inches inside instead into is isn't it its it's job just keep kind
    kinds know largest last leave left less let let's lift like line little long look lot lower make
    many matching mean meant meter middle millimeters mine mm more most move much my near nearest need
    never new next nice nine no none nor not nothing now number object objects of off okay on once one
    ones only onto open or order other others our out over own pair parallel part pick piece place
    please point position pour pull push put quickly rather ready release remove reset rest return
    right robot rotate row same say second see separate set seven shall she should show side six slide
    slowly small smallest so some something sort spin spot square stack stacked stand start stay step
    still stop swap switch table take tallest tell ten than thank thanks that that's the their them
    then there these they thing things third this those three throw tidy time times tip to together
    too top touch toward towards tower turn twice two under underneath undo until up upside us use
    very wait want was we well were what what's when where which while who why will with without
    won't would yes yet you your yours""".split()
)
#: So many names of things are told to a recogniser.
_NAMES = 24


@dataclass(frozen=True)
class Expected:
    """things: what can be named now, as phrases ("red block"); taught: names that people gave.
    known: every word that may belong to a command, in small letters."""

    things: tuple[str, ...]
    taught: tuple[str, ...]
    known: frozenset[str]

    @property
    def text(self) -> str:
        """For a recogniser: sentences with these words, as if they had been said before."""
        things = list(dict.fromkeys(self.things))[:_NAMES]
        first, second = (*things, "red block", "blue bowl")[:2]
        said = [f"Put the {first} in the {second}.", f"Stack the {second} on the {first}."]
        said.append("Push it to the left. Pick up the block, cup, bowl, can, ball.")
        said.append("Undo that. Do it again. Where is it now? What did you do? Reset.")
        if self.taught:
            said.append(f"Get the {', the '.join(self.taught[:_NAMES])}.")
        if things:
            said.append(f"On the table: {', '.join(things)}.")
        return " ".join(said)

    @property
    def nouns(self) -> frozenset[str]:
        """Words that name something here: of things that are there, and taught ones."""
        return frozenset(
            word for phrase in (*self.things, *self.taught) for word in words_of(phrase)
        ) | frozenset(_kind_words(self.things))


def expected(scene: Scene | None = None, taught: Iterable[str] = ()) -> Expected:
    """What may be said in a scene. taught: names that people gave to things or to commands."""
    things = tuple(o.label.replace("_", " ") for o in (scene.objects if scene else ()))
    names = tuple(taught)
    known = set(_SMALL)
    for phrase in (*things, *names):
        known.update(words_of(phrase))
    known.update(_of_plans())
    return Expected(things, names, frozenset(known | {_plural(x) for x in _nouns()}))


def words_of(text: str) -> list[str]:
    """Its words in small letters, without punctuation."""
    return re.findall(r"[a-z0-9]+(?:'[a-z]+)?", text.lower().replace("’", "'"))


def _of_plans() -> set[str]:
    out: set[str] = set()
    for role in (w.COLORS, w.SIZES, w.MATERIALS, w.STATES, w.REGIONS, w.DIRECTIONS, w.SPATIAL,
                 w.FIXED_PLACES, w.QUANTIFIERS, w.ORDERS, w.SHAPES, w.UNITS, w.PACES):  # fmt: skip
        for row in role.values():
            out.update(words_of(row.phrase.replace("_", " ")))
    out.update(x for c in COLORS for x in words_of(c))
    return out | _nouns()


def _nouns() -> set[str]:
    out: set[str] = {"cubes", "object", "container"}
    for kind in kinds.KINDS.values():
        for phrase in (kind.name, kind.word, *kind.words):
            out.update(words_of(phrase.replace("_", " ")))
    for name in kinds.CATEGORIES:
        out.update(words_of(str(name).replace("_", " ")))
    return out


def _kind_words(things: Iterable[str]) -> set[str]:
    """What else people call the kinds that are there: a block is a cube."""
    last = {x.split()[-1] for x in things if x}
    return {
        word
        for kind in kinds.KINDS.values()
        if kind.name.split("_")[-1] in last
        for phrase in kind.words
        for word in words_of(phrase)
    }


def _plural(noun: str) -> str:
    return noun + ("es" if noun.endswith(("s", "x", "ch", "sh")) else "s")
