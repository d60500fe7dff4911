"""Things of no known kind over time: ids, outlines that change, what is held by one end."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from llmagentos.objects.measured import with_outline
from llmagentos.perception.grip import GripperView
from llmagentos.perception.tracker import PARTIAL, Tracker
from llmagentos.types import SceneObject


def letter(x: float, y: float, yaw: float = 0.0, size: float = 1.0) -> SceneObject:
    """An L of 12 x 6 cm; its middle lies in none of its strokes."""
    own = size * np.array(
        [(0, 0), (0.12, 0), (0.12, 0.025), (0.025, 0.025), (0.025, 0.06), (0, 0.06)]
    )
    c, s = math.cos(yaw), math.sin(yaw)
    corners = own @ np.array([[c, s], [-s, c]]) + (x, y)
    item = SceneObject("", "thing", "blue", 0.12, 0.03, (x, y, 0.015), confidence=0.9)
    return with_outline(item, corners.tolist())


def nowhere(item: SceneObject) -> float:
    return 0.0


def everywhere(item: SceneObject) -> float:
    return 1.0


def test_it_keeps_its_id_when_it_is_turned_and_its_outline_a_little_different() -> None:
    tracker = Tracker()
    assert [o.id for o in tracker.update([letter(0.4, 0.1)], everywhere, 0.0)] == ["blue_thing_1"]
    (now,) = tracker.update([letter(0.55, -0.1, 1.2, 0.93)], everywhere, 1.0)
    assert now.id == "blue_thing_1"
    assert now.extents_m is not None
    # sizes are averaged, and all its measures with them
    assert now.extents_m[0] == pytest.approx(now.size_m)
    assert 0.93 * 0.12 < now.size_m < 0.12
    assert now.outline_m


def test_half_of_it_says_that_it_is_there_not_how_long_it_is() -> None:
    tracker = Tracker()
    tracker.update([letter(0.4, 0.1)], nowhere, 0.0)
    (now,) = tracker.update([replace(letter(0.41, 0.1, 0.0, 0.9), id=PARTIAL)], nowhere, 1.0)
    assert now.size_m == pytest.approx(0.12, abs=1e-3)


@pytest.mark.parametrize("yaw", [0.0, 0.7])
def test_held_by_one_end_it_is_carried_as_it_is_held(yaw: float) -> None:
    tracker = Tracker()
    (before,) = tracker.update([letter(0.4, 0.1)], everywhere, 0.0)
    tip = (0.49, 0.1125, 0.015)  # on the long stroke, far from the middle of the box
    (held,) = tracker.update([], everywhere, 1.0, GripperView(tip, 0.0, 0.025, True))
    assert held.held
    assert held.position == pytest.approx(before.position, abs=1e-6)
    (up,) = tracker.update([], everywhere, 2.0, GripperView((0.49, 0.1125, 0.2), yaw, 0.025, True))
    off = (before.position[0] - tip[0], before.position[1] - tip[1])
    c, s = math.cos(yaw), math.sin(yaw)
    assert up.position[:2] == pytest.approx(
        (0.49 + c * off[0] - s * off[1], 0.1125 + s * off[0] + c * off[1]), abs=1e-6
    )
    assert up.yaw == pytest.approx(before.yaw + yaw, abs=1e-6)


def test_two_long_ones_side_by_side_are_two() -> None:
    def bar(y: float) -> SceneObject:
        item = SceneObject("", "thing", "blue", 0.14, 0.03, (0.5, y, 0.015))
        corners = [(0.43, y - 0.015), (0.57, y - 0.015), (0.57, y + 0.015), (0.43, y + 0.015)]
        return with_outline(item, corners)

    tracker = Tracker()
    tracker.update([bar(0.0)], everywhere, 0.0)
    now = tracker.update([bar(0.0), bar(0.045)], everywhere, 1.0)
    assert {o.id for o in now} == {"blue_thing_1", "blue_thing_2"}
