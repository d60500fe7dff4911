"""Points in metres, paces, clearances and the person's word in the corpus."""

from __future__ import annotations

from typing import Any

import pytest

from llm_edge.pointers import resolver
from llmagentos.lang import codec
from training.corpus import build, mix
from training.corpus.acts import positions
from training.corpus.checks.checker import Checker
from training.corpus.sampler import Ctx
from training.corpus.sentences import manner

MAKERS = {
    "acts.positions.command": ("put", "push", "reach", "point"),
    "sentences.manner.paced": ("pace",),
    "sentences.manner.keeping_clear": ("avoid",),
    "sentences.manner.on_the_word": ("when_told",),
}


def pairs(name: str, n: int) -> list[build.Pair]:
    part = next(x for x in mix.mixture() if x.name == name)
    found: list[build.Pair] = []
    for seed in range(2 * n):
        ctx = Ctx(f"{name}:{seed}")
        try:
            pair = build.finish(part.make(ctx), ctx)
        except (ValueError, IndexError):
            continue
        found += [pair] if pair is not None else []
    return found[:n]


@pytest.mark.parametrize("name", MAKERS)
def test_what_is_made_is_carried_out(name: str) -> None:
    check, made = Checker("symbolic"), pairs(name, 40)
    assert len(made) == 40
    assert {p.target[0] for p in made} <= set(MAKERS[name])
    assert sum(check.verdict(p).fine for p in made) >= 34


def test_a_point_is_read_as_it_was_drawn() -> None:
    """Whatever is between the numbers, and wherever their signs and units stand."""
    forms = set()
    for seed in range(300):
        ctx = Ctx(f"point:{seed}")
        words, drawn = positions.coordinates(ctx, seed % 2 == 0)
        plan: list[Any] = [codec.p.Reach(place=codec.p.Place(rel="xy", position=drawn))]
        pair = build.finish(mix.Sample(f"go to {words}", "", tuple(plan)), ctx)
        if pair is None:
            continue
        read = codec.parse(" ".join(pair.target), resolver(pair.command)).steps[0]
        assert read.place.position == drawn, (pair.command, pair.target)
        forms.add("".join("0" if c.isdigit() else c for c in words))
    assert len(forms) > 120


def test_the_word_that_is_waited_for_is_the_persons() -> None:
    said = set()
    for seed in range(200):
        ctx = Ctx(f"word:{seed}")
        try:
            text, steps = manner.on_the_word(ctx)
            pair = build.finish(mix.Sample(text, "", tuple(steps)), ctx)
        except ValueError:
            continue
        if pair is not None:
            plan = codec.parse(" ".join(pair.target), resolver(pair.command))
            said.add((plan.steps[0].word or "").lower())
    assert "" in said and len(said) > 8
