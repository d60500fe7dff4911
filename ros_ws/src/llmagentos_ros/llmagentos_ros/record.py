# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
Record all topics into an MCAP file, for where `ros2 bag` is not installed.

Knows: topics as they come and go, raw messages, MCAP's ROS 2 profile (what rosbag2 writes by
default since Iron; read back here with the mcap package, not yet tried with `ros2 bag play`).
Does not know: what messages mean.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
import importlib
from pathlib import Path
import re
import signal
import sys
import threading
import time
from typing import Any

from ament_index_python.packages import get_package_share_directory
from llmagentos.errors import FileError, MissingDependencyError
from llmagentos.files import make_folder, refusing
import rclpy
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.node import Node
from rclpy.qos import QoSDurabilityPolicy, QoSProfile, QoSReliabilityPolicy
from rclpy.signals import SignalHandlerOptions
from rclpy.utilities import remove_ros_args

#: Name of the recording inside its folder.
FILE = 'recording_0.mcap'
_WHAT = 'a recording that can be written'
_LOOK_S = 0.5
_DEPTH = 100
#: Not for recordings: what rclpy itself says of parameters and logs.
_LEFT_OUT = ('/rosout', '/parameter_events')
_BUILT_IN = re.compile(r'^(bool|byte|char|u?int(8|16|32|64)|float(32|64)|w?string)\b')


def definition(kind: str) -> str:
    """
    Return a message's definition with all that it is made of, as MCAP's ros2msg wants it.

    kind: 'sensor_msgs/msg/Image'. LookupError for a package that is not there.
    """
    done: dict[str, str] = {}
    _collect(kind, done)
    first, *others = done.items()
    parts = [first[1]]
    for name, text in others:
        package, _, short = name.split('/')
        parts.append(f'{"=" * 80}\nMSG: {package}/{short}\n{text}')
    return '\n'.join(parts)


def _collect(kind: str, done: dict[str, str]) -> None:
    package, _, short = kind.split('/')
    share = Path(get_package_share_directory(package))
    done[kind] = (share / 'msg' / f'{short}.msg').read_text(encoding='utf-8')
    for inner in _made_of(done[kind], package):
        if inner not in done:
            _collect(inner, done)


def _made_of(text: str, package: str) -> Iterator[str]:
    for line in text.splitlines():
        field = line.split('#', 1)[0].split()
        if len(field) < 2 or _BUILT_IN.match(field[0]):
            continue
        name = field[0].split('[', 1)[0]
        yield name.replace('/', '/msg/') if '/' in name else f'{package}/msg/{name}'


class Recorder(Node):
    """
    Subscribes to every topic that there is, and writes what comes.

    writer: an mcap Writer that has been started.
    """

    def __init__(self, writer: Any, **options: Any) -> None:
        super().__init__('record', **options)
        self._writer = writer
        self._topics: set[str] = set()
        self._schemas: dict[str, int] = {}
        from rclpy.clock import Clock, ClockType

        self.create_timer(_LOOK_S, self.look, clock=Clock(clock_type=ClockType.STEADY_TIME))

    def look(self) -> None:
        """Subscribe to topics that are new."""
        for topic, kinds in self.get_topic_names_and_types():
            if topic in self._topics or topic.endswith(_LEFT_OUT) or '/_' in topic:
                continue
            offers = self.get_publishers_info_by_topic(topic)
            if offers:
                self._topics.add(topic)
                self._subscribe(topic, kinds[0], [offer.qos_profile for offer in offers])

    def _subscribe(self, topic: str, kind: str, offers: Sequence[QoSProfile]) -> None:
        package, _, short = kind.split('/')
        try:
            message = getattr(importlib.import_module(f'{package}.msg'), short)
            schema = self._schema(kind)
        except (ImportError, AttributeError, LookupError, OSError) as exc:
            self.get_logger().warning(f'{topic} is not recorded: {type(exc).__name__}: {exc}')
            return
        channel = self._writer.register_channel(
            topic=topic, message_encoding='cdr', schema_id=schema
        )
        self.create_subscription(message, topic, self._keep(channel), _matching(offers), raw=True)

    def _schema(self, kind: str) -> int:
        if kind not in self._schemas:
            self._schemas[kind] = self._writer.register_schema(
                name=kind, encoding='ros2msg', data=definition(kind).encode()
            )
        return self._schemas[kind]

    def _keep(self, channel: int) -> Callable[[bytes], None]:
        def keep(data: bytes) -> None:
            now = time.time_ns()
            self._writer.add_message(
                channel_id=channel, log_time=now, publish_time=now, data=bytes(data)
            )

        return keep


def _matching(offers: Sequence[QoSProfile]) -> QoSProfile:
    """Return the best QoS that all publishers can serve."""
    reliable = all(o.reliability == QoSReliabilityPolicy.RELIABLE for o in offers)
    latched = all(o.durability == QoSDurabilityPolicy.TRANSIENT_LOCAL for o in offers)
    return QoSProfile(
        depth=_DEPTH,
        reliability=(
            QoSReliabilityPolicy.RELIABLE if reliable else QoSReliabilityPolicy.BEST_EFFORT
        ),
        durability=(
            QoSDurabilityPolicy.TRANSIENT_LOCAL if latched else QoSDurabilityPolicy.VOLATILE
        ),
    )


def open_writer(path: Path) -> tuple[Any, Any]:
    """
    Begin a file: the stream and its mcap Writer.

    MissingDependencyError without mcap, FileError where the file cannot be written.
    """
    try:
        from mcap.writer import CompressionType, Writer
    except ImportError as exc:
        raise MissingDependencyError('expected mcap for recording: pip install mcap') from exc
    make_folder(path.parent, _WHAT)
    with refusing(path, _WHAT):
        stream = path.open('wb')
        writer = Writer(stream, compression=CompressionType.LZ4)
        writer.start(profile='ros2', library='llmagentos')
    return stream, writer


def main(args: Sequence[str] | None = None) -> int:
    """Entry point of `ros2 run llmagentos_ros record FOLDER`."""
    argv = list(sys.argv if args is None else ['record', *args])
    parser = argparse.ArgumentParser(description='Record all topics into an MCAP file.')
    parser.add_argument('folder', type=Path)
    options = parser.parse_args(remove_ros_args(argv)[1:])
    # Signals are ours: the file must be ended before the process is.
    rclpy.init(args=argv, signal_handler_options=SignalHandlerOptions.NO)
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    try:
        stream, writer = open_writer(options.folder / FILE)
        node = Recorder(writer)
        executor = SingleThreadedExecutor()
        executor.add_node(node)
        try:
            with refusing(options.folder / FILE, _WHAT):
                while rclpy.ok() and not ended.is_set():
                    executor.spin_once(timeout_sec=0.2)
        except ExternalShutdownException:
            pass
        finally:
            node.destroy_node()
            with refusing(options.folder / FILE, _WHAT):
                writer.finish()
                stream.close()
    except FileError as exc:
        print(f'FileError: {exc}', file=sys.stderr)
        return 2
    finally:
        rclpy.try_shutdown()
    return 0


if __name__ == '__main__':
    raise SystemExit(main())
