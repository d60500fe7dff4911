"""The protocol's inspector, as its command line has it: another client than the official SDK's, with checks of its own.

It needs Node 22, and neither is a Python package: `npm install --prefix DIR node@22
@modelcontextprotocol/inspector@2.12.0`, and DIR/node_modules/.bin on the PATH. Without it these tests are skipped.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from lab.model_clients import ARGV, environment, served

from sim.faults.door import Door

INSPECTOR = shutil.which("mcp-inspector")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(INSPECTOR is None, reason="expected mcp-inspector on the PATH, got none"),
]
#: Its exit status where a tool answered with an error.
TOOL_SAID_ERROR = 5
Ask = Callable[..., tuple[int, Any, str]]


@pytest.fixture(scope="module", params=["stdio", "http"])
def ask(worker: Door, request: pytest.FixtureRequest) -> Iterator[Ask]:
    """One question by the inspector: its exit status, what it printed as JSON, what it said besides."""
    if request.param == "stdio":
        kept = ("LLMAGENTOS_DAEMON", "LLMAGENTOS_RUNTIME_DIR", "XDG_STATE_HOME", "PYTHONPATH")

        def over_stdio(who: str, *words: str) -> tuple[int, Any, str]:
            env = environment(worker, who)
            given = [f"-e{name}={env[name]}" for name in (*kept, "LLMAGENTOS_TOKEN")]
            return _run([*ARGV, *given, *words])

        yield over_stdio
        return
    with served(worker) as url:

        def over_http(who: str, *words: str) -> tuple[int, Any, str]:
            header = f"Authorization: Bearer {worker.tokens[who]}"
            return _run([url, "--transport", "http", "--header", header, *words])

        yield over_http


def _run(words: list[str]) -> tuple[int, Any, str]:
    assert INSPECTOR is not None
    done = subprocess.run(
        [INSPECTOR, "--cli", *words], capture_output=True, text=True, timeout=100, check=False
    )
    shown = json.loads(done.stdout) if done.stdout.startswith(("{", "[")) else None
    return done.returncode, shown, done.stderr


def _call(name: str, *arguments: str) -> list[str]:
    given = [word for argument in arguments for word in ("--tool-arg", argument)]
    return ["--method", "tools/call", "--tool-name", name, *given]


def test_its_check_of_schemas_finds_no_error(ask: Ask) -> None:
    status, told, said = ask("program", "--method", "tools/list", "--strict")
    assert status == 0, said
    names = {"command", "plan", "stop", "scene", "ask", "undo", "confirm"}
    assert {tool["name"] for tool in told["tools"]} == names
    assert not re.search("[1-9][0-9]* (errors|warnings)", said), said


def test_it_lists_resources_and_prompts(ask: Ask) -> None:
    _, told, said = ask("program", "--method", "resources/list")
    assert {"scene", "picture", "plan", "recordings"} == {r["name"] for r in told["resources"]}, (
        said
    )
    _, told, said = ask("program", "--method", "resources/templates/list")
    assert [t["uriTemplate"] for t in told["resourceTemplates"]] == ["robot://recordings/{name}"]
    _, told, said = ask("program", "--method", "prompts/list")
    assert {"look", "do", "what_went_wrong"} == {p["name"] for p in told["prompts"]}, said


def test_it_calls_tools_and_is_told_errors_as_errors(ask: Ask) -> None:
    status, told, said = ask("program", *_call("command", "text=tidy up"))
    assert (status, told["structuredContent"]["reply"]) == (0, "did: tidy up"), said
    status, told, said = ask("viewer", *_call("command", "text=tidy up"))
    assert status == TOOL_SAID_ERROR and told["isError"], said
    assert told["structuredContent"]["error"] == "AccessError"
    status, told, said = ask("program", *_call("command"))
    assert status == TOOL_SAID_ERROR, said
    assert told["structuredContent"]["error"] == "ValueRefusedError"
    status, _, said = ask("program", "--method", "resources/read", "--uri", "robot://nothing")
    assert status and "expected one of robot://scene" in said
