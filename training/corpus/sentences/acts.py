"""One act of any kind: the makers of single acts and how often each is drawn.

Knows: the shares of single acts. Does not know: how acts are put together (sequences.py, loops.py).
"""

# Templates and word lists read best on one line each.
# fmt: off

from __future__ import annotations

from training.corpus.acts import steps
from training.corpus.dialogue import exchanges
from training.corpus.patterns import commands as patterns
from training.corpus.phrases.clauses import Clause, Maker
from training.corpus.refusals import safety
from training.corpus.sampler import Ctx
from training.corpus.sentences import speech
from training.corpus.words import lexicon as lx

#: Acts, and how often each is drawn.
MOTION: dict[Maker, float] = {
    steps.put: 30, steps.pick: 6, steps.push: 11, steps.move: 10, patterns.stack: 11, patterns.arrange: 14,
    steps.rotate: 3, steps.swap: 2.5, steps.clear: 2, steps.point: 3, steps.place_held: 2.5,
    steps.separate: 1.5, steps.each_to_its_own: 2.5, patterns.sort_into: 6, exchanges.give: 1.5,
    safety.household: 8, speech.telegram: 1.5, speech.put_of_several: 2.5, speech.everything_from: 2,
    speech.indefinite_ones: 1.2, speech.named_use: 1.5, speech.self_repair: 2, speech.stack_from_top: 1.2,
}
#: What needs no thing, and patterns as a whole: a twelfth of all acts.
SMALL: dict[Maker, float] = {steps.simple: 2, steps.wait: 1.5, steps.say: 1, patterns.reshape: 3}
#: Of all acts, those of SMALL.
SMALL_SHARE = 0.08

#: What an imperative can begin with.
FIRST_VERBS = frozenset(
    w.split()[0] for w in (*lx.PUT_VERBS, *lx.GRAB_VERBS, *lx.PUSH_VERBS, "stack", "build", "arrange", "rotate", "turn", "swap", "raise", "line")
)


def motion(ctx: Ctx, refs: float = 0.0) -> Clause:
    """One act of any kind; refs: how often its things are of earlier turns."""
    maker = ctx.weighted(MOTION if not ctx.chance(SMALL_SHARE) else SMALL)
    return act(ctx, maker, refs)


def act(ctx: Ctx, maker: Maker, refs: float = 0.0) -> Clause:
    """One act of this kind."""
    return maker(ctx, refs) if maker is not steps.each_to_its_own else maker(ctx)


def brief_motion(ctx: Ctx, refs: float = 0.0) -> Clause:
    """A clause of moderate length, as parts of longer commands are."""
    for _ in range(6):
        clause = motion(ctx, refs)
        if len(clause[0].split()) <= 13:
            return clause
    return clause
