"""A robot's agent in a process of its own: commands, plans, stops, and who it is to people.

Knows: an agent made from a specification, its thread, its supervisor's session. Does not know: the
daemon, in which order calls come (worker.py). Loads all that a robot needs: other hosts do without.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import Any

from llmagentos import composition, from_config
from llmagentos.agent import Agent
from llmagentos.agent_tasks import AgentThread, Command
from llmagentos.command import CommandResult, check_command
from llmagentos.daemon.hosts import NO_PERSON, Tell
from llmagentos.daemon.peeking import Peeking
from llmagentos.daemon.place import AgentPlace
from llmagentos.daemon.spec import AgentSpec
from llmagentos.errors import CallError, CommandError, ConfigError
from llmagentos.execution.guarding import is_yes
from llmagentos.robots import DEFAULT_ROBOT
from llmagentos.robots import load as load_arm
from llmagentos.safety.stopping import StoppableSession
from llmagentos.scheduling import Turn

#: Modules that can be others while the agent lives; execution has the robot.
CONCEPTS = ("perception", "planning", "learning")
_WHO = re.compile(r"^\W*(?:who|what) are you\b|\bwhat(?:'s| is) your (?:role|job|purpose)\b", re.I)


def _says_yes(text: str) -> bool:
    """Whether the agent would read a yes in it, in whichever letters."""
    try:
        return is_yes(check_command(text))
    except CommandError:
        return False  # the agent says what is wrong with it


class _Waits(AgentThread):
    """A command that made room goes on once the agent is not paused."""

    def __init__(self, make: Callable[[], Any], go: threading.Event) -> None:
        self._go_on = go
        super().__init__(make)

    def take_up(self, aside: Any) -> None:
        """See Commanded."""
        self._go_on.wait()
        super().take_up(aside)


class RobotHost:
    """A robot's agent, simulated or real: commands, one at a time; a more urgent one comes first at
    the next safe point."""

    capacity: Mapping[str, float] = {"arm": 1.0}
    needs: Mapping[str, float] = {"arm": 1.0}
    any_time = frozenset({"module", "scene", "feedback"})
    ended: Mapping[str, Any] | None = None

    def __init__(
        self, spec: AgentSpec, place: AgentPlace, name: str, tell: Tell, go: threading.Event
    ) -> None:
        self._spec = spec
        config = self._config = spec.with_kept(place.kept).config
        scene = None if config.driver is not None else composition.load_scene(
            config.scene, config.seed, config.robot
        )  # fmt: skip
        self._arm = load_arm((config.robot or DEFAULT_ROBOT) if scene is None else scene.robot)

        def made() -> Agent:
            return Agent.from_config(config, lambda e: tell(e.to_json()), f"agent {name}")

        self._all = ExitStack()
        self.agent = self._all.enter_context(_Waits(made, go))
        self._session: StoppableSession | None = None
        supervisor = getattr(self.agent.agent.robot, "supervisor", None)
        if supervisor is not None:
            self._session = self._all.enter_context(StoppableSession(f"agent {name}", supervisor))
        self.agent.call(self.agent.agent.start)
        self._taught = self.agent.call(self._teach)
        self._peeking = Peeking(self.agent, simulated=config.driver is None)

    def _teach(self) -> list[str]:
        """The persona's examples become words that were taught."""
        agent, out = self.agent.agent, []
        for each in self._spec.persona.examples:
            if agent.words is not None and agent.words.find(each.say) is None:
                thing = re.match(r"(?:an?|the)\s", each.mean)
                said = (
                    f"a {each.say} is {each.mean}" if thing
                    else f'when I say "{each.say}", {each.mean}'
                )  # fmt: skip
                out.append(f"{each.say}: {agent.command(said).reply}")
        return out

    def about(self) -> Mapping[str, Any]:
        """See Host."""
        return {"kind": "robot", "taught": self._taught}

    def do(self, verb: str, args: Mapping[str, Any], who: str, turn: Turn) -> Any:
        """See Host; verbs: command, ask, confirm, plan, scene, feedback, module."""
        agent = self.agent.agent
        if verb == "command":
            return self._say(str(args.get("text", "")), who, turn)
        if verb == "ask":
            return self._answer(str(args.get("text", "")), who, turn)
        if verb == "confirm":
            return self._say(self._peeking.answer(args), who, turn)
        if verb == "plan":
            planned = self.agent.call(lambda: agent.plan(str(args.get("text", ""))))
            return {
                "plan": planned.plan.to_json(), "text": planned.text, "plan_s": planned.plan_s,
                "confidence": planned.confidence,
            }  # fmt: skip
        if verb == "scene":
            robot = agent.robot
            if robot is None:
                raise CallError("expected a robot to have a scene, got none")
            return self.agent.call(lambda: [dict(o) for o in robot.objects()])
        if verb == "feedback":
            value, words = float(args.get("value", 0)), str(args.get("words", ""))
            return self.agent.call(lambda: agent.feedback(value, words))
        if verb == "module":
            return self._module(str(args.get("concept", "")), args.get("module"))
        raise CallError(
            f"expected command, ask, confirm, plan, scene, feedback or module, got {verb!r}"
        )

    def peek(self, what: str) -> Mapping[str, Any]:
        """See Host: scene, picture, frame, state."""
        return self._peeking.show(what)

    def _module(self, concept: str, wanted: Any) -> Mapping[str, Any]:
        """Another module from the next safe point on; None takes it out. wanted: as in a configuration."""
        if concept not in CONCEPTS:
            raise ConfigError(f"expected one of {', '.join(CONCEPTS)}, got {concept!r}")
        made = None
        if wanted is not None:
            config = self._config.with_(**{concept: wanted})
            made = from_config.exchanged(concept, config, self._arm)
            self._config = config
        self.agent.call(lambda: self.agent.agent.replace(concept, made))
        return {"concept": concept, "module": wanted}

    def _answer(self, text: str, who: str, turn: Turn) -> Any:
        """A sentence that may be answered alone. Raises CallError where it would do something."""
        plan = self.agent.call(lambda: self.agent.agent.plan(text)).plan
        if not plan.only_talks:
            doing = ", ".join(dict.fromkeys(step.op for step in plan.walk()))
            raise CallError(f"expected a question, got a sentence that does something: {doing}")
        return self._say(text, who, turn)

    def _say(self, text: str, who: str, turn: Turn) -> Any:
        if self._spec.persona.role and _WHO.search(text):
            role = self._spec.persona.role
            return CommandResult(text, "answered", self._toned(f"I am {role}.")).to_json()
        if not getattr(who, "person", True) and self._peeking.needs_yes and _says_yes(text):
            raise CallError(NO_PERSON)
        trail = self.agent.agent.audit
        if hasattr(trail, "user"):
            trail.user = who
        with self._peeking.at_work():
            result = Command(self.agent, text)(turn)
        told = result.to_json()
        told["reply"] = self._toned(told["reply"], result.status)
        return told

    def _toned(self, reply: str, status: str = "answered") -> str:
        tone = self._spec.persona.tone
        if tone == "brief" and status == "succeeded":
            return "Done."
        if tone == "polite":
            return f"{reply} Is there anything else?" if status == "succeeded" else f"{reply}"
        return reply

    def lost(self) -> None:
        """See Host."""
        self.agent.stop()

    def pause(self) -> None:
        """See Host."""
        self.agent.agent.pause()

    def resume(self) -> None:
        """See Host."""
        self.agent.agent.resume()

    @property
    def holds(self) -> bool:
        """See Host."""
        return self.agent.agent.holds

    def halt(self, by: str) -> Mapping[str, Any]:
        """See Host."""
        if self._session is None:
            self.agent.stop()
            return {"words": "told to stop; nothing here measures whether it rests"}
        return self._session.stop(by).to_json()

    def reset(self, by: str) -> Mapping[str, Any]:
        """See Host."""
        why = "" if self._session is None else self._session.reset(by)
        return {"reset": not why, "words": why or "ready for a new command"}

    def close(self) -> None:
        """See Host."""
        self.agent.stop()
        self._peeking.close()
        self._all.close()
