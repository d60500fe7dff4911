"""The ways that stand beside ours in `benchmarks.messaging`: pyzmq and rclpy, as their users write them.

Knows: an echo in another process, over each. Does not know: ours, or what is measured.
"""

from __future__ import annotations

import importlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass
class Way:
    """echo: sends a value and waits for it. send: one way, waits for nobody. count: how many of those
    came; 0 before the first."""

    echo: Callable[[Any], Any]
    send: Callable[[Any], None]
    count: Callable[[], int]


_ZMQ = """
import sys, threading, zmq
context = zmq.Context()
answers, news, counted = context.socket(zmq.REP), context.socket(zmq.SUB), context.socket(zmq.PUB)
answers.bind(f"ipc://{sys.argv[1]}/echo")
news.setsockopt(zmq.SUBSCRIBE, b"")
news.bind(f"ipc://{sys.argv[1]}/news")
counted.bind(f"ipc://{sys.argv[1]}/counted")
def count():
    number = 0
    while True:
        news.recv(copy=False)
        number += 1
        counted.send(str(number).encode())
threading.Thread(target=count, daemon=True).start()
while True:
    answers.send(answers.recv(copy=False), copy=False)
"""


@contextmanager
def over_zmq() -> Iterator[Way]:
    """pyzmq's request and reply, publish and subscribe, on Unix sockets."""
    zmq: Any = importlib.import_module("zmq")

    with tempfile.TemporaryDirectory() as folder:
        child = subprocess.Popen([sys.executable, "-c", _ZMQ, folder])
        context = zmq.Context()
        asks, news = context.socket(zmq.REQ), context.socket(zmq.PUB)
        counted = context.socket(zmq.SUB)
        counted.setsockopt(zmq.CONFLATE, 1)
        counted.setsockopt(zmq.SUBSCRIBE, b"")
        asks.connect(f"ipc://{folder}/echo")
        news.connect(f"ipc://{folder}/news")
        counted.connect(f"ipc://{folder}/counted")
        newest = 0

        def raw(value: Any) -> Any:
            return value.data if isinstance(value, np.ndarray) else value

        def echo(value: Any) -> Any:
            asks.send(raw(value), copy=False)
            return asks.recv(copy=False)

        def count() -> int:
            nonlocal newest
            if counted.poll(0):
                newest = int(counted.recv())
            return newest

        try:
            echo(b"hello")
            time.sleep(0.5)
            yield Way(echo, lambda value: news.send(raw(value), copy=False), count)
        finally:
            child.kill()
            child.wait()
            context.destroy(linger=0)


@contextmanager
def over_rclpy() -> Iterator[Way]:
    """Two topics there and back, one for pictures; the executor of rclpy in each process."""
    import rclpy
    from rclpy.executors import SingleThreadedExecutor
    from sensor_msgs.msg import Image
    from std_msgs.msg import Int64, UInt8MultiArray

    child = subprocess.Popen([sys.executable, "-m", "benchmarks.messaging", "--echo-rclpy"])
    rclpy.init()
    node = rclpy.create_node("here")
    came: dict[str, int] = {"echo": 0, "count": 0}

    def note(key: str, number: int | None = None) -> None:
        came[key] = came[key] + 1 if number is None else number

    sends = {
        (kind, word): node.create_publisher(kind, f"{word}_{kind.__name__.lower()}", 8)
        for kind in (Image, UInt8MultiArray)
        for word in ("ask", "news")
    }
    for kind in (Image, UInt8MultiArray):
        node.create_subscription(kind, f"answer_{kind.__name__.lower()}", lambda m: note("echo"), 8)
    node.create_subscription(Int64, "counted", lambda m: note("count", m.data), 8)
    executor = SingleThreadedExecutor()
    executor.add_node(node)

    def message(value: Any) -> Any:
        if isinstance(value, np.ndarray):
            made = Image(height=480, width=640, encoding="rgb8", step=1920)
            made.data = value.tobytes()
            return made
        return UInt8MultiArray(data=value)

    def echo(value: Any) -> None:
        before = came["echo"]
        made = message(value)
        sends[(type(made), "ask")].publish(made)
        until = time.monotonic() + 5.0
        while came["echo"] == before and time.monotonic() < until:
            executor.spin_once(timeout_sec=0.1)

    def send(value: Any) -> None:
        made = message(value)
        sends[(type(made), "news")].publish(made)

    def count() -> int:
        executor.spin_once(timeout_sec=0.0)
        return came["count"]

    try:
        time.sleep(2.0)
        yield Way(echo, send, count)
    finally:
        child.kill()
        child.wait()
        rclpy.shutdown()


def echo_rclpy() -> None:
    """The other process of `over_rclpy`."""
    import rclpy
    from sensor_msgs.msg import Image
    from std_msgs.msg import Int64, UInt8MultiArray

    rclpy.init()
    node = rclpy.create_node("there")
    counted = node.create_publisher(Int64, "counted", 8)
    number = 0

    def count(message: Any) -> None:
        nonlocal number
        number += 1
        counted.publish(Int64(data=number))

    for kind in (Image, UInt8MultiArray):
        name = kind.__name__.lower()
        answers = node.create_publisher(kind, f"answer_{name}", 8)
        node.create_subscription(kind, f"ask_{name}", answers.publish, 8)
        node.create_subscription(kind, f"news_{name}", count, 8)
    rclpy.spin(node)
