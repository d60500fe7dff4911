"""A fleet on every link: robots join and bid over the bus, tasks are done once, stops and words."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchmarks.fleet_world import STEPS, Acts, World
from llmagentos.errors import FleetError
from llmagentos.fleet import FleetTask, Member
from llmagentos.fleet.coordinator import Coordinator
from llmagentos.fleet.names import Names
from llmagentos.fleet.robot import FleetRobot
from llmagentos.fleet.stopping import stop_all
from llmagentos.fleet.work import Rest, Turn, Work
from llmagentos.messaging import Bus, LocalNet, open_bus

Peers = Callable[[str], Bus]


@pytest.fixture(params=["local", "zenoh"])
def peer(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Peers]:
    net, opened = LocalNet(), []

    def make(name: str) -> Bus:
        bus = (
            open_bus(name, net=net) if request.param == "local" else open_bus(name, folder=tmp_path)
        )
        opened.append(bus)
        return bus

    yield make
    for bus in reversed(opened):
        bus.close()


def until(done: Callable[[], object], why: Callable[[], object] = lambda: "") -> None:
    give_up = time.monotonic() + 30
    while not done():
        assert time.monotonic() < give_up, why()
        time.sleep(0.01)


def states(fleet: Coordinator) -> dict[str, str]:
    return {row["id"]: row["state"] for row in fleet.tasks()}


def test_tasks_are_divided_by_bids_and_done_once(peer: Peers, tmp_path: Path) -> None:
    world = World(tmp_path / "world")
    near, far = (
        Member("near", ("act",), "worker", (0, 0), 1.0),
        Member("far", ("act",), "worker", (10, 0), 1.0),
    )
    with Coordinator(peer("desk")) as fleet:
        robots = [FleetRobot(peer(m.name), m, Acts(m.name, world, 0.01)) for m in (near, far)]
        until(lambda: len(fleet.robots()) == 2)
        tasks = [
            FleetTask("a", needs=("act",), at_m=(1, 0)),
            FleetTask("b", needs=("act",), at_m=(9, 0)),
        ]
        fleet.submit(*tasks, tasks[0])  # handed in twice: one task
        fleet.submit(FleetTask("c", needs=("fly",)))
        until(lambda: sorted(states(fleet).values()) == ["done", "done", "waiting"], fleet.tasks)
        rows = {row["id"]: row for row in fleet.tasks()}
        assert rows["a"]["robot"] == "near" and rows["b"]["robot"] == "far"
        assert rows["c"]["why"] == "nobody can do it: far lacks fly, near lacks fly"
        assert [world.done(t) for t in "abc"] == [1, 1, 0]
        with pytest.raises(FleetError, match="expected a new id"):
            fleet.submit(FleetTask("a", "something else"))
        for robot in robots:
            robot.close()


def test_a_second_coordinator_is_refused(peer: Peers) -> None:
    with (
        Coordinator(peer("desk")),
        pytest.raises(FleetError, match="without a coordinator, got one"),
    ):
        Coordinator(peer("other"), look_s=20)


def test_the_desk_answers_over_the_bus(peer: Peers) -> None:
    with Coordinator(peer("desk"), "best-response"):
        ask = peer("person")
        desk = Names().desk
        assert ask.wait_for(desk, 20)
        assert ask.call(desk, ("submit", FleetTask("a"), FleetTask("b"))) == 2
        assert ask.call(desk, ("cancel", "a")) is True
        assert [r["state"] for r in ask.call(desk, ("tasks",))] == ["cancelled", "waiting"]
        assert ask.call(desk, ("about",))["policy"] == "best-response"
        with pytest.raises(FleetError, match="a task of this fleet, got 'x'"):
            ask.call(desk, ("cancel", "x"))
        with pytest.raises(FleetError, match="got 'dance'"):
            ask.call(desk, ("dance",))


def test_a_stop_tells_who_rests_and_work_goes_on_after_it(peer: Peers, tmp_path: Path) -> None:
    world = World(tmp_path / "world")
    with Coordinator(peer("desk")) as fleet:
        robots = [
            FleetRobot(peer(name), Member(name), Acts(name, world, 0.1)) for name in ("r1", "r2")
        ]
        until(lambda: len(fleet.robots()) == 2)
        fleet.submit(*(FleetTask(f"t{i}") for i in range(4)))
        until(lambda: world.acts())
        told = fleet.stop()
        assert [(s.robot, s.reached, s.rests) for s in told] == [
            ("r1", True, True),
            ("r2", True, True),
        ]
        assert told[0].words == "r1 rests: no act is under way"
        count = len(world.acts())
        time.sleep(0.5)
        assert len(world.acts()) == count
        until(lambda: set(states(fleet).values()) <= {"waiting", "done"})
        fleet.go_on()
        until(fleet.idle, fleet.tasks)
        assert [world.done(f"t{i}") for i in range(4)] == [1] * 4
        for robot in robots:
            robot.close()


class Stuck(Work):
    """Does not come to rest, and its tasks fail."""

    def do(self, turn: Turn) -> str:
        """See Work."""
        raise ZeroDivisionError("the gripper is open")

    def stop(self) -> Rest:
        """See Work."""
        return Rest(False, "0.2 m/s")


def test_who_does_not_rest_and_who_is_not_reached_is_said(peer: Peers) -> None:
    bus = peer("person")
    with FleetRobot(peer("r1"), Member("r1"), Stuck()):
        assert bus.wait_for(Names().stop("r1"), 20)
        told = stop_all(bus, known={"gone": ""})  # without any coordinator
        assert [(s.robot, s.reached, s.rests) for s in told] == [
            ("gone", False, False),
            ("r1", True, False),
        ]
        assert told[0].words.startswith("gone could not be reached (expected somebody who serves")
        assert told[1].words == "r1 still moves: 0.2 m/s"


def test_a_task_that_raises_fails_in_words_and_is_not_given_again(peer: Peers) -> None:
    with Coordinator(peer("desk")) as fleet, FleetRobot(peer("r1"), Member("r1"), Stuck()):
        fleet.submit(FleetTask("a"))
        until(fleet.idle)
        (row,) = fleet.tasks()
        assert (row["state"], row["times"]) == ("failed", 1)
        assert row["why"] == "ZeroDivisionError: the gripper is open"


def test_a_robot_that_leaves_in_mid_task_is_followed_by_another(
    peer: Peers, tmp_path: Path
) -> None:
    world = World(tmp_path / "world")
    with Coordinator(peer("desk"), lease_s=0.5) as fleet:
        first = FleetRobot(peer("r1"), Member("r1"), Acts("r1", world, 0.1))
        until(lambda: fleet.robots())
        fleet.submit(FleetTask("again"), FleetTask("person", half_done="ask"))
        until(lambda: any(a["task"] == "again" for a in world.acts()))
        first.close()
        with FleetRobot(peer("r2"), Member("r2"), Acts("r2", world, 0.01)):
            until(fleet.idle, fleet.tasks)
        assert world.done("again") == world.done("person") == 1  # "person" had not been begun
        assert {a["robot"] for a in world.acts() if a["step"] == STEPS} == {"r2"}


def test_what_may_be_half_done_waits_for_a_person_where_it_says_so(
    peer: Peers, tmp_path: Path
) -> None:
    world = World(tmp_path / "world")
    with Coordinator(peer("desk"), lease_s=0.5) as fleet:
        first = FleetRobot(peer("r1"), Member("r1"), Acts("r1", world, 0.1))
        until(lambda: fleet.robots())
        fleet.submit(FleetTask("weld", half_done="ask"))
        until(lambda: fleet.tasks()[0]["begun"])
        first.close()
        until(lambda: states(fleet)["weld"] == "unclear", fleet.tasks)
        assert fleet.tasks()[0]["why"].endswith("in the middle of it: it may be half done")
        with FleetRobot(peer("r2"), Member("r2"), Acts("r2", world, 0.01)):
            until(lambda: len(fleet.robots()) == 2)
            assert fleet.decide("weld", again=True) and not fleet.decide("weld", again=True)
            until(fleet.idle, fleet.tasks)
        assert world.done("weld") == 1


def test_a_cancelled_task_ends_at_its_robot(peer: Peers, tmp_path: Path) -> None:
    ended = threading.Event()

    class Long(Stuck):
        def do(self, turn: Turn) -> str:
            try:
                while True:
                    turn.go_on()
                    time.sleep(0.01)
            finally:
                ended.set()

    with Coordinator(peer("desk")) as fleet, FleetRobot(peer("r1"), Member("r1"), Long()):
        fleet.submit(FleetTask("a"))
        until(lambda: fleet.tasks()[0]["begun"])
        assert fleet.cancel("a")
        assert ended.wait(20)
        assert states(fleet) == {"a": "cancelled"}
