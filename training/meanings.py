"""The corpus's meanings: what is said, in a scene where it makes sense, judged by what came of it.

    python -m training.meanings --n 200          # draws, carries out, and prints the rewards

Knows: that a drawn pair's own plan, carried out by a robot without flaws in the scene that was
drawn for it, leaves the world as it was wanted. Does not know: how a meaning is said (corpus/), nor
any language model: `carry_out` takes the plan that somebody wrote.

Another plan is right when it ends in the same way and leaves the same things in the same places: a
thing in or on the same thing, or within NEAR_M of where it was wanted, everything else untouched.
Where nothing was to be changed (a question, a name, a look) the robot's words must be the same.
"""

from __future__ import annotations

import argparse
import math
import random
import statistics
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, partial

from llmagentos.command import plain_command
from llmagentos.errors import LLMAgentOSError
from llmagentos.lang import plan as p
from llmagentos.learning.meanings import Meaning, Mixture
from llmagentos.learning.reward import Verdict
from llmagentos.types import BaseState, Scene, SceneObject
from training.corpus import build, mix
from training.corpus.checks import driving
from training.corpus.checks.checker import SCALES, TRIES, Checker
from training.corpus.checks.layout import CannotBuildError
from training.corpus.checks.rehearsal import MAX_TICKS, Setting, executor_in, setting_for
from training.corpus.filter import is_evaluation_sentence
from training.corpus.sampler import Ctx, Split

#: A thing is where it was wanted within this distance, metres: any place beside something counts.
NEAR_M = 0.06
#: A robot that drives is at a place within this distance, metres.
AT_M = 0.3
#: Farther than this is moved or turned, metres and radians.
MOVED_M, TURNED_RAD = 0.02, 0.1
#: What a plan's end says of what the command expects.
_EXPECTED = {
    "succeeded": "act", "answered": "answer", "question": "ask", "cannot": "cannot",
    "refused": "refuse",
}  # fmt: skip
#: Steps of which a plan that is meant to end so has one.
_ENDS = {"question": {"ask", "unclear"}, "cannot": {"cannot"}, "refused": {"refuse"}}
#: Steps that change where things are; where doing nothing would be right too, none is an example.
_MOVING = frozenset(
    "pick place put push move stack arrange rotate swap clear reshape undo restore again".split()
)


@dataclass(frozen=True)
class Ended:
    """How a plan ended: the outcome's status and words, the scene before and after it.

    pointed: where the finger tips were held over last, x, y and z in metres.
    """

    status: str
    reply: str
    before: Scene
    after: Scene
    pointed: tuple[float, ...] | None = None

    @property
    def changed(self) -> bool:
        """Whether anything was moved, turned, taken or pointed at, or the robot drove."""
        was = {o.id: o for o in self.before.objects}
        drove = not _same_place(self.before.base, self.after.base)
        return (
            drove
            or self.pointed is not None
            or any(_changed(was.get(o.id, o), o) for o in self.after.objects)
        )


@dataclass(frozen=True)
class Spoken:
    """An example: a checked pair, the setting it is said in, and how its own plan ends there."""

    pair: build.Pair
    setting: Setting
    wanted: Ended


MeaningOfPair = Meaning[Spoken, Ended]


@cache
def mixture(split: Split = "train") -> Mixture[Spoken, Ended]:
    """Every meaning of the corpus with its share (corpus/mix.py)."""
    return Mixture(
        [
            Meaning(part.name, partial(draw, part, split), check, part.share)
            for part in mix.mixture()
        ]
    )


def draw(part: mix.Part, split: Split, seed: int) -> Spoken:
    """One example of this meaning; the same seed gives the same.

    Like a training pair it passes the corpus's checks and is no sentence of an evaluation set;
    what makes no sense in any scene that was drawn for it is drawn again.
    """
    checker = Checker("static")
    attempt = 0
    while True:
        ctx = Ctx(f"meaning:{split}:{part.name}:{seed}:{attempt}", split)
        attempt += 1
        try:
            pair = build.finish(part.make(ctx), ctx)
            if pair is None or build.left_out(pair, ctx) or is_evaluation_sentence(pair.command):
                continue
            if not checker(pair):
                continue
            spoken = staged(pair, f"{part.name}:{seed}:{attempt}")
        except (ValueError, IndexError, LLMAgentOSError):
            continue
        if spoken is not None:
            return spoken


def staged(pair: build.Pair, seed: str) -> Spoken | None:
    """The pair in a scene drawn for it. None where its own plan does not end as it is meant to."""
    plan, rng = pair.plan(), random.Random(seed)
    ops = {s.op for s in plan.walk()}
    for attempt in range(TRIES):
        try:
            setting = setting_for(plan.steps, rng, attempt % 2 == 1, SCALES[attempt])
        except CannotBuildError:
            continue
        if driving.drives(plan):
            house = driving.house(plan, setting.world.scene)
            setting = replace(setting, world=replace(setting.world, scene=house))
        wanted = carry_out(setting, plan)
        if wanted.status not in _EXPECTED or not ops & _ENDS.get(wanted.status, ops):
            continue
        idle = replace(wanted, after=wanted.before, pointed=None)
        if wanted.status != "succeeded" or not ops & _MOVING or _difference(wanted, idle):
            return Spoken(pair, setting, wanted)
    return None


def carry_out(setting: Setting, plan: p.Plan) -> Ended:
    """A plan in the setting, on the symbolic robot; takes milliseconds."""
    executor = executor_in(setting)
    before = executor.skills.scene()
    executor.start(plan)
    outcome = None
    for _ in range(MAX_TICKS):
        outcome = executor.tick()
        if outcome is not None:
            break
    if outcome is None:
        outcome = executor.stop()
    after, pointed = executor.skills.scene(), getattr(executor.skills, "pointed_at", None)
    return Ended(outcome.status, outcome.reply, before, after, pointed)


def check(example: Spoken, seen: Ended) -> Verdict:
    """Whether a plan ended as the example's own does."""
    return judged(example.wanted, seen)


def judged(wanted: Ended, seen: Ended) -> Verdict:
    """Whether a plan ended as it was wanted: the status, the words or the world."""
    expected = _EXPECTED[wanted.status]
    if seen.status != wanted.status:
        return Verdict(expected, seen.status, f"expected {wanted.status}, got {seen.status}")
    if not wanted.changed and plain_command(seen.reply) != plain_command(wanted.reply):
        return Verdict(expected, seen.status, "wrong reply")
    return Verdict(expected, seen.status, _difference(wanted, seen))


def _difference(wanted: Ended, seen: Ended) -> str:
    """In what the worlds differ, "" where they don't."""
    was = {o.id: o for o in wanted.before.objects}
    goal = {o.id: o for o in wanted.after.objects}
    now = {o.id: o for o in seen.after.objects}
    if goal.keys() != now.keys() or (wanted.pointed is None) != (seen.pointed is None):
        return "wrong world"
    if not _same_place(wanted.after.base, seen.after.base):
        return "wrong place"
    if wanted.pointed and seen.pointed and math.dist(wanted.pointed, seen.pointed) > NEAR_M:
        return "wrong world"
    for name, thing in goal.items():
        if not _changed(was.get(name, thing), thing):
            if _changed(thing, now[name]):
                return "bystander moved"
        elif not _same_spot(was.get(name, thing), thing, now[name], thing.support in goal):
            return "wrong world"
    return ""


def _same_place(a: BaseState | None, b: BaseState | None) -> bool:
    """Whether two bases stand at one place, know the same places and have left as much behind."""
    if a is None or b is None:
        return a is b
    left = [sum(len(some) for _, some in base.things) for base in (a, b)]
    there = math.hypot(a.pose.x_m - b.pose.x_m, a.pose.y_m - b.pose.y_m) <= AT_M
    turned = abs(math.remainder(a.pose.yaw_rad - b.pose.yaw_rad, math.tau)) > TURNED_RAD
    known = {q.name for q in a.places} == {q.name for q in b.places}
    return there and known and not turned and left[0] == left[1]


def _changed(a: SceneObject, b: SceneObject) -> bool:
    return a.held != b.held or math.dist(a.position, b.position) > MOVED_M or _turned(a, b)


def _turned(a: SceneObject, b: SceneObject) -> bool:
    return abs(math.remainder(a.yaw - b.yaw, math.tau)) > TURNED_RAD


def _same_spot(was: SceneObject, goal: SceneObject, now: SceneObject, carried: bool) -> bool:
    """Whether a thing that was to be moved is where it was wanted.

    carried: it was wanted in or on another thing, where any spot will do.
    """
    if goal.held or now.held:
        return goal.held == now.held
    if goal.support != now.support or goal.inside != now.inside:
        return False
    if math.dist(was.position, goal.position) <= MOVED_M:  # turned where it was
        return not _turned(goal, now) and math.dist(goal.position, now.position) <= MOVED_M
    return carried or math.dist(goal.position, now.position) <= NEAR_M


def main(argv: Sequence[str] | None = None) -> None:
    """Entry point of `python -m training.meanings`."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--n", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args(argv)
    began, ends, rewards = time.perf_counter(), Counter[str](), list[float]()
    for seed in range(args.seed, args.seed + args.n):
        meaning, example = mixture().draw(seed)
        seen = carry_out(example.setting, example.pair.plan())
        rewards.append(meaning.reward(example, seen, words=len(example.pair.target)))
        ends[seen.status] += 1
    rate = args.n / (time.perf_counter() - began)
    print(
        f"{args.n} examples, {rate:.0f}/s; reward of their own plans {statistics.mean(rewards):.3f}"
    )
    print(", ".join(f"{n} {status}" for status, n in ends.most_common()))


if __name__ == "__main__":
    main()
