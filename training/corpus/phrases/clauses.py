"""What clauses are put together with: agreement of pronouns, lists, several descriptions.

Knows: number, joining words. Does not know: verbs, places.
"""

# Templates and word lists read best on one line each.
# fmt: off

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from training.corpus.phrases.descriptions import MOVABLE, NP, noun_phrase
from training.corpus.sampler import Ctx

#: An imperative clause and its steps.
Clause = tuple[str, list[Any]]
#: What makes one from a draw, and how often its things are of earlier turns.
Maker = Callable[..., Clause]


def fix_it(text: str, plural: bool) -> str:
    """Number agreement of the pronouns in a template."""
    if not plural:
        return text
    swaps = {"it": "them", "is": "are", "has": "have", "goes": "go", "belongs": "belong",
             "sits": "sit", "stands": "stand", "lies": "lie", "ends": "end", "winds": "wind",
             "needs": "need", "gets": "get", "stays": "stay", "rests": "rest"}
    return " ".join(swaps.get(w, w) for w in text.split())


def say_with(ctx: Ctx, templates: list[str], plural: bool, **slots: str) -> str:
    """Expands a template and makes the pronouns agree before the slots are filled."""
    names = {k: "{" + k + "}" for k in slots}
    frame = ctx.say(templates, **names)
    if not frame.startswith(("your", "the", "what", "would")):
        frame = " ".join(w if "{" in w else fix_it(w, plural) for w in frame.split())
    return ctx.fill_slots(frame, slots)


def several(ctx: Ctx, n: int, kinds: dict[str, float] | None = None) -> list[NP]:
    """n different simple singular descriptions, "the blue one" for later ones at times."""
    out: list[NP] = []
    for i in range(n):
        one = None
        if i and out[0].kind_word and not out[0].obj.noun and ctx.chance(0.35):
            one = (out[0].obj.kind, out[0].kind_word)
        for _ in range(8):
            np = noun_phrase(ctx, False, kinds or MOVABLE, 1, 0.35, one=one, need=True, definite=True)
            if all(np.obj != o.obj for o in out):
                break
        out.append(np)
    return out


def join(ctx: Ctx, words: list[str], conjunction: str = "and") -> str:
    """Phrases as a list in words: "a, b and c"."""
    if len(words) == 1:
        return words[0]
    if ctx.chance(0.15):
        return f" {conjunction} ".join(words)
    comma = "," if ctx.chance(0.3) and len(words) > 2 else ""
    return ", ".join(words[:-1]) + f"{comma} {conjunction} {words[-1]}"
