"""Where an arm rests over its work area: hand down, and as little as possible hidden.

Knows: an arm's postures, turned aside by the first joint; what hides least (reach). Does not know:
how a work area is found (place), words.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from llmagentos.robot_setup.posture import Chain, nearest_turn
from llmagentos.robot_setup.reach import Silhouette
from llmagentos.robots.specs import ArmSpec

#: Of the work area, an arm at rest hides no more than this.
MOST_HIDDEN = 0.02
#: So many postures are tried.
_HOMES = 5
#: At rest, nothing of the arm is lower than this, metres.
_CLEAR_M = 0.02
#: Turned aside in such steps, rad, so many to either side: an arm still faces its table at home.
_ASIDE_RAD, _ASIDE = 0.2, 7
#: Where an arm hides some of its table whatever it does, the table begins so much farther out; it
#: keeps at least the share.
_STEP_M, _KEPT = 0.02, 0.6


def better_home(spec: ArmSpec) -> tuple[float, ArmSpec]:
    """The hidden share and the spec with the home that hides least, hand down; its work area begins
    farther out where nothing else helps. The spec as it is where nothing better was found."""
    ranges = list(zip(spec.lower_rad, spec.upper_rad, strict=True))
    chain = Chain(spec.urdf, spec.joint_names, spec.tip_link, ranges)
    homes = tuple(p.joints for p in chain.postures() if p.height_m > 0)
    hidden, _, found = at_rest(spec, homes, chain.turns_upright)
    return hidden, found


def at_rest(
    spec: ArmSpec, homes: Sequence[tuple[float, ...]], upright: bool, fixed: bool = False
) -> tuple[float, float, ArmSpec]:
    """Hidden share, turn aside and the spec with its home, its area cut where that must be, unless
    it is `fixed`."""
    whole, area = spec.workspace.x_max - spec.workspace.x_min, spec.workspace
    best = _best_home(spec, homes, upright)
    hidden, turn, home = best
    while not fixed and hidden > MOST_HIDDEN and area.x_max - area.x_min - _STEP_M >= _KEPT * whole:
        area = replace(area, x_min=area.x_min + _STEP_M)
        spec_ = replace(spec, workspace=area)
        hidden, turn, home = _best_home(spec_, homes, upright)
        if hidden <= MOST_HIDDEN:
            return hidden, turn, replace(spec_, home_rad=home)
    hidden, turn, home = best
    return hidden, turn, replace(spec, home_rad=home)


def _best_home(
    spec: ArmSpec, homes: Sequence[tuple[float, ...]], upright: bool
) -> tuple[float, float, tuple[float, ...]]:
    """What hides least of the area: hidden share, how far it is turned aside, joints."""
    seen, low, high = Silhouette(spec), spec.lower_rad, spec.upper_rad
    turns = [0.0]
    if upright:
        turns += [s * _ASIDE_RAD * k for k in range(1, _ASIDE + 1) for s in (-1, 1)]
    best = (math.inf, 0.0, spec.home_rad)
    for joints in dict.fromkeys((spec.home_rad, *homes[:_HOMES])):
        for turn in turns:
            first = nearest_turn(joints[0] + turn, low[0], high[0])
            q = (round(first, 6), *joints[1:])
            inside = all(a < v < b for a, v, b in zip(low, q, high, strict=True))
            if not (inside and low[0] + 0.15 < q[0] < high[0] - 0.15):
                continue
            hidden = seen.hidden_share(q) if seen.lowest_m(q) > _CLEAR_M else 1.0
            best = min(best, (hidden, turn, q), key=lambda found: found[0])
            if hidden == 0:
                return best
    return best if best[0] <= 1 else (1.0, 0.0, spec.home_rad)
