"""The agent: perceive, plan, execute, learn, in a loop that fits on one screen.

Knows: the order in which the four modules work, and how a command begins. Does not know: its slices
(one_command.py), how any module does its work, nor whether the robot is simulated.
"""

from __future__ import annotations

from threading import Event as Flag
from typing import Any, overload

from llmagentos.audit.trail import Untraced, without_record
from llmagentos.builder import Built
from llmagentos.command import CommandResult, check_command
from llmagentos.conversation import Conversation
from llmagentos.dialogue import unplanned
from llmagentos.errors import (
    AuditError,
    CommandError,
    ModelError,
    PerceptionError,
    PlanError,
)
from llmagentos.events import (
    CommandRead,
    Degraded,
    EventBus,
    EventSink,
    PlanWritten,
    SceneSeen,
)
from llmagentos.exchange import Exchange, attached, closed
from llmagentos.execution.guarding import words_of
from llmagentos.lang.wording import outline
from llmagentos.learning import feedback
from llmagentos.learning.words import Lexicon
from llmagentos.lifecycle import AgentState
from llmagentos.memory.long_term import LongTermMemory
from llmagentos.one_command import needed
from llmagentos.ports.modules import (
    ExecutionModule,
    LanguageModel,
    LearningModule,
    Outcome,
    PerceptionModule,
    PlanningModule,
    PlanRequest,
    PlanResult,
)
from llmagentos.ports.robot import Robot
from llmagentos.ports.understanding import Trust
from llmagentos.recorder import FlightRecorder
from llmagentos.safety.stopping import Rest
from llmagentos.safety.watchdogs import Silence
from llmagentos.types import Action, Observation, Scene

__all__ = ["Agent", "AgentState"]

_STOPPED_EARLY = Outcome("failed", "I stopped before anything moved.")


class Agent(Built, Exchange):
    """Something that perceives, plans, executes and learns, with what it was given of these.

    `Agent(perception, planning, execution, learning)` takes any four modules
    (llmagentos.ports.modules): `reset`, `act` and `step` run them. `Agent.in_simulation(scene)`
    and `Agent.on_robot(driver, cameras)` build a robot's modules, which work in slices and take
    `command`s. `Agent(llm)` has only a language model. A subclass with a `run()` of its own is a
    program that `start()` begins.

    words: what people taught it to understand ("a zorp is a red block"); None: it takes no words.
    audit: where it is recorded what was asked, allowed and done; None: nowhere. past: what it
    remembers over restarts; None: nothing.
    """

    def __init__(
        self,
        perception: PerceptionModule | LanguageModel | None = None,
        planning: PlanningModule | None = None,
        execution: ExecutionModule | None = None,
        learning: LearningModule | None = None,
        *,
        llm: LanguageModel | None = None,
        robot: Robot | None = None,
        events: EventBus | None = None,
        on_event: EventSink | None = None,
        words: Lexicon | None = None,
        audit: Untraced | None = None,
        flight: FlightRecorder | None = None,
        past: LongTermMemory | None = None,
    ) -> None:
        super().__init__()
        first: Any = perception
        if hasattr(first, "generate_text"):
            first, llm = None, first
        self.perception: PerceptionModule | None = first
        self.planning, self.execution, self.learning = planning, execution, learning
        self.llm, self.robot = llm, robot
        self.events = events or EventBus()
        self.audit = audit or Untraced()
        #: What records it, where anything does.
        self.flight = flight
        self._talk = Conversation(words, past, getattr(execution, "memory", None))
        self._rest = Rest(getattr(robot, "supervisor", None), self.stop)
        self.events.subscribe(self._heard)
        if on_event is not None:
            self.events.subscribe(on_event)
        for module in self._modules():
            attached(module, self.events)

    @property
    def words(self) -> Lexicon | None:
        """What people taught it to understand."""
        return self._talk.words

    @words.setter
    def words(self, words: Lexicon | None) -> None:
        self._talk.words = words

    # --- the four verbs: what is observed becomes an action, whose effect is observed ----------

    def reset(self, scene: Any = None, seed: int | None = None) -> Any:
        """A new session: every module forgets; a simulated robot starts over, in a new scene where
        one is given. Returns what is seen at its beginning (a robot's `Scene`)."""
        self._require_alive()
        self._running = None
        self._talk.forget()
        if self.robot is not None:
            self.robot.reset(scene, seed)
        for module in (self.perception, self.planning, self.learning):
            if module is not None:
                module.reset()
        first = None if self.execution is None else self.execution.reset()
        return first if self.robot is None else self.look()

    @overload
    def act(self, observation: Action) -> CommandResult: ...
    @overload
    def act(self, observation: Observation) -> PlanResult: ...
    @overload
    def act(self, observation: Any) -> Any: ...
    def act(self, observation: Any) -> Any:
        """What to do about an observation: perceive it, then plan. Nothing moves yet.

        An `Action` is no observation but decided already: it is performed (see `perform`).
        """
        if isinstance(observation, Action):
            return self.perform(observation)
        self._require_idle()
        return self._decide(observation, Flag())

    @overload
    def step(self, action: None = None) -> CommandResult | None: ...
    @overload
    def step(self, action: Any) -> tuple[Any, float]: ...
    def step(self, action: Any = None) -> Any:
        """With an action: execute it, learn from it; returns (observation, reward). AuditError where
        it may not be without a record that can't be kept.

        Without: one slice of the running command; its result when it has ended, None before.
        """
        if action is None:
            return self._slice()
        self._require_idle()
        self.audit.begin("a step")
        self.audit.acting(action)
        self.audit.settle()
        if self.audit.refuses:
            raise AuditError(self.audit.refuses)
        if self.robot is not None:
            self.robot.mark()
        try:
            observation, value = needed(self.execution, "execution").execute(action)
        finally:
            self._drop()
        if self.learning is not None:
            self.learning.learn(observation, value)
        return observation, value

    def generate_text(self, query: str, **options: Any) -> str:
        """What the language model writes for a query; see `LLM.generate_text`."""
        return needed(self.llm, "a language model").generate_text(query, **options)

    # --- commands: the same four, from a sentence, a slice at a time ---------------------------

    def command(self, text: str) -> CommandResult:
        """Carry out one command and return what came of it; blocks until it has ended."""
        result = self.begin(text)
        while result is None:
            result = self._slice()
        return result

    def begin(self, text: str) -> CommandResult | None:
        """Perceive and plan; then `step()` until it returns the result.

        Returns the result at once when there is nothing to execute. Raises LifecycleError when
        the agent is paused, destroyed or busy.
        """
        try:
            running = self._occupy(text, "take a command")
        except PerceptionError as exc:
            return self._blind(text, exc)
        try:
            self.audit.begin(text)
            command = check_command(text)
            self.events.emit(CommandRead(command))
            if refusal := self._rest.refusal():
                return self._finish(Outcome("refused", refusal), is_command=False)
            told = self._about_feedback(command) or self._talk.about_itself(
                command, self.planning, self.look, getattr(self.perception, "namer", None)
            )
            if told is not None:
                return self._finish(told, is_command=False)
            observation = needed(self.robot, "a robot").observe(command)
            planned = running.planned = self._decide(observation, running.stop_asked)
            self.events.emit(PlanWritten(planned.plan, planned.plan_s, outline(planned.plan)))
            self.audit.understood(planned)
            if running.stop_asked.is_set():
                return self._finish(self._rest.told(_STOPPED_EARLY))
            needed(self.execution, "execution").start(planned, words_of(command, running.meant))
        except AuditError as exc:
            return self._finish(without_record(str(exc)))
        except PerceptionError as exc:
            return self._finish(Outcome("failed", self._cant_see(exc)))
        except (CommandError, PlanError, ModelError) as exc:
            if running.stop_asked.is_set():
                return self._finish(self._rest.told(_STOPPED_EARLY))
            return self._finish(unplanned.outcome(exc, text, self._talk.pending))
        except BaseException:
            self._drop()
            raise
        return None

    def feedback(self, value: float, words: str = "") -> bool:
        """Tell the learning module that the last command was right (1) or wrong (-1); words: how
        it was said. False where there was none, or nobody keeps it. Raises ValueError for another
        value."""
        if not -1.0 <= value <= 1.0 or value == 0.0:
            raise ValueError(f"expected a value from -1 (wrong) to 1 (right), got {value!r}")
        return self.learning is not None and self.learning.feedback(value, words)

    def perform(self, action: Action) -> CommandResult:
        """Carry out one grounded action, past the language model but not past the safety gate.

        Raises LifecycleError when the agent is paused, destroyed or busy.
        """
        text = f"act: {action.name}"
        try:
            self._occupy(text, "act")
        except PerceptionError as exc:
            return self._blind(text, exc)
        try:
            self.audit.begin(text)
            self.audit.acting(action)
            needed(self.execution, "execution").start(action)
        except AuditError as exc:
            return self._finish(without_record(str(exc)))
        except BaseException:
            self._drop()
            raise
        while (result := self._slice()) is None:
            pass
        return result

    def plan(self, text: str) -> PlanResult:
        """Only the plan for a command, on the scene as seen now; nothing moves."""
        self._require_idle()
        observation = needed(self.robot, "a robot").observe(check_command(text))
        planned: PlanResult = self._decide(observation, Flag())
        return planned

    def look(self) -> Scene:
        """Observe and perceive now: the scene as it is believed to be."""
        observation = needed(self.robot, "a robot").observe()
        return self._believe(needed(self.perception, "perception").perceive(observation))

    # --- life cycle ---------------------------------------------------------------------------

    def _prepare(self) -> None:
        if self.robot is not None:
            self.look()  # the first look warms renderer and perception up

    def stop(self) -> None:
        """End the running command: a plan under way is cancelled, the arm ramps down and keeps
        holding; `run()`, where there is one, is asked to end. From any thread or signal handler.
        An idle agent has nothing to end, and its next command is not touched, but for a yes to
        what was asked before."""
        super().stop()
        if self.execution is not None:
            self.execution.withdraw()
        running = self._running
        if running is not None:
            running.stop_asked.set()
        if self.planning is not None:
            self.planning.cancel()

    def _release(self) -> None:
        self._drop()
        self.audit.close()
        if self.flight is not None:
            self.flight.close()
        if self._talk.past is not None:
            self._talk.past.close()
        if self.robot is not None:
            self.robot.close()
        for module in self._modules():
            closed(module)

    def _cant_see(self, error: PerceptionError) -> str:
        """Told as an event; in words for the person."""
        silence = Silence.of("pictures", str(error))
        row = silence.watchdog
        self.events.emit(Degraded(row.source, row.effect.value, silence.words))
        return silence.words

    def _blind(self, text: str, error: PerceptionError) -> CommandResult:
        """An agent that was never started, and can't, since its first look shows nothing: the next
        command tries again."""
        return CommandResult(text, "failed", self._cant_see(error))

    # --- inside -------------------------------------------------------------------------------

    def _decide(self, observation: Any, cancelled: Flag) -> Any:
        features = needed(self.perception, "perception").perceive(observation)
        if isinstance(features, Scene):
            scene = self._believe(features)
            self.events.emit(SceneSeen(len(scene.objects)))
            if self.execution is not None:
                waited_for = self.execution.awaited(observation.command)
                if waited_for is not None:  # "go": no planner needs to think about it
                    return PlanResult(waited_for)
            trust = getattr(self.execution, "trust", Trust(0.0, 0.0))
            planner = needed(self.planning, "planning")
            request = PlanRequest(
                observation.command, scene, cancelled=cancelled, act_from=trust.act_from
            )
            return self._talk.plan(planner, request, trust, self._running)
        return needed(self.planning, "planning").plan(features)

    def _about_feedback(self, command: str) -> Outcome | None:
        """What is said to "thumbs up" and "that was wrong", where somebody keeps it."""
        value = feedback.find(command)
        if not value or self._talk.pending or not self.feedback(value, command):
            return None
        return Outcome("answered", feedback.HEARD_GOOD if value > 0 else feedback.HEARD_BAD)

    def _believe(self, seen: Scene) -> Scene:
        return seen if self.execution is None else self.execution.see(seen)
