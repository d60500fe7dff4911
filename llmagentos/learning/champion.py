"""Champion and challenger: when a newly trained model takes the place of the present one.

Knows: how two models' answers to the same cases are compared, the decision with its figures, and the
file that names the champion. Does not know: cases, models, how they are trained.

    interval of a difference between two proportions of the same cases: Agresti and Min, "Simple
    improved confidence intervals for comparing matched proportions", 2005 (half a case is added to
    each of the four cells)
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from llmagentos.errors import FileError
from llmagentos.files import is_there, make_folder, read_json, write_text
from llmagentos.learning.words import json_text

VERSION = 1
_Z = 1.96


@dataclass(frozen=True)
class Compared:
    """One group of cases. n: how many; before, after: of these right with the champion and with the
    challenger; lost, won: right with the first alone, with the second alone."""

    name: str
    n: int
    before: int
    after: int
    lost: int
    won: int

    @classmethod
    def of(cls, name: str, before: Sequence[bool], after: Sequence[bool]) -> Compared:
        """From the two models' verdicts on the same cases, in the same order. ValueError where
        there are not as many of both."""
        pairs = list(zip(before, after, strict=True))
        lost, won = sum(a and not b for a, b in pairs), sum(b and not a for a, b in pairs)
        return cls(name, len(pairs), sum(before), sum(after), lost, won)

    @property
    def difference(self) -> float:
        """Share of right cases, challenger less champion."""
        return (self.after - self.before) / self.n if self.n else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """95 % of that difference."""
        n, lost, won = self.n + 2.0, self.lost + 0.5, self.won + 0.5
        middle = (won - lost) / n
        half = _Z * math.sqrt(max(lost + won - (won - lost) ** 2 / n, 0.0)) / n
        return middle - half, middle + half

    @property
    def is_worse(self) -> bool:
        """Beyond chance: all of the interval is below zero."""
        return self.interval[1] < 0.0

    @property
    def told(self) -> str:
        """ "places 11/12 → 12/12 (+0.083, 95 % -0.10 to 0.22)"."""
        low, high = self.interval
        return (
            f"{self.name} {self.before}/{self.n} → {self.after}/{self.n} "
            f"({self.difference:+.3f}, 95 % {low:+.2f} to {high:+.2f})"
        )


@dataclass(frozen=True)
class Judgement:
    """The decision. install: the challenger is better and nowhere worse; why: in a sentence."""

    install: bool
    why: str
    learnt: Compared
    groups: tuple[Compared, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain data, with the figures of every group."""
        return asdict(self)


def judged(learnt: Compared, groups: Sequence[Compared]) -> Judgement:
    """Whether to install. learnt: the lessons' own sentences; groups: the development suites, whose
    sum is looked at like another group."""
    every = Compared(
        "all",
        *(sum(getattr(g, f) for g in groups) for f in ("n", "before", "after", "lost", "won")),
    )
    worse = [g for g in (*groups, every) if g.is_worse]
    shown = tuple(groups)
    if not groups:
        return Judgement(False, "There was nothing to judge it by.", learnt, shown)
    if worse:
        return Judgement(False, f"It got worse: {'; '.join(g.told for g in worse)}.", learnt, shown)
    if learnt.after <= learnt.before:
        return Judgement(False, f"It did not learn: {learnt.told}.", learnt, shown)
    return Judgement(
        True, f"It learnt {learnt.told} and no group got worse; {every.told}.", learnt, shown
    )


class Champions:
    """Which model is used, and what was decided when. path: the file that says so.

    shipped: the model that everything begins with. FileError for a file that cannot be read.
    """

    def __init__(self, path: Path, shipped: str):
        self._path, self._shipped = path, shipped
        data: Any = read_json(path, "a file of models") if is_there(path) else {}
        if not isinstance(data, dict) or data.get("version", VERSION) != VERSION:
            raise FileError(
                f"expected a file of models of version {VERSION} at {path}, got another"
            )
        self._stack: list[str] = list(data.get("models", []))
        self.history: list[dict[str, Any]] = list(data.get("history", []))

    @property
    def current(self) -> str:
        """The champion's name."""
        return self._stack[-1] if self._stack else self._shipped

    def install(self, name: str, judgement: Judgement) -> None:
        """This one from now on."""
        was, self._stack = self.current, [*self._stack, name]
        self._note("installed", name, was, judgement.why, judgement.to_json())

    def keep(self, name: str, judgement: Judgement) -> None:
        """The champion stays."""
        self._note("not installed", name, self.current, judgement.why, judgement.to_json())

    def back(self) -> str:
        """The one before; its name. ValueError where there is none."""
        if not self._stack:
            raise ValueError(f"expected a model that was learnt, got the shipped {self._shipped}")
        was, self._stack = self.current, self._stack[:-1]
        self._note("back", self.current, was, "as asked", {})
        return self.current

    def _note(self, what: str, name: str, was: str, why: str, figures: dict[str, Any]) -> None:
        day = time.strftime("%Y-%m-%d %H:%M:%S")
        self.history.append(
            {"when": day, "what": what, "model": name, "was": was, "why": why, "figures": figures}
        )
        make_folder(self._path.parent, "a folder for models")
        data = {"version": VERSION, "models": self._stack, "history": self.history}
        write_text(self._path, json_text(data))
