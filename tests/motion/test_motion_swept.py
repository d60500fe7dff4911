"""What an arm sweeps holds every point of it at every moment, and no room that it does not need."""

from __future__ import annotations

import numpy as np
import pytest

from llmagentos.fleet.space.volumes import Capsule
from llmagentos.motion.kinematics import Kinematics
from llmagentos.motion.swept import MARGIN_M, Swept
from llmagentos.robots import load

ARMS = ("panda", "ur5e", "so101")


def distance(p: np.ndarray, c: Capsule) -> float:
    a, way = np.array(c.a), np.subtract(c.b, c.a)
    long = float(way @ way)
    share = float(np.clip((p - a) @ way / long, 0, 1)) if long else 0.0
    return float(np.linalg.norm(a + share * way - p)) - c.radius_m


@pytest.mark.parametrize("name", ARMS)
def test_the_corners_of_every_shape_and_the_body_between_rows_are_inside(name: str) -> None:
    spec = load(name)
    swept, kinematics = Swept(spec), Kinematics(spec)
    rng = np.random.default_rng(4)
    low, high = np.array(spec.lower_rad), np.array(spec.upper_rad)
    home = np.array(spec.home_rad)
    for _ in range(2):
        goal = np.clip(home + rng.uniform(-0.7, 0.7, len(home)), low, high)
        ways = np.linspace(home, goal, 25)
        bodies = [c for _, body in swept.along(ways) for c in body]
        rows = [row for row, _ in swept.along(ways)]
        assert rows[0] == 0 and rows[-1] == 24
        for share in rng.random(3):
            q = home + (goal - home) * share
            ends = [p for c in swept.at(q) for p in (c.a, c.b)]
            for p in map(np.array, [kinematics.tip_position(q), *ends]):
                assert min(distance(p, c) for c in bodies) <= -MARGIN_M * spec.scale / 2


def test_a_base_elsewhere_moves_and_turns_all_of_it() -> None:
    spec = load("panda")
    here, there = Swept(spec).at(spec.home_rad), Swept(spec, (1.0, 0.5, np.pi)).at(spec.home_rad)
    for a, b in zip(here, there, strict=True):
        x, y, z = a.a
        assert b.a == pytest.approx((1.0 - x, 0.5 - y, z)) and b.radius_m == a.radius_m


def test_it_is_hardly_thicker_than_the_arm() -> None:
    spec = load("panda")
    body = Swept(spec).at(spec.home_rad)
    hand = [c for c in body if c.bounds[0][1] < -0.1]  # the hand is 20.6 cm wide
    assert hand and all(c.bounds[0][1] > -0.15 for c in body)
