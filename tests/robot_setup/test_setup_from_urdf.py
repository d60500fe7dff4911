"""From strangers' URDFs to a folder: what is found out, what is asked, what is refused."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from robot_setup import urdfs

from llmagentos.errors import RobotError
from llmagentos.robot_setup.again import look_again
from llmagentos.robot_setup.body import body_of
from llmagentos.robot_setup.check import check, questions_of
from llmagentos.robot_setup.draft import Wishes, draft
from llmagentos.robot_setup.drafts import Draft
from llmagentos.robot_setup.gripper import measure
from llmagentos.robot_setup.hands import arms_of
from llmagentos.robot_setup.mount import mounted
from llmagentos.robot_setup.posture import Chain, nearest_turn
from llmagentos.robot_setup.reach import heights_m, reach_map
from llmagentos.robot_setup.tree import Tree, read_tree
from llmagentos.robot_setup.writing import write_folder
from llmagentos.robots import load


def _tree(folder: Path, *parts: str, **more: str) -> Tree:
    return read_tree(urdfs.written(folder, urdfs.robot(*parts, **more)))


def _asked(made: Draft) -> list[str]:
    return sorted(q.field for q in made.questions)


@pytest.fixture
def whole(tmp_path: Path) -> Tree:
    """A world link, a fixed base, an arm and a parallel gripper."""
    world = '<link name="world"/><link name="base"/>' + urdfs.joint(
        "stand", "world", "base", axis="0 0 0", kind="fixed", limit=""
    )
    return _tree(tmp_path, urdfs.arm(), urdfs.fingers(), root=world)


def test_an_arm_that_leaves_nothing_open_can_be_used_at_once(whole: Tree, tmp_path: Path) -> None:
    made = draft(whole)
    assert made.questions == []
    write_folder(made, tmp_path / "arm", "stranger.urdf")
    spec = load(tmp_path / "arm")
    assert spec.joint_names == ("turn", "lift", "elbow", "bend", "roll", "spin")
    assert (spec.base_link, spec.hand_link) == ("world", "palm")
    assert spec.finger_joint_names == ("left_slide",)
    assert spec.gripper.joint_values == (0.0, 0.04) and spec.gripper.openings_m == (0.0, 0.08)
    assert spec.max_grip_force_n == 30
    assert spec.finger_beyond_tip_m == pytest.approx(0.01)
    area = spec.workspace
    x, y = np.linspace(area.x_min, area.x_max, 3), np.linspace(area.y_min, area.y_max, 3)
    found = check(spec, reach_map(spec, list(x), list(y), heights_m(spec.scale)))
    assert [(f.about, f.well) for f in found] == [
        ("folder", True), ("reach", True), ("inverse kinematics", True), ("home", True)
    ]  # fmt: skip
    with pytest.raises(RobotError, match=r"expected a folder without robot\.yaml"):
        write_folder(made, tmp_path / "arm", "stranger.urdf")
    (tmp_path / "arm" / "robot.yaml").write_text("")
    write_folder(made, tmp_path / "arm", "stranger.urdf", force=True)
    assert load(tmp_path / "arm").joint_names == spec.joint_names


def test_several_arms_are_asked_about_and_one_can_be_chosen(tmp_path: Path) -> None:
    lift = urdfs.link("torso", "0.2 0.2 0.2", "0 0 0.1") + urdfs.joint(
        "torso_lift", "base", "torso", "0 0 0.1", kind="prismatic",
        limit='<limit lower="0.05" upper="0.3" velocity="0.1" effort="900"/>',
    )  # fmt: skip
    arms = [
        urdfs.arm(p, "torso", f"0 {y} 0.2") + urdfs.fingers(p)
        for p, y in (("l_", 0.2), ("r_", -0.2))
    ]
    tree = _tree(tmp_path, lift, *arms)
    made = draft(tree)
    assert _asked(made) == ["hand_link"] and made.questions[0].candidates == ("l_palm", "r_palm")
    write_folder(made, tmp_path / "asked", "stranger.urdf")
    assert [q.field for q in questions_of(tmp_path / "asked")] == ["hand_link"]
    with pytest.raises(RobotError, match="expected one of l_palm, r_palm, got 'palm'"):
        draft(tree, Wishes(hand="palm"))
    left = draft(tree, Wishes(hand="l_palm"))
    assert _asked(left) == ["home_rad", "work_area"], "a torso stands on the floor"
    left = draft(tree, Wishes(hand="l_palm", table_z_m=0.0))
    assert _asked(left) == [] and "standing still: torso_lift" in left.notes["joints"]
    write_folder(left, tmp_path / "left", "stranger.urdf")
    spec = load(tmp_path / "left")
    assert spec.workspace.y_min + spec.workspace.y_max == pytest.approx(0.4, abs=0.05)
    assert 'name="torso_lift" type="fixed"' in spec.urdf


def test_what_a_file_lacks_is_asked_and_the_answers_are_enough(tmp_path: Path) -> None:
    limit = '<limit lower="-2.9" upper="2.9" velocity="0" effort="0"/>'
    tree = _tree(tmp_path, urdfs.arm(limit=limit), urdfs.fingers(boxes=False, effort="0"))
    made = draft(tree)
    assert _asked(made) == ["gripper.max_force_n", "max_velocity_radps", "shapes"]
    write_folder(made, tmp_path / "arm", "stranger.urdf")
    file = tmp_path / "arm" / "robot.yaml"
    assert [q.field for q in questions_of(file.parent)] == [
        "max_velocity_radps", "gripper.max_force_n", "shapes"
    ]  # fmt: skip
    with pytest.raises(RobotError, match=r"expected answers to its questions, got none for max_v"):
        load(file.parent)
    rates = dict.fromkeys(("turn", "lift", "elbow", "bend", "roll", "spin"), 1.5)
    text = file.read_text().replace("max_velocity_radps:\n", f"max_velocity_radps: {rates}\n")
    text = text.replace("max_force_n:\n", "max_force_n: 25\n")
    file.write_text(text)
    assert [q.field for q in questions_of(file.parent)] == ["shapes"]
    file.write_text(text.replace("shapes:\n", "shapes: checked\n"))
    spec = load(file.parent)
    assert set(spec.max_velocity_radps) == {1.5} and spec.max_grip_force_n == 25
    assert set(spec.max_effort_nm) == {50}, "simulation's own, and told so in the file"


def test_a_bare_arm_takes_a_gripper_of_another_file(tmp_path: Path) -> None:
    bare = _tree(tmp_path, urdfs.arm())
    asked = _asked(draft(bare))
    assert asked == ["gripper", "home_rad", "tip_link", "work_area"]
    grip = urdfs.robot(urdfs.fingers().replace('<parent link="flange"/>', '<parent link="plate"/>'),
                       root='<link name="plate"/>')  # fmt: skip
    gripper = read_tree(urdfs.written(tmp_path, grip, "gripper.urdf"))
    made = draft(mounted(bare, gripper).tree)
    assert made.questions == [] and made.values["hand_link"] == "palm"
    with pytest.raises(RobotError, match="expected a link to mount the gripper on, got 'nowhere'"):
        mounted(bare, gripper, "nowhere")
    assert "gripper_base" in mounted(bare, bare).tree.links, "names of both files are told apart"


def test_a_jaw_closes_on_what_the_hand_has_beyond_it(tmp_path: Path) -> None:
    made = draft(_tree(tmp_path, urdfs.arm(), urdfs.jaw()))
    assert _asked(made) == []
    gripper = made.values["gripper"]
    assert isinstance(gripper, dict) and gripper["fixed_finger"] == "hand_fixed_finger"
    assert -0.1 <= gripper["joint_values"][0] < 0 and 0.06 < gripper["opening_m"][-1] < 0.13
    write_folder(made, tmp_path / "arm", "stranger.urdf")
    spec = load(tmp_path / "arm")
    assert {s.link for s in spec.shapes} >= {"hand", "hand_fixed_finger", "jaw_link"}


def test_a_linkage_is_measured_where_its_ends_are(tmp_path: Path) -> None:
    """Two cranks of 5 cm and fingers that turn back by as much: the ends go along a circle."""
    limit = '<limit lower="0" upper="0.8" velocity="2" effort="2"/>'

    def side(name: str, y: float, sign: int, leads: str) -> str:
        follow = f'<mimic joint="{leads}"/>' if leads != f"{name}_crank" else ""
        return (
            urdfs.link(f"{name}_bar", "0.01 0.01 0.05", "0 0 0.025")
            + urdfs.joint(f"{name}_crank", "palm", f"{name}_bar", f"0 {y} 0.05", f"{-sign} 0 0",
                          limit=limit, more=follow)
            + urdfs.link(f"{name}_pad", "0.02 0.01 0.04", f"0 {0.005 * sign} 0.02")
            + urdfs.joint(f"{name}_back", f"{name}_bar", f"{name}_pad", "0 0 0.05", f"{sign} 0 0",
                          limit=limit, more=f'<mimic joint="{leads}"/>')
        )  # fmt: skip

    hand = urdfs.link("palm", "0.06 0.1 0.05", "0 0 0.025") + urdfs.joint(
        "mount", "flange", "palm", "0 0 0.02", "0 0 0", "fixed", limit=""
    )
    tree = _tree(
        tmp_path, urdfs.arm(), hand, side("l", 0.0, 1, "l_crank"), side("r", 0.0, -1, "l_crank")
    )
    (reach,) = arms_of(tree)
    found = measure(tree, reach, body_of(tree, ()).shapes)
    assert found.joints == ("l_crank",) and not found.fixed
    for value, opening in zip(found.values, found.openings_m, strict=True):
        assert opening == pytest.approx(2 * 0.05 * np.sin(value), abs=3e-4)
    np.testing.assert_allclose(found.tip[:3, 2], [0, 0, 1], atol=1e-9)
    np.testing.assert_allclose(np.abs(found.tip[:3, 1]), [0, 1, 0], atol=1e-9)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("<robot", "expected a URDF, got XML that does not parse"),
        ("<sdf/>", "expected a URDF, got SDF"),
        ('<robot xmlns:xacro="x"><xacro:macro name="a"/></robot>', "got xacro that is not expanded"),
        ('<robot name="a"><link name="${prefix}base"/></robot>', "got xacro that is not expanded"),
        ('<robot name="a"><link name="a"/><link name="b"/></robot>', "expected one root link, got a, b"),
        ('<robot name="a"><link name="a"/></robot>', "expected an arm of at least four turning joints"),
    ],
)  # fmt: skip
def test_what_is_no_arm_is_refused_with_a_reason(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(RobotError, match=why):
        draft(read_tree(urdfs.written(tmp_path, text)))


def test_a_file_that_is_expanded_xacro_is_none(tmp_path: Path) -> None:
    text = urdfs.robot(urdfs.arm(), urdfs.fingers()).replace(
        "<robot", '<robot xmlns:xacro="http://www.ros.org/wiki/xacro"', 1
    )
    text = text.replace("<link", "<!-- by xacro: ${prefix} <xacro:arm/> --><link", 1)
    assert len(arms_of(read_tree(urdfs.written(tmp_path, text)))) == 1


def test_the_advice_about_xacro_writes_over_no_file(tmp_path: Path) -> None:
    text = '<robot name="a"><link name="${prefix}base"/></robot>'
    with pytest.raises(RobotError, match=r"run `xacro a\.urdf > a_expanded\.urdf` first"):
        read_tree(urdfs.written(tmp_path, text, "a.urdf"))
    with pytest.raises(RobotError, match=r"run `xacro b\.urdf\.xacro > b\.urdf` first"):
        read_tree(urdfs.written(tmp_path, text, "b.urdf.xacro"))


def test_joints_at_rest_are_in_the_turn_nearest_to_zero(tmp_path: Path) -> None:
    tree = _tree(tmp_path, urdfs.arm(), urdfs.fingers())
    made = draft(tree)
    names, tip = [j.name for j in arms_of(tree)[0].arm], str(made.values["tip_link"])
    found = Chain(made.urdf, names, tip, [(-2 * np.pi, 2 * np.pi)] * 6).postures()
    assert found and max(abs(q) for p in found for q in p.joints) < np.pi + 1e-6
    assert nearest_turn(5.9, -6.28, 6.28) == pytest.approx(5.9 - 2 * np.pi)
    assert nearest_turn(5.9, 0.0, 6.28) == 5.9


@pytest.mark.parametrize(("effort", "said"), [("9000", False), ("150", True)])
def test_a_force_that_no_gripper_has_is_not_suggested(
    tmp_path: Path, effort: str, said: bool
) -> None:
    made = draft(_tree(tmp_path, urdfs.arm(), urdfs.fingers(effort=effort)))
    (asked,) = [q for q in made.questions if q.field == "gripper.max_force_n"]
    assert ("it would be" in asked.words) is said


def test_endless_joints_turn_once_to_either_side(tmp_path: Path) -> None:
    text = urdfs.robot(urdfs.arm(), urdfs.fingers()).replace(
        'name="spin" type="revolute"', 'name="spin" type="continuous"'
    )
    made = draft(read_tree(urdfs.written(tmp_path, text)))
    assert "spin turn without end" in made.notes["joints"]
    write_folder(made, tmp_path / "arm", "stranger.urdf")
    assert load(tmp_path / "arm").upper_rad[-1] == pytest.approx(2 * np.pi)


def test_a_check_that_fails_says_what_to_change() -> None:
    """A table as high as the shoulder: the arm at rest and on its way dips under it."""
    spec = load("ur5e")
    spec = replace(spec, workspace=replace(spec.workspace, table_z=0.4), home_rad=(0.0,) * 6)
    area = spec.workspace
    x, y = np.linspace(area.x_min, area.x_max, 3), np.linspace(area.y_min, area.y_max, 3)
    found = {f.about: f for f in check(spec, reach_map(spec, list(x), list(y), heights_m(1.0)))}
    for about, step in (
        ("reach", "make work_area smaller"),
        ("inverse kinematics", "range_rad: {shoulder_lift_joint: ["),
        ("home", "raise home_rad, or lower work_area.table_z_m"),
    ):
        assert found[about].well is False and step in found[about].words


def test_a_force_that_is_absurd_for_the_arm_is_not_well() -> None:
    spec = load("so101")
    strong = replace(spec, gripper=replace(spec.gripper, max_force_n=2000.0))
    area = spec.workspace
    reach = reach_map(spec, [area.x_min], [area.middle[1]], heights_m(spec.scale))
    for arm, well in ((spec, True), (strong, False)):
        found = {f.about: f for f in check(arm, reach)}
        assert ("gripper" not in found) is well, found
    assert "got 2000" in found["gripper"].words


def test_meshes_that_are_not_found_are_told_first_and_nothing_is_measured_of_them(
    tmp_path: Path,
) -> None:
    """As a URDF that was copied out of its package."""
    box = re.compile(r"<geometry>\s*<box[^>]*/>\s*</geometry>")
    mesh = '<geometry><mesh filename="package://my_arm/meshes/part.stl"/></geometry>'
    text = box.sub(mesh, urdfs.robot(urdfs.arm(), urdfs.fingers()))
    made = draft(read_tree(urdfs.written(tmp_path, text)))
    assert made.said[0].startswith("MISSING meshes") and "my_arm" in made.said[0]
    assert "ROS_PACKAGE_PATH=" in made.said[0]
    (asked,) = [q for q in made.questions if q.field == "gripper"]
    assert "were not found" in asked.words and "gripper" not in made.values


def test_again_keeps_a_work_area_that_is_written_and_finds_home_over_it(tmp_path: Path) -> None:
    write_folder(draft(_tree(tmp_path, urdfs.arm(), urdfs.fingers())), tmp_path / "arm", "x.urdf")
    path = tmp_path / "arm" / "robot.yaml"
    text = path.read_text(encoding="utf-8")
    own = "work_area: {x_m: [0.4, 0.6], y_m: [-0.2, 0.2], table_z_m: 0.05}"
    text = re.sub(r"^work_area:.*$", own, text, flags=re.MULTILINE)
    path.write_text(re.sub(r"^home_rad:.*$", "home_rad:", text, flags=re.MULTILINE), "utf-8")
    made = look_again(tmp_path / "arm")
    written = path.read_text(encoding="utf-8")
    assert own in written and "# as written; reached hand down:" in written
    assert "home_rad: [" in written and written.count("# hand straight down") == 1
    assert "home_rad" in made.values
    with pytest.raises(RobotError, match="without a value"):
        look_again(tmp_path / "arm")


def test_an_arm_on_a_column_is_told_which_tables_it_works_on(tmp_path: Path) -> None:
    text = urdfs.robot(urdfs.arm(), urdfs.fingers())
    tree = read_tree(urdfs.written(tmp_path, text))
    made = draft(tree, Wishes(table_z_m=5.0))
    (asked,) = [q for q in made.questions if q.field == "work_area"]
    assert "a lower one" in asked.words and "5.00 m" in asked.words
