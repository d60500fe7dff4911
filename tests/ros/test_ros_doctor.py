"""`llmagentos doctor --ros` beside a healthy graph, broken ones, and none."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from harness import PATIENCE_S, Client, Graph, next_domain, test_env

pytestmark = [pytest.mark.slow, pytest.mark.one_distribution, pytest.mark.timeout(1200)]


def doctor(env: Mapping[str, str], *options: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "llmagentos", "doctor", "--ros", *options]
    return subprocess.run(
        argv, env=dict(env), capture_output=True, text=True, timeout=2 * PATIENCE_S, check=False
    )


def findings(env: Mapping[str, str], *options: str) -> dict[str, Any]:
    """By place; the exit code says the same as the object."""
    done = doctor(env, "--json", *options)
    said = json.loads(done.stdout)
    assert done.returncode == (0 if said["healthy"] else 1), done.stderr
    assert said["healthy"] == (not said["findings"])
    return {each["where"]: each["words"] for each in said["findings"]}


@contextmanager
def frozen(pid: int) -> Iterator[None]:
    """A process that lives and does nothing."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def test_a_healthy_graph_is_well_and_every_topic_is_told(graph: Graph) -> None:
    # The longest look: on a busy machine a source may be silent for a moment.
    done = doctor(graph.env, "--seconds", str(PATIENCE_S / 2))
    assert done.returncode == 0, done.stdout + done.stderr
    for part in ("/joint_states", "60 Hz expected", "best effort", "age", "well"):
        assert part in done.stdout, done.stdout


def test_a_camera_that_is_silent_is_told_with_its_topics(graph: Graph, client: Client) -> None:
    client.set_parameter("robot_sim", "camera_hz", 0.0)
    try:
        client.wait(lambda: "perception" in findings(graph.env), 4 * PATIENCE_S)
        done = doctor(graph.env)
        assert done.returncode == 1
        for part in ("/camera/color/image_raw is silent", "15 Hz expected", "→ see whether the"):
            assert part in done.stdout, done.stdout
    finally:
        client.set_parameter("robot_sim", "camera_hz", 5.0)


def test_a_frozen_node_is_told(graph: Graph) -> None:
    with frozen(graph.pid("planner")):
        assert "frozen" in findings(graph.env)["planner"]


def test_a_graph_in_another_namespace_is_pointed_at(graph: Graph) -> None:
    found = findings(graph.env, "--namespace", "/left", "--seconds", "10")
    assert set(found) == {"graph"} and "/left" in found["graph"] and "but in /" in found["graph"]


def test_without_a_graph_it_says_how_to_start_one() -> None:
    done = doctor(test_env(next_domain()), "--seconds", "3")
    assert done.returncode == 1 and "llmagentos up" in done.stdout
