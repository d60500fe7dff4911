"""Taking hold of an object and lifting it.

Knows: how to try grasps and tell by the fingers whether something is held, what of a grasp a
policy may change; the skill `pick`. Does not know: where it goes next, nor any policy.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Generator, Sequence
from dataclasses import replace

from llmagentos.errors import ContactStop, LostGripError, MotionError, MovedError
from llmagentos.motion.planning import InHand
from llmagentos.motion.solids import geometry_of
from llmagentos.ports.failures import Failure
from llmagentos.ports.skills import SkillReport, failed, succeeded
from llmagentos.robots.specs import ArmSpec
from llmagentos.skills.arm import EMPTY_M
from llmagentos.skills.context import Context
from llmagentos.skills.declaration import OBJECT, Skill, SkillRun
from llmagentos.skills.freeing import draw_free, in_the_way, is_small
from llmagentos.skills.grasp_corrections import RESIDUAL, Last, corrected, features
from llmagentos.skills.grasps import Grasp, different, grasps, turnable
from llmagentos.skills.preview import crowded, not_pickable, too_close, with_object
from llmagentos.skills.residual import (
    SCRIPTED,
    Correction,
    Policies,
    Trust,
)
from llmagentos.types import Action, Pose, Scene, SceneObject

_log = logging.getLogger(__name__)

MAX_ATTEMPTS, MAX_DRAWS = 3, 2
#: Lengths are at scale 1. Lift this far, and to this height at least, so that the object is clear
#: of its neighbours; and no higher.
_LIFT_M, _CLEAR_Z_M, _MOST_Z_M = 0.12, 0.2, 0.32
#: Fingers may stop this much wider than the object is believed to be.
_TOO_WIDE_M = 0.02
#: Finger tips this far over its top, between its ends, are at the object.
_AT_HAND_M = 0.01
#: Up at this share of the arm's speed.
_LIFT_SPEED = 0.7
#: In a preview the base of what is held is this high.
_HELD_Z_M = 0.25


def _run(context: Context, action: Action) -> SkillRun:
    """Grasp, lift, check; up to three different grasps."""
    item = context.belief.scene().get(action.object_id)
    assert item is not None, "the check has seen it"
    return (yield from take(context, item, skip=action.skip))


def _preview(scene: Scene, action: Action) -> Scene | SkillReport:
    item = scene.get(action.object_id)
    assert item is not None, "the check has seen it"
    if (problem := crowded(scene, item)) is not None:
        return problem
    lifted = (item.position[0], item.position[1], _HELD_Z_M + item.height_m / 2)
    held = replace(item, position=lifted, support="table", inside=False, held=True)
    return with_object(scene, item, held)


def take(
    context: Context,
    item: SceneObject,
    turn_rad: float = 0.0,
    by_policy: bool = True,
    skip: int = 0,
) -> SkillRun:
    """Grasp and lift an object seen just now. turn_rad: the wrist shall be able to turn by this much
    afterwards. by_policy: whether a policy may correct it. skip: so many of the best grasps come
    last."""
    trust = Trust(context.policies if by_policy else Policies(), PICK.name, RESIDUAL)
    tried: list[Grasp] = []
    problem, drawn, last = "", 0, Last()
    left_out: list[Grasp] = []
    touched = False
    while len(left_out) < skip and (poor := _next_grasp(context, item, left_out, turn_rad)):
        left_out.append(poor)
    while len(tried) < MAX_ATTEMPTS:
        grasp = _next_grasp(context, item, [*left_out, *tried], turn_rad)
        if grasp is None:
            blocker = in_the_way(context, item)
            if blocker is not None and is_small(blocker):
                return _no_grasp(context, item, blocker, len(tried))
            moved = None if drawn == MAX_DRAWS else (yield from _make_room(context, item))
            if moved is None:
                break
            item, drawn = moved, drawn + 1
            continue
        seen = features(item, grasp, len(tried), last, context.arm.spec.scale)
        correction = yield from trust.ask(seen, Pose(item.position, grasp.tip.yaw))
        tried.append(grasp)
        free = context.belief.obstacles(item.id)
        done, there, correction = corrected(grasp, item, correction, free, context.arm.kinematics)
        try:
            ended = yield from _attempt(context, there, done, correction["speed"])
        except LostGripError as error:
            problem, ended = str(error), "slipped"
        except MovedError as error:  # no fault of the grasp
            problem, ended = str(error), "moved"
        except MotionError as error:
            _log.info("grasp of %s failed: %s", item.id, error)
            problem, ended = str(error), "blocked"
            trust.lose(correction, f"broke off: {error}")
        except ContactStop as error:
            if touched or not _at_hand(context, item):
                raise
            _log.info("the hand came down on %s: %s", item.id, error)
            problem, ended, touched = str(error), "blocked", True
            trust.lose(correction, f"broke off: {error}")
        if ended == "held":
            words = f"picked up the {item.label}, {grasp.how}"
            return succeeded(words, len(tried), grasp=grasp.how, policy=correction.by)
        if ended != "moved":
            last = _how_it_ended(context, ended, done, item, correction)
        yield from _give_up(context)
        again = yield from context.look_for(item)
        if again is None:
            return failed(Failure.NOT_SEEN, f"I lost sight of the {item.label}", len(tried))
        item = again
    if not tried:
        return _no_grasp(context, item, in_the_way(context, item), 0)
    hows = "; ".join(g.how for g in tried)
    words = f"I could not take hold of the {item.label} (tried: {hows})"
    by = SCRIPTED if last.correction is None else last.correction.by
    return failed(Failure.GRASP_FAILED, words, len(tried), problem=problem, policy=by)


def _at_hand(context: Context, item: SceneObject) -> bool:
    """Whether the hand is so near to the object that what it touched is the object itself, which is
    larger or elsewhere than it looked: not a person who stopped the arm on its way."""
    (x, y, z), s = context.arm.tip.position, context.arm.spec.scale
    aside = math.dist((x, y), item.position[:2])
    return z < item.top_z + _AT_HAND_M * s and aside < geometry_of(item).footprint_radius_m


def _how_it_ended(
    context: Context, ended: str, grasp: Grasp, item: SceneObject, correction: Correction
) -> Last:
    """What the hand felt of a grasp that went wrong, before it lets go."""
    if ended == "blocked":
        return Last(ended, grasp, item, correction, met_m=context.arm.pressed_aside_m)
    short = grasp.holds_m - context.arm.state().gripper_width_m
    return Last(ended, grasp, item, correction, width_m=short)


def _no_grasp(
    context: Context, item: SceneObject, blocker: SceneObject | None, attempts: int
) -> SkillReport:
    """With "in_way" in its details where something could be moved aside."""
    if blocker is not None and is_small(blocker):
        return too_close(item, blocker, attempts)
    words = ""
    vessel = context.belief.scene().get(item.support)
    if blocker is not None:
        words = f"the {blocker.label} is too close to the {item.label} for my fingers"
    elif vessel is not None and item.inside:
        free = context.belief.obstacles(item.id, vessel.id)
        if next(grasps(item, free, context.arm.kinematics), None) is not None:
            words = f"the {vessel.label} leaves no room for my hand there"
    return failed(Failure.NO_GRASP, words, attempts)


def _make_room(context: Context, item: SceneObject) -> Generator[None, None, SceneObject | None]:
    """The object where it is after it was drawn to where there may be room; None if it was not."""
    try:
        drawn = yield from draw_free(context, item)
    except MotionError as error:
        _log.info("drawing %s free failed: %s", item.id, error)
        drawn = True
        yield from context.recover()
    if not drawn:
        return None
    return (yield from context.look_for(item))


def _next_grasp(
    context: Context, item: SceneObject, tried: Sequence[Grasp], turn_rad: float
) -> Grasp | None:
    obstacles, kinematics = context.belief.obstacles(item.id), context.arm.kinematics
    again = None
    for found in grasps(item, obstacles, kinematics):
        grasp = turnable(found, turn_rad, kinematics) if turn_rad else found
        if grasp is None:
            continue
        if all(different(grasp, other) for other in tried):
            return grasp
        again = again or grasp
    # Nothing else is left; the same grasp may do where the object has moved.
    return again


def _attempt(
    context: Context, item: SceneObject, grasp: Grasp, faster: float
) -> Generator[None, None, str]:
    """Grasp and lift, at 2 to the power of `faster` of the speed; "held", or how it went wrong:
    "missed", "slipped"."""
    arm, belief = context.arm, context.belief
    yield from arm.grip(grasp.open_m, wait=False)
    context.senses.watch(item)
    yield from context.go(grasp.tip, belief.obstacles(item.id))
    context.senses.unwatch()
    # Believed before it is known, so that a stop right now does not let go of it later.
    belief.in_hand = _in_hand(item, grasp, arm.spec)
    yield from arm.grip(0.0, grasp.force_n)
    if not holds(context, grasp):
        belief.in_hand = None
        return "missed"
    context.senses.gripped()
    s = arm.spec.scale
    height = max(grasp.tip.position[2] + _LIFT_M * s, _CLEAR_Z_M * s + belief.in_hand.below_m)
    speed = _LIFT_SPEED * 2.0**faster
    yield from context.rise(min(height, _MOST_Z_M * s), speed=speed)
    if not holds(context, grasp):
        belief.in_hand = None
        return "slipped"
    return "held"


def _in_hand(item: SceneObject, grasp: Grasp, spec: ArmSpec) -> InHand:
    held = InHand.of(item, grasp.tip)
    if not grasp.squares:
        return replace(held, sideways_m=held.sideways_m + grasp.drawn_m)
    quarter, middle = math.pi / 2, spec.middle_m(grasp.holds_m)
    return replace(held, sideways_m=middle, yaw_rad=round(held.yaw_rad / quarter) * quarter)


def holds(context: Context, grasp: Grasp) -> bool:
    """Whether the fingers stand as they should around the object."""
    width, s = context.arm.state().gripper_width_m, context.arm.spec.scale
    least = 0.6 * grasp.holds_m if grasp.least_m is None else grasp.least_m
    return max(EMPTY_M * s, least) < width < grasp.holds_m + _TOO_WIDE_M * s


def _give_up(context: Context) -> Generator[None, None, None]:
    """Let go, and get clear."""
    context.belief.in_hand = None
    context.senses.unwatch()
    arm = context.arm
    yield from context.recover()
    yield from arm.release()
    yield from context.rise(_CLEAR_Z_M * arm.spec.scale)


PICK = Skill(
    name="pick",
    doing="grasping {object}",
    parameters=(OBJECT,),
    uses=("arm", "gripper", "camera"),
    hand="empty",
    looks=True,
    failures=(
        Failure.NOT_SEEN,
        Failure.HAND_FULL,
        Failure.UNMOVABLE,
        Failure.TOO_WIDE,
        Failure.COVERED,
        Failure.NO_GRASP,
        Failure.GRASP_FAILED,
        Failure.MOVED,
        Failure.SLIPPED,
    ),
    check=not_pickable,
    preview=_preview,
    run=_run,
    residual=RESIDUAL,
)
