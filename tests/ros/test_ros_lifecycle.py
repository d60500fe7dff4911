"""Every node through every transition, one by one, each in a process of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from harness import Client, next_domain, single_nodes
from lifecycle_msgs.msg import Transition

from llmagentos.runtime.processes import ProcessManager

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]
ROUND = (
    (Transition.TRANSITION_CONFIGURE, "inactive"),
    (Transition.TRANSITION_ACTIVATE, "active"),
    (Transition.TRANSITION_DEACTIVATE, "inactive"),
    (Transition.TRANSITION_CLEANUP, "unconfigured"),
)


@pytest.fixture(scope="module")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Client, ProcessManager]]:
    domain = next_domain()
    with (
        single_nodes(tmp_path_factory.mktemp("nodes"), domain) as manager,
        Client(domain) as client,
    ):
        yield client, manager


@pytest.mark.parametrize("name", ["robot_sim", "perception", "planner", "executor", "agent"])
def test_transitions(name: str, processes: tuple[Client, ProcessManager]) -> None:
    client, manager = processes
    assert client.lifecycle(name) == "unconfigured"
    for transition, reached in (*ROUND, *ROUND[:2]):
        assert client.lifecycle(name, transition) == reached
    assert client.lifecycle(name, Transition.TRANSITION_ACTIVE_SHUTDOWN) == "finalized"
    assert manager.poll() == []  # it lives until it is told to end


def test_all_end_by_themselves_when_asked(processes: tuple[Client, ProcessManager]) -> None:
    _, manager = processes
    manager.stop()
    assert {p.spec.name: p.exit_code for p in manager.processes} == {
        p.spec.name: 0 for p in manager.processes
    }
