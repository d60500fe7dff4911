"""The bus between real processes, which are killed, frozen, and too slow."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from llmagentos.errors import MissingDependencyError, PeerLostError
from llmagentos.messaging import Bus, BusSettings, open_bus, opening, zenoh_link

CHILD = """
import sys, time
from pathlib import Path
from llmagentos.messaging import open_bus
bus = open_bus("child", folder=Path(sys.argv[1]))
bus.serve("echo", lambda call: call.value)
bus.serve("long", lambda call: time.sleep(60))
kept = bus.subscribe("flood", keep=4)
time.sleep(600)
"""


@pytest.fixture
def bus(tmp_path: Path) -> Iterator[Bus]:
    with open_bus("test", folder=tmp_path) as opened:
        yield opened


@pytest.fixture
def child(bus: Bus, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-c", CHILD, str(tmp_path)])
    try:
        assert bus.wait_for("long", 30)
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_who_calls_one_that_dies_or_stands_still_is_told(
    bus: Bus, child: subprocess.Popen[bytes], number: signal.Signals
) -> None:
    assert bus.call("echo", "hi", timeout_s=20) == "hi"
    pending = bus.begin("long", timeout_s=60)
    child.send_signal(number)
    began = time.monotonic()
    with pytest.raises(PeerLostError, match="expected an answer of 'long', got the end of child-"):
        pending.result()
    # 0.7 s of silence are enough; generous, for a machine with other things to do
    assert time.monotonic() - began < 15
    assert not bus.has("echo")
    if number is signal.SIGSTOP:
        child.send_signal(signal.SIGCONT)
        assert bus.wait_for("echo", 30)
        assert bus.call("echo", "back", timeout_s=20) == "back"


def test_one_that_stands_still_keeps_nobody_from_publishing(
    bus: Bus, child: subprocess.Popen[bytes]
) -> None:
    own = bus.subscribe("flood", keep=1)
    child.send_signal(signal.SIGSTOP)
    for _ in range(300):
        bus.publish("flood", b"x" * 10_000)
    assert own.receive(20) == b"x" * 10_000
    child.send_signal(signal.SIGCONT)
    assert bus.wait_for("echo", 30)


def test_sockets_of_the_dead_are_taken_away(
    bus: Bus, child: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    assert len(list(tmp_path.glob("*.bus"))) == 2
    child.kill()
    child.wait()
    with open_bus("next", folder=tmp_path):
        assert len(list(tmp_path.glob("*.bus"))) == 2
    assert len(list(tmp_path.glob("*.bus"))) == 1


def test_by_default_nothing_listens_on_a_network(bus: Bus, child: subprocess.Popen[bytes]) -> None:
    ours = {str(fd.readlink()) for fd in Path(f"/proc/{child.pid}/fd").iterdir()}
    for name in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path(f"/proc/{child.pid}/net/{name}").read_text().splitlines()[1:]:
            assert f"socket:[{line.split()[9]}]" not in ours, (name, line)
    assert opening.BusSettings() == BusSettings(listen=(), connect=())


def test_peers_of_another_domain_are_not_met(bus: Bus, tmp_path: Path) -> None:
    with open_bus("other", BusSettings(domain="elsewhere"), folder=tmp_path) as other:
        other.serve("tea", lambda call: 1)
        assert not bus.wait_for("tea", 0.3)


def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "zenoh", None)
    with pytest.raises(MissingDependencyError, match="pip install eclipse-zenoh"):
        zenoh_link.ZenohLink(None)
