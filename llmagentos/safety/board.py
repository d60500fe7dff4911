"""What a supervisor in another process allows, in memory that both have: read without asking.

Knows: one row of numbers with a check sum. Does not know: who writes and who reads.
A lease's end is part of the row, on the machine's monotonic clock: a supervisor that is killed or
frozen lets nobody move for longer than the lease that it gave last.
"""

from __future__ import annotations

import mmap
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

from llmagentos.safety.states import LEASE_S, Mode, State

_ROW = struct.Struct("<BBQdd")
_SUM = struct.Struct("<I")
_BYTES = 64
_MODES = tuple(Mode)
#: A row that is being written is read again, at most so often.
_TRIES = 16


@dataclass(frozen=True)
class Posted:
    """mode, and whether rest is waited for; the lease's number (0: none) and end, and when the row
    was written, seconds on the monotonic clock."""

    mode: Mode
    waits: bool
    number: int
    until_s: float
    written_s: float

    def may_move(self, number: int, now_s: float) -> bool:
        """Whether the lease of this number holds at now_s."""
        return self.mode is Mode.MOVING and 0 < number == self.number and now_s <= self.until_s

    def is_alive(self, now_s: float) -> bool:
        """Whether the supervisor wrote within a lease's time."""
        return now_s - self.written_s <= LEASE_S


class Board:
    """The row in a file of `path`. writes: make it, else it has to be there (OSError)."""

    def __init__(self, path: Path, writes: bool = False) -> None:
        if writes:  # a new file each time: readers of the one before keep it, whole
            new = path.with_suffix(".new")
            new.write_bytes(bytes(_BYTES))
            new.replace(path)
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), _BYTES)

    def write(self, state: State, waits: bool, now_s: float) -> None:
        """Post a state."""
        lease = state.lease
        number, until_s = (0, 0.0) if lease is None else (lease.number, lease.until_s)
        row = _ROW.pack(_MODES.index(state.mode), waits, number, until_s, now_s)
        self._memory[: _ROW.size + _SUM.size] = row + _SUM.pack(zlib.crc32(row))

    def read(self) -> Posted | None:
        """What is posted; None where nothing whole is."""
        for _ in range(_TRIES):
            data = bytes(self._memory[: _ROW.size + _SUM.size])
            row = data[: _ROW.size]
            if _SUM.unpack(data[_ROW.size :])[0] == zlib.crc32(row):
                mode, waits, number, until_s, written_s = _ROW.unpack(row)
                return Posted(_MODES[mode], bool(waits), number, until_s, written_s)
        return None

    def close(self) -> None:
        """Give the memory back."""
        self._memory.close()
