# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
What all nodes share: parameters, channels by the table, heartbeat, diagnostics, life cycle.

Knows: rclpy's lifecycle.
Does not know: what any node is for, or how its process runs (process.py).

A node creates in on_configure and releases in on_cleanup; `build` and `release` are the two
methods that a node writes. Humble, Jazzy and Kilted all have what is used here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property, partial
import os
import threading
import time
import traceback
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from llmagentos.errors import ConfigError, LLMAgentOSError, ServerError
from llmagentos.robots import ArmSpec, DEFAULT_ROBOT, load
from llmagentos_msgs.msg import Heartbeat
from llmagentos_ros import interface as table
from llmagentos_ros.convert import to_time
from llmagentos_ros.inputs import Channel, End, FAULT, Input, Output, Policy
from llmagentos_ros.parameters import declare, OVERRIDES, Parameter, widened
from llmagentos_ros.process import END_S
from llmagentos_ros.transitions import TransitionGuard
from rcl_interfaces.msg import SetParametersResult
import rclpy
from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn
from std_msgs.msg import Header

try:
    from rclpy.event_handler import SubscriptionEventCallbacks
except ImportError:  # Humble
    from rclpy.qos_event import SubscriptionEventCallbacks

_HEARTBEAT_S, _DIAGNOSTICS_S = 1.0 / table.HEARTBEAT.rate_hz, 1.0 / table.DIAGNOSTICS.rate_hz

_FEEDBACK_S = 0.1
#: Simulated time that stands still so long is missed: on a busy machine it waits now and then.
_STILL_S = 5.0
#: A second node of the same name is told for this long.
_SECOND_S = 60.0
#: What may mend itself, since it lies elsewhere; other errors stay until somebody changes it.
_PASSING = (ServerError,)
ROBOT = Parameter('robot', DEFAULT_ROBOT, 'Arm: a name that the core knows, or a folder of one')
BASE_FRAME = Parameter(
    'base_frame', '', "Robot base frame (REP 103: x forward); empty: the arm's base link"
)


class ModuleNode(LifecycleNode):
    """A lifecycle node around one core module."""

    PARAMETERS: tuple[Parameter, ...] = ()

    def __init__(self, name: str) -> None:
        super().__init__(name, **OVERRIDES)
        self._given = declare(self, self.parameters())
        self.group = ReentrantCallbackGroup()
        self._built: list[tuple[Callable[[Any], Any], Any]] = []
        self._beat = self.create_publisher(
            Heartbeat, table.HEARTBEAT.name, table.HEARTBEAT.qos, callback_group=self.group
        )
        self._diagnostics = self.create_publisher(
            DiagnosticArray, table.DIAGNOSTICS.name, table.DIAGNOSTICS.qos
        )
        self.is_active = False
        #: What is expected of others, and named faults: diagnostics tell what is missing.
        self.channels: list[Input | Output] = []
        self.faults: dict[str, str] = {}
        self._clock_seen = self._clock_input()
        #: This start of the process, as the heartbeat tells it.
        self.instance = time.time_ns()
        #: Why the node is not configured, and whether trying again could help.
        self.problem, self.problem_passes = '', False
        self._second, self._second_s = '', float('-inf')
        self._torn_s = float('-inf')
        self._closing = threading.Event()
        self._guard = TransitionGuard(self, self._tell_refusal)
        for unknown in self._given.unknown:
            self.get_logger().warning(
                f'expected a parameter of {self.get_name()}, got {unknown!r}: ignored'
            )
        self._pulse = threading.Thread(target=self._pulse_loop, name='heartbeat', daemon=True)
        self._pulse.start()

    # --- what a node writes ------------------------------------------------------------------

    def build(self) -> None:
        """Create modules and channels. Raises a named error when that cannot be done."""

    def release(self) -> None:
        """Give back what `build` made, beyond channels."""

    def started(self) -> None:
        """React to having become active."""

    def stopped(self) -> None:
        """React to being no longer active: nothing may move on the node's behalf."""

    def health(self) -> tuple[bytes, str, dict[str, Any]]:
        """Level (DiagnosticStatus.OK, WARN, ERROR), one sentence, figures."""
        return DiagnosticStatus.OK, 'active' if self.is_active else 'not active', {}

    # --- helpers -----------------------------------------------------------------------------

    @classmethod
    def parameters(cls) -> tuple[Parameter, ...]:
        """All parameters of the node, those that every node has first."""
        return (ROBOT, BASE_FRAME, *cls.PARAMETERS)

    def value(self, name: str) -> Any:
        """Return a parameter's value."""
        return self.get_parameter(name).value

    def set_parameters(self, parameter_list: list[Any]) -> list[SetParametersResult]:
        """As rclpy's; a whole number counts as a double."""
        return super().set_parameters(widened(self.parameters(), parameter_list))

    def set_parameters_atomically(self, parameter_list: list[Any]) -> SetParametersResult:
        """As rclpy's; a whole number counts as a double."""
        return super().set_parameters_atomically(widened(self.parameters(), parameter_list))

    @cached_property
    def robot(self) -> ArmSpec:
        """The arm that the parameter `robot` names. RobotError where it names none."""
        return load(self.value('robot'))

    @property
    def base_frame(self) -> str:
        """Return the name of the frame that everything is in."""
        return self.value('base_frame') or self.robot.base_link

    @property
    def now_s(self) -> float:
        """The node's clock (simulated with use_sim_time), seconds."""
        return self.get_clock().now().nanoseconds * 1e-9

    def publisher(self, topic: table.Topic, needs_reader: Callable[[], bool] | None = None) -> Any:
        """
        Create a lifecycle publisher: silent while the node is not active.

        needs_reader: whether diagnostics miss somebody who reads it.
        """
        made = self.create_lifecycle_publisher(topic.kind, topic.name, topic.qos)
        self._built.append((self.destroy_lifecycle_publisher, made))
        if needs_reader is not None:
            channel = self._channel(topic)
            self.channels.append(
                Output(
                    channel,
                    lambda: _ends(self.get_subscriptions_info_by_topic(channel.name)),
                    needs_reader,
                )
            )
        return made

    def subscription(
        self,
        topic: table.Topic,
        callback: Callable[[Any], None],
        group: Any = None,
        *,
        allowed_s: float = 0.0,
        least_hz: float | None = None,
        needed: Callable[[], bool] | None = None,
        any_policy: bool = False,
    ) -> Any:
        """
        Subscribe with the table's QoS; diagnostics tell what of it is missing.

        any_policy: hear what is sent best effort or volatile, too, and what was sent once and kept
        for those who come late. No single reader hears both, so there are two.
        allowed_s: silence that is fine; 0: some periods. least_hz: less is slow; by itself a share
        of the table's rate. needed: whether it is missed at all; by itself what comes at a rate.
        """
        channel = self._channel(topic)
        if any_policy:
            channel = replace(channel, policy=Policy.of(table.SENSOR))
        seen = Input(
            channel,
            lambda: _ends(self.get_publishers_info_by_topic(channel.name)),
            lambda: self.now_s,
            allowed_s=allowed_s,
            least_hz=least_hz,
            needed=needed or (lambda: topic.rate_hz > 0),
        )
        self.channels.append(seen)

        def heard(msg: Any) -> None:
            seen.beat()
            callback(msg)

        for qos in (table.SENSOR, table.STATE) if any_policy else (topic.qos,):
            made = self.create_subscription(
                topic.kind,
                topic.name,
                heard,
                qos,
                callback_group=group,
                # By default rclpy warns of a policy that only one of two readers does not hear.
                event_callbacks=SubscriptionEventCallbacks(use_default_callbacks=not any_policy),
            )
            self._built.append((self.destroy_subscription, made))
        return made

    def fault(self, name: str, words: str) -> None:
        """Name something that is wrong, for diagnostics; '' when it is over."""
        if words:
            self.faults[name] = words
        else:
            self.faults.pop(name, None)

    def serve(self, endpoint: table.Endpoint, callback: Any, group: Any = None) -> Any:
        """Offer a service of the table."""
        made = self.create_service(
            endpoint.kind, endpoint.name, callback, callback_group=group or self.group
        )
        self._built.append((self.destroy_service, made))
        return made

    def client(self, endpoint: table.Endpoint) -> Any:
        """Create a client of one of the table's services."""
        made = self.create_client(endpoint.kind, endpoint.name, callback_group=self.group)
        self._built.append((self.destroy_client, made))
        return made

    def timer(self, period_s: float, callback: Callable[[], None], group: Any = None) -> Any:
        """Create a timer on the node's clock."""
        made = self.create_timer(period_s, callback, callback_group=group)
        self._built.append((self.destroy_timer, made))
        return made

    def keep(self, thing: Any, destroy: Callable[[Any], Any]) -> Any:
        """Anything else that goes in cleanup."""
        self._built.append((destroy, thing))
        return thing

    # --- life cycle --------------------------------------------------------------------------

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Create; after an error the node stays unconfigured and says why (`problem`)."""
        self.problem = ''
        try:
            if self._given.wrong:
                raise ConfigError('; '.join(self._given.wrong))
            self.build()
            return super().on_configure(state)
        except LLMAgentOSError as exc:
            self._not_configured(f'{type(exc).__name__}: {exc}', isinstance(exc, _PASSING))
        except Exception as exc:  # rclpy would swallow it
            self.get_logger().error(f'configure: {traceback.format_exc()}')
            self._not_configured(f'{type(exc).__name__}: {exc}', passes=False)
        self._tear_down()
        return TransitionCallbackReturn.FAILURE

    def _not_configured(self, problem: str, passes: bool) -> None:
        self.problem, self.problem_passes = problem, passes
        self.get_logger().error(f'configure: {problem}')
        self._publish_report()  # whoever asked for it learns why together with the answer

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Publish and act from now on."""
        result = super().on_activate(state)
        self.is_active = True
        try:
            self.started()
        except Exception:  # rclpy would swallow it
            self.get_logger().error(f'activate: {traceback.format_exc()}')
            self.is_active = False
            super().on_deactivate(state)
            return TransitionCallbackReturn.FAILURE
        return result

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Be silent."""
        self.rest()
        return super().on_deactivate(state)

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Release everything that configure made."""
        result = super().on_cleanup(state)
        self._tear_down()
        return result

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Release from any state."""
        self.rest()
        self._tear_down()
        return super().on_shutdown(state)

    def on_error(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Back to unconfigured, from where bring-up may try again."""
        self.is_active = False
        self._tear_down()
        return TransitionCallbackReturn.SUCCESS

    def rest(self) -> None:
        """Stop whatever is under way; at the end of the process, too, while it still spins."""
        if self.is_active:
            self.is_active = False
            self._surely('stop', self.stopped)

    def close(self) -> None:
        """Release, once nothing spins any more."""
        self._tear_down()
        self._closing.set()
        self._pulse.join(timeout=2 * _HEARTBEAT_S)

    @property
    def is_tearing_down(self) -> bool:
        """Whether entities are being destroyed, or were a moment ago."""
        return time.monotonic() - self._torn_s < END_S

    def _tear_down(self) -> None:
        self._torn_s = time.monotonic()
        self._surely('release', self.release)
        self.channels, self.faults = [], {}
        while self._built:
            destroy, thing = self._built.pop()
            self._surely('destroy', partial(destroy, thing))

    def _surely(self, what: str, do: Callable[[], Any]) -> None:
        """Do one part of an end; where it fails, the rest must end all the same."""
        try:
            do()
        except Exception:
            self.get_logger().error(f'{what}: {traceback.format_exc()}')

    # --- signs of life -----------------------------------------------------------------------

    def _pulse_loop(self) -> None:
        """On its own thread, so that long work is no silence; a frozen process is silent."""
        next_report = last_s = 0.0
        while not self._closing.wait(_HEARTBEAT_S):
            if not rclpy.ok():
                return
            now_s = self.now_s
            if now_s != last_s:
                last_s = now_s
                self._clock_seen.beat()
            stamp = to_time(now_s)
            self._beat.publish(
                Heartbeat(stamp=stamp, node=self.get_name(), instance=self.instance)
            )
            if time.monotonic() >= next_report:
                next_report = time.monotonic() + _DIAGNOSTICS_S
                self._publish_report()

    def _tell_refusal(self, reason: str) -> None:
        self.get_logger().warning(reason)
        self._publish_report()

    def _publish_report(self) -> None:
        self._diagnostics.publish(self._report(Header(stamp=to_time(self.now_s))))

    def _channel(self, topic: table.Topic) -> Channel:
        return Channel(
            self.resolve_topic_name(topic.name),
            _kind(topic.kind),
            Policy.of(topic.qos),
            topic.rate_hz,
        )

    def _clock_input(self) -> Input:
        """Expect simulated time: rclpy listens, and the node sees only that its clock moves."""
        channel = self._channel(table.CLOCK)
        return Input(
            replace(channel, rate_hz=1.0 / _HEARTBEAT_S),
            lambda: _ends(self.get_publishers_info_by_topic(channel.name)),
            time.monotonic,
            allowed_s=_STILL_S,
            needed=lambda: bool(self.value('use_sim_time')),
        )

    def _report(self, header: Header) -> DiagnosticArray:
        level, words, figures = self._health_now()
        needed = [c for c in (self._clock_seen, *self.channels) if c.needed()]
        figures = {**figures, 'cpu_s': f'{time.process_time():.2f}', 'pid': os.getpid()}
        faults = dict(self.faults)
        named = faults if level == DiagnosticStatus.OK else {'health': words, **faults}
        figures |= {c.channel.name: c.row() for c in needed}
        figures |= {name: f'{FAULT}: {said}' for name, said in named.items()}
        missing = [said for _, said in (c.problem() for c in needed) if said]
        if self.is_active and (missing or faults):
            said = [] if level == DiagnosticStatus.OK else [words]
            words = '; '.join([*said, *faults.values(), *missing])
            level = DiagnosticStatus.ERROR if faults else max(level, DiagnosticStatus.WARN)
        status = DiagnosticStatus(
            level=level,
            name=f'{self.get_fully_qualified_name()}',
            message=words,
            hardware_id=self.get_namespace(),
            values=[KeyValue(key=str(k), value=str(v)) for k, v in figures.items()],
        )
        return DiagnosticArray(header=header, status=[status])

    def _health_now(self) -> tuple[bytes, str, dict[str, Any]]:
        """Health as the node tells it, and over it what every node may lack."""
        level, words, figures = self.health()
        if self._given.unknown:
            figures = {**figures, table.UNKNOWN_PARAMETERS: ', '.join(self._given.unknown)}
        if self._guard.refusal:
            figures = {**figures, table.REFUSED_TRANSITION: self._guard.refusal}
        if self.problem:
            figures = {**figures, table.PASSES: str(self.problem_passes).lower()}
            return DiagnosticStatus.ERROR, self.problem, figures
        if time.monotonic() - self._second_s < _SECOND_S:
            return DiagnosticStatus.ERROR, self._second, figures
        return level, words, figures

    # --- others of the same name -------------------------------------------------------------

    def note_second(self, words: str) -> None:
        """Tell in the diagnostics, for a while, that a second node of this name was started."""
        self.get_logger().error(words)
        self._second, self._second_s = words, time.monotonic()


def _kind(message: Any) -> str:
    """Name a message class as the graph does: package/msg/Name."""
    return f'{message.__module__.split(".")[0]}/msg/{message.__name__}'


def _ends(infos: Sequence[Any]) -> list[End]:
    """Read the graph's word on who is at a topic."""
    return [
        End(
            f'{i.node_namespace.rstrip("/")}/{i.node_name}', i.topic_type, Policy.of(i.qos_profile)
        )
        for i in infos
    ]


def let_feedback_arrive() -> None:
    """
    Wait a moment between a goal's last feedback and its result.

    They travel on different channels, and rclpy's client drops feedback that comes after the
    result.
    """
    threading.Event().wait(_FEEDBACK_S)
