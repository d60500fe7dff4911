"""The four ports of an agent: subclass one to bring your own.

Knows: the calls between the agent's loop and its modules. Does not know: any implementation.
The four verbs are perceive, plan, execute and learn; what flows between them is up to the modules,
and said here for a robot's.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from threading import Event
from typing import Any, Protocol

from llmagentos.errors import LifecycleError
from llmagentos.ports.understanding import Understanding
from llmagentos.types import Scene, Status

#: The four modules of an agent.
CONCEPTS = ("perception", "planning", "execution", "learning")
#: Reward of a finished command by status: the sign tells success from failure.
REWARD: Mapping[str, float] = {"succeeded": 1.0, "answered": 1.0, "failed": -1.0}


@dataclass(frozen=True)
class PlanRequest:
    """What a planner is asked: the command as typed, what is seen, and the dialogue so far.

    history: earlier commands, oldest first; outcomes: the status that each of the newest of them
    ended with (none where it isn't known). pending: the robot's question that waits for an
    answer, or "". cancelled: set by whoever asks when the plan is not wanted any more. act_from: a
    plan at least this sure is carried out; below it a planner that can says what else may have
    been meant.
    """

    command: str
    scene: Scene
    history: tuple[str, ...] = ()
    pending: str = ""
    cancelled: Event = field(default_factory=Event, compare=False, repr=False)
    outcomes: tuple[Status, ...] = ()
    act_from: float = 0.0


@dataclass(frozen=True)
class PlanResult:
    """A plan (llmagentos.lang.plan.Plan) and how it was made.

    text: what the model wrote, verbatim. engine: backend, model, quantization. tokens counts the
    written ones, prompt_tokens what was read; seconds are wall time. confidence: the share of
    plans as sure as this one that are right, 1 where the planner can't tell. understanding: what
    it was made of, and what else may have been meant.
    """

    plan: Any
    text: str = ""
    plan_s: float = 0.0
    prompt_tokens: int = 0
    tokens: int = 0
    engine: Mapping[str, str] = field(default_factory=dict)
    confidence: float = 1.0
    understanding: Understanding | None = None


@dataclass(frozen=True)
class Outcome:
    """How a plan ended: a status, words for the person, and a record of every step."""

    status: Status
    reply: str
    steps: tuple[Mapping[str, Any], ...] = ()
    question: str = ""

    @property
    def reward(self) -> float:
        """1 done or answered, -1 failed, 0 for a question or a refusal."""
        return REWARD.get(self.status, 0.0)


class PerceptionModule(ABC):
    """An observation in, features out."""

    #: Whether an answer depends on calls before; False lets answers be kept (`cache` in AgentConfig).
    remembers: bool = True

    @abstractmethod
    def perceive(self, observation: Any) -> Any:
        """What is there. On a robot an `Observation` becomes a `Scene`, with ids that are stable
        over calls; raises PerceptionError."""

    def recall(self, scene: Scene) -> None:  # noqa: B027 - optional hook
        """Go on from what was seen in another session, with the ids that things had there."""

    def reset(self) -> None:  # noqa: B027 - optional hook
        """Forget what came before."""

    def attach(self, tell: Callable[[Any], None]) -> None:  # noqa: B027 - optional hook
        """The agent is there: events (llmagentos.events) may be told to it."""

    def close(self) -> None:  # noqa: B027 - optional hook
        """Give everything back: the agent is destroyed, or has another module now."""


class PlanningModule(ABC):
    """Features in, an action out."""

    #: Whether an answer depends on calls before; False lets answers be kept (`cache` in AgentConfig).
    remembers: bool = True

    @abstractmethod
    def plan(self, features: Any) -> Any:
        """What to do. On a robot a `PlanRequest` becomes a `PlanResult`; raises PlanError or
        ModelError, and never returns a plan that does not parse.

        A planner that thinks long looks at `request.cancelled` between two tokens, and raises
        PlanCancelledError when it is set.
        """

    def cancel(self) -> None:  # noqa: B027 - optional hook
        """Ends the `plan` that is under way, which then raises PlanCancelledError.

        From any thread or signal handler, at any time; without a plan under way nothing happens,
        and the next one is not touched. For planners that are done at once there is nothing to do.
        """

    def reset(self) -> None:  # noqa: B027 - optional hook
        """Forget what came before."""

    def attach(self, tell: Callable[[Any], None]) -> None:  # noqa: B027 - optional hook
        """The agent is there: events (llmagentos.events) may be told to it."""

    def close(self) -> None:  # noqa: B027 - optional hook
        """Give everything back: the agent is destroyed, or has another module now."""


class ExecutionModule(ABC):  # noqa: B024 - either of two sets of methods is written
    """An action in; its effect and a reward out.

    Write `execute` for what is done at once. Write `start`, `tick` and `stop` for what takes time
    and must be stoppable, as a robot's motion; `execute` is then built on them.
    """

    def execute(self, action: Any) -> tuple[Any, float]:
        """Carry the action out to its end: the observation after it, and a reward in [-1, 1]."""
        self.start(action)
        outcome = self.tick()
        while outcome is None:
            outcome = self.tick()
        return self.observe(), outcome.reward

    def observe(self) -> Any:
        """What is to be observed after an action; None where nothing is."""
        return None

    def see(self, scene: Scene) -> Scene:
        """The agent has looked: the scene as it is believed from now on, with what lies hidden."""
        return scene

    def awaited(self, command: str) -> Any:
        """The plan that waits for just this word of the person's; None where none does."""
        return None

    def withdraw(self) -> None:  # noqa: B027 - optional hook
        """Everything was stopped: what waits for a person's yes waits no more. From any thread."""

    def start(self, plan: Any, command: str = "") -> None:
        """Begin a plan, a `PlanResult` or a single `Action`; nothing moves before the first tick."""
        raise NotImplementedError(self._unwritten)

    def tick(self) -> Outcome | None:
        """A short slice of work; the outcome when the plan has ended, None before."""
        raise NotImplementedError(self._unwritten)

    @property
    def parked(self) -> bool:
        """Whether the plan under way waits at a safe point (`make_room`)."""
        return False

    def make_room(self, wanted: bool = True) -> None:  # noqa: B027 - optional hook
        """Wait at the next safe point, or don't: others come first."""

    def set_aside(self) -> Any:
        """Take the parked plan out, so that another may begin. Raises LifecycleError where none is
        parked."""
        raise LifecycleError("expected a parked plan, got none: call make_room() first")

    def take_up(self, aside: Any) -> None:
        """Go on with what `set_aside` gave. Raises LifecycleError where a plan is under way."""
        raise NotImplementedError(f"expected {type(self).__name__} to have take_up; got none")

    def carried_out(self) -> Any:
        """The plan of the command that ended last (llmagentos.lang.plan.Plan), with what refers to
        earlier commands replaced; None where there is none."""
        return None

    def stop(self) -> Outcome:
        """Ramp down, keep holding, and say where the arm is."""
        raise NotImplementedError(self._unwritten)

    def reset(self) -> Any:
        """A new session; what is observed at its beginning, where there is something."""
        return None

    @property
    def _unwritten(self) -> str:
        return (
            f"expected {type(self).__name__} to have execute, or start, tick and stop; got neither"
        )

    def attach(self, tell: Callable[[Any], None]) -> None:  # noqa: B027 - optional hook
        """The agent is there: events (llmagentos.events) may be told to it."""

    def close(self) -> None:  # noqa: B027 - optional hook
        """Give everything back: the agent is destroyed, or has another module now."""


class LearningModule(ABC):  # noqa: B024 - either of two methods is written
    """Sees what came of it; may learn from it."""

    def learn(self, observation: Any, reward: float) -> None:  # noqa: B027 - optional hook
        """After each action."""

    def observe(self, episode: Mapping[str, Any]) -> None:
        """After each command: its result as data, with its "reward". By default one `learn`."""
        self.learn(episode, float(episode.get("reward", 0.0)))

    def feedback(self, value: float, words: str = "") -> bool:
        """A person finds the newest episode right (1) or wrong (-1). Whether that was of use."""
        return False

    def episodes(self) -> Iterator[Mapping[str, Any]]:
        """What it remembers, oldest first."""
        return iter(())

    def reset(self) -> None:  # noqa: B027 - optional hook
        """A new session begins."""

    def attach(self, tell: Callable[[Any], None]) -> None:  # noqa: B027 - optional hook
        """The agent is there: events (llmagentos.events) may be told to it."""

    def close(self) -> None:  # noqa: B027 - optional hook
        """Give everything back: the agent is destroyed, or has another module now."""


class LanguageModel(Protocol):
    """Writes text for a prompt: `llmagentos.LLM`, or anything with this call."""

    def generate_text(self, prompt: str, **options: Any) -> str:
        """Text for a prompt. options: see `llm_edge.LLM.generate_text`. Raises ModelError."""
        ...
