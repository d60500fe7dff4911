"""Every node through every transition, one by one, each in a process of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from harness import Client, next_domain, one_node
from lifecycle_msgs.msg import Transition

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.mark.parametrize("name", ["robot_sim", "perception", "planner", "executor", "agent"])
def test_transitions(name: str, tmp_path: Path) -> None:
    domain = next_domain()
    with one_node(tmp_path, name, domain) as supervisor, Client(domain) as client:
        assert client.lifecycle(name) == "unconfigured"
        for _ in range(2):
            assert client.lifecycle(name, Transition.TRANSITION_CONFIGURE) == "inactive"
            assert client.lifecycle(name, Transition.TRANSITION_ACTIVATE) == "active"
            assert client.lifecycle(name, Transition.TRANSITION_DEACTIVATE) == "inactive"
            assert client.lifecycle(name, Transition.TRANSITION_CLEANUP) == "unconfigured"
        assert client.lifecycle(name, Transition.TRANSITION_CONFIGURE) == "inactive"
        assert client.lifecycle(name, Transition.TRANSITION_ACTIVATE) == "active"
        assert client.lifecycle(name, Transition.TRANSITION_ACTIVE_SHUTDOWN) == "finalized"
        supervisor.stop()
        assert supervisor.get(name).exit_code == 0, (tmp_path / f"logs/{name}.log").read_text()
