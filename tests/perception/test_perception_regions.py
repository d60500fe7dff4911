"""Regions cut out of depth alone, things of no known kind, and pictures that show too much."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from llmagentos.perception import TabletopPerception
from llmagentos.perception.maps.outlines import square_hull
from llmagentos.perception.maps.rectify import GridSpec
from llmagentos.perception.maps.regions import MAX_REGIONS, Regions, cut_regions
from llmagentos.perception.maps.segment import MAX_ALL_PIECES
from llmagentos.perception.maps.values import quantile
from llmagentos.perception.things.detect import Explainer
from llmagentos.perception.things.detection import Detection
from llmagentos.perception.things.nested import without_parts
from llmagentos.types import CameraFrame, Observation, Scene
from sim.scene import ObjectSpec, SceneSpec
from sim.world import SimWorld

#: A camera that looks straight down from so high, with this focal length and picture.
HIGH_M, FOCAL_PX, SHAPE = 0.8, 500.0, (240, 320)
Depth = NDArray[np.float32]
GRAY = np.full((*SHAPE, 3), 120, np.uint8)


@pytest.fixture(scope="module")
def world() -> Iterator[SimWorld]:
    made = SimWorld(renderer="tiny")
    yield made
    made.close()


def seen_from_above(*boxes: tuple[int, int, int, int, float]) -> Depth:
    """Depth of a table with boxes: rows and columns that they fill, and their height, metres."""
    depth = np.full(SHAPE, HIGH_M, np.float32)
    for r0, r1, c0, c1, height_m in boxes:
        depth[r0:r1, c0:c1] = np.minimum(depth[r0:r1, c0:c1], HIGH_M - height_m)
    return depth


def cut(depth: Depth, rgb: NDArray[np.uint8] = GRAY) -> Regions:
    v, u = np.mgrid[: SHAPE[0], : SHAPE[1]]
    x = (u - SHAPE[1] / 2) * depth / FOCAL_PX
    y = (v - SHAPE[0] / 2) * depth / FOCAL_PX
    points = np.stack([x, y, HIGH_M - depth]).astype(np.float32)
    return cut_regions(points, depth, (points[2] > 0.008) & (depth > 0), rgb, FOCAL_PX)


def test_a_bare_table_has_no_regions() -> None:
    assert cut(seen_from_above()).count == 0


def test_what_stands_apart_is_apart() -> None:
    found = cut(seen_from_above((40, 80, 40, 80, 0.05), (40, 80, 120, 180, 0.03)))
    assert found.count == 2 and found.left_out == 0
    assert found.ids[60, 60] != found.ids[60, 150] != 0


def test_what_touches_is_two_where_one_is_higher() -> None:
    found = cut(seen_from_above((40, 120, 40, 120, 0.15), (40, 120, 120, 200, 0.04)))
    assert found.ids[80, 80] and found.ids[80, 160]
    assert found.ids[80, 80] != found.ids[80, 160]


def test_a_print_does_not_split_a_thing() -> None:
    print_on_it = np.random.default_rng(1).integers(0, 255, (*SHAPE, 3)).astype(np.uint8)
    found = cut(seen_from_above((40, 120, 40, 160, 0.06)), print_on_it)
    assert found.count == 1


def test_the_inside_of_a_vessel_is_part_of_it() -> None:
    depth = seen_from_above((40, 120, 40, 120, 0.08))
    depth[52:108, 52:108] = HIGH_M - 0.01
    found = cut(depth)
    assert found.count == 1 and found.ids[80, 80] == found.ids[45, 80] > 0


def test_of_too_many_regions_the_largest_are_looked_at_and_the_rest_is_counted() -> None:
    boxes = [
        (12 * r, 12 * r + 8, 12 * c, 12 * c + 8, 0.03) for r in range(1, 19) for c in range(1, 26)
    ]
    found = cut(seen_from_above(*boxes))
    assert 0 < found.count <= MAX_REGIONS
    assert found.left_out == len(boxes) - MAX_REGIONS


def torn(left: tuple[int, int, int], right: tuple[int, int, int], between_m: float) -> Regions:
    """A low box of 80 x 100 pixels with a strip through it: how high that seems, 0 unknown."""
    depth = seen_from_above((40, 120, 40, 140, 0.05))
    depth[40:120, 100:106] = HIGH_M - between_m if between_m else 0.0
    rgb = np.full((*SHAPE, 3), 120, np.uint8)
    rgb[40:120, 40:103], rgb[40:120, 103:140] = left, right
    return cut(depth, rgb)


def test_what_a_hole_in_depth_has_torn_is_one_where_its_colours_are_the_same() -> None:
    red, blue = (190, 40, 40), (40, 60, 190)
    assert torn(red, red, 0.0).count == 1
    assert torn(red, blue, 0.0).count == 2
    # The table is seen between two.
    assert torn(red, red, 0.001).count == 2


def bump(frame: CameraFrame, high_m: float, color: tuple[int, int, int] | None) -> CameraFrame:
    """The frame with a round wave of the table in its middle, of its own colour or another one."""
    h, w = frame.depth.shape
    away = np.hypot(*(np.indices((h, w)) - np.array([h / 2, w / 2])[:, None, None]))
    rise = high_m * np.clip((26 - away) / 6, 0, 1)
    rgb = frame.rgb.copy()
    if color is not None:
        rgb[away < 24] = color
    depth = (frame.depth - rise).astype(np.float32)
    return CameraFrame(frame.camera, rgb, depth, frame.intrinsics, frame.base_from_camera, 1.0)


@pytest.mark.parametrize(
    ("high_m", "color", "things"), [(0.011, None, 0), (0.011, (190, 40, 40), 1), (0.03, None, 1)]
)
def test_a_wave_of_the_tables_own_colour_is_no_thing(
    world: SimWorld, high_m: float, color: tuple[int, int, int] | None, things: int
) -> None:
    world.reset(SceneSpec(objects=[]), seed=0)
    frame = bump(world.overhead.capture(), high_m, color)
    assert len(TabletopPerception().perceive(Observation((frame,))).objects) == things


def test_of_two_solid_things_in_one_place_the_surer_one_is_there() -> None:
    def block(size_m: float, base_z: float, sure: float) -> Detection:
        hull = square_hull((0.5, 0.0), size_m, 0.0, GridSpec())
        cells = np.zeros(0, np.int32)
        return Detection("block", 1, size_m, size_m, (0.5, 0.0), base_z, 0.0, sure, hull, cells)

    large, within, on_it = block(0.06, 0.0, 0.9), block(0.03, 0.01, 0.4), block(0.03, 0.06, 0.4)
    assert without_parts([large, within, on_it]) == [large, on_it]
    assert without_parts([block(0.06, 0.0, 0.3), within])[1:] == [within]


def look(world: SimWorld, *objects: ObjectSpec) -> Scene:
    world.reset(SceneSpec(objects=list(objects)), seed=0)
    return TabletopPerception().perceive(Observation((world.overhead.capture(),), world.state()))


def test_what_is_of_no_known_kind_is_measured(world: SimWorld) -> None:
    scene = look(
        world,
        ObjectSpec(kind="thing", model="drill", color="yellow", position=(0.42, -0.14), yaw=0.4),
        ObjectSpec(kind="thing", model="spray_bottle", color="blue", position=(0.45, 0.2)),
        ObjectSpec(kind="block", color="red", position=(0.6, 0.0)),
    )
    assert sorted(o.label for o in scene.objects) == ["blue thing", "red block", "yellow thing"]
    for item, truth in zip(
        sorted(scene.objects, key=lambda o: o.label)[::2], ("blue", "yellow"), strict=True
    ):
        real = next(o for o in world.objects() if o["color"] == truth)
        assert math.dist(item.position[:2], real["position"][:2]) < 0.015
        assert item.extents_m is not None
        for measured, true in zip(item.extents_m, real["extents"], strict=True):
            assert measured == pytest.approx(true, abs=0.02)


@pytest.mark.parametrize("share", [0.0, 0.03, 0.5, 0.8, 1.0])
@pytest.mark.parametrize("count", [1, 2, 7, 400])
def test_quantiles_of_few_values_are_numpys(share: float, count: int) -> None:
    values = np.random.default_rng(count).random(count).astype(np.float32)
    assert quantile(values, share) == pytest.approx(float(np.percentile(values, 100 * share)))


def test_touching_blocks_of_two_colours_are_two(world: SimWorld) -> None:
    scene = look(
        world,
        ObjectSpec(kind="block", color="red", position=(0.5, 0.0), yaw=0.0),
        ObjectSpec(kind="block", color="green", position=(0.5, 0.0405), yaw=0.0),
    )
    assert sorted(o.label for o in scene.objects) == ["green block", "red block"]


def full_of(frame: CameraFrame, seed: int) -> CameraFrame:
    """A frame in which thousands of little towers of all colours stand about."""
    rng = np.random.default_rng(seed)
    h, w = frame.depth.shape
    small = rng.random((h // 8, w // 8)) < 0.5
    towers = np.kron(small, np.ones((8, 8), bool))[:h, :w]
    depth, rgb = frame.depth.copy(), frame.rgb.copy()
    depth[towers] -= np.kron(rng.uniform(0.02, 0.2, small.shape), np.ones((8, 8)))[towers]
    rgb[...] = np.kron(rng.integers(0, 255, (*small.shape, 3)), np.ones((8, 8, 1)))
    return CameraFrame(
        frame.camera, rgb, depth.astype(np.float32), frame.intrinsics, frame.base_from_camera, 1.0
    )


def test_a_picture_that_shows_too_much_is_looked_at_in_part_and_that_is_said(
    world: SimWorld, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    world.reset(SceneSpec(objects=[]), seed=0)
    steps = []
    explain = Explainer._explain
    monkeypatch.setattr(Explainer, "_explain", lambda self, p: (steps.append(p), explain(self, p)))
    perception = TabletopPerception()
    with caplog.at_level(logging.INFO, "llmagentos.perception.look"):
        scene = perception.perceive(Observation((full_of(world.overhead.capture(), 3),)))
    seen = perception.last_look
    assert seen is not None and scene.left_out == seen.left_out > 0
    assert scene.full_size().left_out == scene.left_out
    assert len(steps) <= 2 * MAX_ALL_PIECES
    assert len(seen.things) <= MAX_REGIONS + MAX_ALL_PIECES
    assert f"{seen.left_out} parts left out" in caplog.text
    # It is said to who asks, and not written where nobody asked.
    assert not [r for r in caplog.records if r.levelno >= logging.WARNING]
