"""The agent: perceive, plan, execute, learn, in a loop that fits on one screen.

Knows: the order in which the four modules work, and the agent's life cycle.
Does not know: how any module does its work, nor whether the robot is simulated.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from enum import Enum
from threading import Event as Flag
from typing import Any

from llmagentos.command import CommandResult, Timings, check_command
from llmagentos.composition import Parts, simulated_parts
from llmagentos.errors import CommandError, LifecycleError, ModelError, PlanError
from llmagentos.events import (
    ActionStarted,
    CommandEnded,
    CommandRead,
    Event,
    EventSink,
    PlanWritten,
    SceneSeen,
)
from llmagentos.ports.modules import Outcome, PlanRequest, PlanResult
from llmagentos.types import Action, Scene, Status


class AgentState(Enum):
    """CREATED → start → RUNNING ⇄ pause/resume ⇄ PAUSED; destroy ends it from anywhere."""

    CREATED = "created"
    RUNNING = "running"
    PAUSED = "paused"
    DESTROYED = "destroyed"


class Agent:
    """One robot that does what it is told.

    `Agent.in_simulation(scene)` builds one with a simulated robot; `Agent(parts)` takes any
    modules that implement the four ports (llmagentos.ports.modules) and any driver.
    """

    def __init__(self, parts: Parts, on_event: EventSink | None = None):
        self.parts = parts
        self.state = AgentState.CREATED
        self._on_event = on_event
        self._history: list[str] = []
        self._pending = ""
        self._run: _Running | None = None
        self._pause_asked = Flag()
        parts.events.subscribe(self._heard)

    @classmethod
    def in_simulation(
        cls, scene: Any = None, *, on_event: EventSink | None = None, **options: Any
    ) -> Agent:
        """An agent with a simulated robot.

        scene: a SceneSpec, a mapping, a YAML file's path, "random", or None for the demo scene.
        options: seed, llm, view, noise, perception, planning, execution, learning (own modules);
        see llmagentos.composition.simulated_parts. Raises SceneError, ModelError,
        MissingDependencyError.
        """
        return cls(simulated_parts(scene, **options), on_event)

    # --- the loop -----------------------------------------------------------------------

    def command(self, text: str) -> CommandResult:
        """Carry out one command and return what came of it; blocks until it has ended."""
        result = self.begin(text)
        while result is None:
            result = self.step()
        return result

    def begin(self, text: str) -> CommandResult | None:
        """Perceive and plan; then `step()` until it returns the result.

        Returns the result at once when there is nothing to execute. Raises LifecycleError when
        the agent is paused, destroyed or busy.
        """
        run = self._occupy(text, "take a command")
        try:
            command = check_command(text)
            self.parts.events.emit(CommandRead(command))
            scene = self.parts.look()
            self.parts.events.emit(SceneSeen(len(scene.objects)))
            run.planned = self._plan(command, scene, run.stop_asked)
            self.parts.events.emit(PlanWritten(run.planned.plan, run.planned.plan_s))
            if run.stop_asked.is_set():
                return self._finish(_STOPPED_EARLY)
            self.parts.execution.start(run.planned.plan, command)
        except CommandError as exc:
            return self._finish(Outcome("failed", f"I can't read that: {exc}"))
        except (PlanError, ModelError) as exc:
            if run.stop_asked.is_set():
                return self._finish(_STOPPED_EARLY)
            return self._finish(Outcome("failed", f"I could not make a plan: {exc}"))
        except BaseException:
            self._run = None
            raise
        return None

    def step(self) -> CommandResult | None:
        """One slice of the running command; its result when it has ended, None before."""
        if self._run is None:
            raise LifecycleError("expected a running command, got none: call begin() first")
        try:
            if self._run.stop_asked.is_set():
                return self._finish(self.parts.execution.stop())
            if self._pause_asked.is_set() and self._run.between_actions:
                time.sleep(0.01)  # nothing moves: the driver's clock stands until resume()
                return None
            self._run.between_actions = False
            outcome = self.parts.execution.tick()
        except BaseException:
            self._run = None
            raise
        return None if outcome is None else self._finish(outcome)

    def act(self, action: Action) -> CommandResult:
        """Carry out one grounded action, past the language model but not past the safety gate.

        Raises LifecycleError when the agent is paused, destroyed or busy.
        """
        run = self._occupy(f"act: {action.name}", "act")
        try:
            report = self.parts.act(action, run.stop_asked)
        except BaseException:
            self._run = None
            raise
        status: Status = "succeeded" if report.failure is None else "failed"
        return self._finish(Outcome(status, report.words or action.name))

    # --- life cycle ---------------------------------------------------------------------

    def start(self) -> None:
        """Be ready for commands; the first look warms renderer and perception up."""
        self._require(AgentState.CREATED, "start")
        self.parts.look()
        self.state = AgentState.RUNNING

    def pause(self) -> None:
        """Finish the action under way, then hold until `resume()`."""
        self._require(AgentState.RUNNING, "pause")
        self.state = AgentState.PAUSED
        self._pause_asked.set()

    def resume(self) -> None:
        self._require(AgentState.PAUSED, "resume")
        self.state = AgentState.RUNNING
        self._pause_asked.clear()

    def stop(self) -> None:
        """End the running command: a plan under way is cancelled, the arm ramps down and keeps
        holding. From any thread or signal handler; an idle agent has nothing to end."""
        run = self._run
        if run is not None:
            run.stop_asked.set()
            self.parts.planning.cancel()

    def reset(self, scene: Any = None, seed: int | None = None) -> Scene:
        """A new session, in a new scene where one is given. Returns what is seen."""
        if self.state is AgentState.DESTROYED:
            raise LifecycleError("expected a living agent, got a destroyed one")
        self._run, self._pending = None, ""
        self._history.clear()
        return self.parts.reset(scene, seed)

    def destroy(self) -> None:
        """Stop, and give everything back. May be called twice."""
        if self.state is not AgentState.DESTROYED:
            self.state = AgentState.DESTROYED
            self._run = None
            self.parts.close()

    def __enter__(self) -> Agent:
        return self

    def __exit__(self, *exc: object) -> None:
        self.destroy()

    # --- inside -------------------------------------------------------------------------

    def plan(self, text: str) -> PlanResult:
        """Only the plan for a command, on the scene as seen now; nothing moves."""
        return self._plan(check_command(text), self.parts.look(), Flag())

    def _plan(self, command: str, scene: Scene, cancelled: Flag) -> PlanResult:
        request = PlanRequest(
            command, scene, tuple(self._history[-3:]), self._pending, cancelled=cancelled
        )
        return self.parts.planning.plan(request)

    def _occupy(self, text: str, what: str) -> _Running:
        """Begin a command, if the agent is running and idle; started if it was only created."""
        if self.state is AgentState.CREATED:
            self.start()
        self._require(AgentState.RUNNING, what)
        if self._run is not None:
            raise LifecycleError(
                f"expected an idle agent, got a command while one is running: {self._run.text}"
            )
        self._run = _Running(text, self.parts)
        return self._run

    def _finish(self, outcome: Outcome) -> CommandResult:
        run, self._run = self._run, None
        assert run is not None
        self._pending = outcome.question
        self._history.append(run.text)
        result = run.result(outcome)
        self.parts.learning.observe(result.to_json())
        self.parts.events.emit(CommandEnded(result.status, result.reply))
        return result

    def _heard(self, event: Event) -> None:
        if self._run is not None and isinstance(event, PlanWritten | ActionStarted):
            self._run.between_actions = True  # an action moves only from its first tick on
        if self._on_event is not None:
            self._on_event(event)

    def _require(self, wanted: AgentState, what: str) -> None:
        if self.state is not wanted:
            raise LifecycleError(
                f"expected a {wanted.value} agent to {what}, got a {self.state.value} one"
            )


_STOPPED_EARLY = Outcome("failed", "I stopped before anything moved.")


class _Running:
    """Clocks and truth around one command."""

    def __init__(self, text: str, parts: Parts, clock: Callable[[], float] = time.perf_counter):
        self.text, self._parts, self._clock = text, parts, clock
        self._wall0, self._sim0 = clock(), parts.driver.now_s
        self._initial = tuple(parts.truth())
        self.planned: PlanResult | None = None
        self.between_actions = True
        self.stop_asked = Flag()
        parts.driver.mark()

    def result(self, outcome: Outcome) -> CommandResult:
        planned, driver = self.planned, self._parts.driver
        moved = driver.first_motion_at
        return CommandResult(
            command=self.text,
            status=outcome.status,
            reply=outcome.reply,
            plan=planned.plan.to_json() if planned else None,
            plan_text=planned.text if planned else "",
            steps=outcome.steps,
            initial_objects=self._initial,
            objects=tuple(self._parts.truth()),
            held=self._parts.held(),
            timings=Timings(
                plan_s=planned.plan_s if planned else 0.0,
                first_motion_s=None if moved is None else moved - self._wall0,
                sim_s=driver.now_s - self._sim0,
                wall_s=self._clock() - self._wall0,
                prompt_tokens=planned.prompt_tokens if planned else 0,
                tokens=planned.tokens if planned else 0,
            ),
            engine=dict(planned.engine) if planned else dict(self._parts.engine),
        )
