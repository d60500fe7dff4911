"""Where the hand lets go of what it holds, so that the object ends where it should.

Knows: how an object sits in the hand, which turns of the hand give the same result, what is in the
way of the fingers as they open. Does not know: motion, looking.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from llmagentos.errors import CollisionError, UnreachableError
from llmagentos.motion.planning import InHand, Obstacles
from llmagentos.motion.solids import geometry_of, gripper_prisms, object_prisms
from llmagentos.objects.kinds import traits
from llmagentos.robots import ArmSpec
from llmagentos.skills.context import Context
from llmagentos.types import Action, Pose

#: Lengths are at scale 1. The object is let go this far above where it shall stand.
_GAP_M = 0.0015
#: A base this far under a rim is within it.
_UNDER_RIM_M = 0.004
#: Fingers open by this much where there is little room.
_NARROW_OPEN_M = 0.016
_RELEASE_STEP_M, _HIGHEST_RELEASE_M, _MAX_DROP_STEPS = 0.005, 0.16, 8
_ROUND_TURNS = 12
#: Ways down that the arm cannot take straight come last.
_AWKWARD_COST = 5.0
#: What it costs that the hand leans, per rad.
_LEAN_COST = 4.0


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
    elif within_rim(context, action):
        count = round(_HIGHEST_RELEASE_M / _RELEASE_STEP_M)
        tries = [(i, alike + others) for i in range(count)]
    else:
        tries = [(0, alike), *((i, others) for i in range(_MAX_DROP_STEPS))]
    found: tuple[Pose, float] | None = None
    unreachable: UnreachableError | None = None
    for rise, yaws in tries:
        try:
            up = rise * _RELEASE_STEP_M * context.arm.spec.scale
            found = _release_at(context, in_hand, action, up, yaws)
        except UnreachableError as error:
            unreachable = error
        if found is not None:
            return found
    if unreachable is not None:
        raise unreachable
    x, y, _ = action.pose.position
    raise CollisionError(f"expected room to let go at ({x:.2f}, {y:.2f}), got none")


def within_rim(context: Context, action: Action) -> bool:
    """Whether the goal is inside a wall, which the hand must not touch: in a vessel, on a plate."""
    support = context.belief.scene().get(action.support)
    if support is None or action.pose is None or not traits(support.kind).has_rim:
        return action.inside
    return (
        action.inside
        or action.pose.position[2] < support.top_z - _UNDER_RIM_M * context.arm.spec.scale
    )


def _release_at(
    context: Context, in_hand: InHand, action: Action, rise_m: float, yaws: list[float]
) -> tuple[Pose, float] | None:
    """The first free and reachable way to let go rise_m above the goal; None if none is free."""
    assert action.pose is not None
    width = context.arm.state().gripper_width_m
    x, y, base_z = action.pose.position
    within = within_rim(context, action)
    obstacles = context.belief.obstacles(*(() if within else (action.support,)))
    unreachable: UnreachableError | None = None
    spec = context.arm.spec
    base_z += _GAP_M * spec.scale
    for opening in (spec.max_opening_m, width + _NARROW_OPEN_M * spec.scale):
        for yaw in yaws:
            tip = in_hand.tip_for(x, y, base_z + rise_m, yaw)
            if not _free(spec, tip, (width, opening), in_hand, obstacles):
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


def _free(
    spec: ArmSpec, tip: Pose, widths: tuple[float, float], in_hand: InHand, obstacles: Obstacles
) -> bool:
    """Whether there is room for what is held and for the fingers all the way as they open."""
    parts = object_prisms(in_hand.object_at(tip))
    width, opening = widths
    for finger_width in (opening, (width + opening) / 2, width):
        parts += gripper_prisms(spec, tip, finger_width)
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
        if turned < kinematics.wrist_range_rad:
            cost = 0.3 * turned + 0.2 * abs(yaw - now) + math.hypot(*tip.position[:2])
            if not kinematics.reaches_down_to(Pose(tip.position, yaw)):
                cost += _AWKWARD_COST
            cost += _LEAN_COST * abs(kinematics.lean(tip))
            yaws.append((cost, yaw))
    return (yaw for _, yaw in sorted(yaws))
