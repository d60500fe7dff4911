"""Sensor noise: it repeats, each effect does what it says, and severities have names."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from llmagentos.errors import ConfigError
from sim.noise import SEVERITIES, SensorNoise, severity

#: A table 1.25 m away with a step of 6 cm on it, under an even light with one dark square.
DEPTH = np.full((240, 320), 1.25, np.float32)
DEPTH[80:160, 100:200] = 1.19
RGB = np.full((240, 320, 3), (120, 110, 100), np.uint8)
RGB[100:140, 120:180] = (200, 40, 30)


def seen(noise: SensorNoise) -> tuple[Any, Any]:
    return noise.apply(RGB.copy(), DEPTH.copy())


@pytest.mark.parametrize("name", ["mild", "typical", "bad", "typical-tof", "bad-tof"])
def test_a_severity_repeats_with_its_seed(name: str) -> None:
    noise = severity(name, 3)
    first, again = seen(noise), seen(noise)
    noise.reset(3)
    repeated = seen(noise)
    for a, b in zip(first, repeated, strict=True):
        assert np.array_equal(a, b)
    assert not np.array_equal(first[1], again[1])
    assert first[0].dtype == np.uint8 and first[1].dtype == np.float32
    assert np.all(first[1] >= 0)


def test_none_changes_nothing_and_other_names_are_refused() -> None:
    rgb, depth = seen(severity("none", 3))
    assert np.array_equal(rgb, RGB) and np.array_equal(depth, DEPTH)
    with pytest.raises(ConfigError, match="expected a noise of none, mild, typical, bad"):
        severity("awful")
    with pytest.raises(ConfigError, match="got 'bad-sonar'"):
        severity("bad-sonar")


ONLY_DEPTH: list[dict[str, Any]] = [
    {"blotch_m": 0.002}, {"baseline_m": 0.08}, {"smear_px": 1.5}, {"flying": 0.5}, {"hole_px": 2},
    {"offset_m": 0.01}, {"scale": 0.006}, {"tilt_rad": 0.01}, {"depth_dropout": 0.01},
]  # fmt: skip
ONLY_COLOR: list[dict[str, Any]] = [
    {"shift_px": 3.0}, {"blur_px": 1.0}, {"motion_px": 30.0}, {"exposure": 0.5}, {"balance": 0.2},
    {"lamp": 0.3}, {"chroma": True}, {"rgb_std": 4.0},
]  # fmt: skip


@pytest.mark.parametrize("effect", [*ONLY_DEPTH, *ONLY_COLOR], ids=lambda e: next(iter(e)))
def test_each_effect_changes_what_it_is_of(effect: dict[str, Any]) -> None:
    rgb, depth = seen(SensorNoise(**effect, seed=4))
    assert np.array_equal(rgb, RGB) == (effect in ONLY_DEPTH)
    assert np.array_equal(depth, DEPTH) == (effect in ONLY_COLOR)


@pytest.mark.parametrize(("name", "robust_m"), [("typical", 0.0013), ("bad", 0.0023)])
def test_depth_noise_is_blotchy_and_as_large_as_named(name: str, robust_m: float) -> None:
    flat = np.full((240, 320), 1.25, np.float32)
    only = {"blotch_m": SEVERITIES[name]["blotch_m"]}
    off = SensorNoise(**only, seed=1).apply(RGB, flat)[1] - flat
    spread = 1.4826 * float(np.median(np.abs(off - np.median(off))))
    assert spread == pytest.approx(robust_m, rel=0.1)
    beside = float(np.corrcoef(off[:, 1:].ravel(), off[:, :-1].ravel())[0, 1])
    apart = float(np.corrcoef(off[:, 40:].ravel(), off[:, :-40].ravel())[0, 1])
    assert beside > 0.7 and abs(apart) < 0.2


def test_holes_and_flying_pixels_lie_along_edges() -> None:
    _, holes = seen(SensorNoise(hole_px=2, seed=2))
    rows, cols = np.nonzero(holes == 0)
    assert len(rows) > 300
    inside = (rows >= 82) & (rows < 158) & (cols >= 102) & (cols < 198)
    outside = (rows < 78) | (rows >= 162) | (cols < 98) | (cols >= 202)
    assert not inside.any() and not outside.any()
    _, flying = seen(SensorNoise(flying=0.5, seed=2))
    between = (flying > 1.195) & (flying < 1.245)
    assert 150 < int(between.sum()) < 800


def test_a_stereo_camera_has_holes_on_one_side_of_near_things() -> None:
    _, depth = seen(SensorNoise(baseline_m=0.1, seed=2))
    rows, cols = np.nonzero(depth == 0)
    assert set(rows) == set(range(80, 160))
    assert set(cols) <= set(range(96, 100)) and len(set(cols)) >= 3


def test_lasting_faults_stay_until_another_seed() -> None:
    noise = SensorNoise(offset_m=0.01, seed=1)
    first, again = seen(noise)[1], seen(noise)[1]
    assert np.array_equal(first, again)
    noise.reset(2)
    assert not np.array_equal(first, seen(noise)[1])
    assert abs(float(first[0, 0]) - 1.25) <= 0.01
    assert np.array_equal(first, seen(noise.fresh(1))[1])


def test_reflections_take_depth_with_them() -> None:
    rgb, depth = seen(SensorNoise(glare=3, seed=5))
    lost = depth == 0
    assert lost.any() and rgb[lost].min() > 150


def test_a_time_of_flight_camera_is_worse_where_things_are_dark() -> None:
    rgb = np.full((240, 320, 3), 200, np.uint8)
    rgb[:, 160:] = 12
    flat = np.full((240, 320), 1.25, np.float32)
    off = replace(severity("typical-tof", 1), tilt_rad=0.0, offset_m=0.0, scale=0.0, rgb_std=0.0,
                  glare=0, lamp=0.0, depth_dropout=0.0).apply(rgb, flat)[1] - flat  # fmt: skip
    assert np.std(off[:, 160:]) > 1.8 * np.std(off[:, :160])


def test_a_glance_has_the_camera_s_faults_but_none_of_edges() -> None:
    noise = severity("bad", 3)
    piece = noise.of_glance(7)
    assert piece.drawn["offset"] == noise.drawn["offset"]
    depth = piece.apply(RGB, DEPTH)[1]
    assert np.array_equal(depth, noise.of_glance(7).apply(RGB, DEPTH)[1])
    assert float(np.mean(depth == 0)) < 0.03
