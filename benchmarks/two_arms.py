"""One arm and two arms sort the same blocks: how long, how near to each other, how long they wait.

    python -m benchmarks.two_arms                # 20 runs of each, side by side
    python -m benchmarks.two_arms --runs 200 --blocks 4 --only-two
    python -m benchmarks.two_arms --facing --runs 20             # two that stand face to face, alone

Knows: blocks of two colours, a place for each colour in the strip between the arms, the judge. Does not
know: how the arms keep apart (sim.side_by_side).

The one arm has all blocks on its side; of the two, each has half of them on its own side, at the same distances:
the second arm's are the mirrored ones. Arms that stand face to face reach the middle from both ends. Places and
colours are a seed's.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from llmagentos.types import Action, Pose
from sim.scene import ArmPlace, ObjectSpec, SceneSpec
from sim.side_by_side import Halves, SideBySide
from sim.world import SimWorld

#: Where the second arm stands and where both put blocks down, in the first one's frame, metres.
BASE_Y_M, MIDDLE_Y_M = -0.68, -0.34
HALVES = Halves(MIDDLE_Y_M, 0.17)
#: The same where the second arm stands face to face with the first one: as far away as both still reach the middle.
FACING_X_M = 1.3
FACING = Halves(FACING_X_M / 2, 0.21, axis=0)
_FACING_GRID_X_M, _FACING_GRID_Y_M = (0.34, 0.42), (-0.24, -0.08, 0.08, 0.24)
#: Where its line of each colour begins along the middle.
_FACING_GOALS_Y_M = {"red": -0.26, "blue": 0.09}
#: Where what is red and what is blue is lined up along the middle, the first block of each, and how far the
#: next one is.
GOALS_X_M, _NEXT_M = {"red": 0.31, "blue": 0.53}, 0.055
#: Where blocks stand on an arm's own side: a grid, each shifted by up to so much.
_GRID_X_M, _GRID_Y_M, _SHIFT_M = (0.36, 0.45, 0.54, 0.63), (0.06, 0.20), 0.012
#: A block counts as sorted so near to the middle, and between the ends of its colour's line.
_NEAR_M = 0.03


@dataclass(frozen=True)
class Run:
    """One run. arms: 1 or 2; sorted: blocks that are where they belong, by the simulator's truth."""

    seed: int
    arms: int
    blocks: int
    took_s: float
    gap_m: float
    waited_s: float
    sorted: int
    failed: tuple[str, ...]
    facing: bool = False


def scene_of(
    seed: int, arms: int, blocks: int = 8, facing: bool = False
) -> tuple[SceneSpec, dict[str, list[Action]]]:
    """The scene, and what each arm does."""
    rng = np.random.default_rng([seed, 0x2A])
    grid = (_FACING_GRID_X_M, _FACING_GRID_Y_M) if facing else (_GRID_X_M, _GRID_Y_M)
    spots = list(product(*grid))
    order = rng.permutation(len(spots))[:blocks]
    colors = rng.permutation((["red", "blue"] * 4)[:blocks])
    objects, jobs = [], dict[str, list[Action]]()
    placed = {"red": 0, "blue": 0}
    for number, spot in enumerate(order):
        x, y = np.array(spots[spot]) + rng.uniform(-_SHIFT_M, _SHIFT_M, 2)
        color = str(colors[number])
        right = arms == 2 and number % 2 == 1
        at = (float(x), float(y)) if not right else _other_side(float(x), float(y), facing)
        item = ObjectSpec(
            kind="block",
            color=color,
            position=at,
            yaw=float(rng.uniform(-0.6, 0.6)),
            id=f"b{number}",
        )
        objects.append(item)
        goal = _goal(color, placed[color], right, facing)
        placed[color] += 1
        jobs.setdefault("right" if right else "left", []).extend(
            [Action("pick", object_id=f"b{number}"), Action("place", f"b{number}", goal)]
        )
    other = ArmPlace(name="right", position=(0.0, BASE_Y_M))
    if facing:
        other = ArmPlace(name="right", position=(FACING_X_M, 0.0), yaw=math.pi)
    places = [ArmPlace(name="left"), other]
    scene = SceneSpec(objects=objects, robots=places[:arms])
    scene.check()
    return scene, jobs


def _other_side(x: float, y: float, facing: bool) -> tuple[float, float]:
    """The same distance from the second arm: mirrored at the middle."""
    return (FACING_X_M - x, y) if facing else (x, 2 * MIDDLE_Y_M - y)


def _goal(color: str, number: int, right: bool, facing: bool) -> Pose:
    """Where a colour's block goes, in the frame of the arm that brings it."""
    if facing:
        y = _FACING_GOALS_Y_M[color] + _NEXT_M * number
        return Pose((FACING_X_M / 2, -y if right else y, 0.0))
    base_y = BASE_Y_M if right else 0.0
    return Pose((GOALS_X_M[color] + _NEXT_M * number, MIDDLE_Y_M - base_y, 0.0))


def run(seed: int, arms: int, blocks: int = 8, facing: bool = False) -> Run:
    """Sort, and judge."""
    scene, jobs = scene_of(seed, arms, blocks, facing)
    halves = FACING if facing else HALVES
    world = SimWorld(scene, renderer="tiny")
    try:
        told = SideBySide(world, halves if arms == 2 else None).run(jobs)
        world.settle(1.0)
        good = sum(_is_sorted(row, facing) for row in world.objects())
    finally:
        world.close()
    return Run(
        seed, arms, blocks, round(told.took_s, 2), round(told.gap_m, 4),
        round(sum(told.waited_s.values()), 2), good, told.failed, facing,
    )  # fmt: skip


def _is_sorted(row: Mapping[str, Any], facing: bool = False) -> bool:
    x, y, _ = row["position"]
    first = (_FACING_GOALS_Y_M if facing else GOALS_X_M)[row["color"]]
    along, off = (y, x - FACING_X_M / 2) if facing else (x, y - MIDDLE_Y_M)
    return bool(first - _NEAR_M < along < first + 3 * _NEXT_M + _NEAR_M and abs(off) < _NEAR_M)


def table(runs: list[Run]) -> str:
    """Markdown, with the ratio."""
    lines = [
        "| arms | runs | simulated seconds, median (worst) | sorted | waited, median | "
        "nearest to each other |",
        "|---|---|---|---|---|---|",
    ]
    medians = {}
    for arms in (1, 2):
        own = [r for r in runs if r.arms == arms]
        if not own:
            continue
        times = [r.took_s for r in own]
        medians[arms] = statistics.median(times)
        gap = f"{1000 * min(r.gap_m for r in own):.0f} mm" if arms == 2 else ""
        lines.append(
            f"| {arms} | {len(own)} | {medians[arms]:.1f} s ({max(times):.1f} s) | "
            f"{sum(r.sorted for r in own)} of {sum(r.blocks for r in own)} | "
            f"{statistics.median(r.waited_s for r in own):.1f} s | {gap} |"
        )
    if len(medians) == 2:
        pairs = {r.seed: r.took_s for r in runs if r.arms == 1}
        ratios = [r.took_s / pairs[r.seed] for r in runs if r.arms == 2 and r.seed in pairs]
        lines.append(
            f"\ntwo arms take {statistics.median(ratios):.2f} of one arm's time (worst {max(ratios):.2f})"
        )
    touched = [r.seed for r in runs if r.gap_m <= 0]
    lines.append(f"runs in which arms touched: {len(touched)}")
    return "\n".join(lines)


def main() -> None:
    """Print the table. Exit code 1: arms touched."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--blocks", type=int, default=8, choices=(2, 4, 6, 8))
    parser.add_argument("--only-two", action="store_true", help="no runs of one arm")
    parser.add_argument("--facing", action="store_true", help="two arms face to face, alone")
    parser.add_argument("--lines", type=Path, help="a file to which each run is added as JSON")
    args = parser.parse_args()
    runs = []
    for seed in range(args.first, args.first + args.runs):
        for arms in (2,) if args.only_two or args.facing else (1, 2):
            runs.append(run(seed, arms, args.blocks, args.facing))
            if args.lines:
                with args.lines.open("a") as file:
                    file.write(json.dumps(asdict(runs[-1])) + "\n")
    print(table(runs))
    if any(r.gap_m <= 0 for r in runs):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
