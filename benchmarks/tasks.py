"""Single commands with what they must bring about: the tasks of the commands benchmark.

Knows: how to draw a scene, an unambiguous command for it, and the predicate that judges it.
Does not know: the robot. Wordings here belong to the benchmark and stay out of the training
corpus (tests/llm_edge checks that).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from benchmarks import predicates as judge
from llmagentos.errors import SceneError
from llmagentos.learning.meanings import Meaning, Mixture
from llmagentos.learning.reward import Verdict
from llmagentos.objects.kinds import KINDS
from llmagentos.robots import DEFAULT_ROBOT
from sim.random_scenes import random_scene
from sim.scene import ObjectSpec, SceneSpec

Objects = Mapping[str, Mapping[str, Any]]
#: (before, after, held) → whether the world is as asked for.
Check = Callable[[Objects, Objects, str | None], bool]

#: Places for things are so far inside the arm's work area, at scale 1.
_BORDER_M = 0.02
SKILLS = ("pick", "put_in", "put_on", "beside", "corner", "side", "push", "stack")
_COMMON = [kind for kind in KINDS.values() if kind.frequency]
#: What fits between two fingers; wide vessels; what things are put on.
LIGHT = tuple(k.name for k in _COMMON if not k.is_flat and k.size_m < 0.08)
CONTAINERS = tuple(k.name for k in _COMMON if k.is_container and k.name not in LIGHT)
FLAT = tuple(k.name for k in _COMMON if k.is_surface or k.is_cube)
#: Region as predicates name it → how a person may say it.
CORNERS = {
    "back_left": ("top left", "far left", "back left"),
    "back_right": ("top right", "far right", "back right"),
    "front_left": ("bottom left", "near left", "front left"),
    "front_right": ("bottom right", "near right", "front right"),
}
SIDES = {
    "left": ("left",),
    "right": ("right",),
    "back": ("back", "far", "top"),
    "front": ("front", "bottom"),
}
BESIDE = {
    "left": ("to the left of", "on the left of", "left of"),
    "right": ("to the right of", "on the right side of", "right of"),
    "front": ("in front of",),
    "back": ("behind", "at the back of"),
}
PUSHES = {
    "left": ("to the left", "leftwards"),
    "right": ("to the right", "rightwards"),
    "front": ("towards you", "backwards"),
    "back": ("forward", "away from you"),
}


@dataclass(frozen=True)
class Task:
    """One episode: the command, the scene it is said in, and how it is judged.

    moved: ids that may move; target: the id the command is about.
    """

    skill: str
    command: str
    scene: SceneSpec
    target: str
    moved: tuple[str, ...]
    check: Check


@dataclass(frozen=True)
class Done:
    """What came of a command: how it ended, the world before and after by id, what is held."""

    status: str
    before: Objects
    after: Objects
    held: str | None = None


def check(task: Task, done: Done) -> Verdict:
    """Whether the world is as asked for, and everything else where it was."""
    why, limit = "", judge.STILL_M * task.scene.workspace.scale
    before, after = list(done.before.values()), list(done.after.values())
    if not task.check(done.before, done.after, done.held):
        why = "wrong world"
    elif not judge.still(before, after, task.moved, limit):
        why = "bystander moved"
    return Verdict("act", done.status, why)


def mixture(skills: Sequence[str] = SKILLS) -> Mixture[Task, Done]:
    """One meaning a skill, all drawn equally often."""
    return Mixture([Meaning(skill, partial(_drawn, skill), check) for skill in skills])


def _drawn(skill: str, seed: int) -> Task:
    return random_task(skill, np.random.default_rng(seed))


def random_task(skill: str, rng: np.random.Generator, robot: str = DEFAULT_ROBOT) -> Task:
    """Draw scenes until one has an unambiguous command of that skill that is not done already.

    robot: name or folder of the arm that it is for.
    """
    while True:
        try:
            drawn, count = int(rng.integers(2**31)), int(rng.integers(4, 8))
            scene = random_scene(drawn, count, robot=robot)
        except SceneError:  # drew more than fits the table
            continue
        task = _MAKERS[skill](scene, rng)
        if task is not None and not _done_already(task):
            return task


def _done_already(task: Task) -> bool:
    """Whether doing nothing would pass: such an episode measures nothing."""
    now = {
        str(o.id): {
            "id": o.id,
            "kind": o.kind,
            "color": o.color,
            "size": o.geometry.size_m,
            "position": o.xyz,
            "yaw": o.yaw,
        }
        for o in task.scene.objects
    }
    return task.check(now, now, None)


def _unique(scene: SceneSpec, kinds: Sequence[str]) -> list[ObjectSpec]:
    names = Counter((o.color, o.kind) for o in scene.objects)
    return [o for o in scene.objects if o.kind in kinds and names[(o.color, o.kind)] == 1]


def _say(o: ObjectSpec) -> str:
    return f"the {o.color} {o.kind}"


def _draw(rng: np.random.Generator, items: Sequence[Any]) -> Any:
    return items[int(rng.integers(len(items)))]


def _task(
    skill: str, said: str, scene: SceneSpec, item: ObjectSpec, check: Check, *others: ObjectSpec
) -> Task:
    moved = tuple(str(o.id) for o in (item, *others))
    return Task(skill, said, scene, str(item.id), moved, check)


def _pick(scene: SceneSpec, rng: np.random.Generator) -> Task | None:
    items = _unique(scene, LIGHT)
    if not items:
        return None
    item = _draw(rng, items)
    said = _draw(rng, ("grab {}", "pick up {}", "could you lift {}", "take {} please"))
    name, scale = str(item.id), scene.workspace.scale
    return _task(
        "pick",
        said.format(_say(item)),
        scene,
        item,
        lambda b, a, held: judge.held_up(a[name], b[name], held, scale),
    )


def _onto(skill: str, kinds: Sequence[str], says: Sequence[str], ok: Any) -> Any:
    def make(scene: SceneSpec, rng: np.random.Generator) -> Task | None:
        items = _unique(scene, ("block", "ball", "can") if skill == "put_in" else ("block",))
        targets = _unique(scene, kinds)
        scale = scene.workspace.scale
        pairs = [(i, t) for i in items for t in targets if _fits(i, t, scale)]
        if not pairs:
            return None
        item, target = _draw(rng, pairs)
        name, goal = str(item.id), str(target.id)
        said = str(_draw(rng, says)).format(_say(item), _say(target))
        return _task(
            skill,
            said,
            scene,
            item,
            lambda b, a, held: ok(a[name], a[goal], scale) and held is None,
        )

    return make


def _inside(o: judge.Obj, container: judge.Obj, scale: float) -> bool:
    return judge.inside(o, container)  # a matter of the container's own size


def _fits(item: ObjectSpec, target: ObjectSpec, scale: float) -> bool:
    if item is target:
        return False
    if KINDS[target.kind].is_cube:
        return item.geometry.size_m <= target.geometry.size_m + 0.011 * scale
    return item.geometry.size_m <= 0.6 * target.geometry.size_m


def _beside(scene: SceneSpec, rng: np.random.Generator) -> Task | None:
    items, landmarks = _unique(scene, ("block", "can", "cup")), _unique(scene, ("bowl", "block"))
    direction = str(_draw(rng, list(BESIDE)))
    ux, uy = judge.DIRECTIONS[direction]
    pairs, scale = [], scene.workspace.scale
    for item in items:
        for mark in landmarks:
            x, y = mark.xyz[0] + 0.13 * scale * ux, mark.xyz[1] + 0.13 * scale * uy
            if item is not mark and _free(scene, x, y, item) and _on_table(mark):
                pairs.append((item, mark))
    if not pairs:
        return None
    item, mark = _draw(rng, pairs)
    name, goal = str(item.id), str(mark.id)
    said = str(_draw(rng, ("put {} {} {}", "move {} {} {}", "place {} {} {}")))
    said = said.format(_say(item), _draw(rng, BESIDE[direction]), _say(mark))
    return _task(
        "beside",
        said,
        scene,
        item,
        lambda b, a, held: judge.beside(a[name], a[goal], direction, scale) and held is None,
    )


def _free(scene: SceneSpec, x: float, y: float, item: ObjectSpec, room_m: float = 0.01) -> bool:
    """Whether `item` could stand at (x, y), reachable and away from everything else."""
    area = scene.workspace
    if not area.contains(x, y, _BORDER_M * area.scale):
        return False
    radius = item.geometry.footprint_radius_m
    return all(
        o is item
        or ((o.xyz[0] - x) ** 2 + (o.xyz[1] - y) ** 2) ** 0.5
        > radius + o.geometry.footprint_radius_m + room_m * area.scale
        for o in scene.objects
    )


def _on_table(o: ObjectSpec) -> bool:
    return o.xyz[2] - o.geometry.height_m / 2 < 0.005


def _region(skill: str, names: Mapping[str, Sequence[str]], says: Sequence[str]) -> Any:
    def make(scene: SceneSpec, rng: np.random.Generator) -> Task | None:
        items = _unique(scene, ("block", "can", "cup"))
        if not items:
            return None
        item, region = _draw(rng, items), str(_draw(rng, list(names)))
        name, area = str(item.id), scene.workspace
        said = str(_draw(rng, says)).format(_say(item), _draw(rng, names[region]))
        return _task(
            skill,
            said,
            scene,
            item,
            lambda b, a, held: judge.at_region(a[name], region, area) and held is None,
        )

    return make


def _push(scene: SceneSpec, rng: np.random.Generator) -> Task | None:
    direction = str(_draw(rng, list(PUSHES)))
    ux, uy = judge.DIRECTIONS[direction]
    items, scale = [], scene.workspace.scale
    for item in _unique(scene, ("block", "can")):
        x, y, _ = item.xyz
        path = [(x + d * scale * ux, y + d * scale * uy) for d in (0.0, 0.05, 0.10, 0.15)]
        behind = (x - 0.07 * scale * ux, y - 0.07 * scale * uy)
        if all(_free(scene, px, py, item, 0.02) for px, py in [behind, *path]):
            items.append(item)
    if not items:
        return None
    item = _draw(rng, items)
    name = str(item.id)
    said = str(_draw(rng, ("push {} {}", "slide {} {}", "nudge {} a bit {}")))
    said = said.format(_say(item), _draw(rng, PUSHES[direction]))
    return _task(
        "push",
        said,
        scene,
        item,
        lambda b, a, held: judge.pushed(a[name], b[name], direction, scale) and held is None,
    )


_MAKERS: dict[str, Callable[[SceneSpec, np.random.Generator], Task | None]] = {
    "pick": _pick,
    "put_in": _onto(
        "put_in", CONTAINERS, ("put {} in {}", "drop {} into {}", "{} goes in {}"), _inside
    ),
    "put_on": _onto("put_on", FLAT, ("put {} on {}", "place {} on top of {}"), judge.on_top),
    "beside": _beside,
    "corner": _region(
        "corner", CORNERS, ("put {} in the {} corner", "move {} to the {} corner of the table")
    ),
    "side": _region("side", SIDES, ("put {} on the {} side", "move {} over to the {} side")),
    "push": _push,
    "stack": _onto("stack", ("block",), ("stack {} on {}", "set {} on top of {}"), judge.on_top),
}
