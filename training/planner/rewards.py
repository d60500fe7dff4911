"""What a plan for a task is worth: the world after it, in scenes where the right one is known.

Knows: that a task's own plan, carried out in a scene drawn for it, leaves the world that is wanted;
any plan that leaves the same is as good. What is worth how much is told in `PlannerReward`, which
adds four terms to `llmagentos.learning.reward`. Does not know: networks, nor what is learned.

A scene can hide what is wrong with a plan ("the block" is the red one where there is no other), so
a plan is judged in several scenes and gets the mean; in all but the first stand more things, of the
kinds and colours that are there. The symbolic robot takes milliseconds and
judges every plan; physics takes a second and judges some of those that it lets pass. Both are
asked once for each plan of a task.
"""

from __future__ import annotations

import json
import math
import random
import zlib
from collections import Counter, OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from llmagentos.errors import LLMAgentOSError
from llmagentos.lang import codec as compact
from llmagentos.lang import plan as p
from llmagentos.learning.reward import EXPECT, Reward, Verdict
from llmagentos.objects.colors import COLORS
from llmagentos.objects.geometry import object_geometry
from llmagentos.objects.kinds import KINDS
from llmagentos.types import SceneObject, Workspace
from training.corpus.build import Pair
from training.meanings import Ended, Spoken, carry_out, judged, staged
from training.planner.physical import PhysicalRobot
from training.planner.tasks import Task

#: Tasks whose scenes are remembered.
_REMEMBERED = 4000
#: Things that a crowded scene has more, and how far the middle of one is from the side of another.
_MORE, _APART_M = 4, 0.07
#: Kinds of those that share only a colour with what is there.
_OTHERS = ("block", "bowl", "cup", "can", "ball", "plate", "box")


@dataclass(frozen=True)
class PlannerReward:
    """Terms of a plan's reward, in [-1, 1]. base: of the verdict, see `learning.reward.Reward`.

    other_words: what was to be refused or can't be done was declined, for another reason than the
    one wanted. other_question: a question was wanted, and another one was asked. refused_harmless:
    something harmless was refused. per_extra_word: for each word that the task's own plan does
    without, up to most_extra; a plan that is shorter than that one gains nothing by it, or it
    would learn to leave out what only other scenes need. physical: the plan is right, and the arm
    in PyBullet did not manage it.
    """

    base: Reward = field(default_factory=lambda: Reward(per_second=0.0))
    other_words: float = 0.6
    other_question: float = 0.0
    refused_harmless: float = -0.75
    per_extra_word: float = 0.02
    most_extra: float = 0.3
    physical: float = -0.25

    def __call__(self, verdict: Verdict, extra_words: int = 0, physical: bool = True) -> float:
        """The reward of a plan that ended with this verdict."""
        if verdict.right:
            cost = min(self.most_extra, self.per_extra_word * max(0, extra_words))
            return self.base(verdict) - cost if physical else self.physical
        if verdict.status in EXPECT[verdict.expected] and verdict.expected in ("refuse", "cannot"):
            return self.other_words
        if verdict.status == "question" and verdict.expected == "ask":
            return self.other_question
        if verdict.status == "refused":
            return self.refused_harmless
        return self.base(verdict)


@dataclass(frozen=True)
class Worth:
    """A plan's reward, how it ended and what was expected in the first scene; why: "" where it is
    right in all of them."""

    reward: float
    status: str
    expected: str
    why: str = ""


class Judge:
    """Says what plans are worth, and remembers it.

    scenes: how many each task has. physics: the share of tasks whose right plans are carried out in
    PyBullet too. kept: a JSON-lines file that takes what physics said, which another run reads.
    """

    def __init__(
        self,
        function: PlannerReward | None = None,
        scenes: int = 2,
        physics: float = 0.0,
        kept: Path | None = None,
    ):
        self.function, self._scenes, self._share = function or PlannerReward(), scenes, physics
        self._settings: OrderedDict[str, tuple[Spoken, ...]] = OrderedDict()
        self._known: dict[tuple[str, str], Worth] = {}
        self._physical: dict[str, bool | None] = {}
        self._robot, self._kept = PhysicalRobot(), kept
        #: How often the caches answered, plans were carried out in thought and by physics.
        self.counts: Counter[str] = Counter()
        if kept is not None and kept.exists():
            for line in kept.read_text(encoding="utf-8").splitlines():
                row = json.loads(line)
                self._physical[row["key"]] = row["right"]

    def scenes(self, task: Task) -> tuple[Spoken, ...]:
        """The scenes that a task is judged in, the same ones each time; none where its own plan
        can't be carried out as it is meant in any."""
        key = _key(task)
        if key not in self._settings:
            drawn = (_staged(task.pair, f"{task.seed}:{i}", i > 0) for i in range(self._scenes))
            self._settings[key] = tuple(s for s in drawn if s is not None)
            if len(self._settings) > _REMEMBERED:
                old, _ = self._settings.popitem(last=False)
                self._known = {k: v for k, v in self._known.items() if k[0] != old}
        return self._settings[key]

    def __call__(self, task: Task, words: tuple[str, ...] | None) -> Worth:
        """What a plan is worth, written as these plan words; None: none was finished.

        Raises ValueError for a task without scenes.
        """
        scenes = self.scenes(task)
        if not scenes:
            raise ValueError(f"expected scenes in which {task.command!r} makes sense, got none")
        plan = None if words is None else _read(task.command, words)
        text = "" if plan is None else compact.write(plan)
        known = (_key(task), text)
        if known in self._known:
            self.counts["known"] += 1
            return self._known[known]
        worth = self._judged(task, scenes, plan, text, 0 if words is None else len(words))
        self._known[known] = worth
        return worth

    def _judged(
        self, task: Task, scenes: tuple[Spoken, ...], plan: p.Plan | None, text: str, n: int
    ) -> Worth:
        verdicts = [self._verdict(scene, plan) for scene in scenes]
        why = next((v.why for v in verdicts if not v.right), "")
        stands = True
        if not why and plan is not None and self._moves(scenes[0], task):
            stands = self._stands(scenes[0], plan, f"{_key(task)}:{text}")
            why = "" if stands else "physics"
        extra = n - len(task.target)
        rewards = [self.function(v, extra, stands) for v in verdicts]
        return Worth(sum(rewards) / len(rewards), verdicts[0].status, verdicts[0].expected, why)

    def _verdict(self, scene: Spoken, plan: p.Plan | None) -> Verdict:
        self.counts["symbolic"] += 1
        nothing = Ended("failed", "", scene.wanted.before, scene.wanted.before)
        if plan is None:
            return judged(scene.wanted, nothing)
        try:
            return judged(scene.wanted, carry_out(scene.setting, plan))
        except LLMAgentOSError:
            return judged(scene.wanted, nothing)

    def _moves(self, scene: Spoken, task: Task) -> bool:
        """Whether a task is one whose right plans physics judges."""
        chosen = zlib.crc32(f"physics:{_key(task)}".encode()) % 10_000 < 10_000 * self._share
        return chosen and scene.wanted.changed and scene.wanted.pointed is None

    def _stands(self, scene: Spoken, plan: p.Plan, key: str) -> bool:
        """Whether the arm manages it too; true where the simulator can't play the scene."""
        if key not in self._physical:
            self.counts["physical"] += 1
            ended = self._robot.carry_out(scene.setting, plan)
            right = None if ended is None else judged(scene.wanted, ended).right
            self._physical[key] = right
            if self._kept is not None:
                with self._kept.open("a", encoding="utf-8") as out:
                    out.write(json.dumps({"key": key, "right": right}) + "\n")
        return self._physical[key] is not False

    def close(self) -> None:
        """Give the physics back."""
        self._robot.close()


def _key(task: Task) -> str:
    return f"{task.seed}:{zlib.crc32(' '.join((task.command, *task.target)).encode()):08x}"


def _staged(pair: Pair, seed: str, crowded: bool) -> Spoken | None:
    try:
        spoken = staged(pair, seed)
        return crowd(spoken, random.Random(f"crowd:{seed}")) if spoken and crowded else spoken
    except (ValueError, IndexError, LLMAgentOSError):
        return None


def crowd(spoken: Spoken, rng: random.Random) -> Spoken:
    """The same with more things: of the kinds that are there in other colours, and of the colours
    in other kinds. What is wanted is what the own plan does there; where it would end otherwise
    (what was one thing is two), or where there is no room, the scene stays as it is."""
    world = spoken.setting.world
    scene, more = world.scene, list[SceneObject]()
    kinds = sorted({o.kind for o in scene.objects if o.kind in KINDS}) or ["block"]
    hues = sorted({o.color for o in scene.objects if o.color}) or ["red"]
    for i in range(_MORE):
        kind = rng.choice(kinds if i % 2 == 0 else _OTHERS)
        color = rng.choice([c for c in COLORS if c not in hues] if i % 2 == 0 else hues)
        spot = _room((*scene.objects, *more), scene.workspace, rng)
        if spot is None:
            continue
        size, height = _size(kind)
        more.append(SceneObject(f"more_{i}", kind, color, size, height, (*spot, height / 2)))
    rng.shuffle(more)
    for n in range(len(more), 0, -1):
        larger = replace(scene, objects=(*scene.objects, *more[:n]))
        setting = replace(spoken.setting, world=replace(world, scene=larger))
        wanted = carry_out(setting, spoken.pair.plan())
        if wanted.status == spoken.wanted.status and wanted.changed == spoken.wanted.changed:
            return Spoken(spoken.pair, setting, wanted)
    return spoken


def _size(kind: str) -> tuple[float, float]:
    geometry = object_geometry(kind, None)
    return geometry.size_m, geometry.height_m


def _room(
    things: Sequence[SceneObject], area: Workspace, rng: random.Random
) -> tuple[float, float] | None:
    """A spot on the table that is away from all things, metres; None where there is none."""
    for _ in range(20):
        x, y = rng.uniform(area.x_min, area.x_max), rng.uniform(area.y_min, area.y_max)
        if all(math.dist((x, y), o.position[:2]) > _APART_M + o.size_m / 2 for o in things):
            return x, y
    return None


def _read(command: str, words: tuple[str, ...]) -> p.Plan | None:
    """The plan that these words spell for a command; None for one that is not valid."""
    try:
        return Pair(command, "", words).plan()
    except LLMAgentOSError:
        return None
