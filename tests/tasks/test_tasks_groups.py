"""One stack or heap for each colour, size or kind; each thing on one of its own; orders by name."""

from __future__ import annotations

import itertools
import math

import pytest
from lab.scenes import thing
from lab.session import Table

from llmagentos.types import Scene

COLORS = ("red", "blue", "red", "blue", "red", "green")


def blocks() -> Table:
    """Three red, two blue and a green block."""
    return Table(
        Scene(
            tuple(
                thing(f"{c}{k}", "block", c, 0.38 + 0.12 * (k % 3), 0.25 - 0.25 * (k // 3))
                for k, c in enumerate(COLORS)
            )
        )
    )


def mixed() -> Table:
    """Two balls, three blocks and a can in one place and another."""
    return Table(
        Scene(
            (
                thing("ball1", "ball", "red", 0.40, 0.25),
                thing("ball2", "ball", "blue", 0.60, -0.25),
                thing("cube1", "block", "red", 0.40, -0.20),
                thing("cube2", "block", "green", 0.60, 0.20),
                thing("cube3", "block", "blue", 0.50, 0.0),
                thing("can", "can", "gray", 0.35, 0.05),
            )
        )
    )


def stacks(t: Table) -> set[frozenset[str]]:
    on = {o.id: o.support for o in t.skills.scene().objects}
    found = []
    for base in (i for i, below in on.items() if below == "table"):
        pile, grown = {base}, True
        while grown:
            more = {i for i, below in on.items() if below in pile} - pile
            pile, grown = pile | more, bool(more)
        found.append(frozenset(pile))
    return {s for s in found if len(s) > 1}


def test_one_stack_for_each_colour() -> None:
    t = blocks()
    assert t.do("stack [ all block ] by color").status == "succeeded"
    assert stacks(t) == {frozenset({"red0", "red2", "red4"}), frozenset({"blue1", "blue3"})}


def test_stacks_by_colour_at_a_place() -> None:
    t = blocks()
    assert t.do("stack [ all block ] by color at right").status == "succeeded"
    assert len(stacks(t)) == 2
    bases = [o for o in t.skills.scene().objects if t.skills.scene().on_top_of(o.id)]
    assert all(o.position[1] < -0.2 for o in bases if o.support == "table")


def test_nothing_to_stack_is_said() -> None:
    t = Table(Scene((thing("a", "block", "red", 0.4, 0), thing("b", "block", "blue", 0.5, 0))))
    done = t.do("stack [ all block ] by color")
    assert done.reply == "There are not two of one colour." and t.actions == []


def test_a_heap_for_each_kind() -> None:
    t = mixed()
    assert t.do("arrange [ all object ] cluster by kind").status == "succeeded"

    def spread(ids: tuple[str, ...]) -> float:
        at = [t.get(i).position[:2] for i in ids]
        return max(math.dist(a, b) for a in at for b in at)

    assert spread(("cube1", "cube2", "cube3")) < 0.2 and spread(("ball1", "ball2")) < 0.15
    gap = math.dist(t.get("cube1").position[:2], t.get("ball1").position[:2])
    assert gap > 0.08


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("a_first", ["ball2", "ball1", "cube3", "cube2", "cube1", "can"]),
        ("z_first", ["can", "cube1", "cube2", "cube3", "ball1", "ball2"]),
    ],
)
def test_alphabetical_order_is_by_kind_and_then_by_colour(sort: str, order: list[str]) -> None:
    t = mixed()
    assert t.do(f"arrange [ all object ] row sort {sort}").status == "succeeded"
    assert sorted(order, key=lambda i: -t.get(i).position[1]) == order


def test_sorted_by_kind_like_things_are_neighbours() -> None:
    t = mixed()
    t.do("arrange [ all object ] row sort by_kind")
    row = sorted(t.skills.scene().objects, key=lambda o: -o.position[1])
    kinds = [o.kind for o in row]
    assert sum(a != b for a, b in itertools.pairwise(kinds)) == 2


def test_each_in_one_of_its_own_the_nearest_first() -> None:
    bowls = (thing("near", "bowl", "white", 0.40, 0.22), thing("far", "bowl", "blue", 0.45, -0.22))
    blocks = (thing("a", "block", "red", 0.55, 0.2), thing("b", "block", "red", 0.55, -0.1))
    t = Table(Scene((*bowls, *blocks, thing("c", "block", "tan", 0.65, 0.1))))
    done = t.do("put [ all block ] in [ own bowl ]")
    assert done.status == "succeeded" and "none left for the tan block" in done.reply
    assert (t.get("a").support, t.get("b").support) == ("near", "far")
    assert t.do("put [ all red block ] in [ own bowl ]").reply == "They are there already."


def test_what_none_can_carry_is_told() -> None:
    done = mixed().do("put [ all ball ] on [ own can ]")
    assert done.status == "cannot" and "can" in done.reply


def test_what_there_is_none_left_for_stays_and_is_said() -> None:
    t = mixed()
    done = t.do("put [ all block ] next_to [ own ball ]")
    assert "none left for" in done.reply
    t = mixed()
    done = t.do("put [ all ball ] in [ own bowl ]")
    assert done.status == "question" and "bowl" in done.reply and t.actions == []
