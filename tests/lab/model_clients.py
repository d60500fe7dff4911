"""The official client of the Model Context Protocol, as a model's program has it.

Knows: how `llmagentos mcp` is begun beside a Door. Does not know: what is asked.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mcp import Client, StdioServerParameters

from sim.faults.door import AGENT, Door

#: Slower than that an arm is at rest; between commands a simulation stands still as it was measured last.
REST_RADPS = 0.02
ARGV = [sys.executable, "-m", "llmagentos", "mcp", "--agent", AGENT]


def environment(door: Door, who: str) -> dict[str, str]:
    """Of a client's process. who: whose token, "" for the local user's rights."""
    env = dict(door._env)
    return {**env, "LLMAGENTOS_TOKEN": door.tokens[who]} if who else env


def over_stdio(door: Door, who: str = "program", **more: Any) -> Client:
    """A client with a server of its own at standard input and output."""
    server = StdioServerParameters(
        command=ARGV[0], args=ARGV[1:], env=environment(door, who), cwd=Path.cwd()
    )
    return Client(server, **more)


@contextmanager
def served(door: Door, *options: str) -> Iterator[str]:
    """A server over HTTP; its address."""
    process = subprocess.Popen(
        [*ARGV, "--http", "--at", "127.0.0.1:0", *options],
        env=environment(door, ""),
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        line = process.stderr.readline()
        found = re.search(r"http://\S+", line)
        assert found is not None, line
        yield found.group()
    finally:
        process.terminate()
        process.wait(20)
