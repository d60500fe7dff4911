"""Two bases where only one has room: ways are claimed, nobody touches, nobody waits for ever, in real physics."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from benchmarks.corridor import LIMIT_S, PLACES, Corridor, Meeting, table
from llmagentos.errors import DriverError, FleetError
from llmagentos.fleet.space.reservations import Part, Reservations
from llmagentos.fleet.space.volumes import Capsule
from llmagentos.fleet.space.ways import way_parts
from llmagentos.types import MapPose


@pytest.fixture(scope="module")
def corridor() -> Iterator[Corridor]:
    """One world for the module."""
    made = Corridor(seed=5)
    yield made
    made.close()


def test_they_meet_in_the_corridor_and_both_arrive(corridor: Corridor) -> None:
    told = corridor.meet()
    assert told.ends == ("reached", "reached")
    assert told.took_s < LIMIT_S
    assert not told.touched and told.gap_m > 0.2
    assert told.waited_s > 1.0  # one of them let the other one through
    for name, (_, east) in PLACES.items():
        goal = east if name == "ann" else PLACES[name][0]
        assert corridor.bases.drivers[name].truth.distance_m(goal) < 0.2


def test_a_goal_that_is_no_place_of_its_own_is_refused(corridor: Corridor) -> None:
    drive = corridor._shared["ann"].go_to(MapPose(4.1, 1.7, 0.0))
    with pytest.raises(FleetError, match="'ann' to drive to one of its homes"):
        next(drive)


def test_a_period_is_commanded_once(corridor: Corridor) -> None:
    driver = corridor.bases.drivers["bob"]
    driver.advance()
    with pytest.raises(DriverError, match="a step of all bases after each period, got bob again"):
        driver.advance()
    corridor.bases.step()
    driver.advance()
    corridor.bases.step()


def test_each_one_s_scanner_meets_the_other_one(corridor: Corridor) -> None:
    ann, bob = corridor.bases.drivers["ann"], corridor.bases.drivers["bob"]
    home = bob.truth
    bob.body.put(ann.truth.after(MapPose(-0.8, 0.0, 0.0)))
    corridor.bases.step()
    corridor.bases.step()
    away = corridor.bases.gap_m()
    assert 0.3 < away < 0.4
    assert min(r for r in ann.scan().ranges_m if r > 0) < 0.65
    bob.body.put(home)
    corridor.bases.step()


def test_windows_hold_a_base_as_fast_and_as_slow_as_it_may_be() -> None:
    parts = way_parts([(0, 0), (1, 0), (1, 1)], 0.3, 0.25, 0.5, 2.0, 0.5, 1.0, 3.141592653589793)
    # turns by pi first (3.14 s at 1 rad/s), then by pi / 2 in the corner
    assert [round(p.begin_s, 2) for p in parts] == [-0.5, 0.5, 1.5, 2.5, 3.5]
    assert [round(p.end_s, 2) for p in parts] == [5.64, 7.64, 11.21, 13.21, 15.21]


def test_who_is_late_is_put_off_where_nobody_is_in_the_way() -> None:
    room = Reservations()
    for name in ("first", "second"):
        room.add(name)
    spot = Capsule((0.0, 0.0, 0.0), (0.0, 0.0, 0.0), 0.3)
    with pytest.raises(FleetError, match="a granted claim of 'first' to put off, got none"):
        room.put_off("first", 1.0, 0.0)
    room.claim("first", [Part(spot, 0.0, 5.0)], 0.0)
    assert room.put_off("first", 2.0, 4.0)
    assert room.claim("second", [Part(spot, 7.0, 9.0)], 0.0).granted
    assert not room.put_off("first", 2.0, 6.0)
    assert room.granted("first") is not None


def test_the_table_counts_what_must_not_be() -> None:
    bad = Meeting(1, False, LIMIT_S, -0.001, 0.0, 0, ("blocked", "waits for ever"), ("ann",))
    good = Meeting(1, True, 30.0, 0.5, 12.0, 0, ("reached", "reached"), ())
    assert "| claimed | 1 | 1 | 30.0 s (30.0 s) | 12.0 s | 500 mm | 0 | 0 |" in table([good, bad])
    assert "| as if alone | 1 | 0 |" in table([good, bad])
