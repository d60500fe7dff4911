"""Scene files: defaults, ids, and everything that cannot exist."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import sim
from llmagentos.errors import RobotError, SceneError
from llmagentos.robots import load
from llmagentos.types import Workspace
from sim.random_scenes import random_scene
from sim.scene import SceneSpec, interpenetrate

SCENES = sorted((Path(sim.__file__).parent / "scenes").glob("*.yaml"))


def scene(*objects: dict[str, Any]) -> SceneSpec:
    return SceneSpec.from_dict({"objects": list(objects)})


def block(**more: Any) -> dict[str, Any]:
    return {"kind": "block", "color": "red", "position": [0.5, 0.0], **more}


def test_ids_count_up() -> None:
    made = scene(block(), block(position=[0.5, 0.1]), block(position=[0.5, 0.2], id="home"))
    assert [item.id for item in made.objects] == ["red_block", "red_block_2", "home"]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (block(kind="blok"), "did you mean 'block'"),
        (block(color="rad"), "did you mean 'red'"),
        (block(color="mauve"), "known colour .*gold"),
        (block(position=[1.5, 0.0]), "off the table"),
        (block(position=[0.5]), "position"),
        (block(position=[0.5, float("nan")]), "finite"),
        (block(size=0.3), "size of a block"),
        (block(position=[0.5, 0.0, -0.1]), "base between"),
        (block(weight=3), "known entry"),
        ({"kind": "block", "position": [0.5, 0.0]}, "colour"),
    ],
)
def test_impossible_objects_are_refused(bad: dict[str, Any], reason: str) -> None:
    with pytest.raises(SceneError, match=reason):
        scene(bad)


def test_what_comes_in_one_colour_takes_no_other() -> None:
    at = {"position": [0.5, 0.0]}
    own = SceneSpec.from_dict({"objects": [{"kind": "duck", "color": "yellow", **at}]})
    assert own.objects[0].id == "yellow_duck"
    for kind in ("duck", "jenga", "soccerball"):
        with pytest.raises(SceneError, match=f"no colour for a {kind}"):
            SceneSpec.from_dict({"objects": [{"kind": kind, "color": "green", **at}]})
    for kind in ("mug", "lego"):
        painted = SceneSpec.from_dict({"objects": [{"kind": kind, "color": "green", **at}]})
        assert painted.objects[0].color == "green"


def test_interpenetration_is_refused_but_contact_and_containment_are_not() -> None:
    with pytest.raises(SceneError, match="overlap"):
        scene(block(), block(position=[0.52, 0.0]))
    with pytest.raises(SceneError, match="overlap"):
        scene(block(), {"kind": "bowl", "color": "blue", "position": [0.5, 0.0]})
    scene(block(), block(position=[0.54, 0.0]), block(position=[0.5, 0.0, 0.06]))
    bowl = {"kind": "bowl", "color": "blue", "position": [0.5, 0.0]}
    scene(bowl, block(size=0.03, position=[0.5, 0.0, 0.03]))
    scene({"kind": "zone", "color": "blue", "position": [0.5, 0.0]}, block())


def test_same_id_twice_is_refused() -> None:
    with pytest.raises(SceneError, match="every id once"):
        scene(block(id="a"), block(id="a", position=[0.4, 0.0]))


def test_a_wrong_entry_is_named_with_the_right_one() -> None:
    with pytest.raises(SceneError, match=r"object 1.*got 'colour'; did you mean 'color'"):
        SceneSpec.from_dict({"objects": [{"kind": "block", "colour": "red", "position": [0.5, 0]}]})
    with pytest.raises(SceneError, match=r"expected \[x, y\] or \[x, y, z\] in metres"):
        SceneSpec.from_dict({"objects": [{"kind": "block", "color": "red", "position": [0.5]}]})


def test_unreadable_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SceneError, match=r"expected a scene file at .*, got no such file"):
        SceneSpec.from_yaml(tmp_path / "none.yaml")
    (tmp_path / "bad.yaml").write_text("objects: [", encoding="utf-8")
    with pytest.raises(SceneError, match=r"expected a scene file in YAML at"):
        SceneSpec.from_yaml(tmp_path / "bad.yaml")
    (tmp_path / "list.yaml").write_text("- 1", encoding="utf-8")
    with pytest.raises(SceneError, match="expected a mapping"):
        SceneSpec.from_yaml(tmp_path / "list.yaml")


@pytest.mark.parametrize("path", SCENES, ids=lambda path: path.stem)
def test_shipped_scenes_survive_a_round_trip(path: Path, tmp_path: Path) -> None:
    made = SceneSpec.from_yaml(path)
    (tmp_path / "again.yaml").write_text(made.to_yaml(), encoding="utf-8")
    assert SceneSpec.from_yaml(tmp_path / "again.yaml") == made


@pytest.mark.parametrize("seed", range(15))
def test_random_scenes_exist_and_repeat(seed: int) -> None:
    made = random_scene(seed)
    assert made == random_scene(seed)
    assert 4 <= len(made.objects) <= 10
    for index, item in enumerate(made.objects):
        assert Workspace().contains(item.position[0], item.position[1])
        assert not any(interpenetrate(item, other) for other in made.objects[:index])


def test_random_scenes_of_one_kind_and_of_too_many() -> None:
    only = random_scene(1, 5, kinds=["block"])
    assert {item.kind for item in only.objects} == {"block"}
    with pytest.raises(SceneError, match="no room"):
        random_scene(1, 60, kinds=["tray"])
    with pytest.raises(SceneError, match="got 'dragon'"):
        random_scene(1, 2, kinds=["dragon"])


def test_a_random_scene_is_where_its_arm_works() -> None:
    area = load("xarm7").workspace
    assert area.x_max < 0.7
    for seed in range(20):
        scene = random_scene(seed, robot="xarm7")
        assert scene.robot == "xarm7"
        assert all(area.contains(*item.position[:2]) for item in scene.objects)
    with pytest.raises(RobotError, match="expected an arm"):
        random_scene(1, robot="hal")
