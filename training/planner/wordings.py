"""Learns which plan words a word of a command stands for, from pairs of commands and plans.

Knows: the corpus's pairs, alignment by expectation maximisation (IBM model 1, Brown et al. 1993).
Does not know: how the table is used (llm_edge/wording.py), models.

Every word of a command was brought about by one word of its plan or by none ("please"). Twelve
rounds over some ten thousand pairs say which; of each word the plan words remain that take a fair
share of its uses.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

import numpy as np

from llm_edge import pointers
from llm_edge.wording import bare_words, content, pointed_at
from llmagentos.errors import PlanError
from training.corpus import build, free

ROUNDS = 12
#: Uses of a word below which nothing is said of it, and the smallest share that is kept.
USES = 3
SHARE = 0.02
#: Free sentences are few and varied: each counts as so many pairs.
FREE_TIMES = 2

Table = dict[str, dict[str, float]]


def taught(n: int) -> Iterator[tuple[list[str], list[str]]]:
    """(command words that no pointer covers, plan words): `n` pairs as training draws them, and
    the free sentences that are not held out."""
    for pair in build.pairs(n, "train", 0, "static"):
        yield _stripped(pair.command, pair.target)
    for sentence in free.pairs():
        if free.held_out(sentence):
            continue
        try:
            target = pointers.to_pointers(sentence.plan_text, sentence.command)
        except PlanError:  # its words are too far along for a pointer
            continue
        for _ in range(FREE_TIMES):
            yield _stripped(sentence.command, target)


def _stripped(command: str, target: Iterable[str]) -> tuple[list[str], list[str]]:
    plan = list(target)
    covered = pointed_at(plan)
    words = [b for i, w in enumerate(command.split()) if i not in covered for b in bare_words(w)]
    return words, content(plan)


def learn(pairs: Iterable[tuple[list[str], list[str]]]) -> Table:
    """Command word → plan words with their shares of its uses; "" is the share of none."""
    spoken: dict[str, int] = {}
    written: dict[str, int] = {"": 0}
    links: list[tuple[int, int, int]] = []
    place = 0
    for words, plan in pairs:
        ids = [0, *(written.setdefault(p, len(written)) for p in dict.fromkeys(plan))]
        for word in words:
            w = spoken.setdefault(word, len(spoken))
            links += [(w, p, place) for p in ids]
            place += 1
    at = np.asarray(links, dtype=np.int64).reshape(-1, 3)
    kinds, which = np.unique(at[:, 0] * len(written) + at[:, 1], return_inverse=True)
    said, of = kinds // len(written), kinds % len(written)
    chance = np.ones(len(kinds))
    counts = np.zeros(len(kinds))
    for _ in range(ROUNDS):
        each = chance[which]
        each /= np.bincount(at[:, 2], each, minlength=place)[at[:, 2]]
        counts = np.asarray(np.bincount(which, each, minlength=len(kinds)), dtype=float)
        chance = counts / np.bincount(of, counts, minlength=len(written))[of]
    uses = np.bincount(said, counts, minlength=len(spoken))
    table: defaultdict[str, dict[str, float]] = defaultdict(dict)
    words, plan_words = list(spoken), list(written)
    for kind, count in enumerate(counts):
        share = count / uses[said[kind]]
        if uses[said[kind]] >= USES - 0.5 and share >= SHARE:
            table[words[said[kind]]][plan_words[of[kind]]] = round(float(share), 3)
    return dict(sorted(table.items()))
