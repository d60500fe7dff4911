"""What an arm at rest hides is judged as perception sees it, and the advice can be followed."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import yaml
from lab.arms import ARMS, PANDA, XARM7

from llmagentos.motion.kinematics import Kinematics
from llmagentos.perception import TabletopPerception
from llmagentos.robot_setup.check import area_map, check, home_finding
from llmagentos.robot_setup.reach import Silhouette
from llmagentos.robots import ArmSpec, load
from llmagentos.types import Observation, Pose, Workspace
from sim.scene import SceneSpec
from sim.world import SimWorld

#: Begins where the base of the arm ends.
NEAR = replace(PANDA, workspace=Workspace(0.10, 0.40, -0.30, 0.30))


@pytest.mark.parametrize("spec", [*ARMS, XARM7, load("so101")], ids=lambda s: str(s.name))
def test_shipped_arms_hide_nothing(spec: ArmSpec) -> None:
    assert home_finding(spec).well


def test_a_work_area_close_to_the_base_is_not_well_and_the_advice_mends_it() -> None:
    (found,) = (f for f in check(NEAR, area_map(PANDA)) if f.about == "home")
    assert found.well is False
    home = re.search(r"write (home_rad: \[[^]]*\])", found.words)
    area = re.search(r"and work_area (x_m: \[[^]]*\])", found.words)
    assert home and area, found.words
    joints = tuple(yaml.safe_load(home[1])["home_rad"])
    x_min, x_max = yaml.safe_load(area[1])["x_m"]
    mended = replace(NEAR.workspace, x_min=x_min, x_max=x_max)
    assert home_finding(replace(NEAR, home_rad=joints, workspace=mended)).well


def test_what_is_judged_hidden_is_what_perception_does_not_see() -> None:
    """One block under the hand, one in the open."""
    joints = tuple(map(float, Kinematics(PANDA).solve(Pose((0.42, 0.0, 0.25), 0.0))))
    spots = ((0.42, 0.0), (0.62, 0.2))
    blocks = [
        {"kind": "block", "color": color, "size": 0.04, "position": spot}
        for color, spot in zip(("red", "green"), spots, strict=True)
    ]
    world = SimWorld(SceneSpec.from_dict({"objects": blocks}), renderer="tiny")
    try:
        world.reset(joints=joints)
        looked = Observation((world.overhead.capture(),), world.state())
        seen = {o.color for o in TabletopPerception(arm=PANDA).perceive(looked).objects}
    finally:
        world.disconnect()

    def hidden(x: float, y: float) -> bool:
        around = Workspace(x - 0.005, x + 0.005, y - 0.005, y + 0.005)
        return Silhouette(replace(PANDA, workspace=around)).hidden_share(joints) > 0.5

    assert seen == {"green"} and [hidden(*spot) for spot in spots] == [True, False]
