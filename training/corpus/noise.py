"""How typing differs from textbook sentences: case, punctuation, typos, missing spaces.

Knows: characters, and how often a sentence was spoken rather than typed (misheard.py). Does not
know: meanings. Span marks stay on their words.
"""

# Templates and word lists read best on one line each.
# fmt: off

from __future__ import annotations

from training.corpus.misheard import misheard
from training.corpus.sampler import Ctx, is_mark

#: Share of sentences that came through a recogniser.
SPOKEN = 0.15

_NEIGHBOURS = {"a": "sq", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj", "i": "uo", "j": "hk", "k": "jl", "l": "k", "m": "n", "n": "bm", "o": "ip", "p": "o", "q": "w",
               "r": "et", "s": "ad", "t": "ry", "u": "yi", "v": "cb", "w": "qe", "x": "zc", "y": "tu", "z": "x"}


def _split_mark(word: str) -> tuple[str, str]:
    return (word[0], word[1:]) if word and is_mark(word[0]) else ("", word)


def typo(ctx: Ctx, word: str) -> str:
    """One slip of the fingers inside a word of at least four letters."""
    mark, w = _split_mark(word)
    if len(w) < 4 or not w.isalpha():
        return word
    i = ctx.rng.randrange(1, len(w) - 1)
    kind = ctx.rng.random()
    if kind < 0.3:
        w = w[:i] + w[i + 1] + w[i] + w[i + 2 :]
    elif kind < 0.6:
        w = w[:i] + w[i + 1 :]
    elif kind < 0.8:
        w = w[:i] + w[i] + w[i:]
    else:
        w = w[:i] + ctx.one(list(_NEIGHBOURS.get(w[i].lower(), w[i]))) + w[i + 1 :]
    return mark + w


def typo_free_capital(word: str) -> str:
    """The word with its first letter large, behind its mark if it has one."""
    mark, w = _split_mark(word)
    return mark + w[:1].upper() + w[1:]


def noisy(ctx: Ctx, text: str, question: bool) -> str:
    """The text as somebody might type it, or as a recogniser might write it."""
    return (misheard if ctx.chance(SPOKEN) else typed)(ctx, text, question)


def typed(ctx: Ctx, text: str, question: bool) -> str:
    """The text as somebody might type it."""
    words = [w for w in text.split() if w not in (",", ";", ".")]
    words = [w for w in words if _split_mark(w)[1]]
    if ctx.chance(0.10):
        for _ in range(ctx.weighted({1: 6, 2: 3, 3: 1})):
            i = ctx.rng.randrange(len(words))
            words[i] = typo(ctx, words[i])
    if ctx.chance(0.04) and len(words) > 3:
        words.insert(ctx.rng.randrange(len(words)), ctx.one(["um", "uh", "like", "er", "uhm", "well", "hmm"]))
    if ctx.chance(0.025) and len(words) > 4:
        i = ctx.rng.randrange(len(words))
        if _split_mark(words[i])[1].lower() in ("the", "a", "of", "and", "to"):
            del words[i]
    if ctx.chance(0.45):
        words = [w.rstrip(",;:") if len(w) > 1 else w for w in words]
        words = [w for w in words if _split_mark(w)[1]]
    if ctx.chance(0.05):
        words = [typo_free_capital(w) if ctx.chance(0.35) else w for w in words]
    text = " ".join(words)
    roll = ctx.rng.random()
    if roll < 0.5:
        text = text.lower() if ctx.chance(0.6) else text
    elif roll < 0.97:
        i = 1 if is_mark(text[0]) else 0
        text = text[:i] + text[i : i + 1].upper() + text[i + 1 :]
    else:
        text = text.upper()
    last = text[-1]
    if last not in ".?!\"'":
        roll = ctx.rng.random()
        if question:
            text += "?" if roll < 0.6 else ""
        else:
            text += "." if roll < 0.35 else ("!" if roll < 0.39 else "")
    if ctx.chance(0.01):
        text = text.replace("'", "")
    return text
