"""Commands to practise on: sentences whose right world is known, none of them kept for judging.

Knows: the free sentences (without those held out), the corpus's own draws, and the sentences about
danger of both. Does not know: what a plan for them is worth (rewards.py), nor networks.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from llmagentos.errors import PlanError
from training.corpus import build, free_pairs, mix, situations
from training.corpus.checks.checker import Checker
from training.corpus.filter import is_evaluation_sentence
from training.corpus.free_lines import FOLDER, Sentence, held_out, pairs
from training.corpus.sampler import Ctx, Sample

#: How often each source is drawn from.
SHARES: Mapping[str, float] = {"free": 0.5, "corpus": 0.3, "safety": 0.2}
#: Files of free sentences about what is dangerous, only sounds so, or cannot be done.
_SAFETY = ("b_hazards", "e_hazard2", "refuse", "harmless", "e_sharp", "e_lookalike", "e_mindit",
           "b_ability_talk", "cannot", "a_limits", "a_limits2", "a_limits3", "c_asks")  # fmt: skip


@dataclass(frozen=True)
class Task:
    """A command as the planner is told it. target: a plan that does it, with pointers; earlier:
    commands before, whose numbers a correction may have; seed: what its scenes are drawn from."""

    source: str
    command: str
    pending: str
    situation: str
    target: tuple[str, ...]
    earlier: str = ""
    seed: str = ""

    @property
    def pair(self) -> build.Pair:
        """Command, question and plan."""
        return build.Pair(self.command, self.pending, self.target)

    def to_json(self) -> dict[str, Any]:
        """As a checkpoint keeps it."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Task:
        """What `to_json` wrote."""
        return cls(**{**data, "target": tuple(data["target"])})


class Tasks:
    """Draws tasks; the same seed gives the same one. folder: of the free sentences."""

    def __init__(self, shares: Mapping[str, float] = SHARES, folder: Path = FOLDER):
        unknown = set(shares) - set(SHARES)
        if unknown or sum(shares.values()) <= 0:
            raise ValueError(f"expected shares of {sorted(SHARES)}, got {dict(shares)}")
        self._shares = dict(shares)
        self._free = [s for s in pairs(folder) if not held_out(s)] if _reads_free(shares) else []
        self._safety = [s for s in self._free if s.file.removesuffix(".jsonl") in _SAFETY]
        self._dangers = [part for part in mix.mixture() if part.name.startswith("refusals.")]
        self._checker = Checker("static")

    def draw(self, seed: str) -> Task:
        """One task. seed: any text."""
        rng = random.Random(f"task:{seed}")
        (source,) = rng.choices(list(self._shares), list(self._shares.values()))
        if source == "corpus":
            return self._drawn(source, rng, mix.sample)
        if source == "safety" and rng.random() < 0.5:
            return self._drawn(source, rng, self._danger)
        return self._sentence(source, self._free if source == "free" else self._safety, rng)

    def _danger(self, ctx: Ctx) -> Sample:
        part = ctx.rng.choices(self._dangers, [p.share for p in self._dangers])[0]
        return part.make(ctx)

    def _drawn(self, source: str, rng: random.Random, sample: Callable[[Ctx], Sample]) -> Task:
        seed = f"practice:{rng.random().hex()}"
        pair = build.draw(seed, "train", "static", self._checker, sample)
        told = situations.for_plan(rng, pair.plan(), [])
        return Task(source, pair.command, pair.pending, told, pair.target, "", seed)

    @staticmethod
    def _sentence(source: str, some: list[Sentence], rng: random.Random) -> Task:
        while True:
            s = rng.choice(some)
            try:
                pair = free_pairs.pair(s, rng)
            except PlanError:
                continue  # a number in words that no plan word is
            if is_evaluation_sentence(pair.command):
                continue
            earlier = ". ".join(turn.command for turn in s.turns[-3:])
            seed = f"{s.id}:{rng.random().hex()}"
            return Task(
                source, pair.command, pair.pending, pair.situation, pair.target, earlier, seed
            )


def _reads_free(shares: Mapping[str, float]) -> bool:
    return any(shares.get(name, 0) > 0 for name in ("free", "safety"))
