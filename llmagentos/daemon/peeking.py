"""What a robot's agent shows to who looks: its scene, a picture, its question; no call, nothing kept.

Knows: an agent in its thread, its cameras, how often a picture may be taken while it works. Does not
know: who looks. Pictures of a simulation are rendered by the thread that moves it: while a command
runs that takes a small share of its time, whoever asks meanwhile gets the newest that there is, also of
those that the robot's own perception and its recorder took.
"""

from __future__ import annotations

import base64
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import cv2
import numpy as np

from llmagentos.agent_tasks import AgentThread
from llmagentos.daemon.framing import in_picture
from llmagentos.daemon.hosts import not_shown
from llmagentos.daemon.live import Live
from llmagentos.errors import CallError
from llmagentos.recorder.cameras import SharedCamera
from llmagentos.recorder.pace import Pace
from llmagentos.types import CameraFrame

#: Pictures a second at most, and the share of a command's time that they may take.
PICTURES_HZ, SHARE = 5.0, 0.02
_QUALITY = 80


class Peeking:
    """agent: whom one looks at. simulated: pictures are rendered in its thread."""

    def __init__(self, agent: AgentThread, simulated: bool) -> None:
        self._agent, self._simulated = agent, simulated
        self._pace = Pace(PICTURES_HZ, SHARE)
        self._live = Live(agent.call, getattr(agent.agent.robot, "simulation", None))
        self._lock, self._busy = threading.Lock(), False
        self._picture: dict[str, Any] | None = None
        self._taken_s = 0.0
        self._asked: tuple[str, str] = ("", "")
        self._answers: list[dict[str, str]] = []
        self._frame: CameraFrame | None = None  # the newest picture's

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Inside, a command is carried out; what it asks is a new question, also in the same words."""
        self._pace.begin()
        self._busy = True
        try:
            yield
        finally:
            self._asked = ("", "")
            self._busy = False
            self._pace.end()

    @property
    def needs_yes(self) -> bool:
        """Whether something waits for a person's yes."""
        return bool(getattr(self._agent.agent.execution, "needs_yes", False))

    def answer(self, args: Mapping[str, Any]) -> str:
        """The person's word for a question: "yes" or "no". Raises CallError where that question does
        not wait any more."""
        waits, given = self.question(), args.get("question")
        if not waits or not waits["needs_yes"] or given != waits["id"]:
            raise CallError(
                f"expected the question that waits for a yes, got {given!r}: it waits no more"
            )
        return "yes" if args.get("yes") is True else "no"

    def question(self) -> dict[str, Any]:
        """What was asked and waits for an answer; nothing where nothing does, and while a command is
        carried out, which may be the answer."""
        words = "" if self._busy else self._agent.agent._talk.pending
        if not words:
            return {}
        if self._asked[0] != words:
            self._answers = self._agent.call(self._known_answers)
            self._asked = (words, secrets.token_hex(6))
        told = {"id": self._asked[1], "words": words, "needs_yes": self.needs_yes}
        return {**told, "answers": self._answers}

    def _known_answers(self) -> list[dict[str, str]]:
        """Those that the question names, where execution is here and says so."""
        answers = getattr(self._agent.agent.execution, "answers", None)
        return [] if answers is None else [vars(each) for each in answers()]

    def show(self, what: str) -> Mapping[str, Any]:
        """scene, seen, picture, frame (a picture for who watches on) or state. Raises CallError."""
        shows: dict[str, Callable[[], Mapping[str, Any]]] = {
            "scene": self._scene,
            "seen": self._seen,
            "picture": self._newest,
            "frame": lambda: self._live.newest() or self._newest(),
            "state": self._state,
        }
        return shows[what]() if what in shows else not_shown(what)

    def close(self) -> None:
        """Nobody looks any more."""
        self._live.close()

    # --- inside -----------------------------------------------------------------------------

    def _robot(self) -> Any:
        robot = self._agent.agent.robot
        if robot is None:
            raise CallError("expected an agent with a robot, got one without")
        return robot

    def _scene(self) -> Mapping[str, Any]:
        robot = self._robot()
        found = self._agent.call(lambda: [dict(o) for o in robot.objects()])
        return {"objects": found, "held": robot.held(), "at_s": time.time()}

    def _seen(self) -> Mapping[str, Any]:
        """What perception saw at its last look, and where that is in the newest picture."""
        if self._frame is None or not self._simulated:  # a simulated camera stands where it stood
            self._newest()
        robot, frame = self._robot(), self._frame
        skills = getattr(robot, "skills", None)
        if skills is None or frame is None:
            raise CallError("expected a robot whose sight is known here, got another")
        return in_picture(self._agent.call(skills.scene), frame)

    def _state(self) -> Mapping[str, Any]:
        agent = self._agent.agent
        supervisor = getattr(agent.robot, "supervisor", None)
        told: dict[str, Any] = {"state": agent.state.value, "question": self.question() or None}
        if supervisor is not None:
            told |= {"safety": supervisor.mode.value, "why": supervisor.why}
        driver = getattr(agent.robot, "driver", None)
        if driver is not None:
            joints = self._agent.call(driver.state)
            told |= {"joints_rad": list(joints.positions), "joints_radps": list(joints.velocities)}
        return told

    def _newest(self) -> Mapping[str, Any]:
        cameras = self._robot().cameras
        if not cameras:
            raise CallError("expected a robot with a camera, got one without")
        with self._lock:
            taken_s, frame = self._others(cameras[0].name)
            if frame is not None and taken_s > self._taken_s:
                self._keep(frame, taken_s)
            if self._due():
                self._take(cameras[0])
            if self._picture is None:
                raise CallError("expected a picture, got none yet")
            return self._picture

    def _due(self) -> bool:
        if self._picture is None:
            return True
        if time.monotonic() - self._taken_s < 1 / PICTURES_HZ:
            return False
        return not self._busy or self._pace.due(time.perf_counter())

    def _others(self, camera: str) -> tuple[float, CameraFrame | None]:
        """What the recorder has of that camera, and when it was taken."""
        flight = self._agent.agent.flight
        return (0.0, None) if flight is None else flight.newest.get(camera, (0.0, None))

    def _take(self, camera: Any) -> None:
        def capture() -> CameraFrame:
            began = time.perf_counter()
            frame: CameraFrame = camera.capture()
            if self._busy:
                self._pace.took(time.perf_counter() - began)
            return frame

        own_thread = not self._simulated and isinstance(camera, SharedCamera)
        frame = capture() if own_thread else self._agent.call(capture)
        self._keep(frame, time.monotonic())

    def _keep(self, frame: CameraFrame, taken_s: float) -> None:
        self._taken_s, self._frame = taken_s, frame
        done, data = cv2.imencode(
            ".jpg",
            np.ascontiguousarray(frame.rgb[:, :, ::-1]),
            [cv2.IMWRITE_JPEG_QUALITY, _QUALITY],
        )
        if not done:
            raise CallError("expected a picture that can be encoded, got another")
        self._picture = {
            "jpeg": base64.b64encode(data.tobytes()).decode(),
            "camera": frame.camera,
            "at_s": time.time() - (time.monotonic() - taken_s),
        }
