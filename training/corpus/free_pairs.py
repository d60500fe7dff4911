"""Free sentences as training pairs, told of another world each time.

Knows: which words of a sentence may be exchanged with their counterparts in plan and scene (colours
for other colours, left for right, a thing without a kind for another one), and noise of fingers and
recognisers. Does not know: new forms of a sentence; those are written by people.

Only what is named by the same word in sentence and plan is exchanged, and only where every such
word has its counterpart; everything else stays as it was written.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from llm_edge import pointers, situation
from llmagentos.errors import PlanError
from llmagentos.objects.colors import COLORS
from training.corpus import noise, situations
from training.corpus.free_lines import Sentence
from training.corpus.misheard import misheard
from training.corpus.sampler import Ctx
from training.corpus.words import rooms
from training.corpus.words.nouns import HOUSEHOLD

#: How often colours are exchanged, left and right, a noun, rooms; how often fingers slip, or a
#: recogniser.
RECOLORED, MIRRORED, RENAMED, REHOUSED, NOISY, SPOKEN = 0.6, 0.3, 0.35, 0.5, 0.3, 0.12
#: Plan words by what they become in a mirror.
_SIDES = {"left": "right", "front_left": "front_right", "back_left": "back_right",
          "forward_left": "forward_right", "backward_left": "backward_right", "left_of": "right_of",
          "front_left_of": "front_right_of", "back_left_of": "back_right_of", "cw": "ccw"}  # fmt: skip
MIRROR: Mapping[str, str] = {**_SIDES, **{b: a for a, b in _SIDES.items()}}
_SIDE_WORDS = {"left": "right", "right": "left", "leftmost": "rightmost", "rightmost": "leftmost",
               "lefthand": "righthand", "righthand": "lefthand", "clockwise": "anticlockwise"}  # fmt: skip
#: Words in which "right" is no side; and plans that turn: "left" is written "ccw" there.
_NO_SIDE = re.compile(
    r"\b(right (away|now|then|here|there)|all right|alright|that's right|what's left|is left|are left|left over)\b"
)
#: Plans whose words carry danger or ability: another thing in them would be another verdict.
_BOUND_TO_THINGS = frozenset("refuse cannot say remember answer".split())
_WORD = re.compile(r"[A-Za-z]+")


@dataclass(frozen=True)
class FreePair:
    """What the trainer reads: command, question, plan words with pointers, situation."""

    command: str
    pending: str
    target: tuple[str, ...]
    situation: str


def pair(s: Sentence, rng: random.Random, change: bool = True) -> FreePair:
    """A sentence as a pair; with `change` perhaps recoloured, mirrored, renamed, mistyped.

    Raises PlanError where the plan points at words that the command doesn't hold.
    """
    told = situations.of_sentence(s)
    fields = [s.command, s.asked, s.plan_text, told]
    if change:
        for share, exchange in (
            (RECOLORED, _recolor), (MIRRORED, _mirror), (RENAMED, _rename), (REHOUSED, _rehouse),
        ):  # fmt: skip
            if rng.random() < share:
                fields = exchange(fields, rng) or fields
        if rng.random() < situations.FREE_UNTOLD and not s.turns and s.scene.base is None:
            fields[3] = ""
    command, asked, plan, told = fields
    drawn = rng.random() if change else 1.0
    if drawn < NOISY + SPOKEN:
        ctx = Ctx(rng.random().hex())
        how = noise.typed if drawn < NOISY else misheard
        other = how(ctx, command, command.rstrip().endswith("?"))
        try:
            return FreePair(other, asked, tuple(pointers.to_pointers(plan, other)), told)
        except PlanError:
            pass  # a word that the plan points at was mistyped or misheard
    return FreePair(command, asked, tuple(pointers.to_pointers(plan, command)), told)


def _swapped(text: str, words: Mapping[str, str]) -> str:
    """Whole words exchanged; capitals stay."""

    def other(found: re.Match[str]) -> str:
        word = found.group()
        new = words.get(word.lower())
        if new is None:
            return word
        return new.upper() if word.isupper() else new.capitalize() if word[0].isupper() else new

    return _WORD.sub(other, text)


def _recolor(fields: list[str], rng: random.Random) -> list[str] | None:
    command, asked, plan, told = fields
    said = Counter(w.lower() for w in _WORD.findall(command))
    # nouns such as "orange" and quoted texts keep their colours
    bare = re.sub(r'"[^"]*"', " ", plan).split()
    quoted = {w.lower() for text in re.findall(r'"([^"]*)"', plan) for w in text.split()}
    planned = Counter(w for w in bare if w in COLORS)
    if not planned or any(not said[c] for c in planned):
        return None
    free = [c for c in COLORS if c not in ("gold", "orange")]
    movable = [c for c in free if c not in quoted]
    moved = movable[:]
    rng.shuffle(moved)
    words = dict(zip(movable, moved, strict=True))
    if any(c not in words for c in planned) or any(said[c] and not planned[c] for c in quoted):
        return None
    return [
        _swapped(command, words),
        _swapped(asked, words),
        " ".join(words.get(w, w) if w in COLORS else w for w in _pieces(plan)),
        _swapped(told, words),
    ]


def _rehouse(fields: list[str], rng: random.Random) -> list[str] | None:
    """Other rooms for those that the plan names, in all of it alike."""
    command, asked, plan, told = fields
    if not situation.tells_base(told):
        return None
    named = dict.fromkeys(n for n in re.findall(r'"([^"]*)"', plan) if n.lower() in rooms.ROOMS)
    if not named:
        return None
    others = [r for r in rooms.ROOMS if r not in told and r not in command.lower()]
    for name in named:
        new = others.pop(rng.randrange(len(others)))
        word = re.compile(rf"\b{re.escape(name)}\b", re.IGNORECASE)
        command, asked, plan, told = (word.sub(new, f) for f in (command, asked, plan, told))
    return [command, asked, plan, told]


def _mirror(fields: list[str], rng: random.Random) -> list[str] | None:
    command, asked, plan, told = fields
    low = command.lower()
    said = [w for w in _WORD.findall(low) if w in _SIDE_WORDS]
    planned = [w for w in _pieces(plan) if w in MIRROR]
    told_sides = [w for w in _WORD.findall(told.lower()) if w in _SIDE_WORDS]
    if not said or len(said) != len(planned) or _NO_SIDE.search(low) or asked or told_sides:
        return None
    return [
        _swapped(command, _SIDE_WORDS),
        asked,
        " ".join(MIRROR.get(w, w) for w in _pieces(plan)),
        told,
    ]


def _rename(fields: list[str], rng: random.Random) -> list[str] | None:
    command, asked, plan, told = fields
    pieces = _pieces(plan)
    nouns = {pieces[i + 1].strip('"') for i, w in enumerate(pieces[:-1]) if w == "noun"}
    if not nouns or _BOUND_TO_THINGS & set(pieces):
        return None
    words = {}
    for noun in nouns:
        times = len(re.findall(rf"\b{re.escape(noun)}\b", command))
        # plurals and things with two words would need their own grammar
        if " " in noun or noun.endswith("s") or times != 1 or noun != noun.lower():
            return None
        new = rng.choice(HOUSEHOLD)
        article = re.search(rf"\ban? {re.escape(noun)}\b", command)
        if article and (new[0] in "aeiou") != (noun[0] in "aeiou"):
            return None
        words[noun] = new
    if len(set(words.values())) < len(words) or any(w.endswith("s") for w in words.values()):
        return None
    texts = {f'"{k}"': f'"{v}"' for k, v in words.items()}
    return [
        _swapped(command, words),
        _swapped(asked, words),
        " ".join(texts.get(w, w) for w in pieces),
        _swapped(told, words),
    ]


def _pieces(plan: str) -> list[str]:
    """The plan's words; a quoted text is one."""
    return re.findall(r'"[^"]*"|\S+', plan)
