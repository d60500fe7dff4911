"""Feetech's half-duplex serial bus, as STS servos speak it: registers by id, read and written.

Knows: packets, checksums, which register is where. Does not know: arms, units.

A packet is 0xFF 0xFF, id, length, instruction (or the servo's error bits), parameters, and the
inverted sum of all after the head. Two bytes of a register are low byte first; a negative number
is its amount with one high bit set. Tried against a stand-in of the bus alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from llmagentos.errors import DriverError, MissingDependencyError

BAUD = 1_000_000
#: A servo answers within a millisecond; a USB adapter may hold that back for 16.
TIMEOUT_S = 0.05
MODEL_STS3215 = 777
_PING, _READ, _WRITE, _SYNC_READ, _SYNC_WRITE = 1, 2, 3, 0x82, 0x83
_ALL = 0xFE
_HEAD = b"\xff\xff"
_ERRORS = {1: "voltage", 2: "angle", 4: "overheated", 8: "overcurrent", 32: "overload"}


@dataclass(frozen=True)
class Register:
    """Where a value is: address, bytes, and the bit that says that it is negative."""

    address: int
    size: int
    sign_bit: int | None = None


MODEL = Register(3, 2)
MIN_POSITION, MAX_POSITION = Register(9, 2), Register(11, 2)
P_GAIN, D_GAIN, I_GAIN = Register(21, 1), Register(22, 1), Register(23, 1)
HOMING_OFFSET = Register(31, 2, 11)
MODE = Register(33, 1)
TORQUE, ACCELERATION = Register(40, 1), Register(41, 1)
GOAL_POSITION = Register(42, 2, 15)
TORQUE_LIMIT = Register(48, 2)
LOCK = Register(55, 1)
PRESENT_POSITION = Register(56, 2, 15)
PRESENT_VELOCITY = Register(58, 2, 15)


class Port(Protocol):
    """What is needed of a serial port; serial.Serial has it."""

    def write(self, data: bytes, /) -> Any:
        """Send bytes."""

    def read(self, size: int, /) -> bytes:
        """At most so many bytes, fewer at the timeout."""

    def reset_input_buffer(self) -> None:
        """Forget what has come in."""

    def close(self) -> None:
        """Give the port back."""


def open_port(name: str) -> Port:
    """A serial port by its name. Raises MissingDependencyError, DriverError."""
    try:
        import serial
    except ModuleNotFoundError as exc:
        raise MissingDependencyError(
            "expected package 'serial' for a Feetech bus, got none: pip install 'llmagentos[so101]'"
        ) from exc
    try:
        port: Port = serial.Serial(name, BAUD, timeout=TIMEOUT_S, write_timeout=TIMEOUT_S)
    except (OSError, ValueError) as exc:  # serial.SerialException is an OSError
        raise DriverError(f"expected a serial port at {name}, got: {exc}") from exc
    return port


class FeetechBus:
    """The servos on one port. Not safe to share between threads."""

    def __init__(self, port: Port) -> None:
        self._port = port

    def close(self) -> None:
        """Give the port back."""
        self._port.close()

    def read(self, servo: int, register: Register) -> int:
        """One register of one servo. Raises DriverError where it does not answer."""
        self._send(servo, _READ, bytes((register.address, register.size)))
        return _number(self._answer(servo, register.size), register)

    def write(self, servo: int, register: Register, value: int) -> None:
        """Set one register. Raises DriverError where the servo does not acknowledge."""
        self._send(servo, _WRITE, bytes((register.address,)) + _bytes(value, register))
        self._answer(servo, 0)

    def sync_read(self, servos: Sequence[int], register: Register) -> dict[int, int]:
        """One register of several servos in one question. Raises DriverError if any is silent."""
        self._send(_ALL, _SYNC_READ, bytes((register.address, register.size, *servos)))
        return {s: _number(self._answer(s, register.size), register) for s in servos}

    def sync_write(self, values: Mapping[int, int], register: Register) -> None:
        """Set one register of several servos at once; they do not acknowledge."""
        data = bytes((register.address, register.size))
        for servo, value in values.items():
            data += bytes((servo,)) + _bytes(value, register)
        self._send(_ALL, _SYNC_WRITE, data)

    def _send(self, servo: int, instruction: int, parameters: bytes) -> None:
        body = bytes((servo, len(parameters) + 2, instruction)) + parameters
        try:
            self._port.reset_input_buffer()
            self._port.write(_HEAD + body + bytes((_checksum(body),)))
        except OSError as exc:
            raise DriverError(f"expected to write to the servo bus, got: {exc}") from exc

    def _answer(self, servo: int, size: int) -> bytes:
        try:
            data = self._port.read(6 + size)
        except OSError as exc:
            raise DriverError(f"expected to read from the servo bus, got: {exc}") from exc
        if len(data) < 6 + size:
            raise DriverError(f"expected {6 + size} bytes of servo {servo}, got {len(data)}")
        right = data[:2] == _HEAD and data[2] == servo and data[3] == size + 2
        if not right or data[-1] != _checksum(data[2:-1]):
            raise DriverError(f"expected an answer of servo {servo}, got {data.hex(' ')}")
        if data[4]:
            what = ", ".join(word for bit, word in _ERRORS.items() if data[4] & bit)
            raise DriverError(f"expected servo {servo} without errors, got {what or data[4]}")
        return data[5:-1]


def _checksum(body: bytes) -> int:
    return ~sum(body) & 0xFF


def _number(data: bytes, register: Register) -> int:
    value = int.from_bytes(data, "little")
    if register.sign_bit is None or not value >> register.sign_bit & 1:
        return value
    return -(value & ((1 << register.sign_bit) - 1))


def _bytes(value: int, register: Register) -> bytes:
    most = (1 << (register.sign_bit or 8 * register.size)) - 1
    if abs(value) > most or (value < 0 and register.sign_bit is None):
        raise DriverError(f"expected at most {most} for register {register.address}, got {value}")
    if value < 0:
        value = -value | 1 << (register.sign_bit or 0)
    return value.to_bytes(register.size, "little")
