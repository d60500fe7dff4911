"""The world as driver and camera, and its truth."""

from __future__ import annotations

import numpy as np
import pytest
from lab.arms import PANDA
from lab.gripper import grip, move_tip

from llmagentos.errors import DriverError, SceneError
from llmagentos.ports.hardware import Camera, RobotDriver
from sim.egl import egl_works
from sim.random_scenes import random_scene
from sim.scene import ObjectSpec, SceneSpec
from sim.world import SimWorld

CORNERS = [(0.30, -0.35), (0.30, 0.35), (0.70, -0.35), (0.70, 0.35)]


@pytest.fixture(scope="module")
def shared() -> SimWorld:
    return SimWorld(
        SceneSpec.from_dict(
            {
                "objects": [
                    {"kind": "block", "color": "red", "position": [0.45, 0.1], "yaw": 0.3},
                    {"kind": "bowl", "color": "blue", "position": [0.55, -0.15]},
                    {"kind": "zone", "color": "gold", "position": [0.6, 0.2]},
                ]
            }
        ),
        renderer="tiny",
    )


@pytest.fixture
def world(shared: SimWorld) -> SimWorld:
    shared.reset(seed=0)
    return shared


def test_keeps_the_ports(world: SimWorld) -> None:
    assert isinstance(world, RobotDriver)
    assert all(isinstance(camera, Camera) for camera in world.cameras.values())


def test_control_rate_must_divide_the_physics_rate() -> None:
    with pytest.raises(DriverError, match="divides 240"):
        SimWorld(control_hz=50)


def test_follows_a_smooth_path_closely(world: SimWorld) -> None:
    target = list(PANDA.home_rad)
    worst = 0.0
    for i in range(120):
        target = [q + 0.2 * (1 - np.cos(np.pi * i / 119)) for q in PANDA.home_rad]
        world.send_joint_positions(target)
        world.advance()
        error = np.subtract(world.state().positions, target)
        worst = max(worst, float(np.abs(error).max()))
    assert worst < 0.002
    assert world.now_s == pytest.approx(2.0)


def test_bad_commands_are_refused_and_limits_clip(world: SimWorld) -> None:
    before = world.state_bytes()
    for bad in ([0.0] * 6, [float("nan")] * 7, [float("inf")] * 7):
        with pytest.raises(DriverError, match="expected"):
            world.send_joint_positions(bad)
    with pytest.raises(DriverError, match="finite"):
        world.send_gripper(float("nan"))
    assert world.state_bytes() == before
    assert world.send_joint_positions([9.0] * 7) == PANDA.upper_rad
    assert world.send_gripper(0.5) == PANDA.max_opening_m


def test_fingers_close_evenly(world: SimWorld) -> None:
    grip(world, 0.0, 20.0, 1.0)
    fingers = [world.client.getJointState(world.robot.body, j)[0] for j in world.robot.fingers]
    assert world.state().gripper_width_m < 1e-3
    assert fingers[0] == pytest.approx(fingers[1], abs=1e-4)


def test_overhead_camera_measures_truth(world: SimWorld) -> None:
    frame = world.overhead.capture()
    assert frame.rgb.shape == (480, 640, 3) and frame.depth.dtype == np.float32
    camera_from_base = np.linalg.inv(frame.base_from_camera)
    for x, y in CORNERS:
        point = camera_from_base @ [x, y, 0.0, 1.0]
        u, v, _ = frame.intrinsics @ (point[:3] / point[2])
        assert 20 < u < 620 and 20 < v < 460
        assert frame.depth[round(v), round(u)] == pytest.approx(point[2], abs=1e-3)
    block = world.objects()[0]
    point = camera_from_base @ [*block["position"], 1.0]
    u, v, _ = frame.intrinsics @ (point[:3] / point[2])
    assert frame.depth[round(v), round(u)] == pytest.approx(point[2] - 0.02, abs=1e-3)
    red = frame.rgb[round(v), round(u)].astype(int)
    assert red[0] > 150 > 60 > red[1:].max()


def test_home_leaves_the_table_free(world: SimWorld) -> None:
    segments, names = world.overhead.capture_segmentation()
    assert set(map(names.get, np.unique(segments).tolist())) == {
        "table",
        "red_block",
        "blue_bowl",
        "gold_zone",
    }


def test_wrist_camera_moves_with_the_hand(world: SimWorld) -> None:
    before = world.wrist.capture().base_from_camera
    move_tip(world, 0.45, 0.1, 0.25, 0.0)
    after = world.wrist.capture()
    assert np.linalg.norm(after.base_from_camera[:3, 3] - before[:3, 3]) > 0.1
    segments, names = world.wrist.capture_segmentation()
    assert "red_block" in {names.get(n) for n in np.unique(segments).tolist()}


def test_dropped_block_comes_to_lie_in_the_bowl(world: SimWorld) -> None:
    world.teleport_object("red_block", [0.55, -0.15, 0.15], 0.2)
    assert world.settle(3.0)
    x, y, z = world.object_pose("red_block")[0]
    assert np.hypot(x - 0.55, y + 0.15) < 0.03
    assert 0.01 < z < 0.04


def test_spawn_and_remove(world: SimWorld) -> None:
    made = world.spawn(ObjectSpec(kind="can", color="green", position=(0.4, -0.2)))
    assert made == "green_can"
    with pytest.raises(SceneError, match="overlap"):
        world.spawn(ObjectSpec(kind="can", color="green", position=(0.4, -0.2)))
    world.remove("green_can")
    with pytest.raises(SceneError, match="expected an object of"):
        world.object_pose("green_can")


def test_light_varies_with_the_seed_only() -> None:
    world = SimWorld(random_scene(1, 4), seed=1, renderer="tiny", vary_light=True)
    pictures = []
    for seed in (1, 2, 1):
        world.reset(seed=seed)
        pictures.append(world.overhead.capture().rgb)
    assert (pictures[0] == pictures[2]).all()
    assert (pictures[0] != pictures[1]).any()


def test_egl_pictures_agree_with_the_software_renderer() -> None:
    if not egl_works():
        pytest.skip("no working EGL driver on this machine")
    scene = random_scene(3, 6)
    frames = [SimWorld(scene, renderer=kind).overhead.capture() for kind in ("egl", "tiny")]
    off = np.abs(frames[0].depth - frames[1].depth) > 2e-3
    assert off.mean() < 0.01
    assert np.abs(frames[0].rgb.astype(int) - frames[1].rgb).mean() < 12
    again = SimWorld(scene, renderer="egl").overhead.capture()
    assert (again.rgb == frames[0].rgb).all()


def test_one_world_a_process_draws_by_egl_and_others_leave_its_pictures_alone() -> None:
    """PyBullet's plugin mixes the pictures of two EGL clients (`python -m sim.egl --two`)."""
    if not egl_works():
        pytest.skip("no working EGL driver on this machine")
    first = SimWorld(random_scene(3, 6), renderer="egl")
    before = first.overhead.capture().rgb
    with pytest.raises(DriverError, match="close it first"):
        SimWorld(random_scene(4, 6), renderer="egl")
    twin = first.fork()
    assert twin.renderer == "tiny"
    twin.overhead.capture()
    twin.close()
    assert (first.overhead.capture().rgb == before).all()
    first.close()
    assert SimWorld(random_scene(4, 6), renderer="egl").renderer == "egl"


def test_auto_is_the_software_renderer_while_another_world_draws_by_egl(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if not egl_works():
        pytest.skip("no working EGL driver on this machine")
    monkeypatch.delenv("LLMAGENTOS_RENDERER", raising=False)
    first, second = SimWorld(), SimWorld()
    assert (first.renderer, second.renderer) == ("egl", "tiny")
    first.close()
    assert SimWorld().renderer == "egl"


def test_window_without_a_display_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    with pytest.raises(DriverError, match="display"):
        SimWorld(view=True)
    with pytest.raises(DriverError, match="expected a renderer"):
        SimWorld(renderer="vulkan")


def test_standard_output_stays_clean(capfd: pytest.CaptureFixture[str]) -> None:
    world = SimWorld(random_scene(1, 3))
    world.overhead.capture()
    world.close()
    assert capfd.readouterr().out == ""
