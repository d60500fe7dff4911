"""Commands with their plans for models that learn from examples in the prompt.

Knows: the shipped file (plan_examples.txt, chosen from the corpus by `python -m
training.corpus.few_shot`) and which of its lines are like a command. Does not know: models.
"""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from llmagentos.files import read_text

FILE = Path(__file__).parent / "plan_examples.txt"
_WORD = re.compile(r"[a-z]+|\d+")


@dataclass(frozen=True)
class Example:
    """A command and its plan in compact notation, texts quoted."""

    command: str
    plan: str


def features(text: str) -> Counter[str]:
    """Words and pairs of words of a text; numbers are all alike."""
    words = ["0" if w.isdigit() else w for w in _WORD.findall(text.lower())]
    return Counter([*words, *(f"{a} {b}" for a, b in itertools.pairwise(words))])


class Examples:
    """Examples by likeness: cosine of words and pairs of words, rare ones weighing more."""

    def __init__(self, examples: list[Example]):
        self.all = examples
        seen = Counter(f for e in examples for f in features(e.command))
        self._weight = {f: math.log((1 + len(examples)) / n) for f, n in seen.items()}
        self._unknown = math.log(1 + len(examples))
        self._rows = [self._vector(e.command) for e in examples]

    def _vector(self, text: str) -> dict[str, float]:
        row = {f: n * self._weight.get(f, self._unknown) for f, n in features(text).items()}
        norm = math.sqrt(sum(v * v for v in row.values())) or 1.0
        return {f: v / norm for f, v in row.items()}

    def like(self, command: str, count: int) -> list[Example]:
        """The `count` likest, the likest last: nearest to where the answer is written. No two with
        the same plan."""
        wanted = self._vector(command)
        score = [sum(v * row.get(f, 0.0) for f, v in wanted.items()) for row in self._rows]
        found: dict[str, Example] = {}
        for i in sorted(range(len(score)), key=lambda i: -score[i]):
            found.setdefault(self.all[i].plan, self.all[i])
            if len(found) == count:
                break
        return list(reversed(found.values()))


@lru_cache(maxsize=1)
def shipped() -> Examples:
    """The examples that come with this package."""
    lines = read_text(FILE, "examples of plans").splitlines()
    return Examples([Example(*line.split("\t")) for line in lines if line and line[0] != "#"])
