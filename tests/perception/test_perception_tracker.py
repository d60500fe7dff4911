"""Ids over time, things out of sight, the thing in the gripper; and what stands on what."""

from __future__ import annotations

from dataclasses import replace

import pytest

from llmagentos.objects.geometry import object_geometry
from llmagentos.perception.grip import GripperView
from llmagentos.perception.relations import with_supports
from llmagentos.perception.tracker import INFERRED, PARTIAL, Tracker
from llmagentos.types import SceneObject


def thing(
    kind: str, color: str, x: float, y: float, base: float = 0.0, size: float | None = None
) -> SceneObject:
    g = object_geometry(kind, size)
    return SceneObject("", kind, color, g.size_m, g.height_m, (x, y, base + g.height_m / 2))


def hand(
    x: float, y: float, z: float, width: float = 0.04, gripping: bool = True, yaw: float = 0.0
) -> GripperView:
    return GripperView((x, y, z), yaw, width, gripping)


def nowhere_empty(item: SceneObject) -> float:
    return 0.0


def all_empty(item: SceneObject) -> float:
    return 1.0


def ids(items: list[SceneObject]) -> set[str]:
    return {o.id for o in items}


def test_ids_say_colour_kind_and_number_and_stay() -> None:
    tracker = Tracker()
    seen = [thing("block", "red", 0.4, 0.1), thing("block", "red", 0.4, -0.1)]
    first = tracker.update(seen, all_empty, 0.0)
    assert ids(first) == {"red_block_1", "red_block_2"}
    again = tracker.update([seen[1], seen[0]], all_empty, 1.0)
    assert {o.id: o.position for o in again} == {o.id: o.position for o in first}
    assert all(o.last_seen_s == 1.0 for o in again)


def test_a_moved_object_keeps_its_id_and_its_neighbour_too() -> None:
    tracker = Tracker()
    tracker.update([thing("block", "red", 0.4, 0.1), thing("bowl", "blue", 0.6, 0.0)], all_empty, 0)
    now = tracker.update(
        [thing("block", "red", 0.5, -0.2), thing("bowl", "blue", 0.6, 0.0)], all_empty, 1
    )
    assert ids(now) == {"red_block_1", "blue_bowl_1"}
    assert next(o for o in now if o.kind == "block").position[1] == pytest.approx(-0.2)


def test_what_is_hidden_persists_and_what_is_gone_is_dropped() -> None:
    tracker = Tracker(drop_after=2)
    tracker.update([thing("block", "red", 0.4, 0.1)], all_empty, 0.0)
    for k in range(5):
        assert ids(tracker.update([], nowhere_empty, float(k))) == {"red_block_1"}
    fading = tracker.update([], all_empty, 6.0)
    assert ids(fading) == {"red_block_1"} and fading[0].confidence < 1.0
    assert tracker.update([], all_empty, 7.0) == []
    back = tracker.update([thing("block", "red", 0.4, 0.1)], all_empty, 8.0)
    assert ids(back) == {"red_block_1"}


def test_one_misreading_does_not_rename() -> None:
    tracker = Tracker()
    right, wrong = thing("block", "orange", 0.4, 0.1), thing("block", "brown", 0.4, 0.1)
    for k in range(4):
        tracker.update([right], all_empty, float(k))
    now = tracker.update([wrong], all_empty, 5.0)
    assert [(o.id, o.color) for o in now] == [("orange_block_1", "orange")]
    for k in range(6):
        now = tracker.update([wrong], all_empty, 6.0 + k)
    assert [(o.id, o.color) for o in now] == [("orange_block_1", "brown")]


def test_half_seen_things_confirm_but_never_appear_or_move() -> None:
    tracker = Tracker()
    tracker.update([thing("bowl", "blue", 0.5, 0.0)], all_empty, 0.0)
    half = replace(thing("bowl", "blue", 0.515, 0.01), id=PARTIAL)
    new = replace(thing("block", "white", 0.3, 0.2), id=PARTIAL)
    now = tracker.update([half, new], all_empty, 1.0)
    assert [(o.id, o.position[0]) for o in now] == [("blue_bowl_1", 0.5)]


def test_a_held_block_moves_with_the_hand_and_is_found_where_it_is_put() -> None:
    tracker = Tracker()
    tracker.update([thing("block", "red", 0.4, 0.1)], all_empty, 0.0)
    now = tracker.update([], nowhere_empty, 1.0, hand(0.4, 0.1, 0.02))
    assert now[0].held
    now = tracker.update([], all_empty, 2.0, hand(0.5, -0.1, 0.25))
    assert now[0].held and now[0].position == pytest.approx((0.5, -0.1, 0.25), abs=0.002)
    now = tracker.update([], nowhere_empty, 3.0, hand(0.5, -0.1, 0.02, 0.08, gripping=False))
    assert not now[0].held
    for k in range(4):
        now = tracker.update([], nowhere_empty, 4.0 + k, hand(0.5, -0.1, 0.03, 0.08, False))
    now = tracker.update([thing("block", "red", 0.505, -0.1)], all_empty, 9.0)
    assert ids(now) == {"red_block_1"}


def test_a_bowl_held_by_its_rim_keeps_its_place_in_the_hand() -> None:
    tracker, bowl = Tracker(), thing("bowl", "green", 0.5, 0.0, size=0.12)
    rim = object_geometry("bowl", 0.12).rim_radius_m
    tracker.update([bowl], all_empty, 0.0)
    tip = (0.5, rim, bowl.top_z - 0.01)
    tracker.update([], nowhere_empty, 1.0, hand(*tip, width=0.005))
    now = tracker.update([], all_empty, 2.0, hand(0.4, rim + 0.1, 0.3, width=0.005))
    assert now[0].held
    assert now[0].position == pytest.approx((0.4, 0.1, 0.3 - tip[2] + bowl.position[2]), abs=0.003)


def test_a_grip_first_noticed_after_the_lift() -> None:
    tracker = Tracker()
    tracker.update([thing("block", "red", 0.4, 0.1), thing("can", "blue", 0.6, 0)], all_empty, 0.0)

    def gone(item: SceneObject) -> float:
        return 1.0 if item.kind == "block" else 0.0

    now = tracker.update([thing("can", "blue", 0.6, 0)], gone, 1.0, hand(0.55, 0.2, 0.3))
    assert {o.id: o.held for o in now} == {"red_block_1": True, "blue_can_1": False}


def test_an_empty_closed_gripper_holds_nothing() -> None:
    tracker = Tracker()
    tracker.update([thing("block", "red", 0.4, 0.1)], all_empty, 0.0)
    now = tracker.update(
        [thing("block", "red", 0.4, 0.1)], all_empty, 1.0, hand(0.4, 0.1, 0.02, 0.0, False)
    )
    assert not now[0].held


def test_supports() -> None:
    floor = object_geometry("bowl", 0.14).floor_m
    items = [
        replace(thing("block", "red", 0.4, 0.1, size=0.05), id="low"),
        replace(thing("block", "blue", 0.41, 0.1, base=0.05), id="high"),
        replace(thing("bowl", "green", 0.6, 0.0, size=0.14), id="bowl"),
        replace(thing("block", "tan", 0.61, 0.0, base=floor + 0.003), id="in"),
        replace(thing("zone", "gold", 0.5, -0.2), id="zone"),
        replace(thing("can", "gray", 0.52, -0.2), id="can"),
        replace(thing("plate", "white", 0.4, -0.25), id="plate"),
        replace(thing("ball", "pink", 0.4, -0.25, base=0.005), id="ball"),
        replace(thing("block", "black", 0.3, 0.3, base=0.2), id="held", held=True),
    ]
    found = {o.id: (o.support, o.inside) for o in with_supports(items)}
    assert found == {
        "low": ("table", False),
        "high": ("low", False),
        "bowl": ("table", False),
        "in": ("bowl", True),
        "zone": ("table", False),
        "can": ("zone", False),
        "plate": ("table", False),
        "ball": ("plate", False),
        "held": ("table", False),
    }


def test_what_was_given_up_and_turns_up_again_is_the_same_thing() -> None:
    tracker = Tracker(drop_after=1)
    block = thing("block", "red", 0.4, 0.1)
    tracker.update([block], nowhere_empty, 0.0)
    assert tracker.update([], all_empty, 1.0) == []
    other_size = thing("block", "red", 0.4, 0.1, size=0.06)
    back = tracker.update([replace(block, position=(0.6, -0.2, 0.02)), other_size], all_empty, 2.0)
    assert {o.id: round(o.size_m, 2) for o in back} == {"red_block_1": 0.04, "red_block_2": 0.06}


def test_a_thing_whose_colour_is_hidden_keeps_the_one_it_had() -> None:
    tracker = Tracker()
    tracker.update([thing("block", "red", 0.4, 0.1)], nowhere_empty, 0.0)
    for stamp in range(1, 8):
        items = tracker.update([thing("block", "", 0.4, 0.1)], nowhere_empty, float(stamp))
        assert [(o.id, o.color, o.last_seen_s) for o in items] == [("red_block_1", "red", stamp)]
    other = Tracker()
    fresh = other.update([thing("block", "", 0.4, 0.1)], nowhere_empty, 0.0)
    assert [(o.id, o.label) for o in fresh] == [("block_1", "block")]
    bare = other.update([thing("block", "purple", 0.4, 0.1)], nowhere_empty, 1.0)
    assert [(o.id, o.label) for o in bare] == [("block_1", "purple block")]


def test_what_is_inferred_below_others_neither_moves_nor_doubles_what_is_known() -> None:
    tracker = Tracker()
    low, high = thing("can", "red", 0.4, 0.1, size=0.05), thing("block", "blue", 0.4, 0.1, 0.08)
    tracker.update([low], all_empty, 0.0)
    guessed = replace(thing("block", "red", 0.405, 0.1, 0.04), id=INFERRED)
    for k in range(3):
        now = tracker.update([high, guessed], nowhere_empty, 1.0 + k)
        assert ids(now) == {"red_can_1", "blue_block_1"}
        assert next(o for o in now if o.kind == "can").position == low.position
    # In a first look it is all there is to know, and what stands free again is as it is seen.
    first = Tracker()
    assert len(first.update([high, guessed], nowhere_empty, 0.0)) == 2
    free = first.update([thing("block", "red", 0.402, 0.1, 0.04)], nowhere_empty, 1.0)
    assert "red_block_1" in ids(free)


def test_a_thing_on_its_side_keeps_its_name() -> None:
    tracker = Tracker()
    brick = replace(thing("lego", "red", 0.4, 0.1), confidence=0.95)
    for k in range(3):
        tracker.update([brick], all_empty, float(k))
    fallen = replace(thing("block", "red", 0.4, 0.1, size=0.034), confidence=0.7)
    for k in range(8):
        now = tracker.update([fallen], all_empty, 3.0 + k)
    assert [(o.id, o.kind) for o in now] == [("red_lego_1", "lego")]


def test_a_twin_set_on_its_like_while_nobody_looked() -> None:
    """The hand was not seen holding it: what is on top now is what is gone from its place."""
    tracker = Tracker()
    bars = [thing("jenga", "tan", 0.4, 0.1), thing("jenga", "tan", 0.4, -0.1)]
    tracker.update(bars, all_empty, 0.0)
    high = thing("jenga", "tan", 0.4, 0.1, bars[0].height_m)
    below = replace(bars[0], id=INFERRED)

    def left(item: SceneObject) -> float:
        return 1.0 if item.position[1] < 0 else 0.0

    now = {o.id: o.position for o in tracker.update([high, below], left, 1.0)}
    assert now == {"tan_jenga_1": bars[0].position, "tan_jenga_2": high.position}


def test_another_side_of_a_known_thing_is_no_new_thing() -> None:
    tracker = Tracker()
    low, high = thing("block", "blue", 0.4, 0.1, size=0.06), thing("block", "blue", 0.4, 0.1, 0.06)
    for k in range(3):
        tracker.update([low, high], nowhere_empty, float(k))
    within = thing("block", "blue", 0.41, 0.1, 0.02, size=0.03)
    afloat = thing("block", "blue", 0.4, 0.145, 0.06)
    free = thing("block", "blue", 0.4, 0.2)
    now = tracker.update([low, high, within, afloat, free], nowhere_empty, 3.0)
    assert ids(now) == {"blue_block_1", "blue_block_2", "blue_block_3"}
    # Half covered it looks lower and smaller; it stays where it was plainly seen.
    half = replace(thing("block", "blue", 0.41, 0.1, 0.02, size=0.05), confidence=0.6)
    now = tracker.update([half, high, free], nowhere_empty, 4.0)
    assert next(o.position for o in now if o.id == "blue_block_1") == low.position
