"""Six STS3215 on a serial port, byte for byte: what the driver of the SO-101 talks to in tests.

Registers, packets and the homing offset are as Feetech's manual has them; a servo with torque goes
to its goal at once, or at `lag` of the way a question.
"""

from __future__ import annotations

from llmagentos.drivers import feetech

_READ, _WRITE, _SYNC_READ, _SYNC_WRITE = 2, 3, 0x82, 0x83


class FakeBus:
    """A port: what is written to it is answered into what can be read."""

    def __init__(self, calibration: dict[str, dict[str, int]]) -> None:
        self.registers: dict[int, bytearray] = {}
        self.silent: set[int] = set()
        self.errors: dict[int, int] = {}
        self.garbled = False
        self.closed = False
        self._out = b""
        for motor in calibration.values():
            memory = self.registers[motor["id"]] = bytearray(128)
            self.put(motor["id"], feetech.MODEL, feetech.MODEL_STS3215)
            self.put(motor["id"], feetech.MIN_POSITION, motor["range_min"])
            self.put(motor["id"], feetech.MAX_POSITION, motor["range_max"])
            offset = motor["homing_offset"]
            self.put(
                motor["id"], feetech.HOMING_OFFSET, -offset | 1 << 11 if offset < 0 else offset
            )
            middle = (motor["range_min"] + motor["range_max"]) // 2
            self.put(motor["id"], feetech.PRESENT_POSITION, middle)
            assert len(memory) == 128

    def put(self, servo: int, register: feetech.Register, value: int) -> None:
        data = value.to_bytes(register.size, "little")
        self.registers[servo][register.address : register.address + register.size] = data

    def get(self, servo: int, register: feetech.Register) -> int:
        memory = self.registers[servo]
        return int.from_bytes(memory[register.address : register.address + register.size], "little")

    # --- the port ------------------------------------------------------------------------------

    def write(self, data: bytes) -> int:
        assert data[:2] == b"\xff\xff" and data[3] == len(data) - 4, data.hex()
        assert data[-1] == ~sum(data[2:-1]) & 0xFF, data.hex()
        servo, instruction, given = data[2], data[4], data[5:-1]
        if instruction == _READ:
            self._answer(servo, bytes(self.registers[servo][given[0] : given[0] + given[1]]))
        elif instruction == _WRITE:
            self._set(servo, given[0], given[1:])
            self._answer(servo, b"")
        elif instruction == _SYNC_READ:
            for one in given[2:]:
                self._answer(one, bytes(self.registers[one][given[0] : given[0] + given[1]]))
        elif instruction == _SYNC_WRITE:
            step = given[1] + 1
            for at in range(2, len(given), step):
                self._set(given[at], given[0], given[at + 1 : at + step])
        else:
            raise AssertionError(f"no such instruction: {instruction}")
        return len(data)

    def _set(self, servo: int, address: int, values: bytes) -> None:
        self.registers[servo][address : address + len(values)] = values
        torque = self.get(servo, feetech.TORQUE)
        moved = address in (feetech.GOAL_POSITION.address, feetech.TORQUE.address)
        if torque and moved:
            goal = self.get(servo, feetech.GOAL_POSITION)
            low, high = self.get(servo, feetech.MIN_POSITION), self.get(servo, feetech.MAX_POSITION)
            self.put(servo, feetech.PRESENT_POSITION, min(max(goal, low), high))

    def _answer(self, servo: int, data: bytes) -> None:
        if servo in self.silent:
            return
        body = bytes((servo, len(data) + 2, self.errors.get(servo, 0))) + data
        check = ~sum(body) & 0xFF
        self._out += b"\xff\xff" + body + bytes((check ^ self.garbled,))

    def read(self, size: int) -> bytes:
        data, self._out = self._out[:size], self._out[size:]
        return data

    def reset_input_buffer(self) -> None:
        self._out = b""

    def close(self) -> None:
        self.closed = True
