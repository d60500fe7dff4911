"""What a recogniser makes of sentences: words heard as others, hesitations, no punctuation.

Knows: the table misheard.tsv (said, heard, how often, of how often it was said; made by
training/speech/confusions.py), and which of its rows may be taught. Does not know: meanings beyond
"this word is used by the corpus"; typing (noise.py).

A row may be taught where the meaning survives: what was heard is no word that the corpus itself uses
for something ("ball" for "bowl" is another thing, "bolt" is a thing, "bowls" is more), unless it is
said to say nothing here, or is the same number. So the planner learns that "stock" is "stack"; that
a bolt may be a bowl is for understanding.py, which knows what lies on the table.
Words that the plan points at keep their marks and stay as they were said.
"""

from __future__ import annotations

import functools
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from llmagentos.lang.numbers import read
from llmagentos.speech.expected import expected
from llmagentos.speech.sounds_like import alike
from training.corpus import free_lines
from training.corpus.alignment import one_spelling
from training.corpus.sampler import Ctx, is_mark
from training.corpus.words import (
    colors,
    household,
    lexicon,
    nouns,
    questions,
    things,
    verbs,
    where,
)

TABLE = Path(__file__).with_name("misheard.tsv")
#: Words of the corpus that may be heard for others, put in and (the second row) left out all the
#: same: they say nothing where they stand wrongly.
_SAYS_NOTHING = frozenset(
    """to too for of is its it's was be will so well okay oh you your we i'm there their they're hey
    please just now thank thanks would could can robot yeah""".split()
)
_LEFT_OUT = frozenset("the a of and to please just can could would you okay robot well so".split())
#: A word of the free sentences that stands in so many of them means something.
_USED_FROM = 12
#: Rows seen once count where both sides sound this much alike.
_ALIKE_FROM = 0.6
#: Words a piece may have on either side.
LONGEST = 3
#: Confusions are drawn so much more often than they were heard, since each changes little.
_LOUDER = 2.0
_MOST = 3
_HESITATIONS = ("uh", "um", "er", "uhm", "hmm", "so", "well", "okay")
_EDGES = ".,;:!?\"'"


@dataclass(frozen=True)
class Row:
    """said and heard: words in small letters, heard may be none. times: heard so, of so many."""

    said: tuple[str, ...]
    heard: tuple[str, ...]
    times: int
    of: int


def rows(path: Path = TABLE) -> tuple[Row, ...]:
    """Every row of the table. ValueError naming a line that is none."""
    out = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()[1:], 2):
        try:
            said, heard, times, of = line.split("\t")
            out.append(Row(tuple(said.split()), tuple(heard.split()), int(times), int(of)))
        except ValueError as exc:
            raise ValueError(f"{path}:{number}: expected said, heard, times, of: {exc}") from exc
    return tuple(out)


def may_be_taught(row: Row) -> bool:
    """Whether a sentence with this confusion in it still means what was said."""
    if one_spelling(" ".join(row.said)) == one_spelling(" ".join(row.heard)):
        return True
    if row.times < 2 and alike("".join(row.said), "".join(row.heard)) < _ALIKE_FROM:
        return False
    if _numbers(row.said) or _numbers(row.heard):
        return _numbers(row.said) == _numbers(row.heard)
    if not row.heard:
        return set(row.said) <= _LEFT_OUT
    lost, new = Counter(row.said) - Counter(row.heard), Counter(row.heard) - Counter(row.said)
    if not set(new) - _SAYS_NOTHING:  # words that say something must not vanish into such
        return set(lost) <= _LEFT_OUT | _SAYS_NOTHING
    return not any(_says_something(w) for w in new)


def _says_something(word: str) -> bool:
    """Whether it, or it with an s more or less, is used for something: "boys" is more than a boy."""
    forms = {word, word.rstrip("s"), f"{word}s"}
    return word not in _SAYS_NOTHING and not forms.isdisjoint(meaningful())


@functools.cache
def meaningful() -> frozenset[str]:
    """Words that the corpus uses for something."""
    used = Counter[str]()
    for path in free_lines.FOLDER.glob("*.jsonl"):
        for line in path.read_text(encoding="utf-8").splitlines():
            used.update(set(re.findall(r"[a-z']+", json.loads(line)["command"].lower())))
    out = {w for w, n in used.items() if n >= _USED_FROM} | set(expected().known)
    for module in (colors, household, lexicon, nouns, questions, things, verbs, where):
        for name, value in vars(module).items():
            if name.isupper():
                out.update(w for text in _texts(value) for w in re.findall(r"[a-z']+", text))
    return frozenset(out | {lexicon.plural(w) for w in nouns.HOUSEHOLD})


def _texts(value: object) -> Iterator[str]:
    """Every text in a word list, however deep, in small letters."""
    if isinstance(value, str):
        yield value.lower()
    elif isinstance(value, Mapping):
        yield from _texts(tuple(value.values()))
    elif isinstance(value, Iterable):
        for one in value:
            yield from _texts(one)


def _numbers(words: tuple[str, ...]) -> list[float]:
    return [q.value for q in read(" ".join(words))]


@functools.cache
def _taught() -> Mapping[tuple[str, ...], tuple[Row, ...]]:
    """The rows that may be taught, by what was said."""
    found: dict[tuple[str, ...], list[Row]] = {}
    for row in rows():
        if may_be_taught(row):
            found.setdefault(row.said, []).append(row)
    return {said: tuple(some) for said, some in found.items()}


def misheard(ctx: Ctx, text: str, question: bool) -> str:
    """The text as it might come out of a recogniser. question: whether it asks something."""
    words = [w for w in text.split() if w.strip(_EDGES)]
    if ctx.chance(0.2):
        words = _begun_twice(ctx, words)
    words = _confused(ctx, words)
    if ctx.chance(0.25) and len(words) > 3:
        words.insert(ctx.rng.randrange(len(words)), ctx.one(_HESITATIONS) + ctx.one(["", ","]))
    if ctx.chance(0.35):  # a recogniser that writes small letters and nothing else
        return " ".join(w.lower().rstrip(",.;:!?") or w for w in words)
    text = " ".join(words)
    at = 1 if is_mark(text[0]) else 0
    text = text[:at] + text[at : at + 1].upper() + text[at + 1 :]
    if text[-1] in ".?!\"'" or ctx.chance(0.2):
        return text
    return text + ("?" if question else ".")


def _begun_twice(ctx: Ctx, words: list[str]) -> list[str]:
    """A false start: the first word or two again, or an article with its word before."""
    at = ctx.one(
        [0, *(i for i, w in enumerate(words[:-1]) if w.lower() in ("the", "a", "to", "in"))]
    )
    again = words[at : at + (1 if at else ctx.one([1, 2]))]
    if any(is_mark(w[0]) or _numbers((w,)) or w.strip(_EDGES) != w for w in again):
        return words
    return [*words[:at], *again[:-1], again[-1] + ctx.one(["", ",", "...", " uh,"]), *words[at:]]


def _confused(ctx: Ctx, words: list[str]) -> list[str]:
    out, at, left = [], 0, _MOST
    while at < len(words):
        row, size = None, 0
        for size in range(min(LONGEST, len(words) - at), 0, -1):
            row = _drawn(ctx, words[at : at + size]) if left else None
            if row is not None:
                break
        if row is None:
            out.append(words[at])
            at += 1
            continue
        left -= 1
        end = words[at + size - 1]
        heard = list(row.heard)
        if heard:
            heard[-1] += end[len(end.rstrip(_EDGES)) :]
        out += heard
        at += size
    return out


def _drawn(ctx: Ctx, words: list[str]) -> Row | None:
    """How these words are heard this time; None for as they were said."""
    if any(is_mark(w[0]) for w in words) or any(w.rstrip(_EDGES) != w for w in words[:-1]):
        return None
    for row in _taught().get(tuple(w.strip(_EDGES).lower() for w in words), ()):
        if ctx.chance(min(0.5, _LOUDER * row.times / row.of)):
            return row
    return None
