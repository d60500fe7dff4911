"""Parameters: described, bounded, and every value in the YAML files is one of them."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import rclpy
import yaml
from diagnostic_msgs.msg import DiagnosticStatus
from geometry_msgs.msg import Point, Pose, PoseArray
from harness import next_domain
from llmagentos_ros import interface as table
from llmagentos_ros.bringup import Bringup
from llmagentos_ros.executor import ExecutorNode
from llmagentos_ros.parameters import NODES
from llmagentos_ros.perception import PerceptionNode
from rclpy.lifecycle import TransitionCallbackReturn
from rclpy.parameter import Parameter as Given

ROOT = Path(__file__).resolve().parents[2]


def parameters(node: str) -> dict[str, Any]:
    kind = getattr(importlib.import_module(f"llmagentos_ros.{node}"), NODES[node])
    return {p.name: p for p in kind.parameters()}


@pytest.mark.parametrize("node", NODES)
def test_described_and_bounded(node: str) -> None:
    for p in parameters(node).values():
        assert len(p.description) > 10
        if isinstance(p.default, float | int) and not isinstance(p.default, bool):
            assert p.low is not None and p.low <= p.default <= p.high, p.name


@pytest.mark.parametrize("name", ["sim.yaml", "robot.yaml", "base.yaml"])
def test_files_name_only_what_exists(name: str) -> None:
    data = yaml.safe_load((ROOT / "launch/config" / name).read_text())
    for key, value in data.items():
        node = key.removeprefix("/**/")
        if node == "/**":
            continue
        known = parameters("driving_" * (name == "base.yaml" and node == "executor") + node)
        for parameter, given in value["ros__parameters"].items():
            if parameter == "use_sim_time":
                continue
            assert type(given) is type(known[parameter].default), (node, parameter)


def test_the_table_has_one_row_a_name_and_relative_names() -> None:
    topics, endpoints = [t.name for t in table.TOPICS], [e.name for e in table.ENDPOINTS]
    assert len(topics) == len(set(topics)) and len(endpoints) == len(set(endpoints))
    names = topics + endpoints  # ROS keeps the two apart: there is a topic and a service `stop`
    assert [n for n in names if n.startswith("/")] == ["/clock"]
    assert all(t.meaning for t in (*table.TOPICS, *table.ENDPOINTS))


def test_commands_are_never_repeated_to_those_who_come_late() -> None:
    from rclpy.qos import QoSDurabilityPolicy, QoSReliabilityPolicy

    for topic in (table.TRAJECTORY, table.GRIPPER):
        assert topic.qos.durability == QoSDurabilityPolicy.VOLATILE
        assert topic.qos.reliability == QoSReliabilityPolicy.RELIABLE and topic.qos.depth == 1
    for topic in (table.SCENE, table.SAFETY_STATE):
        assert topic.qos.durability == QoSDurabilityPolicy.TRANSIENT_LOCAL
    for topic in (table.COLOR, table.DEPTH, table.JOINT_STATES):
        assert topic.qos.reliability == QoSReliabilityPolicy.BEST_EFFORT


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """A node as its process makes it, with parameters from a file."""
    made = []

    def node(kind: type, text: str) -> Any:
        file = tmp_path / "given.yaml"
        file.write_text(text)
        argv = ["--ros-args", "--params-file", str(file)]
        sys.argv[1:] = argv
        rclpy.init(args=argv, domain_id=next_domain())
        made.append(kind())
        return made[-1]

    before = sys.argv[1:]
    yield node
    sys.argv[1:] = before
    for one in made:
        if hasattr(one, "close"):
            one.close()
        one.destroy_node()
    rclpy.try_shutdown()


def health(node: Any) -> tuple[bytes, str, dict[str, Any]]:
    found: tuple[bytes, str, dict[str, Any]] = node.pulse.health()
    return found


def test_integers_are_taken_for_doubles(make: Callable[..., Any]) -> None:
    node = make(
        PerceptionNode,
        "/**: {ros__parameters: {max_hz: 7, camera_position: [0, 0, 1],"
        " camera_quaternion: [1, 0, 0, 0], stale_s: 2.5}}",
    )
    assert (node.value("max_hz"), node.value("stale_s")) == (7.0, 2.5)
    assert [float(v) for v in node.value("camera_position")] == [0.0, 0.0, 1.0]
    for new, taken in ((9, True), (9.5, True), (900, False), ("nine", False), (True, False)):
        [result] = node.set_parameters([Given("max_hz", value=new)])
        assert result.successful is taken, (new, result.reason)
        assert node.set_parameters_atomically([Given("max_hz", value=new)]).successful is taken
    assert node.value("max_hz") == 9.5


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("control_hz: fast", "expected a number for control_hz, got 'fast'"),
        ("control_hz: true", "expected a number for control_hz, got True"),
        ("control_hz: 5000", "expected control_hz from 10 to 240, got 5000"),
        ("profile: 3", "expected text for profile, got 3"),
        ("joint_names: [1, 2]", "expected a list, each text, for joint_names"),
        ("joint_names: elbow", "expected a list, each text, for joint_names"),
    ],
)
def test_what_cannot_be_taken_is_told_by_a_node_that_lives(
    make: Callable[..., Any], given: str, why: str
) -> None:
    node = make(ExecutorNode, f"/**/executor: {{ros__parameters: {{{given}}}}}")
    assert node.trigger_configure() == TransitionCallbackReturn.FAILURE
    assert why in node.problem and not node.problem_passes
    level, words, figures = health(node)
    assert level == DiagnosticStatus.ERROR and why in words and figures[table.PASSES] == "false"


def test_a_rules_file_that_cannot_be_read_is_told(make: Callable[..., Any]) -> None:
    node = make(ExecutorNode, "/**/executor: {ros__parameters: {rules: /none.yaml}}")
    assert node.trigger_configure() == TransitionCallbackReturn.FAILURE
    assert "expected a rules file at /none.yaml, got no such file" in node.problem


def test_the_executor_hears_of_people(make: Callable[..., Any]) -> None:
    node = make(ExecutorNode, "/**/executor: {ros__parameters: {robot: panda}}")
    assert node.trigger_configure() == TransitionCallbackReturn.SUCCESS
    around = node.surroundings
    seen = PoseArray(poses=[Pose(position=Point(x=0.5, y=-0.3))])
    for frame, heard in (("elsewhere", ()), (node.base_frame, ((0.5, -0.3),))):
        seen.header.frame_id = frame
        around._on_people(seen)
        assert node._plan_guard.people.now().at == heard
    seen.poses[0].position.x = float("nan")
    around._on_people(seen)
    assert node._plan_guard.people.now().at == ((0.5, -0.3),)
    assert any(t.topic_name.endswith("/people") for t in node.subscriptions)


def test_what_no_parameter_has_is_named(make: Callable[..., Any]) -> None:
    node = make(ExecutorNode, "/**/executor: {ros__parameters: {profil: full, max_hz: 7.0}}")
    assert health(node)[2][table.UNKNOWN_PARAMETERS] == "profil, max_hz"
    assert not node.has_parameter("profil")


def test_what_is_given_to_every_node_may_be_anothers(make: Callable[..., Any]) -> None:
    node = make(ExecutorNode, "/**: {ros__parameters: {robot: panda, max_hz: 7.0, robt: ur5e}}")
    assert health(node)[2][table.UNKNOWN_PARAMETERS] == "robt"


def test_bring_up_names_sections_that_mean_no_node(
    make: Callable[..., Any], capfd: pytest.CaptureFixture[str]
) -> None:
    make(
        Bringup,
        "/**/percepton: {ros__parameters: {max_hz: 7.0}}\n"
        "/r0/planner: {ros__parameters: {engine: none}}\n"
        "/**: {ros__parameters: {robot: panda}}\n"
        "/**/bringup: {ros__parameters: {nodes: [perception, planner], autostrat: true}}\n",
    )
    said = capfd.readouterr().err
    assert "'/**/percepton'" in said and "'/r0/planner'" in said and "'autostrat'" in said
    assert "'robot'" not in said
