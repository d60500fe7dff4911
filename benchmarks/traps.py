"""Scenes in which a plan that sounds easy goes wrong: a stack that falls, a neighbour that the
fingers hit, a block by a bowl's wall, a tower on the way, a full tray.

Knows: how to draw such a scene with a command for it, and what must be true afterwards. Does not
know: the robot, rehearsals.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from benchmarks.tasks import Check, Objects, Task
from llmagentos.objects.geometry import object_geometry
from sim.scene import SceneSpec

_LIFTED_M, _ON_M = 0.05, 0.02
Row = dict[str, Any]


def _row(kind: str, color: str, at: tuple[float, ...], yaw: float = 0.0, **more: Any) -> Row:
    return {"kind": kind, "color": color, "position": [round(v, 4) for v in at], "yaw": yaw, **more}


def _scene(rows: list[Row]) -> SceneSpec:
    return SceneSpec.from_dict({"objects": rows})


def _held(name: str) -> Check:
    return lambda before, after, held: (
        held == name and (after[name]["position"][2] > before[name]["position"][2] + _LIFTED_M)
    )


def _on(name: str, below: str) -> Check:
    def check(before: Objects, after: Objects, held: str | None) -> bool:
        (x, y, z), (bx, by, bz) = after[name]["position"], after[below]["position"]
        return held is None and math.dist((x, y), (bx, by)) < _ON_M and z > bz + 0.01

    return check


def _within(name: str, vessel: str) -> Check:
    def check(before: Objects, after: Objects, held: str | None) -> bool:
        at, there = after[name]["position"], after[vessel]["position"]
        return held is None and math.dist(at[:2], there[:2]) < after[vessel]["size"] / 2

    return check


def _task(kind: str, command: str, rows: list[Row], moved: tuple[str, ...], check: Check) -> Task:
    return Task(kind, command, _scene(rows), moved[0], moved, check)


def _askew(rng: np.random.Generator) -> Task:
    """A leaning tower of three blocks that just stands: one more on top brings most of them down."""
    x, y = rng.uniform(0.42, 0.55), rng.uniform(-0.15, 0.15)
    turn, off = rng.uniform(-math.pi, math.pi), rng.uniform(0.009, 0.0132)
    rows = [
        _row("block", color, (x + n * off * math.cos(turn), y + n * off * math.sin(turn), z))
        for n, (color, z) in enumerate((("blue", 0.02), ("green", 0.06), ("white", 0.1)))
    ]
    rows.append(_row("block", "red", (0.5, -0.27 if y > 0 else 0.27), rng.uniform(-0.7, 0.7)))
    return _task(
        "askew", "put the red block on the white block", rows,
        ("red_block",), _on("red_block", "white_block"),
    )  # fmt: skip


def _narrow(rng: np.random.Generator) -> Task:
    """Something wide on something narrow."""
    wide = str(rng.choice(["bowl", "plate"]))
    size = float(rng.uniform(0.1, 0.13))
    rows = [
        _row("block", "blue", (rng.uniform(0.42, 0.55), rng.uniform(0.05, 0.2)), size=0.03),
        _row(wide, "red", (rng.uniform(0.42, 0.55), rng.uniform(-0.2, -0.1)), size=size),
    ]
    return _task(
        "narrow", f"put the red {wide} on the blue block", rows,
        (f"red_{wide}",), _on(f"red_{wide}", "blue_block"),
    )  # fmt: skip


def _beside(rng: np.random.Generator) -> Task:
    """A block between tall neighbours, with hardly room for fingers."""
    x, y, yaw = rng.uniform(0.42, 0.55), rng.uniform(-0.15, 0.15), rng.uniform(-0.7, 0.7)
    rows = [_row("block", "red", (x, y), yaw)]
    for number, (kind, color) in enumerate((("can", "blue"), ("can", "green"), ("can", "white"))):
        half = object_geometry(kind, None).size_m / 2
        gap = 0.02 * math.sqrt(2) + half + rng.uniform(0.004, 0.016)
        turn = yaw + 2 * math.pi * number / 3 + rng.uniform(-0.3, 0.3)
        rows.append(_row(kind, color, (x + gap * math.cos(turn), y + gap * math.sin(turn))))
    return _task("beside", "pick up the red block", rows, ("red_block",), _held("red_block"))


def _by_wall(rng: np.random.Generator) -> Task:
    """A block in a bowl, close to its wall."""
    x, y, turn = rng.uniform(0.42, 0.55), rng.uniform(-0.15, 0.15), rng.uniform(-math.pi, math.pi)
    g = object_geometry("bowl", 0.14)
    off = rng.uniform(0.3, 0.8) * (g.foot_radius_m - 0.02)
    at = (x + off * math.cos(turn), y + off * math.sin(turn), g.floor_m + 0.0155)
    rows = [
        _row("bowl", "blue", (x, y), size=0.14),
        _row("block", "red", at, rng.uniform(-0.7, 0.7), size=0.03),
    ]
    return _task("by wall", "pick up the red block", rows, ("red_block",), _held("red_block"))


def _tower(rng: np.random.Generator) -> Task:
    """A tall tower right beside the way of what is carried."""
    y = rng.uniform(-0.05, 0.05)
    x = rng.uniform(0.47, 0.53)
    rows = [
        _row("block", color, (x, y, 0.02 + 0.04 * number))
        for number, color in enumerate(("blue", "green", "white", "yellow", "purple"))
    ]
    rows.append(_row("can", "red", (x + rng.uniform(-0.04, 0.04), y + 0.2)))
    gap = rng.uniform(0.055, 0.085)
    rows.append(_row("zone", "black", (x, y - 0.02 - 0.06 - gap)))
    return _task(
        "tower", "put the red can on the black zone", rows,
        ("red_can",), _within("red_can", "black_zone"),
    )  # fmt: skip


def _full(rng: np.random.Generator) -> Task:
    """A tray on which things stand already, all but one place taken, or all."""
    x, y, size = rng.uniform(0.45, 0.52), rng.uniform(-0.1, 0.1), 0.18
    rows = [_row("tray", "blue", (x, y), size=size)]
    g = object_geometry("tray", size)
    places = [(dx, dy) for dx in (-0.05, 0.0, 0.05) for dy in (-0.05, 0.0, 0.05)]
    rng.shuffle(places)
    colors = ["green", "white", "yellow", "purple", "black", "orange", "pink", "brown", "gray"]
    for (dx, dy), color in zip(places[: int(rng.integers(5, 9))], colors, strict=False):
        at = (x + dx + rng.uniform(-0.004, 0.004), y + dy + rng.uniform(-0.004, 0.004))
        rows.append(_row("block", color, (*at, g.floor_m + 0.0205), rng.uniform(-0.2, 0.2)))
    rows.append(_row("block", "red", (x, y + (0.22 if y < 0 else -0.22))))
    return _task(
        "full tray", "put the red block on the blue tray", rows,
        ("red_block",), _within("red_block", "blue_tray"),
    )  # fmt: skip


#: By name; each draws from a generator.
TRAPS: Mapping[str, Callable[[np.random.Generator], Task]] = {
    "askew": _askew,
    "narrow": _narrow,
    "beside": _beside,
    "by wall": _by_wall,
    "tower": _tower,
    "full tray": _full,
}
