"""An agent's commands by voice: what was heard, read with the scene, becomes a command or a question.

Knows: what may be said now (scene, taught names), the agent's planner as a judge of readings. Does not
know: what is meant (interpreter.py), devices, how speech is cut and read (hearing.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from llmagentos.agent import Agent
from llmagentos.command import CommandResult
from llmagentos.errors import CommandError, ModelError, PerceptionError, PlanError
from llmagentos.lifecycle import AgentState
from llmagentos.speech.expected import Expected, expected
from llmagentos.speech.interpreter import Interpreter
from llmagentos.speech.recogniser import Heard
from llmagentos.speech.understanding import Understood


class SpokenCommands:
    """For one agent, in the thread that commands it."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent
        self._scene: Any = None
        self._interpreter = Interpreter(self.words, self._plans)

    def look(self) -> None:
        """Look at what may be named from now on; between commands."""
        if self._agent.state is AgentState.CREATED:
            self._agent.start()
        try:
            self._scene = self._agent.look()
        except PerceptionError:  # the command itself will tell it
            self._scene = None

    def words(self) -> Expected:
        """What may be said now."""
        taught = () if self._agent.words is None else (t.name for t in self._agent.words)
        return expected(self._scene, taught)

    def understood(self, heard: Heard) -> Understood:
        """See Interpreter."""
        return self._interpreter.understood(heard)

    def take(self, heard: Heard) -> CommandResult | None:
        """Do what was said; None where nothing was. A question is a result, too."""
        found = self.understood(heard)
        told = tuple(c.to_json() for c in found.candidates)
        if not found.text:
            return None if not found.asks else self._asked(heard, found, told)
        result = self._agent.command(found.text)
        reply = f"{found.note} {result.reply}".strip()
        return replace(result, reply=reply, heard=told)

    def _asked(
        self, heard: Heard, found: Understood, told: tuple[Mapping[str, Any], ...]
    ) -> CommandResult:
        robot = self._agent.robot
        objects = () if robot is None else tuple(robot.objects())
        return CommandResult(
            command=heard.text, status="question", reply=found.asks, initial_objects=objects,
            objects=objects, held=None if robot is None else robot.held(), heard=told,
        )  # fmt: skip

    def _plans(self, text: str) -> tuple[Mapping[str, Any] | None, float]:
        try:
            planned = self._agent.plan(text)
        except (CommandError, PlanError, ModelError, PerceptionError):
            return None, 0.0
        return planned.plan.to_json(), planned.confidence
