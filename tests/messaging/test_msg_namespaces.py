"""Over two "machines": network namespaces with a cable between them, which is cut in mid-call."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

THERE = """
import sys, time
from llmagentos.messaging import BusSettings, open_bus
bus = open_bus("there", BusSettings(listen=("tcp/10.99.7.2:7447",)))
bus.serve("long", lambda call: time.sleep(60))
bus.serve("echo", lambda call: call.value)
print("up", flush=True)
time.sleep(600)
"""
HERE = """
import subprocess, sys, time
from llmagentos.errors import CallTimeoutError, PeerLostError
from llmagentos.messaging import BusSettings, open_bus
bus = open_bus("here", BusSettings(connect=("tcp/10.99.7.2:7447",)))
assert bus.wait_for("long", 30), bus.services()
assert bus.call("echo", [1, 2], timeout_s=20) == [1, 2]
pending = bus.begin("long", timeout_s=60)
began = time.monotonic()
subprocess.run(["ip", "link", "set", "here0", "down"], check=True)
try:
    pending.result()
except PeerLostError as error:
    print("lost", round(time.monotonic() - began, 2), error, flush=True)
subprocess.run(["ip", "link", "set", "here0", "up"], check=True)
assert bus.wait_for("echo", 40), "not found again"
assert bus.call("echo", "back", timeout_s=20) == "back"
print("back", flush=True)
"""


def ip(*words: str) -> None:
    done = subprocess.run(["ip", *words], capture_output=True, text=True)
    if done.returncode:
        raise OSError(done.stderr.strip() or f"ip {' '.join(words)}")


@pytest.fixture
def namespaces() -> Iterator[tuple[str, str]]:
    """Two, with 10.99.7.1 (here0) and 10.99.7.2 (there0)."""
    names = (f"la{os.getpid()}a", f"la{os.getpid()}b")
    try:
        try:
            for name in names:
                ip("netns", "add", name)
            ip("link", "add", "here0", "netns", names[0], "type", "veth", "peer", "name", "there0",
               "netns", names[1])  # fmt: skip
            for name, device, address in zip(names, ("here0", "there0"), "12", strict=True):
                ip("-n", name, "addr", "add", f"10.99.7.{address}/24", "dev", device)
                ip("-n", name, "link", "set", device, "up")
                ip("-n", name, "link", "set", "lo", "up")
        except OSError as exc:
            pytest.skip(f"this machine lets nobody make network namespaces: {exc}")
        yield names
    finally:
        for name in names:
            subprocess.run(["ip", "netns", "del", name], capture_output=True)


def test_a_link_that_is_cut_in_mid_call(namespaces: tuple[str, str], tmp_path: Path) -> None:
    def begin(number: int, code: str) -> subprocess.Popen[str]:
        folder = tmp_path / str(number)
        return subprocess.Popen(
            ["ip", "netns", "exec", namespaces[number], sys.executable, "-c", code],
            env={**os.environ, "LLMAGENTOS_RUNTIME_DIR": str(folder)},
            stdout=subprocess.PIPE,
            text=True,
        )

    there = begin(1, THERE)
    here = None
    try:
        assert there.stdout is not None and there.stdout.readline() == "up\n"
        began = time.monotonic()
        here = begin(0, HERE)
        told, _ = here.communicate(timeout=60)
        assert here.returncode == 0, told
        lost, back = told.splitlines()
        assert lost.startswith("lost ") and "got the end of there-" in lost
        assert back == "back"
        assert time.monotonic() - began < 60
        print(lost)
    finally:
        for process in (there, here):
            if process is not None:
                process.kill()
                process.wait()
