# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
What a graph remembers over restarts: one file, which the agent and the executor node share.

Knows: the parameters, the file's name by namespace and robot. Does not know: what is kept in it.
The executor writes what was done, the agent what a person tells and has forgotten.
"""

from __future__ import annotations

from typing import Any

from llmagentos import composition
from llmagentos.memory.long_term import LongTermMemory, memory_file, opened
from llmagentos_ros.parameters import Parameter

PARAMETERS = (
    Parameter('memory', True, 'Remember what was said, done and seen, over restarts'),
    Parameter('memory_folder', '', "Where; empty: llmagentos/memory in the user's data folder"),
)


def memory_of(node: Any) -> LongTermMemory | None:
    """Return the node's memory, closed in cleanup; None, with a warning, where it is refused."""
    if not node.value('memory'):
        return None
    path = memory_file(f'{node.get_namespace()}-{node.robot_name}', node.value('memory_folder'))
    past = opened(path, composition.word_meaning())
    if past is None:
        node.get_logger().warning(f'nothing will be remembered: {path} can not be written')
        return None
    if past.problem:
        node.get_logger().warning(past.problem)
    node.keep(past, lambda p: p.close())
    return past
