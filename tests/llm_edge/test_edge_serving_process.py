"""An engine in a process of its own that is killed, stopped, or never comes up, under the real
server and OpenAI's client."""

from __future__ import annotations

import os
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

from llm_edge.serving.app import Server
from llm_edge.serving.process import EngineProcess
from llmagentos.errors import ModelError, ModelNotFoundError
from llmagentos.sockets import listening

LONG_S = 60.0
MAKER = "lab.telling:telling_writer"
HELLO: Any = [{"role": "user", "content": "hello"}]
SAYS = "Good morning, Ada!"


class Served:
    """A server whose engine holds before a token while there is a file that says so."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.engine = EngineProcess(MAKER, {"folder": str(folder), "says": SAYS}, hang_s=1.5)
        self.server = Server({"telling": self.engine})
        self._socket = listening("127.0.0.1", 0)
        address = f"http://127.0.0.1:{self._socket.getsockname()[1]}/v1"
        self._uvicorn = uvicorn.Server(uvicorn.Config(self.server.app, log_level="error"))
        self._thread = threading.Thread(
            target=self._uvicorn.run, kwargs={"sockets": [self._socket]}, daemon=True
        )
        self._thread.start()
        self.client = openai.OpenAI(base_url=address, api_key="none", max_retries=0, timeout=LONG_S)

    def hold(self, name: str, holds: bool = True) -> None:
        (self.folder / name).touch() if holds else (self.folder / name).unlink()

    def fed(self) -> int:
        noted = self.folder / "fed"
        return len(noted.read_bytes()) if noted.exists() else 0

    def ask(self) -> str:
        said = self.client.chat.completions.create(model="telling", messages=HELLO)
        return said.choices[0].message.content or ""

    def asking(self, told: list[Any]) -> threading.Thread:
        def work() -> None:
            try:
                told.append(self.ask())
            except openai.OpenAIError as exc:
                told.append(exc)

        thread = threading.Thread(target=work)
        thread.start()
        return thread

    def waiting(self) -> int:
        return len(self.server._models["telling"].line)

    def close(self) -> None:
        self.client.close()
        self._uvicorn.should_exit = True
        self._thread.join(LONG_S)
        self._socket.close()
        self.engine.close()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    one = Served(tmp_path)
    yield one
    one.close()


def until(holds: Any) -> None:
    give_up_s = time.monotonic() + LONG_S
    while not holds():
        assert time.monotonic() < give_up_s
        time.sleep(0.01)


def test_what_waits_is_served_when_the_engine_is_killed(served: Served) -> None:
    """Before a token, nothing is lost: the one under way is tried again, those in line come after."""
    served.hold("before")
    told: list[Any] = []
    threads = [served.asking(told)]
    until(lambda: served.fed() == 1)
    threads += [served.asking(told) for _ in range(3)]
    until(lambda: served.waiting() == 3)
    os.kill(served.engine.pid, signal.SIGKILL)
    until(lambda: served.fed() == 2)
    served.hold("before", False)
    for thread in threads:
        thread.join(LONG_S)
    assert told == [SAYS] * 4 and served.engine.restarts == 1


def test_an_engine_that_hangs_is_ended_and_its_answer_tried_again(served: Served) -> None:
    served.hold("before")
    told: list[Any] = []
    thread = served.asking(told)
    until(lambda: served.fed() == 1)
    os.kill(served.engine.pid, signal.SIGSTOP)
    served.hold("before", False)
    thread.join(LONG_S)
    assert told == [SAYS] and served.engine.restarts == 1
    os.kill(served.engine.pid, signal.SIGSTOP)  # at rest, it shows with the next request
    assert served.ask() == SAYS and served.engine.restarts == 2


def test_what_was_streamed_is_not_said_twice(served: Served) -> None:
    most = served.folder / "most"
    most.write_text("8")
    stream = served.client.chat.completions.create(model="telling", messages=HELLO, stream=True)
    told: list[Any] = []
    behind = served.asking(told)
    pieces, killed = "", False
    with pytest.raises(openai.APIError, match="got the loss of the engine"):
        for chunk in stream:
            pieces += chunk.choices[0].delta.content or ""
            if len(pieces) >= 3 and not killed:
                killed = True
                os.kill(served.engine.pid, signal.SIGKILL)
                most.unlink()
    assert SAYS.startswith(pieces) and len(pieces) < len(SAYS)
    behind.join(LONG_S)
    assert told == [SAYS]


def test_the_second_loss_is_told(served: Served) -> None:
    served.hold("before")
    told: list[Any] = []
    thread = served.asking(told)
    for times in (1, 2):
        until(lambda times=times: served.fed() == times)
        os.kill(served.engine.pid, signal.SIGKILL)
    thread.join(LONG_S)
    assert isinstance(told[0], openai.InternalServerError) and told[0].status_code == 503
    assert told[0].code == "engine_lost" and "SIGKILL" in str(told[0])
    served.hold("before", False)
    assert served.ask() == SAYS


def test_what_loading_raises_is_raised_here(tmp_path: Path) -> None:
    options = {"folder": str(tmp_path), "says": SAYS}
    with pytest.raises(ModelNotFoundError, match="expected a model, got none"):
        EngineProcess(MAKER, {**options, "fails": "load"})
    with pytest.raises(ModelError, match="3 processes that ended: exit code 3"):
        EngineProcess(MAKER, {**options, "fails": "die"})


def test_an_engine_ends_with_its_server_however_that_ends() -> None:
    program = subprocess.Popen(
        [sys.executable, "-m", "llmagentos", "model", "serve", "--port", "0"],
        stdout=subprocess.PIPE, text=True, env={**os.environ, "COLUMNS": "200"},
    )  # fmt: skip
    assert program.stdout is not None
    assert "http://" in program.stdout.readline()
    children = Path(f"/proc/{program.pid}/task/{program.pid}/children").read_text().split()
    assert children
    program.kill()
    program.wait()
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children))
