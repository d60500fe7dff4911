"""The agent node's flight recorder: what it hears becomes one file a command."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lab.arms import PANDA
from llmagentos_msgs.msg import SafetyState
from llmagentos_ros import flight as recorder
from llmagentos_ros import interface as table
from llmagentos_ros.convert import joint_state_to_msg, to_time

from llmagentos.errors import DriverError
from llmagentos.events import CommandEnded, CommandRead
from llmagentos.recorder import topics
from llmagentos.recorder.reading import read
from llmagentos.types import RobotState


class Node:
    """What of a node the recorder asks for; topics are calls."""

    robot, now_s = PANDA, 100.0

    def __init__(self, **values: Any) -> None:
        self.values, self.warnings = values, list[str]()
        self.heard: dict[str, Callable[[Any], None]] = {}
        self.kept: list[tuple[Any, Callable[[Any], None]]] = []

    def value(self, name: str) -> Any:
        return self.values[name]

    def get_logger(self) -> Any:
        return self

    def warning(self, words: str) -> None:
        self.warnings.append(words)

    def keep(self, what: Any, end: Callable[[Any], None]) -> None:
        self.kept.append((what, end))

    def subscription(self, topic: Any, callback: Any, group: Any, needed: Any) -> None:
        assert not needed()  # nobody misses what only a recorder hears
        self.heard[topic.name] = callback

    def close(self) -> None:
        for what, end in self.kept:
            end(what)

    def moves(self, joint: float) -> None:
        self.now_s += 0.05
        positions = (joint, *PANDA.home_rad[1:])
        msg = joint_state_to_msg(RobotState(positions, (0.0,) * 7, 0.08, self.now_s), PANDA, "base")
        msg.header.stamp = to_time(self.now_s)
        self.heard[table.JOINT_STATES.name](msg)


def test_what_is_heard_during_a_command_is_in_its_file(tmp_path: Path) -> None:
    node, busy = Node(flight="commands", flight_folder=str(tmp_path)), [True]
    flight = recorder.flight_of(node, lambda: busy[0])
    assert flight is not None
    flight.on_event(CommandRead("go home"))
    for k in range(5):
        node.moves(0.01 * k)
    node.moves(math.nan)
    for reasons in ([], ["the scene is old"], ["the scene is old"], []):
        state = SafetyState.HOLDING if reasons else SafetyState.OK
        node.heard[table.SAFETY_STATE.name](SafetyState(state=state, reasons=reasons))
    busy[0] = False
    node.heard[table.SAFETY_STATE.name](SafetyState(state=1, reasons=["nothing runs"]))
    flight.on_event(CommandEnded("succeeded", "I am home."))
    node.close()
    (file,) = tmp_path.glob("flight-*.mcap")
    found = read(file)
    assert len(found.on(topics.JOINTS)) == 5  # not the one that is no number
    last = found.on(topics.JOINTS)[-1].value["joints"][0]
    assert last["position"] == pytest.approx(0.04)
    told = [(n.value["state"], n.value["words"]) for n in found.on(topics.SAFETY)]
    assert told[:2] == [("holding", "the scene is old"), ("ok", "")]
    assert found.header["skills"] == "elsewhere"
    assert len(list(tmp_path.glob("fault-*.mcap"))) == 1  # none for what holds nothing up


def test_what_cannot_be_kept_is_warned_of_and_none_is_none(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    node = Node(flight="commands", flight_folder=str(blocked))
    assert recorder.flight_of(node, lambda: False) is None
    assert len(node.warnings) == 1 and "no flight recorder" in node.warnings[0]
    assert recorder.flight_of(Node(flight="none", flight_folder=""), lambda: False) is None
    with pytest.raises(ValueError, match="flight: expected commands, faults or none, got 'all'"):
        recorder.flight_of(Node(flight="all", flight_folder=""), lambda: False)


def test_an_arm_that_is_only_heard_is_commanded_by_nobody() -> None:
    arm = recorder.HeardArm(PANDA, lambda: 0.0)
    with pytest.raises(DriverError, match="got none yet"):
        arm.state()
    for command in (lambda: arm.send_joint_positions(PANDA.home_rad), lambda: arm.send_gripper(0)):
        with pytest.raises(DriverError, match="only heard"):
            command()
