"""Pushing an object over the table with the finger tips.

Knows: strokes from behind, looking again, correcting, what of a stroke a policy may change; the
skill `push`. Does not know: who chose the target, nor any policy.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace

from llmagentos.errors import MotionError
from llmagentos.motion.planning import Obstacles, moving_body, plan_straight
from llmagentos.motion.solids import geometry_of
from llmagentos.objects.kinds import traits
from llmagentos.ports.failures import Failure
from llmagentos.ports.skills import SkillReport, SkillStatus, Ways, failed, succeeded
from llmagentos.skills.builtin.pick import take
from llmagentos.skills.builtin.place import put_down
from llmagentos.skills.context import Context
from llmagentos.skills.declaration import OBJECT, POSE, Skill, SkillRun
from llmagentos.skills.preview import outside, taken_on_table, with_object
from llmagentos.skills.residual import (
    SCRIPTED,
    Adjustable,
    Correction,
    Feature,
    Residual,
    Trust,
)
from llmagentos.skills.strokes import Stroke, choose_stroke, face, heading_of, reach_behind, topples
from llmagentos.types import Action, Pose, Scene, SceneObject, Workspace

_log = logging.getLogger(__name__)

#: Lengths are at scale 1.
TOLERANCE_M = 0.02
#: So much of the length of what only its outline describes is near enough.
_OF_ITS_LENGTH = 0.2
MAX_STROKES = 3
#: After a stroke the hand goes back and up.
_BACK_M, _UP_M = 0.02, 0.15
#: A stroke after one that went too far, as a policy would say it: it slides there, so more slowly,
#: and not all the way. A policy corrects this one.
AFTER_TOO_FAR = {"end_m": -0.015, "speed": -1.2}
_NO_ROOM = "there is no room to push the {}"
_TOPPLES = "the {} would fall over"
#: What lies this far beyond the work area's edge was pushed out of it.
_OVER_M = 0.005

#: What a policy sees of a stroke and may change of it. Lengths at scale 1, along and across the
#: way from the object to its target.
RESIDUAL = Residual(
    features=(
        Feature("way_m", "how far the object still has to go, m"),
        Feature("back_m", "how far it reaches back from its middle, m"),
        Feature("width_m", "width of the face that is pushed, m"),
        Feature("height_m", "its height, m"),
        Feature("round", "1 where it is round seen from above, else 0"),
        Feature("rolls", "1 where it rolls away, else 0"),
        Feature("turn_rad", "how far its sides are turned against the way; 0 where round"),
        Feature("stroke", "strokes before this one"),
        Feature("last_way_m", "how far it had to go at the stroke before; 0 without one"),
        Feature("last_slide_m", "how much farther than the stroke's end it went then, m"),
        Feature("last_aside_m", "how far beside its way it ended then, to either side, m"),
        Feature("last_speed", "speed then, log2 of it over a first stroke's"),
    ),
    adjustables=(
        Adjustable("end_m", "m", 0.06, "the stroke ends so much later"),
        Adjustable("speed", "log2", 2.5, "speed is 2 to the power of this times the scripted"),
    ),
)


def _check(scene: Scene, action: Action) -> SkillReport | None:
    item = scene.get(action.object_id)
    if item is None:
        return failed(Failure.NOT_SEEN)
    if traits(item.kind).is_flat:
        return failed(Failure.UNMOVABLE)
    below = scene.get(item.support)
    if below is not None and not traits(below.kind).is_flat:
        return failed(Failure.NOT_ON_TABLE, f"it stands on the {below.label}")
    return outside(scene, action)


def _preview(scene: Scene, action: Action) -> Scene | SkillReport:
    item = scene.get(action.object_id)
    assert item is not None and action.pose is not None, "the check has seen them"
    x, y, _ = action.pose.position
    problem = taken_on_table(scene, item, x, y)
    if problem is not None:
        return problem
    at = (x, y, scene.workspace.table_z + item.height_m / 2)
    return with_object(scene, item, replace(item, position=at, support="table"))


def _run(context: Context, action: Action) -> SkillRun:
    """Straight strokes towards the target, up to three; carried where there is no room for one."""
    assert action.pose is not None, "the check has seen it"
    target, problem, strokes, last, by = action.pose.position[:2], "", 0, None, SCRIPTED
    s, trust = context.arm.spec.scale, Trust(context.policies, PUSH.name, RESIDUAL)
    item = context.belief.scene().get(action.object_id)
    while True:
        if item is None:
            return failed(Failure.NOT_SEEN, attempts=strokes, policy=by)
        off = math.dist(item.position[:2], target)
        if last is not None and (harm := last.harm(item, context.belief.scene().workspace)):
            trust.lose(last.correction, harm)
        if off <= _near_enough_m(item, s):
            words = f"pushed the {item.label}"
            return succeeded(words, max(strokes, 1), off_m=off, policy=by)
        if strokes == MAX_STROKES:
            words = f"after {strokes} strokes the {item.label} is {off * 100:.0f} cm off"
            words += problem
            return failed(Failure.MISPLACED, words, strokes, off_m=off, policy=by)
        if topples(item, context.arm.spec):
            return (yield from _carry(context, item, action, strokes, _TOPPLES))
        seen = _features(item, target, strokes, last, s)
        correction = yield from trust.ask(seen, Pose((*target, 0.0), heading_of(item, target)))
        too_far = last is not None and last.missed_m(item)[0] > 0
        scripted = AFTER_TOO_FAR if too_far else RESIDUAL.identity("").values
        total: Mapping[str, float]
        total = {name: correction[name] + value for name, value in scripted.items()}
        try:
            stroke = choose_stroke(context, item, target, replace(correction, values=total))
        except MotionError as error:
            _log.info("no stroke for %s: %s", item.id, error)
            return (yield from _carry(context, item, action, strokes))
        if correction.changes and not stroke.corrected:
            correction = RESIDUAL.identity(
                f"{SCRIPTED} ({correction.by}'s stroke was not possible)"
            )
            total = correction.values
        last, by = _Last(item, target, total, correction), correction.by
        strokes += 1
        try:
            yield from _carry_out(context, item, stroke)
        except MotionError as error:
            problem = f" ({error})"
            trust.lose(correction, f"broke off: {error}")
            yield from context.recover()
        yield from context.rise(_UP_M * s)
        item = yield from context.look_for(item, near=target)


def _near_enough_m(item: SceneObject, scale: float) -> float:
    """How far from its target it may end: what is long turns under the fingers as it is pushed."""
    long = 0.0 if item.extents_m is None else _OF_ITS_LENGTH * item.extents_m[0]
    return max(TOLERANCE_M * scale, long)


@dataclass(frozen=True)
class _Last:
    """The stroke before: the object as it was, where it should go, how it differed from a first one
    without a policy, what a policy had corrected."""

    item: SceneObject
    target: tuple[float, float]
    done: Mapping[str, float]
    correction: Correction

    def missed_m(self, item: SceneObject) -> tuple[float, float]:
        """How much too far it went, and how far beside its way, positive to the left."""
        heading = heading_of(self.item, self.target)
        dx, dy = (a - b for a, b in zip(item.position[:2], self.target, strict=True))
        c, s = math.cos(heading), math.sin(heading)
        return dx * c + dy * s, dy * c - dx * s

    def harm(self, item: SceneObject, area: Workspace) -> str:
        """What is worse than before the stroke, "" for nothing: it lies farther from its target, or
        out of the work area."""
        if math.dist(item.position[:2], self.target) > math.dist(
            self.item.position[:2], self.target
        ):
            return "pushed it farther off"
        edge = -_OVER_M * area.scale
        before, now = (area.contains(*i.position[:2], edge) for i in (self.item, item))
        return "pushed it out of the work area" if before and not now else ""


def _features(
    item: SceneObject, target: tuple[float, float], strokes: int, last: _Last | None, scale: float
) -> dict[str, float]:
    """What RESIDUAL declares, of the stroke that comes."""
    g, heading, kind = geometry_of(item), heading_of(item, target), traits(item.kind)
    quarter = math.pi / 2
    turn = 0.0 if g.is_round else (item.yaw - heading + quarter / 2) % quarter - quarter / 2
    long, aside = (0.0, 0.0) if last is None else last.missed_m(item)
    return {
        "way_m": math.dist(item.position[:2], target) / scale,
        "back_m": reach_behind(item, heading) / scale,
        "width_m": face(item, heading)[1] / scale,
        "height_m": g.height_m / scale,
        "round": float(g.is_round),
        "rolls": float(kind.rolls),
        "turn_rad": abs(turn),
        "stroke": float(strokes),
        "last_way_m": 0.0 if last is None else math.dist(last.item.position[:2], target) / scale,
        "last_slide_m": 0.0 if last is None else long / scale - last.done["end_m"],
        "last_aside_m": abs(aside) / scale,
        "last_speed": 0.0 if last is None else last.done["speed"],
    }


def _carry(
    context: Context, item: SceneObject, action: Action, strokes: int, why: str = _NO_ROOM
) -> SkillRun:
    """Where it can't be pushed, lift the object over to the target, and say so; a strict push is left to
    who asked for it ("otherwise" in its report). why: what speaks against pushing it, with a place for
    its name."""
    if action.strict:
        return failed(Failure.IN_THE_WAY, why.format(item.label), strokes, otherwise=True)
    assert action.pose is not None, "the check has seen it"
    report = yield from take(context, item, by_policy=False)
    if report.status is SkillStatus.SUCCEEDED:
        x, y, _ = action.pose.position
        put = Action("place", object_id=item.id, pose=Pose((x, y, item.bottom_z), item.yaw))
        report = yield from put_down(context, put)
    if report.status is not SkillStatus.SUCCEEDED:
        words = f"{why.format(item.label)}, and {report.words}"
        return failed(Failure.IN_THE_WAY, words, strokes + report.attempts)
    words = f"{why.replace(' is ', ' was ').format(item.label)}, so I carried it"
    return succeeded(words, strokes + report.attempts, carried=True)


def _carry_out(context: Context, item: SceneObject, stroke: Stroke) -> Generator[None, None, None]:
    arm, belief = context.arm, context.belief
    yield from arm.grip(stroke.opening_m, wait=False)
    yield from context.go(stroke.start, belief.obstacles())
    body = moving_body(context.arm.spec, stroke.opening_m)
    path = plan_straight(arm.kinematics, arm.joints, [stroke.end], belief.obstacles(item.id), body)
    yield from arm.follow([path], stroke.speed)
    back = _between(stroke.end, stroke.start, _BACK_M * arm.spec.scale)
    yield from arm.follow([plan_straight(arm.kinematics, arm.joints, [back], Obstacles(), body)])


def _between(start: Pose, end: Pose, way_m: float) -> Pose:
    """The pose way_m from start on the straight line to end."""
    share = way_m / max(math.dist(start.position, end.position), 1e-6)
    x, y, z = (a + (b - a) * share for a, b in zip(start.position, end.position, strict=True))
    return Pose((x, y, z), start.yaw)


PUSH = Skill(
    name="push",
    doing="pushing {object}",
    parameters=(OBJECT, POSE),
    uses=("arm", "gripper", "camera"),
    hand="empty",
    looks=True,
    failures=(
        Failure.NOT_SEEN,
        Failure.HAND_FULL,
        Failure.UNMOVABLE,
        Failure.NOT_ON_TABLE,
        Failure.MISPLACED,
    ),
    check=_check,
    preview=_preview,
    run=_run,
    residual=RESIDUAL,
    ways=Ways(otherwise=("pick", "place")),
)
