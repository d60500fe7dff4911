"""Transitions that a node's state does not allow: refused with a reason, and nothing else happens."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

import pytest
import rclpy
from harness import next_domain
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from llmagentos_ros import interface as table
from llmagentos_ros.parameters import NODES
from stage import Stage
from std_msgs.msg import Header

T = Transition
EVERY = sorted({getattr(T, key) for key in dir(T) if key.startswith("TRANSITION_")})
LABELS = ["configure", "activate", "deactivate", "cleanup", "shutdown", "destroy", "fly"]
#: What each state allows.
ALLOWED: dict[str, set[int | str]] = {
    "unconfigured": {
        T.TRANSITION_CONFIGURE, T.TRANSITION_UNCONFIGURED_SHUTDOWN, "configure", "shutdown",
    },
    "inactive": {
        T.TRANSITION_ACTIVATE, T.TRANSITION_CLEANUP, T.TRANSITION_INACTIVE_SHUTDOWN,
        "activate", "cleanup", "shutdown",
    },
    "active": {
        T.TRANSITION_DEACTIVATE, T.TRANSITION_ACTIVE_SHUTDOWN, "deactivate", "shutdown",
    },
    "finalized": set(),
}  # fmt: skip
#: The way through all of them.
REACHED_BY = {
    "inactive": T.TRANSITION_CONFIGURE,
    "active": T.TRANSITION_ACTIVATE,
    "finalized": T.TRANSITION_ACTIVE_SHUTDOWN,
}
LIFECYCLE = [name for name in NODES if name != "bringup"]


def class_of(name: str) -> Any:
    return getattr(importlib.import_module(f"llmagentos_ros.{name}"), NODES[name])


@pytest.fixture
def node(request: pytest.FixtureRequest) -> Iterator[Any]:
    if request.param == "speech":  # CI has what it needs on one distribution
        pytest.importorskip("ctranslate2")
    needed = {"planner": "module:=scripted_planning:make", "member": "member:=left"}
    given = needed.get(request.param)
    args = ["--ros-args", "-p", given] if given else []
    rclpy.init(args=args, domain_id=next_domain())
    made = class_of(request.param)()
    yield made
    made.close()
    made.destroy_node()
    rclpy.try_shutdown()


def ask(node: Any, wanted: int | str) -> bool:
    """As the service does when it is called."""
    service = next(s for s in node.services if s.srv_type is ChangeState)
    named = {"label": wanted} if isinstance(wanted, str) else {"id": wanted}
    request = ChangeState.Request(transition=Transition(**named))
    return bool(service.callback(request, ChangeState.Response()).success)


def state(node: Any) -> str:
    return str(node._state_machine.current_state[1])


@pytest.mark.parametrize("node", LIFECYCLE, indirect=True)
def test_what_a_state_does_not_allow_changes_nothing(node: Any) -> None:
    for name, allowed in ALLOWED.items():
        if name in REACHED_BY:
            assert ask(node, REACHED_BY[name]), node.problem
        assert state(node) == name
        for wanted in [w for w in (*EVERY, *LABELS) if w not in allowed]:
            assert not ask(node, wanted), wanted
            assert state(node) == name and node.is_active == (name == "active")
            [status] = node.pulse.report(Header()).status
            told = {v.key: v.value for v in status.values}[table.REFUSED_TRANSITION]
            assert name in told and "expected one of" in told


@pytest.mark.parametrize("node", ["executor"], indirect=True)
def test_a_build_that_breaks_leaves_the_node_to_say_why(
    node: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(node, "build", broken)
    assert not ask(node, "configure")
    assert state(node) == "unconfigured" and "ZeroDivisionError: a bug" in node.problem
    monkeypatch.undo()
    assert ask(node, "configure") and node.problem == ""


def test_a_spinning_node_survives_and_goes_on() -> None:
    with Stage(class_of("executor"), ["arm_interface:=topic"]) as stage:
        stage.activate()
        for number in (T.TRANSITION_CONFIGURE, T.TRANSITION_CLEANUP, 97):
            assert not stage.transition(number)
        assert stage.state == "active" and not stage.failures
