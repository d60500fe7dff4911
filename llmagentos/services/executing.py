"""Execution somewhere else: plans go there, and it calls the robot back, which stays here.

Knows: the execution port at both ends, and the skills that are called back. Does not know: plans,
robots, processes.

Guard, gate and supervisor stay beside the robot: whatever a service asks for goes through them, and a
person's yes cannot be given by it. So what needs a yes is refused while execution is a service. The
robot is used in the agent's thread alone, while that waits for the service.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Any

from llmagentos.errors import LLMAgentOSError, MessagingError, NoServiceError
from llmagentos.events import EventSink
from llmagentos.messaging import Bus, Call
from llmagentos.messaging.serving import Served
from llmagentos.ports.modules import ExecutionModule, Outcome
from llmagentos.ports.skills import SkillExecutor, SkillReport, Ways
from llmagentos.ports.understanding import Trust
from llmagentos.services.client import Client
from llmagentos.services.serving import PING
from llmagentos.services.values import register_all
from llmagentos.skills.catalog import ways_of
from llmagentos.types import Action, Hand, Scene

#: What a service may ask of the robot.
_SKILLS = frozenset({"held", "hand", "scene", "see", "start", "tick", "stop", "reset"})
_ROBOT = "robot"
_CALLS = frozenset({
    "see", "start", "tick", "stop", "awaited", "withdraw", "make_room", "parked", "carried_out",
    "reset", "abandon",
})  # fmt: skip
#: The robot may take so long for one thing it is asked, seconds.
_ROBOT_S = 60.0


class SkillsOverBus:
    """A SkillExecutor whose robot is at the other end: every call goes there."""

    def __init__(self, bus: Bus, robot: str) -> None:
        self._bus, self._robot = bus, robot

    def _ask(self, method: str, *given: Any) -> Any:
        return self._bus.call(self._robot, [method, *given], _ROBOT_S)

    @property
    def held(self) -> str | None:
        """See SkillExecutor."""
        held: str | None = self._ask("held")
        return held

    def hand(self) -> Hand:
        """See SkillExecutor."""
        hand: Hand = self._ask("hand")
        return hand

    def ways(self, name: str) -> Ways:
        """See SkillExecutor: by the declarations that are here."""
        return ways_of(name)

    def scene(self) -> Scene:
        """See SkillExecutor."""
        scene: Scene = self._ask("scene")
        return scene

    def see(self, scene: Scene | None = None) -> Scene:
        """See SkillExecutor."""
        seen: Scene = self._ask("see", scene)
        return seen

    def start(self, action: Action) -> None:
        """See SkillExecutor."""
        self._ask("start", action)

    def tick(self) -> SkillReport:
        """See SkillExecutor."""
        report: SkillReport = self._ask("tick")
        return report

    def stop(self) -> SkillReport:
        """See SkillExecutor."""
        report: SkillReport = self._ask("stop")
        return report

    def reset(self) -> None:
        """See SkillExecutor."""
        self._ask("reset")


def serve_execution(
    bus: Bus, name: str, make: Callable[[SkillExecutor, EventSink], ExecutionModule]
) -> list[Served]:
    """Serve what `make` makes of skills and of where events go."""
    register_all()
    robot = f"{name}/{_ROBOT}"
    module = make(SkillsOverBus(bus, robot), lambda e: bus.call(robot, ["event", e], _ROBOT_S))
    aside: dict[int, Any] = {}

    def handle(call: Call) -> Any:
        method, *given = call.value
        if method == "set_aside":
            aside[len(aside) + 1] = module.set_aside()
            return len(aside)
        if method == "take_up":
            return module.take_up(aside[given[0]])
        if method not in _CALLS:
            raise MessagingError(f"expected a call of {', '.join(sorted(_CALLS))}, got {method!r}")
        found = getattr(module, method, None)
        return found(*given) if callable(found) else found

    return [bus.serve(f"{name}/{PING}", lambda call: True), bus.serve(name, handle)]


class ServedExecution(ExecutionModule):
    """An execution module that asks a service, and lets it use the robot while it waits.

    skills: the robot's, guarded; sink: gets every event. trust: from which certainty a plan is carried
    out. stand_in: carries plans out here while the service fails. Where it fails in mid-command, the arm
    is stopped here, and the command ends in words.
    """

    def __init__(
        self,
        client: Client,
        skills: SkillExecutor,
        sink: EventSink,
        trust: Trust | None = None,
        stand_in: Callable[..., ExecutionModule] | None = None,
    ) -> None:
        self.client, self.skills, self._sink = client, skills, sink
        self.trust = trust or Trust()
        client.tell = sink
        self._make_stand_in = stand_in
        self._stand_in: ExecutionModule | None = None
        self._here: ExecutionModule | None = None
        self._early: Outcome | None = None
        self._jobs: queue.Queue[tuple[list[Any], queue.Queue[Any]] | None] = queue.Queue()
        self._busy = False
        self._robot = client.bus.serve(f"{client.name}/{_ROBOT}", self._asked)

    # --- what the robot is asked ------------------------------------------------------------

    def _asked(self, call: Call) -> Any:
        """On the bus's thread: done by the agent's own, which waits for the service."""
        if not self._busy:
            raise MessagingError("expected to be asked in the middle of a call, got none under way")
        done: queue.Queue[Any] = queue.Queue()
        self._jobs.put((call.value, done))
        answer = done.get(timeout=_ROBOT_S)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def _do(self, job: tuple[list[Any], queue.Queue[Any]]) -> None:
        (method, *given), done = job
        try:
            if method == "event":
                self._sink(given[0])
                done.put(None)
                return
            if method not in _SKILLS:
                raise MessagingError(f"expected a skill's call, got {method!r}")
            found = getattr(self.skills, method)
            done.put(found(*given) if callable(found) else found)
        except Exception as exc:  # the service is told, as the module here would be
            done.put(exc)

    def _ask(self, method: str, *given: Any) -> Any:
        self._busy = True  # before it is asked: it may call back at once
        try:
            pending = self.client.begin(method, *given)
            pending.when_done(lambda: self._jobs.put(None))
            while True:
                try:
                    job = self._jobs.get(timeout=self.client.limits.answers_within_s)
                except queue.Empty:
                    break
                if job is None:
                    break
                self._do(job)
            answer = pending.result()
        finally:
            self._busy = False
            while not self._jobs.empty():
                self._jobs.get_nowait()
        self.client.came_back()
        return answer

    # --- the port ---------------------------------------------------------------------------

    def _turn(self) -> ExecutionModule | None:
        """A command begins: who carries it out; None for the service."""
        self._here = None
        if self.client.ready(self._make_stand_in is None):
            return None
        if self._make_stand_in is not None:
            if self._stand_in is None:
                self._stand_in = self._make_stand_in(skills=self.skills, sink=self._sink)
            self._here = self._stand_in
        return self._here

    def see(self, scene: Scene) -> Scene:
        """See ExecutionModule; here, where nobody else can."""
        here = self._turn()
        if here is not None:
            return here.see(scene)
        try:
            seen: Scene = self._ask("see", scene)
        except MessagingError as exc:
            self.client.failed(exc)
            return self.skills.see(scene)
        return seen

    def start(self, plan: Any, command: str = "") -> None:
        """See ExecutionModule. A service that fails is told by the first tick."""
        self._early = None
        begin = getattr(self.skills, "begin", None)
        if callable(begin):
            begin()  # nobody has said yes to anything
        if self._here is not None:
            self._here.start(plan, command)
            return
        try:
            self._ask("start", plan, command)
        except MessagingError as exc:
            self._early = self._given_up(exc)

    def tick(self) -> Outcome | None:
        """See ExecutionModule."""
        if self._early is not None:
            early, self._early = self._early, None
            return early
        if self._here is not None:
            return self._here.tick()
        try:
            outcome: Outcome | None = self._ask("tick")
        except MessagingError as exc:
            return self._given_up(exc)
        if outcome is not None and not isinstance(outcome, Outcome):
            return self._given_up(
                MessagingError(f"expected an Outcome of a tick, got {type(outcome).__name__}")
            )
        return outcome

    def stop(self) -> Outcome:
        """See ExecutionModule: the arm is stopped here, whatever the service does."""
        if self._here is not None:
            return self._here.stop()
        report = self.skills.stop()
        try:
            self._ask("stop")
        except LLMAgentOSError as exc:
            if isinstance(exc, MessagingError):
                self.client.failed(exc)
        return Outcome("failed", f"I stopped. {report.words}".strip())

    def _given_up(self, error: MessagingError) -> Outcome:
        self.client.failed(error)
        report = self.skills.stop()
        words = f"What carries out my plans has failed, so I stopped. {report.words}"
        return Outcome("failed", words.strip())

    def awaited(self, command: str) -> Any:
        """See ExecutionModule."""
        return self._quietly("awaited", command)

    def withdraw(self) -> None:
        """See ExecutionModule; nobody waits for it."""
        self._later("withdraw")

    def make_room(self, wanted: bool = True) -> None:
        """See ExecutionModule; nobody waits for it."""
        self._later("make_room", wanted)

    @property
    def parked(self) -> bool:
        """See ExecutionModule."""
        return bool(self._quietly("parked"))

    def set_aside(self) -> Any:
        """See ExecutionModule."""
        return self._here.set_aside() if self._here is not None else self._ask("set_aside")

    def take_up(self, aside: Any) -> None:
        """See ExecutionModule."""
        if self._here is not None:
            self._here.take_up(aside)
        else:
            self._ask("take_up", aside)

    def carried_out(self) -> Any:
        """See ExecutionModule; None where it can't be asked."""
        return self._quietly("carried_out")

    def reset(self) -> Any:
        """See ExecutionModule."""
        self.skills.reset()
        return self._quietly("reset")

    def close(self) -> None:
        """See ExecutionModule."""
        self._robot.close()
        self.client.close()

    def _quietly(self, method: str, *given: Any) -> Any:
        """An answer that may be none where the service fails."""
        if self._here is not None:
            found = getattr(self._here, method)
            return found(*given) if callable(found) else found
        try:
            if not self.client.bus.has(self.client.name):
                raise NoServiceError(f"expected '{self.client.name}', got nobody")
            return self._ask(method, *given)
        except MessagingError as exc:
            self.client.failed(exc)
            return None

    def _later(self, method: str, *given: Any) -> None:
        """From any thread: while the agent's own waits in a tick, the service's one worker is busy with
        it, and comes to this after it."""
        if self._here is not None:
            getattr(self._here, method)(*given)
            return

        def tell() -> None:
            try:
                self.client.begin(method, *given)
            except MessagingError:
                return

        threading.Thread(target=tell, daemon=True).start()
