"""Packets between the supervisor and its clients: every class there and back, nothing else."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import get_args

import pytest

from llmagentos.safety import signals, wire
from llmagentos.safety.board import Board
from llmagentos.safety.states import LEASE_S, Lease, Mode, State

_VALUES = {
    "str": "a word",
    "int": 7,
    "bool": True,
    "float": 1.5,
    "float | None": None,
    "tuple[float, ...]": (0.5, -1.0),
}
_CLASSES = (*get_args(signals.Event), *get_args(signals.Action))


@pytest.mark.parametrize("kind", _CLASSES, ids=lambda c: c.__name__)
def test_there_and_back(kind: type) -> None:
    message = kind(**{name: _VALUES[of] for name, of in kind.__annotations__.items()})
    assert wire.read(wire.write(3, message, message)) == (3, (message, message))


def test_rates_that_are_none_arrive_as_such_and_long_texts_are_cut() -> None:
    _, (rates,) = wire.read(wire.write(0, signals.Measured((math.nan, math.inf))))
    assert isinstance(rates, signals.Measured)
    assert math.isnan(rates.velocities_radps[0]) and rates.velocities_radps[1] == math.inf
    _, (stop,) = wire.read(wire.write(0, signals.Stop("a", "b", "x" * 10_000)))
    assert isinstance(stop, signals.Stop) and stop.why == "x" * wire.TEXT


@pytest.mark.parametrize(
    "packet",
    [
        b"", b"\xff\xfe", b"7", b"{}", b"[]", b'["1"]', b"[true]", b"[1, 2]", b"[" * 50_000,
        b'[1, {"is": "Nothing"}]', b'[1, {"is": ["Stop"]}]',
        b'[1, {"is": "Renew", "holder": "a"}]',
        b'[1, {"is": "Renew", "holder": "a", "number": 1.5}]',
        b'[1, {"is": "Renew", "holder": "a", "number": true}]',
        b'[1, {"is": "Tick", "more": 1}]',
        b'[1, {"is": "Measured", "velocities_radps": ["0"]}]',
        json.dumps([1, {"is": "Measured", "velocities_radps": [0.0] * 65}]).encode(),
        json.dumps([1, {"is": "Arm", "by": "x" * 501}]).encode(),
    ],
)  # fmt: skip
def test_what_is_no_packet_is_refused_in_a_sentence(packet: bytes) -> None:
    with pytest.raises(wire.WireError, match=r"^expected .*, got"):
        wire.read(packet)


def test_a_board_shows_what_was_posted_and_for_how_long(tmp_path: Path) -> None:
    writes = Board(tmp_path / "board", writes=True)
    reads = Board(tmp_path / "board")
    assert reads.read() is None, "nothing was posted"
    state = State(Mode.MOVING, 5.0, Lease("agent", 4, "goal", 5.0 + LEASE_S))
    writes.write(state, False, 5.0)
    found = reads.read()
    assert found is not None and found.mode is Mode.MOVING and not found.waits
    assert found.may_move(4, 5.0 + LEASE_S) and not found.may_move(4, 5.0 + LEASE_S + 1e-3)
    assert not found.may_move(3, 5.0) and not found.may_move(0, 5.0)
    assert found.is_alive(5.0 + LEASE_S) and not found.is_alive(5.2)
    writes.write(State(Mode.STOPPING), True, 6.0)
    found = reads.read()
    assert found is not None and found.waits and not found.may_move(4, 5.0)
    with (tmp_path / "board").open("r+b") as file:
        file.write(b"\x01")
    assert reads.read() is None, "a row that is not whole"
    writes.close()
    reads.close()
