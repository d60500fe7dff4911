"""Flats can exist or say why not; what their base senses and touches is what is there."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from llmagentos.errors import DriverError, SceneError
from llmagentos.navigation.rays import cast
from llmagentos.ports.driving import Velocity
from llmagentos.types import MapPose
from sim.flats.drift import OdometryDrift
from sim.flats.flat import FLATS, SimulatedFlat, planned_map
from sim.flats.generated import Recipe, random_flat
from sim.flats.solids import KINDS, parts_of
from sim.flats.spec import FlatSpec
from sim.flats.world import FlatWorld

BARE = {
    "start": [1.0, 1.0, 0.0],
    "rooms": [
        {"name": "Hall", "x": [0, 3], "y": [0, 2]},
        {"name": "den", "x": [3, 6], "y": [0, 2]},
    ],
    "doors": [{"at": [3, 1.0]}],
}


def flat(**changes) -> FlatSpec:
    return FlatSpec.from_dict({**BARE, **changes})


def world(spec: FlatSpec | None = None, **how) -> FlatWorld:
    return FlatWorld(spec or flat(), renderer="tiny", **{"exact": True, **how})


def go(base: FlatWorld, forward: float, turn: float, seconds: float) -> None:
    for _ in range(round(seconds / base.control_period_s)):
        base.send_velocity(Velocity(forward, turn))
        base.advance()


@pytest.mark.parametrize("name", sorted(p.name for p in Path(FLATS).glob("*.yaml")))
def test_shipped_flats_exist_and_the_base_knows_their_rooms(name) -> None:
    with SimulatedFlat(FlatSpec.from_yaml(FLATS / name), renderer="tiny") as made:
        known = {place.name for place in made.base.state().places}
        for thing in (*made.flat.rooms, *made.flat.furniture):
            assert thing.name in known
        assert made.base.state().room and not made.world.contacts
        assert made.picture(160, 120).shape == (120, 160, 3)


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"rooms": []}, "expected at least one"),
        ({"doors": [{"at": [1.5, 1.0]}]}, "on a wall of a room"),
        ({"start": [9, 9, 0]}, "a place in a room"),
        ({"start": [0.1, 1, 0]}, "something stands there"),
        ({"base": "hovercraft"}, "expected a base"),
        ({"furniture": [{"kind": "throne", "at": [2, 1]}]}, "expected a kind of"),
        ({"furniture": [{"kind": "crate", "at": [1.1, 1]}]}, "something stands there"),
        ({"rooms": [{"name": "x", "x": [3, 0], "y": [0, 2]}]}, "from less to more"),
        ({"walkers": [{"path": [[1, 1]]}]}, "at least 2"),
        ({"moat": 1}, "moat"),
    ],
)
def test_flats_that_cannot_be_say_why(changes, match) -> None:
    with pytest.raises(SceneError, match=match):
        flat(**changes)


def test_walls_follow_from_rooms_and_doors() -> None:
    walls, frame = flat().occupied()
    assert walls[frame.cell(3.0, 0.2)] and not walls[frame.cell(3.0, 1.0)]
    assert walls[frame.cell(0.0, 1.0)] and walls[frame.cell(6.0, 1.0)]
    assert not walls[frame.cell(1.5, 1.0)]
    shared = [w for w in flat().walls() if w.half[1] > w.half[0] and abs(w.at[0] - 3.0) < 0.01]
    assert len(shared) == 2, "one wall between the rooms, in two pieces beside the door"


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda k: k.name)
def test_furniture_keeps_its_own_size(kind) -> None:
    length, width, height = kind.size
    for part in parts_of(kind, kind.size):
        (x, y, z), (hx, hy, hz) = part.at, part.half
        assert abs(x) + hx <= length / 2 + 1e-6 and abs(y) + hy <= width / 2 + 1e-6
        assert z - hz >= -1e-6 and z + hz <= height + 0.09


def test_the_scanner_sees_what_stands_at_its_height() -> None:
    spec = FlatSpec.from_yaml(FLATS / "flat.yaml")
    base = world(spec)
    scan, eye = base.scan(), base.truth.after(base.scan().mount)
    grid = planned_map(spec, base.spec.scanner.height_m)
    angles = base.truth.yaw_rad + scan.angles_rad
    expected = cast(grid.occupied, grid.frame, (eye.x_m, eye.y_m), angles, scan.max_m)
    off = np.abs(expected - scan.ranges_m)
    assert np.median(off) < 0.03 and (off < 0.15).mean() > 0.95
    base.close()


def test_a_scanner_s_errors_are_as_its_folder_says() -> None:
    exact, noisy = world(), world(exact=False, seed=3)
    off = noisy.scan().ranges_m - exact.scan().ranges_m
    answered = noisy.scan().ranges_m > 0
    assert 0.005 < off[answered].std() < 0.03 and abs(np.median(off[answered])) < 0.004
    exact.close(), noisy.close()


def test_it_drives_as_told_and_exact_wheels_know_it() -> None:
    base = world()
    go(base, 0.4, 0.5, 2.0)
    said, true = base.odometry().pose, base.truth.seen_from(MapPose(*BARE["start"]))
    assert said.distance_m(true) < 0.03 and abs(said.yaw_rad - true.yaw_rad) < 0.01
    assert true.yaw_rad == pytest.approx(1.0, abs=0.02)
    base.close()


def test_wheels_that_drift_are_wrong_by_the_share() -> None:
    drift = OdometryDrift.of_share(0.05, np.random.default_rng(0))
    base = world(drift=drift, exact=False)
    go(base, 0.5, 0.0, 3.0)
    said = math.hypot(base.odometry().pose.x_m, base.odometry().pose.y_m)
    gone = base.truth.distance_m(MapPose(*BARE["start"]))
    assert abs(said / gone - 1) == pytest.approx(0.05, abs=0.02)
    assert {abs(drift.way), abs(drift.turn), abs(drift.veer_radpm)} == {0.05}
    base.close()


def test_it_gives_way_to_walls_and_the_contact_is_known() -> None:
    base = world()
    go(base, -0.6, 0.0, 3.0)
    radius = base.spec.radius_m
    assert base.truth.x_m == pytest.approx(0.05 + radius, abs=0.02), "it does not go through"
    assert {name for _, name in base.contacts} == {"wall"}
    assert base.gap_m() < 0.01
    assert base.odometry().pose.x_m < -1.5, "the wheels slipped and say otherwise"
    base.close()


def test_a_person_walks_and_stops_before_the_base() -> None:
    path = {"path": [[0.4, 1.0], [2.6, 1.0]], "speed": 0.8}
    base = world(flat(start=[1.6, 1.0, 0.0], walkers=[path]))
    person = base.people[0]
    go(base, 0.0, 0.0, 2.0)
    assert not person.walks and not base.contacts
    assert 0.2 < base.gap_m() < 0.5
    start = person.at.copy()
    go(base, 0.5, 0.0, 2.6)
    assert person.at[0] > start[0] + 0.3
    base.close()


def test_a_person_who_has_waited_turns_back() -> None:
    path = {"path": [[0.4, 1.0], [2.6, 1.0]], "speed": 0.8}
    base = world(flat(start=[1.6, 1.0, 0.0], walkers=[path]))
    go(base, 0.0, 0.0, 2.0)
    waited_at = base.people[0].at[0]
    least = waited_at
    for _ in range(6):
        go(base, 0.0, 0.0, 0.5)
        least = min(least, base.people[0].at[0])
    assert least < waited_at - 0.2 and not base.contacts
    base.close()


def test_the_camera_looks_ahead_and_its_frame_is_the_base_s() -> None:
    spec = flat(furniture=[{"kind": "crate", "at": [1.8, 1.0]}])
    base = world(spec)
    frame = base.capture(160, 120)
    seen = base.spec.eye
    slant = (seen.height_m - 0.6) / math.sin(seen.down_rad)  # onto the crate's top
    assert frame.depth[60, 80] == pytest.approx(slant, abs=0.05)
    assert frame.base_from_camera[:3, 3] == pytest.approx([seen.x_m, 0.0, seen.height_m])
    reddest = frame.rgb[60, 80].astype(int)
    assert reddest[0] > reddest[1] + 20
    base.close()


def test_a_closed_flat_answers_nothing() -> None:
    base = world()
    base.close()
    with pytest.raises(DriverError, match="expected an open world"):
        base.scan()


@pytest.mark.parametrize("seed", [3, 11])
def test_generated_flats_are_the_same_each_time_and_all_theirs_can_be_reached(seed) -> None:
    made = random_flat(seed, Recipe(size_m=(6.0, 7.5), people=1))
    again = random_flat(seed, Recipe(size_m=(6.0, 7.5), people=1))
    assert made.model_dump() == again.model_dump()
    assert len(made.rooms) >= 2 and len(made.doors) >= len(made.rooms) - 1 and made.furniture
    with SimulatedFlat(made, renderer="tiny") as flat:
        assert not flat.world.contacts
        for door in made.doors:
            assert len(flat.navigator.plan(MapPose(*door.at))) >= 2
