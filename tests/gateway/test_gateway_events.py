"""Events over a real WebSocket: told as they happen, gone on with after a loss, bounded."""

from __future__ import annotations

import json
import os
import signal
from typing import Any

import pytest

pytest.importorskip("websockets")
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from sim.faults.door import AGENT, Door


def _listen(door: Door, who: str = "viewer", query: str = "", **more: Any) -> ClientConnection:
    url = f"ws{door.url[4:]}/v1/events{query}"
    headers = {"Authorization": f"Bearer {door.tokens.get(who, who)}"} if who else {}
    return connect(url, additional_headers=headers, **more)


def _next(link: ClientConnection, **wanted: Any) -> dict[str, Any]:
    while True:
        told = json.loads(link.recv(timeout=10))
        if wanted.items() <= told.items():
            return dict(told)


def test_what_happens_is_told_and_gone_on_with_where_it_was_lost(door: Door) -> None:
    with _listen(door) as link:
        assert _next(link)["kind"] == "listening"
        number = door.say("first").json()["number"]
        mark = _next(link, kind="call", number=number, state="done")["at"]
    lost = door.say("second", wait_s=10).json()["number"]
    with _listen(door, query=f"?since={mark}") as link:
        assert _next(link) == {"kind": "listening", "at": mark, "missed": False}
        assert _next(link, kind="call")["number"] == lost
    told = door.ask("GET", f"/v1/events?since={mark}&agent={AGENT}", who="viewer").json()
    assert not told["missed"]
    assert next(e["number"] for e in told["events"] if e["kind"] == "call") == lost
    assert not door.ask("GET", f"/v1/events?since={told['at']}", who="viewer").json()["events"]


def test_what_is_not_kept_any_more_is_said_to_be_missed(door: Door) -> None:
    with _listen(door, query="?since=dead-7") as link:
        assert _next(link)["missed"] is True


def test_a_gateway_that_was_killed_misses_nothing(door: Door) -> None:
    with _listen(door) as link:
        mark = _next(link)["at"]
    pid = door.gateway()
    os.kill(pid, signal.SIGKILL)
    number = door.daemon.agent(AGENT).submit("command", {"text": "meanwhile"})
    door.until(
        lambda: door.ask("GET", "/v1/me", who="viewer").status == 200 and door.gateway() != pid
    )
    with _listen(door, query=f"?since={mark}") as link:
        assert _next(link)["missed"] is False
        assert _next(link, kind="call", state="done")["number"] == number


@pytest.mark.parametrize("who", ["", "x" * 32])
def test_nobody_listens_without_a_token(door: Door, who: str) -> None:
    with pytest.raises(InvalidStatus) as refused, _listen(door, who):
        pass
    assert refused.value.response.status_code == 401


def test_a_browser_has_its_token_in_a_subprotocol_or_a_ticket(door: Door) -> None:
    offers = ["llmagentos", f"bearer.{door.tokens['viewer']}"]
    with _listen(door, "", subprotocols=offers) as link:
        assert link.subprotocol == "llmagentos"
        assert _next(link)["kind"] == "listening"
    ticket = door.ask("POST", "/v1/tickets", who="viewer").json()["ticket"]
    with _listen(door, "", f"?ticket={ticket}") as link:
        assert _next(link)["kind"] == "listening"


@pytest.mark.parametrize(
    ("sent", "code"), [("x" * 5000, 1009), (b"x" * 5000, 1009), ("hello", 1008)]
)
def test_a_listener_that_speaks_is_cut_off(door: Door, sent: str | bytes, code: int) -> None:
    with _listen(door) as link:
        _next(link)
        link.send(sent)
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                link.recv(timeout=10)
        assert closed.value.rcvd is not None and closed.value.rcvd.code == code


def test_a_listener_whose_token_is_revoked_is_cut_off(door: Door) -> None:
    token = door.grant("ada", "viewer")
    with _listen(door, token) as link:
        _next(link)
        door.daemon.ask("revoke", name="ada")
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                link.recv(timeout=20)
        assert closed.value.rcvd is not None and closed.value.rcvd.code == 4401


def test_a_listener_that_reads_nothing_costs_no_memory_and_is_told_what_it_missed(
    door: Door,
) -> None:
    with _listen(door) as link:
        _next(link)
        before = door.memory_mb()
        agent = door.daemon.agent(AGENT)
        for _ in range(40):
            agent.call("long", {"size": 500_000})  # 20 MB of events: more than is kept
        assert door.memory_mb() - before < 60
        told = [json.loads(link.recv(timeout=10)) for _ in range(12)]
        assert door.ask("GET", "/v1/me", who="viewer").status == 200
        assert any(each["kind"] in ("call", "missed") for each in told)
