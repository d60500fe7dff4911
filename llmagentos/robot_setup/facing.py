"""Which way an arm faces, and a base that has that way ahead.

Knows: a tree, what its first joint can turn to. Does not know: tables, shapes.

Everywhere in this project x is ahead, y left, z up (REP 103). Files need not be drawn like that: some
arms face -y at rest, with too little of their first joint's range left for what lies along x.
"""

from __future__ import annotations

import math
import xml.etree.ElementTree as ElementTree
from copy import deepcopy

import numpy as np
from numpy.typing import NDArray

from llmagentos.robot_setup.few_joints import carried
from llmagentos.robot_setup.hands import Reach
from llmagentos.robot_setup.tree import Joint, Tree, tree_of

Array = NDArray[np.float64]

_SAMPLES = 600
#: Postures whose hand is within this of straight down show where the arm works, as a cosine.
_DOWN = 0.6
#: An arm faces what its first joint turns it to with so much of the range left to both sides, rad.
_SPARE_RAD = 0.8
#: An arm that works to both sides alike faces x.
_ONE_SIDED = 0.2


def turned_by(tree: Tree, reach: Reach, tip: Array) -> float:
    """How far the base has to be turned so that x is ahead, rad; 0 where it is, or where the first
    joint does not turn about the vertical. tip: 4x4 in the hand link's frame."""
    first = reach.arm[0]
    rest = tree.placements({})
    axis = rest[first.child][:3, :3] @ first.axis
    if abs(axis[2]) < 0.999 or first.kind == "continuous" or not first.limited:
        return 0.0
    out = _way_out(tree, reach, tip)
    if out is None:
        return 0.0
    sign = math.copysign(1.0, axis[2])
    low, high = sorted(out + sign * limit for limit in (first.lower, first.upper))
    middle = (low + high) / 2
    for ahead in (0.0, -math.pi / 2, math.pi / 2, math.pi):
        near = middle + math.remainder(ahead - middle, 2 * math.pi)
        if low + _SPARE_RAD <= near <= high - _SPARE_RAD:
            return ahead
    return round(math.remainder(middle, 2 * math.pi), 6)


def _way_out(tree: Tree, reach: Reach, tip: Array) -> float | None:
    """Where the arm reaches with its first joint at 0 and the hand down: a heading, rad."""
    first, chain = reach.arm[0], tree.chain(reach.link)
    rest = tree.placements({})
    base = rest[first.child][:2, 3]
    rng, moving = np.random.default_rng(0), reach.arm[1:]
    low = np.array([max(j.lower, -math.pi) if j.limited else -math.pi for j in moving])
    high = np.array([min(j.upper, math.pi) if j.limited else math.pi for j in moving])
    high = np.maximum(high, low)
    found = []
    for _ in range(_SAMPLES):
        values = dict(zip((j.name for j in moving), rng.uniform(low, high), strict=True))
        values[first.name] = 0.0
        placement = _along(chain, values) @ tip
        if placement[2, 2] < -_DOWN:
            found.append(placement[:2, 3] - base)
    if not found:
        return None
    mean, length = np.mean(found, axis=0), float(np.mean(np.linalg.norm(found, axis=1)))
    if float(np.linalg.norm(mean)) < _ONE_SIDED * length:
        return None
    return math.atan2(mean[1], mean[0])


def _along(chain: list[Joint], values: dict[str, float]) -> Array:
    placement = np.eye(4)
    for joint in chain:
        placement = placement @ joint.motion(values.get(joint.name, joint.rest))
    return placement


def turned(tree: Tree, reach: Reach, ahead_rad: float, name: str) -> tuple[Tree, Reach]:
    """The tree on a new root link `name` whose x axis points along `ahead_rad` of the old one."""
    element = deepcopy(tree.element)
    element.append(ElementTree.Element("link", name=name))
    joint = ElementTree.SubElement(element, "joint", name=f"{name}_joint", type="fixed")
    ElementTree.SubElement(joint, "parent", link=name)
    ElementTree.SubElement(joint, "child", link=tree.root)
    ElementTree.SubElement(joint, "origin", xyz="0 0 0", rpy=f"0 0 {-ahead_rad:.12g}")
    made = tree_of(element, tree.file)
    made = Tree(made.file, made.element, made.root, made.links, {**made.joints, **tree.joints})
    return made, carried(made, reach)
