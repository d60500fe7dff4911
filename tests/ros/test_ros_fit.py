"""An arm that is not the one of the folder: the nodes that would move or see it don't configure."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from harness import Client, next_domain, single_nodes
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
#: Joint states that the nodes surely hear meanwhile, though they cannot be asked.
_HEARD_S = 5.0


def test_nodes_do_not_configure_for_another_arm(tmp_path: Path) -> None:
    """A UR5e moves; executor and perception are told that it is a Panda."""
    domain = next_domain()
    other = {"robot_sim": {"robot": "ur5e"}}
    with single_nodes(tmp_path, domain, other), Client(domain) as client:
        for step in (Transition.TRANSITION_CONFIGURE, Transition.TRANSITION_ACTIVATE):
            client.lifecycle("robot_sim", step)
        client.wait(lambda: len(client.motion) > 30)
        until = time.monotonic() + _HEARD_S
        client.wait(lambda: time.monotonic() > until)
        for name in ("executor", "perception"):
            request = ChangeState.Request()
            request.transition.id = Transition.TRANSITION_CONFIGURE
            assert not client.call(ChangeState, f"{name}/change_state", request).success
            assert client.lifecycle(name) == "unconfigured"
            said = (tmp_path / "logs" / f"{name}.log").read_text()
            assert "of panda in the joint states, got shoulder_pan_joint" in said, said
