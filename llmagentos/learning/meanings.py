"""A meaning: something a person can want, with what is right about it. Draw, check, reward.

Knows: that an example is drawn from a seed, that what came of it is judged, and that the reward is
that same judgement as a number. Does not know: any meaning, nor what examples look like: the
benchmark's suites and the training corpus bring theirs, an environment is given a mixture.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from llmagentos.learning.reward import DEFAULT_REWARD, Reward, Verdict

Example = TypeVar("Example")
Seen = TypeVar("Seen")


@dataclass(frozen=True)
class Meaning(Generic[Example, Seen]):
    """One thing that can be meant.

    name: "places/07", "push". draw: an example (what is said, in which scene, a plan that does
    it) from a seed, the same one for the same seed. check: whether what was seen afterwards is what
    was wanted. weight: how often it is drawn, relative to the others of its mixture.
    """

    name: str
    draw: Callable[[int], Example]
    check: Callable[[Example, Seen], Verdict]
    weight: float = 1.0

    def reward(
        self, example: Example, seen: Seen, seconds: float = 0.0, words: int = 0,
        function: Reward = DEFAULT_REWARD,
    ) -> float:  # fmt: skip
        """The check's verdict as a number in [-1, 1]; see `Reward` for the costs."""
        return function(self.check(example, seen), seconds, words)


class Mixture(Generic[Example, Seen]):
    """Meanings, drawn by their weights. ValueError for two of one name, or none at all."""

    def __init__(self, meanings: Sequence[Meaning[Example, Seen]]):
        self._by_name = {m.name: m for m in meanings}
        if not meanings or len(self._by_name) != len(meanings):
            raise ValueError(
                f"expected meanings of different names, got {[m.name for m in meanings]}"
            )
        self._weights = [m.weight for m in meanings]

    def __iter__(self) -> Iterator[Meaning[Example, Seen]]:
        return iter(self._by_name.values())

    def __len__(self) -> int:
        return len(self._by_name)

    def __getitem__(self, name: str) -> Meaning[Example, Seen]:
        return self._by_name[name]

    def shares(self) -> dict[str, float]:
        """How often each is drawn, by name; they add up to one."""
        total = sum(self._weights)
        return {name: m.weight / total for name, m in self._by_name.items()}

    def draw(self, seed: int) -> tuple[Meaning[Example, Seen], Example]:
        """A meaning by the weights and an example of it; the same seed gives the same."""
        (meaning,) = random.Random(f"mixture:{seed}").choices(list(self), self._weights)
        return meaning, meaning.draw(seed)
