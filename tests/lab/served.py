"""Modules for tests of services: some as they should be, some that fail in every way."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any

from lab.scenes import blocks_and_bowls
from llmagentos.errors import PerceptionError, PlanCancelledError, PlanError
from llmagentos.lang import codec
from llmagentos.ports.modules import (
    LearningModule,
    PerceptionModule,
    PlanningModule,
    PlanRequest,
    PlanResult,
)
from llmagentos.types import Observation, Scene

PLAN = "pick [ the red block ]"


class Eyes(PerceptionModule):
    """Sees a table by heart; says who it is by the scene's stamp. Commands of an observation make it fail."""

    def __init__(self) -> None:
        self.recalled: Scene | None = None
        self.resets = 0

    def perceive(self, observation: Any) -> Any:
        """By `observation.command`."""
        match observation.command:
            case "blind":
                raise PerceptionError("expected a picture, got black")
            case "sleep":
                time.sleep(60)
            case "die":
                os.kill(os.getpid(), signal.SIGKILL)
            case "nonsense":
                return "a red block"
            case "clumsy":
                raise ZeroDivisionError("1/0")
        if self.recalled is not None:
            return self.recalled
        return Scene(blocks_and_bowls().objects, float(os.getpid()))

    def recall(self, scene: Scene) -> None:
        """Kept."""
        self.recalled = scene

    def reset(self) -> None:
        """Counted."""
        self.recalled, self.resets = None, self.resets + 1


class Mind(PlanningModule):
    """Plans by heart. Commands make it fail; `slow` works for `seconds` and can be cancelled."""

    remembers = False

    def __init__(self, seconds: float = 60.0, model: str = "", engine: str = "") -> None:
        self.seconds, self.cancels, self.made = seconds, 0, 0
        self.engine = {"model": "by heart", "pid": str(os.getpid())}

    def plan(self, request: PlanRequest) -> Any:
        """By `request.command`."""
        self.made += 1
        match request.command:
            case "no plan":
                raise PlanError("expected a plan, got none")
            case "slow":
                if request.cancelled.wait(self.seconds):
                    raise PlanCancelledError("expected a whole plan, got its end")
            case "sleep":
                time.sleep(60)
            case "die":
                os.kill(os.getpid(), signal.SIGKILL)
            case "freeze":
                os.kill(os.getpid(), signal.SIGSTOP)
            case "nonsense":
                return {"steps": ["fly"]}
            case "no parse":
                return PlanResult("fly to the moon")
            case "clumsy":
                raise ZeroDivisionError("1/0")
        return PlanResult(codec.parse(PLAN), PLAN, 0.1, engine=self.engine)

    def cancel(self) -> None:
        """Counted."""
        self.cancels += 1


class Diary(LearningModule):
    """Keeps everything; episodes with "fail" make it fail."""

    def __init__(self) -> None:
        self.kept: list[Mapping[str, Any]] = []

    def observe(self, episode: Mapping[str, Any]) -> None:
        """Kept, or not."""
        match episode.get("fail"):
            case "die":
                os.kill(os.getpid(), signal.SIGKILL)
            case "sleep":
                time.sleep(60)
            case "clumsy":
                raise ZeroDivisionError("1/0")
        self.kept.append(dict(episode))

    def feedback(self, value: float, words: str = "") -> bool:
        """Of use where there is an episode."""
        if self.kept:
            self.kept[-1] = {**self.kept[-1], "feedback": value}
        return bool(self.kept)

    def episodes(self) -> Iterator[Mapping[str, Any]]:
        """Oldest first."""
        return iter(self.kept)

    def reset(self) -> None:
        """Nothing."""


def asked(command: str, scene: Scene | None = None) -> PlanRequest:
    """A request for a plan."""
    return PlanRequest(command, scene or blocks_and_bowls(), cancelled=threading.Event())


def seen(command: str = "") -> Observation:
    """An observation that only says a word."""
    return Observation(command=command)
