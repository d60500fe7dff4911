"""The lean of a hand along a way: as smooth as the joints allow, the least where it comes to rest."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from llmagentos.motion.kinematics import Kinematics
from llmagentos.motion.leaning import smoothest
from llmagentos.motion.paths import tip_path
from llmagentos.motion.trajectory import time_path
from llmagentos.robots import load
from llmagentos.safety.limits import motion_limits
from llmagentos.types import Pose

SO101 = load("so101")
Array = NDArray[np.float64]


def _bending(way: Array, values: Array, length: float) -> float:
    steps = np.diff(way) / length
    middle = (steps[:-1] + steps[1:]) / 2
    second = np.diff(np.diff(values) / steps) / middle
    weights = np.concatenate([steps[:1] / 2, middle, steps[-1:] / 2])
    return float(np.sum(second**2 * middle) + np.sum(values**2 * weights))


@pytest.mark.parametrize("seed", range(5))
def test_nothing_between_the_bounds_bends_less(seed: int) -> None:
    rng = np.random.default_rng(seed)
    way = np.cumsum(rng.uniform(0.002, 0.02, 40))
    low = np.maximum(0.0, np.interp(way, way[[0, 12, 20, 39]], [0.0, -0.2, 0.5, -0.4]))
    high = low + rng.uniform(0.05, 0.4, 40)
    low[[0, -1]] = high[[0, -1]] = 0.0
    values = smoothest(way, low, high, 0.06)
    assert np.all(values >= low - 1e-12) and np.all(values <= high + 1e-12)
    best = _bending(way, values, 0.06)
    assert best < 0.5 * _bending(way, low, 0.06), "the least that is allowed has kinks"
    for _ in range(300):
        change = rng.normal(size=40) * 10 ** rng.uniform(-5, -1)
        if rng.integers(2):
            change = np.convolve(change, np.ones(9) / 9, "same")
        assert _bending(way, np.clip(values + change, low, high), 0.06) >= best * (1 - 1e-6)


def test_on_the_way_the_lean_is_smooth_and_the_arm_faster(monkeypatch: pytest.MonkeyPatch) -> None:
    kinematics = Kinematics(SO101)
    limits = motion_limits(SO101, "sim").scaled(1.0, 0.5)
    rng, area = np.random.default_rng(2), SO101.workspace

    def spot() -> tuple[float, float]:
        return float(rng.uniform(area.x_min, area.x_max)), float(
            rng.uniform(area.y_min, area.y_max)
        )

    took = np.zeros(2)
    for _ in range(8):
        (x0, y0), (x1, y1) = spot(), spot()
        start = kinematics.solve(Pose((x0, y0, 0.012)))
        ways = [Pose((x0, y0, 0.07)), Pose((x1, y1, 0.07)), Pose((x1, y1, 0.012))]
        smooth = tip_path(kinematics, start, ways, blend_m=0.02)
        assert all(kinematics.tilt(q) < 1e-4 for q in smooth.joints[[0, -1]]), "the least at rest"
        assert np.all(smooth.joints >= kinematics.lower)
        assert np.all(smooth.joints <= kinematics.upper)
        with monkeypatch.context() as patch:
            patch.setattr(kinematics, "leans_along", lambda places: None)
            kinked = tip_path(kinematics, start, ways, blend_m=0.02)
        np.testing.assert_allclose(smooth.tool, kinked.tool)
        took += [time_path(path, limits, 0.01).duration_s for path in (smooth, kinked)]
    assert took[0] < 0.95 * took[1]
