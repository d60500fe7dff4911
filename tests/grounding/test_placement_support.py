"""Spots on and in objects: what carries what, and room side by side."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from lab.notation import ctx
from lab.scenes import scene, thing

from llmagentos.grounding.context import Placement
from llmagentos.grounding.placement import locate
from llmagentos.grounding.placement.support import cannot_carry
from llmagentos.lang import codec as compact
from llmagentos.types import Scene


def at(text: str, world: Scene, moving: str = "a", total: int = 1) -> Placement:
    item = world.get(moving)
    assert item is not None
    place = compact.parse(f"put [ the block ] {text}").steps[0].place  # type: ignore[union-attr]
    return locate(place, item, ctx(world), total=total)


BLOCK = thing("a", "block", "red", 0.35, -0.25)


@pytest.mark.parametrize("rel", ["on", "in"])
def test_a_bowl_takes_things_in(rel: str) -> None:
    bowl = thing("m", "bowl", "blue", 0.5, 0.1)
    found = at(f"{rel} [ the bowl ]", scene(BLOCK, bowl))
    assert found.spot is not None
    assert found.spot.inside
    assert found.spot.support == "m"
    assert found.spot.pose.position[:2] == pytest.approx((0.5, 0.1))
    assert 0.0 < found.spot.pose.position[2] < 0.02


def test_on_a_block_is_its_top() -> None:
    block = thing("m", "block", "blue", 0.5, 0.1, yaw=0.3)
    found = at("on [ the blue block ]", scene(BLOCK, block))
    assert found.spot is not None
    assert found.spot.pose.position == pytest.approx((0.5, 0.1, 0.04))
    assert found.spot.pose.yaw == 0.3
    assert not found.spot.inside


def test_a_zone_is_a_flat_piece_of_table() -> None:
    zone = thing("m", "zone", "blue", 0.5, 0.1)
    found = at("on [ the zone ]", scene(BLOCK, zone))
    assert found.spot is not None
    x, y, z = found.spot.pose.position
    assert (x, z) == pytest.approx((0.5, 0.002))
    assert 0.1 <= y <= 0.12  # a little aside, so that a second one fits
    assert not found.spot.inside


@pytest.mark.parametrize("kind", ["zone", "plate"])
def test_two_blocks_put_one_after_the_other_fit(kind: str) -> None:
    flat = thing("m", kind, "blue", 0.5, 0.1)
    first = at(f"on [ the {kind} ]", scene(BLOCK, flat))
    assert first.spot is not None
    x, y, z = first.spot.pose.position
    there = replace(thing("b", "block", "red", x, y, yaw=0.4), position=(x, y, z + 0.02))
    there = replace(there, support="m", inside=first.spot.inside)
    assert at(f"on [ the {kind} ]", scene(BLOCK, flat, there)).spot is not None


@pytest.mark.parametrize(
    ("lower", "upper", "rel", "word"),
    [
        ("ball", "block", "on", "fall"),
        ("block", "ball", "on", "roll"),
        ("block", "block", "in", "solid"),
        ("cup", "bowl", "in", "fit"),
        ("ball", "bowl", "on", "fall"),
    ],
)
def test_what_cannot_stand(lower: str, upper: str, rel: str, word: str) -> None:
    why = cannot_carry(thing("m", lower, "blue", 0.5, 0), thing("a", upper, "red", 0.4, 0.2), rel)
    assert word in why


@pytest.mark.parametrize(
    ("lower", "upper"),
    [("block", "block"), ("plate", "cup"), ("zone", "ball"), ("bowl", "ball"), ("bowl", "bowl"),
     ("block", "cup"), ("can", "block"), ("block", "bowl")],
)  # fmt: skip
def test_what_can_stand(lower: str, upper: str) -> None:
    mark, item = thing("m", lower, "blue", 0.5, 0), thing("a", upper, "red", 0.4, 0.2)
    assert cannot_carry(mark, item, "on") == ""


@pytest.mark.parametrize("kind", ["plate", "tray", "zone", "bowl"])
@pytest.mark.parametrize("total", [2, 3])
def test_several_lie_side_by_side(kind: str, total: int) -> None:
    mark = thing("m", kind, "gray", 0.5, 0.0, 0.18)
    placed = [mark]
    for k in range(total):
        item = thing(f"a{k}", "block", "red", 0.34, -0.3 + 0.1 * k)
        found = at(f"on [ the {kind} ]", scene(*placed, item), f"a{k}", total)
        assert found.spot is not None
        x, y, z = found.spot.pose.position
        more = {"support": "m", "inside": found.spot.inside}
        placed.append(thing(f"a{k}", "block", "red", x, y, **more))  # type: ignore[arg-type]
        assert z < 0.02
    spots = [o.position[:2] for o in placed[1:]]
    assert all(math.dist(a, b) > 0.04 for i, a in enumerate(spots) for b in spots[:i])
    assert all(math.dist(s, (0.5, 0.0)) < 0.09 for s in spots)


def test_a_full_plate_is_said() -> None:
    plate = thing("m", "plate", "gray", 0.5, 0.0, 0.09)
    on = thing("k", "block", "blue", 0.5, 0.0, support="m")
    found = at("on [ the plate ]", scene(BLOCK, plate, on))
    assert found.problem == "no_room"


def test_part_of_a_tray() -> None:
    tray = thing("m", "tray", "gray", 0.5, 0.0)
    found = at("on [ the tray ] part left", scene(BLOCK, tray))
    assert found.spot is not None
    assert found.spot.pose.position[1] > 0.03


def test_a_container_that_can_hold_it_is_chosen_where_any_will_do() -> None:
    cup = thing("c", "cup", "white", 0.40, 0.0)
    bowl = thing("m", "bowl", "blue", 0.60, 0.2, 0.16)
    big = thing("a", "block", "red", 0.35, -0.25, 0.06)
    found = at("in [ a container ]", scene(cup, bowl, big))
    assert found.spot is not None
    assert found.spot.support == "m"


def test_across_two_blocks() -> None:
    left = thing("l", "block", "blue", 0.5, 0.025)
    right = thing("r", "block", "gray", 0.5, -0.025)
    item = thing("a", "block", "red", 0.35, -0.25)
    place = compact.parse("put [ the red block ] on [ both block ]").steps[0].place  # type: ignore[union-attr]
    found = locate(place, item, ctx(scene(left, right, item), moving="a"))
    assert found.spot is not None
    assert found.spot.pose.position == pytest.approx((0.5, 0.0, 0.04))


def test_next_to_what_is_on_a_tray_is_on_the_tray_where_the_table_has_no_room() -> None:
    tray = thing("m", "tray", "gray", 0.5, 0.0, 0.24)
    on = thing("k", "block", "blue", 0.5, -0.03, support="m")
    spot = at("next_to [ the blue block ]", scene(BLOCK, tray, on)).spot
    assert spot is not None and spot.support == "m"
    assert 0.04 < math.dist(spot.pose.position[:2], on.position[:2]) < 0.12


def test_beside_what_fills_a_box_is_not_in_it() -> None:
    box = thing("m", "box", "gray", 0.5, 0.0, 0.10)
    on = thing("k", "block", "blue", 0.5, 0.0, 0.06, support="m")
    found = at("next_to [ the blue block ]", scene(BLOCK, box, on))
    assert found.spot is None or found.spot.support == "table"
