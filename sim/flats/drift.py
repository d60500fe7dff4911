"""What wheels say of a way: nearly what it was.

Knows: errors of odometry, constant ones (a worn wheel, a track that is not quite as said) and chance.
Does not know: physics, maps.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from llmagentos.types import MapPose


@dataclass(frozen=True)
class OdometryDrift:
    """way, turn: shares of the way and of the turn that are said too much (negative: too little);
    veer_radpm: turning that is said a metre of way and was none; noise: one standard deviation of each
    step's way and turn, as a share."""

    way: float = 0.0
    turn: float = 0.0
    veer_radpm: float = 0.0
    noise: float = 0.0

    @classmethod
    def of_share(cls, share: float, rng: np.random.Generator) -> OdometryDrift:
        """Wheels that are wrong by a share: each constant error that large, with signs by chance."""
        way, turn, veer = share * rng.choice([-1.0, 1.0], 3)
        return cls(float(way), float(turn), float(veer), share)


class WheelOdometry:
    """Adds up what the wheels say. pose: frame "odom"."""

    def __init__(self, drift: OdometryDrift, rng: np.random.Generator) -> None:
        self._drift, self._rng = drift, rng
        self.pose = MapPose(0.0, 0.0)

    def roll(self, way_m: float, turn_rad: float) -> None:
        """The wheels went so far and turned so much."""
        drift = self._drift
        chance_way, chance_turn = drift.noise * self._rng.standard_normal(2)
        way = float(way_m * (1 + drift.way + chance_way))
        turn = float(turn_rad * (1 + drift.turn + chance_turn) + drift.veer_radpm * abs(way_m))
        self.pose = self.pose.after(arc(way, turn))


def arc(way_m: float, turn_rad: float) -> MapPose:
    """Where a base is, seen from where it was, after a way on a circle."""
    if abs(turn_rad) < 1e-9:
        return MapPose(way_m, 0.0, turn_rad)
    radius = way_m / turn_rad
    return MapPose(radius * math.sin(turn_rad), radius * (1 - math.cos(turn_rad)), turn_rad)
