"""Single commands: drawn for the arm that is to carry them out, shown arm beside arm."""

from __future__ import annotations

import io

import numpy as np
import pytest
from rich.console import Console

from benchmarks.commands import Episode, beside, main
from benchmarks.predicates import at_region
from benchmarks.tasks import SKILLS, random_task
from llmagentos.robots import load


@pytest.mark.parametrize("skill", SKILLS)
def test_tasks_are_where_the_arm_works(skill: str) -> None:
    area = load("xarm7").workspace
    task = random_task(skill, np.random.default_rng(3), "xarm7")
    assert task.scene.robot == "xarm7"
    assert all(area.contains(*item.position[:2]) for item in task.scene.objects)


def test_regions_are_those_of_the_arms_table() -> None:
    area, thing = load("xarm7").workspace, {"position": [0.52, 0.0, 0.02]}
    assert at_region(thing, "back", area) and not at_region(thing, "middle", area)
    assert at_region(thing, "middle") and not at_region(thing, "back")


def _episode(skill: str, success: bool) -> Episode:
    cause = "" if success else "executed wrongly"
    return Episode(skill, "", 0, success, cause, "", "", 1, 0.1, 0.2, 7.0, 1.0, "")


def test_arms_beside_each_other() -> None:
    arms = {
        "panda": [_episode("pick", True), _episode("stack", True)],
        "ur5e": [_episode("pick", True), _episode("stack", False)],
    }
    out = io.StringIO()
    Console(file=out, width=120).print(beside(arms))
    rows = {line.split("│")[1].strip(): line for line in out.getvalue().splitlines() if "│" in line}
    assert "100.0%" in rows["panda"] and "50.0%" in rows["ur5e"] and "0%" in rows["ur5e"]


def test_an_arm_that_is_none_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--robot", "nosuch"])
    assert ended.value.code == 2
    assert "expected an arm" in (said := capsys.readouterr().err) and "'nosuch'" in said
