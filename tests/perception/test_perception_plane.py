"""The table's plane and look, knocked cameras, cropped pictures: on rendered frames."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.perception import Score, match, run, truth_scene
from llmagentos.errors import PerceptionError
from llmagentos.perception import TabletopPerception
from llmagentos.perception.maps.rectify import Rectifier
from llmagentos.perception.maps.table import learn_table
from llmagentos.perception.plane import PlaneFitter
from llmagentos.types import CameraFrame, Observation, Scene
from sim.noise import SensorNoise
from sim.random_scenes import random_scene
from sim.scene import SceneSpec
from sim.world import SimWorld

COLORS = ("red", "blue", "green", "yellow")
PLACES = ((0.40, -0.20), (0.60, -0.15), (0.45, 0.20), (0.62, 0.10))
SEEDS = range(725_100, 725_103)
THINGS = SceneSpec.from_dict({"objects": [
    {"kind": "block", "color": color, "position": list(place)}
    for color, place in zip(COLORS, PLACES, strict=True)
]})  # fmt: skip


@pytest.fixture(scope="module")
def world() -> Iterator[SimWorld]:
    made = SimWorld(THINGS)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def as_it_was(world: SimWorld) -> Iterator[None]:
    spec = world.overhead.spec
    world.reset(THINGS, seed=0)
    world.noise = SensorNoise()
    yield
    world.overhead.spec = spec


def perceive(perception: TabletopPerception, world: SimWorld, frame: CameraFrame) -> Scene:
    return perception.perceive(Observation((frame,), world.state()))


def moved(world: SimWorld, by_m: tuple[float, float, float], turn_rad: float = 0.0) -> CameraFrame:
    """A picture of a camera that was moved, which says that it was not."""
    spec = world.overhead.spec
    pose = np.eye(4)
    pose[:2, :2] = [
        [math.cos(turn_rad), -math.sin(turn_rad)],
        [math.sin(turn_rad), math.cos(turn_rad)],
    ]
    pose[:3, 3] = by_m
    world.overhead.spec = replace(spec, pose=pose @ spec.pose)
    frame = world.overhead.capture()
    world.overhead.spec = spec
    return replace(frame, base_from_camera=spec.pose.copy())


@pytest.mark.parametrize("things", [4, 10])
def test_a_right_pose_stays_as_it_is(world: SimWorld, things: int) -> None:
    world.reset(random_scene(5, things), seed=0)
    frame = world.overhead.capture()
    fitter = PlaneFitter()
    assert fitter.leveled(frame, fitter.fit(frame)) is frame


@pytest.mark.parametrize(
    "faults",
    [{"offset_m": 0.01}, {"scale": 0.008}, {"tilt_rad": 0.01}],
    ids=lambda f: next(iter(f)),
)
@pytest.mark.parametrize("noise_m", [0.0, 0.0023])
def test_a_plane_that_is_off_is_found(
    world: SimWorld, faults: dict[str, float], noise_m: float
) -> None:
    world.reset(random_scene(5, 10), seed=0)
    clean, fitter = world.overhead.capture(), PlaneFitter()
    noise = SensorNoise(**faults, blotch_m=noise_m, seed=3)
    frame = replace(clean, depth=noise.apply(clean.rgb, clean.depth)[1])
    assert fitter.fit(frame).off_m(0.31) > 0.0015
    level = fitter.leveled(frame, fitter.fit(frame))
    bare = world.overhead.capture_segmentation()[0] == world.table
    z = Rectifier().heights(level, 1)[bare]
    assert abs(float(np.nanmedian(z))) < 0.0004
    assert 1.4826 * float(np.nanmedian(np.abs(z))) < noise_m + 0.0005


@functools.cache
def exactly(difficulty: str) -> Score:
    """The same scenes where nothing is off."""
    return run("exact", difficulty, SEEDS, None, False)


@pytest.mark.parametrize("faults", [{"offset_m": 0.003}, {"scale": 0.006}, {"offset_m": 0.01}])
@pytest.mark.parametrize("difficulty", ["plain", "complex"])
def test_nothing_is_lost_on_a_table_that_is_off(difficulty: str, faults: dict[str, float]) -> None:
    score = run("off", difficulty, SEEDS, SensorNoise(**faults), False)
    right = exactly(difficulty)
    assert (score.missed, score.invented) == (right.missed, right.invented)
    assert (score.kinds, score.colors) == (right.kinds, right.colors)


def test_a_table_that_is_nowhere_is_told(world: SimWorld) -> None:
    frame = world.overhead.capture()
    far = replace(frame, depth=frame.depth + np.float32(0.08))
    with pytest.raises(
        PerceptionError, match=r"overhead: expected the table about where .* calibrated"
    ):
        perceive(TabletopPerception(), world, far)


def test_a_camera_that_sinks_or_nods_is_noticed_until_it_is_back(world: SimWorld) -> None:
    perception = TabletopPerception()
    before = perceive(perception, world, world.overhead.capture())
    with pytest.raises(
        PerceptionError, match="expected the table where it was, got it 12 mm too high"
    ):
        perceive(perception, world, moved(world, (0, 0, -0.012)))
    with pytest.raises(PerceptionError, match="was the camera moved"):
        perceive(perception, world, moved(world, (0, 0, -0.012)))
    after = perceive(perception, world, world.overhead.capture())
    assert {o.id for o in after.objects} == {o.id for o in before.objects}


@pytest.mark.parametrize(
    ("by_m", "turn_rad"), [((0.02, 0, 0), 0.0), ((0, -0.03, 0), 0.0), ((0, 0, 0), 0.06)]
)
def test_a_camera_that_is_pushed_aside_is_noticed(
    world: SimWorld, by_m: tuple[float, float, float], turn_rad: float
) -> None:
    perception = TabletopPerception()
    perceive(perception, world, world.overhead.capture())
    with pytest.raises(PerceptionError, match=r"got all \d of them \d+ mm away .*camera moved"):
        perceive(perception, world, moved(world, by_m, turn_rad))
    fresh = TabletopPerception()
    assert len(perceive(fresh, world, moved(world, by_m, turn_rad)).objects) == 4


def test_things_that_a_person_moves_are_no_knock(world: SimWorld) -> None:
    perception = TabletopPerception()
    perceive(perception, world, world.overhead.capture())
    for number in range(3):  # three of four, each by as much
        name = f"{COLORS[number]}_block"
        x, y = PLACES[number]
        world.teleport_object(name, [x + 0.03, y, 0.02])
    scene = perceive(perception, world, world.overhead.capture())
    assert len(scene.objects) == 4
    for number, color in enumerate(COLORS):  # and all of them, each elsewhere
        x, y = PLACES[number]
        world.teleport_object(
            f"{color}_block", [x + 0.02 * (-1) ** number, y + 0.015 * number, 0.02]
        )
    assert len(perceive(perception, world, world.overhead.capture()).objects) == 4


def test_a_new_pose_is_a_new_calibration(world: SimWorld) -> None:
    perception = TabletopPerception()
    perceive(perception, world, world.overhead.capture())
    spec = world.overhead.spec
    lower = spec.pose.copy()
    lower[2, 3] -= 0.03
    world.overhead.spec = replace(spec, pose=lower)
    assert len(perceive(perception, world, world.overhead.capture()).objects) == 4


@pytest.mark.parametrize(
    "table", ["wood:3", "black", "white", "green", "cloth:0", "cloth:1", "cloth:2"]
)
def test_things_are_seen_on_any_table(world: SimWorld, table: str) -> None:
    world.reset(random_scene(725_000, 8, table=table), seed=0)
    scene = perceive(TabletopPerception(), world, world.overhead.capture())
    truth = truth_scene(world.objects())
    pairs = match(truth, scene.objects)
    assert len(pairs) == len(truth) == len(scene.objects)
    assert all(pairs[t.id].kind == t.kind for t in truth)
    assert sum(pairs[t.id].color == t.color for t in truth) >= len(truth) - 1


def test_the_mat_is_no_other_table_and_other_tables_no_mat(world: SimWorld) -> None:
    for table in ("mat", "wood", "black", "white", "green", "cloth"):
        world.reset(random_scene(725_002, 6, table=table), seed=0)
        look = learn_table(Rectifier().rectify(world.overhead.capture()))
        assert (look.own is None) == (table == "mat"), table


def test_pictures_cropped_to_the_work_area_are_accepted(world: SimWorld) -> None:
    frame = world.overhead.capture()
    pose, area = np.linalg.inv(frame.base_from_camera), TabletopPerception()._workspace
    ends = np.array(
        [(x, y, 0, 1) for x in (area.x_min, area.x_max) for y in (area.y_min, area.y_max)]
    )
    seen = (ends @ pose.T)[:, :3] @ frame.intrinsics.T
    uv = seen[:, :2] / seen[:, 2:]
    (left, top), (right, bottom) = (
        np.floor(uv.min(axis=0)).astype(int),
        np.ceil(uv.max(axis=0)).astype(int),
    )
    left, top = max(left, 0), max(top, 0)
    matrix = frame.intrinsics.copy()
    matrix[:2, 2] -= (left, top)
    cut = replace(frame, rgb=np.ascontiguousarray(frame.rgb[top:bottom, left:right]),
                  depth=np.ascontiguousarray(frame.depth[top:bottom, left:right]), intrinsics=matrix)  # fmt: skip
    assert cut.depth.shape != frame.depth.shape
    whole, part = (perceive(TabletopPerception(), world, f) for f in (frame, cut))
    assert [o.label for o in part.objects] == [o.label for o in whole.objects]
    for a, b in zip(whole.objects, part.objects, strict=True):
        assert math.dist(a.position, b.position) < 0.001
