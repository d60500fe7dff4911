"""Names of places as people say them, and what stands for no name."""

from __future__ import annotations

import pytest
from lab.scenes import scene, thing
from lab.still_base import FLAT, place

from llmagentos.grounding.context import Context, Travels
from llmagentos.grounding.spots import find_spots, whereabouts
from llmagentos.lang import plan as p
from llmagentos.ports.failures import Failure
from llmagentos.types import BaseState, MapPose

AT = BaseState(MapPose(0.0, 0.0), FLAT, "hall")


def found(name: str, base: BaseState = AT) -> list[tuple[float, float]]:
    there = scene(thing("red_box", "box", "red", 2.0, 0.0), base=base)
    goals = find_spots(p.Spot(name=name), Context(there)).goals
    return [(round(g.pose.x_m, 2), round(g.pose.y_m, 2)) for g in goals]


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ("kitchen", (3, 0)),
        ("the Kitchen", (3, 0)),
        ("refrigerator", (4, -1)),
        ("corridor", (0, 0)),
        ("charging station", (-1, 0)),
        ("table in the kitchen", (4, 1)),
        ("kitchen table", (4, 1)),
        ("table", (1, 1)),  # that of the room where it is
        ("door of the bedroom", (0, 2)),
        ("nearest door", (1.5, 0)),
        ("red box", (1.4, 0)),  # a thing in view: in front of it
        ("kitchen to the bedroom", (3, 0)),  # more words than the name
        ("Anna in the bedroom", (0, 4)),
        ("waving person in the kitchen", (3, 0)),
    ],
)
def test_one_place_by_what_it_is_called(said: str, where: tuple[float, float]) -> None:
    assert found(said) == [where]


def test_a_letter_at_the_end_is_no_article() -> None:
    base = BaseState(MapPose(0.0, 0.0), (place("waypoint a", 1, 0), place("waypoint b", 2, 0)))
    assert found("waypoint A", base) == [(1, 0)]


@pytest.mark.parametrize(
    ("said", "count"), [("doors", 2), ("tables", 2), ("every room", 3), ("all the rooms", 3)]
)
def test_several_at_once_nearest_first(said: str, count: int) -> None:
    goals = found(said)
    assert len(goals) == count
    assert goals == sorted(goals, key=lambda g: g[0] ** 2 + g[1] ** 2)


def test_what_nobody_has_named_is_asked_about_with_what_is_known() -> None:
    spots = find_spots(p.Spot(name="garage"), Context(scene(base=AT)))
    assert spots.problem is Failure.NONE_FITS
    assert spots.question.startswith('I don\'t know a place called "garage". I know the kitchen')


def test_two_doors_are_asked_about() -> None:
    spots = find_spots(p.Spot(name="door"), Context(scene(base=AT)))
    assert spots.problem is Failure.AMBIGUOUS
    assert spots.question == "Which door do you mean: the kitchen door or the bedroom door?"


def test_what_stands_for_no_name() -> None:
    travels = Travels(MapPose(5, 5), MapPose(6, 6), MapPose(7, 7))
    context = Context(scene(base=AT), travels=travels)

    def x_of(word: str) -> float:
        return find_spots(p.Spot(word=word), context).goals[0].pose.x_m

    assert [x_of(word) for word in ("here", "start", "before", "there")] == [5, -1, 6, 7]
    nowhere = find_spots(p.Spot(word="before"), Context(scene(base=AT)))
    assert nowhere.problem is Failure.NO_REFERENT


def test_without_a_base_there_are_no_places() -> None:
    assert find_spots(p.Spot(name="kitchen"), Context(scene())).problem is Failure.NO_BASE


def test_where_it_is_in_words() -> None:
    assert whereabouts(AT) == "in the hall"
    at_table = BaseState(MapPose(4.0, 1.0), FLAT, "kitchen")
    assert whereabouts(at_table) == "in the kitchen, at the table"
    assert whereabouts(BaseState(MapPose(9.0, 9.0))) == ""
