"""Speech over a real WebSocket: heard on board, told before it is done, a stop done at once."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from lab.spoken import needs_speech, spoken

pytest.importorskip("websockets")
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from llmagentos.speech.audio import RATE_HZ, Sound, resampled
from llmagentos.speech.packages import PACKAGES, have
from sim.faults.door import AGENT, Door


def _speaks(door: Door, who: str = "operator", rate: int = RATE_HZ) -> ClientConnection:
    url = f"ws{door.url[4:]}/v1/agents/{AGENT}/speech?rate={rate}"
    return connect(url, additional_headers={"Authorization": f"Bearer {door.tokens[who]}"})


def _next(link: ClientConnection, *kinds: str, timeout_s: float = 60.0) -> dict[str, Any]:
    until_s = time.monotonic() + timeout_s
    while True:
        told = json.loads(link.recv(timeout=max(0.1, until_s - time.monotonic())))
        if told["kind"] in kinds:
            return dict(told)


def _says(link: ClientConnection, sound: Sound, rate: int = RATE_HZ, paced: bool = False) -> None:
    """As a page sends it: pieces of 1024 samples, then that the button was let go."""
    for start in range(0, len(sound), 1024):
        link.send(sound[start : start + 1024].astype("<i2").tobytes())
        if paced:
            time.sleep(1024 / rate)
    link.send("over")


@pytest.fixture(scope="module")
def robot_at_work(robot: Door) -> Iterator[Door]:
    robot.ready()
    yield robot


def test_whether_it_hears_is_told(door: Door) -> None:
    told = door.ask("GET", "/v1/speech", who="viewer").json()
    assert told["hears"] == have(*(p.module for p in PACKAGES[:4]))
    assert told["hears"] or "pip install 'llmagentos[speech]'" in told["why"]
    document = door.ask("GET", "/openapi.json").json()
    assert "binary frames" in document["paths"]["/v1/speech"]["get"]["description"]


@pytest.mark.parametrize(("who", "status"), [("viewer", 403), ("nobody", 401)])
def test_who_may_give_no_commands_may_not_speak(door: Door, who: str, status: int) -> None:
    url = f"ws{door.url[4:]}/v1/agents/{AGENT}/speech"
    with pytest.raises(InvalidStatus) as refused:
        connect(url, additional_headers={"Authorization": f"Bearer {door.tokens.get(who, who)}"})
    assert refused.value.response.status_code == status


@needs_speech
def test_what_was_said_comes_back_as_text_at_any_rate_and_nothing_is_done(
    robot_at_work: Door,
) -> None:
    calls = robot_at_work.calls()
    sound = spoken("Put the red block in the blue bowl.")
    loud = resampled(sound.astype(np.float32) / 32768, 8000)  # twice as many samples
    with _speaks(robot_at_work, rate=2 * RATE_HZ) as link:
        _says(link, (loud * 32767).astype(np.int16), 2 * RATE_HZ)
        heard = _next(link, "heard")
        assert heard["text"].lower().rstrip(".") == "put the red block in the blue bowl"
        assert heard["readings"][0]["text"] == heard["text"] and not heard["question"]
        _says(link, np.zeros(RATE_HZ // 2, np.int16))
        assert _next(link, "nothing", "heard")["kind"] == "nothing"
    made = [c for c in robot_at_work.daemon.ask("calls", name=AGENT, last=20)[calls:]]
    assert all(c["verb"] == "plan" for c in made)  # an opinion at most


@needs_speech
def test_a_stop_that_is_said_stops_before_the_button_is_let_go(robot_at_work: Door) -> None:
    with _speaks(robot_at_work) as link:
        _next(link, "listening")
        robot_at_work.move()
        sound = np.concatenate([spoken("Robot, stop!"), np.zeros(RATE_HZ, np.int16)])
        for start in range(0, len(sound), 1024):
            link.send(sound[start : start + 1024].tobytes())
            time.sleep(1024 / RATE_HZ)
        stopped = _next(link, "stopped", "not stopped")
        assert stopped["kind"] == "stopped" and AGENT in stopped["agents"], stopped
    robot_at_work.until(lambda: robot_at_work.rates() < 0.01, 30.0)
    state = robot_at_work.ask("GET", f"/v1/agents/{AGENT}/state", who="viewer").json()
    assert state["safety"] == "stopped"
    assert robot_at_work.ask("POST", f"/v1/agents/{AGENT}/reset", {}, "operator").status == 200


@needs_speech
@pytest.mark.parametrize(
    ("sent", "code"), [(b"odd", 1008), ("hello", 1008), (bytes(5000), 1009)], ids=["odd", "text", "large"]
)  # fmt: skip
def test_what_is_no_sound_ends_the_connection(door: Door, sent: Any, code: int) -> None:
    with _speaks(door) as link:
        link.send(sent)
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                link.recv(timeout=60)
    assert closed.value.rcvd.code == code


@needs_speech
def test_sound_faster_than_it_is_said_ends_the_connection(door: Door) -> None:
    with _speaks(door) as link, pytest.raises(ConnectionClosed) as closed:
        for _ in range(400):  # 51 s
            link.send(bytes(4096))
        while True:
            link.recv(timeout=60)
    assert closed.value.rcvd.code == 1008
