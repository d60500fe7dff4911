"""Answers that are known already: the same picture gives the same scene, the same command the same plan.

Knows: what an answer depends on. Does not know: how it is made. Only before modules that say of
themselves that they keep nothing between two calls (`remembers = False`).
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from llmagentos.errors import ConfigError
from llmagentos.messaging import encode
from llmagentos.ports.modules import PerceptionModule, PlanningModule, PlanRequest, PlanResult
from llmagentos.services.values import register_all
from llmagentos.types import Observation, Scene


class _Cache:
    """The newest answers by what was asked. size: how many."""

    def __init__(self, size: int) -> None:
        self.size, self.hits, self.misses = size, 0, 0
        self._answers: OrderedDict[bytes, Any] = OrderedDict()
        register_all()

    def get(self, asked: Any, make: Callable[[], Any]) -> Any:
        key = hashlib.blake2b(encode(asked), digest_size=16).digest()
        if key in self._answers:
            self.hits += 1
            self._answers.move_to_end(key)
            return self._answers[key]
        self.misses += 1
        answer = self._answers[key] = make()
        if len(self._answers) > self.size:
            self._answers.popitem(last=False)
        return answer

    def clear(self) -> None:
        self._answers.clear()


class _Behind:
    inner: Any

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name == "inner":
            raise AttributeError(name)
        return getattr(self.inner, name)

    def attach(self, tell: Callable[[Any], None]) -> None:
        """As the module behind it does."""
        self.inner.attach(tell)

    def close(self) -> None:
        """As the module behind it does."""
        self.inner.close()


def _checked(module: Any) -> None:
    if getattr(module, "remembers", True):
        raise ConfigError(
            f"expected a module that keeps nothing between two calls (remembers = False) for a cache, "
            f"got {type(module).__name__}"
        )


class CachedPerception(_Behind, PerceptionModule):
    """The same pictures, joints and words give the same scene, whenever they were taken: its stamps are
    the newest picture's. ConfigError for a module that remembers, as one that tracks things does."""

    def __init__(self, inner: PerceptionModule, size: int = 64, checked: bool = True) -> None:
        if checked:
            _checked(inner)
        self.inner, self.cache = inner, _Cache(size)

    def perceive(self, observation: Any) -> Any:
        """See PerceptionModule."""
        if not isinstance(observation, Observation):
            return self.inner.perceive(observation)
        stamps = [frame.stamp_s for frame in observation.frames]
        frames = tuple(replace(frame, stamp_s=0.0) for frame in observation.frames)
        robot = None if observation.robot is None else replace(observation.robot, stamp_s=0.0)
        asked = replace(observation, frames=frames, robot=robot)
        seen = self.cache.get(asked, lambda: self.inner.perceive(observation))
        if isinstance(seen, Scene) and stamps:
            things = tuple(replace(o, last_seen_s=max(stamps)) for o in seen.objects)
            return replace(seen, objects=things, stamp_s=max(stamps))
        return seen

    def recall(self, scene: Scene) -> None:
        """See PerceptionModule."""
        self.cache.clear()
        self.inner.recall(scene)

    def reset(self) -> None:
        """See PerceptionModule."""
        self.cache.clear()
        self.inner.reset()


class CachedPlanning(_Behind, PlanningModule):
    """The same command, things and dialogue before it give the same plan; when they were seen does not
    matter. ConfigError for a planner that remembers."""

    def __init__(self, inner: PlanningModule, size: int = 256, checked: bool = True) -> None:
        if checked:
            _checked(inner)
        self.inner, self.cache = inner, _Cache(size)

    def plan(self, features: Any) -> Any:
        """See PlanningModule. A known plan took no time and no words."""
        if not isinstance(features, PlanRequest):
            return self.inner.plan(features)
        things = tuple(replace(o, last_seen_s=0.0) for o in features.scene.objects)
        asked = replace(features, scene=replace(features.scene, objects=things, stamp_s=0.0))
        before = self.cache.hits
        result = self.cache.get(asked, lambda: self.inner.plan(features))
        if self.cache.hits > before and isinstance(result, PlanResult):
            return replace(result, plan_s=0.0, prompt_tokens=0, tokens=0)
        return result

    def cancel(self) -> None:
        """See PlanningModule."""
        self.inner.cancel()

    def reset(self) -> None:
        """See PlanningModule."""
        self.cache.clear()
        self.inner.reset()
