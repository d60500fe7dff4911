# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
Who commands the arm.

Knows: which nodes publish trajectories, as far as DDS tells. Does not know: what they send. Names
are no proof of anything: this keeps mistakes from the arm, not attackers (docs/safety.md).
"""

from __future__ import annotations

from typing import Any

from llmagentos_ros import interface as table
from llmagentos_ros.channels import channel_of, publishers_of


class Rivals:
    """
    Whoever else commands the arm on its topic: an arm has one commander, or none that counts.

    ROS lets everybody publish everywhere, and a controller takes what comes. A node that was
    killed stays in the graph for a while under its old name; its successor has the same.
    """

    def __init__(self, node: Any) -> None:
        self._node, self._channel = node, channel_of(node, table.TRAJECTORY)

    def commanders(self) -> set[str]:
        """Return the full names of all nodes that publish commands."""
        return {end.node for end in publishers_of(self._node, self._channel)}

    def problem(self) -> str:
        """Return who commands the arm beside this node, as a reason, or ''."""
        others = self.commanders() - {self._node.get_fully_qualified_name()}
        if not others:
            return ''
        return f'expected nobody else to command the arm, got {", ".join(sorted(others))}'
