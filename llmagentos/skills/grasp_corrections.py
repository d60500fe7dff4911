"""What a trained policy sees of a grasp, and what it may change of it.

Knows: the declaration, how the grasp before went in the frame of the hand that comes, how a grasp is
corrected. Does not know: which grasps there are, motion, any policy.

A hand's frame here: x along the width of its fingers, y the way in which they close.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from llmagentos.motion.kinematics import Kinematics
from llmagentos.motion.planning import Obstacles
from llmagentos.motion.solids import geometry_of
from llmagentos.objects.kinds import traits
from llmagentos.skills.grasps import Grasp, alike_rad, is_boxy, is_possible
from llmagentos.skills.residual import Adjustable, Correction, Feature, Residual
from llmagentos.types import Pose, SceneObject

#: Lengths at scale 1, in the frame of the hand as the scripted grasp turns it.
RESIDUAL = Residual(
    features=(
        Feature("size_m", "the object's width, m"),
        Feature("height_m", "its height, m"),
        Feature("open_m", "finger opening on the way down, m"),
        Feature("above_m", "height of the finger tips over its base, m"),
        Feature("round", "1 where it is round seen from above, else 0"),
        Feature("rolls", "1 where it rolls away, else 0"),
        Feature("rim", "1 where its wall is gripped, else 0"),
        Feature("grasp", "grasps before this one"),
        Feature("blocked", "1 where the grasp before hit something on its way, else 0"),
        Feature("missed", "1 where nothing was between the fingers then, else 0"),
        Feature("slipped", "1 where it was lost on the way up then, else 0"),
        Feature("width_m", "finger opening then, less than expected so much, m; 0 where blocked"),
        Feature("moved_x_m", "how far the object lies from where it was then, along the hand, m"),
        Feature("moved_y_m", "the same across the hand, m"),
        Feature("met_x_m", "how far the hand was pressed aside where it was blocked, m"),
        Feature("met_y_m", "the same across the hand, m"),
        Feature("met_z_m", "the same upwards, m"),
        Feature("turned", "cosine of twice the angle between the hand then and now"),
        Feature("last_x_m", "how far that grasp was corrected, along the hand, m"),
        Feature("last_y_m", "the same across the hand, m"),
    ),
    adjustables=(
        Adjustable("along_m", "m", 0.02, "the hand is so much farther along its fingers' width"),
        Adjustable("across_m", "m", 0.02, "the same in the way in which they close"),
        Adjustable(
            "turn_rad", "rad", 1.6, "it is turned so far; by quarters where there are sides"
        ),
        Adjustable("deeper_m", "m", 0.01, "the finger tips are so much lower"),
        Adjustable("force", "log2", 1.0, "force is 2 to the power of this times the scripted"),
        Adjustable("speed", "log2", 1.5, "lifting speed, in the same way"),
    ),
)


@dataclass(frozen=True)
class Last:
    """How the grasp before ended (blocked, missed or slipped); which one it was, of what was seen
    then; its correction; how far from expected the fingers stood (m); where the hand was pressed to
    when it was blocked (m, base frame)."""

    ended: str = ""
    grasp: Grasp | None = None
    item: SceneObject | None = None
    correction: Correction | None = None
    width_m: float = 0.0
    met_m: tuple[float, float, float] = (0.0, 0.0, 0.0)


def features(
    item: SceneObject, grasp: Grasp, tried: int, last: Last, scale: float
) -> dict[str, float]:
    """What RESIDUAL declares, of the grasp that comes."""
    g, yaw = geometry_of(item), grasp.tip.yaw
    seen = dict.fromkeys((f.name for f in RESIDUAL.features), 0.0)
    seen |= {
        "size_m": g.size_m / scale,
        "height_m": g.height_m / scale,
        "open_m": grasp.open_m / scale,
        "above_m": (grasp.tip.position[2] - item.bottom_z) / scale,
        "round": float(g.is_round),
        "rolls": float(traits(item.kind).rolls),
        "rim": float(grasp.by_rim),
        "grasp": float(tried),
    }
    if last.grasp is None or last.item is None or last.correction is None:
        return seen
    moved = [a - b for a, b in zip(item.position[:2], last.item.position[:2], strict=True)]
    shift = _turned(last.correction["along_m"], last.correction["across_m"], last.grasp.tip.yaw)
    for name, (x, y) in (("moved", moved), ("met", last.met_m[:2]), ("last", shift)):
        here = _turned(x, y, -yaw)
        share = 1.0 if name == "last" else 1 / scale  # corrections are at scale 1
        seen[f"{name}_x_m"], seen[f"{name}_y_m"] = share * here[0], share * here[1]
    return seen | {
        last.ended: 1.0,
        "width_m": last.width_m / scale,
        "met_z_m": last.met_m[2] / scale,
        "turned": math.cos(2 * (yaw - last.grasp.tip.yaw)),
    }


def _turned(x: float, y: float, angle: float) -> tuple[float, float]:
    c, s = math.cos(angle), math.sin(angle)
    return c * x - s * y, s * x + c * y


def corrected(
    plain: Grasp,
    item: SceneObject,
    correction: Correction,
    obstacles: Obstacles,
    kinematics: Kinematics,
) -> tuple[Grasp, SceneObject, Correction]:
    """The grasp as a policy wants it, no lower than the hand may go, the object where the policy
    takes it to be, and the correction. Where that grasp is not free or out of reach, the scripted
    one with another force and speed."""
    spec = kinematics.spec
    turn = _possible_turn(plain, item, correction["turn_rad"])
    # The shift is in the frame of the hand before it is turned.
    dx, dy = _turned(
        spec.scale * correction["along_m"], spec.scale * correction["across_m"], plain.tip.yaw
    )
    tip = plain.turned(plain.tip.yaw + turn) if turn else plain.tip
    x, y, z = tip.position
    low = max(z - spec.scale * correction["deeper_m"], spec.lowest_tip_m)
    low = low if correction["deeper_m"] else z
    tip = Pose((x + dx, y + dy, low), tip.yaw)
    if turn:
        tip = Pose(tip.position, kinematics.best_yaw(tip, alike_rad(spec)))
    force = min(plain.force_n * 2.0 ** correction["force"], spec.max_grip_force_n)
    grasp = replace(plain, tip=tip, force_n=force)
    if is_possible(grasp, obstacles, kinematics):
        x, y, z = item.position
        return grasp, replace(item, position=(x + dx, y + dy, z)), correction
    kept = {name: correction[name] for name in ("force", "speed")}
    as_it_is = replace(correction, values={**RESIDUAL.identity("").values, **kept})
    return replace(plain, force_n=force), item, as_it_is


def _possible_turn(plain: Grasp, item: SceneObject, turn: float) -> float:
    """As far as the hand may be turned about what it grips: what has sides, by whole quarters, and
    only where those are alike; a rim is gripped where it is."""
    g = geometry_of(item)
    if plain.by_rim or not (g.is_round or is_boxy(g)):
        return 0.0
    return turn if g.is_round else math.pi / 2 * round(2 * turn / math.pi)
