"""The camera's picture at the page: as large whatever comes, and names that hide nothing."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from lab.pages import expect_or_skip

pytestmark = pytest.mark.slow
expect = expect_or_skip()
Open = Callable[..., Any]
PLACES = """async ([names, picture]) => {
    const { places } = await import("/labels.js");
    return places(names, picture);
}"""


def _places(page: Any, boxes: list[tuple[int, int, int, int]], width: int) -> list[dict[str, int]]:
    names = [{"box": box, "width": width, "height": 16} for box in boxes]
    told: list[dict[str, int]] = page.evaluate(PLACES, [names, {"width": 320, "height": 240}])
    return told


def _meet(a: dict[str, int], b: dict[str, int]) -> bool:
    return all(
        a[at] < b[at] + b[long] and b[at] < a[at] + a[long]
        for at, long in (("x", "width"), ("y", "height"))
    )


def test_names_stand_beside_what_they_name_and_hide_neither_names_nor_things(page_of: Open) -> None:
    page = page_of("viewer")
    bowl, block_in_it, beside = (100, 40, 160, 100), (115, 50, 145, 80), (164, 44, 200, 96)
    names = _places(page, [bowl, block_in_it, beside], 70)
    assert names[0] == {"x": 95, "y": 21, "width": 70, "height": 16}
    assert not any(_meet(a, b) for a, b in itertools.combinations(names, 2))
    x, y, right, below = beside
    thing = {"x": x, "y": y, "width": right - x, "height": below - y}
    assert not any(_meet(name, thing) for name in names[:2])


def test_a_name_at_the_pictures_edge_is_read_whole(page_of: Open) -> None:
    boxes = [(0, 0, 30, 30), (290, 210, 320, 240), (0, 0, 320, 240)]
    for place in _places(page_of("viewer"), boxes, 70):
        assert place["x"] >= 0 and place["x"] + place["width"] <= 320
        assert place["y"] >= 0 and place["y"] + place["height"] <= 240


def test_the_picture_is_as_large_in_motion_where_smaller_ones_come(page_of: Open) -> None:
    page = page_of("viewer")
    expect(page.locator("#frames g").first).to_be_visible()
    large = page.locator(".picture").bounding_box()
    page.evaluate("Object.assign(document.getElementById('picture'), { width: 320, height: 240 })")
    assert page.locator(".picture").bounding_box() == large
