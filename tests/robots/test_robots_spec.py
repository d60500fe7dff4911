"""An arm's folder: what is derived from it, and every way in which it can be wrong."""

from __future__ import annotations

import shutil
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest
import yaml
from lab.arms import ARMS, PANDA, UR5E, XARM7

from llmagentos import robots
from llmagentos.errors import RobotError
from llmagentos.robots.model import ArmModel
from llmagentos.robots.specs import ArmSpec, GripperSpec

SHIPPED = Path(robots.__file__).parent


def test_shipped_arms_by_name_and_by_folder() -> None:
    assert {"panda", "ur5e"} <= set(robots.names())
    assert robots.load() is PANDA
    assert robots.load(SHIPPED / "ur5e") is UR5E and robots.load(str(SHIPPED / "ur5e")) is UR5E


def test_an_unknown_arm_is_told_with_the_known_ones() -> None:
    with pytest.raises(RobotError, match=r"expected an arm \(panda, so101.*got 'r2d2'"):
        robots.load("r2d2")


@pytest.mark.parametrize("spec", [*ARMS, XARM7], ids=lambda s: s.name)
def test_the_hand_is_the_urdfs(spec: ArmSpec) -> None:
    """Finger sizes, palm and tip follow from collision shapes and frames, as placed by the chain."""
    frames = ArmModel(spec).placements(
        spec.home_rad, spec.max_opening_m, [spec.tip_link, spec.hand_link]
    )
    gap = frames[spec.hand_link][2, 3] - frames[spec.tip_link][2, 3]
    assert spec.tip_offset_m == pytest.approx(gap)
    fingers = [p for p in spec.hand_at(0.0) if p.side]
    assert {p.side for p in fingers} == {-1, 1}
    lowest = min(shape.low_m for shape in spec.hand)
    assert lowest == pytest.approx(-spec.finger_beyond_tip_m)
    assert max(p.high_m for p in fingers) >= spec.palm_m - 0.01
    assert 0.0 < spec.finger_beyond_tip_m < spec.lowest_tip_m < 0.02
    assert 0.03 < spec.palm_m < 0.07


def test_the_pandas_hand_in_numbers() -> None:
    assert PANDA.finger_beyond_tip_m == pytest.approx(0.00725)
    assert (PANDA.finger_width_m, PANDA.finger_thickness_m) == (0.0176, 0.0138)
    assert (PANDA.tip_offset_m, PANDA.palm_m, PANDA.max_opening_m) == (0.105, 0.039, 0.08)


@pytest.mark.parametrize("spec", [*ARMS, XARM7], ids=lambda s: s.name)
def test_gripper_map_there_and_back(spec: ArmSpec) -> None:
    for opening in np.linspace(0, spec.max_opening_m, 7):
        values = spec.gripper.joints(float(opening))
        assert len(values) == len(spec.finger_joint_names)
        assert spec.gripper.opening_m(values) == pytest.approx(opening)
        assert spec.gripper.opening_m(values[:1]) == pytest.approx(opening)
    assert spec.gripper.opening_m(spec.gripper.joints(spec.max_opening_m)) == spec.max_opening_m


def test_a_revolute_finger_is_no_metre() -> None:
    """A joint of 0.8 rad closes such a gripper; its other finger turns the other way."""
    gripper = GripperSpec(("a", "b"), (0.8, 0.4, 0.0), (0.0, 0.05, 0.085), 40.0, (1.0, -1.0))
    assert gripper.opening_m((0.0, 0.0)) == pytest.approx(0.085)
    assert gripper.opening_m((0.6, -0.6)) == pytest.approx(0.025)
    assert gripper.joints(0.05) == pytest.approx((0.4, -0.4))
    assert gripper.joints(0.0) == pytest.approx((0.8, -0.8))


def _copy(tmp_path: Path, like: str = "ur5e", **changes: object) -> Path:
    folder = tmp_path / "arm"
    shutil.copytree(SHIPPED / like, folder)
    data = yaml.safe_load((folder / "robot.yaml").read_text(encoding="utf-8"))
    data.update(changes)
    data = {k: v for k, v in data.items() if v is not None}
    (folder / "robot.yaml").write_text(yaml.safe_dump(data), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"joints": None}, "robot.yaml: joints: expected a value, got nothing"),
        ({"colour": "red"}, "robot.yaml: colour: expected only name, urdf, .*got 'red'"),
        (
            {"home_rad": None, "home_radd": [0.0]},
            "home_rad: expected a value, got nothing; home_radd is not known: did you mean home_rad?",
        ),
        (
            {"work_area": {"x_m": [0.3, 0.7], "y_m": [-0.3, 0.3], "tabel_z_m": 0.1}},
            "work_area.tabel_z_m: expected only x_m, y_m, .*: did you mean table_z_m?",
        ),
        (
            {"profiles": {"careful": {"velocty": 0.3, "acceleration": 1, "tool_speed_mps": 1}}},
            "profiles.careful.velocity: .*velocty is not known: did you mean velocity?",
        ),
        ({"lean_rad": 0.3}, "lean_rad: expected none on an arm of more than 5 joints.*got 0.3"),
        ({"range_rad": {"elbow": [0, 1]}}, "range_rad: expected joints of the arm, got 'elbow'"),
        ({"home_rad": [0.0] * 7}, "robot.yaml: home_rad: expected 6 numbers, got 7"),
        ({"home_rad": [9.0] * 6}, r"home_rad: expected shoulder_pan_joint in \[-3.5.*got 9.0"),
        ({"home_rad": [0.0, -1.5, 2.0, -1.0, -1.57, 0.0]}, "home_rad: expected a hand that points"),
        ({"max_tool_speed_mps": -1}, "max_tool_speed_mps: expected greater than 0, got -1"),
        ({"load_acceleration": [1.0]}, "load_acceleration: expected 6 numbers, got 1"),
        ({"urdf": "other.urdf"}, r"expected to read .*other.urdf, got: No such file"),
        ({"tip_link": "nose"}, "robot.yaml: tip_link: expected a link of ur5e.urdf, got 'nose'"),
        ({"base_link": "x"}, "robot.yaml: base_link: expected a link of ur5e.urdf, got 'x'"),
        ({"hand_link": "x"}, "robot.yaml: hand_link: expected a link of ur5e.urdf, got 'x'"),
        ({"joints": ["a", "b"]}, "robot.yaml: joints: expected joints of ur5e.urdf, got 'a'"),
        (
            {"work_area": {"x_m": [0.7, 0.3], "y_m": [-0.3, 0.3]}},
            r"robot.yaml: work_area.x_m: expected from low to high, got \[0.7, 0.3\]",
        ),
        (
            {"work_area": {"x_m": [0.3, 0.7], "y_m": [-2.5, 0.3]}},
            r"robot.yaml: work_area.y_m: expected .* together, 1.\d+ m, got \[-2.5, 0.3\]",
        ),
        (
            {"base_link": "tip_link"},
            "robot.yaml: base_link: expected the URDF's root, got tip_link",
        ),
        (
            {"range_rad": {"elbow_joint": [-4.0, 1.0]}},
            r"range_rad.elbow_joint: .*got \[-4.0, 1.0\]",
        ),
        (
            {"profiles": {"sim": {"velocity": 1, "acceleration": 1, "tool_speed_mps": 1}}},
            "profiles: expected careful",
        ),
    ],
)
def test_what_does_not_fit_is_told_with_file_and_field(
    tmp_path: Path, changes: dict[str, object], message: str
) -> None:
    with pytest.raises(RobotError, match=message):
        robots.load(_copy(tmp_path, **changes))


@pytest.mark.parametrize(
    "gripper, message",
    [
        ({"joints": ["thumb"]}, "gripper.joints: expected joints of panda.urdf, got 'thumb'"),
        ({"joint_values": [0.0, 0.02, 0.04]}, "gripper.opening_m: expected 3 numbers, got 2"),
        ({"joint_values": [0.0, 0.0]}, "gripper.joint_values: expected one way only"),
        ({"opening_m": [0.08, 0.0]}, "gripper.opening_m: expected closed to open"),
        ({"multipliers": [1.0]}, "gripper.multipliers: expected 2 numbers"),
        ({"opening_m": [0.0, 80.0]}, "gripper.opening_m: expected metres, at most 0.5, got"),
        ({"fixed_fingr": "a"}, "fixed_fingr: expected only joints, .*did you mean fixed_finger?"),
        ({"opening_m": [0.0, 0.17]}, "to open along the tip's y axis by half of opening_m"),
    ],
)
def test_a_gripper_that_does_not_fit(
    tmp_path: Path, gripper: dict[str, object], message: str
) -> None:
    own = yaml.safe_load((SHIPPED / "panda" / "robot.yaml").read_text(encoding="utf-8"))["gripper"]
    with pytest.raises(RobotError, match=message):
        robots.load(_copy(tmp_path, "panda", gripper={**own, **gripper}))


def _weightless(tmp_path: Path, link: str, **changes: object) -> Path:
    folder = _copy(tmp_path, **changes)
    tree = ElementTree.parse(folder / "ur5e.urdf")
    found = tree.find(f"link[@name='{link}']")
    assert found is not None
    for inertial in found.findall("inertial"):
        found.remove(inertial)
    tree.write(folder / "ur5e.urdf")
    return folder


@pytest.mark.parametrize("link", ["forearm_link", "robotiq_85_right_knuckle_link"])
def test_what_moves_needs_a_mass(tmp_path: Path, link: str) -> None:
    message = rf"ur5e\.urdf: expected a mass for link '{link}', got none"
    with pytest.raises(RobotError, match=message):
        robots.load(_weightless(tmp_path, link))


def test_masses_may_come_from_the_simulations_urdf(tmp_path: Path) -> None:
    simulation = {"urdf": "pybullet_data:franka_panda/panda.urdf"}
    assert robots.load(_weightless(tmp_path, "forearm_link", simulation=simulation))


def test_broken_yaml_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "robot.yaml").write_text("name: a\njoints: [a, b\nurdf: c\n", encoding="utf-8")
    with pytest.raises(RobotError, match=r"expected an arm in YAML at .*robot\.yaml, got") as told:
        robots.load(tmp_path)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "expected an arm's fields, got an empty file"),
        ("name: a\nname: b\n", "got 'name' twice"),
    ],
)
def test_an_empty_file_and_a_key_given_twice_are_told(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "robot.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(RobotError, match=why):
        robots.load(tmp_path)


def test_what_a_folder_is_called_by(tmp_path: Path) -> None:
    folder = _copy(tmp_path)
    assert robots.load(folder / "robot.yaml") is robots.load(folder)
    for robot, why in (
        (tmp_path, r"expected robot\.yaml in the folder .*got none: `llmagentos robot new`"),
        (tmp_path / "away", "got .*which is not there$"),
        ("xamr7", "got 'xamr7', which is not there: did you mean xarm7?"),
    ):
        with pytest.raises(RobotError, match=why):
            robots.load(robot)


def test_joints_out_of_order(tmp_path: Path) -> None:
    names = [*UR5E.joint_names[1:], UR5E.joint_names[0]]
    ranges = {"home_rad": [*UR5E.home_rad[1:], UR5E.home_rad[0]]}
    from llmagentos.motion.kinematics import Kinematics

    with pytest.raises(RobotError, match="expected joints in the chain's order"):
        Kinematics(robots.load(_copy(tmp_path, joints=names, **ranges)))


@pytest.mark.parametrize("text", [b"\xff\xfe\x00", b"- a\n- b\n", b"a: [", b""])
def test_a_file_that_is_no_robot(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "robot.yaml").write_bytes(text)
    with pytest.raises(RobotError, match=r"robot\.yaml"):
        robots.load(tmp_path)


@pytest.mark.parametrize(
    "text", ["<robot", "<arm/>", "", '<robot name="x"><link name="a"/></robot>']
)
def test_a_urdf_that_is_none(tmp_path: Path, text: str) -> None:
    folder = _copy(tmp_path)
    (folder / "ur5e.urdf").write_text(text, encoding="utf-8")
    with pytest.raises(RobotError):
        robots.load(folder)


def test_a_jaw_that_turns_opens_by_the_grippers_map() -> None:
    """The map of the SO-101's robot.yaml is what its URDF's jaws do, and the fixed one stays."""
    spec = robots.load("so101")
    face, side = spec.fixed_face_m or (0.0, 0)
    assert side == -1 and spec.middle_m(0.0) == pytest.approx(face)
    assert spec.middle_m(0.02) == pytest.approx(face + 0.01)
    corner = np.array([0.0, -0.0141, 0.082, 1.0])  # the inner edge of the moving jaw's end
    for opening in np.linspace(0, spec.max_opening_m, 9):
        frames = ArmModel(spec).placements(
            spec.home_rad, float(opening), [spec.tip_link, "moving_jaw_link"]
        )
        seen = np.linalg.inv(frames[spec.tip_link]) @ frames["moving_jaw_link"] @ corner
        assert seen[1] - face == pytest.approx(opening, abs=2e-4)
        hand = spec.hand_at(float(opening))
        moving = min((p for p in hand if p.side == 1), key=lambda p: p.low_m)
        fixed = min((p for p in hand if p.side == -1), key=lambda p: p.low_m)
        assert fixed.y_m + fixed.half_y_m == pytest.approx(face)
        # The box around a turned jaw is a little thicker than the jaw.
        assert -0.006 < moving.y_m - moving.half_y_m - seen[1] < 1e-3
    assert spec.hand_at(0.03) != spec.hand_at(0.0)


def test_a_fixed_finger_is_a_link(tmp_path: Path) -> None:
    folder = tmp_path / "arm"
    shutil.copytree(SHIPPED / "so101", folder)
    text = (folder / "robot.yaml").read_text(encoding="utf-8")
    (folder / "robot.yaml").write_text(text.replace("fixed_jaw_link", "thumb"), "utf-8")
    with pytest.raises(RobotError, match=r"gripper.fixed_finger: expected a link .*got 'thumb'"):
        robots.load(folder)
    (folder / "robot.yaml").write_text(
        text.replace("  fixed_finger: fixed_jaw_link\n", ""), "utf-8"
    )
    with pytest.raises(RobotError, match=r"shapes on hand and both fingers.*gripper.fixed_finger"):
        robots.load(folder)


def test_a_folder_with_the_former_name_of_full_rates_goes_on_with_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shutil.copytree(SHIPPED / "panda", tmp_path / "old")
    file = tmp_path / "old" / "robot.yaml"
    file.write_text(file.read_text().replace("  sim: {", "  full: {"))
    assert robots.load(tmp_path / "old").profiles == PANDA.profiles
    assert "profiles: full is called sim now: rename it" in caplog.text


def test_a_box_that_is_none_is_refused(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED / "panda", tmp_path / "bad")
    file = tmp_path / "bad" / "robot.yaml"
    file.write_text(file.read_text().replace("x_m: [0.10, 0.80]", "x_m: [0.80, 0.10]"))
    with pytest.raises(RobotError, match=r"keep_in.x_m: expected from low to high, got"):
        robots.load(tmp_path / "bad")
