"""How often each physical skill succeeds, by simulator truth: `python -m benchmarks.skills`.

Knows: random scenes, what to ask of a skill in them, how truth is judged.
Does not know: language. `--scenes-from oracle` (default) gives the skills a perfect look, so that what
fails here fails in the hand; `--scenes-from camera` gives them the perception that an agent has.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.oracle import oracle_scene
from benchmarks.tasks import CONTAINERS
from llmagentos.builder import SIMULATED_PROFILE
from llmagentos.errors import SceneError
from llmagentos.local_robot import observe
from llmagentos.motion.kinematics import wrap_angle
from llmagentos.objects.geometry import object_geometry
from llmagentos.objects.kinds import traits
from llmagentos.robot_skills import skills_for
from llmagentos.robots import load
from llmagentos.skills import SkillReport, SkillStatus
from llmagentos.types import Action, Pose, Scene, SceneObject
from sim.random_scenes import random_scene
from sim.world import SimWorld

SKILLS = ("pick", "place", "put_in", "stack", "push", "rotate")
_TOLERANCE_M = 0.015
_PUSH_TOLERANCE_M = 0.03
_TURN_TOLERANCE_RAD = 0.15


@dataclass(frozen=True)
class Trial:
    """Actions to carry out one after the other and the check of the world afterwards."""

    actions: tuple[Action, ...]
    ok: Callable[[SimWorld], bool]
    about: str


@dataclass(frozen=True)
class Result:
    """One episode: what the simulator's truth says (success) beside what the skill said (claimed)."""

    skill: str
    seed: int
    success: bool
    claimed: bool
    attempts: int
    sim_s: float
    wall_s: float
    about: str
    words: str


def make_trial(skill: str, scene: Scene, rng: np.random.Generator) -> Trial | None:
    """A trial of a skill in a scene, or None where the scene has nothing for it."""
    free = [o for o in scene.objects if not scene.on_top_of(o.id) and not traits(o.kind).is_flat]
    rng.shuffle(free)
    for item in free:
        trial = _MAKERS[skill](scene, item, rng)
        if trial is not None:
            return trial
    return None


def _position(world: SimWorld, name: str) -> tuple[float, float, float]:
    x, y, z = world.object_pose(name)[0]
    return x, y, z


def _near(world: SimWorld, name: str, x: float, y: float, tolerance_m: float) -> bool:
    return math.dist(_position(world, name)[:2], (x, y)) <= tolerance_m


def _upright(world: SimWorld, item: SceneObject) -> bool:
    matrix = world.client.getMatrixFromQuaternion(world.object_pose(item.id)[1])
    return traits(item.kind).is_cube or traits(item.kind).rolls or matrix[8] > 0.95


def _pick(scene: Scene, item: SceneObject, rng: np.random.Generator) -> Trial | None:
    lifted = item.position[2] + 0.05
    return Trial(
        (Action("pick", object_id=item.id),),
        lambda w: w.held_truth() == item.id and _position(w, item.id)[2] > lifted,
        item.label,
    )


def _free_spot(
    scene: Scene, item: SceneObject, rng: np.random.Generator, gap_m: float = 0.03
) -> tuple[float, float] | None:
    own = object_geometry(item.kind, item.size_m).footprint_radius_m
    space = scene.workspace
    for _ in range(60):
        x = float(rng.uniform(space.x_min + own, space.x_max - own))
        y = float(rng.uniform(space.y_min + own, space.y_max - own))
        if all(
            math.dist(o.position[:2], (x, y))
            > own + object_geometry(o.kind, o.size_m).footprint_radius_m + gap_m
            for o in scene.objects
            if o.id != item.id
        ):
            return x, y
    return None


def _place(scene: Scene, item: SceneObject, rng: np.random.Generator) -> Trial | None:
    spot = _free_spot(scene, item, rng)
    if spot is None:
        return None
    pose = Pose((*spot, 0.0), float(rng.uniform(-0.7, 0.7)))
    return Trial(
        (Action("pick", object_id=item.id), Action("place", object_id=item.id, pose=pose)),
        lambda w: _near(w, item.id, *spot, _TOLERANCE_M) and _upright(w, item),
        f"{item.label} {item.size_m:.3f}",
    )


def _put_in(scene: Scene, item: SceneObject, rng: np.random.Generator) -> Trial | None:
    if not traits(item.kind).is_solid:
        return None
    for goal in scene.objects:
        g = object_geometry(goal.kind, goal.size_m)
        if goal.kind not in CONTAINERS or scene.on_top_of(goal.id):
            continue
        if goal.support != "table" or item.size_m > 0.6 * goal.size_m:
            continue
        x, y, _ = goal.position
        pose = Pose((x, y, goal.bottom_z + g.floor_m))
        put = Action("place", object_id=item.id, pose=pose, support=goal.id, inside=True)

        def inside(world: SimWorld, goal: SceneObject = goal, height: float = g.height_m) -> bool:
            gx, gy, gz = _position(world, goal.id)
            px, py, pz = _position(world, item.id)
            bottom = pz - item.height_m / 2
            return math.hypot(px - gx, py - gy) < goal.size_m / 2 and bottom < gz + height / 2

        about = f"{item.label} {item.size_m:.3f} in {goal.kind} {goal.size_m:.3f}"
        return Trial((Action("pick", object_id=item.id), put), inside, about)
    return None


def _stack(scene: Scene, item: SceneObject, rng: np.random.Generator) -> Trial | None:
    if not traits(item.kind).is_cube:
        return None
    for goal in scene.objects:
        if (
            not traits(goal.kind).is_cube
            or goal.id == item.id
            or scene.on_top_of(goal.id)
            or goal.inside
        ):
            continue
        if item.size_m > goal.size_m + 0.011:
            continue
        x, y, _ = goal.position
        pose = Pose((x, y, goal.top_z), goal.yaw)
        put = Action("place", object_id=item.id, pose=pose, support=goal.id)

        def on_top(world: SimWorld, goal: SceneObject = goal) -> bool:
            gx, gy, gz = _position(world, goal.id)
            px, py, pz = _position(world, item.id)
            rise = (item.height_m + goal.height_m) / 2
            return math.hypot(px - gx, py - gy) < _TOLERANCE_M and abs(pz - gz - rise) < 0.005

        about = f"{item.label} {item.size_m:.3f} on {goal.size_m:.3f}"
        return Trial((Action("pick", object_id=item.id), put), on_top, about)
    return None


def _push(scene: Scene, item: SceneObject, rng: np.random.Generator) -> Trial | None:
    if item.support != "table":
        return None
    own = object_geometry(item.kind, item.size_m).footprint_radius_m
    others = [o for o in scene.objects if o.id != item.id and not traits(o.kind).is_flat]
    for _ in range(60):
        angle, way = rng.uniform(-math.pi, math.pi), rng.uniform(0.08, 0.2)
        ux, uy = math.cos(angle), math.sin(angle)
        x, y = item.position[0] + way * ux, item.position[1] + way * uy
        back = (item.position[0] - (own + 0.05) * ux, item.position[1] - (own + 0.05) * uy)
        if not scene.workspace.contains(x, y, own) or not scene.workspace.contains(*back, 0.0):
            continue
        if any(_crosses(o, item, back, (x, y), own) for o in others):
            continue
        return Trial(
            (Action("push", object_id=item.id, pose=Pose((x, y, 0.0))),),
            lambda w, x=x, y=y: _near(w, item.id, x, y, _PUSH_TOLERANCE_M),  # type: ignore[misc]
            f"{item.label} {item.size_m:.3f} by {way:.2f}",
        )
    return None


def _crosses(
    other: SceneObject,
    item: SceneObject,
    start: tuple[float, float],
    end: tuple[float, float],
    own: float,
) -> bool:
    """Whether another object stands in the lane from start to end, hand's width included."""
    a, b, p = np.array(start), np.array(end), np.array(other.position[:2])
    t = float(np.clip((p - a) @ (b - a) / ((b - a) @ (b - a)), 0, 1))
    distance = float(np.linalg.norm(a + t * (b - a) - p))
    reach = object_geometry(other.kind, other.size_m).footprint_radius_m
    return distance < own + reach + 0.03


def _rotate(scene: Scene, item: SceneObject, rng: np.random.Generator) -> Trial | None:
    if not traits(item.kind).is_cube or item.support != "table":
        return None
    angle = float(rng.uniform(-math.pi, math.pi))

    def turned(world: SimWorld) -> bool:
        turn = world.client.getEulerFromQuaternion(world.object_pose(item.id)[1])[2]
        wrong = abs(wrap_angle(4 * (turn - item.yaw - angle))) / 4
        return wrong < _TURN_TOLERANCE_RAD and _near(
            world, item.id, *item.position[:2], _TOLERANCE_M
        )

    action = Action("rotate", object_id=item.id, angle_rad=angle)
    return Trial((action,), turned, f"{item.label} {item.size_m:.3f} by {angle:.2f}")


_MAKERS: dict[str, Callable[[Scene, SceneObject, np.random.Generator], Trial | None]] = {
    "pick": _pick,
    "place": _place,
    "put_in": _put_in,
    "stack": _stack,
    "push": _push,
    "rotate": _rotate,
}


class Bench:
    """One world, used for episode after episode."""

    def __init__(self, source: str = "oracle") -> None:
        self.world = SimWorld()
        self._perception: Any = None
        if source == "camera":
            from llmagentos.perception import TabletopPerception

            self._perception = TabletopPerception()
        able = skills_for(self.world, self._look, load(self.world.scene.robot), SIMULATED_PROFILE)
        self.skills, self.gate = able.skills, able.gate

    def _look(self) -> Scene:
        if self._perception is None:
            return oracle_scene(self.world)
        scene: Scene = self._perception.perceive(observe(self.world, (self.world.overhead,)))
        return scene

    def episode(self, skill: str, seed: int) -> Result | None:
        """One trial; None when the seed's scene has nothing for the skill."""
        rng = np.random.default_rng(seed)
        try:
            spec = random_scene(seed, int(rng.integers(4, 9)))
        except SceneError:
            return None
        self.world.reset(spec, seed)
        self.skills.reset()
        truth = oracle_scene(self.world)
        trial = make_trial(skill, truth, rng)
        if trial is None:
            return None
        names: dict[str, str] = {}
        if self._perception is not None:
            self._perception.reset()
            names = _seen_as(truth, self._look())
        started, sim_s = time.perf_counter(), self.world.now_s
        report, attempts = SkillReport(SkillStatus.FAILED), 0
        for action in trial.actions:
            report = self._act(_renamed(action, names))
            attempts = max(attempts, report.attempts)
            if report.status is not SkillStatus.SUCCEEDED:
                break
        sim_s = self.world.now_s - sim_s
        wall_s = time.perf_counter() - started
        self.world.settle(1.0)
        claimed = report.status is SkillStatus.SUCCEEDED
        good = trial.ok(self.world)
        return Result(
            skill, seed, good, claimed, attempts, sim_s, wall_s, trial.about, report.words
        )

    def _act(self, action: Action) -> SkillReport:
        self.skills.start(action)
        report = self.skills.tick()
        while report.status is SkillStatus.RUNNING:
            report = self.skills.tick()
        return report


def _seen_as(truth: Scene, seen: Scene) -> dict[str, str]:
    """Perception's id for every true one: the nearest of the same kind, else the nearest."""
    names = {}
    for item in truth.objects:
        alike = [o for o in seen.objects if o.kind == item.kind] or list(seen.objects)
        if alike:
            best = min(alike, key=lambda o: math.dist(o.position, item.position))
            names[item.id] = best.id
    return names


def _renamed(action: Action, names: dict[str, str]) -> Action:
    from dataclasses import replace

    return replace(
        action,
        object_id=names.get(action.object_id, action.object_id),
        support=names.get(action.support, action.support),
    )


def summary(results: Sequence[Result]) -> dict[str, dict[str, float]]:
    """Per skill: episodes, success, honest (claim equals truth), attempts, median times."""
    table = {}
    for skill in dict.fromkeys(r.skill for r in results):
        rows = [r for r in results if r.skill == skill]
        table[skill] = {
            "episodes": len(rows),
            "success": float(np.mean([r.success for r in rows])),
            "honest": float(np.mean([r.success == r.claimed for r in rows])),
            "first_try": float(np.mean([r.success and r.attempts == 1 for r in rows])),
            "attempts": float(np.mean([r.attempts for r in rows])),
            "sim_s": float(np.median([r.sim_s for r in rows])),
            "wall_s": float(np.median([r.wall_s for r in rows])),
        }
    return table


def main(argv: Sequence[str] | None = None) -> None:
    """Entry point of `python -m benchmarks.skills`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--episodes", type=int, default=50, help="per skill")
    parser.add_argument("--seed", type=int, default=10_000, help="of the first scene")
    parser.add_argument("--skills", nargs="*", default=list(SKILLS), choices=SKILLS)
    parser.add_argument(
        "--scenes-from", dest="source", choices=("oracle", "camera"), default="oracle"
    )
    parser.add_argument("--json", help="write all results here")
    args = parser.parse_args(argv)
    bench, results = Bench(args.source), []
    for skill in args.skills:
        seed, done = args.seed, 0
        while done < args.episodes:
            result = bench.episode(skill, seed)
            seed += 1
            if result is None:
                continue
            done += 1
            results.append(result)
            if not (result.success and result.claimed):
                print(f"  {skill} seed {result.seed}: {result.about}: {result.words}", flush=True)
        row = summary([r for r in results if r.skill == skill])[skill]
        print(skill, " ".join(f"{k} {v:.3g}" for k, v in row.items()), flush=True)
    print(f"gate rejections: {dict(bench.gate.rejections)}")
    if args.json:
        with Path(args.json).open("w", encoding="utf-8") as file:
            json.dump({"summary": summary(results), "results": [vars(r) for r in results]}, file)


if __name__ == "__main__":
    main()
