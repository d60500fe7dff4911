"""What one thing that is wrong with pictures costs perception: effect by level, tables, severities.

    python -m benchmarks.robustness --scenes 8 --seed 720000

Knows: the effects and levels that are tried. Does not know: how scenes are scored
(benchmarks.perception). Half of the scenes have things apart, half stacked, filled and touching ones.
Seeds from 720,000 up are kept for this benchmark; tests take 725,000 and more.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.perception import Score, run
from sim.noise import SensorNoise, severity
from sim.tables import MAT, RANDOM, TABLES

_DEGREE = math.pi / 180
#: Every effect alone, by its name: levels in words, with the figures that make them.
EFFECTS: dict[str, dict[str, dict[str, Any]]] = {
    "depth noise in blotches": {f"{v} mm": {"blotch_m": v / 1000} for v in (1.3, 2.3, 3.5)},
    "lost pixels": {f"{v} %": {"depth_dropout": v / 100} for v in (0.5, 2)},
    "holes along edges": {f"{v} px": {"hole_px": v} for v in (1, 2, 3)},
    "wandering edges": {f"{v} px": {"smear_px": v} for v in (1, 2)},
    "flying pixels": {f"{v} %": {"flying": v / 100} for v in (15, 30, 60)},
    "a second eye's shadow": {f"{v} mm": {"baseline_m": v / 1000} for v in (50, 100)},
    "table's height": {f"±{v} mm": {"offset_m": v / 1000} for v in (3, 10)},
    "scale": {f"±{v} %": {"scale": v / 100} for v in (0.3, 0.6)},
    "lean": {f"±{v}°": {"tilt_rad": v * _DEGREE} for v in (0.2, 0.5, 1)},
    "colour beside depth": {f"±{v} px": {"shift_px": v} for v in (1, 2, 3)},
    "grain": {f"{v}": {"rgb_std": v} for v in (5, 10, 14)},
    "out of focus": {f"{v} px": {"blur_px": v} for v in (1, 2)},
    "moved": {f"{v} px": {"motion_px": v} for v in (5, 11)},
    "exposure": {f"±{v} %": {"exposure": v / 100} for v in (20, 40)},
    "white balance": {f"±{v} %": {"balance": v / 100} for v in (6, 12)},
    "lamps": {f"{v} %": {"lamp": v / 100} for v in (15, 35)},
    "reflections": {f"{v}": {"glare": v} for v in (1, 3)},
    "coarse colours": {"half": {"chroma": True}},
}
SEVERE = ("mild", "typical", "bad", "typical-tof", "bad-tof")


@dataclass(frozen=True)
class Case:
    """One row: noise, on a table. effect and level: what it is called."""

    effect: str
    level: str
    noise: SensorNoise
    table: str = MAT


def cases(only: str = "") -> Iterator[Case]:
    """All rows, or those whose effect has `only` in its name."""
    every = [Case("nothing", "", SensorNoise())]
    every += [
        Case(effect, level, SensorNoise(**figures))
        for effect, levels in EFFECTS.items()
        for level, figures in levels.items()
    ]
    tops = [name for name in TABLES if name != MAT]
    every += [Case("table", name, SensorNoise(), name) for name in tops]
    every += [Case("severity", name, severity(name)) for name in SEVERE]
    every += [Case("severity, a table each", n, severity(n), RANDOM) for n in ("typical", "bad")]
    return (case for case in every if only in case.effect)


def measure(case: Case, seeds: range) -> Score:
    """Half of the seeds' scenes with things apart, half stacked, filled and touching."""
    half = (
        range(seeds.start, seeds.start + (len(seeds) + 1) // 2),
        range(seeds.start, seeds.start + len(seeds) // 2),
    )
    parts = [
        run(case.effect, difficulty, some, case.noise, case.noise.exposure > 0, None, case.table)
        for difficulty, some in zip(("plain", "complex"), half, strict=True)
        if len(some)
    ]
    return joined(parts)


def joined(parts: Sequence[Score]) -> Score:
    """All sums of several scores in one."""
    total = Score(parts[0].name)
    for part in parts:
        for name, value in vars(part).items():
            if name == "confusions":
                total.confusions.update(value)
            elif name != "name":
                setattr(total, name, getattr(total, name) + value)
    return total


def row(case: Case, score: Score) -> dict[str, Any]:
    """Plain figures; shares of all objects."""
    found = score.summary()
    return {
        "effect": case.effect,
        "level": case.level,
        "objects": score.objects,
        "missed": round(score.missed / max(score.objects, 1), 4),
        "invented": round(score.invented / max(score.objects, 1), 4),
        "kind": found["kind_accuracy"],
        "color": found["color_accuracy"],
        "position_median_mm": found["position_median_mm"],
        "look_ms": round(1000 * score.cpu_s / max(score.scenes, 1), 1),
    }


def main() -> None:
    """Entry point of `python -m benchmarks.robustness`: what perception takes, and what not."""
    parser = argparse.ArgumentParser(description="What perception takes: effect by level.")
    parser.add_argument("--scenes", type=int, default=8, help="scenes a row")
    parser.add_argument("--seed", type=int, default=720_000, help="first scene")
    parser.add_argument("--only", default="", help="effects with this in their name")
    parser.add_argument("--json", type=Path, help="write the figures here as well")
    args = parser.parse_args()
    print("| effect | level | missed | invented | kind | colour | position, median | a look |")
    print("|---|---|---|---|---|---|---|---|")
    rows = []
    for case in cases(args.only):
        found = row(case, measure(case, range(args.seed, args.seed + args.scenes)))
        rows.append(found)
        print(
            f"| {found['effect']} | {found['level']} | {found['missed']:.1%} | "
            f"{found['invented']:.1%} | {found['kind']:.1%} | {found['color']:.1%} | "
            f"{found['position_median_mm']:.1f} mm | {found['look_ms']:.0f} ms |",
            flush=True,
        )
    if args.json:
        args.json.write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
