"""Malformed requests at `llmagentos mcp --http`, before a simulated robot: `--requests 30000`.

    python -m benchmarks.mcp_fuzz --requests 30000

Knows: how messages of the Model Context Protocol, and the requests that carry them, are spoilt. Does not
know: how a server reads them. What could be a command by accident has a viewer's token; an operator's goes
with arguments that are always wrong.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.gateway_fuzz import VALUES, Came, Fuzz, said
from sim.faults.door import AGENT, Door

_TOOLS = ("command", "plan", "scene", "ask", "undo", "confirm", "none", "")
_METHODS = (
    "initialize", "ping", "tools/list", "tools/call", "resources/list", "resources/read", "prompts/get",
    "notifications/initialized", "notifications/cancelled", "logging/setLevel", "completion/complete",
    "server/discover", "subscriptions/listen", "none", "",
)  # fmt: skip
_VERSIONS = ("2026-07-28", "2025-11-25", "2025-06-18", "2024-11-05", "1999-01-01", "x", "")
_START_S = 120.0


class McpDoor:
    """`llmagentos mcp --http` of a door's agent, in a process of its own."""

    def __init__(self, door: Door) -> None:
        argv = [sys.executable, "-m", "llmagentos", "mcp", "--agent", AGENT, "--http"]
        argv += ["--at", "127.0.0.1:0", "--rate", "1000000"]
        self._log = door.folder / "mcp"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(argv, env=door.environment, stdout=log, stderr=log)
        door.until(lambda: self._port() > 0 or self._process.poll() is not None, _START_S)
        if not self._port():
            raise RuntimeError(f"expected a server, got: {self._log.read_text()[-2000:]}")
        self.address = ("127.0.0.1", self._port())

    def _port(self) -> int:
        found = re.search(r"http://127\.0\.0\.1:(\d+)/mcp", self._log.read_text(encoding="utf-8"))
        return int(found[1]) if found else 0

    @property
    def lives(self) -> bool:
        """Whether its process does."""
        return self._process.poll() is None

    def memory_mb(self) -> float:
        """Of it, resident."""
        rows = Path(f"/proc/{self._process.pid}/statm").read_text().split()
        return int(rows[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(10.0)
            return
        self._process.kill()
        self._process.wait()


class McpFuzz(Fuzz):
    """mcp: at which. The others as Fuzz has them."""

    def __init__(self, door: Door, mcp: McpDoor, seed: int = 0) -> None:
        super().__init__(door, seed)
        self._mcp = mcp
        self._makers = (
            self._spoilt, self._spoilt, self._messages, self._messages, self._carriers, self._noise,
        )  # fmt: skip

    @property
    def address(self) -> tuple[str, int]:
        """See Fuzz."""
        return self._mcp.address

    def memory_mb(self) -> float:
        """See Fuzz."""
        return self._mcp.memory_mb()

    def lives(self) -> bool:
        """See Fuzz: it is the process that it was, and refuses who has no token."""
        return self._mcp.lives and self._status("GET") == "401"

    def _status(self, method: str) -> str:
        link = http.client.HTTPConnection(*self.address, timeout=30.0)
        link.request(method, "/mcp")
        status = str(link.getresponse().status)
        link.close()
        return status

    # --- what is sent -------------------------------------------------------------------------

    def _post(self, body: bytes, who: str, more: str = "") -> bytes:
        rng = self._rng
        accept = rng.choice(
            ("application/json, text/event-stream",) * 4 + ("application/json", "x")
        )
        version = rng.choice(("", f"MCP-Protocol-Version: {rng.choice(_VERSIONS)}\r\n"))
        session = rng.choice(("", "", f"Mcp-Session-Id: {rng.getrandbits(128):x}\r\n"))
        return self._request(
            "POST", "/mcp", body, who, f"Accept: {accept}\r\n{version}{session}{more}"
        )

    def _message(self, params: Any, method: str) -> dict[str, Any]:
        return {
            "jsonrpc": "2.0",
            "id": self._rng.randrange(1 << 40),
            "method": method,
            "params": params,
        }

    def _any(self) -> bytes:
        """A viewer's message as it should be: to be spoilt."""
        rng = self._rng
        method = rng.choice(_METHODS)
        params: dict[str, Any] = {}
        if method == "initialize":
            who = {"name": "fuzz", "version": "1"}
            params = {
                "protocolVersion": rng.choice(_VERSIONS),
                "capabilities": {},
                "clientInfo": who,
            }
        elif method == "tools/call":
            params = {"name": rng.choice(_TOOLS), "arguments": {"text": "go home"}}
        elif method == "resources/read":
            params = {
                "uri": rng.choice(("robot://scene", "robot://recordings/../x", "file:///", "x"))
            }
        return self._post(json.dumps(self._message(params, method)).encode(), "viewer")

    def _messages(self) -> bytes:
        """An operator's, whose fields are wrong, or whose arguments no tool takes."""
        rng = self._rng
        arguments = {rng.choice(("text", "question", "deadline_s")): rng.choice(VALUES), "never": 1}
        message: Any = self._message(
            {
                "name": rng.choice((*_TOOLS, *VALUES)),
                "arguments": rng.choice((arguments, *VALUES[:8])),
            },
            "tools/call",
        )
        way = rng.randrange(7)
        if way == 0:
            message[rng.choice(("jsonrpc", "id", "method", "params"))] = rng.choice(VALUES)
        elif way == 1:
            message = [message] * rng.randint(0, 20)
        elif way == 2:
            message["params"]["_meta"] = {"progressToken": rng.choice(VALUES)}
        elif way == 3:
            message = rng.choice(VALUES)
        body = json.dumps(message).encode()
        if way == 4:
            body = body[: rng.randrange(len(body))]
        elif way == 5:
            body = b"[" * rng.randint(33, 5000)
        return self._post(body, "operator")

    def _carriers(self) -> bytes:
        """Requests that carry no message as they should."""
        rng = self._rng
        odd = rng.choice((
            "Host: evil.example\r\n", "Origin: http://evil.example\r\n", "Content-Type: text/plain\r\n",
            "Last-Event-ID: 0\r\n", f"Mcp-Session-Id: {'x' * rng.choice((1, 300, 9000))}\r\n",
            "Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n", "Expect: 100-continue\r\n",
            "Mcp-Method: tools/call\r\nMcp-Name: stop\r\n",
        ))  # fmt: skip
        method = rng.choice(("GET", "DELETE", "PUT", "OPTIONS", "POST"))
        path = rng.choice(("/mcp", "/mcp", "/mcp/", "/mcp?x=1", "/", "/sse", "/.well-known/x"))
        return self._request(method, path, rng.choice((b"", b"{}", b"null")), "viewer", odd)


def fuzzed(
    door: Door, count: int, seed: int = 0, told: Callable[[int], None] = lambda _: None
) -> Came:
    """So many at a server of their own."""
    mcp = McpDoor(door)
    try:
        return McpFuzz(door, mcp, seed).run(count, told)
    finally:
        mcp.close()


def main() -> None:
    """Run it and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=30_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    console = Console()
    door = Door({"scene": "demo"})
    try:
        with console.status("asking") as status:
            came = fuzzed(
                door, options.requests, options.seed,
                lambda n: status.update(f"{n} of {options.requests}"),
            )  # fmt: skip
    finally:
        door.close()
    console.print(said(options.requests, came))


if __name__ == "__main__":
    main()
