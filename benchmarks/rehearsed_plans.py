"""How long it takes to try out plans of one to three steps: `python -m benchmarks.rehearsal --steps 20`.

Knows: scenes of seven things with a plan of so many steps that can be carried out; the processor's
and the wall's time from the plan to the outlook, the world made ready before, as an agent does while
the plan is written. Does not know: language models, whether the real arm succeeds.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rich.table import Table

from llmagentos.errors import SceneError
from llmagentos.execution.copies import Outlook, foretell
from llmagentos.lang import codec
from llmagentos.memory.session import SessionMemory
from llmagentos.robots import load
from llmagentos.skills.symbolic import HAND
from llmagentos.types import RobotState, Scene
from sim.rehearsal import SimRehearsal
from sim.scene import SceneSpec
from sim.truth_look import oracle_scene
from sim.world import SimWorld

STEPS = (
    "put [ the red block ] in [ the blue bowl ]",
    "put [ the green block ] on [ the yellow plate ]",
    "put [ the white can ] on [ the black zone ]",
)
_KINDS = (
    ("block", "red"), ("block", "green"), ("can", "white"), ("bowl", "blue"), ("plate", "yellow"),
    ("zone", "black"), ("cup", "purple"),
)  # fmt: skip
_PLACES = [(x, y) for x in (0.38, 0.55) for y in (-0.24, -0.08, 0.08, 0.24)]


@dataclass(frozen=True)
class Tried:
    """One plan. wall_s, cpu_s: seconds until its outlook was known."""

    steps: int
    wall_s: float
    cpu_s: float
    outlook: Outlook


def tried(scenes: int, seed: int, robot: str = "panda") -> list[Tried]:
    """Plans of one, two and three steps in so many scenes."""
    arm = load(robot)
    home = RobotState(arm.home_rad, (0.0,) * len(arm.home_rad), arm.max_opening_m, 0.0)
    rehearsal = SimRehearsal(arm, lambda: home, "sim")
    out = []
    for number in range(-1, scenes):
        seen = _seen(np.random.default_rng([seed, number + 1]), robot)
        for steps in range(1, len(STEPS) + 1):
            plan = codec.parse(" ; ".join(STEPS[:steps]))
            rehearsal.prepare(seen)
            wall, cpu = time.perf_counter(), time.process_time()
            found = foretell(plan, seen, SessionMemory(), rehearsal, HAND)
            spent = time.perf_counter() - wall, time.process_time() - cpu
            if number >= 0:  # the first scene warms up
                out.append(Tried(steps, *spent, found))
    rehearsal.close()
    return out


def _seen(rng: np.random.Generator, robot: str) -> Scene:
    """Seven things in their own parts of the table, as a camera would report them."""
    for _ in range(100):
        places = rng.permutation(len(_PLACES))
        rows = [
            {
                "kind": kind, "color": color, "yaw": float(rng.uniform(-0.7, 0.7)),
                "position": [float(v + rng.uniform(-0.015, 0.015)) for v in _PLACES[at]],
            }
            for (kind, color), at in zip(_KINDS, places, strict=False)
        ]  # fmt: skip
        try:
            world = SimWorld(SceneSpec.from_dict({"robot": robot, "objects": rows}))
        except SceneError:  # drew what can't stand
            continue
        try:
            return oracle_scene(world)
        finally:
            world.close()
    raise SceneError("expected a scene of seven things, got none in 100 draws")


def table(found: Sequence[Tried]) -> Table:
    """By the number of steps."""
    out = Table("steps", "n", "processor s, median", "p95", "wall s, median", "p95", "copies",
                "asked", "to the end")  # fmt: skip
    for steps in sorted({t.steps for t in found}):
        group = [t for t in found if t.steps == steps]
        figures = [
            f"{q:.3f}"
            for values in ([t.cpu_s for t in group], [t.wall_s for t in group])
            for q in np.percentile(values, (50, 95))
        ]
        out.add_row(
            str(steps), str(len(group)), *figures,
            f"{np.mean([t.outlook.copies for t in group]):.1f}",
            str(sum(bool(t.outlook.wrong) for t in group)),
            f"{sum(t.outlook.reached for t in group)} of {len(group)}",
        )  # fmt: skip
    return out
