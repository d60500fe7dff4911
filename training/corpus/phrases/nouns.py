"""The words inside noun phrases: kinds, colours, unknown nouns.

Knows: single words and their weights. Does not know: determiners, clauses.
"""

# Templates and word lists read best on one line each.
# fmt: off

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from llmagentos.lang import plan as p
from llmagentos.lang import words as w
from llmagentos.objects import kinds
from training.corpus.sampler import Ctx
from training.corpus.words import lexicon as lx
from training.corpus.words import nouns


@dataclass(frozen=True)
class NP:
    """Words and what they mean. kind_word: the noun, for a later "the blue one"."""

    text: str
    obj: p.Obj
    plural: bool = False
    kind_word: str = ""


KINDS = {"block": 40.0, "bowl": 10, "object": 10, "ball": 5, "cup": 5, "plate": 5, "box": 4, "can": 4,
         "tray": 3, "zone": 2, "mug": 1.5, "duck": 1, "teddy": 1, "lego": 0.7, "jenga": 0.5,
         "domino": 0.7, "soccerball": 0.5, "toy": 1, "container": 1, "dish": 1,
         "round": 1.3}
#: Kinds that the table has and no list here yet: drawn as rarely as the household things.
NEW = [kinds.traits(k) for k in w.KINDS if k not in (*KINDS, "stack")]
KINDS |= {kind.name: 0.5 for kind in NEW}
MOVABLE = {k: v for k, v in KINDS.items() if k not in ("zone", "container", "tray")}
HOLDERS = {"bowl": 40.0, "box": 15, "plate": 12, "tray": 8, "cup": 8, "container": 5, "mug": 3,
           "zone": 4, "can": 2, "dish": 2, "round": 0.8}
LANDMARKS = {"bowl": 25.0, "block": 25, "plate": 8, "zone": 6, "box": 6, "ball": 5, "cup": 6,
             "can": 5, "object": 4, "tray": 4, "mug": 1.5, "duck": 1, "teddy": 1,
             "domino": 0.5, "soccerball": 0.4, "round": 1}
HOLDERS |= {kind.name: 1.0 for kind in NEW if kind.is_container or kind.is_surface}
LANDMARKS |= {kind.name: 0.5 for kind in NEW}
_COLORED = ["{c} colored", "{c}-colored", "{c} coloured", "{c}-coloured", "{c}"]


def color_word(ctx: Ctx, color: str) -> str:
    """An adjective for a colour: crimson, lemon-coloured, sky blue."""
    if ctx.chance(0.12):
        thing = lx_thing(ctx, color)
        return f"{thing}{ctx.one(['-colored', '-coloured', ' colored', ' coloured', '-color'])}"
    word = ctx.word(lx.COLOR_WORDS[color])
    return ctx.one(_COLORED).format(c=word) if ctx.chance(0.06) else word


def lx_thing(ctx: Ctx, color: str, bare: bool = True) -> str:
    """A thing known for a colour ("a lemon" for yellow), bare: without its article."""
    thing = ctx.word(lx.COLOR_THINGS[color])
    for art in ("a ", "an ", "the ") if bare else ():
        thing = thing.removeprefix(art)
    return thing


def pick_color(ctx: Ctx) -> Any:
    """Any colour that has words, each equally often."""
    return ctx.one(list(lx.COLOR_WORDS))


def kind_noun(ctx: Ctx, kind: str, plural: bool) -> str:
    """A word for the kind."""
    word = ctx.word(lx.KIND_WORDS[kind])
    return lx.plural(word) if plural else word


def unknown_noun(ctx: Ctx, plural: bool = False) -> str:
    """A noun that the robot has no kind for: household things, some made up."""
    roll = ctx.rng.random()
    if roll < 0.70:
        word = ctx.word(nouns.HOUSEHOLD)
    elif roll < 0.92:
        word = ctx.word(nouns.HOUSEHOLD_PHRASES)
    else:
        word = ctx.word(nouns.NONSENSE)
    word = lx.plural(word) if plural else word
    return camel(ctx, word)


def camel(ctx: Ctx, words: str) -> str:
    """Now and then names as data sets write them: CellPhone, Potato."""
    if ctx.chance(0.06):
        return "".join(w.capitalize() for w in words.split())
    return words
