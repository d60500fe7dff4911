# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
What nodes of a base that drives share: the base, its frames, who may command it.

Knows: their parameters, both kinds of velocity messages. Does not know: what a node does with
them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
import math
import time
from typing import Any

from geometry_msgs.msg import TwistStamped
from llmagentos.errors import ConfigError
from llmagentos.ports.driving import Velocity
from llmagentos.robots.bases import BaseSpec, load_base
from llmagentos_ros import interface as table
from llmagentos_ros.base import ModuleNode
from llmagentos_ros.base_messages import twist_of
from llmagentos_ros.channels import channel_of, publishers_of, readers_of
from llmagentos_ros.convert import to_time
from llmagentos_ros.parameters import Parameter
from rclpy.clock import Clock, ClockType

#: Both kinds of velocities: Nav2 sends the first before Kilted, the second since.
CMD_VEL_STAMPED = replace(table.CMD_VEL, kind=TwistStamped)
_KINDS = {'Twist': table.CMD_VEL, 'TwistStamped': CMD_VEL_STAMPED}
#: So often it is looked which of them somebody at the other end has, seconds.
_LOOK_S = 0.25
#: Who sends waits so long for somebody who reads, seconds: both may wait for the other.
_NOBODY_S = 2.0

CMD_VEL_KIND = Parameter(
    'cmd_vel_kind', 'auto', 'Twist, TwistStamped, or auto: as whoever is at the other end has it'
)


class VelocityOut:
    """Sends velocities, while its node is not active, too: that a base shall stand."""

    def __init__(self, node: DrivingNode) -> None:
        self._node, self._stamped = node, False
        self._out: Any = None

    def use(self, topic: table.Topic) -> None:
        """Send on this topic from now on."""
        self._stamped = topic is CMD_VEL_STAMPED
        out = self._node.create_publisher(topic.kind, topic.name, topic.qos)
        self._out = self._node.keep(out, self._node.destroy_publisher)

    @property
    def is_heard(self) -> bool:
        """Whether somebody reads what is sent."""
        return self._out is not None and self._out.get_subscription_count() > 0

    def __call__(self, velocity: Velocity) -> None:
        """Send one; nothing where it is not known yet what is read."""
        if self._out is None:
            return
        msg: Any = twist_of(velocity)
        if self._stamped:
            msg = TwistStamped(twist=msg)
            msg.header.frame_id = self._node.base_frame
            msg.header.stamp = to_time(self._node.now_s)
        self._out.publish(msg)


class DrivingNode(ModuleNode):
    """A lifecycle node around something that drives."""

    FRAMES = (
        Parameter('base', 'rover', 'Base that drives: a name that the core knows, or a folder'),
        Parameter('profile', 'careful', "The base's limits: careful, or sim where nobody is"),
        Parameter('map_frame', 'map', 'Frame that stays with the building (REP 105)'),
        Parameter('odom_frame', 'odom', 'Frame that drifts with the wheels (REP 105)'),
        Parameter('base_frame', 'base_link', 'Frame of the base, between its driven wheels'),
    )

    @classmethod
    def parameters(cls) -> tuple[Parameter, ...]:
        """All parameters of the node."""
        return (*cls.FRAMES, *cls.PARAMETERS)

    @property
    def base_frame(self) -> str:
        """Return the frame of the base."""
        return str(self.value('base_frame'))

    @property
    def robot_name(self) -> str:
        """See ModuleNode."""
        return self.driven.name

    @property
    def driven(self) -> BaseSpec:
        """Return the base that the parameter names. RobotError where it names none."""
        return load_base(self.value('base'))

    def hear_velocities(self, heard: Callable[[Any], None]) -> None:
        """
        Hear `cmd_vel`, of the kind that is sent.

        One topic has one type, so with `auto` there is no reader before somebody sends. Nothing
        else that the node does keeps it from hearing.
        """

        def make(topic: table.Topic) -> None:
            self.subscription(topic, heard, self.group, needed=lambda: False)

        self._when_known(publishers_of, make)

    def send_velocities(self) -> VelocityOut:
        """Return what sends velocities on `cmd_vel`, of the kind that is read there."""
        out = VelocityOut(self)
        self._when_known(readers_of, out.use, _NOBODY_S)
        return out

    def _when_known(
        self,
        ends: Callable[[Any, Any], Any],
        make: Callable[[table.Topic], Any],
        patience_s: float = math.inf,
    ) -> None:
        """Call `make` with the kind that the other end has; after a while with the usual one."""
        kind = self.value('cmd_vel_kind')
        if kind != 'auto':
            if kind not in _KINDS:
                raise ConfigError(
                    f'expected auto, {" or ".join(_KINDS)} for cmd_vel_kind, got {kind!r}'
                )
            make(_KINDS[kind])
            return
        give_up_s = time.monotonic() + patience_s

        def look() -> None:
            kinds = {end.kind for end in ends(self, channel_of(self, table.CMD_VEL))}
            found = [
                topic for name, topic in _KINDS.items() if f'geometry_msgs/msg/{name}' in kinds
            ]
            if found or time.monotonic() > give_up_s:
                timer.cancel()
                make(found[0] if found else table.CMD_VEL)

        # By the steady clock: simulated time may not be there yet.
        timer = self.create_timer(_LOOK_S, look, clock=Clock(clock_type=ClockType.STEADY_TIME))
        self.keep(timer, self.destroy_timer)
