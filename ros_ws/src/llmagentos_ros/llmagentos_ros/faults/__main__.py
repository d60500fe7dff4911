# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
Injects what it is asked for: `python -m llmagentos_ros.faults`.

Knows: injections by name, and which graph each needs. Does not know: the table. A line of JSON
in, {"fault": name}, a line out: figures and words, or error. One graph at a time; it is kept for
the next fault, and made anew after one that broke. At the end of its input it ends, and all that
it started.
"""

from __future__ import annotations

from contextlib import ExitStack
import json
import sys
import traceback

from llmagentos_ros.faults import battery, network, processes
from llmagentos_ros.faults.lab import FaultGraph, started, tell

PLAIN = {**processes.INJECTIONS, **network.PLAIN, **battery.INJECTIONS}
RELAYED = network.RELAYED


class Graphs:
    """The one graph that runs."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._graph: FaultGraph | None = None

    def get(self, relayed: bool) -> FaultGraph:
        """Return a graph that is ready, the one that runs where it will do."""
        if self._graph is not None and self._graph.relayed is not relayed:
            self.close()
        if self._graph is None:
            self._graph = self._stack.enter_context(started(relayed))
        self._graph.ready()
        return self._graph

    def close(self) -> None:
        """End it."""
        self._graph = None
        self._stack.close()


def main() -> int:
    """Serve until the input ends."""
    graphs = Graphs()
    try:
        for line in sys.stdin:
            name = json.loads(line)['fault']
            relayed = name in RELAYED
            try:
                figures, words = (RELAYED if relayed else PLAIN)[name](graphs.get(relayed))
                tell(figures=figures, words=words)
            except Exception as exc:
                traceback.print_exc()
                graphs.close()
                tell(error=f'{type(exc).__name__}: {exc}')
    finally:
        graphs.close()
    return 0


if __name__ == '__main__':
    raise SystemExit(main())
