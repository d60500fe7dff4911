"""Speech over HTTP: a page's microphone, heard on board of the robot's computer.

Knows: a WebSocket of samples, what is told of them, who may. Does not know: how speech is heard
(llmagentos.speech), what a sentence does: whoever sent the sound gets the sentence, and gives it as a
command like any other. A stop that is heard is not given back but done.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import TimeoutError as Late
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Query, WebSocket
from pydantic import BaseModel, Field
from starlette.websockets import WebSocketDisconnect

from llmagentos.errors import LLMAgentOSError
from llmagentos.gateway.agents import Name
from llmagentos.gateway.callers import Caller, Looks, gateway
from llmagentos.gateway.commands import plan_only
from llmagentos.gateway.problems import Problem, answer, documented, problem_of
from llmagentos.gateway.stops import stop_arms
from llmagentos.speech.attention import OpenEar
from llmagentos.speech.audio import FRAME, RATE_HZ, Sound, as_sound
from llmagentos.speech.expected import Expected, expected
from llmagentos.speech.hearing import NEEDS, Hearing
from llmagentos.speech.interpreter import Interpreter
from llmagentos.speech.lines import SpokenLines
from llmagentos.speech.packages import INSTALL, have
from llmagentos.speech.recogniser import Heard, Recogniser
from llmagentos.speech.resampler import HIGHEST_HZ, LOWEST_HZ, Resampler
from llmagentos.speech.understanding import Understood

_log = logging.getLogger(__name__)
router = APIRouter(prefix="/v1", responses=documented())
_SUBPROTOCOL = "llmagentos"
#: Who speaks at a time, in all: each has a process that hears the stop word.
MOST = 4
#: Sound may come so much faster than it is said, and so much of it at once, s; a connection that
#: sends none for so long is closed, s.
_FASTER, _AT_ONCE_S, _IDLE_S = 1.5, 10.0, 120.0
#: An opinion of the planner on a reading may take so long, s.
_PLAN_S = 5.0
#: Close codes: too much or odd sound; nothing came; too many speak.
ODD, IDLE = 1008, 4408


class Speech(BaseModel):
    """Whether this gateway hears, and how it is spoken to."""

    hears: bool
    why: str = Field(description="why it does not, in words, or empty")
    socket: str = Field(description="where sound goes, as a WebSocket; NAME is an agent's")
    rates_hz: list[int] = Field(
        description="samples a second: at least, at most", min_length=2, max_length=2
    )


class Ears:
    """What all who speak share: one recogniser, loaded by the first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._recogniser: Recogniser | None = None
        self.there = 0

    def recogniser(self) -> Recogniser:
        """Raises MissingDependencyError, ModelError."""
        with self._lock:
            if self._recogniser is None:
                self._recogniser = Recogniser()
            return self._recogniser


class _Over:
    """A mark in the sound: the button was let go here."""


class _Sound:
    """An AudioSource of what comes over a connection. on_over: called in the sound's thread where what
    came before `over` has been taken."""

    name = "the page's microphone"

    def __init__(self, rate_hz: int, on_over: Callable[[], None]) -> None:
        self._resample, self._on_over = Resampler(rate_hz), on_over
        self._rest = np.zeros(0, np.int16)
        self._frames: queue.SimpleQueue[Sound | _Over | None] = queue.SimpleQueue()

    def take(self, data: bytes) -> None:
        """The next samples, 16 bit, little endian."""
        samples = np.frombuffer(data, "<i2").astype(np.float32) / np.float32(32767)
        sound = np.concatenate([self._rest, as_sound(self._resample(samples))])
        whole = len(sound) // FRAME * FRAME
        self._rest = sound[whole:]
        for start in range(0, whole, FRAME):
            self._frames.put(sound[start : start + FRAME])

    def over(self) -> None:
        """The sound of a sentence has all come."""
        self._frames.put(_Over())

    def frames(self) -> Iterator[Sound]:
        """See AudioSource."""
        while (frame := self._frames.get()) is not None:
            if isinstance(frame, _Over):
                self._on_over()
                yield np.zeros(FRAME, np.int16)
            else:
                yield frame

    def close(self) -> None:
        """See AudioSource."""
        self._frames.put(None)


class _Button(OpenEar):
    """What is said while a button is held: all that comes as sound, to the mark in it."""

    #: A person with a finger on the button may think.
    pause_s = 20.0

    def __init__(self) -> None:
        self._over = False

    def let_go(self) -> None:
        """The mark has come."""
        self._over = True

    def is_cut(self) -> bool:
        """See OpenEar."""
        over, self._over = self._over, False
        return over


class _Person:
    """Somebody who speaks to an agent: what is heard goes out as rows of JSON.

    Threads of llmagentos.speech call it; the daemon is asked in the loop's own."""

    def __init__(self, shared: Any, caller: Caller, name: str, rate_hz: int) -> None:
        self._shared, self._caller, self._agent = shared, caller, name
        self._loop = asyncio.get_running_loop()
        self.told: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.sound, self._button = _Sound(rate_hz, self._over), _Button()
        self._interpreter = Interpreter(self._words, self._plans)
        self._scene: Mapping[str, Any] = {}
        self._hearing: Hearing | None = None
        self._lines: SpokenLines | None = None

    def begin(self) -> None:
        """Load, and hear in threads; blocks. Raises MissingDependencyError, ModelError, SpeechError."""
        self._hearing = Hearing(self._words, self._shared.ears.recogniser())
        self._lines = SpokenLines(
            self.sound, self._hearing, self, self._stop,
            lambda words: self._tell("told", words=words), attention=self._button,
            is_busy=self._is_busy, on_nothing=lambda: self._tell("nothing"),
        )  # fmt: skip
        threading.Thread(target=self._work, name="speech: lines", daemon=True).start()
        self._tell("listening")

    def end(self) -> None:
        """Hear no more; blocks."""
        if self._lines is not None:
            self._lines.close()

    # --- for SpokenLines, from its threads -----------------------------------------------------

    def look(self) -> None:
        """What may be named: the agent's newest scene."""
        with contextlib.suppress(LLMAgentOSError, Late):
            self._scene = self._ask("peek", what="scene")

    def understood(self, heard: Heard) -> Understood:
        """See Interpreter; told to whoever speaks."""
        self.look()
        found = self._interpreter.understood(heard)
        self._tell(
            "heard", text=found.text, question=found.asks, note=found.note,
            readings=[c.to_json() for c in found.candidates]
            or [{"text": r.text, "confidence": round(r.confidence, 3)} for r in heard.readings],
        )  # fmt: skip
        return found

    def _words(self) -> Expected:
        rows = self._scene.get("objects", ())
        labels = [f"{o.get('color') or ''} {o.get('kind') or ''}" for o in rows]
        return expected(taught=[" ".join(label.replace("_", " ").split()) for label in labels])

    def _plans(self, text: str) -> tuple[Mapping[str, Any] | None, float]:
        asked = asyncio.run_coroutine_threadsafe(
            plan_only(self._shared, self._caller.token, self._agent, text, _PLAN_S), self._loop
        )
        try:
            told = asked.result(_PLAN_S + 2.0)
        except (LLMAgentOSError, Late):
            return None, 0.0
        return told["plan"], float(told.get("confidence", 1.0))

    def _is_busy(self) -> bool:
        """Whether a command is under way; where nobody says, there may be one."""
        try:
            return any(c["state"] == "begun" for c in self._ask("calls", last=5))
        except (LLMAgentOSError, Late):
            return True

    def _stop(self, text: str) -> None:
        """At once, and past a daemon that is silent."""
        asyncio.run_coroutine_threadsafe(self._stopped(text), self._loop)

    async def _stopped(self, text: str) -> None:
        shared, token = self._shared, self._caller.token

        def known() -> str:
            return str(shared.callers.known(token).name)

        try:
            found, sessions = await stop_arms(shared.stops, token, "", known)
            row = {"kind": "stopped", "text": text, "agents": found, "sessions": sessions}
        except LLMAgentOSError as exc:
            row = {"kind": "not stopped", "text": text, "why": str(exc)}
        self.told.put_nowait(row)

    def _ask(self, verb: str, **args: Any) -> Any:
        asked = self._shared.link.ask(verb, token=self._caller.token, name=self._agent, **args)
        return asyncio.run_coroutine_threadsafe(asked, self._loop).result(12.0)

    def _work(self) -> None:
        lines = self._lines
        assert lines is not None
        while lines.next_line() is not None:
            pass

    def _over(self) -> None:
        self._button.let_go()
        if self._hearing is not None and not self._hearing.utterances.speaking:
            self._tell("nothing")

    def _tell(self, kind: str, **more: Any) -> None:
        self._loop.call_soon_threadsafe(self.told.put_nowait, {"kind": kind, **more})


@router.get("/speech")
async def speech(caller: Looks) -> Speech:
    """Whether this gateway hears. Where it does, `socket` is a WebSocket for who may give commands:
    binary frames (at most 4 kB) of samples (16 bit, little endian, one channel, `?rate=` a second) go
    in, and the text frame `over` where a sentence is over. Rows of JSON come out: `listening`, once it
    hears; `heard` with `text` (to be given as a command) or `question`, and what else may have been
    said (`readings`); `nothing`; `told`, words for the person; `stopped`, where the stop word was heard:
    arms have been stopped, as by `POST /v1/stop`; `not stopped`, where they could not be."""
    why = why_not()
    return Speech(
        hears=not why, why=why, socket="/v1/agents/NAME/speech", rates_hz=[LOWEST_HZ, HIGHEST_HZ]
    )


def why_not() -> str:
    """Why nothing can be heard here, in words; "" where it can."""
    if have(*NEEDS, "livekit.wakeword"):
        return ""
    return f"expected the extra speech, got none: {INSTALL}"


@router.websocket("/agents/{name}/speech")
async def listen(
    socket: WebSocket, name: Name,
    rate: Annotated[int, Query(ge=LOWEST_HZ, le=HIGHEST_HZ)] = RATE_HZ,
) -> None:  # fmt: skip
    """See `GET /v1/speech`."""
    shared = gateway(socket)
    try:
        caller = await _admitted(socket, shared, name)
    except (LLMAgentOSError, Problem) as exc:
        problem = exc if isinstance(exc, Problem) else problem_of(exc)
        await socket.send_denial_response(answer(problem))
        return
    offered = socket.scope.get("subprotocols", ())
    shared.ears.there += 1
    person = _Person(shared, caller, name, rate)
    tasks: list[asyncio.Task[Any]] = []
    try:
        await socket.accept(_SUBPROTOCOL if _SUBPROTOCOL in offered else None)
        tasks = [
            asyncio.ensure_future(work)
            for work in (_begin(person), _tells(socket, person), _hears(socket, person, rate))
        ]
        await asyncio.wait(tasks[1:], return_when=asyncio.FIRST_COMPLETED)
    finally:
        shared.ears.there -= 1
        shared.leave(caller.name)
        for task in tasks[1:]:
            task.cancel()
            with contextlib.suppress(
                asyncio.CancelledError, WebSocketDisconnect, RuntimeError, OSError
            ):
                await task
        await asyncio.shield(_end(person, tasks[:1]))


async def _admitted(socket: WebSocket, shared: Any, name: str) -> Caller:
    """Who speaks: somebody who may give commands. Raises LLMAgentOSError, Problem."""
    caller: Caller = await shared.callers.of(socket)
    shared.callers.acts.take(caller.name)
    if caller.role == "viewer":
        raise Problem(403, "AccessError", "expected an operator or admin to speak, got a viewer")
    if why := why_not():
        raise Problem(409, "MissingDependencyError", why)
    await shared.link.ask("show", token=caller.token, name=name)
    if shared.ears.there >= MOST or not shared.join(caller.name):
        raise Problem(429, "RateError", f"expected at most {MOST} who speak at a time, got more")
    return caller


async def _begin(person: _Person) -> None:
    try:
        await asyncio.to_thread(person.begin)
    except LLMAgentOSError as exc:
        person.told.put_nowait({"kind": "told", "words": str(exc)})


async def _end(person: _Person, begun: list[asyncio.Task[Any]]) -> None:
    for task in begun:
        with contextlib.suppress(Exception):
            await task
    await asyncio.to_thread(person.end)


async def _tells(socket: WebSocket, person: _Person) -> None:
    while True:
        await socket.send_text(json.dumps(await person.told.get()))


async def _hears(socket: WebSocket, person: _Person, rate_hz: int) -> None:
    """Until it hangs up, says nothing for long, or sends what is no sound."""
    begun_s, came_s = time.monotonic(), 0.0
    while True:
        try:
            message = await asyncio.wait_for(socket.receive(), _IDLE_S)
        except asyncio.TimeoutError:
            return await socket.close(IDLE, "no sound came")
        if message["type"] != "websocket.receive":
            return None
        data, text = message.get("bytes"), message.get("text")
        if text == "over":
            person.sound.over()
        elif text is not None or not data or len(data) % 2:
            return await socket.close(ODD, "expected samples of 16 bit, or `over`")
        else:
            came_s += len(data) / 2 / rate_hz
            if came_s > _AT_ONCE_S + _FASTER * (time.monotonic() - begun_s):
                return await socket.close(ODD, "expected sound as fast as it is said")
            person.sound.take(data)
