"""Scenes with another arm than theirs: positions that fit stay, others are brought to its area."""

from __future__ import annotations

import itertools
import logging
import math
import shutil
from pathlib import Path

import pytest
import yaml

from llmagentos import robots
from llmagentos.composition import list_scenes, load_scene
from llmagentos.errors import SceneError
from sim.room import Circle, apart
from sim.scene import SceneSpec

AREAS = {
    "shallow": {"x_m": [0.24, 0.54], "y_m": [-0.33, 0.33], "table_z_m": 0.0},
    "aside": {"x_m": [0.46, 0.80], "y_m": [-0.10, 0.50], "table_z_m": 0.0},
    "small": {"x_m": [0.20, 0.35], "y_m": [-0.15, 0.15], "table_z_m": 0.0, "scale": 0.5},
}


@pytest.fixture
def arm(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A folder of the ur5e's with the work area of that name."""
    folder = tmp_path / request.param
    shutil.copytree(Path(robots.__file__).parent / "ur5e", folder)
    file = folder / "robot.yaml"
    data = yaml.safe_load(file.read_text())
    data["work_area"] = AREAS[request.param]
    file.write_text(yaml.safe_dump(data))
    return folder


@pytest.mark.parametrize("arm", AREAS, indirect=True)
@pytest.mark.parametrize("name", [None, *(name for name, _, _ in list_scenes())])
def test_shipped_scenes_come_into_any_work_area(name: str | None, arm: Path) -> None:
    before, scene = load_scene(name), load_scene(name, robot=arm)
    assert [o.id for o in scene.objects] == [o.id for o in before.objects]
    assert all(scene.workspace.contains(*o.xyz[:2]) for o in scene.objects)
    SceneSpec.from_dict(scene.to_dict())


@pytest.mark.parametrize("arm", ["shallow"], indirect=True)
def test_things_that_are_moved_are_apart_and_in_their_order(arm: Path) -> None:
    before, scene = load_scene("demo").objects, load_scene("demo", robot=arm).objects
    for a, b in itertools.combinations(scene, 2):
        room = a.geometry.footprint_radius_m + b.geometry.footprint_radius_m
        assert math.dist(a.xyz[:2], b.xyz[:2]) > room + 0.01
    for axis in (0, 1):
        ends = [f(range(len(before)), key=lambda i: before[i].xyz[axis]) for f in (min, max)]
        assert scene[ends[0]].xyz[axis] < scene[ends[1]].xyz[axis]


@pytest.mark.parametrize("arm", ["shallow"], indirect=True)
def test_positions_of_a_file_that_fit_stay_and_moving_is_said(
    arm: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "mine.yaml"
    things = [{"kind": "block", "color": "red", "position": [0.25, 0.10]}]
    file.write_text(yaml.safe_dump({"objects": things}))
    assert load_scene(str(file), robot=arm).objects[0].position == (0.25, 0.10)
    assert not caplog.records
    things.append({"kind": "bowl", "color": "blue", "position": [0.60, -0.05]})
    file.write_text(yaml.safe_dump({"objects": things}))
    with caplog.at_level(logging.WARNING):
        moved = load_scene(str(file), robot=arm)
    assert moved.objects[1].position != (0.60, -0.05)
    assert len(caplog.records) == 1 and "mine.yaml: positions do not fit" in caplog.text


@pytest.mark.parametrize("arm", ["small"], indirect=True)
def test_positions_that_fit_a_small_table_stay_with_sizes_of_its_scale(arm: Path) -> None:
    spec = SceneSpec.from_dict(
        {"objects": [{"kind": "block", "color": "red", "position": [0.30, 0.10]}]}
    ).with_robot(str(arm))
    assert spec.objects[0].position == (0.30, 0.10) and spec.objects[0].size == 0.02


@pytest.mark.parametrize("arm", ["shallow"], indirect=True)
def test_off_the_table_names_the_work_area(arm: Path) -> None:
    far = {"kind": "bowl", "color": "blue", "position": [0.95, 0.0]}
    with pytest.raises(
        SceneError, match=r"blue_bowl .* off the table.*work area is x 0.24 to 0.54"
    ):
        SceneSpec.from_dict({"robot": str(arm), "objects": [far]})


def test_no_room_is_said() -> None:
    bounds = (0.0, 0.1, 0.0, 0.1)
    groups = [(Circle(0.0, 0.0, 0.05, bounds),)] * 9
    assert apart(groups, [(0.05, 0.05)] * 9, 0.01) is None
    two = apart(groups[:2], [(0.05, 0.05)] * 2, 0.0)
    assert two is not None and math.dist(*two) == pytest.approx(0.1, abs=1e-4)
