"""How long messages take, and how many go through: ours beside ZeroMQ and ROS 2, in one run.

    python -m benchmarks.messaging                                          # ours and pyzmq
    python -m benchmarks.messaging --ros "ros_ws/run_wheels.sh jazzy python"  # and rclpy, there

Knows: an echo in another process (in this one for the in-process bus), and what is sent. Does not know:
what messages are for. Each way sends what its users would: ours an encoded value, pyzmq bytes, rclpy a
ByteMultiArray or an Image; each side reads it as a value.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.messaging_peers import Way, echo_rclpy, over_rclpy, over_zmq

_SIZES = {"100 B": 100, "10 kB": 10_000, "640x480 picture": 640 * 480 * 3}
_WAYS = ("in-process", "zenoh", "zenoh shared", "pyzmq", "rclpy")


@dataclass(frozen=True)
class Row:
    """One way and size: there and back, in microseconds, and whole messages one way a second."""

    way: str
    size: str
    median_us: float
    p99_us: float
    per_s: float


def value_of(size: int) -> Any:
    """Bytes, or a picture."""
    if size > 100_000:
        return np.random.default_rng(1).integers(0, 255, (480, 640, 3), np.uint8)
    return bytes(size)


def measured(name: str, way: Way, seconds: float) -> Iterator[Row]:
    """All sizes."""
    for words, size in _SIZES.items():
        value = value_of(size)
        for _ in range(20):
            way.echo(value)
        times: list[float] = []
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            began = time.perf_counter()
            way.echo(value)
            times.append(time.perf_counter() - began)
        yield Row(
            name,
            words,
            round(float(np.median(times)) * 1e6, 1),
            round(float(np.percentile(times, 99)) * 1e6, 1),
            round(rate(way, value, seconds), 1),
        )


def rate(way: Way, value: Any, seconds: float) -> float:
    """Messages a second that arrive, one way; at most 8 are under way."""
    before, sent = way.count(), 0
    began = time.perf_counter()
    while time.perf_counter() - began < seconds:
        if sent - (way.count() - before) < 8:
            way.send(value)
            sent += 1
        else:
            time.sleep(0)
    took = time.perf_counter() - began
    return (way.count() - before) / took


# --- ours -----------------------------------------------------------------------------------

_OURS = """
import sys, threading
from pathlib import Path
from llmagentos.messaging import BusSettings, open_bus
bus = open_bus("echo", BusSettings(shared=sys.argv[2] == "1"), folder=Path(sys.argv[1]))
got = bus.subscribe("one/way", keep=64)
def count():
    number = 0
    for value in got:
        number += 1
        bus.publish("counted", number)
threading.Thread(target=count, daemon=True).start()
bus.serve("echo", lambda call: call.value)
threading.Event().wait()
"""


def _ours(bus: Any) -> Way:
    counted = bus.subscribe("counted", keep=1)
    newest = 0

    def count() -> int:
        nonlocal newest
        found = counted.receive(0)
        newest = newest if found is None else found
        return newest

    return Way(
        lambda value: bus.call("echo", value, 30.0),
        lambda value: bus.publish("one/way", value),
        count,
    )


@contextmanager
def in_process() -> Iterator[Way]:
    """Two peers of one LocalNet."""
    from llmagentos.messaging import LocalNet, open_bus

    net = LocalNet()
    with open_bus("here", net=net) as here, open_bus("there", net=net) as there:
        there.serve("echo", lambda call: call.value)
        got = there.subscribe("one/way", keep=64)
        number = 0

        def work() -> None:
            nonlocal number
            for _ in got:
                number += 1

        threading.Thread(target=work, daemon=True).start()
        way = _ours(here)
        way.count = lambda: number
        yield way


@contextmanager
def over_zenoh(shared: bool) -> Iterator[Way]:
    """Two processes."""
    from llmagentos.messaging import BusSettings, open_bus

    with (
        tempfile.TemporaryDirectory() as folder,
        open_bus("here", BusSettings(shared=shared), folder=Path(folder)) as bus,
    ):
        words = [sys.executable, "-c", _OURS, folder, str(int(shared))]
        child = subprocess.Popen(words)
        try:
            bus.wait_for("echo", 30)
            time.sleep(0.3)
            yield _ours(bus)
        finally:
            child.kill()
            child.wait()


# --- the table ------------------------------------------------------------------------------

_MAKERS: dict[str, Callable[[], Any]] = {
    "in-process": in_process,
    "zenoh": lambda: over_zenoh(False),
    "zenoh shared": lambda: over_zenoh(True),
    "pyzmq": over_zmq,
    "rclpy": over_rclpy,
}


def table(rows: list[Row]) -> str:
    """Markdown, with how many times as long as pyzmq's each takes."""
    peer = {row.size: row.median_us for row in rows if row.way == "pyzmq"}
    heads = (
        "way",
        "message",
        "there and back, median",
        "p99",
        "against pyzmq",
        "one way, a second",
    )
    out = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for row in rows:
        ratio = f"{row.median_us / peer[row.size]:.1f} x" if row.size in peer else ""
        out.append(
            f"| {row.way} | {row.size} | {row.median_us:,.0f} µs | {row.p99_us:,.0f} µs | {ratio} | {row.per_s:,.0f} |"
        )
    return "\n".join(out)


def main() -> None:
    """Measure and print; ways whose package is missing are named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=1.0, help="for each figure")
    parser.add_argument("--only", choices=_WAYS, action="append", help="one way, or several")
    parser.add_argument("--ros", help="python with rclpy: measures that there, in the same run")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--echo-rclpy", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.echo_rclpy:
        echo_rclpy()
        return
    rows: list[Row] = []
    for name in asked.only or _WAYS:
        if name == "rclpy" and asked.ros:
            rows += _elsewhere(asked.ros, asked.seconds)
            continue
        try:
            with _MAKERS[name]() as way:
                rows += measured(name, way, asked.seconds)
        except ImportError as exc:
            print(f"{name}: not measured, {exc}", file=sys.stderr)
    print(json.dumps([vars(row) for row in rows]) if asked.json else table(rows))


def _elsewhere(command: str, seconds: float) -> list[Row]:
    words = [*command.split(), "-m", "benchmarks.messaging", "--only", "rclpy", "--json"]
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run(
        [*words, "--seconds", str(seconds)], stdout=subprocess.PIPE, text=True, check=True, env=env
    )
    return [Row(**row) for row in json.loads(done.stdout.splitlines()[-1])]


if __name__ == "__main__":
    main()
