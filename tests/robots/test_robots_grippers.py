"""Grippers as their URDFs have them: linkages that mimic one joint, and maps that are not straight."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from lab.arms import ARMS, PANDA, UR5E, XARM7

from llmagentos import robots
from llmagentos.errors import RobotError
from llmagentos.robots.model import ArmModel
from llmagentos.robots.specs import ArmSpec

SHIPPED = Path(robots.__file__).parent
Change = Callable[[str], str]


def _gap_m(spec: ArmSpec, model: ArmModel, opening_m: float) -> float:
    """Between the finger ends' inner faces along the tip's y axis, by the URDF alone."""
    links = [spec.tip_link, *spec.pad_links]
    frames = model.placements(spec.home_rad, opening_m, links)
    from_tip = np.linalg.inv(frames[spec.tip_link])
    faces = []
    for link, side in zip(spec.pad_links, (1, -1), strict=True):
        ends = []
        for shape in (s for s in spec.shapes if s.link == link):
            half = np.array(shape.half)
            corners = [
                np.array([*(half * signs), 1.0]) for signs in itertools.product((1, -1), repeat=3)
            ]
            seen = np.array([from_tip @ frames[link] @ shape.pose @ c for c in corners])
            ends.append((seen[:, 2].max(), (side * seen[:, 1]).min()))
        faces.append(max(ends)[1])
    return float(sum(faces))


@pytest.mark.parametrize("spec", [*ARMS, XARM7], ids=lambda s: s.name)
def test_the_map_is_the_urdfs(spec: ArmSpec) -> None:
    model = ArmModel(spec)
    for opening in np.linspace(0.0, spec.max_opening_m, 30):
        assert _gap_m(spec, model, float(opening)) == pytest.approx(opening, abs=4e-4)


def test_the_2f85_goes_along_a_circle() -> None:
    gripper = UR5E.gripper
    assert gripper.joint_names == ("robotiq_85_left_knuckle_joint",)
    (open_rad,), (closed_rad,) = gripper.joints(0.085), gripper.joints(0.0)
    assert open_rad == pytest.approx(0.0, abs=0.01) and closed_rad == pytest.approx(0.8, abs=0.01)
    (middle,) = gripper.joints(0.0425)
    assert middle - closed_rad / 2 > 0.02  # a straight map would be 2 mm off there


def test_joints_that_mimic_move_along() -> None:
    linkage = UR5E.gripper.linkage(0.03)
    assert len(linkage) == 6 and next(iter(linkage)) == UR5E.gripper.joint_names[0]
    (knuckle,) = UR5E.gripper.joints(0.03)
    signs = {name.removeprefix("robotiq_85_"): q / knuckle for name, q in linkage.items()}
    assert signs == {
        "left_knuckle_joint": 1, "left_finger_tip_joint": -1, "left_inner_knuckle_joint": 1,
        "right_knuckle_joint": -1, "right_finger_tip_joint": 1, "right_inner_knuckle_joint": -1,
    }  # fmt: skip
    assert PANDA.gripper.linked == {} and len(PANDA.gripper.linkage(0.03)) == 2


def test_finger_tips_stay_parallel() -> None:
    model = ArmModel(UR5E)
    links = [UR5E.tip_link, *UR5E.pad_links]
    for opening in np.linspace(0.0, 0.085, 9):
        frames = model.placements(UR5E.home_rad, float(opening), links)
        for pad in UR5E.pad_links:
            turn = frames[UR5E.tip_link][:3, :3].T @ frames[pad][:3, :3]
            np.testing.assert_allclose(turn, np.eye(3), atol=1e-9)


def test_force_at_the_tips_for_torque_in_the_drive() -> None:
    assert PANDA.gripper.travel_per_joint == pytest.approx(1.0)
    # One drive closes both sides: 1 N between the tips takes 85 mm / 0.8 rad.
    assert UR5E.gripper.travel_per_joint == pytest.approx(0.0851 / 0.8025)


def _changed(tmp_path: Path, change: Change) -> Path:
    folder = tmp_path / "arm"
    shutil.copytree(SHIPPED / "ur5e", folder)
    urdf = folder / "ur5e.urdf"
    text = urdf.read_text(encoding="utf-8")
    assert change(text) != text
    urdf.write_text(change(text), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    "old, new, message",
    [
        ('multiplier="-1"', 'multiplier="-1" offset="0.2"', "and no offset, got -1.0, 0.2"),
        ('multiplier="-1"', 'multiplier="0"', "mimic with a multiplier .*got 0.0"),
    ],
)
def test_linkages_that_do_not_fit(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(RobotError, match=message):
        robots.load(_changed(tmp_path, lambda text: text.replace(old, new)))


def test_a_joint_may_mimic_one_that_mimics(tmp_path: Path) -> None:
    first = 'mimic joint="robotiq_85_left_knuckle_joint" multiplier="1"'
    second = 'mimic joint="robotiq_85_right_knuckle_joint" multiplier="-1"'
    spec = robots.load(_changed(tmp_path, lambda text: text.replace(first, second)))
    assert spec.gripper.linked == UR5E.gripper.linked
