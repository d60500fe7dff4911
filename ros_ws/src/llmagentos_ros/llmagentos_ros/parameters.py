# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
Parameters of a node: declared with description, type and range, whatever a file gives for them.

Knows: rclpy's parameters, and which values stand for one another (7 is a double, too).
Does not know: what any parameter is for, or where a value came from.

A node must have been made with OVERRIDES: then everything that files and command line give is
there before anything is declared, and what no parameter takes can be named.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
import importlib
import itertools
from pathlib import Path
import sys
from typing import Any

from llmagentos.errors import ConfigError
from llmagentos.robots import DEFAULT_ROBOT
from llmagentos.runtime.params import EVERY_NODE, read_params, Sections
from rcl_interfaces.msg import FloatingPointRange, IntegerRange, ParameterDescriptor
from rclpy.parameter import Parameter as RosParameter

#: Options that a node is made with whose parameters are declared here.
OVERRIDES = {'automatically_declare_parameters_from_overrides': True}
#: Declared by rclpy itself.
_BUILT_IN = ('use_sim_time', 'start_type_description_service')
_QOS = 'qos_overrides.'
#: Module and class of every node that takes parameters.
NODES = {
    'robot_sim': 'RobotSim',
    'perception': 'PerceptionNode',
    'planner': 'PlannerNode',
    'executor': 'ExecutorNode',
    'agent': 'AgentNode',
    'speech': 'SpeechNode',
    'bringup': 'Bringup',
    'base_sim': 'BaseSim',
    'navigator': 'NavigatorNode',
    'driving_executor': 'DrivingExecutor',
    'member': 'MemberNode',
}


@dataclass(frozen=True)
class Parameter:
    """One parameter: default, description, range; read-only ones are set at start only."""

    name: str
    default: Any
    description: str
    low: float | None = None
    high: float | None = None
    read_only: bool = True

    def taken(self, value: Any) -> Any:
        """Return `value` as this parameter's type. ConfigError where it is of no such type."""
        made = _as_type(self.default, value)
        if made is None:
            raise ConfigError(f'expected {_kind(self.default)} for {self.name}, got {value!r}')
        if self.low is not None and self.high is not None and not self.low <= made <= self.high:
            raise ConfigError(
                f'expected {self.name} from {self.low:g} to {self.high:g}, got {made:g}'
            )
        return made

    @property
    def descriptor(self) -> ParameterDescriptor:
        """What `ros2 param describe` shows, and rclpy checks at run time."""
        out = ParameterDescriptor(description=self.description, read_only=self.read_only)
        if self.low is None or self.high is None:
            return out
        if isinstance(self.default, int) and not isinstance(self.default, bool):
            bounds = IntegerRange(from_value=int(self.low), to_value=int(self.high), step=0)
            out.integer_range = [bounds]
        else:
            low, high = float(self.low), float(self.high)
            out.floating_point_range = [
                FloatingPointRange(from_value=low, to_value=high, step=0.0)
            ]
        return out


#: Which arm the graph is for; every node takes it.
ROBOT = Parameter('robot', DEFAULT_ROBOT, 'Arm: a name that the core knows, or a folder of one')


@dataclass
class Given:
    """What came of the given values. unknown: names that no parameter has; wrong: sentences."""

    unknown: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def declare(node: Any, parameters: Iterable[Parameter]) -> Given:
    """
    Declare all, with the values that were given for them.

    What cannot be taken is replaced by the default and told in `wrong`: a node that lives can say
    what it lacks.
    """
    values = {name: p.value for name, p in node.get_parameters_by_prefix('').items()}
    out = Given()
    for p in parameters:
        value = p.default
        if p.name in values:
            node.undeclare_parameter(p.name)
            try:
                value = p.taken(values.pop(p.name))
            except ConfigError as exc:
                out.wrong.append(str(exc))
        node.declare_parameter(p.name, value, p.descriptor, ignore_override=True)
    left = [name for name in values if name not in _BUILT_IN and not name.startswith(_QOS)]
    for name in left:
        node.undeclare_parameter(name)
    out.unknown = _unknown(left)
    return out


def _unknown(names: list[str]) -> list[str]:
    """Return the names that are a mistake: what is given to every node may be another one's."""
    shared = given_sections().get(EVERY_NODE, {}) if names else {}
    if not any(name in shared for name in names):
        return names
    known = {
        p.name
        for module, kind in NODES.items()
        for p in getattr(importlib.import_module(f'llmagentos_ros.{module}'), kind).parameters()
    }
    return [name for name in names if not (name in shared and name in known)]


def given_sections(argv: Sequence[str] | None = None) -> Sections:
    """
    Return the sections of all parameter files that a command line names; later ones win.

    FileError for one that cannot be read. argv: this process's by default.
    """
    words = sys.argv if argv is None else argv
    out: Sections = {}
    for option, path in itertools.pairwise(words):
        if option == '--params-file':
            for section, values in read_params(Path(path)).items():
                out.setdefault(section, {}).update(values)
    return out


def widened(parameters: Iterable[Parameter], given: Sequence[RosParameter]) -> list[RosParameter]:
    """Return values that are to be set, with integers for doubles as doubles."""
    known = {p.name: p for p in parameters}
    out = []
    for new in given:
        p = known.get(new.name)
        made = None if p is None else _as_type(p.default, new.value)
        out.append(new if made is None else RosParameter(new.name, value=made))
    return out


def _kind(default: Any) -> str:
    if isinstance(default, list):
        return f'a list, each {_kind(default[0])},'
    names = {bool: 'true or false', int: 'a whole number', float: 'a number', str: 'text'}
    return names[type(default)]


def _as_type(default: Any, value: Any) -> Any:
    """Return the value as the default's type; None where it is of another."""
    if isinstance(default, list):
        if isinstance(value, str | bytes) or not hasattr(value, '__iter__'):
            return None
        items = [_as_type(default[0], item) for item in value]
        return None if None in items else items
    if isinstance(default, bool) or isinstance(value, bool):
        return value if isinstance(default, bool) and isinstance(value, bool) else None
    if isinstance(default, float):
        return float(value) if isinstance(value, int | float) else None
    if isinstance(default, int):
        whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
        return int(value) if whole else None
    return value if isinstance(value, type(default)) else None
