"""Places on a table of another scale: what is a matter of taste shrinks with it, what was said not."""

from __future__ import annotations

import math

import pytest
from lab.notation import ctx
from lab.scenes import scene, thing

from llmagentos.grounding.placement import FreeSpace, locate, satisfied
from llmagentos.lang import codec as compact
from llmagentos.lang import plan as p
from llmagentos.types import Scene
from llmagentos.world.relations import related

SCALE = 0.5


def _large() -> Scene:
    return scene(
        thing("a", "block", "red", 0.35, -0.25),
        thing("m", "bowl", "blue", 0.50, 0.0),
        thing("b", "block", "green", 0.62, 0.2),
    )


def _small() -> Scene:
    """The same with all lengths times SCALE, the workspace's scale too."""
    large = _large()
    things = tuple(o.times(SCALE) for o in large.objects)
    return Scene(things, large.stamp_s, large.workspace.times(SCALE))


def _place(text: str) -> p.Place:
    return compact.parse(f"put [ the block ] {text}").steps[0].place  # type: ignore[union-attr]


def _spot(text: str, world: Scene) -> tuple[float, float]:
    item = world.get("a")
    assert item is not None
    found = locate(_place(text), item, ctx(world))
    assert found.spot is not None, found.words
    x, y, _ = found.spot.pose.position
    assert FreeSpace(world, item).is_free(x, y)
    return x, y


@pytest.mark.parametrize(
    "place",
    ["left_of [ the bowl ]", "next_to [ the bowl ]", "at back_left", "at right", "at middle",
     "far_from [ the bowl ]", "elsewhere"],
)  # fmt: skip
def test_places_are_alike_at_every_scale(place: str) -> None:
    large = _spot(place, _large())
    assert _spot(place, _small()) == pytest.approx([SCALE * v for v in large], abs=1e-6)


def test_a_stated_distance_stays_what_was_said() -> None:
    x, y = _spot("left_of [ the bowl ] dist 9 cm", _small())
    mark = _small().get("m")
    assert mark is not None
    assert math.dist((x, y), mark.position[:2]) == pytest.approx(0.09, abs=1e-6)


@pytest.mark.parametrize("place", ["left_of [ the bowl ]", "next_to [ the bowl ]", "at back_left"])
def test_what_counts_as_there_is_alike(place: str) -> None:
    for east in (0.45, 0.5, 0.55, 0.6, 0.65):
        for north in (-0.1, 0.1, 0.15, 0.2, 0.3):
            verdicts = []
            for factor in (1.0, SCALE):
                item = thing("a", "block", "red", east, north).times(factor)
                world = _large() if factor == 1.0 else _small()
                mark = world.get("m")
                assert mark is not None
                marks = () if place.startswith("at") else (mark,)
                verdicts.append(satisfied(_place(place), item, ctx(world), marks))
                near = related("next_to", world, item, mark)
                verdicts.append(near)
            assert verdicts[:2] == verdicts[2:], (east, north, verdicts)
