"""A scene for a plan, the turns before it, and a robot without flaws that is in it.

Knows: how a plan's setting is drawn and how an executor gets into it. Does not know: whether a plan
is right (checker.py, training/meanings.py).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from llmagentos.execution.executor import PlanExecutor
from llmagentos.lang import plan as p
from llmagentos.skills.symbolic import SymbolicSkills
from training.corpus.checks import scenes
from training.corpus.checks.earlier import earlier
from training.corpus.checks.parts import descriptions

#: A plan that takes longer has no end.
MAX_TICKS = 400


@dataclass(frozen=True)
class Setting:
    """Where a command is said. before: the commands that went before, oldest first."""

    world: scenes.World
    before: tuple[p.Plan, ...]


def setting_for(
    steps: Sequence[Any], rng: random.Random, reuse: bool = False, scale: float = 1.0
) -> Setting:
    """A setting in which the steps' descriptions resolve. Raises CannotBuildError.

    reuse: a description may be met by things that are there already; scale: of large things.
    """
    used = tuple({c for o in descriptions(steps) for c in o.colors})
    draft = scenes.SceneDraft(rng, used, reuse, scale)
    scenes.describe_all(draft, steps)
    before = tuple(earlier(draft, steps))
    return Setting(draft.world(), before)


def executor_in(setting: Setting) -> PlanExecutor:
    """An executor on the symbolic robot in this setting, after the commands that went before."""
    world = setting.world
    executor = PlanExecutor(SymbolicSkills(world.scene), rehearses=False)
    executor.patrol_rounds = 1
    memory = executor.memory
    for name, object_id in world.names.items():
        memory.remember(name, object_id)
    for plan in setting.before:
        executor.start(plan)
        if not any(executor.tick() is not None for _ in range(MAX_TICKS)):
            executor.stop()
    for ids in world.mentions:
        memory.note_mention(ids)
    if world.pattern:
        memory.note_pattern(world.pattern)
    if world.answer:
        memory.note_answer(world.answer)
    return executor
