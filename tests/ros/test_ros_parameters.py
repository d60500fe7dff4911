"""Parameters: described, bounded, and every value in the YAML files is one of them."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest
import yaml
from llmagentos_ros import interface as table

ROOT = Path(__file__).resolve().parents[2]
NODES = {
    "robot_sim": "RobotSim",
    "perception": "PerceptionNode",
    "planner": "PlannerNode",
    "executor": "ExecutorNode",
    "agent": "AgentNode",
    "bringup": "Bringup",
}


def parameters(node: str) -> dict[str, Any]:
    kind = getattr(importlib.import_module(f"llmagentos_ros.{node}"), NODES[node])
    return {p.name: p for p in kind.PARAMETERS}


@pytest.mark.parametrize("node", NODES)
def test_described_and_bounded(node: str) -> None:
    for p in parameters(node).values():
        assert len(p.description) > 10
        if isinstance(p.default, float | int) and not isinstance(p.default, bool):
            assert p.low is not None and p.low <= p.default <= p.high, p.name


@pytest.mark.parametrize("name", ["sim.yaml", "robot.yaml"])
def test_files_name_only_what_exists(name: str) -> None:
    data = yaml.safe_load((ROOT / "launch/config" / name).read_text())
    for key, value in data.items():
        node = key.removeprefix("/**/")
        if node == "/**":
            continue
        known = parameters(node)
        for parameter, given in value["ros__parameters"].items():
            if parameter == "use_sim_time":
                continue
            assert type(given) is type(known[parameter].default), (node, parameter)


def test_the_table_has_one_row_a_name_and_relative_names() -> None:
    names = [t.name for t in table.TOPICS] + [e.name for e in table.ENDPOINTS]
    assert len(names) == len(set(names))
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
