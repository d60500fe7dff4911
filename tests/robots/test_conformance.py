"""The promises of a driver: who breaks one is told which, in words, and is sent no more."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from lab.arms import UR5E, FakeArm

from llmagentos.errors import DriverError
from llmagentos.ports.hardware import RobotDriver
from llmagentos.robots import ArmSpec, promises
from llmagentos.robots.conformance import conform
from llmagentos.robots.promises import CONTRACT, LARGEST_MOVE_RAD, NO_COMMANDS
from llmagentos.types import RobotState


class Liar(FakeArm):
    """Says that it sent what it was asked for, and sends half of it."""

    def send_joint_positions(self, positions: Sequence[float]) -> tuple[float, ...]:
        asked = tuple(float(q) for q in positions)
        start = self.spec.home_rad[0]
        super().send_joint_positions((start + (asked[0] - start) / 2, *asked[1:]))
        return asked


class Degrees(FakeArm):
    def state(self):  # type: ignore[no-untyped-def]
        here = super().state()
        return type(here)(
            tuple(map(math.degrees, here.positions)),
            here.velocities,
            here.gripper_width_m,
            here.stamp_s,
        )


class Credulous(FakeArm):
    """Takes commands of any length."""

    def _check(self, values: Sequence[float], count: int) -> None:
        if not self._connected:
            raise DriverError("expected a connected arm, got one that was disconnected")


class Numb(FakeArm):
    """Has numpy arrays, not tuples of floats, for an answer."""

    def send_joint_positions(self, positions):  # type: ignore[no-untyped-def]
        return np.array(super().send_joint_positions(positions))


class Sagging(FakeArm):
    def advance(self) -> None:
        super().advance()
        if len(self.sent) and len(self.sent) == getattr(self, "_seen", -1):
            self.positions = (*self.positions[:1], self.positions[1] + 1e-3, *self.positions[2:])
        self._seen = len(self.sent)


class Percent(FakeArm):
    """Speaks of its gripper in percent."""

    def send_gripper(self, width_m: float, force_n: float = 20.0) -> float:
        return 100 * super().send_gripper(width_m, force_n) / self.spec.max_opening_m


class Undead(FakeArm):
    """Never ends."""

    def disconnect(self) -> None:
        pass


class Broken(FakeArm):
    def state(self):  # type: ignore[no-untyped-def]
        raise RuntimeError("no such port")


class Silent(FakeArm):
    def state(self):  # type: ignore[no-untyped-def]
        return None


class Stillborn(FakeArm):
    """Measures nothing."""

    def state(self):  # type: ignore[no-untyped-def]
        return RobotState(None, None, 0.0, 0.0)  # type: ignore[arg-type]


class OneTorque(FakeArm):
    """Tells a torque from outside of one joint alone."""

    def state(self) -> RobotState:
        return replace(super().state(), external_nm=(0.0,))


class Unplugged(FakeArm):
    def connect(self) -> None:
        raise FileNotFoundError(2, "no such file", "/dev/ttyUSB0")


class Half(RobotDriver):
    """Derives from the port, and has not got far."""

    control_period_s = 1 / 60
    now_s = 0.0

    def __init__(self, spec: ArmSpec) -> None:
        pass

    def send_joint_positions(self, positions: Sequence[float]) -> tuple[float, ...]:
        raise AssertionError("nothing is called")

    advance = send_joint_positions  # type: ignore[assignment]


class Echo(FakeArm):
    """Returns what it was handed, in numbers of numpy's."""

    def send_joint_positions(self, positions: Sequence[float]) -> tuple[float, ...]:
        super().send_joint_positions(positions)
        return tuple(positions)

    def send_gripper(self, width_m: float, force_n: float = 20.0) -> float:
        return np.float32(super().send_gripper(width_m, force_n))  # type: ignore[return-value]


def test_a_driver_may_return_what_it_was_handed_and_numbers_of_any_kind() -> None:
    assert all(v.kept is not False for v in conform(Echo(UR5E), UR5E))


@pytest.mark.parametrize(
    ("kind", "promise", "why"),
    [
        (Degrees, "it says where it is", "expected shoulder_pan_joint within"),
        (
            Broken,
            "it says where it is",
            "expected state.* RobotState.*, got RuntimeError: no such port",
        ),
        (Silent, "it says where it is", r"expected state\(\) .*stamp_s.*, got None"),
        (Stillborn, "it says where it is", "expected positions of state.*, got None"),
        (OneTorque, "it says where it is", "expected external_nm of state.* 6 numbers, got 1"),
        (Unplugged, "it connects", "got FileNotFoundError: .*/dev/ttyUSB0"),
        (Half, "it has every call", "got Half without state, send_gripper"),
        (list, "it has every call", "got list without connect, .* state, .* now_s"),
        (Numb, "what it returns", "expected the sent joints as a tuple of numbers"),
        (Liar, "what it returns", "expected shoulder_pan_joint to turn by"),
        (Credulous, "what is no command", "expected a DriverError for a joint too few: joints"),
        (Sagging, "it holds", "expected joints still at"),
        (Percent, "the gripper", "expected 0.0851 m to be sent for 1.0000, got 100.0"),
        (Undead, "once disconnected", r"expected a DriverError for state\(\) after disconnect\(\)"),
    ],
)
def test_the_first_broken_promise_is_told_and_nothing_is_sent_after(
    kind: Any, promise: str, why: str
) -> None:
    driver = kind() if kind is list else kind(UR5E)
    told, sent = [], 0
    for verdict in conform(driver, UR5E, whole_range=True):
        if any(v.kept is False for v in told):
            assert len(driver.sent) + len(driver.widths) == sent
        told.append(verdict)
        sent = len(getattr(driver, "sent", ())) + len(getattr(driver, "widths", ()))
    first = next(v for v in told if v.kept is False)
    assert first.promise.startswith(promise)
    assert re.search(why, first.why), first.why
    if first.promise in [p.words for p in CONTRACT]:
        assert [v.promise for v in told] == [p.words for p in CONTRACT], "the rest is listed"


def test_a_driver_that_keeps_all_moves_little_and_is_left_disconnected() -> None:
    driver = FakeArm(UR5E)
    driver.disconnect()
    verdicts = list(conform(driver, UR5E))
    assert [v.promise for v in verdicts] == [p.words for p in CONTRACT]
    assert [v.promise for v in verdicts if v.kept is None] == [
        p.words for p in CONTRACT if p.sweeps
    ]
    assert all(v.kept for v in verdicts if v.kept is not None)
    for start, *ways in zip(UR5E.home_rad, *driver.sent, strict=True):
        assert max(abs(q - start) for q in ways) <= LARGEST_MOVE_RAD + 1e-9
    with pytest.raises(DriverError):
        driver.state()


class Clipping(FakeArm):
    """Takes what comes, and makes the nearest it can of it: NaN, infinity and any number of joints.
    went: everywhere that it was sent."""

    def __init__(self, spec: ArmSpec) -> None:
        super().__init__(spec)
        self.went = [self.positions]

    def _check(self, values: Sequence[float], count: int) -> None:
        pass

    def send_joint_positions(self, positions: Sequence[float]) -> tuple[float, ...]:
        padded = (*positions, *[0.0] * len(self.positions))[: len(self.positions)]
        limits = zip(self.spec.lower_rad, padded, self.spec.upper_rad, strict=True)
        self.positions = tuple(max(low, min(high, q)) for low, q, high in limits)
        self.went.append(self.positions)
        return self.positions

    def send_gripper(self, width_m: float, force_n: float = 20.0) -> float:
        self.widths.append(max(0.0, min(self.spec.max_opening_m, width_m)))
        return self.widths[-1]

    def far_rad(self) -> float:
        return max(abs(b - a) for q in self.went for a, b in zip(self.went[0], q, strict=True))


def test_a_driver_that_clips_everything_goes_no_farther_than_was_said() -> None:
    held, declared, whole = Clipping(UR5E), Clipping(UR5E), Clipping(UR5E)
    told = list(conform(held, UR5E, moves=False))
    assert len(held.went) == 1 and not held.widths, "no command at all"
    assert [v.why for v in told if "is no command" in v.promise] == [
        "it would send the arm a command"
    ]
    told = list(conform(declared, UR5E))
    assert 0 < declared.far_rad() <= LARGEST_MOVE_RAD + 1e-9
    assert "--whole-range" in next(v.why for v in told if "is no command" in v.promise)
    told = list(conform(whole, UR5E, whole_range=True))
    assert whole.far_rad() > 1, "beyond its range, as was said"
    assert [v.kept for v in told if "is no command" in v.promise] == [False]
    assert len(whole.positions) == 6 and whole.positions == whole.went[-1]


@pytest.mark.parametrize("name", NO_COMMANDS)
def test_each_thing_that_is_no_command_is_asked_for_and_taken_back(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last command of a driver that takes one of them is where it was."""
    monkeypatch.setattr(promises, "NO_COMMANDS", {name: NO_COMMANDS[name]})
    driver = Clipping(UR5E)
    told = {v.promise: v for v in conform(driver, UR5E, whole_range=True)}
    verdict = told["what is no command is refused and moves nothing"]
    assert verdict.kept is False and f"a DriverError for {name}" in verdict.why
    assert driver.went[-1] == driver.went[-3]


def test_without_motion_nothing_is_sent() -> None:
    driver = FakeArm(UR5E)
    told = list(conform(driver, UR5E, moves=False))
    assert all(v.kept is not False for v in told) and sum(v.kept is True for v in told) == 5
    assert not driver.sent and not driver.widths
