"""The SO-101's driver against a stand-in of its bus: the port's contract, and what goes wrong."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from drivers.fake_bus import FakeBus

from llmagentos.drivers import feetech
from llmagentos.drivers.so101 import SO101Driver
from llmagentos.errors import ConfigError, DriverError, FileError
from llmagentos.robots import load
from llmagentos.robots.conformance import conform

SO101 = load("so101")
#: As lerobot-calibrate writes it.
CALIBRATION: dict[str, dict[str, int]] = {
    "shoulder_pan": {"id": 1, "drive_mode": 0, "homing_offset": -1470, "range_min": 758, "range_max": 3292},
    "shoulder_lift": {"id": 2, "drive_mode": 0, "homing_offset": 157, "range_min": 890, "range_max": 3206},
    "elbow_flex": {"id": 3, "drive_mode": 0, "homing_offset": 1226, "range_min": 904, "range_max": 3108},
    "wrist_flex": {"id": 4, "drive_mode": 0, "homing_offset": -2037, "range_min": 985, "range_max": 3070},
    "wrist_roll": {"id": 5, "drive_mode": 0, "homing_offset": 69, "range_min": 0, "range_max": 4095},
    "gripper": {"id": 6, "drive_mode": 0, "homing_offset": 1407, "range_min": 2021, "range_max": 3273},
}  # fmt: skip


class Clock:
    """Time that passes by being slept."""

    now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class Bench:
    """A driver on a stand-in of the bus."""

    def __init__(self, folder: Path, calibration: Any = CALIBRATION, on_bus: Any = None) -> None:
        self.file = folder / "follower.json"
        self.file.write_text(json.dumps(calibration))
        self.bus, clock = FakeBus(on_bus or CALIBRATION), Clock()
        self.driver = SO101Driver(
            calibration=self.file,
            spec=SO101,
            bus_port=lambda: self.bus,
            clock=clock,
            sleep=clock.sleep,
        )


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_it_keeps_the_drivers_contract(bench: Bench) -> None:
    told = list(conform(bench.driver, SO101, whole_range=True))
    assert all(v.kept for v in told), [v for v in told if not v.kept]
    assert bench.bus.closed
    assert all(bench.bus.get(i, feetech.TORQUE) == 0 for i in range(1, 7)), "limp in the end"


def test_connecting_moves_nothing(bench: Bench) -> None:
    bench.bus.put(2, feetech.PRESENT_POSITION, 1500)
    bench.bus.put(2, feetech.GOAL_POSITION, 3000)
    bench.driver.connect()
    assert bench.bus.get(2, feetech.PRESENT_POSITION) == 1500
    assert bench.bus.get(2, feetech.TORQUE) == 1
    expected = (1500 - (890 + 3206) / 2) * 2 * math.pi / 4096
    assert bench.driver.state().positions[1] == pytest.approx(expected)


def test_ticks_are_radians_from_the_middle_of_the_recorded_range(bench: Bench) -> None:
    bench.driver.connect()
    assert bench.driver.state().positions == pytest.approx((0.0,) * 5, abs=1e-3)
    sent = bench.driver.send_joint_positions((0.5, -0.5, 0.25, 1.0, -1.0))
    assert sent == pytest.approx((0.5, -0.5, 0.25, 1.0, -1.0), abs=8e-4)
    assert bench.bus.get(1, feetech.GOAL_POSITION) == round(2025 + 0.5 * 4096 / (2 * math.pi))
    assert bench.driver.state().positions == pytest.approx(sent)
    sent = bench.driver.send_joint_positions((0.0, 0.0, 0.0, 1.7, 0.0))
    assert sent[3] == pytest.approx((3070 - 985) / 2 * 2 * math.pi / 4096, abs=8e-4), "recorded end"


def test_the_gripper_goes_from_the_range_s_beginning_to_its_end(bench: Bench) -> None:
    bench.driver.connect()
    assert bench.driver.send_gripper(0.0, 100.0) == 0.0
    assert bench.bus.get(6, feetech.GOAL_POSITION) == pytest.approx(2021, abs=2)
    assert bench.bus.get(6, feetech.TORQUE_LIMIT) == 500, "half of the torque at most"
    assert bench.driver.state().gripper_width_m == pytest.approx(0.0, abs=1e-3)
    for width in (0.01, 0.03, SO101.max_opening_m):
        assert bench.driver.send_gripper(width, 10.0) == width
        assert bench.driver.state().gripper_width_m == pytest.approx(width, abs=5e-4)


def test_an_inverted_motor_turns_the_other_way(tmp_path: Path) -> None:
    turned = json.loads(json.dumps(CALIBRATION))
    turned["shoulder_pan"]["drive_mode"] = turned["gripper"]["drive_mode"] = 1
    bench = Bench(tmp_path, turned)
    bench.driver.connect()
    sent = bench.driver.send_joint_positions((0.5, 0, 0, 0, 0))
    assert sent[0] == pytest.approx(0.5, abs=8e-4)
    assert bench.bus.get(1, feetech.GOAL_POSITION) < 2025
    bench.driver.send_gripper(0.0)
    assert bench.bus.get(6, feetech.GOAL_POSITION) == pytest.approx(3273, abs=2)


@pytest.mark.parametrize(
    ("servo", "register", "value", "why"),
    [
        (3, feetech.MODEL, 1284, r"expected an STS3215 for elbow_flex \(servo 3\), got model 1284"),
        (2, feetech.HOMING_OFFSET, 12, r"expected homing offset 157 in servo 2 .*got 12"),
        (6, feetech.MAX_POSITION, 3000, r"expected greatest position 3273 in servo 6 .*got 3000"),
    ],
)
def test_another_arm_on_the_bus_is_refused_before_it_is_held(
    bench: Bench, servo: int, register: feetech.Register, value: int, why: str
) -> None:
    bench.bus.put(servo, register, value)
    with pytest.raises(DriverError, match=why):
        bench.driver.connect()
    assert bench.bus.closed and not any(bench.bus.get(i, feetech.TORQUE) for i in range(1, 7))
    with pytest.raises(DriverError, match="expected a connected driver"):
        bench.driver.state()


def test_what_goes_wrong_on_the_bus_is_told(bench: Bench) -> None:
    bench.driver.connect()
    bench.bus.silent = {4}
    with pytest.raises(DriverError, match="of servo 4, got"):
        bench.driver.state()
    bench.bus.silent, bench.bus.errors = set(), {5: 32}
    with pytest.raises(DriverError, match="expected servo 5 without errors, got overload"):
        bench.driver.state()
    bench.bus.errors, bench.bus.garbled = {}, True
    with pytest.raises(DriverError, match="expected an answer of servo 1, got ff ff"):
        bench.driver.state()
    bench.bus.garbled = False
    assert len(bench.driver.state().positions) == 5


def _without(name: str) -> dict[str, Any]:
    return {k: v for k, v in CALIBRATION.items() if k != name}


@pytest.mark.parametrize(
    ("calibration", "why"),
    [
        ([], "expected Input should be a valid dictionary"),
        (_without("elbow_flex"), "expected motors elbow_flex of so101, got shoulder_pan"),
        ({**CALIBRATION, "gripper": {**CALIBRATION["gripper"], "id": 300}}, r"gripper\.id: expected"),
        ({**CALIBRATION, "gripper": {**CALIBRATION["gripper"], "range_min": 4000}},
         "gripper: expected range_min below range_max"),
    ],
)  # fmt: skip
def test_a_calibration_that_cannot_be(tmp_path: Path, calibration: Any, why: str) -> None:
    with pytest.raises(ConfigError, match=why):
        Bench(tmp_path, calibration)
    with pytest.raises(FileError, match="expected a LeRobot calibration"):
        SO101Driver("/dev/null", tmp_path / "none.json", spec=SO101)


def test_numbers_that_are_negative_have_a_bit_for_it() -> None:
    bus = FakeBus(CALIBRATION)
    speaks = feetech.FeetechBus(bus)
    assert speaks.read(1, feetech.HOMING_OFFSET) == -1470
    speaks.write(1, feetech.HOMING_OFFSET, -3)
    assert bus.get(1, feetech.HOMING_OFFSET) == 3 | 1 << 11
    with pytest.raises(DriverError, match="expected at most 2047 for register 31, got 2048"):
        speaks.write(1, feetech.HOMING_OFFSET, 2048)
