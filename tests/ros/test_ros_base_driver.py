"""A base behind ROS topics keeps the port's promises: the simulated base in a process of its own, our
driver here, real messages and real time between them."""

from __future__ import annotations

import math
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from driving import Processes, Reach, simulated_base

sys.path.insert(0, str(Path(__file__).parents[1] / "ports"))

from llmagentos_ros.base_topics import BaseTopics
from std_srvs.srv import Trigger
from test_driving_contract import (  # noqa: F401 - they run here, with this file's base
    test_a_period_without_a_command_brakes,
    test_a_scan_is_in_its_own_bounds_and_grows_older,
    test_it_drives_as_commanded_and_its_wheels_say_so,
    test_it_turns_counter_clockwise_for_positive_rates,
    test_the_scanner_turns_with_the_base,
    test_what_is_no_velocity_is_refused_and_moves_nothing,
    test_who_is_not_connected_answers_nothing,
)

from llmagentos.errors import DriverError
from llmagentos.navigation.localization import Localization
from llmagentos.navigation.navigator import End, Navigator
from llmagentos.ports.driving import Velocity
from llmagentos.robots.bases import load_base
from llmagentos.safety.base_gate import BaseGate
from llmagentos.safety.gated_base import GatedBase
from llmagentos.types import MapPose
from sim.flats.flat import FLATS, planned_map
from sim.flats.spec import FlatSpec

pytestmark = pytest.mark.timeout(300)
#: A busy machine is no reason for a base to stand: silence counts after so long, wall time.
SILENT_S = 5.0


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Processes, Reach]]:
    folder = tmp_path_factory.mktemp("base")
    with simulated_base(folder, cmd_vel_kind="Twist") as made:
        yield made


@pytest.fixture(scope="module")
def topics(at: tuple[Processes, Reach]) -> BaseTopics:
    node = at[1].node
    made = BaseTopics(node)
    made._odometry_age.timeout_s = made._scan_age.timeout_s = SILENT_S
    made.driver._clock_age.timeout_s = 2 * SILENT_S
    node.trigger_configure(), node.trigger_activate()
    return made


@pytest.fixture(params=["bare", "gated"])
def base(at: tuple[Processes, Reach], topics: BaseTopics, request: pytest.FixtureRequest):
    reach = at[1]
    reach.put_back()
    reach.wait(lambda: not topics.problem())
    driver = topics.driver
    made = driver if request.param == "bare" else GatedBase(driver, BaseGate(load_base(), "sim"))
    made.connect()
    rest(made)
    yield made
    made.disconnect()


def rest(base) -> None:
    """Two periods later: what was heard is of after the reset."""
    for _ in range(5):
        base.advance()


def test_a_period_lets_its_time_pass(base) -> None:
    """As the contract has it; what the wheels said was a moment on its way."""
    before = base.now_s
    base.advance()
    assert base.now_s - before == pytest.approx(base.control_period_s)
    assert -SILENT_S < base.odometry().stamp_s - base.now_s <= base.control_period_s


def test_our_navigator_drives_somebody_elses_base(at, topics, base) -> None:
    flat = FlatSpec.from_yaml(FLATS / "flat.yaml")
    spec, grid = load_base(), planned_map(flat, 0.19)
    gated = base if isinstance(base, GatedBase) else GatedBase(base, BaseGate(spec, "sim"))
    start = MapPose(*flat.start)
    navigator = Navigator(gated, spec, grid, Localization(grid, start), spec.profile("sim"))
    goal = start.after(MapPose(1.0, 0.0, 1.0))
    drive = navigator.go_to(goal)
    with pytest.raises(StopIteration) as ended:
        while True:
            next(drive)
    assert ended.value.value is End.REACHED
    assert navigator.pose.distance_m(goal) < 0.15


def test_a_base_that_falls_silent_is_told_to_stand_and_named(at, topics, base) -> None:
    processes, reach = at
    base.send_velocity(Velocity(0.2, 0.0))
    processes.freeze("base_sim")
    try:
        with pytest.raises(DriverError, match=r"silent for|clock to reach"):
            for _ in range(40):
                base.send_velocity(Velocity(0.2, 0.0))
                base.advance()
    finally:
        processes.freeze("base_sim", still=False)
    reach.wait(lambda: not topics.problem())


def test_a_stop_from_anywhere_is_measured_at_the_wheels(at, topics, base) -> None:
    _, reach = at
    told: list[Trigger.Response] = []
    asks = threading.Thread(
        target=lambda: told.append(reach.call(Trigger, "base_sim/stop", Trigger.Request()))
    )
    for period in range(60):
        base.send_velocity(Velocity(0.3, 0.0))
        base.advance()
        if period == 20:
            asks.start()
    asks.join(30)
    assert told[0].success and "at rest" in told[0].message
    said = base.odometry().velocity
    assert abs(said.forward_mps) < 0.02, "what is commanded after a stop is not driven"
    here = base.odometry().pose
    for _ in range(10):
        base.send_velocity(Velocity(0.3, 0.0))
        base.advance()
    assert base.odometry().pose.distance_m(here) < 0.01
    assert reach.call(Trigger, "base_sim/reset_safety", Trigger.Request()).success
    for _ in range(20):
        base.send_velocity(Velocity(0.3, 0.0))
        base.advance()
    assert base.odometry().pose.distance_m(here) > 0.05


def test_a_command_counts_for_a_while_only(at, topics, base) -> None:
    """Whoever drives and dies leaves a base that brakes by itself."""
    for _ in range(20):
        base.send_velocity(Velocity(0.3, 0.0))
        base.advance()
    _, reach = at
    before = base.odometry().stamp_s
    inner = topics.driver  # nobody asks it for anything: nothing is sent

    def rests() -> bool:
        now = inner._odometry
        assert now is not None
        return now.stamp_s > before + 0.5 and abs(now.velocity.forward_mps) < 0.01

    reach.wait(rests)
    assert not math.isnan(inner._odometry.pose.x_m)
