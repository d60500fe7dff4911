"""Things of no known kind: what is measured of them, and that everybody who asks for a form gets it."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

from llmagentos.errors import KindError
from llmagentos.local_robot import scene_rows
from llmagentos.memory.sights import _data_of, _scene_of
from llmagentos.messaging.codec import decode, encode
from llmagentos.motion.solids import Box, Disc, geometry_of, object_prisms
from llmagentos.objects.kinds import KINDS, Kind, register_kind
from llmagentos.objects.measured import half_turn, is_oblong, measured, outline_of, simplified
from llmagentos.objects.outlines import gap_m, geometry, width_m
from llmagentos.perception.relations import support_of
from llmagentos.recorder.messages import _entity
from llmagentos.safety.guard.stride import edge_m
from llmagentos.services.values import register_all
from llmagentos.types import Scene, SceneObject

L_SHAPE = ((0.0, 0.0), (0.12, 0.0), (0.12, 0.03), (0.03, 0.03), (0.03, 0.06), (0.0, 0.06))


def thing(yaw: float = 0.0, **more: object) -> SceneObject:
    given: dict[str, Any] = {
        "id": "blue_thing_1", "kind": "thing", "color": "blue", "size_m": 0.15, "height_m": 0.05,
        "position": (0.5, 0.1, 0.025), "yaw": yaw, "extents_m": (0.15, 0.03, 0.05), **more,
    }  # fmt: skip
    return SceneObject(**given)


@pytest.mark.parametrize("yaw", [-1.5, -0.7, 0.0, 0.3, 1.0, 1.57])
def test_sides_and_direction_of_an_outline(yaw: float) -> None:
    c, s = math.cos(yaw), math.sin(yaw)
    turned = np.array(L_SHAPE) @ np.array([[c, s], [-s, c]]) + (0.4, -0.2)
    middle, found, extents, outline = measured(turned.tolist(), 0.02)
    assert extents == pytest.approx((0.12, 0.06, 0.02))
    assert abs(math.remainder(found - yaw, math.pi)) < 1e-6
    assert -math.pi / 2 < found <= math.pi / 2
    o = thing(found, position=(*middle, 0.01), extents_m=extents, outline_m=outline)
    assert outline_of(o) == pytest.approx(turned, abs=2e-5)


def test_an_outline_of_two_corners_is_none() -> None:
    with pytest.raises(ValueError, match="at least 3 corners, got 2"):
        measured([(0, 0), (1, 1)], 0.1)


def test_many_corners_become_few_that_are_near() -> None:
    angles = np.linspace(0, 2 * math.pi, 400, endpoint=False)
    wavy = (0.05 + 0.004 * np.sin(40 * angles))[:, None] * np.c_[np.cos(angles), np.sin(angles)]
    few = simplified(wavy.tolist())
    assert 3 <= len(few) <= 32
    assert all(0.04 < math.hypot(x, y) < 0.06 for x, y in few)


def test_a_direction_is_told_within_half_a_turn() -> None:
    for yaw in np.linspace(-7, 7, 57).tolist():
        assert -math.pi / 2 < half_turn(yaw) <= math.pi / 2
        assert abs(math.remainder(half_turn(yaw) - yaw, math.pi)) < 1e-9


def test_it_is_as_long_and_as_wide_as_measured_for_hands_and_neighbours() -> None:
    o = thing(math.pi / 2)
    assert geometry_of(o).extents_m == geometry(o).extents_m == (0.15, 0.03, 0.05)
    assert geometry_of(o).top_width_m == width_m(o) == 0.03
    assert object_prisms(o) == [Box(0.5, 0.1, 0.075, 0.015, math.pi / 2, 0.0, 0.05)]
    along, aside = np.array([0.5, 0.6]), np.array([0.2, 0.1])
    assert gap_m(along, aside, None, o) == pytest.approx([0.025, 0.085])
    assert edge_m((0.6, 0.1, 0.0), o) == pytest.approx(0.085)
    assert is_oblong(o)
    assert not is_oblong(thing(extents_m=(0.05, 0.048, 0.05)))


def test_without_measures_it_is_an_upright_cylinder() -> None:
    o = thing(extents_m=None)
    assert object_prisms(o) == [Disc(0.5, 0.1, 0.075, 0.0, 0.05)]
    assert width_m(o) == 0.15


def test_what_stands_on_a_long_thing_is_above_it_not_beside_it() -> None:
    below = thing(math.pi / 2)
    ball = SceneObject("ball_1", "ball", "red", 0.04, 0.04, (0.5, 0.16, 0.07))
    assert support_of(ball, [below]) == (below.id, False)
    beside = SceneObject("ball_1", "ball", "red", 0.04, 0.04, (0.53, 0.1, 0.07))
    assert support_of(beside, [below]) == ("table", False)


def test_its_measures_follow_the_scale_of_the_table() -> None:
    half = thing(outline_m=L_SHAPE).times(0.5)
    assert half.extents_m == pytest.approx((0.075, 0.015, 0.025))
    assert half.outline_m[1] == pytest.approx((0.06, 0.0))


def test_measures_survive_disk_wire_and_result() -> None:
    scene = Scene((thing(0.4, outline_m=L_SHAPE), thing(id="x", extents_m=None)))
    assert _scene_of(_data_of(scene)).objects == scene.objects
    register_all()
    assert decode(encode(scene)) == scene
    rows = json.loads(json.dumps(scene_rows(scene)))
    assert rows[0]["extents"] == [0.15, 0.03, 0.05]
    assert "extents" not in rows[1]


def test_memory_reads_rows_of_before_things_were_measured() -> None:
    data = json.loads(_data_of(Scene((thing(extents_m=None),))))
    for row in data["objects"]:
        del row["extents_m"], row["outline_m"]
    assert _scene_of(json.dumps(data)).objects == (thing(extents_m=None),)


def test_a_recording_draws_it_as_long_and_as_wide_as_it_is() -> None:
    (cube,) = _entity(thing(), 0)["cubes"]
    assert cube["size"] == {"x": 0.15, "y": 0.03, "z": 0.05}


def test_thing_is_no_kind_and_cannot_become_one() -> None:
    assert "thing" not in KINDS
    with pytest.raises(KindError, match="a new name for a kind, got 'thing'"):
        register_kind(Kind("thing", "cuboid", 0.05, sizes_m=(0.04, 0.06)))
