"""A base's camera over real furniture: which surface is before it, and what is left of a picture."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from llmagentos.errors import PerceptionError
from llmagentos.perception.ahead import find_surface, only_surface
from llmagentos.perception.from_base import BasePerception
from llmagentos.types import MapPose, Observation
from sim.flats.spec import FlatSpec
from sim.flats.world import FlatWorld

#: A table with a sofa behind it, and a counter at a wall.
ROOM = {
    "start": [1.0, 2.0, 0.0],
    "rooms": [{"name": "den", "x": [0, 5], "y": [0, 4]}],
    "furniture": [
        {"kind": "coffee table", "at": [2.0, 2.0], "yaw": 1.5708},
        {"kind": "sofa", "at": [3.2, 2.0], "yaw": 1.5708},
        {"kind": "counter", "at": [2.0, 0.4]},
    ],
    "objects": [
        {"kind": "cup", "color": "red", "stands_on": "coffee table", "position": [0.2, 0.0]},
        {"kind": "block", "color": "blue", "stands_on": "counter", "position": [0.3, -0.1]},
        {"kind": "block", "color": "green", "position": [1.5, 3.0]},
    ],
}
BEFORE_TABLE, BEFORE_COUNTER = MapPose(1.4, 2.0, 0.0), MapPose(2.0, 1.05, -1.5708)


@pytest.fixture(scope="module")
def world() -> Iterator[FlatWorld]:
    made = FlatWorld(FlatSpec.from_dict(ROOM), renderer="tiny", exact=True)
    yield made
    made.close()


def put(world: FlatWorld, pose: MapPose) -> Observation:
    world.body.put(pose)
    world.advance()
    return Observation((world.capture(),), base=world.truth)


def test_the_nearer_of_two_surfaces_is_found_at_its_height(world: FlatWorld) -> None:
    frame = put(world, BEFORE_TABLE).frames[0]
    table = find_surface(frame)
    assert table is not None
    assert table.height_m == pytest.approx(0.42, abs=0.005), "not the sofa behind it"
    assert table.near_m == pytest.approx(2.0 - 0.25 - 1.4, abs=0.03)
    assert table.depth_m == pytest.approx(0.5, abs=0.05)
    counter = find_surface(put(world, BEFORE_COUNTER).frames[0])
    assert counter is not None and counter.height_m == pytest.approx(0.9, abs=0.005)


def test_before_a_bare_wall_there_is_no_surface(world: FlatWorld) -> None:
    assert find_surface(put(world, MapPose(0.6, 3.3, 1.5708)).frames[0]) is None


def test_of_a_frame_only_the_surface_and_what_is_on_it_is_left(world: FlatWorld) -> None:
    frame = put(world, BEFORE_COUNTER).frames[0]
    surface = find_surface(frame)
    assert surface is not None
    cut = only_surface(frame, surface, (0.05, 0.0))
    assert cut.base_from_camera[2, 3] == pytest.approx(frame.base_from_camera[2, 3] - 0.9, abs=0.01)
    assert cut.base_from_camera[0, 3] == pytest.approx(frame.base_from_camera[0, 3] - 0.05)
    changed = np.any(cut.rgb != frame.rgb, axis=-1)
    assert 0.1 < changed.mean() < 0.9
    blue = (frame.rgb[..., 2] > 90) & (frame.rgb[..., 0] < 60)
    assert blue.sum() > 50 and not changed[blue].mean() > 0.1, "the block stays as it was"


def test_things_are_seen_where_they_are_and_told_anew_elsewhere(world: FlatWorld) -> None:
    eyes = BasePerception()
    seen = eyes.perceive(put(world, BEFORE_TABLE))
    (cup,) = seen.objects
    assert (cup.kind, cup.color) == ("cup", "red")
    true = world.object_pose("red_cup")[0]
    at = world.truth.after(MapPose(*cup.position[:2]))
    assert (at.x_m, at.y_m) == pytest.approx(true[:2], abs=0.02)
    assert eyes.surface is not None and cup.bottom_z == pytest.approx(0.0, abs=0.01)
    again = eyes.perceive(put(world, BEFORE_TABLE))
    assert [o.id for o in again.objects] == [cup.id]
    (block,) = eyes.perceive(put(world, BEFORE_COUNTER)).objects
    assert (block.kind, block.color) == ("block", "blue")
    assert eyes.perceive(put(world, MapPose(0.6, 3.3, 1.5708))).objects == ()


def test_what_is_no_picture_of_it_says_so(world: FlatWorld) -> None:
    with pytest.raises(PerceptionError, match="expected a frame of camera 'eye'"):
        BasePerception().perceive(Observation())
