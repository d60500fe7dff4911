"""What comes through the daemon's door and is no request: an error in words, or the end of that
connection; never the end of the daemon."""

from __future__ import annotations

import json
import random
import socket

import pytest
from daemon.conftest import Running

from llmagentos.daemon import wire
from llmagentos.daemon.client import DaemonClient
from llmagentos.errors import AccessError, DaemonError


def _say(lasting: Running, data: bytes, answers: bool = True) -> bytes:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
        door.settimeout(10)
        door.connect(str(lasting.socket))
        try:
            door.sendall(data)
            return door.recv(1 << 16) if answers else b""
        except (ConnectionError, TimeoutError):
            return b""


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"hello\n", "expected a JSON object in a line"),
        (b"\xff\xfe\n", "expected a JSON object in a line"),
        (b"[1, 2]\n", "expected a JSON object in a line, got list"),
        (b"[" * 100_000 + b"\n", "expected a JSON object in a line"),
        (b'{"id": 1}\n', "expected one of status"),
        (b'{"id": 1, "verb": "list", "args": 3}\n', "expected arguments by name, got int"),
        (b'{"id": 1, "verb": "show", "args": {}}\n', "expected arguments that show takes"),
        (b'{"id": 1, "verb": "__class__"}\n', "expected one of status"),
        (b'{"id": 1, "verb": "list", "token": "guess"}\n', "unknown or revoked"),
        (
            b'{"id": 1, "verb": "result", "args": {"number": "x"}}\n',
            "expected the number of a call",
        ),
        (b'{"hello": "a", "secret": ""}\n', "expected a process that this daemon started"),
        (b'{"hello": ["a"], "secret": null}\n', "expected a process that this daemon started"),
        (b"x" * (wire.LINE + 10), "expected lines of at most"),
    ],
)
def test_what_is_no_request_is_told_in_words(
    daemon: DaemonClient, lasting: Running, data: bytes, words: str
) -> None:
    told = json.loads(_say(lasting, data).splitlines()[0])
    assert words in told["error"]["words"]
    assert daemon.list() == []


def test_noise_harms_nobody(daemon: DaemonClient, lasting: Running) -> None:
    rng = random.Random(3)
    good = b'{"id": 1, "verb": "call", "args": {"name": "a", "verb": "x", "args": {}}, "token": ""}'
    for _ in range(400):
        data = bytearray(good)
        for _ in range(rng.randrange(1, 12)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        _say(lasting, bytes(data) + b"\n", answers=rng.random() < 0.5 and b"\n" not in data[:-1])
    assert daemon.status()["agents"] == 0


def test_errors_keep_their_names_over_the_wire() -> None:
    with pytest.raises(AccessError, match="no"):
        wire.raise_error(wire.error_of(AccessError("no")))
    with pytest.raises(DaemonError, match="odd"):
        wire.raise_error({"type": "SystemExit", "words": "odd"})
    with pytest.raises(DaemonError, match="odd"):
        wire.raise_error({"type": "annotations", "words": "odd"})
    with pytest.raises(DaemonError, match="expected plain data"):
        wire.line({"x": object()})
