# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
One node as a process: from its arguments to its exit code.

Knows: rclpy's context, signals, threads, taken names. Does not know: what a node does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
import os
import signal
import sys
import threading
import time
from typing import Any

from llmagentos.runtime.processes import NO_RESTART, RESTARTED
from llmagentos_ros.namesake import has_namesakes, Namesakes, second_node
import rclpy
from rclpy.exceptions import InvalidNamespaceException, InvalidNodeNameException
from rclpy.executors import ExternalShutdownException, MultiThreadedExecutor
from rclpy.impl.implementation_singleton import rclpy_implementation
from rclpy.signals import SignalHandlerOptions

_RCLError = rclpy_implementation.RCLError
#: What rclpy raises for arguments: some as kinds of their own, most as the general one.
_BAD_ARGUMENTS = (
    _RCLError,
    rclpy_implementation.RCLInvalidROSArgsError,
    rclpy_implementation.UnknownROSArgsError,
    InvalidNamespaceException,
    InvalidNodeNameException,
)
#: So soon a signal is noticed.
_POLL_S = 0.05
#: So often it is looked whether another process has this node's name.
NAMESAKE_S = 2.0
#: A callback that runs when the process is told to end may take this long.
END_S = 5.0


class Refused(Exception):  # noqa: N818 - no fault of this process
    """The process must not run, and starting it again would not help; says why."""


def run(
    make: Callable[[], Any], name: str, args: Sequence[str] | None = None, threads: int = 4
) -> int:
    """
    Spin one node until SIGINT or SIGTERM; the exit code, NO_RESTART where it must not run.

    threads: enough for one long callback of every kind the node has; 1 saves switching.
    """
    ended = threading.Event()
    try:
        with ros(args, ended):
            namesakes = Namesakes(name)
            if RESTARTED not in os.environ:  # else whoever has started it knows that it is alone
                refuse_second(namesakes, ended.is_set)
            return 0 if ended.is_set() else _run(make, namesakes, threads, ended)
    except Refused as exc:
        print(f'{name}: {exc}', file=sys.stderr, flush=True)
        return NO_RESTART


@contextmanager
def ros(args: Sequence[str] | None, ended: threading.Event) -> Iterator[None]:
    """
    Have a context while the block runs; SIGINT and SIGTERM set `ended`.

    Signals are ours: rclpy would end the context under a running callback, and an arm that has to
    stop first needs its topics for that. Raises Refused for arguments that ROS cannot read.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with _readable_arguments():
        rclpy.init(args=args, signal_handler_options=SignalHandlerOptions.NO)
    try:
        yield
    finally:
        rclpy.try_shutdown()


@contextmanager
def _readable_arguments() -> Iterator[None]:
    try:
        yield
    except _BAD_ARGUMENTS as exc:
        raise Refused(f'expected arguments that ROS can read, got {exc}') from exc


def refuse_second(namesakes: Namesakes, stopped: Callable[[], bool]) -> None:
    """Raise Refused where a node of this name runs already, or no node can have the name."""
    with _readable_arguments():
        other = namesakes.heard(stopped)
    if other is not None:
        raise Refused(namesakes.refuse(other))


def _run(
    make: Callable[[], Any], namesakes: Namesakes, threads: int, ended: threading.Event
) -> int:
    node = namesakes.node = make()
    node.pulse.start()
    executor: Any
    if threads == 1:
        executor = rclpy.executors.SingleThreadedExecutor()
    else:
        executor = MultiThreadedExecutor(num_threads=threads)
    executor.add_node(node)
    failures: list[BaseException] = []
    spinning = threading.Thread(target=_spin, args=(node, executor, ended, failures))
    spinning.start()
    refused = ''
    look_at = time.monotonic() + NAMESAKE_S
    # Not ended.wait(): a handler that runs while this thread enters it would ask for a lock that
    # this very thread holds.
    while not ended.is_set():
        time.sleep(_POLL_S)
        if time.monotonic() >= look_at:
            refused = look_for_second(node, namesakes, ended)
            look_at = time.monotonic() + NAMESAKE_S
    node.rest()
    executor.shutdown(timeout_sec=END_S)
    spinning.join(END_S)
    node.close()
    node.destroy_node()
    if failures:
        raise failures[0]
    if refused:
        raise Refused(refused)
    return 0


def look_for_second(node: Any, namesakes: Namesakes, ended: threading.Event) -> str:
    """
    Return why this process must end, since it is the later one of two, or "".

    The first one only takes note of the second (`node.note_second`).
    """
    if not has_namesakes(node):
        return ''
    other = namesakes.heard(ended.is_set)
    if other is None:
        return ''
    if other < node.instance:
        ended.set()
        return namesakes.refuse(other)
    node.note_second(second_node(other))
    return ''


def _spin(node: Any, executor: Any, ended: threading.Event, failures: list[BaseException]) -> None:
    try:
        while rclpy.ok() and not ended.is_set():
            try:
                executor.spin()
            except _RCLError:
                # Jazzy's executor knows of services and topics that are destroyed while it waits
                # for them, but not of actions ("action server pointer is invalid").
                if not node.is_tearing_down:
                    raise
    except ExternalShutdownException:
        pass
    except BaseException as exc:  # for the main thread, which ends the process with it
        failures.append(exc)
    finally:
        ended.set()
