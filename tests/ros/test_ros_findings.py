"""What is wrong with a graph and what to do, from views of graphs that are broken in known ways."""

from __future__ import annotations

from dataclasses import replace

import pytest
from llmagentos_ros import inputs
from llmagentos_ros.findings import Finding, GraphView, NodeView, examine
from llmagentos_ros.inputs import Channel, End, Input, Policy

NODES = ("perception", "planner", "executor", "agent")
WELL = NodeView(
    present=True, state="active", beat_age_s=0.1, instances=1, rows={"pid": "7", "/scene": "ok: -"}
)
#: It has a heartbeat, and neither a lifecycle nor diagnostics of its own.
BRINGUP = NodeView(present=True, beat_age_s=0.1, instances=1)
GRAPH = GraphView("/", 0, {name: WELL for name in NODES}, BRINGUP)
SENSOR = Policy(reliable=False, latched=False)


def with_node(name: str, node: NodeView) -> GraphView:
    return replace(GRAPH, nodes={**GRAPH.nodes, name: node})


def only(view: GraphView) -> Finding:
    found = examine(view)
    assert len(found) == 1, found
    return found[0]


def test_nothing_is_found_in_a_healthy_graph() -> None:
    assert examine(GRAPH) == []


def test_no_graph_is_one_finding_that_says_how_to_start_one() -> None:
    empty = GraphView("/", 7, {name: NodeView() for name in NODES})
    found = only(empty)
    assert "domain 7" in found.words and "llmagentos up" in found.what_to_do
    elsewhere = only(replace(empty, elsewhere=["/left"]))
    assert "/left" in elsewhere.words and "--namespace /left" in elsewhere.what_to_do


@pytest.mark.parametrize(
    ("node", "words"),
    [
        (NodeView(), "does not run"),
        (replace(WELL, beat_age_s=5.0, instances=0), "silent"),
        (replace(WELL, instances=2), "runs 2 times"),
        (replace(WELL, state="unconfigured"), "unconfigured"),
        (replace(WELL, state=""), "does not answer"),
        (replace(WELL, rows={}), "no diagnostics"),
        (replace(WELL, rows={"joints": "fault: twelve joints"}), "twelve joints"),
    ],
    ids=lambda value: value.replace(" ", "-") if isinstance(value, str) else "",
)
def test_a_node_that_is_not_well_is_named(node: NodeView, words: str) -> None:
    found = only(with_node("executor", node))
    assert found.where == "executor" and words in found.words and len(found.what_to_do) > 10


def test_without_bring_up_nothing_comes_back() -> None:
    found = only(replace(GRAPH, bringup=NodeView()))
    assert found.where == "bringup" and "is not there" in found.words


def test_two_bring_ups_are_told() -> None:
    found = only(replace(GRAPH, bringup=replace(BRINGUP, instances=2)))
    assert found.where == "bringup" and "runs 2 times" in found.words


def test_shared_memory_that_is_too_small_is_told() -> None:
    found = only(replace(GRAPH, shm_free=1000))
    assert "/dev/shm" in found.words and "--shm-size" in found.what_to_do


@pytest.mark.parametrize(
    ("kind", "do"),
    [
        ("sensor_msgs/msg/JointState", "joint_states:=/its/topic"),
        ("sensor_msgs/msg/Image", "color:=/its/topic"),
        ("sensor_msgs/msg/CameraInfo", "camera_info:=/its/topic"),
        ("geometry_msgs/msg/TransformStamped", "calibrate"),
        ("llmagentos_msgs/msg/Scene", "perception"),
        ("rosgraph_msgs/msg/Clock", "use_sim_time"),
    ],
)
def test_a_row_of_diagnostics_becomes_words_and_advice(kind: str, do: str) -> None:
    """The row is written by the node's own helper, so both sides agree on its form."""
    row = Input(Channel("/topic", kind, SENSOR, 15.0), list, lambda: 0.0).row()
    found = only(with_node("perception", replace(WELL, rows={"/topic": row})))
    for part in ("/topic", "published by nobody", kind, "best effort", "15 Hz expected", "never"):
        assert part in found.words
    assert do in found.what_to_do


def test_every_problem_has_words_and_advice() -> None:
    for problem in inputs.PROBLEMS:
        row = f"{problem}: sensor_msgs/msg/Image, best effort, volatile, 15 Hz expected"
        found = only(with_node("perception", replace(WELL, rows={"/depth": row})))
        assert "/depth is " in found.words and len(found.what_to_do) > 20


def test_a_policy_that_does_not_fit_is_told_as_such() -> None:
    latched = Policy(reliable=True, latched=True)
    ends = [End("/cam", "x/msg/Y", SENSOR)]
    row = Input(Channel("/t", "x/msg/Y", latched, 5.0), lambda: ends, lambda: 0.0).row()
    found = only(with_node("perception", replace(WELL, rows={"/t": row})))
    assert "QoS" in found.words and "QoS" in found.what_to_do


def test_a_node_that_is_not_active_is_not_blamed_for_what_it_misses_yet() -> None:
    row = "unpublished: sensor_msgs/msg/Image, best effort, volatile, 15 Hz expected"
    waiting = replace(WELL, state="inactive", rows={"/depth": row})
    assert "inactive" in only(with_node("perception", waiting)).words
