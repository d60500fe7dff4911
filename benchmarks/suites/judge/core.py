"""The judged turn and the ways to combine checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from benchmarks import predicates as p
from benchmarks.suites.stage import Truth

Obj = Mapping[str, Any]


@dataclass(frozen=True)
class Seen:
    """One turn as it went.

    start: the world when the session began; before, after: of the turn. hand: where the finger
    tips are, or were last pointed, on the table plane; None where that is unknown.
    """

    start: Truth
    before: Truth
    after: Truth
    held: str | None
    status: str
    reply: str
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    hand: tuple[float, float] | None = None

    def ids(self, ref: Ref) -> tuple[str, ...]:
        """Ids that a reference means; picks look at the world before the turn."""
        found = ref(self.before) if callable(ref) else ref
        if isinstance(found, str):
            out: list[str] = []
            for name in found.split():
                out += self.groups.get(name, (name,))
            return tuple(out)
        return tuple(found)

    def one(self, ref: Ref) -> Obj:
        """The first of them as it stands after the turn."""
        return self.after[self.ids(ref)[0]]

    def was(self, ref: Ref) -> Obj:
        """The first of them as it stood before the turn."""
        return self.before[self.ids(ref)[0]]

    def many(self, ref: Ref) -> list[Obj]:
        """All of them as they stand after the turn."""
        return [self.after[i] for i in self.ids(ref)]


Ref = str | Callable[[Truth], Any]
Check = Callable[[Seen], bool]


def both(*checks: Check) -> Check:
    """Right when every check is."""
    return lambda s: all(c(s) for c in checks)


def either(*checks: Check) -> Check:
    """Right when at least one check is."""
    return lambda s: any(c(s) for c in checks)


def no(check: Check) -> Check:
    """Right when the check is not."""
    return lambda s: not check(s)


def always(s: Seen) -> bool:
    """Right whatever the world looks like: for turns that are judged by status alone."""
    return True


def nothing_moved(s: Seen) -> bool:
    """Right when everything stands where it stood and nothing is held."""
    return p.still(list(s.before.values()), list(s.after.values()), ()) and s.held is None
