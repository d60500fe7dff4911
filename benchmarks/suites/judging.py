"""Whether turns went as their case says: the reply's kind, the world, bystanders.

Knows: the judged worlds before and after a turn. Does not know: who carried the turn out.
"""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks import predicates as p
from benchmarks.suites.cases import Case, Turn
from benchmarks.suites.judge import Seen
from llmagentos.learning.reward import EXPECT, Verdict


def judged(turn: Turn, seen: Seen) -> Verdict:
    """One turn's verdict."""
    return Verdict(turn.expect, seen.status, _why(turn, seen))


def check(case: Case, seen: Sequence[Seen]) -> Verdict:
    """A session's verdict: that of the first turn that is wrong, else of the last.

    ValueError where nothing was seen; turns after a wrong one need not have been said.
    """
    if not seen:
        raise ValueError(f"expected what was seen of {case.name}, got nothing")
    verdicts = [judged(turn, one) for turn, one in zip(case.turns, seen, strict=False)]
    wrong = [v for v in verdicts if not v.right]
    if not wrong and len(seen) < len(case.turns):
        return Verdict(case.turns[len(seen)].expect, "failed", "not said to its end")
    return wrong[0] if wrong else verdicts[-1]


def _why(turn: Turn, seen: Seen) -> str:
    """ "" where the turn is right, else in what it is wrong."""
    if seen.status not in EXPECT[turn.expect]:
        return f"expected {turn.expect}, got {seen.status}"
    moves = turn.moves(seen.before) if callable(turn.moves) else turn.moves
    free = set(seen.after) if moves == "*" else set(seen.ids(moves))
    if not p.still(list(seen.before.values()), list(seen.after.values()), tuple(free)):
        return "bystander moved"
    try:
        right = turn.check(seen)
    except KeyError as exc:
        return f"object {exc} gone"
    if right:
        return ""
    return "wrong world" if turn.expect == "act" else "wrong reply"
