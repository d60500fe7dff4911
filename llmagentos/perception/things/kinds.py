"""From an outline and heights to a kind, a size and a base.

Knows: the proportions of every kind (llmagentos.objects.geometry). Does not know: colours, pixels, time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from llmagentos.objects.geometry import object_geometry
from llmagentos.objects.kind import Shape
from llmagentos.objects.kinds import KINDS, size_range_m, traits
from llmagentos.perception.maps.outlines import Outline

Profile = Literal["flat", "studs", "dome", "hollow", "paint"]

#: Which forms an outline and a height profile leave open.
_FORMS: dict[tuple[bool, Profile], tuple[Shape, ...]] = {
    (False, "flat"): ("cuboid", "mesh"),
    (False, "studs"): ("mesh",),
    (True, "studs"): (),
    (False, "dome"): ("cuboid",),
    (False, "hollow"): ("square_shell",),
    (False, "paint"): ("flat",),
    (True, "flat"): ("cylinder",),
    (True, "dome"): ("sphere",),
    (True, "hollow"): ("round_shell",),
    (True, "paint"): ("flat",),
}
#: A size may be measured this much outside of its kind's range, metres.
_SIZE_SLACK_M = 0.005
_RARE_M = 0.0045


@dataclass(frozen=True)
class Guess:
    """A kind with its size and base height; misfit: metres between base and nearest support."""

    kind: str
    size_m: float
    height_m: float
    base_z: float
    misfit_m: float

    @property
    def confidence(self) -> float:
        """1 for a base right on a support, 0.5 when 1.5 cm off."""
        return 1.0 / (1.0 + (self.misfit_m / 0.015) ** 2)


def options(is_round: bool, profile: Profile) -> list[str]:
    """Kinds that an outline and a height profile leave open; oblong ones are told by lying.py."""
    forms = _FORMS[is_round, profile]
    return [
        kind.name
        for kind in KINDS.values()
        if kind.seen_by == "profile" and kind.shape in forms and not kind.is_oblong
    ]


def guess_kind(
    shape: Outline, profile: Profile, top_z: float, supports: Sequence[float]
) -> Guess | None:
    """The kind whose height, hung from `top_z`, ends nearest to a possible support height."""
    return best_of(options(shape.is_round, profile), shape.size_m, top_z, supports)


def best_of(
    kinds: Iterable[str], size_m: float, top_z: float, supports: Sequence[float]
) -> Guess | None:
    """The best of `kinds` at `size_m`; None when none comes in that size."""
    guesses = []
    for kind in kinds:
        low, high = size_range_m(kind)
        if not low - _SIZE_SLACK_M <= size_m <= high + _SIZE_SLACK_M:
            continue
        size = min(max(size_m, low), high)
        height = object_geometry(kind, size).height_m
        base = top_z - height
        misfit = 0.0 if traits(kind).is_flat else min(abs(base - s) for s in supports)
        # Nothing reaches below the table.
        misfit += max(-base - 0.004, 0.0)
        # Rare things only where common ones do not fit at all.
        misfit += _RARE_M if traits(kind).is_household else 0.0
        guesses.append(Guess(kind, size, height, base, misfit))
    return min(guesses, key=lambda g: g.misfit_m, default=None)


def size_from_height(kind: str, height_m: float) -> float:
    """The size at which `kind` is `height_m` tall (heights are proportional to sizes)."""
    return height_m / object_geometry(kind, 0.1).height_m * 0.1
