"""Setting down what is held, so that the object and not the hand ends where it should.

Knows: how an object sits in the hand, symmetries, supports and vessels.
Does not know: who chose the spot.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Generator, Iterator

from llmagentos.errors import CollisionError, UnreachableError
from llmagentos.motion.planning import InHand, Obstacles
from llmagentos.motion.solids import geometry_of, gripper_prisms, object_prisms
from llmagentos.ports.failures import Failure
from llmagentos.ports.skills import SkillStatus, failed, succeeded
from llmagentos.skills.arm import BlockedError
from llmagentos.skills.context import Context, Skill
from llmagentos.skills.grasps import WRIST_RANGE_RAD
from llmagentos.skills.picking import EMPTY_M, take
from llmagentos.types import Action, Pose, SceneObject

_log = logging.getLogger(__name__)

TOLERANCE_M = 0.015
MAX_RETRIES = 2
#: The object is let go this far above where it shall stand.
_GAP_M = 0.0015
_HEIGHT_TOLERANCE_M = 0.012
#: Fingers open by this much where there is little room.
_NARROW_OPEN_M = 0.016
_RELEASE_STEP_M, _HIGHEST_RELEASE_M, _MAX_DROP_STEPS = 0.005, 0.16, 8
_ROUND_TURNS = 12
_RETREAT_Z_M = 0.25
#: Ways down that the arm cannot take straight come last.
_AWKWARD_COST = 5.0


def place(context: Context, action: Action, exact_yaw: bool = False) -> Skill:
    """Carry, set down, let go, look; re-pick and place again up to twice.

    exact_yaw: turn the object to the pose's yaw itself, not to one that looks the same.
    """
    belief = context.belief
    if belief.in_hand is None:
        return failed(Failure.NOT_HOLDING, "I am holding nothing")
    if action.pose is None:
        return failed(Failure.INVALID_ACTION, "expected a pose to place at, got none")
    item, attempts = belief.in_hand.item, 0
    while True:
        attempts += 1
        try:
            yield from _set_down(context, action, exact_yaw)
        except BlockedError as error:
            if attempts > 1:
                raise
            _log.info("placing %s: %s; again", item.id, error)
            yield from context.recover()
            yield from context.rise(_RETREAT_Z_M)
            continue
        seen = yield from context.look_for(item, near=action.pose.position[:2])
        problem = _misplaced(context, seen, item, action)
        if not problem:
            return succeeded(f"put the {item.label} down", attempts)
        if seen is None and belief.lies_hidden(item.id):
            return failed(Failure.HIDDEN, f"the {item.label} is out of sight in there", attempts)
        if seen is None or attempts > MAX_RETRIES:
            return failed(Failure.MISPLACED, f"the {item.label} {problem}", attempts)
        _log.info("placed %s: %s; again", item.id, problem)
        again = yield from take(context, seen)
        if again.status is not SkillStatus.SUCCEEDED:
            words = f"the {item.label} {problem}, and {again.words}"
            return failed(Failure.MISPLACED, words, attempts)


def _set_down(context: Context, action: Action, exact_yaw: bool) -> Generator[None, None, None]:
    """Carry, lower, let go, get clear. Ends early with nothing in hand when it was lost."""
    arm, belief = context.arm, context.belief
    assert belief.in_hand is not None and action.pose is not None
    tip, opening = choose_release(context, belief.in_hand, action, exact_yaw)
    support = () if action.support == "table" else (action.support,)
    # On the last bit down the object may touch what it is put on.
    obstacles = belief.obstacles() if action.inside else belief.obstacles(*support)
    above = Pose((tip.position[0], tip.position[1], tip.position[2] + 0.03), tip.yaw)
    yield from context.go(above, belief.obstacles(), approach_m=0.03)
    if arm.state().gripper_width_m < EMPTY_M:
        belief.in_hand = None  # it slipped out on the way
        return
    yield from context.straight(tip, obstacles, speed=0.3)
    yield from arm.hold(0.05)
    yield from arm.relax()
    item, belief.in_hand = belief.in_hand.item, None
    if action.inside:
        belief.let_go(item, action.pose, action.support)
    yield from arm.release(opening)
    yield from context.rise(tip.position[2] + 0.06, speed=0.5)
    yield from arm.grip(0.08, wait=False)


def choose_release(
    context: Context, in_hand: InHand, action: Action, exact_yaw: bool = False
) -> tuple[Pose, float]:
    """Where the hand lets go, and how wide. Raises CollisionError or UnreachableError.

    Tries every turn of the hand that gives the same result; where neighbours leave no room for
    any of them, other turns of the object; at last letting go a little higher. Into a vessel:
    any turn, the lowest height at which the fingers clear its wall and contents.
    """
    assert action.pose is not None
    alike = list(_hand_yaws(context, in_hand, action))
    others = list(_any_yaws(context, in_hand, action))
    if exact_yaw:
        exact = [action.pose.yaw - in_hand.yaw_rad]
        tries = [(i, exact) for i in range(_MAX_DROP_STEPS)]
        tries += [(i, alike) for i in range(_MAX_DROP_STEPS)]
    elif action.inside:
        count = round(_HIGHEST_RELEASE_M / _RELEASE_STEP_M)
        tries = [(i, alike + others) for i in range(count)]
    else:
        tries = [(0, alike), *((i, others) for i in range(_MAX_DROP_STEPS))]
    found: tuple[Pose, float] | None = None
    unreachable: UnreachableError | None = None
    for rise, yaws in tries:
        try:
            found = _release_at(context, in_hand, action, rise * _RELEASE_STEP_M, yaws)
        except UnreachableError as error:
            unreachable = error
        if found is not None:
            return found
    if unreachable is not None:
        raise unreachable
    x, y, _ = action.pose.position
    raise CollisionError(f"expected room to let go at ({x:.2f}, {y:.2f}), got none")


def _release_at(
    context: Context, in_hand: InHand, action: Action, rise_m: float, yaws: list[float]
) -> tuple[Pose, float] | None:
    """The first free and reachable way to let go rise_m above the goal; None if none is free."""
    assert action.pose is not None
    width = context.arm.state().gripper_width_m
    x, y, base_z = action.pose.position
    obstacles = context.belief.obstacles(*(() if action.inside else (action.support,)))
    unreachable: UnreachableError | None = None
    for opening in (0.08, width + _NARROW_OPEN_M):
        for yaw in yaws:
            tip = in_hand.tip_for(x, y, base_z + _GAP_M + rise_m, yaw)
            if not _free(tip, width, opening, in_hand, obstacles):
                continue
            try:
                context.arm.kinematics.solve(tip)
            except UnreachableError as error:
                unreachable = error
                continue
            return tip, opening
    if unreachable is not None:
        raise unreachable
    return None


def _free(tip: Pose, width: float, opening: float, in_hand: InHand, obstacles: Obstacles) -> bool:
    """Whether there is room for what is held and for the fingers all the way as they open."""
    parts = object_prisms(in_hand.object_at(tip))
    for finger_width in (opening, (width + opening) / 2, width):
        parts += gripper_prisms(tip, finger_width)
    return obstacles.hit(parts) is None


def _hand_yaws(context: Context, in_hand: InHand, action: Action) -> Iterator[float]:
    """Yaws of the hand that set the object down alike, the least turn of the wrist first."""
    assert action.pose is not None
    g = geometry_of(in_hand.item)
    if g.is_round:
        return _any_yaws(context, in_hand, action)
    quarter = math.pi / 2 if g.shape != "mesh" else math.pi
    base = action.pose.yaw - in_hand.yaw_rad
    count = round(2 * math.pi / quarter)
    return _ranked(context, in_hand, action, [base + quarter * i for i in range(count)])


def _any_yaws(context: Context, in_hand: InHand, action: Action) -> Iterator[float]:
    now = context.arm.kinematics.tip_pose(context.arm.joints).yaw
    turns = [now + 2 * math.pi * i / _ROUND_TURNS for i in range(_ROUND_TURNS)]
    return _ranked(context, in_hand, action, turns)


def _ranked(
    context: Context, in_hand: InHand, action: Action, turns: list[float]
) -> Iterator[float]:
    """Turns of the hand that the wrist can take, the most comfortable first."""
    assert action.pose is not None
    kinematics = context.arm.kinematics
    now = kinematics.tip_pose(context.arm.joints).yaw
    yaws = []
    for turn in turns:
        tip = in_hand.tip_for(*action.pose.position, turn)
        yaw = kinematics.best_yaw(tip, 2 * math.pi)
        turned = abs(kinematics.wrist_offset(Pose(tip.position, yaw)))
        if turned < WRIST_RANGE_RAD:
            cost = 0.3 * turned + 0.2 * abs(yaw - now) + math.hypot(*tip.position[:2])
            if not kinematics.reaches_down_to(Pose(tip.position, yaw)):
                cost += _AWKWARD_COST
            yaws.append((cost, yaw))
    return (yaw for _, yaw in sorted(yaws))


def _misplaced(
    context: Context, seen: SceneObject | None, item: SceneObject, action: Action
) -> str:
    """What is wrong with where the object is now; "" when nothing is."""
    assert action.pose is not None
    if seen is None:
        return "is out of sight"
    x, y, base_z = action.pose.position
    off = math.dist(seen.position[:2], (x, y))
    support = context.belief.scene().get(action.support)
    if action.inside and support is not None:
        g = geometry_of(support)
        from_middle = math.dist(seen.position[:2], support.position[:2])
        rim = support.bottom_z + g.height_m
        inside = seen.support == support.id or (
            from_middle < g.size_m / 2 and seen.bottom_z < rim + 0.01
        )
        return "" if inside else f"is not inside the {support.label}"
    if off > TOLERANCE_M:
        return f"is {off * 100:.0f} cm off"
    rise = seen.bottom_z - base_z
    if abs(rise) > _HEIGHT_TOLERANCE_M:
        return f"stands {abs(rise) * 100:.0f} cm too {'low' if rise < 0 else 'high'}"
    return ""
