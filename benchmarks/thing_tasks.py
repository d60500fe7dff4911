"""Commands about things of no known kind, with what they must bring about.

Knows: random scenes with such things, what tells one from the others (colour, form, place), and how
each command is judged by the simulator's truth. Does not know: the robot, perception, plans.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from benchmarks import predicates as judge
from benchmarks.tasks import BESIDE, PUSHES, SIDES, Done, Objects, Task, check
from llmagentos.errors import SceneError
from llmagentos.learning.reward import Verdict
from llmagentos.objects.kinds import THING
from sim.random_scenes import random_scene
from sim.scene import ObjectSpec, SceneSpec

#: Kinds that stand around, and what is put into.
_AROUND = ("block", "cup", "can", "bowl", "box")
_VESSELS = ("box",)
#: A measure stands out when it is so many times the next one's, and so much more, metres.
_STANDS_OUT, _STANDS_OUT_M = 1.3, 0.015
_NEAR_M, _NOT_NEAR_M = 0.11, 0.16
_NOUNS = ("thing", "object")
SKILLS = ("pick", "put_in", "beside", "side", "push", "landmark", "everything", "question")


@dataclass(frozen=True)
class ThingTask(Task):
    """A task, and words one of which its reply must hold (none: the world alone is judged)."""

    replies: tuple[str, ...] = field(default=())


def judged(task: ThingTask, done: Done, reply: str) -> Verdict:
    """Whether the world is as asked for, everything else where it was, and the answer right."""
    verdict = check(task, done)
    if verdict.right and task.replies and not any(w in reply.lower() for w in task.replies):
        return Verdict("act", done.status, "wrong answer")
    return verdict


def draw_task(skill: str, rng: np.random.Generator) -> ThingTask:
    """Draw scenes until one has an unambiguous command of that skill that is not done already."""
    while True:
        try:
            scene = random_scene(
                int(rng.integers(2**31)), int(rng.integers(2, 4)), _AROUND,
                things=int(rng.integers(1, 4)),
            )  # fmt: skip
        except SceneError:  # drew more than fits the table
            continue
        task = _MAKERS[skill](scene, rng)
        if task is not None and (task.replies or not _done_already(task)):
            return task


def _done_already(task: Task) -> bool:
    rows = {str(o.id): _row(o) for o in task.scene.objects}
    return task.check(rows, rows, None)


def _row(o: ObjectSpec) -> dict[str, Any]:
    g = o.geometry
    row = {
        "id": o.id, "kind": o.kind, "color": o.color, "size": g.size_m, "position": o.xyz,
        "yaw": o.yaw,
    }  # fmt: skip
    return row | ({"extents": g.extents_m} if o.kind == THING else {})


# --- what tells a thing from the others ------------------------------------------------------------


def told(scene: SceneSpec, rng: np.random.Generator) -> tuple[ObjectSpec, str] | None:
    """A thing of no kind and words that mean it alone, of all ways one that fits; None without."""
    ways: list[tuple[ObjectSpec, str]] = []
    others = [o for o in scene.objects if o.kind != "zone"]
    things = [o for o in others if o.kind == THING]
    for o in things:
        noun = _draw(rng, _NOUNS)
        same = [x for x in others if x.color == o.color]
        if len(same) == 1:
            ways.append((o, f"the {o.color} {noun}"))
        if len(things) == 1:
            ways.append((o, f"the {noun}"))
        ways += [(o, f"the {word} {noun}") for word in _forms(o, others)]
        if len(same) > 1:
            ways += [(o, f"the {word} {o.color} {noun}") for word in _forms(o, same)]
        ways += [(o, f"the {noun} next to {say(m)}") for m in _marks(o, scene)]
        order = sorted(others, key=lambda x: -x.xyz[1])
        for word, end, inner in (("leftmost", 0, 1), ("rightmost", -1, -2)):
            if order[end] is o and abs(order[inner].xyz[1] - o.xyz[1]) > 0.02:
                ways.append((o, f"the {word} {noun}"))
    return _draw(rng, ways) if ways else None


def _forms(o: ObjectSpec, among: Sequence[ObjectSpec]) -> list[str]:
    """Words for form by which it clearly stands out."""
    rest = [x for x in among if x is not o]
    out: list[str] = []
    if not rest:
        return out
    for measure, more, less in (
        (lambda x: x.geometry.height_m, ("tall", "tallest"), ("flat", "flattest")),
        (lambda x: max(x.geometry.extents_m[:2]), ("long", "longest"), ()),
    ):
        own, values = measure(o), [measure(x) for x in rest]
        if own > max(_STANDS_OUT * max(values), max(values) + _STANDS_OUT_M):
            out += more
        if own < min(min(values) / _STANDS_OUT, min(values) - _STANDS_OUT_M):
            out += less
    return out


def _marks(o: ObjectSpec, scene: SceneSpec) -> list[ObjectSpec]:
    """Known things beside which it is the only thing around."""
    found = []
    for mark in _unique(scene):
        near = [
            x for x in scene.objects
            if x is not mark and x.kind != "zone" and _apart(x, mark) < _NOT_NEAR_M
        ]  # fmt: skip
        if near == [o] and _apart(o, mark) < _NEAR_M:
            found.append(mark)
    return found


def _apart(a: ObjectSpec, b: ObjectSpec) -> float:
    return float(np.hypot(a.xyz[0] - b.xyz[0], a.xyz[1] - b.xyz[1]))


def _unique(scene: SceneSpec, kinds: Sequence[str] = _AROUND) -> list[ObjectSpec]:
    names = [(o.color, o.kind) for o in scene.objects]
    return [o for o in scene.objects if o.kind in kinds and names.count((o.color, o.kind)) == 1]


def say(o: ObjectSpec) -> str:
    """ "the red block"."""
    return f"the {o.color} {o.kind}"


def _draw(rng: np.random.Generator, items: Sequence[Any]) -> Any:
    return items[int(rng.integers(len(items)))]


def _task(skill: str, said: str, scene: SceneSpec, item: ObjectSpec, ok: Any) -> ThingTask:
    return ThingTask(skill, said, scene, str(item.id), (str(item.id),), ok)


# --- one maker a skill -----------------------------------------------------------------------------


def _pick(scene: SceneSpec, rng: np.random.Generator) -> ThingTask | None:
    found = told(scene, rng)
    if found is None:
        return None
    item, name = found[0], str(found[0].id)
    said = _draw(rng, ("pick up {}", "grab {}", "take {} please", "could you lift {}"))
    return _task("pick", said.format(found[1]), scene, item,
                 lambda b, a, held: judge.held_up(a[name], b[name], held))  # fmt: skip


def _put_in(scene: SceneSpec, rng: np.random.Generator) -> ThingTask | None:
    found = told(scene, rng)
    vessels = _unique(scene, _VESSELS)
    if found is None or not vessels:
        return None
    (item, words), vessel = found, _draw(rng, vessels)
    if item.geometry.footprint_radius_m > 0.42 * vessel.geometry.size_m:
        return None
    name, goal = str(item.id), str(vessel.id)
    said = _draw(rng, ("put {} in {}", "drop {} into {}", "place {} inside {}"))
    return _task("put_in", said.format(words, say(vessel)), scene, item,
                 lambda b, a, held: judge.inside(a[name], a[goal]) and held is None)  # fmt: skip


def _free(scene: SceneSpec, x: float, y: float, item: ObjectSpec, room_m: float) -> bool:
    if not scene.workspace.contains(x, y, 0.03):
        return False
    own = item.geometry.footprint_radius_m + room_m
    return all(
        o is item or np.hypot(o.xyz[0] - x, o.xyz[1] - y) > own + o.geometry.footprint_radius_m
        for o in scene.objects
    )


def _beside_of(
    scene: SceneSpec,
    rng: np.random.Generator,
    item: ObjectSpec,
    mark: ObjectSpec,
    names: Sequence[str],
) -> ThingTask | None:
    direction = str(_draw(rng, list(BESIDE)))
    ux, uy = judge.DIRECTIONS[direction]
    way = 0.06 + item.geometry.footprint_radius_m + mark.geometry.footprint_radius_m
    if not _free(scene, mark.xyz[0] + way * ux, mark.xyz[1] + way * uy, item, 0.01):
        return None
    name, goal = str(item.id), str(mark.id)
    said = _draw(rng, ("put {} {} {}", "move {} {} {}", "place {} {} {}"))
    said = said.format(names[0], _draw(rng, BESIDE[direction]), names[1])
    return _task("beside", said, scene, item,
                 lambda b, a, held: judge.beside(a[name], a[goal], direction) and held is None)  # fmt: skip


def _beside(scene: SceneSpec, rng: np.random.Generator) -> ThingTask | None:
    found, marks = told(scene, rng), _unique(scene)
    if found is None or not marks:
        return None
    mark = _draw(rng, marks)
    return _beside_of(scene, rng, found[0], mark, (found[1], say(mark)))


def _landmark(scene: SceneSpec, rng: np.random.Generator) -> ThingTask | None:
    """A known thing beside a thing of no kind."""
    found, items = told(scene, rng), _unique(scene, ("block", "can", "cup"))
    if found is None or not items:
        return None
    item = _draw(rng, items)
    if say(item) in found[1]:
        return None
    task = _beside_of(scene, rng, item, found[0], (say(item), found[1]))
    return task and ThingTask("landmark", task.command, scene, task.target, task.moved, task.check)


def _side(scene: SceneSpec, rng: np.random.Generator) -> ThingTask | None:
    found = told(scene, rng)
    if found is None:
        return None
    (item, words), region = found, str(_draw(rng, list(SIDES)))
    name, area = str(item.id), scene.workspace
    said = _draw(rng, ("put {} on the {} side", "move {} over to the {} side"))
    return _task("side", said.format(words, _draw(rng, SIDES[region])), scene, item,
                 lambda b, a, held: judge.at_region(a[name], region, area) and held is None)  # fmt: skip


def _push(scene: SceneSpec, rng: np.random.Generator) -> ThingTask | None:
    found = told(scene, rng)
    if found is None:
        return None
    (item, words), direction = found, str(_draw(rng, list(PUSHES)))
    ux, uy = judge.DIRECTIONS[direction]
    reach = [(item.xyz[0] + d * ux, item.xyz[1] + d * uy) for d in (-0.07, 0.0, 0.05, 0.10, 0.15)]
    if not all(_free(scene, x, y, item, 0.02) for x, y in reach):
        return None
    name = str(item.id)
    said = _draw(rng, ("push {} {}", "slide {} {}")).format(words, _draw(rng, PUSHES[direction]))

    def ok(b: Objects, a: Objects, held: str | None) -> bool:
        # What is pushed may topple; it has to go that way all the same.
        dx, dy = (a[name]["position"][k] - b[name]["position"][k] for k in (0, 1))
        along, across = dx * ux + dy * uy, abs(dx * uy - dy * ux)
        return bool(along >= 0.04 and across < along and held is None)

    return _task("push", said, scene, item, ok)


def _everything(scene: SceneSpec, rng: np.random.Generator) -> ThingTask | None:
    """Few small things, all of them into the box."""
    vessels = [o for o in scene.objects if o.kind in _VESSELS]
    items = [o for o in scene.objects if o.kind not in _VESSELS]
    if len(vessels) != 1 or not 2 <= len(items) <= 3 or any(o.kind == "bowl" for o in items):
        return None
    room = 0.8 * vessels[0].geometry.size_m ** 2
    if sum(4 * o.geometry.footprint_radius_m**2 for o in items) > room:
        return None
    goal, names = str(vessels[0].id), tuple(str(o.id) for o in items)
    said = str(_draw(rng, ("put everything in the box", "put all the things into the box")))

    def ok(b: Objects, a: Objects, held: str | None) -> bool:
        return held is None and all(judge.inside(a[name], a[goal]) for name in names)

    return ThingTask("everything", said, scene, names[0], names, ok)


def _question(scene: SceneSpec, rng: np.random.Generator) -> ThingTask | None:
    movable = [o for o in scene.objects if o.kind != "zone"]

    def same(b: Objects, a: Objects, held: str | None) -> bool:
        return judge.still(list(b.values()), list(a.values()), ())

    if rng.random() < 0.5:
        said = str(
            _draw(rng, ("how many things are on the table?", "how many objects do you see?"))
        )
        n = len(movable)
        words = (str(n), "no one two three four five six seven eight nine ten".split()[n])
        return ThingTask("question", said, scene, "", (), same, words)
    colors = [o.color for o in movable]
    items = [o for o in movable if o.kind == THING and colors.count(o.color) == 1]
    if not items:
        return None
    item = _draw(rng, items)
    said = f"what is the {item.color} thing?"
    return ThingTask(
        "question", said, scene, "", (), same, (f"a {item.color} thing", f"an {item.color} thing")
    )


_MAKERS: Mapping[str, Callable[[SceneSpec, np.random.Generator], ThingTask | None]] = {
    "pick": _pick,
    "put_in": _put_in,
    "beside": _beside,
    "side": _side,
    "push": _push,
    "landmark": _landmark,
    "everything": _everything,
    "question": _question,
}
