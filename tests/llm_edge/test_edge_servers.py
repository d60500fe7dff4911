"""Servers as they are: every odd answer is the right result or a named error, never half a plan."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any

import pytest
from lab.raw_server import Script, chunked, response, serving

from llm_edge.llm import LLM
from llmagentos.errors import ModelError, PlanError, ServerError
from llmagentos.lang import codec as compact
from llmagentos.ports.modules import PlanRequest
from llmagentos.types import Scene

TEXT = "put [ the red block ] in [ the blue bowl ]"
PLAN = json.dumps(compact.parse(TEXT).to_json())


@pytest.fixture
def server() -> Iterator[Script]:
    with serving() as script:
        yield script


def answer(content: Any, ended: str = "stop", **more: Any) -> bytes:
    message = {"role": "assistant", "content": content}
    return response(200, {"choices": [{"message": message, "finish_reason": ended}], **more})


def planned(server: Script, *answers: bytes, **options: Any) -> str:
    server.answers = list(answers)
    llm = LLM(server.url, retry_wait_s=0.0, timeout_s=10, **options)
    request = PlanRequest("put the red block in the blue bowl", Scene())
    return compact.write(llm.plan(request).plan)


def formats(server: Script) -> list[str]:
    return [r.get("response_format", {}).get("type", "text") for r in server.requests]


@pytest.mark.parametrize(
    "content",
    [
        PLAN,
        f"<think>a bowl {{maybe}}</think>\n{PLAN}",
        f"hm, the bowl</think>{PLAN}",
        f"```json\n{PLAN}\n```\nThis puts the {{red}} block away.",
        f"Use {{}} braces. Here it is:\n```\n{PLAN}\n```",
        f"Sure! {PLAN} I hope that {{helps}}.",
        [{"type": "text", "text": PLAN[:20]}, {"type": "text", "text": PLAN[20:]}],
        json.dumps({"plan": json.loads(PLAN)}),
        TEXT,
        f"Plan: {TEXT}",
        f"```\n{TEXT}\n```\nDone.",
    ],
)
def test_forms_of_one_plan(server: Script, content: Any) -> None:
    assert planned(server, answer(content)) == TEXT


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("<think>the red block, or", "thoughts without an end"),
        (PLAN[:-10], "no whole JSON|JSON that ends"),
        ('{"steps": []}', "expected a plan in JSON"),
        ('{"steps": [{"op": "dance"}]}', "expected a plan in JSON"),
        ('{"note": {"steps": 3}}', "expected a plan in JSON"),
        ("I am sorry, Dave.", "expected a plan"),
        ("put [ the red block ] in [ the", "expected a plan"),
        ('{"steps": ' + "[" * 5000, "expected a plan in JSON"),
    ],
)
def test_no_plan_twice_is_an_error_and_once_is_repaired(
    server: Script, content: str, message: str
) -> None:
    with pytest.raises(PlanError, match=message):
        planned(server, answer(content), answer(content))
    assert planned(server, answer(content), answer(PLAN)) == TEXT
    said = server.requests[-1]["messages"]
    assert said[-2]["content"] == content and "That is no plan" in said[-1]["content"]


def test_a_plan_cut_off_by_its_length_is_none(server: Script) -> None:
    """The beginning of a plan in compact notation would be a plan."""
    with pytest.raises(PlanError, match="cut off by its length"):
        planned(server, answer(TEXT, "length"), answer(TEXT, "length"))


@pytest.mark.parametrize("status", [400, 422, 500, 501])
def test_forms_fall_back_and_are_remembered(server: Script, status: int) -> None:
    refused = response(status, {"error": "no response_format here"})
    assert planned(server, refused, refused, answer(TEXT)) == TEXT
    assert formats(server) == ["json_schema", "json_object", "text"]
    assert planned(server, answer(TEXT)) == TEXT
    assert formats(server)[3:] == ["text"]
    assert "compact" not in server.requests[-1]["messages"][1]["content"]
    assert server.requests[-1]["messages"][2]["content"].startswith("put [")


def test_json_object_is_enough(server: Script) -> None:
    assert planned(server, response(400, {}), answer(PLAN), model="m") == TEXT
    assert planned(server, answer(PLAN), model="m") == TEXT
    assert formats(server) == ["json_schema", "json_object", "json_object"]


def test_a_broken_server_is_an_error_in_every_form(server: Script) -> None:
    refused = response(500, {"error": "out of order"})
    with pytest.raises(ServerError, match=r"HTTP 500.*out of order"):
        planned(server, *[refused] * 8, retries=1)
    assert formats(server) == ["json_schema", "json_object", "text", "text"]


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (response(200, {"choices": []}), "expected a choice"),
        (response(200, {"choices": None}), "expected a choice"),
        (response(200, {"choices": [{"text": "x"}]}), "with a message"),
        (response(200, b"<html>hello</html>"), "expected a chat completion"),
        (answer(None), "expected text content, got None"),
        (answer([]), "expected text content"),
        (answer([{"type": "image"}]), "expected text content"),
        (
            response(200, {"choices": [{"message": {"content": None, "refusal": "no"}}]}),
            "a refusal",
        ),
        (response(200, json.loads(PLAN), cut=9), "bytes short|IncompleteRead"),
        (chunked([b'{"choices": [{"mess'], whole=False), "IncompleteRead"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "no HTTP answer"),
        (b"", "Remote end closed|Connection reset"),
        (response(401, {"error": "no key"}), "HTTP 401"),
        (response(404, b"no such page", cut=4), "HTTP 404"),
    ],
)
def test_what_is_no_answer_is_named(server: Script, raw: bytes, message: str) -> None:
    with pytest.raises(ServerError, match=message):
        planned(server, *[raw] * 9, retries=1)


def test_odd_usage_does_no_harm(server: Script) -> None:
    for usage in (None, [], {"prompt_tokens": None, "completion_tokens": "9"}):
        assert planned(server, answer(PLAN, usage=usage)) == TEXT


def test_retry_after_is_kept_to_in_seconds_and_as_a_date(server: Script) -> None:
    began = time.monotonic()
    assert planned(server, response(429, {}, "Retry-After: 0.3\r\n"), answer(PLAN)) == TEXT
    assert time.monotonic() - began >= 0.3
    soon = format_datetime(datetime.now(timezone.utc) - timedelta(seconds=5))
    assert planned(server, response(503, {}, f"Retry-After: {soon}\r\n"), answer(PLAN)) == TEXT
    with pytest.raises(ServerError, match="a wait of 3600 s"):
        planned(server, response(429, {}, "Retry-After: 3600\r\n"), answer(PLAN))


# --- streams -------------------------------------------------------------------------------------


def event(content: str | None, **more: Any) -> bytes:
    return (
        f"data: {json.dumps({'choices': [{'delta': {'content': content}}], **more})}\n\n".encode()
    )


def streamed(server: Script, raw: bytes) -> str:
    server.answers = [raw]
    return "".join(LLM(server.url, retries=0, timeout_s=10).stream("hi"))


@pytest.mark.parametrize(
    "parts",
    [
        [event("Hel"), event("lo"), b"data: [DONE]\n\n"],
        [event("Hel"), event("lo")],
        [b": ping\n\n", event(None), event("Hello"), b'data: {"choices": [], "usage": {}}\n\n'],
        [event("<thi"), event("nk>Hm</th"), event("ink>\n\nHel"), event("lo")],
        [json.dumps({"choices": [{"message": {"content": "Hello"}}]}).encode()],
    ],
)
def test_forms_of_one_stream(server: Script, parts: list[bytes]) -> None:
    assert streamed(server, chunked(parts)) == "Hello"
    assert streamed(server, response(200, b"".join(parts))) == "Hello"


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (chunked([event("Hel")], whole=False), "IncompleteRead|got"),
        (response(200, b'data: {"error": "out of memory"}\n\n'), "got an error: 'out of memory'"),
        (response(200, b"data: nonsense\n\n"), "expected a stream event"),
        (response(200, b"<html></html>"), "expected a chat completion"),
        (response(200, b""), "expected a chat completion"),
    ],
)
def test_streams_that_are_none_are_named(server: Script, raw: bytes, message: str) -> None:
    with pytest.raises(ServerError, match=message):
        streamed(server, raw)


# --- addresses -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("http://", "expected an address as http://host:port/v1"),
        ("http://my robot:80/v1", "expected an address as"),
        ("http://robot:port/v1", "expected an address as"),
        ("http://[::1/v1", "expected an address as"),
        ("localhost:8080/v1", "as http://localhost:8080/v1"),
        ("robot.local:80", "as http://robot.local:80"),
    ],
)
def test_addresses_that_are_none_are_named_at_once(address: str, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        LLM(address)
    if "://" not in address:
        with pytest.raises(ModelError, match=message):
            LLM(engine=address)


def test_spaces_around_an_address_are_none_of_it(server: Script) -> None:
    server.answers = [answer(PLAN)]
    llm = LLM(f"  {server.url}/ \n")
    assert llm.plan(PlanRequest("put it there", Scene())).plan.steps
    with pytest.raises(ServerError, match="expected an answer from"):
        LLM(f"http://{'a' * 70}.local/v1", retries=0).plan(PlanRequest("home", Scene()))
