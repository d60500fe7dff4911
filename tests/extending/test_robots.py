"""An arm from outside the package: a folder, or an entry point, and not one line of the core.

The arm is written here: six joints in another arrangement and of other lengths than any shipped
one (its shoulder stands on a column, its plane goes through the base's axis, its hand is mounted
crosswise), with a gripper whose fingers are driven by one revolute joint's worth of numbers each.
"""

from __future__ import annotations

import sys
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import numpy as np
import pytest

from llmagentos import robots
from llmagentos.motion.kinematics import Kinematics, wrap_angle
from llmagentos.perception import TabletopPerception
from llmagentos.ports.skills import SkillStatus
from llmagentos.robots import folders, loading
from llmagentos.robots.promises import CONTRACT
from llmagentos.safety.gate import MotionGate
from llmagentos.safety.gated_driver import GatedDriver
from llmagentos.skills import MotionSkills
from llmagentos.types import Action, Observation, Pose, Scene
from sim.scene import SceneSpec
from sim.world import SimWorld

_HALF = "1.5707963267948966"
#: joint: parent, child, origin, axis, range, rate, torque
_JOINTS = (
    ("turn", "column", "shoulder", "0 0 0.40", "0 0 1", "-3", "3", 2.5, 120),
    ("lift", "shoulder", "upper", "0 0 0", "0 1 0", "-2.6", "1.6", 2.5, 120),
    ("elbow", "upper", "fore", "0 0 0.36", "0 1 0", "0.1", "2.8", 2.5, 120),
    ("bend", "fore", "wrist", "0 0 0.38", "0 1 0", "-2.8", "2.8", 3.0, 40),
    ("roll", "wrist", "roller", "0 0 0.05", "1 0 0", "-1.5", "1.5", 3.0, 40),
    ("spin", "roller", "flange", "0 0 0.06", "0 0 1", "-3", "3", 3.0, 40),
)
_LINKS = {
    "column": ("0.12 0.12 0.40", "0 0 0.20", 8.0),
    "shoulder": ("0.12 0.12 0.10", "0 0 0", 3.0),
    "upper": ("0.09 0.09 0.36", "0 0 0.18", 3.0),
    "fore": ("0.08 0.08 0.38", "0 0 0.19", 2.0),
    "wrist": ("0.07 0.07 0.05", "0 0 0.02", 0.8),
    "roller": ("0.07 0.07 0.05", "0 0 0.02", 0.8),
    "flange": ("0.07 0.07 0.03", "0 0 0.015", 0.5),
    "palm": ("0.16 0.06 0.06", "0 0 0.03", 0.5),
    "thumb": ("0.014 0.018 0.05", "0.007 0 0.025", 0.1),
    "finger": ("0.014 0.018 0.05", "-0.007 0 0.025", 0.1),
}
_YAML = """
name: stork
urdf: stork.urdf
joints: [turn, lift, elbow, bend, roll, spin]
base_link: column
hand_link: palm
tip_link: tip
home_rad: [0.0, -0.4, 1.97, 1.5715926535897931, 0.0, 0.0]
max_acceleration_radps2: [8, 8, 8, 12, 12, 12]
max_tool_speed_mps: 1.0
gripper: {joints: [left, right], joint_values: [0, 0.03], opening_m: [0, 0.06], max_force_n: 50}
work_area: {x_m: [0.35, 0.65], y_m: [-0.25, 0.25]}
profiles:
  careful: {velocity: 0.3, acceleration: 0.5, tool_speed_mps: 0.2}
  full: {velocity: 0.9, acceleration: 1.0, tool_speed_mps: 0.8}
"""


def _urdf() -> str:
    parts = ['<robot name="stork">', '<link name="tip"/>']
    for name, (size, at, mass) in _LINKS.items():
        parts.append(
            f'<link name="{name}"><inertial><origin xyz="{at}"/><mass value="{mass}"/><inertia '
            f'ixx="0.02" iyy="0.02" izz="0.02" ixy="0" ixz="0" iyz="0"/></inertial><collision>'
            f'<origin xyz="{at}"/><geometry><box size="{size}"/></geometry></collision></link>'
        )
    for name, parent, child, at, axis, low, high, rate, torque in _JOINTS:
        parts.append(
            f'<joint name="{name}" type="revolute"><parent link="{parent}"/><child link="{child}"/>'
            f'<origin xyz="{at}"/><axis xyz="{axis}"/>'
            f'<limit lower="{low}" upper="{high}" velocity="{rate}" effort="{torque}"/></joint>'
        )
    for name, child, sign in (("left", "thumb", ""), ("right", "finger", "-")):
        parts.append(
            f'<joint name="{name}" type="prismatic"><parent link="palm"/><child link="{child}"/>'
            f'<origin xyz="0 0 0.06"/><axis xyz="{sign}1 0 0"/>'
            '<limit lower="0" upper="0.03" velocity="0.2" effort="50"/></joint>'
        )
    parts.append(
        '<joint name="mount" type="fixed"><parent link="flange"/><child link="palm"/>'
        '<origin xyz="0 0 0.03"/></joint>'
        # The fingers open along the palm's x axis, and so along the tip's y axis.
        '<joint name="point" type="fixed"><parent link="palm"/><child link="tip"/>'
        f'<origin xyz="0 0 0.102" rpy="0 0 -{_HALF}"/></joint></robot>'
    )
    return "\n".join(parts)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("arms") / "stork"
    made.mkdir()
    (made / "robot.yaml").write_text(_YAML, encoding="utf-8")
    (made / "stork.urdf").write_text(_urdf(), encoding="utf-8")
    return made


def test_what_the_folder_says_is_what_the_arm_is(folder: Path) -> None:
    spec = robots.load(folder)
    assert (spec.name, len(spec.joint_names), spec.max_opening_m) == ("stork", 6, 0.06)
    assert spec.finger_thickness_m == 0.014 and spec.finger_width_m == 0.018
    assert spec.finger_beyond_tip_m == pytest.approx(0.008) and spec.palm_m == pytest.approx(0.042)
    assert spec.workspace.x_max == 0.65 and set(spec.profiles) == {"careful", "sim"}


def test_inverse_kinematics_there_and_back(folder: Path) -> None:
    spec = robots.load(folder)
    kinematics, area = Kinematics(spec), spec.workspace
    rng = np.random.default_rng(6)
    for _ in range(200):
        x, y = rng.uniform(area.x_min, area.x_max), rng.uniform(area.y_min, area.y_max)
        pose = Pose((x, y, rng.uniform(0.01, 0.2)), rng.uniform(-3, 3))
        pose = Pose(pose.position, kinematics.best_yaw(pose))
        q = kinematics.solve(pose)
        assert np.all(q >= kinematics.lower) and np.all(q <= kinematics.upper)
        there = kinematics.tip_pose(q)
        np.testing.assert_allclose(there.position, pose.position, atol=1e-5)
        assert abs(wrap_angle(there.yaw - pose.yaw)) < 1e-5 and kinematics.tilt(q) < 1e-4


def test_simulated_it_holds_still_and_keeps_the_drivers_contract(folder: Path) -> None:
    spec = robots.load(folder)
    world = SimWorld(SceneSpec(robot=str(folder)), renderer="tiny")
    for _ in range(120):
        world.advance()
    state = world.state()
    assert state.positions == pytest.approx(spec.home_rad, abs=1e-3)
    assert max(map(abs, state.velocities)) < 1e-3
    for check in CONTRACT:
        check(world, spec)


def test_it_puts_a_block_into_a_bowl(folder: Path) -> None:
    """Perception with its self-mask, grasps with its hand, plans, gate and simulation: all of it."""
    scene = {
        "robot": str(folder),
        "objects": [
            {"kind": "block", "color": "red", "size": 0.035, "position": [0.45, 0.12]},
            {"kind": "bowl", "color": "blue", "position": [0.5, -0.12]},
        ],
    }
    world = SimWorld(SceneSpec.from_dict(scene))
    spec = world.robot.spec
    kinematics, perception = Kinematics(spec), TabletopPerception(arm=spec)

    def look() -> Scene:
        return perception.perceive(Observation((world.overhead.capture(),), world.state()))

    gate = MotionGate.of(spec, "sim", kinematics.tip_position)
    skills = MotionSkills(GatedDriver(world, gate), look, kinematics, "sim")
    seen = {o.kind: o for o in skills.see().objects}
    bowl = seen["bowl"]
    into = Pose((*bowl.position[:2], bowl.bottom_z + 0.005))
    for action in (
        Action("pick", object_id=seen["block"].id),
        Action("place", object_id=seen["block"].id, pose=into, support=bowl.id, inside=True),
    ):
        skills.start(action)
        report = skills.tick()
        while report.status is SkillStatus.RUNNING:
            report = skills.tick()
        assert report.status is SkillStatus.SUCCEEDED, report
    truth = {o["kind"]: o["position"] for o in world.objects()}
    assert np.hypot(*np.subtract(truth["block"], truth["bowl"])[:2]) < 0.05
    assert not gate.rejections
    world.close()


def test_another_package_offers_it_by_an_entry_point(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = tmp_path / "stork_package.py"
    module.write_text(f"FOLDER = {str(folder)!r}\n\ndef arm():\n    return FOLDER\n", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    offered = [
        EntryPoint("stork", "stork_package:FOLDER", loading.ARMS.group),
        EntryPoint("crane", "stork_package:arm", loading.ARMS.group),
    ]
    monkeypatch.setattr(
        folders, "entry_points", lambda group: EntryPoints(offered).select(group=group)
    )
    assert robots.names()[-2:] == ("crane", "stork")
    assert robots.load("stork") is robots.load("crane") is robots.load(folder)
    assert SceneSpec.from_dict({"robot": "stork", "objects": []}).robot == "stork"
    sys.modules.pop("stork_package", None)


@pytest.mark.parametrize("name", ["./crane", "crane", "other/../crane"])
def test_a_scene_finds_the_arm_beside_it_first(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Also where the working directory is another; there only what is not beside the file."""
    (tmp_path / "scenes" / "other").mkdir(parents=True)
    (tmp_path / "cwd" / "other").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "cwd")
    file = tmp_path / "scenes" / "scene.yaml"
    file.write_text(f"robot: {name}\nobjects: []\n", encoding="utf-8")
    (tmp_path / "cwd" / "crane").symlink_to(folder)
    assert SceneSpec.from_yaml(file).robot == name
    (tmp_path / "scenes" / "crane").symlink_to(folder)
    found = Path(SceneSpec.from_yaml(file).robot)
    assert found.is_absolute() and found.samefile(tmp_path / "scenes" / "crane")
