# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
A graph as a member of a fleet: its tasks are commands of the agent in the same namespace.

Knows: the fleet's bus, the agent's action, the stop of the graph. Does not know: how tasks are
divided (llmagentos.fleet), what a command moves.

It joins while it is active. The lease is the fleet's: what is under way is cancelled once the task
is another's. A bus is between processes of one user on one machine, or as LLMAGENTOS_BUS_* say.
"""

from __future__ import annotations

from typing import Any

from llmagentos.errors import ConfigError
from llmagentos.fleet import Member
from llmagentos.fleet.robot import FleetRobot
from llmagentos.messaging import Bus, open_bus
from llmagentos_ros.base import ModuleNode
from llmagentos_ros.graph_work import GraphWork
from llmagentos_ros.parameters import Parameter
from llmagentos_ros.process import run


class MemberNode(ModuleNode):
    """Owns a FleetRobot."""

    PARAMETERS = (
        Parameter('fleet', 'fleet', "The fleet's name"),
        Parameter('member', '', 'Name in the fleet; empty: the namespace'),
        Parameter('abilities', [''], 'What it can do, a word each; tasks name what they need'),
        Parameter('role', '', 'What it is, in a word'),
        Parameter('at', [0.0, 0.0], 'Where it stands, x and y in metres, for what a way costs'),
        Parameter('speed_mps', 0.0, 'How fast it gets to a task; 0: it stands fast', 0.0, 10.0),
        Parameter('most', 1000, 'So many tasks at a time', 1, 100000),
    )

    def __init__(self) -> None:
        super().__init__('member')
        self._bus: Bus | None = None
        self._robot: FleetRobot | None = None

    def build(self) -> None:
        """Reach graph and bus. ConfigError without a name, MessagingError without a bus."""
        name = self.value('member') or self.get_namespace().strip('/').replace('/', '_')
        if not name:
            raise ConfigError('expected a name in the fleet (member) or a namespace, got neither')
        at = [float(v) for v in self.value('at')]
        if len(at) != 2:
            raise ConfigError(f'expected x and y for at, got {at}')
        abilities = tuple(word for word in self.value('abilities') if word)
        self._member = Member(
            name,
            abilities,
            self.value('role'),
            (at[0], at[1]),
            self.value('speed_mps'),
            int(self.value('most')),
        )
        self._work = GraphWork(self)
        self._bus = open_bus(name)

    def release(self) -> None:
        """Leave the bus."""
        bus, self._bus = self._bus, None
        if bus is not None:
            bus.close()

    def started(self) -> None:
        """Join, as soon as there is a coordinator."""
        assert self._bus is not None
        self._robot = FleetRobot(self._bus, self._member, self._work, self.value('fleet'))

    def stopped(self) -> None:
        """Leave: what is under way is cancelled."""
        robot, self._robot = self._robot, None
        if robot is not None:
            robot.close()
        self._work.give_up()

    def health(self) -> tuple[bytes, str, dict[str, Any]]:
        """Say whether a coordinator knows it, and what it is at."""
        level, words, _ = super().health()
        joined = self._robot is not None and self._robot.joined
        figures = {'joined': joined, 'done': self._work.done} if self._bus is not None else {}
        return level, words, figures


def main(args: list[str] | None = None) -> int:
    """Entry point of `ros2 run llmagentos_ros member`."""
    return run(MemberNode, 'member', args)


if __name__ == '__main__':
    raise SystemExit(main())
