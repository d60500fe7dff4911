# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
A node's signs of life: its heartbeat and its diagnostics, on a thread of their own.

Knows: what every node may lack (a clock, channels, parameters), and how to say it.
Does not know: what any node is for; its `health` tells that.

Nothing that a node tells of itself can end the thread: where it cannot tell, that is told.
"""

from __future__ import annotations

from dataclasses import replace
import os
import threading
import time
import traceback
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from llmagentos_msgs.msg import Heartbeat
from llmagentos_ros import interface as table
from llmagentos_ros.channels import channel_of, publishers_of
from llmagentos_ros.convert import to_time
from llmagentos_ros.inputs import FAULT, Input
import rclpy
from std_msgs.msg import Header

_HEARTBEAT_S, _DIAGNOSTICS_S = 1.0 / table.HEARTBEAT.rate_hz, 1.0 / table.DIAGNOSTICS.rate_hz
#: Simulated time that stands still so long is missed: on a busy machine it waits now and then.
_STILL_S = 5.0
#: A second node of the same name is told for this long.
_SECOND_S = 60.0


class Pulse:
    """The pulse of one ModuleNode: `start` it once the node is made, `stop` it at its end."""

    def __init__(self, node: Any) -> None:
        self._node = node
        beat, health = table.HEARTBEAT, table.DIAGNOSTICS
        self._beat = node.create_publisher(
            Heartbeat, beat.name, beat.qos, callback_group=node.group
        )
        self._diagnostics = node.create_publisher(DiagnosticArray, health.name, health.qos)
        self._clock_seen = self._clock_input()
        self._second, self._second_s = '', float('-inf')
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._loop, name='heartbeat', daemon=True)

    def start(self) -> None:
        """Begin to beat."""
        self._thread.start()

    def stop(self) -> None:
        """End, within two periods."""
        self._closing.set()
        if self._thread.ident is not None:
            self._thread.join(timeout=2 * _HEARTBEAT_S)

    def note_second(self, words: str) -> None:
        """Tell in the diagnostics, for a while, that a second node of this name was started."""
        self._second, self._second_s = words, time.monotonic()

    def publish_report(self) -> None:
        """Publish the diagnostics now."""
        self._diagnostics.publish(self.report(Header(stamp=to_time(self._node.now_s))))

    def report(self, header: Header) -> DiagnosticArray:
        """Make the node's diagnostics: health, faults, and what of its channels is missing."""
        node = self._node
        level, words, figures = self.health()
        needed = [c for c in (self._clock_seen, *node.channels) if c.needed()]
        figures = {**figures, 'cpu_s': f'{time.process_time():.2f}', 'pid': os.getpid()}
        faults = dict(node.faults)
        named = faults if level == DiagnosticStatus.OK else {'health': words, **faults}
        figures |= {c.channel.name: c.row() for c in needed}
        figures |= {name: f'{FAULT}: {said}' for name, said in named.items()}
        missing = [said for _, said in (c.problem() for c in needed) if said]
        if node.is_active and (missing or faults):
            said = [] if level == DiagnosticStatus.OK else [words]
            words = '; '.join([*said, *faults.values(), *missing])
            level = DiagnosticStatus.ERROR if faults else max(level, DiagnosticStatus.WARN)
        status = DiagnosticStatus(
            level=level,
            name=f'{node.get_fully_qualified_name()}',
            message=words,
            hardware_id=node.get_namespace(),
            values=[KeyValue(key=str(k), value=str(v)) for k, v in figures.items()],
        )
        return DiagnosticArray(header=header, status=[status])

    def health(self) -> tuple[bytes, str, dict[str, Any]]:
        """Health as the node tells it, and over it what every node may lack."""
        node = self._node
        level, words, figures = self._told()
        if node.unknown_parameters:
            figures = {**figures, table.UNKNOWN_PARAMETERS: ', '.join(node.unknown_parameters)}
        if node.refusal:
            figures = {**figures, table.REFUSED_TRANSITION: node.refusal}
        if node.problem:
            figures = {**figures, table.PASSES: str(node.problem_passes).lower()}
            return DiagnosticStatus.ERROR, node.problem, figures
        if time.monotonic() - self._second_s < _SECOND_S:
            return DiagnosticStatus.ERROR, self._second, figures
        return level, words, figures

    # --- inside --------------------------------------------------------------------------

    def _told(self) -> tuple[bytes, str, dict[str, Any]]:
        try:
            told: tuple[bytes, str, dict[str, Any]] = self._node.health()
        except Exception as exc:  # the node lives, and somebody should hear of its fault
            self._log(f'health: {traceback.format_exc()}')
            words = f'the node cannot tell how it is: {type(exc).__name__}: {exc}'
            return DiagnosticStatus.ERROR, words, {}
        return told

    def _loop(self) -> None:
        """Beat so that long work is no silence; a frozen process is silent."""
        next_report = last_s = 0.0
        while not self._closing.wait(_HEARTBEAT_S):
            if not rclpy.ok():
                return
            try:
                last_s = self._beat_once(last_s)
                if time.monotonic() >= next_report:
                    next_report = time.monotonic() + _DIAGNOSTICS_S
                    self.publish_report()
            except Exception:
                if not rclpy.ok():  # the context has ended meanwhile
                    return
                self._log(f'heartbeat: {traceback.format_exc()}')

    def _beat_once(self, last_s: float) -> float:
        node = self._node
        now_s: float = node.now_s
        if now_s != last_s:
            self._clock_seen.beat()
        beat = Heartbeat(stamp=to_time(now_s), node=node.get_name(), instance=node.instance)
        self._beat.publish(beat)
        return now_s

    def _clock_input(self) -> Input:
        """Expect simulated time: rclpy listens, and the node sees only that its clock moves."""
        node = self._node
        channel = channel_of(node, table.CLOCK)
        return Input(
            replace(channel, rate_hz=1.0 / _HEARTBEAT_S),
            lambda: publishers_of(node, channel),
            time.monotonic,
            allowed_s=_STILL_S,
            needed=lambda: bool(node.value('use_sim_time')),
        )

    def _log(self, words: str) -> None:
        self._node.get_logger().error(words, throttle_duration_sec=10.0)
