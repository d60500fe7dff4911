"""What is said to `Command-v0`, and what is right then: examples, and a small mixture of our own.

Knows: what an example has to offer, four meanings of the tasks' predicates (in, on, beside, in the
hand), how a mixture is found by name. Does not know: who writes plans, how they are carried out.

Larger mixtures come from outside (`training.commands:mixture`): everything here names them only.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import numpy as np

from llmagentos.errors import ConfigError
from llmagentos.execution.executor import PlanExecutor
from llmagentos.learning.meanings import Meaning, Mixture
from llmagentos.learning.reward import EXPECT, Verdict
from llmagentos.skills.symbolic import SymbolicSkills
from llmagentos.types import Scene
from sim.random_scenes import random_scene
from sim.scene import SceneSpec
from sim.truth_look import told_scene

#: The mixture that is taken where none is named.
DEFAULT = "sim.envs.commands:mixture"
#: Beside something: at most so far between centres, metres at scale 1.
_BESIDE_M = 0.25


@dataclass(frozen=True)
class Ended:
    """How a plan ended: status and words, the scene before and after it; pointed: where the tip was
    held over last, or None."""

    status: str
    reply: str
    before: Scene
    after: Scene
    pointed: tuple[float, ...] | None = None


class Said(Protocol):
    """An example: what is said where, and a plan that does it."""

    @property
    def text(self) -> str:
        """The sentence."""

    @property
    def plan_text(self) -> str:
        """Its own plan in the compact notation."""

    @property
    def spec(self) -> SceneSpec | None:
        """The scene for the simulator; None where it can only be carried out symbolically."""

    def executor(self) -> PlanExecutor:
        """A robot without flaws in its setting."""


@dataclass(frozen=True)
class Example:
    """An example of our own. a, b: ids of the thing that is meant and the one that it goes to."""

    text: str
    plan_text: str
    spec: SceneSpec
    a: str
    b: str

    def executor(self) -> PlanExecutor:
        """A symbolic robot in the scene."""
        rows = [
            {"id": o.id, "kind": o.kind, "color": o.color, "size": o.geometry.size_m,
             "position": o.xyz, "yaw": o.yaw}
            for o in self.spec.objects
        ]  # fmt: skip
        told = told_scene(rows, None, self.spec.workspace)
        return PlanExecutor(SymbolicSkills(told), rehearses=False)


CommandMixture = Mixture[Any, Any]

# name: the kinds of a and b, the words, the plan.
_ROWS = {
    "put in": (("block", "ball"), ("box", "bowl"), "put the {a} in the {b}",
               "put [ the {a} ] in [ the {b} ]"),
    "stack on": (("block",), ("block",), "stack the {a} on the {b}",
                 "put [ the {a} ] on [ the {b} ]"),
    "put left of": (("block", "cup", "can"), ("block", "bowl", "box"),
                    "put the {a} to the left of the {b}", "put [ the {a} ] left_of [ the {b} ]"),
    "pick up": (("block", "can", "ball"), ("box", "block"), "pick up the {a}", "pick [ the {a} ]"),
}  # fmt: skip


def mixture(robot: str = "panda") -> CommandMixture:
    """Our own four meanings, on the table of an arm."""
    return Mixture([Meaning(name, partial(_draw, name, robot), partial(_check, name))
                    for name in _ROWS])  # fmt: skip


def _draw(name: str, robot: str, seed: int) -> Example:
    kinds_a, kinds_b, words, plan = _ROWS[name]
    rng = np.random.default_rng([seed, len(name)])
    while True:
        pair = [str(rng.choice(kinds_a)), str(rng.choice(kinds_b))]
        more = [str(rng.choice(("block", "ball", "can"))) for _ in range(int(rng.integers(0, 3)))]
        scene = random_scene(int(rng.integers(2**31)), 2 + len(more), [*pair, *more], robot)
        looks = [(o.kind, o.color) for o in scene.objects]
        if len(set(looks)) < len(looks):
            continue  # what is meant has to be told by its words
        a = next((o for o in scene.objects if o.kind == pair[0]), None)
        b = next((o for o in scene.objects if o.kind == pair[1] and o is not a), None)
        if a is None or b is None or not _fits(name, a.geometry.size_m, b.geometry.size_m):
            continue
        names = {"a": f"{a.color} {a.kind}", "b": f"{b.color} {b.kind}"}
        said, does = words.format(**names), plan.format(**names)
        example = Example(said, does, scene, str(a.id), str(b.id))
        there = example.executor().skills.scene()
        if not _check(name, example, Ended("succeeded", "", there, there)).right:
            return example  # else it would be right to do nothing


def _fits(name: str, a_m: float, b_m: float) -> bool:
    """Whether the one goes in or on the other."""
    if name == "put in":
        return a_m * math.sqrt(2) < 0.8 * b_m
    return name != "stack on" or a_m <= b_m


def _check(name: str, example: Example, seen: Ended) -> Verdict:
    """The task's predicate on what is there afterwards; nothing else may have been moved."""
    if seen.status not in EXPECT["act"]:
        return Verdict("act", seen.status, f"expected act, got {seen.status}")
    now = {o.id: o for o in seen.after.objects}
    if example.a not in now or example.b not in now:
        return Verdict("act", seen.status, "object gone")
    a, b, s = now[example.a], now[example.b], seen.after.workspace.scale
    dx, dy = a.position[0] - b.position[0], a.position[1] - b.position[1]
    right = {
        "put in": a.support == b.id and a.inside and not a.held,
        "stack on": a.support == b.id and not a.inside and not a.held,
        "put left of": not a.held and abs(dx) < dy < _BESIDE_M * s,
        "pick up": a.held,
    }[name]
    was = {o.id: o for o in seen.before.objects}
    nudged = any(
        math.dist(o.position, was[o.id].position) > 0.02 * s
        for o in seen.after.objects
        if o.id != example.a and o.id in was
    )
    why = "" if right and not nudged else "bystander moved" if nudged else "wrong world"
    return Verdict("act", seen.status, why)


def find(name: str) -> CommandMixture:
    """The mixture of a name "module:attribute", called where it is a function. ConfigError for none."""
    module, _, attribute = name.partition(":")
    try:
        found: Any = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as exc:
        raise ConfigError(f"expected a mixture's module:attribute, got {name!r}: {exc}") from exc
    made: Any = found() if isinstance(found, Callable) and not isinstance(found, Mixture) else found  # type: ignore[arg-type]
    if not isinstance(made, Mixture):
        raise ConfigError(f"expected {name} to be a mixture, got {type(made).__name__}")
    return made
