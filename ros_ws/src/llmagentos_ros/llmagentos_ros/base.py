# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
What all nodes share: parameters, channels by the table, life cycle.

Knows: rclpy's lifecycle.
Does not know: what any node is for, how it tells that it lives (pulse.py), or how its process runs
(process.py).

A node creates in on_configure and releases in on_cleanup; `build` and `release` are the two
methods that a node writes. Humble, Jazzy and Kilted all have what is used here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property, partial
import time
import traceback
from typing import Any

from diagnostic_msgs.msg import DiagnosticStatus
from llmagentos.errors import ConfigError, LLMAgentOSError, ServerError
from llmagentos.robots import ArmSpec, load
from llmagentos_ros import interface as table
from llmagentos_ros.channels import channel_of, hear_latched, publishers_of, readers_of
from llmagentos_ros.inputs import Input, Output, Policy
from llmagentos_ros.parameters import declare, OVERRIDES, Parameter, ROBOT, widened
from llmagentos_ros.process import END_S
from llmagentos_ros.pulse import Pulse
from llmagentos_ros.transitions import TransitionGuard
from rcl_interfaces.msg import SetParametersResult
from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn
from rclpy.qos import QoSProfile

#: What may mend itself, since it lies elsewhere; other errors stay until somebody changes it.
_PASSING = (ServerError,)
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
        self.is_active = False
        #: What is expected of others, and named faults: diagnostics tell what is missing.
        self.channels: list[Input | Output] = []
        self.faults: dict[str, str] = {}
        #: This start of the process, as the heartbeat tells it.
        self.instance = time.time_ns()
        #: Why the node is not configured, and whether trying again could help.
        self.problem, self.problem_passes = '', False
        self._torn_s = float('-inf')
        self._guard = TransitionGuard(self, self._tell_refusal)
        for unknown in self._given.unknown:
            self.get_logger().warning(
                f'expected a parameter of {self.get_name()}, got {unknown!r}: ignored'
            )
        self.pulse = Pulse(self)  # it starts once the whole node is made (process.py)

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
    def robot_name(self) -> str:
        """Return what files that are kept for this robot are called by."""
        return self.robot.name

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
            channel = channel_of(self, topic)
            self.channels.append(Output(channel, lambda: readers_of(self, channel), needs_reader))
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
        for those who come late; then silence is fine. No reader hears both, so there may be two.
        allowed_s: silence that is fine; 0: some periods. least_hz: less is slow; by itself a share
        of the table's rate. needed: whether it is missed at all; by itself what comes at a rate.
        """
        channel = channel_of(self, topic)
        if any_policy:
            channel = replace(channel, policy=Policy.of(table.SENSOR), rate_hz=0.0)
        seen = Input(
            channel,
            lambda: publishers_of(self, channel),
            lambda: self.now_s,
            allowed_s=allowed_s,
            least_hz=least_hz,
            needed=needed or (lambda: topic.rate_hz > 0),
        )
        self.channels.append(seen)

        def heard(msg: Any) -> None:
            seen.beat()
            callback(msg)

        if any_policy:
            hear_latched(self, channel, lambda: self._subscribed(topic, heard, table.STATE, group))
        return self._subscribed(topic, heard, table.SENSOR if any_policy else topic.qos, group)

    def _subscribed(
        self, topic: table.Topic, heard: Callable[[Any], None], qos: QoSProfile, group: Any
    ) -> Any:
        made = self.create_subscription(topic.kind, topic.name, heard, qos, callback_group=group)
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
        self.pulse.publish_report()  # whoever asked for it learns why together with the answer

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
        self.pulse.stop()

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

    @property
    def unknown_parameters(self) -> list[str]:
        """What was given to this node and no parameter takes."""
        return self._given.unknown

    @property
    def refusal(self) -> str:
        """Why the last transition that was asked for was refused, or ''."""
        return self._guard.refusal

    def note_second(self, words: str) -> None:
        """Tell, for a while, that a second node of this name was started."""
        self.get_logger().error(words)
        self.pulse.note_second(words)

    def _tell_refusal(self, reason: str) -> None:
        self.get_logger().warning(reason)
        self.pulse.publish_report()
