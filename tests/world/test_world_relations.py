"""Geometry of relations, stacks, regions and colours."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmagentos.objects.colors import COLORS
from llmagentos.types import Scene, SceneObject, Workspace
from llmagentos.world import regions
from llmagentos.world import relations as rel
from llmagentos.world.colors import color_distance, luminance, nearest_colors

WS = Workspace()


def at(object_id: str, x: float, y: float, z: float = 0.02, **more: Any) -> SceneObject:
    fields = {"kind": "block", "color": "red", "size_m": 0.04, "height_m": 0.04, **more}
    return SceneObject(id=object_id, position=(x, y, z), **fields)


A = at("a", 0.5, 0.0)


@pytest.mark.parametrize(
    ("word", "x", "y"),
    [
        ("left_of", 0.5, 0.1),
        ("left_of", 0.65, 0.05),  # lenient: a half-plane
        ("right_of", 0.5, -0.1),
        ("behind", 0.6, 0.0),
        ("in_front_of", 0.4, 0.0),
        ("front_left_of", 0.4, 0.1),
        ("front_right_of", 0.4, -0.1),
        ("back_left_of", 0.6, 0.1),
        ("back_right_of", 0.6, -0.1),
    ],
)
def test_directions(word: str, x: float, y: float) -> None:
    b = at("b", x, y)
    assert rel.related(word, Scene((A, b)), b, A)
    assert not rel.related(word, Scene((A, b)), A, b)


def test_the_same_line_has_no_side() -> None:
    b = at("b", 0.6, 0.005)
    assert not rel.related("left_of", Scene((A, b)), b, A)
    assert not rel.related("back_left_of", Scene((A, b)), b, A)


@given(st.floats(0.3, 0.7), st.floats(-0.35, 0.35))
def test_opposite_directions_exclude_each_other(x: float, y: float) -> None:
    b = at("b", x, y)
    s = Scene((A, b))
    for one, other in (("left_of", "right_of"), ("behind", "in_front_of")):
        assert not (rel.related(one, s, b, A) and rel.related(other, s, b, A))
        assert rel.related(one, s, b, A) == rel.related(other, s, A, b)
    assert rel.related("next_to", s, b, A) == rel.related("next_to", s, A, b)


def test_the_cone_prefers_the_straight_way() -> None:
    assert rel.cone_offset("left_of", at("b", 0.5, 0.2), A) == pytest.approx(0.0)
    assert rel.cone_offset("left_of", at("b", 0.6, 0.1), A) == pytest.approx(math.pi / 4)
    assert rel.cone_offset("left_of", A, A) == math.pi


def test_near_and_far() -> None:
    s = Scene((A, near := at("n", 0.5, 0.11), far := at("f", 0.5, 0.30)))
    assert rel.related("next_to", s, near, A) and not rel.related("next_to", s, far, A)
    assert rel.related("far_from", s, far, A) and not rel.related("far_from", s, near, A)
    assert rel.related("around", s, near, A)
    big, wide = at("g", 0.5, 0.0, size_m=0.18), at("w", 0.5, 0.19, size_m=0.14)
    assert rel.next_to(big, wide)  # outlines 3 cm apart, centres 19 cm


def test_between_needs_the_middle_of_the_line() -> None:
    b, c = at("b", 0.5, 0.2), at("c", 0.5, -0.2)
    assert rel.between(A, b, c)
    assert not rel.between(at("d", 0.5, 0.3), b, c)
    assert not rel.between(at("d", 0.69, 0.0), b, c)
    assert not rel.between(A, b, b)


def stack() -> Scene:
    """Three blocks on a zone, one in a bowl with another on it, one held."""
    return Scene(
        (
            at("zone", 0.4, 0.2, 0.001, kind="zone", size_m=0.12, height_m=0.002),
            at("s1", 0.4, 0.2),
            at("s2", 0.4, 0.2, 0.06, support="s1"),
            at("s3", 0.4, 0.2, 0.10, support="s2"),
            at("bowl", 0.6, 0.0, 0.025, kind="bowl", size_m=0.12, height_m=0.05),
            at("in", 0.6, 0.0, 0.03, support="bowl", inside=True),
            at("up", 0.6, 0.0, 0.07, support="in"),
            at("held", 0.6, 0.2, 0.3, held=True, support="s3"),
        )
    )


def get(s: Scene, object_id: str) -> SceneObject:
    found = s.get(object_id)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("word", "a", "b", "expected"),
    [
        ("on", "s2", "s1", True),
        ("on", "s3", "s1", False),  # directly only ...
        ("above", "s3", "s1", True),
        ("on", "s3", "zone", True),  # ... but a zone carries the whole stack
        ("on", "s1", "zone", True),  # although perception reports the table
        ("under", "s1", "s3", True),
        ("in", "in", "bowl", True),
        ("in", "up", "bowl", True),
        ("on", "in", "bowl", True),
        ("in", "s1", "bowl", False),
        ("on", "held", "s3", False),
        ("left_of", "in", "bowl", False),
        ("left_of", "held", "bowl", False),
    ],
)
def test_support(word: str, a: str, b: str, expected: bool) -> None:
    s = stack()
    assert rel.related(word, s, get(s, a), get(s, b)) is expected


def test_stacks() -> None:
    s = stack()
    assert [o.id for o in rel.stack_of(s, get(s, "s2"))] == ["s1", "s2", "s3"]
    assert [[o.id for o in one] for one in rel.stacks(s)] == [["s1", "s2", "s3"], ["in", "up"]]
    assert rel.is_stacked(s, get(s, "s1")) and not rel.is_stacked(s, get(s, "held"))
    assert rel.stack_of(s, get(s, "bowl")) == (get(s, "bowl"),)


def test_contents() -> None:
    s = stack()
    assert {o.id for o in rel.contents(s, get(s, "bowl"))} == {"in", "up"}
    assert rel.fill_count(s, get(s, "zone")) == 3
    assert rel.is_clear(s, get(s, "s3")) and not rel.is_clear(s, get(s, "s1"))


def test_a_circle_of_supports_ends() -> None:
    s = Scene((at("a", 0.4, 0.0, support="b"), at("b", 0.4, 0.0, support="a")))
    assert len(rel.supports(s, s.objects[0])) == 1
    assert rel.stack_of(s, s.objects[0])
    assert rel.stacks(s) is not None


def test_comparisons() -> None:
    small, big = at("s", 0.4, 0, size_m=0.03, height_m=0.03), at("b", 0.4, 0.1, color="black")
    s = Scene((small, big))
    for word in ("bigger_than", "taller_than", "darker_than", "different_color"):
        assert rel.related(word, s, big, small), word
    for word in ("smaller_than", "shorter_than", "lighter_than", "same_kind"):
        assert rel.related(word, s, small, big), word
    assert not rel.related("same_size", s, small, big)
    bowl = at("w", 0.5, 0.2, kind="bowl", size_m=0.12, height_m=0.05)
    assert rel.bigger(bowl, big)
    with pytest.raises(ValueError, match="beside"):
        rel.related("beside", s, small, big)
    assert not rel.related("same_color", s, small, small)


# --- regions and colours --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("region", "x", "y"),
    [
        ("left", 0.5, 0.3),
        ("left", 0.5, 0.05),
        ("right", 0.4, -0.2),
        ("front", 0.35, 0.0),
        ("back", 0.65, 0.0),
        ("middle", 0.5, 0.0),
        ("front_left", 0.32, 0.33),
        ("back_right", 0.68, -0.3),
        ("corner", 0.32, 0.33),
        ("side", 0.5, 0.33),
    ],
)
def test_regions(region: str, x: float, y: float) -> None:
    assert regions.contains(WS, region, x, y)


def test_regions_are_not_everywhere() -> None:
    assert not regions.contains(WS, "corner", 0.5, 0.3)
    assert not regions.contains(WS, "middle", 0.5, 0.3)
    assert not regions.contains(WS, "left", 0.5, -0.1)
    assert not regions.contains(WS, "side", 0.5, 0.0)


def test_anchors_and_distances() -> None:
    assert regions.anchor(WS, "back_left") == (0.70, 0.35)
    assert regions.anchor(WS, "middle") == pytest.approx((0.5, 0.0))
    assert regions.distance_to(WS, "left", 0.4, 0.15) == pytest.approx(0.20)
    assert regions.distance_to(WS, "back", 0.4, 0.15) == pytest.approx(0.30)
    assert regions.distance_to(WS, "corner", 0.7, -0.35) == pytest.approx(0.0)
    assert regions.distance_to(WS, "side", 0.5, 0.30) == pytest.approx(0.05)


@given(st.floats(0.3, 0.7), st.floats(-0.35, 0.35))
def test_the_named_region_contains_its_point(x: float, y: float) -> None:
    assert regions.contains(WS, regions.region_of(WS, x, y), x, y)


def test_colours_have_a_lightness_and_neighbours() -> None:
    shades = sorted(COLORS, key=luminance)
    assert shades[0] == "black" and shades[-1] == "white"
    assert luminance("blue") < luminance("red") < luminance("yellow")
    assert color_distance("red", "red") == 0.0
    assert nearest_colors("gold", ("blue", "yellow", "yellow"))[0] == "yellow"
    assert 0 < luminance("mauve") < 1
