"""Where a scan fits a map best, near where it is thought to be.

Knows: Gauss-Newton on the distances of a likelihood field. Does not know: odometry, particles.

As Hector SLAM (Kohlbrecher et al., SSRR 2011) matches scans, on distances instead of occupancies:
they slope towards the walls from farther away. Points far from everything count less the farther they
are (Cauchy's weight), so people and moved chairs pull little.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from llmagentos.navigation.frame import Points
from llmagentos.navigation.likelihood import FAR_M, LikelihoodField
from llmagentos.types import MapPose, wrapped

_ROUNDS, _DONE_M = 14, 2e-4
#: Distance at which a point counts half, metres, and how it narrows from round to round.
_SOFT_M, _NARROWER = 0.1, 0.7
#: How much the prior weighs against one point, by way (1/m^2) and turn (1/rad^2): it holds what the
#: scan says nothing about (along a corridor).
_PRIOR_WAY, _PRIOR_TURN = 2.0, 2.0


@dataclass(frozen=True)
class Match:
    """pose: the best one; error_m: mean distance of the points that fit; share: how many of them do
    (within 15 cm of something on the map), 0 to 1."""

    pose: MapPose
    error_m: float
    share: float


_FITS_M = 0.15


def matched(
    field: LikelihoodField, points: Points, guess: MapPose, narrowest_m: float = _SOFT_M
) -> Match:
    """The pose near `guess` at which the points (frame "base", [N, 2]) lie on things of the map.

    Converges from about 0.3 m and 15 degrees. With fewer than three points: the guess.
    narrowest_m: in the end a point counts half at this distance. A map that still grows wants it
    small: what it does not show yet lies beside what it shows, and draws each match a little ahead.
    """
    if len(points) < 3:
        return Match(guess, FAR_M, 0.0)
    prior = np.array([guess.x_m, guess.y_m, guess.yaw_rad])
    pose = prior.copy()
    held = np.diag([_PRIOR_WAY, _PRIOR_WAY, _PRIOR_TURN])
    soft_m = _SOFT_M
    for _ in range(_ROUNDS):
        places, turned = _placed(points, pose)
        distances, slopes = field.around(places)
        weights = np.where(distances < FAR_M, 1 / (1 + (distances / soft_m) ** 2), 0.0)
        along_yaw = slopes[:, 1] * turned[:, 0] - slopes[:, 0] * turned[:, 1]
        jacobian = np.column_stack([slopes, along_yaw])
        weighted = jacobian * weights[:, None]
        off = pose - prior
        left = weighted.T @ jacobian + held
        step = np.linalg.solve(left, -(weighted.T @ distances) - held @ off)
        pose = pose + np.clip(step, -0.2, 0.2)
        if soft_m == narrowest_m and float(np.abs(step).max()) < _DONE_M:
            break
        soft_m = max(_NARROWER * soft_m, narrowest_m)
    distances, _ = field.around(_placed(points, pose)[0])
    fits = distances < _FITS_M
    error = float(distances[fits].mean()) if fits.any() else FAR_M
    found = MapPose(float(pose[0]), float(pose[1]), wrapped(float(pose[2])))
    return Match(found, error, float(fits.mean()))


def _placed(points: Points, pose: Points) -> tuple[Points, Points]:
    """Points in the map's frame, and from the base with the map's axes."""
    c, s = math.cos(pose[2]), math.sin(pose[2])
    turned = points @ np.array([[c, s], [-s, c]])
    return turned + pose[:2], turned
