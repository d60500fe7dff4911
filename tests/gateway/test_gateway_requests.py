"""Requests to a real gateway: who may, what is refused, what is done once, what is told."""

from __future__ import annotations

import json
import re
import time
import uuid

import pytest

from sim.faults.door import AGENT, Door

ONE = f"/v1/agents/{AGENT}"


def _problem(answer, status: int, error: str) -> str:
    assert answer.status == status, answer.body
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert (told["status"], told["error"], told["type"]) == (
        status, error, f"urn:llmagentos:error:{error}",
    )  # fmt: skip
    return str(told["detail"])


def test_a_command_goes_through_and_its_result_comes_back(door: Door) -> None:
    answer = door.say("tidy up", wait_s=10)
    assert answer.status == 200, answer.body
    call = answer.json()
    assert call["state"] == "done"
    assert call["who"] == "operator"
    assert call["result"] == {"status": "succeeded", "reply": "did: tidy up"}
    assert answer.headers["location"] == f"/v1/commands/{call['number']}"
    again = door.ask("GET", answer.headers["location"], who="viewer")
    assert again.json()["result"] == call["result"]
    assert door.ask("GET", f"{ONE}/commands?last=1", who="viewer").json()[0] == again.json()


def test_who_asks_is_told_what_the_daemon_knows(door: Door) -> None:
    me = door.ask("GET", "/v1/me", who="program").json()
    assert me == {"name": "program", "role": "operator", "person": False, "expires_at": None}
    _problem(door.ask("GET", "/v1/me"), 401, "TokenError")


def test_agents_are_listed_without_what_is_the_daemons_own(door: Door) -> None:
    (one,) = door.ask("GET", "/v1/agents", who="viewer").json()
    assert one["name"] == AGENT and one["phase"] == "running"
    assert not {"folder", "pid", "spec"} & set(one)
    assert door.ask("GET", ONE, who="viewer").json()["name"] == AGENT
    _problem(door.ask("GET", "/v1/agents/nobody", who="viewer"), 404, "NoSuchAgentError")
    _problem(door.ask("GET", f"{ONE}/scene", who="viewer"), 409, "CallError")
    _problem(door.ask("GET", "/v1/commands/999999", who="viewer"), 404, "NoSuchCallError")


def test_the_same_key_means_the_same_command(door: Door) -> None:
    key, path = uuid.uuid4().hex, f"{ONE}/commands"
    first = door.ask("POST", path, {"text": "a", "wait_s": 10}, "operator", Idempotency_Key=key)
    second = door.ask("POST", path, {"text": "a", "wait_s": 10}, "operator", Idempotency_Key=key)
    assert first.json() == second.json()
    assert "idempotent-replayed" not in first.headers
    assert second.headers["idempotent-replayed"] == "true"
    for other in ({"text": "b"}, {"text": "a", "priority": 60}, {"text": "a", "deadline_s": 5}):
        told = door.ask("POST", path, other, "operator", Idempotency_Key=key)
        _problem(told, 409, "KeyReusedError")
    others = door.ask("POST", path, {"text": "a", "wait_s": 10}, "admin", Idempotency_Key=key)
    assert others.json()["number"] != first.json()["number"]  # keys are the caller's own


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({}, "body.text"),
        ({"text": ""}, "body.text"),
        ({"text": "x" * 1001}, "body.text"),
        ({"text": 5}, "body.text"),
        ({"text": "a", "priority": 101}, "body.priority"),
        ({"text": "a", "wait_s": -1}, "body.wait_s"),
        ({"text": "a", "deadline_s": 0}, "body.deadline_s"),
        ({"text": "a", "if_lost": "run"}, "body.if_lost"),
        ({"text": "a", "more": 1}, "body.more"),
        ({"text": "\ud800"}, "body.text"),
        ([], "body"),
    ],
)
def test_values_that_are_none_are_named(door: Door, body: object, why: str) -> None:
    calls = door.calls()
    answer = door.ask("POST", f"{ONE}/commands", body, "operator")
    assert why in _problem(answer, 400, "ValueRefusedError")
    assert door.calls() == calls


@pytest.mark.parametrize(
    ("data", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"\xff", "application/json", 400),
        (b'{"text": NaN}', "application/json", 400),
        (b"[" * 33 + b"]" * 33, "application/json", 400),
        (b"[" * 60000, "application/json", 400),
        (b'{"text": "a"}', "text/plain", 415),
        (b'{"text": "a"}', "application/x-www-form-urlencoded", 415),
        (b"x" * 65537, "application/json", 413),
    ],
)
def test_bodies_that_are_none_are_refused(door: Door, data: bytes, kind: str, status: int) -> None:
    calls = door.calls()
    head = (
        f"POST {ONE}/commands HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\n"
        f"Authorization: Bearer {door.tokens['operator']}\r\nIdempotency-Key: x\r\n"
        f"Connection: close\r\nContent-Length: {len(data)}\r\n\r\n"
    )
    came = door.raw(head.encode() + data)
    assert int(came[9:12]) == status, came[:300]
    assert door.calls() == calls


def test_a_token_that_is_over_or_revoked_is_none(door: Door) -> None:
    token = door.grant("short", "viewer", expires_s=2.0)
    assert door.ask("GET", "/v1/me", who=token).json()["expires_at"] > time.time()
    door.until(lambda: door.ask("GET", "/v1/me", who=token).status == 401, 10)
    token = door.grant("gone", "viewer")
    assert door.ask("GET", "/v1/me", who=token).status == 200
    door.daemon.ask("revoke", name="gone")
    door.until(lambda: door.ask("GET", "/v1/me", who=token).status == 401, 5)


def test_a_ticket_is_for_one_use(door: Door) -> None:
    ticket = door.ask("POST", "/v1/tickets", who="viewer").json()["ticket"]
    assert door.ask("GET", f"/v1/me?ticket={ticket}").json()["name"] == "viewer"
    _problem(door.ask("GET", f"/v1/me?ticket={ticket}"), 401, "TokenError")


def test_a_program_can_not_say_yes_and_nobody_commands_by_looking(door: Door) -> None:
    body = {"question": "x", "yes": True}
    _problem(door.ask("POST", f"{ONE}/confirm", body, "program"), 403, "PersonNeededError")
    _problem(door.ask("POST", f"{ONE}/commands", {"text": "a"}, "viewer"), 403, "AccessError")
    assert door.ask("POST", f"{ONE}/stop", who="viewer").json()["agents"][AGENT]["words"]


def test_lives_are_begun_and_held_and_ended(door: Door) -> None:
    def phase() -> str:
        return str(door.ask("GET", ONE, who="viewer").json()["phase"])

    for verb, wanted in (("pause", "paused"), ("resume", "running"), ("end", "stopped")):
        assert door.ask("POST", f"{ONE}/life/{verb}", who="operator").status == 200
        door.until(lambda wanted=wanted: phase() == wanted)
    _problem(door.say("a"), 409, "LifecycleError")
    assert door.ask("POST", f"{ONE}/life/start", who="operator").status == 200
    door.until(lambda: phase() == "running")
    _problem(door.ask("POST", f"{ONE}/life/destroy", who="admin"), 400, "ValueRefusedError")


def test_a_command_that_waits_is_cancelled(door: Door) -> None:
    door.ask("POST", f"{ONE}/life/pause", who="operator")
    number = door.say("wait").json()["number"]
    try:
        assert door.ask("POST", f"/v1/commands/{number}/cancel", who="viewer").status == 403
        assert door.ask("POST", f"/v1/commands/{number}/cancel", who="operator").status == 200
        over = door.ask("GET", f"/v1/commands/{number}?wait_s=10", who="viewer").json()
        assert over["state"] == "cancelled"
        assert over["result"] == "operator cancelled it"
    finally:
        door.ask("POST", f"{ONE}/life/resume", who="operator")


def test_errors_of_the_envelope_are_documents_too(door: Door) -> None:
    _problem(door.ask("GET", "/v2/nothing", who="viewer"), 404, "NotFoundError")
    _problem(door.ask("PUT", f"{ONE}/scene", who="viewer"), 405, "MethodError")
    _problem(door.ask("GET", f"/v1/agents?x={'y' * 3000}", who="viewer"), 400, "PathError")
    _problem(door.ask("GET", "/v1/agents?x=1", who="viewer"), 400, "ValueRefusedError")
    _problem(door.ask("GET", "/v1/agents", who="viewer", Host="evil.example"), 403, "HostError")
    _problem(door.ask("GET", "/v1/agents", who="viewer", Origin="null"), 403, "OriginError")
    answer = door.ask("GET", "/v1/agents", who="viewer")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "server" not in answer.headers
    assert json.loads(door.ask("GET", "/v1/health").body) == {"ok": True, "daemon": True}


def test_who_asks_too_often_is_told_to_wait_but_stops_go_through() -> None:
    made = Door(None, ("--rate", "5"))
    try:
        answers = [made.ask("GET", "/v1/agents", who="viewer") for _ in range(30)]
        assert {answer.status for answer in answers} == {200, 429}
        late = next(answer for answer in answers if answer.status == 429)
        assert late.headers["retry-after"] == "1"
        _problem(late, 429, "RateError")
        assert made.ask("GET", "/v1/agents", who="operator").status == 200  # each its own
        stops = [made.ask("POST", "/v1/stop", who="viewer") for _ in range(30)]
        assert {answer.status for answer in stops} == {200}
        assert {made.ask("GET", "/v1/me", who="x" * 32).status for _ in range(80)} == {401, 429}
    finally:
        made.close()


def test_the_console_comes_as_files_that_load_nothing_from_elsewhere(door: Door) -> None:
    page = door.ask("GET", "/")
    assert page.status == 200 and page.headers["content-type"].startswith("text/html")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "script-src 'self'" in policy
    assert "unsafe" not in policy
    text = page.body.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)|\bon\w+=|style=|https?://", text)
    for name in re.findall(r'(?:src|href)="([^"#]+)"', text):
        part = door.ask("GET", f"/{name}")
        assert part.status == 200, name
        assert part.headers["x-content-type-options"] == "nosniff"
        for imported in re.findall(r'from "\./([^"]+)"', part.body.decode()):
            assert door.ask("GET", f"/{imported}").status == 200, imported
    assert door.ask("GET", "/console_files.py").status == 404
    assert door.ask("POST", "/", {}).status == 405
