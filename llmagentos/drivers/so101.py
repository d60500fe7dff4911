"""The SO-101 on its serial bus: six STS3215 servos, calibrated as LeRobot calibrates a follower.

Knows: LeRobot's calibration file, ticks and radians, the gripper's share of its range. Does not
know: packets (drivers.feetech), plans.

A servo counts 4,096 ticks a turn and takes its homing offset off by itself. A joint is at 0 in the
middle of its recorded range and counts as the URDF of the arm does; the gripper is 0 where its
range begins (closed) and 100 where it ends, and the URDF's range of its joint lies alongside.

Never tried on hardware; what is promised was checked against a stand-in of the bus.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from llmagentos.drivers import feetech
from llmagentos.drivers.feetech import FeetechBus, Port, open_port
from llmagentos.errors import ConfigError, DriverError
from llmagentos.files import read_json
from llmagentos.ports.hardware import RobotDriver
from llmagentos.robots import ArmSpec, load
from llmagentos.robots.urdf import joints_of, parse
from llmagentos.types import RobotState

_TICKS = 4096
_RAD_PER_TICK = 2 * math.pi / _TICKS
_WHOLE_FORCE = 1000  # of the torque limit's register
#: Gentler than the servo's own, which makes so light an arm shake.
_P_GAIN = 16
#: A gripper that holds on against more than half of its torque burns.
_GRIPPER_MOST = 0.5
_Tick = Annotated[int, Field(ge=0, lt=_TICKS)]


class _Motor(BaseModel):
    """One motor of LeRobot's calibration file."""

    model_config = ConfigDict(extra="ignore")

    id: Annotated[int, Field(ge=0, le=252)]
    drive_mode: Annotated[int, Field(ge=0, le=1)] = 0
    homing_offset: Annotated[int, Field(gt=-2048, lt=2048)]
    range_min: _Tick
    range_max: _Tick


_CALIBRATION = TypeAdapter(dict[str, _Motor])


class SO101Driver(RobotDriver):
    """An SO-101, or any arm of STS3215 servos that LeRobot has calibrated, as a RobotDriver.

    port: as "/dev/ttyACM0". calibration: LeRobot's JSON of this arm, in
    ~/.cache/huggingface/lerobot/calibration/robots/so101_follower/. spec: the arm; its joint names
    are the motors'. control_hz: periods a second. bus_port, clock, sleep: stand-ins for tests.
    Raises ConfigError for a calibration that does not fit the arm.
    """

    def __init__(
        self,
        port: str = "",
        calibration: str | Path = "",
        *,
        spec: ArmSpec | None = None,
        control_hz: float = 60.0,
        bus_port: Callable[[], Port] | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.spec = spec or load("so101")
        self._open = bus_port or (lambda: open_port(port))
        self._clock, self._sleep = clock, sleep
        self._period_s = 1.0 / control_hz
        self._motors = _calibration(calibration, self.spec)
        finger = joints_of(parse(self.spec.urdf, self.spec.name), self.spec.name)
        joint = finger[self.spec.finger_joint_names[0]]
        self._closed, self._opened = joint.lower, joint.upper
        self._bus: FeetechBus | None = None
        self._due_s = 0.0

    @property
    def joint_names(self) -> tuple[str, ...]:
        """Names of the arm's joints, in the order of the calibration's motors."""
        return self.spec.joint_names

    @property
    def control_period_s(self) -> float:
        """Time between two commands, seconds."""
        return self._period_s

    @property
    def now_s(self) -> float:
        """The machine's monotonic clock, seconds."""
        return self._clock()

    # --- connection --------------------------------------------------------------------------

    def connect(self) -> None:
        """Open the bus, compare the servos with the calibration, hold the arm where it is.

        Raises DriverError where a servo is silent or another one, or was calibrated otherwise.
        """
        if self._bus is not None:
            return
        self._bus = FeetechBus(self._open())
        try:
            for name, motor in self._motors.items():
                self._check(name, motor)
            self._hold()
        except DriverError:
            self.disconnect()
            raise
        self._due_s = self._clock()

    def disconnect(self) -> None:
        """Let the arm go limp and give the bus back; hold it by hand, it sinks."""
        bus, self._bus = self._bus, None
        if bus is None:
            return
        try:
            for motor in self._motors.values():
                bus.write(motor.id, feetech.TORQUE, 0)
                bus.write(motor.id, feetech.LOCK, 0)
        except DriverError:
            pass  # a bus that is gone holds nothing
        finally:
            bus.close()

    def _check(self, name: str, motor: _Motor) -> None:
        bus = self._connected()
        model = bus.read(motor.id, feetech.MODEL)
        if model != feetech.MODEL_STS3215:
            raise DriverError(
                f"expected an STS3215 for {name} (servo {motor.id}), got model {model}"
            )
        for register, wanted, what in (
            (feetech.HOMING_OFFSET, motor.homing_offset, "homing offset"),
            (feetech.MIN_POSITION, motor.range_min, "least position"),
            (feetech.MAX_POSITION, motor.range_max, "greatest position"),
        ):
            got = bus.read(motor.id, register)
            if got != wanted:
                raise DriverError(
                    f"expected {what} {wanted} in servo {motor.id} ({name}) as in the calibration, "
                    f"got {got}: calibrate again with lerobot-calibrate"
                )

    def _hold(self) -> None:
        """Torque on with the present positions as goals, so that nothing jumps."""
        bus = self._connected()
        ids = [motor.id for motor in self._motors.values()]
        for servo in ids:
            bus.write(servo, feetech.TORQUE, 0)
            bus.write(servo, feetech.MODE, 0)
            bus.write(servo, feetech.P_GAIN, _P_GAIN)
            bus.write(servo, feetech.ACCELERATION, 254)
        bus.sync_write(bus.sync_read(ids, feetech.PRESENT_POSITION), feetech.GOAL_POSITION)
        for servo in ids:
            bus.write(servo, feetech.TORQUE, 1)
            bus.write(servo, feetech.LOCK, 1)

    def _connected(self) -> FeetechBus:
        if self._bus is None:
            raise DriverError("expected a connected driver, got one that was disconnected")
        return self._bus

    # --- the port ----------------------------------------------------------------------------

    def state(self) -> RobotState:
        """Joints (rad, rad/s) and opening (m), read from the bus. Raises DriverError."""
        bus = self._connected()
        ids = [motor.id for motor in self._motors.values()]
        ticks = bus.sync_read(ids, feetech.PRESENT_POSITION)
        rates = bus.sync_read(ids, feetech.PRESENT_VELOCITY)
        arm = [self._motors[name] for name in self.spec.joint_names]
        share = _share(self._gripper, ticks[self._gripper.id])
        value = self._closed + share * (self._opened - self._closed)
        opening = self.spec.gripper.opening_m([value])
        return RobotState(
            tuple(_radians(m, ticks[m.id]) for m in arm),
            tuple(_sign(m) * rates[m.id] * _RAD_PER_TICK for m in arm),
            min(max(opening, 0.0), self.spec.max_opening_m),
            self._clock(),
        )

    def send_joint_positions(self, positions: Sequence[float]) -> tuple[float, ...]:
        """Joint targets (one a joint, rad), clipped to the arm's and the recorded range and
        rounded to ticks; returns what was sent. Raises DriverError."""
        bus = self._connected()
        values = tuple(float(q) for q in positions)
        count = len(self.spec.joint_names)
        if len(values) != count:
            raise DriverError(f"expected {count} joint positions, got {len(values)}")
        if not all(map(math.isfinite, values)):
            raise DriverError(f"expected finite joint positions, got {values}")
        arm = [self._motors[name] for name in self.spec.joint_names]
        limits = zip(values, self.spec.lower_rad, self.spec.upper_rad, strict=True)
        clipped = [min(max(q, low), high) for q, low, high in limits]
        ticks = {m.id: _ticks(m, q) for m, q in zip(arm, clipped, strict=True)}
        bus.sync_write(ticks, feetech.GOAL_POSITION)
        return tuple(_radians(m, ticks[m.id]) for m in arm)

    def send_gripper(self, width_m: float, force_n: float = 20.0) -> float:
        """Opening to reach, metres, with at most so much force, N; returns the opening sent."""
        bus = self._connected()
        if not (math.isfinite(width_m) and math.isfinite(force_n)):
            raise DriverError(f"expected finite width and force, got {width_m}, {force_n}")
        width = min(max(float(width_m), 0.0), self.spec.max_opening_m)
        force = min(max(force_n / self.spec.max_grip_force_n, 0.0), 1.0)
        value = self.spec.gripper.joints(width)[0]
        share = (value - self._closed) / (self._opened - self._closed)
        motor = self._gripper
        if motor.drive_mode:
            share = 1 - share
        tick = round(
            motor.range_min + min(max(share, 0.0), 1.0) * (motor.range_max - motor.range_min)
        )
        bus.write(motor.id, feetech.TORQUE_LIMIT, round(force * _GRIPPER_MOST * _WHOLE_FORCE))
        bus.sync_write({motor.id: tick}, feetech.GOAL_POSITION)
        return width

    def advance(self) -> None:
        """Wait for the next period; one that is late begins anew. Raises DriverError."""
        self._connected()
        self._due_s += self._period_s
        wait = self._due_s - self._clock()
        if wait > 0:
            self._sleep(wait)
        else:
            self._due_s = self._clock()

    @property
    def _gripper(self) -> _Motor:
        return self._motors[self.spec.finger_joint_names[0]]


def _sign(motor: _Motor) -> float:
    return -1.0 if motor.drive_mode else 1.0


def _middle(motor: _Motor) -> float:
    return (motor.range_min + motor.range_max) / 2


def _radians(motor: _Motor, tick: int) -> float:
    return _sign(motor) * (tick - _middle(motor)) * _RAD_PER_TICK


def _ticks(motor: _Motor, angle: float) -> int:
    tick = round(_middle(motor) + _sign(motor) * angle / _RAD_PER_TICK)
    return min(max(tick, motor.range_min), motor.range_max)


def _share(motor: _Motor, tick: int) -> float:
    """How far through its range, 0 closed to 1 open."""
    share = (tick - motor.range_min) / (motor.range_max - motor.range_min)
    return 1 - share if motor.drive_mode else share


def _calibration(path: str | Path, spec: ArmSpec) -> dict[str, _Motor]:
    try:
        found = _CALIBRATION.validate_python(read_json(path, "a LeRobot calibration"))
    except ValidationError as exc:
        first = exc.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"{path}: {field}: expected {first['msg']}") from exc
    names = (*spec.joint_names, spec.finger_joint_names[0])
    missing = [name for name in names if name not in found]
    if missing:
        raise ConfigError(
            f"{path}: expected motors {', '.join(missing)} of {spec.name}, got {', '.join(found)}"
        )
    for name in names:
        if found[name].range_min >= found[name].range_max:
            raise ConfigError(f"{path}: {name}: expected range_min below range_max, got not so")
    return {name: found[name] for name in names}
