"""Positions in metres, the table and its edges, other sides: carried out in memory."""

from __future__ import annotations

import math

import pytest
from lab.scenes import thing
from lab.session import Table

from llmagentos.types import Scene


def table() -> Table:
    """A red block, a blue block in a bowl, a cup at the left edge and a white plate."""
    bowl = thing("bowl", "bowl", "white", 0.60, 0.05)
    return Table(
        Scene(
            (
                thing("red", "block", "red", 0.45, 0.10),
                bowl,
                thing("blue", "block", "blue", 0, 0, 0.03, into=bowl),
                thing("cup", "cup", "green", 0.50, 0.33),
                thing("plate", "plate", "white", 0.42, -0.20),
            )
        )
    )


def at(t: Table, object_id: str, x: float, y: float, within: float = 0.005) -> bool:
    return math.dist(t.get(object_id).position[:2], (x, y)) <= within


@pytest.mark.parametrize(
    ("place", "xy"),
    [
        ("xy 0.5 minus 0.05", (0.5, -0.05)),
        ("xy 50 minus 5 cm", (0.5, -0.05)),
        ("xy 500 minus 50 mm", (0.5, -0.05)),
        ("xy 0.5 minus 0.05 z 0", (0.5, -0.05)),
    ],
)
@pytest.mark.parametrize("verb", ["put", "push"])
def test_a_thing_goes_to_a_position(verb: str, place: str, xy: tuple[float, float]) -> None:
    t = table()
    done = t.do(f"{verb} [ the red block ] {place}")
    assert done.status == "succeeded" and at(t, "red", *xy)
    again = t.do(f"put [ the red block ] {place}")
    assert again.reply == "The red block is there already."


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("xy 45 10", "X 45 m, y 10 m is outside what I can reach: x from 0.30 to 0.70 m"),
        ("xy 0.45 minus 0.5", "X 0.45 m, y -0.5 m is outside what I can reach"),
        ("xy 0.42 minus 0.2", "the white plate is there"),
    ],
)
def test_a_position_that_cannot_be_is_told_and_nothing_moves(place: str, said: str) -> None:
    t = table()
    done = t.do(f"put [ the red block ] {place}")
    assert done.status in ("cannot", "failed") and said in done.reply
    assert t.actions == []


def test_a_position_with_a_height_is_held_there() -> None:
    t = table()
    assert t.do("put [ the red block ] xy 0.5 0 z 0.25").status == "succeeded"
    red = t.get("red")
    assert red.held and red.position == pytest.approx((0.5, 0.0, 0.25))
    assert t.do("place xy 0.5 0").status == "succeeded" and at(t, "red", 0.5, 0)


def test_a_position_corrects_the_last_place() -> None:
    t = table()
    t.do("put [ the red block ] at back_right")
    assert t.do("correct xy 0.5 0.2").status == "succeeded" and at(t, "red", 0.5, 0.2)


def test_a_pattern_can_have_its_middle_at_a_position() -> None:
    t = table()
    t.do("arrange [ all block ] line xy 0.5 minus 0.03")
    middle = [sum(t.get(i).position[k] for i in ("red", "blue")) / 2 for k in range(2)]
    assert middle == pytest.approx([0.5, -0.03], abs=0.011)


# --- the table and its edges ----------------------------------------------------------------------


def test_on_the_table_is_any_free_spot_of_it() -> None:
    t = table()
    assert t.do("put [ the blue block ] table").status == "succeeded"
    assert t.get("blue").support == "table"
    assert t.do("put [ the red block ] table").reply == "The red block is there already."
    assert t.do("pick [ the red block ] ; place table").status == "succeeded"


def test_what_is_on_the_table_itself() -> None:
    t = table()
    done = t.do("answer count [ all block where table ]")
    assert "one block" in done.reply
    assert t.do("answer holds is [ the blue block ] table").reply.startswith("No")
    t.do("put [ all block where no table ] table")
    assert t.get("blue").support == "table"


@pytest.mark.parametrize(
    ("place", "least"),
    [("off_edge", 0.119), ("off_edge left", 0.119), ("off_edge dist 15 cm", 0.15)],
)
def test_away_from_the_edge(place: str, least: float) -> None:
    t = table()
    assert t.do(f"put [ the green cup ] {place}").status == "succeeded"
    x, y, _ = t.get("cup").position
    assert 0.35 - y >= least
    assert x == pytest.approx(0.5, abs=0.06)  # no farther than needed
    assert "there already" in t.do(f"put [ the green cup ] {place}").reply


def test_how_far_an_edge_is() -> None:
    t = table()
    said = t.do("answer distance [ the red block ] at left").reply
    assert said == "The red block is 23 cm from the left edge."
    assert (
        "13 and 23 cm from the front"
        in t.do("answer distance [ the red block ] at front_left").reply
    )
    assert "0 cm from an edge" in t.do("answer distance [ the green cup ] at side").reply


# --- the other side -------------------------------------------------------------------------------


def test_across_a_landmark() -> None:
    t = table()
    t.do("put [ the red block ] opposite [ the bowl ]")
    x, y, _ = t.get("red").position
    assert x > 0.6 and y < 0.05  # it stood in front, to the left of the bowl
    t.do("put [ the it object ] opposite [ the bowl ]")
    x, y, _ = t.get("red").position
    assert x < 0.6 and y > 0.05


def test_across_the_table_keeps_the_other_direction() -> None:
    t = table()
    t.do("put [ the green cup ] opposite")
    x, y, _ = t.get("cup").position
    assert x == pytest.approx(0.5, abs=0.03) and y < -0.2
    t.do("put [ the green cup ] opposite")
    assert t.get("cup").position[1] > 0.2


def test_across_what_it_is_in_is_asked() -> None:
    done = table().do("put [ the blue block ] opposite [ the bowl ]")
    assert done.status == "question" and "which side" in done.reply


# --- answers --------------------------------------------------------------------------------------


def test_coordinates_and_where_it_was() -> None:
    t = table()
    said = t.do("answer position [ the red block ]").reply
    assert said == "The red block is at x 0.45 m, y 0.10 m."
    assert "I have not moved the red block" in t.do("answer was [ the red block ]").reply
    t.do("put [ the red block ] in [ the bowl ]")
    assert "was" in t.do("answer was [ the red block ]").reply
    t.do("put [ the blue block ] table")
    assert t.do("answer was [ the blue block ]").reply == "The blue block was in the white bowl."
