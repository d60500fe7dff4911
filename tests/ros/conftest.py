"""Tests of the ROS graph: real rclpy, several processes, bounded waits, a domain of its own.

Without rclpy (`make test`) only the files that need none of it are collected; `make test-ros` runs
all of them on the wheels.
"""

from __future__ import annotations

import importlib.util
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from llmagentos.runtime.sessions import FOLDER_VARIABLE

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(HERE / "fakes"), str(ROOT / "ros_ws/src/llmagentos_ros")]

HAS_ROS = all(importlib.util.find_spec(m) for m in ("rclpy", "llmagentos_msgs"))
if not HAS_ROS:
    collect_ignore = [
        "test_ros_actions.py",
        "test_ros_arms.py",
        "test_ros_autostart.py",
        "test_ros_base_driver.py",
        "test_ros_base_messages.py",
        "test_ros_battery.py",
        "test_ros_calibrate.py",
        "test_ros_camera_topics.py",
        "test_ros_bringup.py",
        "test_ros_cli.py",
        "test_ros_clock_back.py",
        "test_ros_convert.py",
        "test_ros_doctor.py",
        "test_ros_driver.py",
        "test_ros_driving.py",
        "test_ros_ends.py",
        "test_ros_fault_harness.py",
        "test_ros_faults.py",
        "test_ros_fit.py",
        "test_ros_fleet.py",
        "test_ros_flight.py",
        "test_ros_follow.py",
        "test_ros_graph.py",
        "test_ros_lifecycle.py",
        "test_ros_live.py",
        "test_ros_memory.py",
        "test_ros_namesake.py",
        "test_ros_namespaces.py",
        "test_ros_nav2.py",
        "test_ros_navigator.py",
        "test_ros_outputs.py",
        "test_ros_parameters.py",
        "test_ros_queue.py",
        "test_ros_pictures.py",
        "test_ros_pulse.py",
        "test_ros_record.py",
        "test_ros_remote.py",
        "test_ros_scene_feed.py",
        "test_ros_speech.py",
        "test_ros_rivals.py",
        "test_ros_standin.py",
        "test_ros_stop.py",
        "test_ros_stopping.py",
        "test_ros_transitions.py",
        "test_ros_watch.py",
        "test_ros_watchdogs.py",
    ]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        "one_distribution: the same on every ROS distribution; .ci/run has it on Jazzy only",
    )


@pytest.fixture(scope="session", autouse=True)
def runtime_folder() -> Iterator[None]:
    """Sockets and marks of these tests' nodes are nobody else's. Its path is short, as a socket's
    has to be."""
    with tempfile.TemporaryDirectory(prefix="ros") as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv(FOLDER_VARIABLE, folder)
        yield


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    """A running graph with the simulated robot; shared by a file's tests, stopped afterwards."""
    from harness import Graph

    with Graph(tmp_path_factory.mktemp("graph")) as running:
        yield running
    assert running.orphans() == []


@pytest.fixture(scope="module")
def client(graph: object) -> Iterator[object]:
    """A person at the graph."""
    from harness import Client

    with Client(graph.domain) as made:  # type: ignore[attr-defined]
        yield made
