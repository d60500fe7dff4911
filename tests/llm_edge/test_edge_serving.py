"""`llmagentos model serve`: OpenAI's own client, and ours, against a real server."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest
import uvicorn
from lab.telling import Gate, telling

from llm_edge.llm import LLM
from llm_edge.serving import run
from llm_edge.serving.app import PRIORITY, Server
from llm_edge.serving.writing import TextWriter
from llmagentos.errors import ConfigError, ModelError, ServerError
from llmagentos.lang import codec
from llmagentos.sockets import listening

LONG_S = 60.0
HELLO: Any = [{"role": "user", "content": "hello"}]
WEATHER: Any = [
    {
        "type": "function",
        "function": {
            "name": "weather",
            "description": "How it is outside",
            "parameters": {
                "type": "object",
                "properties": {"city": {"type": "string"}},
                "required": ["city"],
                "additionalProperties": False,
            },
        },
    }
]


class Served:
    """A server on a port of its own, with a model that says what it is told to."""

    def __init__(self, folder: Path) -> None:
        model, self.engine = telling(folder / "telling", "Good morning, Zoë!")
        other, self.other = telling(folder / "other", "I am the other")
        self.server = Server({"telling": TextWriter(model), "other": TextWriter(other)})
        self._socket = listening("127.0.0.1", 0)
        self.port = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/v1"
        self._uvicorn = uvicorn.Server(uvicorn.Config(self.server.app, log_level="warning"))
        self._thread = threading.Thread(
            target=self._uvicorn.run, kwargs={"sockets": [self._socket]}, daemon=True
        )
        self._thread.start()
        self.client = openai.OpenAI(base_url=self.url, api_key="none", max_retries=0)

    def waiting(self) -> int:
        return len(self.server._models["telling"].line)

    def close(self) -> None:
        self.client.close()
        self._uvicorn.should_exit = True
        self._thread.join(LONG_S)
        self._socket.close()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    one = Served(tmp_path)
    yield one
    one.close()


def until(holds: Any) -> None:
    give_up_s = time.monotonic() + LONG_S
    while not holds():
        assert time.monotonic() < give_up_s
        time.sleep(0.005)


def test_openai_client_lists_and_asks(served: Served) -> None:
    assert [m.id for m in served.client.models.list()] == ["telling", "other"]
    said = served.client.chat.completions.create(model="telling", messages=HELLO)
    assert said.choices[0].message.content == "Good morning, Zoë!"
    assert said.choices[0].finish_reason == "stop" and said.model == "telling"
    assert said.usage is not None and said.usage.completion_tokens == len("Good morning, Zoë!") + 1
    other = served.client.chat.completions.create(model="other", messages=HELLO)
    assert other.choices[0].message.content == "I am the other"


def test_openai_client_streams_and_the_prefix_is_kept(served: Served) -> None:
    pieces: list[str] = []
    usage: Any = None
    for _ in range(2):
        for chunk in served.client.chat.completions.create(
            model="telling", messages=HELLO, stream=True, stream_options={"include_usage": True}
        ):
            if chunk.choices:
                pieces.append(chunk.choices[0].delta.content or "")
            usage = chunk.usage or usage
    assert "".join(pieces) == "Good morning, Zoë!" * 2 and len(pieces) > 20
    assert usage.prompt_tokens_details.cached_tokens == usage.prompt_tokens - 1


def test_limits_and_stop_words(served: Served) -> None:
    ask = served.client.chat.completions.create
    short = ask(model="telling", messages=HELLO, max_tokens=4).choices[0]
    assert short.message.content == "Good" and short.finish_reason == "length"
    ended = ask(model="telling", messages=HELLO, stop=[", "]).choices[0]
    assert ended.message.content == "Good morning" and ended.finish_reason == "stop"


def test_json_keeps_to_the_schema_whatever_the_model_wants(served: Served) -> None:
    served.engine.says = '{"city": "Oslo", "warm": maybe}'
    schema = {
        "type": "object",
        "properties": {"city": {"type": "string"}, "warm": {"type": "boolean"}},
        "required": ["city", "warm"],
        "additionalProperties": False,
    }
    said = served.client.chat.completions.create(
        model="telling",
        messages=HELLO,
        max_tokens=200,
        response_format={"type": "json_schema", "json_schema": {"name": "a", "schema": schema}},
    )
    found = json.loads(said.choices[0].message.content or "")
    assert found["city"] == "Oslo" and isinstance(found["warm"], bool)


def test_functions_are_called_or_not(served: Served) -> None:
    ask = served.client.chat.completions.create
    plain = ask(model="telling", messages=HELLO, tools=WEATHER).choices[0]
    assert plain.message.content == "Good morning, Zoë!" and not plain.message.tool_calls
    served.engine.says = '{"name": "weather", "arguments": {"city": "Oslo"}}'
    for choice in ("auto", "required", {"type": "function", "function": {"name": "weather"}}):
        said: Any = ask(model="telling", messages=HELLO, tools=WEATHER, tool_choice=choice)  # type: ignore[call-overload]
        (call,) = said.choices[0].message.tool_calls
        assert call.function.name == "weather" and said.choices[0].finish_reason == "tool_calls"
        assert json.loads(call.function.arguments) == {"city": "Oslo"}
    none = ask(model="telling", messages=HELLO, tools=WEATHER, tool_choice="none").choices[0]
    assert not none.message.tool_calls
    streamed: list[Any] = []
    for chunk in ask(model="telling", messages=HELLO, tools=WEATHER, stream=True):
        streamed += chunk.choices[0].delta.tool_calls or []
    assert [c.function.name for c in streamed] == ["weather"]
    served.engine.says = "It is warm."
    answered = ask(
        model="telling",
        messages=[
            *HELLO,
            {"role": "assistant", "content": None, "tool_calls": [call.model_dump()]},
            {"role": "tool", "tool_call_id": call.id, "content": "21 degrees"},
        ],
        tools=WEATHER,
    )
    assert answered.choices[0].message.content == "It is warm."


def test_what_cannot_be_is_said_with_its_field(served: Served) -> None:
    ask: Any = served.client.chat.completions.create
    with pytest.raises(openai.NotFoundError, match="expected a model of telling, other, got 'gpt'"):
        ask(model="gpt", messages=HELLO)
    for wrong, words in (
        ({"n": 2}, "expected n 1, got 2"),
        ({"temperature": 9}, "temperature: "),
        ({"logprobs": True}, "expected no logprobs"),
        ({"messages": []}, "messages: "),
        ({"tool_choice": "required"}, "expected tools to call, got none"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, "messages.0"),
        ({"extra_headers": {PRIORITY: "soon"}}, "from 0 to 100, got 'soon'"),
    ):
        with pytest.raises(openai.BadRequestError, match=re.escape(words)):
            ask(**{"model": "telling", "messages": HELLO, **wrong})
    bare = http.client.HTTPConnection("127.0.0.1", served.port, timeout=LONG_S)
    bare.request("POST", "/v1/chat/completions", b"{nonsense")
    answer = bare.getresponse()
    assert answer.status == 400 and "expected JSON" in answer.read().decode()
    bare.close()
    assert ask(model="telling", messages=HELLO).choices[0].finish_reason == "stop"


def test_the_more_urgent_goes_first_and_a_full_line_sends_away(served: Served) -> None:
    gate, begun = Gate(), list[str]()
    served.engine.meanwhile = gate
    one: Any = served.server._models["telling"]
    one.line._limit = 2
    write = one.writer.write

    def noted(ask: Any, *rest: Any) -> Any:
        begun.append(ask.messages[-1]["content"])
        return write(ask, *rest)

    one.writer.write = noted

    def ask(name: str, priority: int) -> threading.Thread:
        def work() -> None:
            served.client.chat.completions.create(
                model="telling",
                messages=[{"role": "user", "content": name}],
                extra_headers={PRIORITY: str(priority)},
            )

        thread = threading.Thread(target=work)
        thread.start()
        return thread

    threads = [ask("first", 50)]
    assert gate.came.wait(LONG_S)
    threads.append(ask("later", 10))
    until(lambda: served.waiting() == 1)
    threads.append(ask("urgent", 90))
    until(lambda: served.waiting() == 2)
    with pytest.raises(openai.RateLimitError, match="fewer than 2 waiting requests, got 2"):
        served.client.chat.completions.create(model="telling", messages=HELLO)
    gate.open()
    for thread in threads:
        thread.join(LONG_S)
    assert begun == ["first", "urgent", "later"]


@pytest.mark.parametrize("stream", [True, False])
def test_a_client_that_hangs_up_ends_its_answer_within_a_token(
    stream: bool, served: Served
) -> None:
    gate, engine = Gate(), served.engine
    engine.says = "a" * 4000
    engine.meanwhile = gate
    bare = http.client.HTTPConnection("127.0.0.1", served.port, timeout=LONG_S)
    asked = {"messages": HELLO, "stream": stream, "max_tokens": 5000}
    bare.request("POST", "/v1/chat/completions", json.dumps(asked))
    gate.open(3)
    until(lambda: engine.fed == 3)
    bare.close()
    line = served.server._models["telling"].line
    rounds = 0
    while line._busy:  # as long as it takes the server to hear of it
        rounds += 1
        gate.open(1)
        time.sleep(0.02)
    assert engine.fed <= 3 + rounds + 1 and engine.fed < 2000
    gate.open()
    engine.says = "fine"
    assert (
        served.client.chat.completions.create(model="telling", messages=HELLO)
        .choices[0]
        .message.content
        == "fine"
    )


def test_what_breaks_is_an_error_and_the_next_is_answered(served: Served) -> None:
    def breaks() -> None:
        raise RuntimeError("the engine is gone")

    served.engine.meanwhile = breaks
    with pytest.raises(openai.InternalServerError, match="RuntimeError: the engine is gone"):
        served.client.chat.completions.create(model="telling", messages=HELLO)
    served.engine.meanwhile = lambda: None
    assert served.client.chat.completions.create(model="telling", messages=HELLO).choices


def test_our_own_client_is_answered_too(served: Served) -> None:
    assert LLM(served.url, model="telling").generate_text("hello") == "Good morning, Zoë!"
    assert "".join(LLM(served.url, model="other").stream("hello")) == "I am the other"
    with pytest.raises(ServerError, match="expected a model of telling, other"):
        LLM(served.url, model="third").generate_text("hello")


def test_without_a_key_only_this_machine_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match=r"expected a key \(--key-env\) where others"):
        run.serve(["planner"], host="0.0.0.0")
    monkeypatch.delenv("NO_SUCH_KEY", raising=False)
    with pytest.raises(ConfigError, match="environment variable NO_SUCH_KEY, got none"):
        run.serve(["planner"], key_env="NO_SUCH_KEY")
    with pytest.raises(ModelError, match="expected a model on board"):
        run.load("http://127.0.0.1:1/v1")
    taken = listening("127.0.0.1", 0)
    with taken, pytest.raises(ConfigError, match="expected a free address"):
        run.serve(["planner"], port=taken.getsockname()[1])


def test_the_command_serves_the_shipped_planner_with_a_key_until_ctrl_c() -> None:
    program = subprocess.Popen(
        [sys.executable, "-m", "llmagentos", "model", "serve", "--port", "0", "--key-env", "KEY"],
        stdout=subprocess.PIPE, text=True, env={**os.environ, "KEY": "s3cret", "COLUMNS": "200"},
    )  # fmt: skip
    try:
        assert program.stdout is not None
        told = program.stdout.readline()
        address = re.search(r"http://\S+", told)
        assert address is not None, told
        wrong = openai.OpenAI(base_url=address[0], api_key="guess", max_retries=0)
        with pytest.raises(openai.AuthenticationError, match="expected the server's key"):
            wrong.models.list()
        client = openai.OpenAI(base_url=address[0], api_key="s3cret", timeout=LONG_S)
        (model,) = client.models.list()
        command: Any = [{"role": "user", "content": "put the red block in the blue bowl"}]
        said = client.chat.completions.create(model=model.id, messages=command)
        plan = codec.parse(said.choices[0].message.content or "")
        assert plan == codec.parse("put [ the red block ] in [ the blue bowl ]")
        as_json = client.chat.completions.create(
            model=model.id, messages=command, response_format={"type": "json_object"}
        )
        assert json.loads(as_json.choices[0].message.content or "") == plan.to_json()
        program.send_signal(signal.SIGINT)
        assert program.wait(LONG_S) in (0, 130, -signal.SIGINT)
    finally:
        program.kill()
        program.wait()
