"""Rows found by words, and by words that mean something alike.

Knows: the full-text table, the table of words with their vectors, how a row is scored. Does not
know: what rows are, nor where vectors come from (ports/meaning.py).
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from llmagentos.ports.meaning import WordMeaning

#: From this cosine on two words mean something alike: "cup" and "mug" have 0.32, "tool" and
#: "screwdriver" 0.29, "cup" and "tool" -0.02 (the shipped model's).
ALIKE = 0.28
#: Words that say nothing of what a sentence is about.
_EMPTY = frozenset(
    """a about after again all am an and any are as at be been before but by can could did do does
    done for from had has have he her here his how i if in into is it its just last me mine my no
    not of off on or our out over please put said say she so some tell that the their them then
    there these they this those to told too up us was we were what when where which while who whom
    whose why will with would you your yours remember know thing things something ever""".split()
)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")


def words_of(text: str) -> list[str]:
    """What a text is about: its words in small letters, without those that say nothing."""
    every = [w.replace("’", "'").removesuffix("'s") for w in _WORD.findall(text.lower())]
    return list(dict.fromkeys(w for w in every if w not in _EMPTY))


def query(words: str) -> str:
    """All of these words, as FTS5 takes them; none of its operators."""
    return " ".join(f'"{word}"' for word in words.replace('"', " ").split())


def learn(base: sqlite3.Connection, text: str) -> None:
    """The words of a new row are in the vocabulary; their vectors come when they are looked for."""
    base.executemany(
        "INSERT OR IGNORE INTO vocabulary (word) VALUES (?)", [(w,) for w in words_of(text)]
    )


def unlearn(base: sqlite3.Connection, texts: Iterable[str]) -> None:
    """The words of rows that are gone are gone, but for those that stand in others."""
    for word in {w for text in texts for w in words_of(text)}:
        found = "SELECT 1 FROM words WHERE words MATCH ? LIMIT 1"
        if base.execute(found, (query(word),)).fetchone() is None:
            base.execute("DELETE FROM vocabulary WHERE word = ?", (word,))


def alike(
    base: sqlite3.Connection, words: Sequence[str], meaning: WordMeaning
) -> Mapping[str, Mapping[str, float]]:
    """For each word the words of all rows that mean something alike, with their cosine; itself with
    1. Raises ModelError, sqlite3.Error."""
    _of_this_model(base, meaning.name)
    new = [w for (w,) in base.execute("SELECT word FROM vocabulary WHERE vector IS NULL")]
    for start in range(0, len(new), 500):
        part = new[start : start + 500]
        rows = meaning.vectors(part).astype(np.float16)
        base.executemany(
            "UPDATE vocabulary SET vector = ? WHERE word = ?",
            [(row.tobytes(), word) for word, row in zip(part, rows, strict=True)],
        )
    known = base.execute("SELECT word, vector FROM vocabulary").fetchall()
    if not known or not words:
        return {word: {word: 1.0} for word in words}
    table = np.stack([np.frombuffer(v, np.float16) for _, v in known]).astype(np.float32)
    cosines = meaning.vectors(words) @ table.T
    out = {}
    for word, row in zip(words, cosines, strict=True):
        near = np.flatnonzero(row >= ALIKE)
        out[word] = {known[k][0]: float(row[k]) for k in near} | {word: 1.0}
    return out


def _of_this_model(base: sqlite3.Connection, name: str) -> None:
    """Vectors of another model are no use beside this one's."""
    row = base.execute("SELECT value FROM facts_of_file WHERE name = 'vectors of'").fetchone()
    if row is None or row[0] != name:
        base.execute("UPDATE vocabulary SET vector = NULL")
        base.execute("INSERT OR REPLACE INTO facts_of_file VALUES ('vectors of', ?)", (name,))


def any_of(near: Mapping[str, Mapping[str, float]]) -> str:
    """Rows with any of these words, as FTS5 takes them."""
    every = dict.fromkeys(w for row in near.values() for w in row)
    return " OR ".join(f'"{w}"' for w in every)


def score(text: str, near: Mapping[str, Mapping[str, float]]) -> float:
    """How much a text is about the words, 0 to 1: for each the nearest of its words, on average."""
    has = {form for w in words_of(text) for form in (w, w.removesuffix("s"))}
    best = [
        max((c for w, c in row.items() if {w, w.removesuffix("s")} & has), default=0.0)
        for row in near.values()
    ]
    return sum(best) / len(best) if best else 0.0
