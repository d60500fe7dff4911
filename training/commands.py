"""The corpus's meanings as `llmagentos/Command-v0` takes them.

    gymnasium.make("llmagentos/Command-v0", mixture="training.commands:mixture")

Knows: how a drawn pair becomes an example of that environment. Does not know: the environment.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from llmagentos.execution.executor import PlanExecutor
from llmagentos.lang import codec
from llmagentos.learning.meanings import Meaning, Mixture
from training import meanings
from training.corpus.checks.rehearsal import executor_in


@dataclass(frozen=True)
class Drawn:
    """A spoken pair as an example: symbolic only, since its setting has things of any kind."""

    spoken: meanings.Spoken
    spec: None = None

    @property
    def text(self) -> str:
        """The sentence."""
        return self.spoken.pair.command

    @property
    def plan_text(self) -> str:
        """Its own plan in the compact notation."""
        return codec.write(self.spoken.pair.plan())

    def executor(self) -> PlanExecutor:
        """A robot without flaws in the pair's setting, after the commands that went before."""
        return executor_in(self.spoken.setting)


def mixture() -> Mixture[Drawn, Any]:
    """Every meaning of the corpus with its share."""
    return Mixture(
        [
            Meaning(m.name, partial(_draw, m), partial(_check, m), m.weight)
            for m in meanings.mixture()
        ]
    )


def _draw(meaning: meanings.MeaningOfPair, seed: int) -> Drawn:
    return Drawn(meaning.draw(seed))


def _check(meaning: meanings.MeaningOfPair, example: Drawn, seen: Any) -> Any:
    return meaning.check(example.spoken, seen)
