"""The mix of everything the corpus says: one list of meanings with their shares.

    python -m training.corpus.mix          # the list, in percent of what is drawn

Knows: how often each meaning is drawn, and what is said around it. Does not know: how a meaning is
said (the folders here), typing errors (noise.py), what makes a pair of it (build.py).
"""

# Templates and word lists read best on one line each.
# fmt: off

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from training.corpus.acts import amounts, edges, moved, positions
from training.corpus.dialogue import corrections, exchanges, questions, turns
from training.corpus.handwritten import slots as handwritten
from training.corpus.phrases.clauses import Maker
from training.corpus.refusals import safety
from training.corpus.sampler import Ctx, Sample
from training.corpus.sentences import acts, control, driving, loops, manner, sequences, speech
from training.corpus.sentences.politeness import wrap

#: What is no act: questions, what is refused or cannot be done, what is said across turns.
OTHER: dict[Maker, float] = {
    questions.question: 15, safety.refuse: 19, safety.cannot: 12, safety.contrast: 19, safety.mixed: 1.5, safety.store: 1, safety.two_cannots: 0.5, speech.appliance: 2.2, speech.safe_ability: 5, speech.ellipsis: 2, speech.compare_two: 1.2, speech.follow_up: 2.5,
    speech.remember_two: 0.5, speech.remark_then: 1.2, speech.count_inside: 0.5,
    exchanges.stop: 1, exchanges.yes_no: 1.5, exchanges.undo: 1.5, exchanges.restore: 1.5,
    exchanges.again: 3.5, exchanges.correct: 3.5, exchanges.remember: 3, exchanges.ask: 3,
}


#: Shares of the corpus of meanings that the mix has seldom.
RARE: dict[Maker, float] = {amounts.command: 0.02, edges.from_edge: 0.006, edges.half_way: 0.006, corrections.so_many_times_as_far: 0.006, moved.command: 0.015,
                          positions.command: 0.012, manner.paced: 0.012, manner.keeping_clear: 0.010, manner.on_the_word: 0.010, handwritten.newer: 0.025,
                          driving.command: 0.04, driving.without_base: 0.012}
#: Said as imperatives, though they are no acts.
_IMPERATIVE = (safety.contrast, safety.refuse, safety.cannot, safety.mixed)
#: A new command ignores the robot's question that often.
_IGNORES = 0.05


@dataclass(frozen=True)
class Part:
    """One meaning of the mix. share: of all that is drawn; make: one sample of it."""

    name: str
    share: float
    make: Callable[[Ctx], Sample]


def _clause(
    maker: Maker, imperative: bool | None = True, ignores: float = _IGNORES, act: bool = False
) -> Callable[[Ctx], Sample]:
    """A sample from a clause. imperative: whether "please", "can you" may stand before it, None:
    where its first word is a verb; ignores: how often a question of the robot's went before."""

    def make(ctx: Ctx) -> Sample:
        text, steps = acts.act(ctx, maker, 0.05) if act else maker(ctx)
        asks = text.split()[0] in acts.FIRST_VERBS if imperative is None else imperative
        pending = exchanges.answer(ctx)[0] if ctx.chance(ignores) else ""
        return Sample(wrap(ctx, text, asks), pending, tuple(steps))

    return make


def _answer(maker: Callable[[Ctx], Any]) -> Callable[[Ctx], Sample]:
    def make(ctx: Ctx) -> Sample:
        pending, text, steps = maker(ctx)
        return Sample(text, pending, tuple(steps))

    return make


def by_hand(ctx: Ctx, group: str = "") -> Sample:
    """One wording of what was written by hand, of the files whose path begins with `group`."""
    pending, text, steps = handwritten.sample(ctx, group)
    return Sample(text if pending else wrap(ctx, text, False), pending, tuple(steps))


def _name(maker: Any) -> str:
    return f"{maker.__module__.removeprefix('training.corpus.')}.{maker.__name__}"


def _parts(
    share: float, makers: Mapping[Any, float], **how: Any
) -> Iterator[Part]:
    """The makers of a table as parts that have this share together."""
    total = sum(makers.values())
    for maker, weight in makers.items():
        yield Part(_name(maker), share * weight / total, _clause(maker, **how))


@cache
def mixture() -> tuple[Part, ...]:
    """Every meaning with its share; the shares add up to one.

    What is rare, and what was written by hand, has a share of its own; the rest is divided.
    """
    answers, corrected, by_height, rare = 0.09, 0.91 * 0.009, 0.91 * 0.991 * 0.0045, sum(RARE.values())
    left = 0.91 * 0.991 * 0.9955
    hand = left * (1 - rare) * handwritten.share()
    rest = left * (1 - rare) - hand
    other = sum(OTHER.values())
    parts = [
        Part("an answer to the robot's question", answers * 0.35, _answer(exchanges.answer)),
        Part("an answer to the robot's question, longer", answers * 0.65, _answer(turns.answer)),
        Part(_name(corrections.correction), corrected, _clause(corrections.correction, False, 0.0)),
        Part(_name(corrections.by_height), by_height, _clause(corrections.by_height)),
        *_parts(left * rare, RARE),
        Part("written by hand", hand, by_hand),
        *_parts(rest * 0.29 * (1 - acts.SMALL_SHARE), acts.MOTION, act=True),
        *_parts(rest * 0.29 * acts.SMALL_SHARE, acts.SMALL, act=True),
        *_parts(rest * 0.09, control.MOTION, imperative=None),
        Part(_name(sequences.sequence), rest * 0.17, _clause(sequences.sequence)),
        *_parts(rest * 0.18, loops.CONTROL),
        *_parts(rest * 0.07, turns.TURNS, imperative=False, ignores=_IGNORES / 2),
        *(
            Part(_name(m), rest * 0.20 * w / other, _clause(m, m in _IMPERATIVE))
            for m, w in OTHER.items()
        ),
    ]
    return tuple(parts)


def sample(ctx: Ctx) -> Sample:
    """One command with its plan."""
    parts = mixture()
    (part,) = ctx.rng.choices(parts, weights=[p.share for p in parts])
    return part.make(ctx)


def main() -> None:
    """Print the parts of the mixture by their share."""
    for part in sorted(mixture(), key=lambda p: -p.share):
        print(f"{100 * part.share:6.2f} %  {part.name}")
    print(f"{100 * sum(p.share for p in mixture()):6.2f} %  in {len(mixture())} meanings")


if __name__ == "__main__":
    main()
