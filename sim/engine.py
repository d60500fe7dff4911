"""How exactly PyBullet computes a world.

Knows: what may be given up for speed. Does not know: worlds, arms, things.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Engine:
    """The defaults are those of the product: as exact as piles and full containers ask for.

    iterations: at most so many of the contact solver a physics step; fewer are faster and let
    contacts give way. residual: it stops before that where no speed changed by more than the root
    of this (m/s or rad/s); PyBullet's own is 1e-7. merge: links that never move against each other
    are one link, which moves as they do. grips: without, the fingers are closed and do not move.
    """

    iterations: int = 80
    residual: float = 1e-7
    merge: bool = False
    grips: bool = True
