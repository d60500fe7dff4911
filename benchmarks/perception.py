"""How well the camera's scene agrees with the simulator's truth.

    python -m benchmarks.perception --scenes 200 --seed 700000

Knows: scoring. Truth is used here and nowhere in perception. Seeds from 700,000 up are kept for
this benchmark; training uses 500,000 to 599,999 and development everything below 100,000.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import cv2  # noqa: E402 - after the thread limits, which are read when the libraries load
import numpy as np  # noqa: E402

from llmagentos.objects.geometry import object_geometry  # noqa: E402
from llmagentos.perception import TabletopPerception, draw_overlay  # noqa: E402
from llmagentos.perception.relations import with_supports  # noqa: E402
from llmagentos.types import Observation, Scene, SceneObject  # noqa: E402
from sim.noise import SensorNoise, severity  # noqa: E402
from sim.tables import MAT  # noqa: E402
from sim.world import SimWorld  # noqa: E402
from training.perception.scenes import scene_for  # noqa: E402

#: Farther from every detection than this, an object counts as missed.
_MATCH_M = 0.05
GOALS = "goals: median <= 5 mm, p95 <= 15 mm, kind and colour >= 98 %, >= 30 fps"


@dataclass
class Score:
    """Sums over scenes. position_mm, height_mm, size_mm, yaw_deg: errors of matched objects."""

    name: str
    scenes: int = 0
    objects: int = 0
    position_mm: list[float] = field(default_factory=list)
    height_mm: list[float] = field(default_factory=list)
    size_mm: list[float] = field(default_factory=list)
    yaw_deg: list[float] = field(default_factory=list)
    kinds: list[bool] = field(default_factory=list)
    colors: list[bool] = field(default_factory=list)
    supports: list[bool] = field(default_factory=list)
    missed: int = 0
    invented: int = 0
    confusions: Counter[str] = field(default_factory=Counter)
    cpu_s: float = 0.0
    wall_s: float = 0.0

    def summary(self) -> dict[str, Any]:
        """Plain numbers for people and JSON."""
        return {
            "row": self.name,
            "scenes": self.scenes,
            "objects": self.objects,
            "position_median_mm": round(float(np.median(self.position_mm)), 2),
            "position_p95_mm": round(float(np.percentile(self.position_mm, 95)), 2),
            "height_p95_mm": round(float(np.percentile(self.height_mm, 95)), 2),
            "size_p95_mm": round(float(np.percentile(self.size_mm, 95)), 2),
            "yaw_p95_deg": round(float(np.percentile(self.yaw_deg or [0.0], 95)), 2),
            "kind_accuracy": round(float(np.mean(self.kinds)), 4),
            "color_accuracy": round(float(np.mean(self.colors)), 4),
            "support_accuracy": round(float(np.mean(self.supports)), 4),
            "missed": self.missed,
            "invented": self.invented,
            "fps_one_core": round(self.scenes / max(self.cpu_s, 1e-9), 1),
            "fps_wall": round(self.scenes / max(self.wall_s, 1e-9), 1),
            "confusions": dict(self.confusions.most_common(8)),
        }


def truth_scene(objects: list[dict[str, Any]]) -> list[SceneObject]:
    """The simulator's objects in perception's terms, with supports by the same rules."""
    items = []
    for o in objects:
        g = object_geometry(o["kind"], o["size"])
        x, y, z = o["position"]
        items.append(
            SceneObject(
                id=o["id"],
                kind=o["kind"],
                color=o["color"],
                size_m=o["size"],
                height_m=g.height_m,
                position=(x, y, z),
                yaw=0.0 if g.is_round else o["yaw"],
            )
        )
    return with_supports(items)


def match(truth: list[SceneObject], seen: tuple[SceneObject, ...]) -> dict[str, SceneObject]:
    """Pairs, nearest first; of equally near ones those that agree in kind and colour."""
    pairs = []
    for t in truth:
        for s in seen:
            gap = math.dist(t.position, s.position)
            if gap < _MATCH_M:
                wrong = 0.03 * (t.kind != s.kind) + 0.02 * (t.color != s.color)
                pairs.append((gap + wrong, t.id, s.id))
    by_id = {s.id: s for s in seen}
    result: dict[str, SceneObject] = {}
    taken: set[str] = set()
    for _, t_id, s_id in sorted(pairs):
        if t_id not in result and s_id not in taken:
            result[t_id] = by_id[s_id]
            taken.add(s_id)
    return result


def add(score: Score, truth: list[SceneObject], scene: Scene) -> bool:
    """Score one scene; returns whether everything was right."""
    pairs = match(truth, scene.objects)
    to_truth = {s.id: t_id for t_id, s in pairs.items()} | {"table": "table"}
    before = len(score.confusions), score.missed, score.invented
    for t in truth:
        score.objects += 1
        s = pairs.get(t.id)
        if s is None:
            score.missed += 1
            score.confusions[f"{t.kind} -> missed"] += 1
            continue
        score.position_mm.append(1e3 * math.dist(t.position[:2], s.position[:2]))
        score.height_mm.append(1e3 * abs(t.position[2] - s.position[2]))
        score.size_mm.append(1e3 * abs(t.size_m - s.size_m))
        if t.kind == s.kind and not object_geometry(t.kind, t.size_m).is_round:
            turn = (s.yaw - t.yaw + math.pi / 4) % (math.pi / 2) - math.pi / 4
            score.yaw_deg.append(abs(math.degrees(turn)))
        score.kinds.append(t.kind == s.kind)
        score.colors.append(t.color == s.color)
        right = to_truth.get(s.support) == t.support and s.inside == t.inside
        score.supports.append(right)
        if t.kind != s.kind:
            score.confusions[f"{t.kind} -> {s.kind}"] += 1
        if t.color != s.color:
            score.confusions[f"{t.color} -> {s.color}"] += 1
        if not right:
            score.confusions[f"support of {t.kind}"] += 1
    score.invented += len(scene.objects) - len(pairs)
    return before == (len(score.confusions), score.missed, score.invented)


def run(
    name: str,
    difficulty: str,
    seeds: range,
    noise: SensorNoise | None,
    vary_light: bool,
    save_to: Path | None = None,
    table: str = MAT,
) -> Score:
    """Score one kind of scenes. save_to: where pictures of imperfect scenes go. table: see
    sim.tables, "random" for another one each scene."""
    cv2.setNumThreads(1)
    score, perception = Score(name), TabletopPerception()
    world = SimWorld(noise=noise, vary_light=vary_light)
    for seed in seeds:
        world.reset(scene_for(seed, difficulty).with_table(table, seed), seed=seed)
        frame, state = world.overhead.capture(), world.state()
        perception.reset()
        cpu, wall = time.process_time(), time.perf_counter()
        scene = perception.perceive(Observation((frame,), state))
        score.cpu_s += time.process_time() - cpu
        score.wall_s += time.perf_counter() - wall
        score.scenes += 1
        good = add(score, truth_scene(world.objects()), scene)
        if save_to is not None and not good:
            save_to.mkdir(parents=True, exist_ok=True)
            picture = draw_overlay(frame, scene)[:, :, ::-1]
            cv2.imwrite(str(save_to / f"{difficulty}_{seed}.png"), picture)
    world.close()
    return score


def print_table(scores: list[Score]) -> None:
    """The rows for people."""
    head = ("row", "objects", "pos med", "p95 mm", "z p95", "size p95", "yaw p95", "kind",
            "colour", "support", "missed", "invented", "fps")  # fmt: skip
    rows = []
    for s in (x.summary() for x in scores):
        rows.append((
            s["row"], str(s["objects"]), f"{s['position_median_mm']:.1f}",
            f"{s['position_p95_mm']:.1f}", f"{s['height_p95_mm']:.1f}", f"{s['size_p95_mm']:.1f}",
            f"{s['yaw_p95_deg']:.1f}", f"{s['kind_accuracy']:.2%}", f"{s['color_accuracy']:.2%}",
            f"{s['support_accuracy']:.2%}", str(s["missed"]), str(s["invented"]),
            f"{s['fps_one_core']:.0f}",
        ))  # fmt: skip
    widths = [max(len(r[k]) for r in [head, *rows]) for k in range(len(head))]
    for row in [head, *rows]:
        print("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)))
    for x in scores:
        if x.confusions:
            print(f"{x.name}: " + ", ".join(f"{k} x{n}" for k, n in x.confusions.most_common(8)))
    print(GOALS)


def main() -> None:
    """Entry point of `python -m benchmarks.perception`: what the camera sees against the truth."""
    parser = argparse.ArgumentParser(description="Perception against the simulator's truth.")
    parser.add_argument("--scenes", type=int, default=200)
    parser.add_argument("--seed", type=int, default=700_000, help="first scene")
    parser.add_argument("--json", type=Path, help="write the figures here as well")
    parser.add_argument("--save", type=Path, help="save pictures of imperfect scenes here")
    parser.add_argument("--noise", help="one severity (sim.noise) instead of the four rows")
    parser.add_argument("--table", default=MAT, help="see sim.tables; random: another each scene")
    args = parser.parse_args()
    seeds = range(args.seed, args.seed + args.scenes)

    def noise() -> SensorNoise:
        return SensorNoise(rgb_std=4.0, depth_std_m=0.0015, depth_dropout=0.002)

    rows: tuple[tuple[str, str, SensorNoise | None, bool], ...] = (
        ("apart, clean", "plain", None, False),
        ("apart, light and noise vary", "plain", noise(), True),
        ("stacked, filled, touching", "complex", None, False),
        ("the same, light and noise vary", "complex", noise(), True),
    )
    if args.noise:
        rows = tuple(
            (f"{words}, {args.noise}, {args.table}", difficulty, severity(args.noise), True)
            for words, difficulty in (("apart", "plain"), ("stacked, filled", "complex"))
        )
    scores = []
    for name, difficulty, grain, light in rows:
        scores.append(run(name, difficulty, seeds, grain, light, args.save, args.table))
        print(f"{name}: done", flush=True)
    print_table(scores)
    if args.json:
        args.json.write_text(json.dumps([s.summary() for s in scores], indent=1))


if __name__ == "__main__":
    main()
