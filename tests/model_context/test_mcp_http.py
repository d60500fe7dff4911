"""Streamable HTTP: who is let in, what is refused before any tool, and who hangs up in the middle."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from lab.model_clients import ARGV, REST_RADPS, environment, served
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from sim.faults.door import AGENT, LONG, Door

pytestmark = pytest.mark.slow
_PING = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}


@pytest.fixture(scope="module")
def url(worker: Door) -> Iterator[str]:
    """A server for the agent that answers at once."""
    with served(worker) as found:
        yield found


@asynccontextmanager
async def _client(url: str, token: str, mode: str = "auto", **more: Any) -> AsyncIterator[Client]:
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(headers=headers, timeout=60) as link:
        transport = streamable_http_client(url, http_client=link)
        async with Client(transport, mode=mode, **more) as client:
            yield client


def _post(url: str, **headers: str) -> tuple[int, dict[str, Any], dict[str, str]]:
    found = urlsplit(url)
    link = http.client.HTTPConnection(str(found.hostname), found.port, timeout=20)
    sent = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    link.request("POST", found.path, json.dumps(_PING), sent | headers)
    answer = link.getresponse()
    body = answer.read()
    link.close()
    head = {name.lower(): value for name, value in answer.getheaders()}
    return answer.status, json.loads(body) if body.startswith(b"{") else {}, head


def test_without_a_token_nobody_is_answered(worker: Door, url: str) -> None:
    calls = worker.calls()
    for headers in ({}, {"Authorization": "Bearer " + "x" * 32}, {"Authorization": "Basic eDp5"}):
        status, told, head = _post(url, **headers)
        assert (status, told["error"]) == (401, "TokenError")
        assert head["www-authenticate"] == "Bearer"
    assert worker.calls() == calls


@pytest.mark.parametrize(
    ("headers", "error"),
    [
        ({"Origin": "http://elsewhere.example"}, "OriginError"),
        ({"Origin": "null"}, "OriginError"),
        ({"Host": "elsewhere.example:8421"}, "HostError"),
        ({"Sec-Fetch-Site": "cross-site"}, "OriginError"),
    ],
)
def test_foreign_pages_and_names_are_refused_whatever_token_they_have(
    worker: Door, url: str, headers: dict[str, str], error: str
) -> None:
    token = {"Authorization": f"Bearer {worker.tokens['admin']}"}
    status, told, _ = _post(url, **token, **headers)
    assert (status, told["error"]) == (403, error)


def test_a_page_that_was_let_in_may_ask(worker: Door) -> None:
    origin = {"Origin": "http://page.example"}
    with served(worker, "--origin", origin["Origin"]) as url:
        found = urlsplit(url)
        link = http.client.HTTPConnection(str(found.hostname), found.port, timeout=20)
        link.request("OPTIONS", found.path, headers=origin)
        answer = link.getresponse()
        assert answer.status == 204
        assert "mcp-session-id" in str(answer.getheader("access-control-allow-headers"))
        link.close()
        bearer = {"Authorization": f"Bearer {worker.tokens['viewer']}"}
        status, told, head = _post(url, **bearer, **origin)
    assert status == 400 and "session" in told["error"]["message"]  # the protocol's own answer
    assert head["access-control-allow-origin"] == origin["Origin"]


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_each_caller_has_the_rights_of_its_own_token(worker: Door, url: str, mode: str) -> None:
    async def said(who: str) -> Any:
        async with _client(url, worker.tokens[who], mode) as client:
            return await client.call_tool("command", {"text": "tidy up"})

    done = asyncio.run(said("program"))
    assert not done.is_error and done.structured_content["reply"] == "did: tidy up"
    refused = asyncio.run(said("viewer"))
    assert refused.is_error and refused.structured_content["error"] == "AccessError"
    assert worker.daemon.ask("calls", name=AGENT, last=1)[0]["who"] == "program"


def test_a_session_is_its_beginners_alone(worker: Door, url: str) -> None:
    """Of the older protocol: another caller who knows its name gets nothing of it."""
    seen: list[str] = []

    async def noted(response: httpx2.Response) -> None:
        seen.append(response.headers.get("mcp-session-id", ""))

    async def begun() -> None:
        headers = {"Authorization": f"Bearer {worker.tokens['program']}"}
        hooks = {"response": [noted]}
        async with httpx2.AsyncClient(headers=headers, event_hooks=hooks) as link:
            transport = streamable_http_client(url, http_client=link)
            async with Client(transport, mode="legacy") as client:
                await client.list_tools()
                (session,) = {s for s in seen if s}
                other = {"Authorization": f"Bearer {worker.tokens['admin']}"}
                told = await asyncio.to_thread(_post, url, **other, **{"Mcp-Session-Id": session})
                assert told[0] == 404

    asyncio.run(begun())


def test_a_revoked_token_is_none(worker: Door, url: str) -> None:
    token = worker.grant("soon gone", "operator", program=True)
    bearer = {"Authorization": f"Bearer {token}"}
    assert _post(url, **bearer)[1].get("error") != "TokenError"
    worker.daemon.ask("revoke", name="soon gone")
    worker.until(lambda: _post(url, **bearer)[0] == 401, 5.0)


def test_who_asks_too_often_is_told_so_and_may_still_stop(worker: Door) -> None:
    async def often(url: str) -> list[Any]:
        async with _client(url, worker.tokens["program"]) as client:
            came = [await client.call_tool("undo", {}) for _ in range(12)]
            return [*came, *[await client.call_tool("stop", {}) for _ in range(30)]]

    with served(worker, "--rate", "10") as url:
        came = asyncio.run(often(url))
    errors = {c.structured_content.get("error") for c in came[:12]}
    assert errors == {None, "RateError"}
    assert not any(c.is_error for c in came[12:])


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_who_hangs_up_in_mid_motion_leaves_the_arm_at_rest(robot: Door, mode: str) -> None:
    async def hung_up(url: str) -> None:
        async with _client(url, robot.tokens["program"], mode) as client:
            command = asyncio.ensure_future(client.call_tool("command", {"text": LONG}))
            await asyncio.to_thread(robot.until, lambda: robot.rates() > 0.1, 60.0)
            command.add_done_callback(lambda done: done.cancelled() or done.exception())

    _fresh(robot)
    with served(robot) as url:
        asyncio.run(hung_up(url))
        robot.until(lambda: _newest(robot)["state"] not in ("queued", "begun"), 60.0)
        robot.until(lambda: robot.rates() < REST_RADPS, 60.0)
    assert "nobody watched over it" in str(_newest(robot)["result"]), _newest(robot)


def test_a_lost_connection_ends_the_command(robot: Door) -> None:
    """As by a pulled cable: no word of the protocol before it."""
    _fresh(robot)
    with served(robot) as url:
        found = urlsplit(url)
        link = http.client.HTTPConnection(str(found.hostname), found.port, timeout=60)
        call = {"name": "command", "arguments": {"text": LONG}}
        meta = {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
            "io.modelcontextprotocol/clientCapabilities": {},
        }
        body = {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "tools/call",
            "params": {**call, "_meta": meta},
        }
        headers = {
            "Authorization": f"Bearer {robot.tokens['program']}",
            "Content-Type": "application/json",
            "Accept": "application/json, text/event-stream",
            "MCP-Protocol-Version": "2026-07-28",
            "Mcp-Method": "tools/call",
            "Mcp-Name": "command",
        }
        link.request("POST", found.path, json.dumps(body), headers)
        robot.until(lambda: robot.rates() > 0.1, 60.0)
        link.close()
        robot.until(lambda: _newest(robot)["state"] not in ("queued", "begun"), 60.0)
        robot.until(lambda: robot.rates() < REST_RADPS, 60.0)
    assert "nobody watched over it" in str(_newest(robot)["result"]), _newest(robot)


def _fresh(robot: Door) -> None:
    agent = robot.daemon.agent(AGENT)
    agent.stop()
    agent.start()


def _newest(robot: Door) -> dict[str, Any]:
    return dict(robot.daemon.ask("calls", name=AGENT, last=1)[0])


def test_without_a_daemon_a_sentence_says_how_one_is_started(worker: Door) -> None:
    env = {**environment(worker, ""), "LLMAGENTOS_DAEMON": os.devnull + "/none"}
    done = subprocess.run(ARGV, env=env, capture_output=True, text=True, timeout=60, input="")
    assert done.returncode == 1 and done.stdout == ""
    assert "`llmagentos serve` starts it" in " ".join(done.stderr.split())
    other = subprocess.run(
        [*ARGV[:-1], "nobody"], env=environment(worker, ""), capture_output=True, text=True,
        timeout=60, input="",
    )  # fmt: skip
    assert other.returncode == 1 and "NoSuchAgentError" in other.stderr
