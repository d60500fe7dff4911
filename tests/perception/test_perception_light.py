"""The light that things tell: gains recovered from paints, what is no paint, tables that aren't the mat."""

from __future__ import annotations

import numpy as np
import pytest

from llmagentos.objects.colors import TABLE
from llmagentos.perception import TabletopPerception
from llmagentos.perception.maps.colors import ColorReader, normalise
from llmagentos.perception.maps.light import light_gain, likelihood
from llmagentos.perception.maps.rectify import Rectifier
from llmagentos.perception.maps.table import learn_table
from llmagentos.types import Observation
from sim.noise import SensorNoise
from sim.scene import ObjectSpec, SceneSpec
from sim.world import SimWorld

PAINTS = {name: 255 * np.array(color.paint) for name, color in TABLE.items()}


def seen(names: list[str], gain: np.ndarray, seed: int = 0) -> np.ndarray:
    """Tops of these colours in a light, each a little off, as cameras see them."""
    rng = np.random.default_rng(seed)
    tops = np.array([PAINTS[n] for n in names]) * gain * rng.normal(1, 0.03, (len(names), 1))
    return np.minimum(tops + rng.normal(0, 2, tops.shape), 255.0)


@pytest.mark.parametrize("bright", [0.75, 0.9, 1.0, 1.2, 1.4])
@pytest.mark.parametrize("names", [["gray", "blue", "brown"], ["gold", "green", "purple", "tan"]])
def test_several_colors_tell_the_light(bright: float, names: list[str]) -> None:
    gain = bright * np.array([1.03, 1.0, 0.97])
    assert light_gain(seen(names, gain)) == pytest.approx(gain, rel=0.1)


def test_nothing_tells_nothing_and_no_paint_tells_little() -> None:
    assert light_gain(np.zeros((0, 3))).tolist() == [1, 1, 1]
    odd = np.array([[90.0, 130.0, 60.0], [140.0, 100.0, 160.0]])  # olive, mauve
    assert np.abs(np.log(light_gain(odd))).max() < 0.15
    told = seen(["gray", "blue", "brown"], np.full(3, 0.8))
    assert light_gain(np.r_[told, odd]) == pytest.approx(light_gain(told), rel=0.06)


def test_the_right_light_is_much_likelier() -> None:
    tops = seen(["gray", "blue", "brown", "yellow"], np.full(3, 1.3))
    right, wrong = likelihood(tops, np.array([[1.3] * 3, [0.8] * 3]))
    assert right - wrong > 6


@pytest.mark.parametrize("name", sorted(PAINTS))
def test_full_channels_keep_their_color(name: str) -> None:
    reader = ColorReader()
    for bright in (1.0, 1.2, 1.4):
        pixel = np.minimum(PAINTS[name] * bright + 0.5, 255).astype(np.uint8)
        lit = normalise(pixel[None], np.array([84.0, 102.0, 115.0]) * bright)
        assert reader.name(lit)[0] == name


@pytest.mark.parametrize(
    ("exposure", "table"), [(0.3, "wood:7"), (-0.25, "white:2"), (0.3, "cloth:5")]
)
def test_gray_and_white_are_told_apart_on_any_table(exposure: float, table: str) -> None:
    colors = ("gray", "white", "blue", "gold", "orange")
    things = [
        ObjectSpec(
            kind="block", color=color, size=0.05, position=(0.4 + 0.05 * k, -0.24 + 0.12 * k)
        )
        for k, color in enumerate(colors)
    ]
    noise = SensorNoise(exposure=abs(exposure))
    world = SimWorld(SceneSpec(objects=tuple(things)).with_table(table, 1), seed=1, noise=noise)
    try:
        world.noise.drawn["exposure"] = float(np.sign(exposure))
        scene = TabletopPerception().perceive(
            Observation((world.overhead.capture(),), world.state())
        )
    finally:
        world.close()
    assert sorted(o.color for o in scene.objects) == sorted(colors)


@pytest.mark.parametrize("color", ["pink", "yellow", "white"])
def test_a_bright_zone_is_no_bright_light(color: str) -> None:
    """The table around it keeps its colour, where a gray tray may stand."""
    zone = ObjectSpec(kind="zone", color=color, size=0.12, position=(0.62, 0.27))
    tray = ObjectSpec(kind="tray", color="gray", size=0.18, position=(0.44, 0.25))
    world = SimWorld(SceneSpec(objects=(zone, tray)), renderer="tiny")
    try:
        look = learn_table(Rectifier().rectify(world.overhead.capture(), ()))
    finally:
        world.close()
    assert look.is_mat
    assert look.light is None
