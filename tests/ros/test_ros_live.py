"""A running graph seen from outside: parameters, QoS, diagnostics, safety state, clock."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from diagnostic_msgs.msg import DiagnosticStatus
from harness import Client, Graph
from llmagentos_msgs.msg import SafetyState
from llmagentos_ros import interface as table
from rcl_interfaces.msg import Parameter, ParameterType, ParameterValue
from rcl_interfaces.srv import DescribeParameters, GetParameters, ListParameters, SetParameters
from rosgraph_msgs.msg import Clock

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]
NODES = ["robot_sim", "perception", "planner", "executor", "agent"]
#: Others publish these; the graph listens.
FROM_OUTSIDE = (table.PEOPLE, table.BATTERY, table.STOP_NOW)
#: Of the node `speech`, which this graph does not have (test_ros_speech.py).
OF_SPEECH = (table.AUDIO, table.HEARD, table.SPOKEN, table.SPOKEN_AUDIO)
#: What rclpy itself declares.
BUILT_IN = {"use_sim_time", "start_type_description_service"}


@pytest.mark.parametrize("node", [*NODES, "bringup"])
def test_parameters_are_described_and_bounded(graph: Graph, client: Client, node: str) -> None:
    listed = client.call(ListParameters, f"{node}/list_parameters", ListParameters.Request())
    ours = [n for n in listed.result.names if n not in BUILT_IN and "." not in n]
    request = DescribeParameters.Request(names=ours)
    found = client.call(DescribeParameters, f"{node}/describe_parameters", request).descriptors
    assert {d.name for d in found} == set(ours) and len(ours) >= 3
    for d in found:
        assert len(d.description) > 10, d.name
        if d.type == ParameterType.PARAMETER_DOUBLE:
            assert d.floating_point_range, d.name
        if d.type == ParameterType.PARAMETER_INTEGER:
            assert d.integer_range, d.name


@pytest.mark.parametrize(
    ("name", "value", "taken"),
    [("camera_hz", 1000.0, False), ("rgb_noise", 1.0, False), ("camera_hz", 5.0, True)],
    ids=["out of range", "read-only", "in range"],
)
def test_parameters_refuse(
    graph: Graph, client: Client, name: str, value: float, taken: bool
) -> None:
    new = ParameterValue(type=ParameterType.PARAMETER_DOUBLE, double_value=value)
    request = SetParameters.Request(parameters=[Parameter(name=name, value=new)])
    answer = client.call(SetParameters, "robot_sim/set_parameters", request).results[0]
    assert answer.successful is taken and (taken or answer.reason)


@pytest.mark.parametrize("node", NODES)
def test_simulated_time_is_followed(graph: Graph, client: Client, node: str) -> None:
    request = GetParameters.Request(names=["use_sim_time"])
    answer = client.call(GetParameters, f"{node}/get_parameters", request)
    assert answer.values[0].bool_value is (node != "robot_sim")


def test_every_topic_of_the_table_is_published_as_the_table_says(
    graph: Graph, client: Client
) -> None:
    for topic in [t for t in table.TOPICS if t not in OF_SPEECH]:
        name = client.node.resolve_topic_name(topic.name)
        ends = "subscriptions" if topic in FROM_OUTSIDE else "publishers"
        told = getattr(client.node, f"get_{ends}_info_by_topic")

        def offers(name: str = name, told: Any = told) -> list[Any]:
            return told(name)

        client.wait(lambda offers=offers: bool(offers()))  # type: ignore[misc]
        for offer in offers():
            assert offer.qos_profile.reliability == topic.qos.reliability, name
            assert offer.qos_profile.durability == topic.qos.durability, name


def test_every_node_reports_diagnostics(graph: Graph, client: Client) -> None:
    heard: dict[str, DiagnosticStatus] = {}

    def hear(msg: object) -> None:
        heard.update({s.name: s for s in msg.status})  # type: ignore[attr-defined]

    topic = table.DIAGNOSTICS
    subscription = client.node.create_subscription(topic.kind, topic.name, hear, topic.qos)
    everybody = {f"/{n}" for n in NODES}
    # A node may warn at first, until it has seen what it needs.
    client.wait(
        lambda: (
            set(heard) >= everybody
            and all(heard[n].level == DiagnosticStatus.OK for n in everybody)
        )
    )
    client.node.destroy_subscription(subscription)
    for status in heard.values():
        assert {"cpu_s", "pid"} <= {v.key for v in status.values}


def test_a_healthy_arm_may_move(graph: Graph, client: Client) -> None:
    client.wait(
        lambda: (
            "safety_state" in client.latest
            and client.latest["safety_state"].state == SafetyState.OK
        )
    )
    state = client.latest["safety_state"]
    assert state.reasons == [] and state.joint_states_age >= 0 and state.scene_age >= 0


def test_the_clock_rises_in_control_periods(graph: Graph, client: Client) -> None:
    stamps: list[float] = []
    subscription = client.node.create_subscription(
        Clock,
        table.CLOCK.name,
        lambda m: stamps.append(m.clock.sec + m.clock.nanosec * 1e-9),
        table.CLOCK.qos,
    )
    client.wait(lambda: len(stamps) > 50)
    client.node.destroy_subscription(subscription)
    periods = [60 * (b - a) for a, b in itertools.pairwise(stamps)]
    assert periods == pytest.approx([round(p) for p in periods], abs=1e-3)
    assert min(periods) > 0.5


def test_camera_pose_comes_late_too(graph: Graph, client: Client) -> None:
    """The transform is latched: who subscribes after it was sent has it all the same."""
    got: list[object] = []
    topic = table.CAMERA_POSE
    subscription = client.node.create_subscription(topic.kind, topic.name, got.append, topic.qos)
    client.wait(lambda: bool(got))
    client.node.destroy_subscription(subscription)
    assert got[0].header.frame_id == "panda_link0"  # type: ignore[attr-defined]


def test_nodes_came_up_in_order(graph: Graph, client: Client) -> None:
    """Each became active only after all before it were; configuring may overlap."""
    risen: list[str] = []
    for states in graph.history:
        risen += [n for n in NODES if states.get(n) == "active" and n not in risen]
    assert risen == NODES
    seen = [states.get("agent") for states in graph.history]
    assert seen.index("unconfigured") < seen.index("inactive") < seen.index("active")
