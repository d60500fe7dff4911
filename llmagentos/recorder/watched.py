"""Modules that tell what goes through them: perception, planner and skills as they were, watched.

Knows: the calls of the ports. Does not know: what becomes of what it tells (recorder.py).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from llmagentos.errors import PerceptionError, PlanError
from llmagentos.ports.modules import PerceptionModule, PlanningModule, PlanRequest, PlanResult
from llmagentos.ports.skills import SkillExecutor, SkillReport, SkillStatus, Ways
from llmagentos.types import Action, Hand, Observation, Scene


class Watcher(Protocol):
    """Who is told."""

    def looked(self, observation: Observation, scene: Scene | None, error: str) -> None:
        """Perception was given this and saw that, or raised."""

    def planned(self, request: PlanRequest, result: PlanResult | None, error: str) -> None:
        """The planner was asked this and wrote that, or raised."""

    def skill(self, kind: str, **what: Any) -> None:
        """What went through the skills: see `WatchedSkills`."""

    def forgotten(self) -> None:
        """A new session begins: nothing of what was before is known any more."""


class _Behind:
    """What a module has beside the port's calls is its own: `agent.planning.note` stays that."""

    inner: Any

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name == "inner":
            raise AttributeError(name)
        return getattr(self.inner, name)

    def attach(self, tell: Callable[[Any], None]) -> None:
        """As the module behind it does, where it does."""
        _if_there(self.inner, "attach", tell)

    def close(self) -> None:
        """As the module behind it does, where it does."""
        _if_there(self.inner, "close")


def _if_there(module: Any, method: str, *given: Any) -> None:
    found = getattr(module, method, None)
    if callable(found):
        found(*given)


class WatchedPerception(_Behind, PerceptionModule):
    """Tells every look."""

    def __init__(self, inner: PerceptionModule, watcher: Watcher) -> None:
        self.inner, self._watcher = inner, watcher

    def perceive(self, observation: Any) -> Any:
        """As the module behind it does."""
        try:
            seen = self.inner.perceive(observation)
        except PerceptionError as error:
            self._watcher.looked(observation, None, str(error))
            raise
        if isinstance(observation, Observation) and isinstance(seen, Scene):
            self._watcher.looked(observation, seen, "")
        return seen

    def recall(self, scene: Scene) -> None:
        """As the module behind it does."""
        self.inner.recall(scene)

    def reset(self) -> None:
        """As the module behind it does."""
        self._watcher.forgotten()
        self.inner.reset()


class WatchedPlanner(_Behind, PlanningModule):
    """Tells every plan. engine: what the planner behind it runs on, where it says so."""

    def __init__(self, inner: PlanningModule, watcher: Watcher) -> None:
        self.inner, self._watcher = inner, watcher

    @property
    def engine(self) -> Any:
        """What the planner behind it runs on, as it says now."""
        return getattr(self.inner, "engine", {})

    def plan(self, features: Any) -> Any:
        """As the planner behind it does."""
        known = isinstance(features, PlanRequest)
        try:
            result = self.inner.plan(features)
        except PlanError as error:
            if known:
                self._watcher.planned(features, None, f"{type(error).__name__}: {error}")
            raise
        if known and isinstance(result, PlanResult):
            self._watcher.planned(features, result, "")
        return result

    def cancel(self) -> None:
        """As the planner behind it does."""
        self.inner.cancel()

    def reset(self) -> None:
        """As the planner behind it does."""
        self.inner.reset()


class WatchedSkills:
    """A SkillExecutor that tells its watcher, in order: "believed" (scene, hand: the first that
    anybody asks for after something changed), "start" (action), "end" (report), "stop" (report),
    "reset". From these alone `replayed.ReplayedSkills` answers as it did."""

    def __init__(self, inner: SkillExecutor, watcher: Watcher) -> None:
        self.inner, self._watcher = inner, watcher
        self._changed, self._running = True, False

    @property
    def held(self) -> str | None:
        """As behind it."""
        return self.inner.held

    def hand(self) -> Hand:
        """As behind it."""
        return self.inner.hand()

    def ways(self, name: str) -> Ways:
        """As behind it."""
        return self.inner.ways(name)

    def scene(self) -> Scene:
        """As behind it."""
        scene = self.inner.scene()
        if self._changed:
            self._believed(scene)
        return scene

    def see(self, scene: Scene | None = None) -> Scene:
        """As behind it."""
        seen = self.inner.see(scene)
        self._believed(seen)
        return seen

    def _believed(self, scene: Scene) -> None:
        self._changed = False
        self._watcher.skill("believed", scene=scene, hand=self.inner.hand(), held=self.inner.held)

    def start(self, action: Action) -> None:
        """As behind it."""
        self.inner.start(action)
        self._watcher.skill("start", action=action)
        self._changed, self._running = True, True

    def tick(self) -> SkillReport:
        """As behind it; what it raises is told, too."""
        try:
            report = self.inner.tick()
        except Exception as error:
            self._watcher.skill("broke", error=f"{type(error).__name__}: {error}")
            raise
        if self._running and report.status is not SkillStatus.RUNNING:
            self._changed, self._running = True, False
            self._watcher.skill("end", report=report)
        return report

    def stop(self) -> SkillReport:
        """As behind it."""
        report = self.inner.stop()
        self._changed, self._running = True, False
        self._watcher.skill("stop", report=report)
        return report

    def reset(self) -> None:
        """As behind it."""
        self.inner.reset()
        self._changed, self._running = True, False
        self._watcher.skill("reset")
