"""Setting down what is held, so that the object and not the hand ends where it should.

Knows: carrying, letting go, telling by a look whether it stands where it should; the skill
`place`. Does not know: who chose the spot, and whether to try again where it went wrong.
"""

from __future__ import annotations

import math
from collections.abc import Generator

from llmagentos.errors import ContactStop, MovedError
from llmagentos.motion.solids import geometry_of
from llmagentos.ports.failures import Failure
from llmagentos.ports.skills import SkillReport, failed, succeeded
from llmagentos.skills.arm import EMPTY_M
from llmagentos.skills.context import Context
from llmagentos.skills.declaration import (
    INSIDE,
    OBJECT_OR_NOTHING,
    POSE,
    SUPPORT,
    Skill,
    SkillRun,
)
from llmagentos.skills.preview import no_carrier, outside, set_down, taken
from llmagentos.skills.release import choose_release, within_rim
from llmagentos.types import Action, Pose, Scene, SceneObject

#: Lengths are at scale 1. It may stand so far off; the last bit down and the first bit up.
TOLERANCE_M = 0.015
_HEIGHT_TOLERANCE_M = 0.012
_DOWN_M, _UP_M = 0.03, 0.06
#: What touches no farther above its spot stands on it: it was seen a little high, or hangs low.
_TOUCH_DOWN_M = 0.012


def _check(scene: Scene, action: Action) -> SkillReport | None:
    held = scene.held
    if held is None or action.object_id not in ("", held.id):
        return failed(Failure.NOT_HOLDING)
    return outside(scene, action) or no_carrier(scene, action)


def _preview(scene: Scene, action: Action) -> Scene | SkillReport:
    item = scene.held
    assert item is not None and action.pose is not None, "the check has seen them"
    problem = taken(scene, item, action)
    if problem is not None:
        return problem
    return set_down(scene, item, action.pose, action.support, action.inside)


def put_down(context: Context, action: Action, exact_yaw: bool = False) -> SkillRun:
    """Carry, set down, let go, look whether it stands where it should.

    exact_yaw: turn the object to the pose's yaw itself, not to one that looks the same.
    """
    belief = context.belief
    assert belief.in_hand is not None and action.pose is not None, "the check has seen them"
    item = belief.in_hand.item
    try:
        yield from _set_down(context, action, exact_yaw)
    except MovedError as error:  # see where it is now, and leave it to others to choose a spot
        yield from context.recover()
        yield from context.look()
        return failed(Failure.MOVED, str(error))
    seen = yield from context.look_for(item, near=action.pose.position[:2])
    problem = _misplaced(context, seen, item, action)
    if not problem:
        return succeeded(f"put the {item.label} down")
    if seen is None and belief.lies_hidden(item.id):
        return failed(Failure.HIDDEN, f"the {item.label} is out of sight in there")
    return failed(Failure.MISPLACED, f"the {item.label} {problem}")


def _set_down(context: Context, action: Action, exact_yaw: bool) -> Generator[None, None, None]:
    """Carry, lower, let go, get clear. Ends early with nothing in hand when it was lost."""
    arm, belief = context.arm, context.belief
    assert belief.in_hand is not None and action.pose is not None
    tip, opening = choose_release(context, belief.in_hand, action, exact_yaw)
    support = () if action.support == "table" else (action.support,)
    # On the last bit down the object may touch what it is put on.
    obstacles = belief.obstacles() if within_rim(context, action) else belief.obstacles(*support)
    s = arm.spec.scale
    above = Pose((tip.position[0], tip.position[1], tip.position[2] + _DOWN_M * s), tip.yaw)
    context.senses.watch(belief.scene().get(action.support))
    yield from context.go(above, belief.obstacles(), approach_m=_DOWN_M)
    context.senses.unwatch()
    if arm.state().gripper_width_m < EMPTY_M * s:
        belief.in_hand = None  # it slipped out on the way
        return
    try:
        yield from context.straight(tip, obstacles, speed=0.3)
    except ContactStop:
        if arm.tip.position[2] > tip.position[2] + _TOUCH_DOWN_M * s and not _hangs_in(
            context, action
        ):
            raise
        yield from arm.come_to_rest()
    yield from arm.hold(0.05)
    yield from arm.relax()
    item, belief.in_hand = belief.in_hand.item, None
    if action.inside:
        belief.let_go(item, action.pose, action.support)
    yield from arm.release(opening)
    yield from context.rise(tip.position[2] + _UP_M * s, speed=0.5)
    yield from arm.grip(arm.spec.max_opening_m, wait=False)


def _hangs_in(context: Context, action: Action) -> bool:
    """Whether the base of what is held is below the rim of the vessel that it goes into: what it
    touches there is what lies in it already."""
    in_hand, support = context.belief.in_hand, context.belief.scene().get(action.support)
    assert in_hand is not None
    base = context.arm.tip.position[2] - in_hand.below_m
    return support is not None and action.inside and base < support.top_z


def _misplaced(
    context: Context, seen: SceneObject | None, item: SceneObject, action: Action
) -> str:
    """What is wrong with where the object is now; "" when nothing is."""
    assert action.pose is not None
    if seen is None:
        return "is out of sight"
    (x, y, base_z), s = action.pose.position, context.arm.spec.scale
    off = math.dist(seen.position[:2], (x, y))
    support = context.belief.scene().get(action.support)
    if support is not None and within_rim(context, action):
        g = geometry_of(support)
        from_middle = math.dist(seen.position[:2], support.position[:2])
        rim = support.bottom_z + g.height_m
        inside = seen.support == support.id or (
            from_middle < g.size_m / 2 and seen.bottom_z < rim + 0.01 * s
        )
        return "" if inside else f"is not inside the {support.label}"
    if off > TOLERANCE_M * s:
        return f"is {off * 100:.0f} cm off"
    rise = seen.bottom_z - base_z
    if abs(rise) > _HEIGHT_TOLERANCE_M * s:
        return f"stands {abs(rise) * 100:.0f} cm too {'low' if rise < 0 else 'high'}"
    return ""


PLACE = Skill(
    name="place",
    doing="putting down {object}",
    parameters=(OBJECT_OR_NOTHING, POSE, SUPPORT, INSIDE),
    uses=("arm", "gripper", "camera"),
    hand="holding",
    failures=(
        Failure.NOT_HOLDING,
        Failure.NO_SUPPORT,
        Failure.UNSTABLE,
        Failure.MISPLACED,
        Failure.HIDDEN,
        Failure.MOVED,
        Failure.SLIPPED,
    ),
    check=_check,
    preview=_preview,
    run=put_down,
)
