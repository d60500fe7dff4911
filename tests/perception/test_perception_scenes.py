"""Real rendered pictures in, scenes out, against the simulator's truth."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest

from benchmarks.perception import Score, add, run, truth_scene
from llmagentos.errors import PerceptionError
from llmagentos.objects.colors import COLORS
from llmagentos.objects.geometry import object_geometry
from llmagentos.objects.kinds import KINDS, extents_m
from llmagentos.objects.outlines import mouth_center
from llmagentos.perception import TabletopPerception, draw_overlay
from llmagentos.perception.maps.arm import SelfMask
from llmagentos.types import Observation, Scene
from sim.noise import SensorNoise
from sim.scene import ObjectSpec, SceneSpec
from sim.world import SimWorld

HOUSEHOLD = [k.name for k in KINDS.values() if k.mesh is not None]


@pytest.fixture(scope="module")
def world() -> Iterator[SimWorld]:
    made = SimWorld(renderer="tiny")
    yield made
    made.close()


def look(world: SimWorld, *objects: ObjectSpec) -> Scene:
    world.reset(SceneSpec(objects=list(objects)), seed=0)
    return TabletopPerception().perceive(Observation((world.overhead.capture(),), world.state()))


def item(kind: str, color: str, x: float, y: float, base: float | None = None, **more: object):  # type: ignore[no-untyped-def]
    position: tuple[float, ...] = (x, y)
    if base is not None:
        height = object_geometry(kind, more.get("size")).height_m  # type: ignore[arg-type]
        position = (x, y, base + height / 2)
    return ObjectSpec(kind=kind, color=color, position=position, **more)


def scored(world: SimWorld, scene: Scene) -> Score:
    score = Score("test")
    add(score, truth_scene(world.objects()), scene)
    return score


def test_every_colour_is_read(world: SimWorld) -> None:
    blocks = [
        item("block", color, 0.36 + 0.14 * (k // 7), -0.3 + 0.1 * (k % 7), yaw=0.1 * k)
        for k, color in enumerate(COLORS)
    ]
    scene = look(world, *blocks)
    assert sorted(o.color for o in scene.objects) == sorted(COLORS)
    assert {o.kind for o in scene.objects} == {"block"}


def test_every_kind_is_told_apart_and_measured(world: SimWorld) -> None:
    kinds = ("block", "bowl", "plate", "cup", "can", "ball", "box", "tray", "zone")
    spots = [(0.38 + 0.22 * (k % 2), -0.3 + 0.075 * k) for k in range(9)]
    things = [
        item(kind, color, x, y, yaw=0.3)
        for kind, color, (x, y) in zip(kinds, COLORS, spots, strict=False)
    ]
    score = scored(world, look(world, *things))
    assert score.missed == score.invented == 0
    assert all(score.kinds) and all(score.colors) and all(score.supports)
    assert max(score.position_mm) < 4 and max(score.size_mm) < 5 and max(score.height_mm) < 4
    assert max(score.yaw_deg) < 5


def test_household_things(world: SimWorld) -> None:
    things = [
        ObjectSpec(kind=kind, position=(0.4 + 0.2 * (k % 2), -0.28 + 0.14 * k), yaw=0.5 * k)
        for k, kind in enumerate(HOUSEHOLD)
    ]
    scene = look(world, *things)
    assert sorted(o.kind for o in scene.objects) == sorted(HOUSEHOLD)
    score = scored(world, scene)
    assert score.missed == 0 and max(score.position_mm) < 8


def test_stacked_filled_and_touching(world: SimWorld) -> None:
    floor = object_geometry("bowl", 0.14).floor_m
    scene = look(
        world,
        item("block", "red", 0.4, 0.2, size=0.05, yaw=0.2),
        item("block", "blue", 0.403, 0.198, base=0.05, size=0.04, yaw=0.5),
        item("block", "yellow", 0.4, 0.2, base=0.09, size=0.03),
        item("bowl", "green", 0.6, 0.2, size=0.14),
        item("block", "white", 0.6, 0.2, base=floor, size=0.03),
        item("block", "cyan", 0.5, -0.1, size=0.04),
        item("block", "cyan", 0.5, -0.141, size=0.04),
        item("zone", "purple", 0.62, -0.2, size=0.12),
        item("block", "purple", 0.63, -0.21, size=0.04, yaw=0.3),
        item("tray", "tan", 0.4, -0.24, size=0.16),
        item("ball", "tan", 0.4, -0.24, base=0.006),
    )
    score = scored(world, scene)
    assert score.missed == score.invented == 0
    assert all(score.kinds) and all(score.colors) and all(score.supports)


def test_equal_blocks_in_a_tower_are_inferred_from_their_sides(world: SimWorld) -> None:
    scene = look(
        world,
        item("block", "orange", 0.4, -0.25, size=0.04, yaw=0.1),
        item("block", "green", 0.4, -0.25, base=0.04, size=0.04, yaw=0.1),
        item("block", "black", 0.4, -0.25, base=0.08, size=0.04, yaw=0.1),
    )
    tower = sorted(scene.objects, key=lambda o: o.position[2])
    assert [o.color for o in tower] == ["orange", "green", "black"]
    assert [o.support for o in tower] == ["table", tower[0].id, tower[1].id]


def test_a_tower_close_to_the_cameras_axis_is_cut_where_equal_blocks_meet(world: SimWorld) -> None:
    """Its sides are a few pixels wide; a can stands on its like, and what shows no side at all is
    a block of unknown colour."""
    scene = look(
        world,
        item("block", "red", 0.45, 0.1),
        item("block", "green", 0.45, 0.1, base=0.04),
        item("block", "blue", 0.45, 0.1, base=0.08),
        item("block", "cyan", 0.5, 0.0),
        item("block", "pink", 0.5, 0.0, base=0.04),
        item("can", "orange", 0.6, -0.2, size=0.05),
        item("can", "white", 0.6, -0.2, base=0.08, size=0.05),
    )
    levels = sorted((round(o.bottom_z, 2), o.kind, o.color) for o in scene.objects)
    assert levels == [
        (0.0, "block", ""),
        (0.0, "block", "red"),
        (0.0, "can", "orange"),
        (0.04, "block", "green"),
        (0.04, "block", "pink"),
        (0.08, "block", "blue"),
        (0.08, "can", "white"),
    ]


def test_bricks_and_bars_in_piles(world: SimWorld) -> None:
    step, bar = extents_m("lego")[2], extents_m("jenga")[2]
    scene = look(
        world,
        item("lego", "red", 0.4, -0.15),
        item("lego", "blue", 0.4, -0.15, base=step),
        item("lego", "white", 0.4, -0.15, base=2 * step),
        item("block", "green", 0.6, -0.15, size=0.05),
        item("lego", "orange", 0.6, -0.15, base=0.05),
        item("jenga", "tan", 0.4, 0.15, yaw=0.3),
        item("jenga", "tan", 0.4, 0.15, base=bar, yaw=0.3),
        item("jenga", "tan", 0.4, 0.15, base=2 * bar, yaw=0.3),
        item("block", "white", 0.6, 0.25),
        item("block", "white", 0.6, 0.25, base=0.04),
    )
    score = scored(world, scene)
    assert score.missed == score.invented == 0
    assert all(score.kinds) and all(score.colors) and all(score.supports)
    assert max(score.height_mm) < 8


def test_a_block_that_leans_in_a_bowl_is_a_block(world: SimWorld) -> None:
    floor = object_geometry("bowl", 0.14).floor_m
    world.reset(
        SceneSpec(
            objects=[
                item("bowl", "blue", 0.55, -0.10, size=0.14),
                item("block", "red", 0.55, -0.10, base=floor),
                item("block", "green", 0.40, 0.20),
            ]
        ),
        seed=0,
    )
    world.teleport_object("green_block", [0.51, -0.10, 0.075])
    world.settle(2.0)
    assert world.object_pose("green_block")[0][2] > 0.035
    scene = TabletopPerception().perceive(Observation((world.overhead.capture(),), world.state()))
    assert sorted(o.label for o in scene.objects) == ["blue bowl", "green block", "red block"]
    assert all(o.inside for o in scene.objects if o.kind == "block")


def test_a_can_below_a_block_is_a_can(world: SimWorld) -> None:
    """Its rim looks out round all about, so what is below is no tower of blocks."""
    scene = look(
        world,
        item("can", "red", 0.42, 0.15, size=0.06),
        item("block", "blue", 0.42, 0.15, base=0.096, size=0.045),
        item("block", "green", 0.48, -0.1, size=0.06),
        item("can", "yellow", 0.48, -0.1, base=0.06, size=0.05),
    )
    assert sorted((o.color, o.kind, o.support.split("_")[0]) for o in scene.objects) == [
        ("blue", "block", "red"),
        ("green", "block", "table"),
        ("red", "can", "table"),
        ("yellow", "can", "green"),
    ]


@pytest.mark.parametrize("yaw", [0.4, -2.2])
def test_a_mug_is_open_and_what_lies_in_it_is_seen(world: SimWorld, yaw: float) -> None:
    world.reset(
        SceneSpec(
            objects=[
                item("mug", "blue", 0.45, 0.1, yaw=yaw),
                item("ball", "yellow", 0.6, -0.2, size=0.035),
                item("plate", "white", 0.62, 0.15, size=0.18),
                ObjectSpec(kind="jenga", position=(0.62, 0.15, 0.014), yaw=0.5),
            ]
        ),
        seed=0,
    )
    mug = next(
        o
        for o in TabletopPerception()
        .perceive(Observation((world.overhead.capture(),), world.state()))
        .objects
        if o.kind == "mug"
    )
    x, y, _ = mouth_center(mug)
    world.teleport_object("yellow_ball", [x, y, 0.12])
    world.settle(1.0)
    assert world.object_pose("yellow_ball")[0][2] < 0.04
    assert math.dist(world.object_pose("blue_mug")[0][:2], (0.45, 0.1)) < 0.005
    scene = TabletopPerception().perceive(Observation((world.overhead.capture(),), world.state()))
    assert sorted((o.color, o.kind, o.support) for o in scene.objects) == [
        ("blue", "mug", "table"),
        ("tan", "jenga", "white_plate_1"),
        ("white", "plate", "table"),
        ("yellow", "ball", "blue_mug_1"),
    ]


def test_cans_and_bricks_on_their_side(world: SimWorld) -> None:
    """A can that rolled over is no pair of blocks, a brick on its edge no block."""
    world.reset(
        SceneSpec(
            objects=[
                item("can", "red", 0.42, 0.15, size=0.05, yaw=0.4),
                item("can", "blue", 0.6, -0.1, size=0.04),
                item("lego", "green", 0.45, -0.2),
            ]
        ),
        seed=0,
    )
    turns = {"red_can": (0.02, (math.pi / 2, 0, 0.4)), "blue_can": (0.02, (math.pi / 2, 0, -1.2)),
             "green_lego": (0.02, (0, math.pi / 2, 0.7))}  # fmt: skip
    for name, (z, turn) in turns.items():
        body = world._bodies[name]
        (x, y, _), _ = world.client.getBasePositionAndOrientation(body)
        quaternion = world.client.getQuaternionFromEuler(turn)
        world.client.resetBasePositionAndOrientation(body, (x, y, z + 0.006), quaternion)
    world.settle(0.5)
    scene = TabletopPerception().perceive(Observation((world.overhead.capture(),), world.state()))
    assert sorted((o.color, o.kind) for o in scene.objects) == [
        ("blue", "can"), ("green", "lego"), ("red", "can"),
    ]  # fmt: skip
    heights = {o.color: o.height_m for o in scene.objects}
    assert heights["red"] == pytest.approx(0.05, abs=0.005)
    assert heights["green"] == pytest.approx(0.04, abs=0.005)
    for name in ("red_can", "blue_can"):
        axis = world.client.getMatrixFromQuaternion(world.object_pose(name)[1])[2::3]
        seen = next(o for o in scene.objects if o.color == name.split("_")[0])
        off = (seen.yaw - math.atan2(axis[1], axis[0]) + math.pi / 2) % math.pi - math.pi / 2
        assert abs(off) < 0.1


def test_the_arm_is_no_object_and_what_it_hides_persists(world: SimWorld) -> None:
    world.reset(SceneSpec(objects=[item("block", "red", 0.5, 0.0), item("cup", "blue", 0.6, 0.2)]))
    perception = TabletopPerception()
    before = perception.perceive(Observation((world.overhead.capture(),), world.state()))
    world.robot.reset([0.0, 0.35, 0.0, -1.9, 0.0, 2.25, 0.7854])
    world.advance()
    during = perception.perceive(Observation((world.overhead.capture(),), world.state()))
    assert perception.last_look is not None and perception.last_look.maps.robot.mean() > 0.05
    assert {o.id for o in during.objects} == {o.id for o in before.objects}
    fresh = TabletopPerception().perceive(Observation((world.overhead.capture(),), world.state()))
    assert {o.id for o in fresh.objects} <= {"red_block_1", "blue_cup_1"}


def test_forward_kinematics_agree_with_the_simulated_arm(world: SimWorld) -> None:
    world.reset(SceneSpec())
    rng = np.random.default_rng(3)
    spec = world.robot.spec
    for _ in range(5):
        q = rng.uniform(spec.lower_rad, spec.upper_rad)
        world.robot.reset(list(q))
        arm = SelfMask(world.robot.spec).at(world.state())
        hand = world.hand_pose_matrix()
        assert arm.tip_pose[:3, :3] == pytest.approx(hand[:3, :3], abs=1e-5)
        assert math.dist(arm.tip, world.robot.tip_pose()[0]) < 1e-4


def test_perceive_says_what_is_wrong(world: SimWorld) -> None:
    world.reset(SceneSpec(objects=[item("block", "red", 0.5, 0.0)]))
    perception = TabletopPerception()
    with pytest.raises(PerceptionError, match=r"expected a frame of camera 'overhead', got \[\]"):
        perception.perceive(Observation())
    with pytest.raises(PerceptionError, match="'wrist'"):
        perception.perceive(Observation((world.wrist.capture(),)))
    scene = perception.perceive(Observation((world.wrist.capture(), world.overhead.capture())))
    assert [o.id for o in scene.objects] == ["red_block_1"]


def test_an_empty_table_is_empty(world: SimWorld) -> None:
    assert look(world).objects == ()


def test_the_overlay_is_a_picture_of_the_same_size(world: SimWorld) -> None:
    scene = look(world, item("block", "red", 0.5, 0.0), item("bowl", "blue", 0.6, 0.2))
    frame = world.overhead.capture()
    picture = draw_overlay(frame, scene)
    assert picture.shape == frame.rgb.shape and picture.dtype == np.uint8
    assert not np.array_equal(picture, frame.rgb)
    assert np.array_equal(frame.rgb, world.overhead.capture().rgb)


@pytest.mark.parametrize("difficulty", ["plain", "complex"])
def test_random_scenes_under_changing_light_and_noise(difficulty: str) -> None:
    noise = SensorNoise(rgb_std=4.0, depth_std_m=0.0015, depth_dropout=0.002)
    score = run("test", difficulty, range(90_000, 90_006), noise, vary_light=True)
    right = score.summary()
    assert right["position_median_mm"] <= 5 and right["position_p95_mm"] <= 15
    assert right["kind_accuracy"] >= 0.98 and right["color_accuracy"] >= 0.97
    assert score.missed <= (0 if difficulty == "plain" else 3)
    assert score.invented <= (0 if difficulty == "plain" else 2)
