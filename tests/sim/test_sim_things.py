"""Things that are none of our kinds: scene files, models, bodies, truth."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from llmagentos.errors import SceneError
from llmagentos.objects.measured import outline_of
from sim.models import MODELS, model_geometry, model_outline, model_solid
from sim.random_scenes import random_scene
from sim.scene import SceneSpec
from sim.solids import box, corners_of, extruded, outline_from_above, read_obj, settled, to_obj
from sim.truth_look import oracle_scene
from sim.world import SimWorld


def scene(*objects: dict[str, object], robot: str = "panda") -> SceneSpec:
    return SceneSpec.from_dict({"robot": robot, "objects": list(objects)})


def area(corners: np.ndarray) -> float:
    x, y = corners.T
    return abs(float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum())) / 2


def test_there_are_many_and_a_hand_fits_around_each() -> None:
    assert len(MODELS) >= 20
    for name, row in MODELS.items():
        g = model_geometry(name, row.size_m)
        assert g.size_m == pytest.approx(row.size_m, abs=1e-6)
        assert g.extents_m[0] >= g.extents_m[1] - 1e-6
        assert 0.015 < g.height_m < 0.18
        assert 0.02 < g.mass_kg < 0.4


def test_a_notched_outline_keeps_its_notch() -> None:
    outline = np.array(model_outline("l_shape", 0.11))
    length, width, _ = model_geometry("l_shape", 0.11).extents_m
    assert area(outline) == pytest.approx(0.11 * 0.03 + 0.03 * 0.05, rel=0.03)
    assert area(outline) < 0.7 * length * width


def test_an_outline_becomes_a_body_with_that_outline() -> None:
    outline = model_outline("t_shape", 0.10)
    again = np.array(outline_from_above(extruded(outline, 0.03)))
    assert area(again) == pytest.approx(area(np.array(outline)), rel=0.03)
    height = np.ptp(corners_of(extruded(outline, 0.03))[:, 2])
    assert height == pytest.approx(0.03)


def test_what_is_written_as_obj_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "drill.obj"
    path.write_text(to_obj(model_solid("drill", 0.135)))
    again = read_obj(path)
    assert len(again) == len(model_solid("drill", 0.135))
    assert np.ptp(corners_of(again), axis=0) == pytest.approx(
        model_geometry("drill", 0.135).extents_m, abs=1e-6
    )


def test_settled_means_long_side_along_x_and_the_middle_at_the_origin() -> None:
    corners = corners_of(settled((box((0.02, 0.10, 0.03), (1, 2, 3), (0, 0, 0.4)),)))
    assert np.ptp(corners, axis=0) == pytest.approx([0.10, 0.02, 0.03], abs=2e-3)
    assert corners.min(axis=0) + corners.max(axis=0) == pytest.approx([0, 0, 0], abs=2e-3)


def test_a_scene_file_holds_models_files_boxes_and_outlines(tmp_path: Path) -> None:
    (tmp_path / "mine.obj").write_text(to_obj((box((0.08, 0.04, 0.02)),)))
    (tmp_path / "scene.yaml").write_text(
        "objects:\n"
        "  - {kind: thing, model: hammer, position: [0.4, 0.2]}\n"
        "  - {kind: thing, model: mine.obj, color: blue, position: [0.5, -0.2]}\n"
        "  - {kind: thing, extents: [0.1, 0.04, 0.03], color: red, position: [0.6, 0.1], yaw: 1.2}\n"
        "  - {kind: thing, extents: [0.1, 0.1, 0.03], outline: [[-0.05, -0.05], [0.05, -0.05],"
        " [0.05, -0.01], [0, -0.01], [0, 0.05], [-0.05, 0.05]], position: [0.6, -0.1]}\n"
    )
    spec = SceneSpec.from_yaml(tmp_path / "scene.yaml")
    assert [o.id for o in spec.objects] == ["brown_thing", "blue_thing", "red_thing", "gray_thing"]
    assert SceneSpec.from_dict(spec.to_dict()) == spec
    world = SimWorld(spec, renderer="tiny")
    rows = {row["id"]: row for row in world.objects()}
    assert rows["brown_thing"]["model"] == "hammer"
    assert rows["red_thing"]["model"] is None
    assert rows["blue_thing"]["extents"] == pytest.approx([0.08, 0.04, 0.02], abs=1e-3)
    assert rows["red_thing"]["yaw"] == pytest.approx(1.2, abs=0.02)
    for o, item in zip(oracle_scene(world).objects, spec.objects, strict=True):
        assert o.position == pytest.approx(item.xyz, abs=0.004)  # they stand as they were put
        assert o.extents_m == pytest.approx(item.geometry.extents_m, abs=0.002)
    world.close()


@pytest.mark.parametrize(
    ("entries", "problem"),
    [
        ({}, "expected a model or extents of a thing, got neither"),
        ({"model": "nut", "extents": [0.1, 0.1, 0.1]}, "a thing, got both"),
        ({"model": "nutt"}, "expected a known model .* got 'nutt'"),
        ({"model": "nowhere.obj"}, "expected an OBJ file of a thing, got .*nowhere.obj"),
        ({"model": "nut", "size": 3.0}, "expected the sides of a thing between"),
        ({"extents": [0.1, 0.0, 0.1]}, "expected extents above 0 m"),
        ({"extents": [0.1, 0.1, 0.1], "outline": [[0, 0], [1, 0], [0, 1]]}, "corners within"),
        ({"extents": [0.1, 0.1, 0.1], "outline": [[0, 0], [0.01, 0]]}, "at least 3 corners, got 2"),
        (
            {"extents": [0.1, 0.1, 0.1], "outline": [[-0.05, -0.05], [0, -0.05], [0, 0.05]]},
            "stands",
        ),
        ({"model": "nut", "color": "redd"}, "did you mean 'red'"),
    ],
)
def test_what_no_thing_can_be(entries: dict[str, object], problem: str) -> None:
    with pytest.raises(SceneError, match=problem):
        scene({"kind": "thing", "position": [0.5, 0.0], **entries})


def test_a_known_kind_has_no_model() -> None:
    with pytest.raises(SceneError, match="expected no model of a block, only of a thing"):
        scene({"kind": "block", "color": "red", "model": "nut", "position": [0.5, 0.0]})


def test_the_truth_of_what_fell_over_is_as_it_lies() -> None:
    world = SimWorld(
        scene({"kind": "thing", "model": "candle", "position": [0.5, 0.0]}), renderer="tiny"
    )
    standing = oracle_scene(world).objects[0]
    body = world.body_of(standing.id)
    turn = world.client.getQuaternionFromEuler((0.0, math.pi / 2, 0.7))
    world.client.resetBasePositionAndOrientation(body, (0.5, 0.0, 0.025), turn)
    world.settle(1.0)
    lying = oracle_scene(world).objects[0]
    assert standing.height_m == pytest.approx(0.132, abs=0.003)
    assert lying.height_m == pytest.approx(0.04, abs=0.006)
    assert lying.extents_m == pytest.approx((0.132, 0.042, lying.height_m), abs=0.006)
    assert abs(math.remainder(lying.yaw - 0.7, math.pi)) < 0.25
    corners = outline_of(replace(lying, yaw=0.0))
    assert (corners.min(axis=0) + corners.max(axis=0)) / 2 == pytest.approx(
        lying.position[:2], abs=1e-3
    )
    world.close()


def test_random_scenes_draw_things_and_stay_as_they_were_without() -> None:
    assert random_scene(3, 5) == random_scene(3, 5, things=0)
    drawn = random_scene(3, 3, things=4)
    things = [o for o in drawn.objects if o.kind == "thing"]
    assert len(drawn.objects) == 7
    assert len({o.model for o in things}) == 4
    assert {o.model for o in random_scene(1, 0, things=2, models=("nut", "ring")).objects} == {
        "nut",
        "ring",
    }
    with pytest.raises(SceneError, match="at most 2 things of different models, got 3"):
        random_scene(1, 0, things=3, models=("nut", "ring"))


def test_a_thing_comes_along_to_a_table_of_another_scale() -> None:
    spec = scene(
        {"kind": "thing", "model": "hammer", "position": [0.5, 0.1]},
        {"kind": "thing", "extents": [0.1, 0.04, 0.03], "position": [0.5, -0.2]},
    ).with_robot("so101")
    assert spec.objects[0].geometry.size_m == pytest.approx(0.07)
    assert spec.objects[1].geometry.extents_m == pytest.approx((0.05, 0.02, 0.015))
