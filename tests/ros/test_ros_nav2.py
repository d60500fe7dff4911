"""A robot with Nav2 is driven by Nav2's actions: the port's contract, and what can go wrong with them.

Nav2 has no wheels, so its servers are a stand-in with the real interfaces (fakes/standin_nav2.py); it
drives the simulated base as Nav2 would, by cmd_vel, odom and tf.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from driving import FAKES, Processes, Reach, simulated_base
from rcl_interfaces.msg import Parameter as ParameterMsg
from rcl_interfaces.msg import ParameterType, ParameterValue
from rcl_interfaces.srv import SetParameters

sys.path.insert(0, str(Path(__file__).parents[1] / "ports"))

from geometry_msgs.msg import PoseWithCovarianceStamped
from llmagentos_ros import interface as table
from llmagentos_ros import nav2_base
from llmagentos_ros.nav2_base import Nav2Base
from llmagentos_ros.nav2_goal import CODES, ended
from llmagentos_ros.whereabouts import Whereabouts
from test_base_contract import (  # noqa: F401 - they run here, with this file's base
    ahead,
    drive,
    far,
    test_a_drive_arrives_and_its_report_stays,
    test_it_drives_so_far_and_turns,
    test_it_is_a_base_that_rests,
    test_numbers_that_are_none_are_reported,
    test_stop_is_a_failure_that_stays,
    test_where_it_stands_can_be_named_and_named_anew,
)

from llmagentos.errors import MissingDependencyError
from llmagentos.ports.base import DRIVE_FAILURES
from llmagentos.ports.failures import Failure
from llmagentos.ports.skills import SkillStatus
from llmagentos.robots.bases import load_base
from llmagentos.types import MapPose

pytestmark = pytest.mark.timeout(300)
PROFILE = load_base().profile("careful")


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Processes, Reach]]:
    folder = tmp_path_factory.mktemp("nav2")
    with simulated_base(folder, cmd_vel_kind="Twist", exact=True) as (processes, reach):
        start_nav2(processes)
        yield processes, reach


def start_nav2(processes: Processes) -> None:
    processes.start("nav2", str(FAKES / "standin_nav2.py"), use_sim_time=True)


@pytest.fixture(scope="module")
def where(at: tuple[Processes, Reach]) -> Whereabouts:
    node = at[1].node
    made = Whereabouts(node, tf_timeout_s=10.0)
    node._nav2 = Nav2Base(node, made, PROFILE, silence_s=5.0)
    node.trigger_configure(), node.trigger_activate()
    return made


@pytest.fixture
def base(at: tuple[Processes, Reach], where: Whereabouts) -> Iterator[Nav2Base]:
    processes, reach = at
    if "nav2" not in processes.running:
        start_nav2(processes)
    made: Nav2Base = reach.node._nav2
    made.stop()
    made._report = nav2_base.succeeded("nothing to do")
    behave(reach, "")
    reach.put_back()
    reach.wait(lambda: not where.lost() and where.rests())
    reach.wait(lambda: far(where.pose, MapPose(*START)) < 0.05)
    reach.wait(lambda: all(c.server_is_ready() for c in made._clients.values()))
    yield made
    made.stop()


def _start() -> tuple[float, float, float]:
    from sim.flats.flat import FLATS
    from sim.flats.spec import FlatSpec

    return FlatSpec.from_yaml(FLATS / "flat.yaml").start


START = _start()


def behave(reach: Reach, mode: str) -> None:
    """Tell the stand-in how."""
    value = ParameterValue(type=ParameterType.PARAMETER_STRING, string_value=mode)
    request = SetParameters.Request(parameters=[ParameterMsg(name="mode", value=value)])
    answer = reach.call(SetParameters, "bt_navigator/set_parameters", request)
    assert answer.results[0].successful


def test_a_goal_that_nav2_refuses_is_told(at, base) -> None:
    behave(at[1], "refuse")
    base.go_to(ahead(base.state().pose, 0.5))
    report = drive(base)
    assert report.failure is Failure.NO_ANSWER and "refused" in report.words


@pytest.mark.parametrize(
    ("code", "failure"),
    [(208, Failure.NO_WAY), (105, Failure.WAY_BLOCKED), (202, Failure.LOST),
     (207, Failure.TIMEOUT), (0, Failure.WAY_BLOCKED), (59999, Failure.WAY_BLOCKED)],
)  # fmt: skip
def test_what_nav2_gives_up_with_has_a_name(at, base, code, failure) -> None:
    behave(at[1], f"abort:{code}")
    base.go_to(ahead(base.state().pose, 0.5))
    report = drive(base)
    assert report.failure is failure and report.words.startswith("Nav2 gave up")
    assert base.tick() is report


def test_every_code_is_a_failure_of_a_drive() -> None:
    assert set(CODES.values()) <= DRIVE_FAILURES

    class Humble:
        """Its results have neither code nor words."""

    assert ended(6, Humble()).failure is Failure.WAY_BLOCKED
    assert ended(5, Humble()).failure is Failure.STOPPED
    assert ended(4, Humble()).failure is None


def test_nav2_that_is_killed_in_mid_drive_is_missed(at, base) -> None:
    processes, _ = at
    base.go_to(ahead(base.state().pose, 1.5))
    for _ in range(15):
        base.tick()
    processes.kill("nav2")
    report = drive(base)
    assert report.failure is Failure.NO_ANSWER and "said nothing for" in report.words
    stopped = base.stop()
    assert "I stand" in stopped.words, "the base brakes by itself once nobody commands it"


def test_without_nav2_a_drive_ends_by_name(at, base) -> None:
    processes, reach = at
    processes.kill("nav2")
    # What was killed is gone from the graph only once its lease ran out there.
    reach.wait(lambda: not base._clients["navigate_to_pose"].server_is_ready())
    base.go_to(ahead(base.state().pose, 0.5))
    report = drive(base)
    assert report.failure is Failure.NO_ANSWER and "no action navigate_to_pose" in report.words


def test_nav2_that_goes_on_in_spite_of_a_stop_is_not_said_to_stand(at, base) -> None:
    processes, reach = at
    behave(reach, "deaf")
    base.go_to(ahead(base.state().pose, 3.0))
    for _ in range(20):
        base.tick()
    report = base.stop()
    assert report.failure is Failure.STOPPED
    assert report.words == "I was told to stop, and still move."
    processes.kill("nav2")


def test_nav2_that_takes_a_goal_and_does_nothing_is_missed(at, base) -> None:
    behave(at[1], "still")
    base.go_to(ahead(base.state().pose, 0.5))
    report = drive(base)
    assert report.failure is Failure.NO_ANSWER


def test_a_new_goal_takes_the_place_of_another_kind(base) -> None:
    start = base.state().pose
    base.go_to(ahead(start, 1.5))
    for _ in range(10):
        base.tick()
    base.go_by(-0.2)
    turned_back_at = base.state().pose
    assert drive(base).status is SkillStatus.SUCCEEDED
    assert far(base.state().pose, start) < far(turned_back_at, start) + 0.1


def test_walls_are_not_followed(base) -> None:
    base.follow_wall()
    report = drive(base)
    assert report.failure is Failure.INVALID_ACTION and "no walls" in report.words


def test_who_does_not_know_where_it_is_does_not_drive_on(at, base, where) -> None:
    """AMCL that is unsure by metres: its own covariance says so."""
    _, reach = at
    doubtful = PoseWithCovarianceStamped()
    doubtful.header.frame_id = "map"
    doubtful.pose.pose.orientation.w = 1.0
    doubtful.pose.covariance[0] = doubtful.pose.covariance[7] = 4.0
    out = reach.node.create_publisher(
        PoseWithCovarianceStamped, table.AMCL_POSE.name, table.AMCL_POSE.qos
    )
    try:
        base.go_to(ahead(base.state().pose, 2.0))
        base.tick()
        reach.wait(lambda: out.get_subscription_count() > 0)
        for _ in range(60):  # the base itself says in between that it knows
            out.publish(doubtful)
            report = base.tick()
            if report.status is not SkillStatus.RUNNING:
                break
        assert report.failure is Failure.LOST and "unsure by 2.0 m" in report.words
    finally:
        reach.node.destroy_publisher(out)


def test_where_nav2_is_not_installed_that_is_said(at, where, monkeypatch) -> None:
    monkeypatch.setattr(nav2_base.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingDependencyError, match="expected nav2_msgs"):
        Nav2Base(at[1].node, where, PROFILE)
