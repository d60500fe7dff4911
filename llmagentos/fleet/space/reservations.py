"""Claims on space and time: granted as a whole, in the order in which they came.

Knows: volumes, windows, who owns which. Does not know: robots, or how a volume is made.

Nothing touches: two claims are granted together only where their volumes keep `margin_m` apart, or
their windows do not meet. Whoever keeps inside what it was granted never comes nearer to another one
that does than the margin.

Nobody waits for ever: an owner has one claim that waits at most, and while it waits it holds nothing that
anybody else could wait for: only its homes, which nobody else may claim at all. So who is waited for is
granted already (and does not wait), or waits and came earlier; the arrows "waits for" never lead back, which
leaves out a ring (one of Coffman's four conditions, "hold and wait", never holds: Coffman, Elphick,
Shoshani, "System Deadlocks", ACM Computing Surveys 3(2), 1971). A claim that came later and is in the way
of one that waits, waits behind it, so none starves as long as granted claims end. Claims with a
window end by themselves.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from llmagentos.errors import FleetError
from llmagentos.fleet.space.volumes import Volume, nearer


@dataclass(frozen=True)
class Part:
    """A volume from begin_s until end_s, counted from when it is granted; infinity: until it is
    released."""

    volume: Volume
    begin_s: float = 0.0
    end_s: float = math.inf

    def __post_init__(self) -> None:
        if not self.begin_s < self.end_s:
            raise FleetError(f"expected a window from begin to end, got {self}")


@dataclass
class Claim:
    """What an owner wants. granted: whether it may go there; began_s: since when. number: who came
    first. waits_for: owners."""

    owner: str
    parts: tuple[Part, ...]
    number: int
    granted: bool = False
    began_s: float = 0.0
    waits_for: tuple[str, ...] = field(default=())


class Reservations:
    """One table for all that share a space. margin_m: how far claims of two owners stay apart, metres.

    Not safe between threads: whoever shares it calls from one.
    """

    def __init__(self, margin_m: float = 0.02) -> None:
        if not margin_m >= 0:
            raise FleetError(f"expected a margin of at least 0 m, got {margin_m!r}")
        self.margin_m = margin_m
        self._homes: dict[str, tuple[Volume, ...]] = {}
        self._claims: list[Claim] = []
        self._count = 0

    def add(self, owner: str, homes: Sequence[Volume] = ()) -> None:
        """An owner, and where it may always be. Raises FleetError where that is another's home, or was
        granted to another."""
        if owner in self._homes:
            raise FleetError(f"expected a new owner, got '{owner}' again")
        for other, theirs in self._homes.items():
            if nearer(homes, theirs, self.margin_m):
                raise FleetError(f"expected a home apart from that of '{other}', got {owner}'s")
        for claim in self._claims:
            if nearer(homes, [p.volume for p in claim.parts], self.margin_m):
                raise FleetError(f"expected a home that nobody has claimed, got {owner}'s")
        self._homes[owner] = tuple(homes)

    def claim(self, owner: str, parts: Sequence[Part], now_s: float = 0.0) -> Claim:
        """Ask for all of the parts at once; granted now or later (`refresh`). An owner that has a claim
        already gets the new one instead of it, if that can be granted at once.

        Raises FleetError for what can never be granted (another's home), for an owner that waits, and
        for one that would have to wait away from home: it has to go home and release first.
        """
        if owner not in self._homes:
            raise FleetError(
                f"expected one of {', '.join(self._homes) or 'no'} owners, got '{owner}'"
            )
        if any(c.owner == owner and not c.granted for c in self._claims):
            raise FleetError(
                f"expected '{owner}' to wait for one claim at a time, got a second one"
            )
        volumes = [p.volume for p in parts]
        for other, theirs in self._homes.items():
            if other != owner and nearer(volumes, theirs, self.margin_m):
                raise FleetError(
                    f"expected a claim outside of the home of '{other}', got {owner}'s"
                )
        self._count += 1
        made = Claim(owner, tuple(parts), self._count)
        held = [c for c in self._claims if c.owner == owner]
        ways = self._in_the_way(made, now_s)
        if held and ways:
            raise FleetError(
                f"expected '{owner}' at home before it waits for {' and '.join(ways)}, got a claim"
            )
        self._claims = [c for c in self._claims if c.owner != owner]
        made.granted, made.waits_for, made.began_s = not ways, ways, now_s
        self._claims.append(made)
        return made

    def release(self, owner: str, now_s: float = 0.0) -> None:
        """Nothing but its homes is the owner's any more; what it waits for is not wanted."""
        self._claims = [c for c in self._claims if c.owner != owner]
        self.refresh(now_s)

    def put_off(self, owner: str, by_s: float, now_s: float) -> bool:
        """An owner is late: what is left of its granted windows ends later by so much, if nothing that was
        granted to others is in the way of that; whether it is so now. Raises FleetError for one that was
        granted nothing."""
        claim = self.granted(owner)
        if claim is None:
            raise FleetError(f"expected a granted claim of '{owner}' to put off, got none")
        left = [p for p in claim.parts if claim.began_s + p.end_s > now_s]
        later = Claim(
            owner, tuple(Part(p.volume, p.begin_s, p.end_s + by_s) for p in left), claim.number, True,
            claim.began_s,
        )  # fmt: skip
        others = [c for c in self._claims if c.owner != owner and c.granted]
        if any(self._meet(c, later, now_s) for c in others):
            return False
        claim.parts = later.parts
        return True

    def refresh(self, now_s: float) -> list[Claim]:
        """Let windows that are over go, and grant what can be; what was granted now."""
        self._claims = [
            c
            for c in self._claims
            if not c.granted or any(c.began_s + p.end_s > now_s for p in c.parts)
        ]
        news = []
        for claim in self._claims:
            if claim.granted:
                continue
            claim.waits_for = self._in_the_way(claim, now_s)
            if not claim.waits_for:
                claim.granted, claim.began_s = True, now_s
                news.append(claim)
        return news

    def granted(self, owner: str) -> Claim | None:
        """What an owner may use beside its homes."""
        return next((c for c in self._claims if c.owner == owner and c.granted), None)

    def waiting(self) -> list[Claim]:
        """In the order in which they came; each knows whom it waits for."""
        return [c for c in self._claims if not c.granted]

    def allows(self, owner: str, volumes: Sequence[Volume]) -> bool:
        """Whether volumes keep away from the homes of all others: a claim for them can be granted."""
        theirs = [v for name, homes in self._homes.items() if name != owner for v in homes]
        return not nearer(volumes, theirs, self.margin_m)

    def covers(self, owner: str, volumes: Sequence[Volume]) -> bool:
        """Whether volumes keep away from all that others have now: their homes and granted claims."""
        theirs = [v for name, homes in self._homes.items() if name != owner for v in homes]
        theirs += [
            p.volume for c in self._claims if c.owner != owner and c.granted for p in c.parts
        ]
        return not nearer(volumes, theirs, self.margin_m)

    def _in_the_way(self, claim: Claim, now_s: float) -> tuple[str, ...]:
        """Whose claims are granted, or came earlier, and meet this one."""
        before = [c for c in self._claims if c.granted or c.number < claim.number]
        others = (c for c in before if c.owner != claim.owner)
        return tuple(sorted({c.owner for c in others if self._meet(c, claim, now_s)}))

    def _meet(self, one: Claim, other: Claim, now_s: float) -> bool:
        """Whether they would be near each other, one that waits being granted now."""
        first = one.began_s if one.granted else now_s
        second = other.began_s if other.granted else now_s
        for a in one.parts:
            if first + a.end_s <= now_s:
                continue
            for b in other.parts:
                apart = (
                    first + a.end_s <= second + b.begin_s or second + b.end_s <= first + a.begin_s
                )
                if not apart and nearer([a.volume], [b.volume], self.margin_m):
                    return True
        return False
