"""How alike two looks are: the same thing under other light, another colour, another form."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from llmagentos.objects.appearance import (
    COLOR_BINS,
    FORM_CELLS,
    Appearance,
    color_shares,
    likeness,
)


def _pixels(*rgb: int, count: int = 200) -> np.ndarray:
    return np.full((count, 3), rgb, np.uint8)


def _look(rgb: np.ndarray, sides: tuple[float, float, float] = (0.1, 0.04, 0.05)) -> Appearance:
    form = np.zeros((FORM_CELLS, FORM_CELLS), np.float32)
    form[:4] = 1.0
    return Appearance(color_shares(rgb), sides, form)


def test_shares_of_colours_add_up() -> None:
    rng = np.random.default_rng(0)
    shares = color_shares(rng.integers(0, 256, (500, 3)).astype(np.uint8))
    assert shares.shape == (COLOR_BINS,) and shares.sum() == pytest.approx(1.0)
    assert color_shares(np.zeros((0, 3), np.uint8)).sum() == 0


def test_a_little_more_light_is_still_the_same_colour() -> None:
    """Within the light that simulated cameras vary by, and not as far as another hue is."""
    red = _look(_pixels(180, 30, 30))
    assert likeness(red, _look(_pixels(205, 36, 32))) > 0.85
    assert likeness(red, _look(_pixels(30, 60, 190))) < 0.5
    assert likeness(_look(_pixels(128, 128, 128)), _look(_pixels(140, 138, 136))) > 0.8
    assert likeness(_look(_pixels(20, 20, 20)), _look(_pixels(235, 235, 235))) < 0.5


def test_sides_count_beyond_what_is_measured_of_them() -> None:
    look = _look(_pixels(180, 30, 30))
    assert likeness(look, replace(look, sides_m=(0.103, 0.038, 0.052))) == pytest.approx(1.0)
    assert likeness(look, replace(look, sides_m=(0.05, 0.04, 0.05))) < 0.85
    assert likeness(look, replace(look, sides_m=(0.16, 0.08, 0.12))) < 0.55


def test_a_form_may_be_seen_turned() -> None:
    look = _look(_pixels(180, 30, 30))
    for k in range(4):
        turned = replace(look, form=np.ascontiguousarray(np.rot90(look.form, k)))
        assert likeness(look, turned) == pytest.approx(1.0)
    ring = np.ones((FORM_CELLS, FORM_CELLS), np.float32)
    ring[2:6, 2:6] = 0
    assert likeness(look, replace(look, form=ring)) < 0.8


def test_vectors_count_where_both_are_of_one_network() -> None:
    one = np.array([1.0, 0.0], np.float32)
    look = replace(_look(_pixels(180, 30, 30)), vector=one, embedder="a")
    other = replace(look, vector=one[::-1].copy())
    assert likeness(look, look) == 1.0 and likeness(look, other) < 0.35
    assert likeness(look, replace(other, embedder="b")) == 1.0
    assert likeness(look, replace(other, vector=None)) == 1.0
