"""A foreign arm that the repository does not ship, from its URDF to a block in a bowl.

The xArm 6 of pybullet_data: meshes by package://, a world link, a gripper that is a linkage of six
joints, five of which mimic one. What a person would answer is answered here.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from llmagentos.agent import Agent
from llmagentos.cli.main import main
from llmagentos.robots import load

pybullet_data = pytest.importorskip("pybullet_data")
URDF = Path(pybullet_data.getDataPath()) / "xarm" / "xarm6_with_gripper.urdf"


def _robot(capfd: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict]:  # type: ignore[type-arg]
    with pytest.raises(SystemExit) as ended:
        main(["robot", *words, "--json"])
    out, _ = capfd.readouterr()
    return int(str(ended.value.code or 0)), json.loads(out.strip().splitlines()[-1])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("arms") / "xarm6"


def test_it_asks_one_thing_and_works_once_that_is_answered(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    code, made = _robot(capfd, "new", "--urdf", str(URDF), "--out", str(folder))
    assert code == 0 and [q["field"] for q in made["questions"]] == ["gripper.max_force_n"]
    code, told = _robot(capfd, "check", str(folder))
    assert code == 1 and told["questions"] == made["questions"] and not told["findings"]
    file = folder / "robot.yaml"
    text = file.read_text().replace("max_force_n:\n", "max_force_n: 40\n")
    assert text != file.read_text()
    file.write_text(text)
    code, told = _robot(capfd, "check", str(folder), "--figure", str(folder / "reach.png"))
    assert [(f["about"], f["well"]) for f in told["findings"]] == [
        ("folder", True), ("reach", True), ("inverse kinematics", True), ("home", True),
        ("simulated pick", True),
    ], told  # fmt: skip
    assert code == 0 and (folder / "reach.png").stat().st_size > 1000
    assert load(folder).finger_joint_names == ("drive_joint",)


def test_the_shipped_planner_puts_a_block_into_a_bowl_with_it(folder: Path) -> None:
    scene = {
        "robot": str(folder),
        "objects": [
            {"kind": "block", "color": "red", "position": [0.40, 0.15]},
            {"kind": "block", "color": "green", "position": [0.48, 0.02]},
            {"kind": "bowl", "color": "blue", "position": [0.38, -0.15]},
        ],
    }
    agent = Agent.in_simulation(scene)
    try:
        result = agent.command("put the red block in the blue bowl")
        truth = {(o["kind"], o["color"]): o["position"] for o in agent.robot.objects()}
    finally:
        agent.destroy()
    assert result.status == "succeeded", result
    block, bowl = truth["block", "red"], truth["bowl", "blue"]
    assert np.hypot(*np.subtract(block, bowl)[:2]) < 0.04
    assert np.allclose(truth["block", "green"][:2], (0.48, 0.02), atol=0.01)
