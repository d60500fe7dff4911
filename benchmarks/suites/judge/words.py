"""Counts of things, and what replies must say."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

from benchmarks.suites.judge.core import Check, Obj, Ref, Seen, nothing_moved
from benchmarks.suites.judge.places import at_region, rests_in
from benchmarks.suites.stage import Truth


def count_where(group: Ref, test: Callable[[Seen, Obj], bool], n: int | range) -> Check:
    """Exactly n (or n in a range) of the group fit."""

    def check(s: Seen) -> bool:
        k = sum(test(s, o) for o in s.many(group))
        return s.held is None and (k == n if isinstance(n, int) else k in n)

    return check


def n_in(group: Ref, box: Ref, n: int | range) -> Check:
    """Right when `n` of the group rest in `box`."""
    return count_where(group, lambda s, o: rests_in(o, s.one(box), s.after), n)


def n_at(group: Ref, region: str, n: int | range) -> Check:
    """Right when `n` of the group lie in the region."""
    return count_where(group, lambda s, o: at_region(o, region), n)


def n_moved(group: Ref, n: int | range) -> Check:
    """Right when `n` of the group moved by more than 2 cm."""
    return count_where(
        group, lambda s, o: math.dist(o["position"], s.before[o["id"]]["position"]) > 0.02, n
    )


_NUMBERS = "zero one two three four five six seven eight nine ten eleven twelve thirteen".split()


def says(*words: str | Callable[[Seen], str]) -> Check:
    """The reply has all these words (each may be "a|b")."""

    def check(s: Seen) -> bool:
        text = s.reply.lower()
        wanted = [w(s) if callable(w) else w for w in words]
        return all(any(re.search(rf"\b{re.escape(x)}", text) for x in w.split("|")) for w in wanted)

    return check


def says_number(number: Callable[[Truth], int] | int) -> Check:
    """The reply gives that number, as a word or in digits; none as "no" or "none"."""

    def check(s: Seen) -> bool:
        n = number(s.before) if callable(number) else number
        options = [str(n)] + ([_NUMBERS[n]] if n < len(_NUMBERS) else [])
        if n == 0:
            options += ["no", "none", "nothing", "not any", "don't see", "can't see"]
        if n == 1:
            options += ["a", "an", "only"]
        text = s.reply.lower()
        mine = any(re.search(rf"\b{x}\b", text) for x in options)
        others = [w for i, w in enumerate(_NUMBERS) if i not in (n, 1) and i != 0]
        return mine and not any(re.search(rf"\b{w}\b", text) for w in others)

    return check


def says_yes(truth: Callable[[Truth], bool] | bool) -> Check:
    """Yes or no, as it is."""

    def check(s: Seen) -> bool:
        wanted = truth(s.before) if callable(truth) else truth
        text = s.reply.lower()
        nay = re.search(r"^no\b|\bno,|\bnot\b|n't\b|^there (is|are) no\b|^none\b", text)
        return (nay is None) == wanted

    return check


def names(ref: Ref) -> Check:
    """The reply names each of these things by colour."""
    return lambda s: all(str(s.before[i]["color"]) in s.reply.lower() for i in s.ids(ref))


def names_only(ref: Ref, among: Ref) -> Check:
    """... and none of the others."""
    return lambda s: (
        names(ref)(s)
        and not any(
            str(s.before[i]["color"]) in s.reply.lower()
            for i in s.ids(among)
            if i not in s.ids(ref)
            and s.before[i]["color"] not in {s.before[j]["color"] for j in s.ids(ref)}
        )
    )


def asks(s: Seen) -> bool:
    """One short question, and nothing moved."""
    return "?" in s.reply and len(s.reply) <= 240 and nothing_moved(s)
