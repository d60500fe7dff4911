"""Spots on the table: in the right place, free, inside the workspace."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from lab.notation import ctx
from lab.scenes import scene, thing

from llmagentos.grounding.context import Placement
from llmagentos.grounding.placement import FreeSpace, locate, satisfied
from llmagentos.lang import codec as compact
from llmagentos.lang import plan as p
from llmagentos.types import Scene, Workspace
from llmagentos.world.relations import DIRECTIONS

WS = Workspace()


def place(text: str) -> p.Place:
    return compact.parse(f"put [ the block ] {text}").steps[0].place  # type: ignore[union-attr]


def at(text: str, world: Scene, moving: str = "a") -> Placement:
    item = world.get(moving)
    assert item is not None
    return locate(place(text), item, ctx(world))


def spot(text: str, world: Scene, moving: str = "a") -> tuple[float, float]:
    found = at(text, world, moving)
    assert found.spot is not None, found.words
    x, y, z = found.spot.pose.position
    assert z == 0.0
    item = world.get(moving)
    assert FreeSpace(world, item).is_free(x, y)
    return x, y


def base_scene(*more: object) -> Scene:
    return scene(
        thing("a", "block", "red", 0.35, -0.25),
        thing("m", "bowl", "blue", 0.50, 0.0),
        *more,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize("rel", list(DIRECTIONS))
def test_beside_is_on_the_axis_and_near(rel: str) -> None:
    x, y = spot(f"{rel} [ the bowl ]", base_scene())
    ux, uy = DIRECTIONS[rel]
    along = (x - 0.5) * ux + y * uy
    across = abs((x - 0.5) * uy - y * ux)
    assert 0.08 < along < 0.20
    assert across < 0.01


def test_a_stated_distance_is_between_centres() -> None:
    x, y = spot("left_of [ the bowl ] dist 15 cm", base_scene())
    assert math.hypot(x - 0.5, y) == pytest.approx(0.15, abs=0.002)


@pytest.mark.parametrize(
    ("region", "sides"),
    [("left", "l"), ("right", "r"), ("front", "f"), ("back", "b"), ("front_right", "fr")],
)
def test_a_distance_at_a_region_is_from_the_edge_to_the_outline(region: str, sides: str) -> None:
    world = base_scene()
    x, y = spot(f"at {region} dist 6 cm", world)
    gaps = {"l": WS.y_max - y, "r": y - WS.y_min, "b": WS.x_max - x, "f": x - WS.x_min}
    assert [gaps[s] for s in sides] == pytest.approx([0.08] * len(sides), abs=1e-6)
    item = replace(world.objects[0], position=(x, y, 0.02))
    assert satisfied(place(f"at {region} dist 6 cm"), item, ctx(world), [])
    assert not satisfied(place(f"at {region} dist 10 cm"), item, ctx(world), [])


def test_where_the_edge_is_taken_it_goes_along_it() -> None:
    world = base_scene(thing("b", "block", "green", 0.35, WS.y_min + 0.07))
    x, y = spot("at right dist 5 cm", world)
    assert y == pytest.approx(WS.y_min + 0.07, abs=0.005) and abs(x - 0.35) > 0.04


def test_no_room_so_far_from_a_corner_is_told() -> None:
    world = base_scene(thing("b", "bowl", "green", WS.x_max - 0.08, WS.y_max - 0.08))
    found = at("at back_left dist 5 cm", world)
    assert found.problem == "no_room" and "from the back and the left edge" in found.words


def test_half_way_is_the_middle_between_both() -> None:
    x, y = spot("toward [ the bowl ] dist half", base_scene())
    assert (x, y) == pytest.approx((0.425, -0.125), abs=1e-6)


def test_a_distance_inside_the_landmark_is_the_gap() -> None:
    _, y = spot("left_of [ the bowl ] dist 3 cm", base_scene())
    assert y == pytest.approx(0.06 + 0.02 + 0.03, abs=0.005)


def test_an_occupied_spot_is_replaced_by_one_that_still_fits() -> None:
    world = base_scene(thing("k", "block", "green", 0.50, 0.13))
    x, y = spot("left_of [ the bowl ]", world)
    assert y > 0.06
    assert abs(x - 0.5) < 0.75 * y


def test_no_room_is_said() -> None:
    world = scene(thing("a", "block", "red", 0.35, -0.25), thing("m", "bowl", "blue", 0.50, 0.33))
    found = at("left_of [ the bowl ]", world)
    assert found.problem == "no_room"
    assert found.words == "There is no free room left of the blue bowl."


@pytest.mark.parametrize(
    ("region", "xy"),
    [("front_left", (0.35, 0.30)), ("back_right", (0.65, -0.30)), ("middle", (0.5, 0.0)),
     ("left", (0.5, 0.30)), ("back", (0.65, 0.0))],
)  # fmt: skip
def test_regions(region: str, xy: tuple[float, float]) -> None:
    world = scene(thing("a", "block", "red", 0.40, -0.10))
    assert spot(f"at {region}", world) == pytest.approx(xy, abs=1e-6)


def test_a_taken_corner_gives_a_spot_beside() -> None:
    world = scene(thing("a", "block", "red", 0.4, 0.0), thing("k", "block", "blue", 0.35, 0.30))
    x, y = spot("at front_left", world)
    assert math.dist((x, y), (0.35, 0.30)) < 0.10


def test_chosen_corners() -> None:
    world = base_scene(thing("k", "block", "green", 0.62, 0.25))
    assert spot("corner_near [ the green block ]", world) == pytest.approx((0.65, 0.30), abs=0.06)
    assert spot("corner_far [ the green block ]", world) == pytest.approx((0.35, -0.30), abs=1e-6)


def test_next_to_takes_the_near_side() -> None:
    x, y = spot("next_to [ the bowl ]", base_scene())
    assert math.dist((x, y), (0.5, 0.0)) <= 0.12
    assert x < 0.5
    assert y < 0.0


def test_between_is_the_middle() -> None:
    world = base_scene(thing("n", "bowl", "green", 0.50, 0.24))
    assert spot("between [ the blue bowl ] [ the green bowl ]", world) == pytest.approx(
        (0.5, 0.12), abs=0.012
    )


def test_far_and_away_and_toward() -> None:
    world = base_scene()
    assert math.dist(spot("far_from [ the bowl ]", world), (0.5, 0.0)) > 0.25
    near = math.dist((0.35, -0.25), (0.5, 0.0))
    toward = math.dist(spot("toward [ the bowl ]", world), (0.5, 0.0))
    assert toward <= 0.13 < near
    moved = scene(thing("a", "block", "red", 0.45, -0.12), thing("m", "bowl", "blue", 0.5, 0.0))
    assert math.dist(spot("away_from [ the bowl ]", moved), (0.5, 0.0)) >= 0.21


def test_away_from_several_is_farther_from_each_of_them() -> None:
    marks = {"b": (0.49, 0.17), "c": (0.50, 0.06), "d": (0.46, 0.30)}
    here = (0.607, 0.187)
    others = [thing(name, "bowl", "red", *at) for name, at in marks.items()]
    world = scene(thing("a", "block", "green", *here), *others)
    x, y = spot("away_from [ all bowl ]", world)
    for at_ in marks.values():
        assert math.dist((x, y), at_) >= min(math.dist(here, at_) + 0.04, 0.25)


def test_elsewhere_is_somewhere_else() -> None:
    assert math.dist(spot("elsewhere", base_scene()), (0.35, -0.25)) >= 0.12


def test_under_is_refused() -> None:
    found = at("under [ the bowl ]", base_scene())
    assert found.problem == "impossible"


def test_large_things_stay_off_the_border() -> None:
    world = scene(thing("a", "tray", "gray", 0.5, 0.0), thing("k", "block", "red", 0.36, 0.30))
    x, y = spot("at front_left", world)
    assert WS.contains(x, y, 0.04)


def test_satisfied_knows_what_is_done() -> None:
    world = base_scene(thing("b", "block", "green", 0.51, 0.13))
    item, mark = world.get("b"), world.get("m")
    assert item is not None
    assert mark is not None
    assert satisfied(place("left_of [ the bowl ]"), item, ctx(world), [mark])
    assert not satisfied(place("right_of [ the bowl ]"), item, ctx(world), [mark])
    assert not satisfied(place("left_of [ the bowl ] dist 20 cm"), item, ctx(world), [mark])
