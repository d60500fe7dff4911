"""What other people's files hold besides arms and simple grippers: read rightly, or told plainly."""

from __future__ import annotations

from pathlib import Path

import pytest
from robot_setup import urdfs

from llmagentos.errors import RobotError
from llmagentos.robot_setup.again import look_again
from llmagentos.robot_setup.check import questions_of
from llmagentos.robot_setup.draft import draft
from llmagentos.robot_setup.hands import arms_of, others_of
from llmagentos.robot_setup.mount import mounted
from llmagentos.robot_setup.tree import Tree, read_tree
from llmagentos.robot_setup.writing import write_folder
from llmagentos.robots import load


def _tree(folder: Path, *parts: str, name: str = "stranger.urdf", **more: str) -> Tree:
    return read_tree(urdfs.written(folder, urdfs.robot(*parts, **more), name))


def _digits(*names: str) -> str:
    limit = '<limit lower="0" upper="1.5" velocity="2" effort="2"/>'
    palm = urdfs.link("palm", "0.06 0.1 0.05", "0 0 0.025") + urdfs.joint(
        "mount", "flange", "palm", "0 0 0.02", "0 0 0", "fixed", limit=""
    )
    return palm + "".join(
        urdfs.link(f"{n}_tip", "0.02 0.01 0.05", "0 0 0.025")
        + urdfs.joint(f"{n}_joint", "palm", f"{n}_tip", f"0 {0.02 * i} 0.05", "1 0 0", limit=limit)
        for i, n in enumerate(names)
    )


def test_a_hand_of_five_fingers_is_told_what_to_do(tmp_path: Path) -> None:
    hand = _digits("thumb", "index", "middle", "ring", "little")
    tree = _tree(tmp_path, urdfs.arm(), hand)
    (asked,) = [q for q in draft(tree).questions if q.field == "gripper"]
    assert "got a hand of 5 fingers" in asked.words and "--gripper FILE --mount palm" in asked.words


def test_a_gripper_replaces_the_hand_that_is_there(tmp_path: Path) -> None:
    tree = _tree(tmp_path, urdfs.arm(), _digits("thumb", "index", "middle"))
    grip = urdfs.fingers().replace('<parent link="flange"/>', '<parent link="plate"/>')
    gripper = _tree(tmp_path, grip, name="grip.urdf", root='<link name="plate"/>')
    both = mounted(tree, gripper, "palm")
    assert both.removed == ("thumb_joint", "index_joint", "middle_joint")
    (arm,) = arms_of(both.tree)
    assert arm.link == "gripper_palm", "a name that both have"
    assert [j.name for j in arm.fingers] == ["left_slide", "right_slide"]


def test_a_gripper_drawn_along_x_is_turned_out_of_the_arm(tmp_path: Path) -> None:
    """Many grippers point along x; the flange's axis is z."""
    lying = urdfs.fingers().replace(
        '<parent link="flange"/><child link="palm"/><origin xyz="0 0 0.02"/>',
        '<parent link="plate"/><child link="palm"/><origin xyz="0.02 0 0" rpy="0 1.5708 0"/>',
    )
    bare = _tree(tmp_path, urdfs.arm())
    both = mounted(bare, _tree(tmp_path, lying, name="g.urdf", root='<link name="plate"/>'))
    assert "so that its fingers point out of the arm" in both.words
    rest = both.tree.placements({})
    way = rest["left"][:3, 3] - rest["flange"][:3, 3]
    assert way[2] > 0.05 and abs(way[0]) < 1e-3


def test_wheels_are_no_arms_and_a_wrist_called_gripper_is_no_finger(tmp_path: Path) -> None:
    leg = urdfs.arm("leg_").replace("leg_flange", "wheel_1")
    wrist = urdfs.arm().replace('name="spin"', 'name="gripper_yaw"')
    tree = _tree(tmp_path, wrist, urdfs.fingers(), leg)
    (arm,) = arms_of(tree)
    assert [j.name for j in arm.arm][-1] == "gripper_yaw" and arm.link == "palm"
    only = _tree(tmp_path, leg, name="leg.urdf")
    assert others_of(only) == ["wheel_1"]
    with pytest.raises(RobotError, match="end in wheels, feet or a head: wheel_1"):
        draft(only)


def test_fingers_that_stand_still_in_the_file_are_named(tmp_path: Path) -> None:
    still = urdfs.fingers().replace('type="prismatic"', 'type="fixed"')
    still = still.replace("left_slide", "finger_1").replace("right_slide", "finger_2")
    (asked,) = [
        q for q in draft(_tree(tmp_path, urdfs.arm(), still)).questions if q.field == "gripper"
    ]
    assert "finger_1, finger_2 do not move (type fixed)" in asked.words


def test_sdf_is_refused_by_name_and_foreign_prefixes_are_no_error(tmp_path: Path) -> None:
    with pytest.raises(RobotError, match="got SDF"):
        read_tree(urdfs.written(tmp_path, "<sdf><model/></sdf>", "g.sdf"))
    text = urdfs.robot(urdfs.arm(), urdfs.fingers(), "<drake:group drake:name='a'/>")
    assert len(arms_of(read_tree(urdfs.written(tmp_path, text)))) == 1


def test_a_gripper_written_by_hand_is_enough_to_look_again(tmp_path: Path) -> None:
    """Two fingers that nobody can tell to move as one: a person writes that, the rest is found."""
    uneven = '<limit lower="-0.01" upper="0.06" velocity="0.2" effort="30"/>'
    grip = urdfs.fingers()
    right = grip.index('<joint name="right_slide"')
    start, end = grip.index("<limit", right), grip.index("</joint>", right)
    grip = grip[:start] + uneven + grip[end:]
    point = urdfs.link("grasp", more="") + urdfs.joint(
        "grasp_joint", "palm", "grasp", "0 0 0.09", "0 0 0", "fixed", limit=""
    )
    folder = tmp_path / "arm"
    write_folder(draft(_tree(tmp_path, urdfs.arm(), grip, point)), folder, "stranger.urdf")
    asked = [q.field for q in questions_of(folder)]
    assert asked == ["tip_link", "home_rad", "gripper", "work_area"]
    with pytest.raises(RobotError, match=r"expected answers for tip_link, gripper first"):
        look_again(folder)
    written = (
        "gripper: {joints: [left_slide, right_slide], joint_values: [0.0, 0.04], "
        "opening_m: [0.0, 0.08], max_force_n: 30}  # by hand\n"
    )
    file = folder / "robot.yaml"
    text = (
        file.read_text().replace("gripper:\n", written).replace("tip_link:\n", "tip_link: grasp\n")
    )
    file.write_text(text)
    assert look_again(folder).questions == []
    assert "# by hand" in file.read_text() and questions_of(folder) == []
    assert load(folder).workspace.x_min > 0
