"""The four ports of an agent: subclass one to bring your own.

Knows: the calls between the agent's loop and its modules. Does not know: any implementation.
Ports raise in `setup` and return results in the loop.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from threading import Event
from typing import Any

from llmagentos.types import CameraFrame, RobotState, Scene, Status


@dataclass(frozen=True)
class PlanRequest:
    """What a planner is asked: the command as typed, what is seen, and the dialogue so far.

    history: earlier commands, oldest first. pending: the robot's question that waits for an
    answer, or "". cancelled: set by whoever asks when the plan is not wanted any more.
    """

    command: str
    scene: Scene
    history: tuple[str, ...] = ()
    pending: str = ""
    cancelled: Event = field(default_factory=Event, compare=False, repr=False)


@dataclass(frozen=True)
class PlanResult:
    """A plan (llmagentos.lang.plan.Plan) and how it was made.

    text: what the model wrote, verbatim. engine: backend, model, quantization. tokens counts the
    written ones, prompt_tokens what was read; seconds are wall time.
    """

    plan: Any
    text: str = ""
    plan_s: float = 0.0
    prompt_tokens: int = 0
    tokens: int = 0
    engine: Mapping[str, str] = field(default_factory=dict)
    confidence: float = 1.0


@dataclass(frozen=True)
class Outcome:
    """How a plan ended: a status, words for the person, and a record of every step."""

    status: Status
    reply: str
    steps: tuple[Mapping[str, Any], ...] = ()
    question: str = ""


class PerceptionModule(ABC):
    """Camera pictures in, a scene out."""

    @abstractmethod
    def perceive(self, frames: tuple[CameraFrame, ...], robot: RobotState | None = None) -> Scene:
        """The scene as seen now, with ids stable over calls. Raises PerceptionError."""

    def reset(self) -> None:  # noqa: B027 - optional hook
        """Forget every track."""


class PlanningModule(ABC):
    """A command in, a plan out."""

    @abstractmethod
    def plan(self, request: PlanRequest) -> PlanResult:
        """Raises PlanError or ModelError; never returns a plan that does not parse.

        A planner that thinks long looks at `request.cancelled` between two tokens, and raises
        PlanCancelledError when it is set.
        """

    def cancel(self) -> None:  # noqa: B027 - optional hook
        """Ends the `plan` that is under way, which then raises PlanCancelledError.

        From any thread or signal handler, at any time; without a plan under way nothing happens,
        and the next one is not touched. For planners that are done at once there is nothing to do.
        """


class ExecutionModule(ABC):
    """A plan in, motion and an outcome out."""

    @abstractmethod
    def start(self, plan: Any, command: str = "") -> None:
        """Begin a plan; nothing moves before the first tick."""

    @abstractmethod
    def tick(self) -> Outcome | None:
        """A short slice of work; the outcome when the plan has ended, None before."""

    @abstractmethod
    def stop(self) -> Outcome:
        """Ramp down, keep holding, and say where the arm is."""


class LearningModule(ABC):
    """Sees every finished command; may learn from it."""

    @abstractmethod
    def observe(self, episode: Mapping[str, Any]) -> None: ...

    def episodes(self) -> Iterator[Mapping[str, Any]]:
        return iter(())
