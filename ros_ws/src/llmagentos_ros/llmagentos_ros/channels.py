# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
Topics of the table as one node has them, and who is at their other ends.

Knows: rclpy's names and graph queries. Does not know: what is missing of a channel (inputs.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from llmagentos_ros import interface as table
from llmagentos_ros.inputs import Channel, End, Policy
from rclpy.clock import Clock, ClockType

#: So often it is looked whether somebody keeps what was sent on a topic, seconds.
_LOOK_S = 0.25
_KEPT = Policy(reliable=True, latched=True)


def channel_of(node: Any, topic: table.Topic) -> Channel:
    """Return a topic under the name that it has for this node."""
    return Channel(
        node.resolve_topic_name(topic.name), _kind(topic.kind), Policy.of(topic.qos), topic.rate_hz
    )


def publishers_of(node: Any, channel: Channel) -> list[End]:
    """Return who publishes a channel now, as far as DDS tells."""
    return _ends(node.get_publishers_info_by_topic(channel.name))


def readers_of(node: Any, channel: Channel) -> list[End]:
    """Return who subscribes to a channel now, as far as DDS tells."""
    return _ends(node.get_subscriptions_info_by_topic(channel.name))


def hear_latched(node: Any, channel: Channel, make: Callable[[], Any]) -> None:
    """
    Call `make`, which makes a reader of what was sent before, once somebody keeps such things.

    Not at once: a writer that keeps nothing would warn of a reader that will hear nothing.
    """

    def look() -> None:
        ends = publishers_of(node, channel)
        if any(end.policy == _KEPT for end in ends):
            timer.cancel()
            make()

    timer = node.create_timer(_LOOK_S, look, clock=Clock(clock_type=ClockType.STEADY_TIME))
    node.keep(timer, node.destroy_timer)


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
