"""Where a URDF's arms end: hands, the joints that carry them, the joints of their fingers.

Knows: a tree of joints; what most files call a finger. Does not know: shapes, measures.

A hand is where an arm of several turning joints ends in joints that are fingers: they mimic or are
mimicked, they are short sliding joints, they fork, or their names say so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from llmagentos.robot_setup.tree import MOVING, TURNING, Joint, Tree

#: An arm has at least so many turning joints.
_FEWEST = 4
#: Sliding joints of fingers are shorter than this, metres; those of torsos are longer.
_FINGER_WAY_M = 0.15
_DIGIT = re.compile(r"finger|thumb|jaw|knuckle|claw|pinch|tongs|distal|phalan", re.IGNORECASE)
_FINGER = re.compile(rf"{_DIGIT.pattern}|grip", re.IGNORECASE)
#: A wrist may be named after the hand that it carries: "gripper_yaw" is none of its fingers.
_WRIST = re.compile(r"yaw|pitch|roll|wrist|rotat", re.IGNORECASE)
#: Ends of chains that stand or roll on the floor, or look: no arms.
_OTHER_END = re.compile(
    r"wheel|caster|leg(?![a-z])|hip(?![a-z])|knee|ankle|foot|toe|thigh|calf|shank|head|neck|eye|camera",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Reach:
    """One arm of a file and what is at its end.

    link: what carries the fingers, or the last link of an arm without any. arm: its turning
    joints from shoulder to wrist. before: moving joints that carry the whole arm, which have to
    stand still. fingers: all moving joints beyond the hand.
    """

    link: str
    arm: tuple[Joint, ...]
    before: tuple[Joint, ...]
    fingers: tuple[Joint, ...]


def arms_of(tree: Tree) -> list[Reach]:
    """All arms, those with fingers alone where there are any; longest first."""
    found = _chains(tree)
    arms = sorted(found.values(), key=lambda a: -len(a.arm))
    arms = [a for a in arms if a.fingers] or arms
    return [a for a in arms if not _is_other(a)]


def _chains(tree: Tree) -> dict[str, Reach]:
    """Every long chain of turning joints, by the link that it ends in."""
    found: dict[str, Reach] = {}
    for leaf in _leaves(tree):
        chain = [j for j in tree.chain(leaf.child) if j.kind in MOVING]
        first = next((i for i, j in enumerate(chain) if _is_finger(tree, chain, i)), None)
        arm = chain if first is None else chain[:first]
        run = _last_turning(tree, arm)
        if len(run) < _FEWEST:
            continue
        link = _hand(tree, run[-1])
        if link in found:
            continue
        found[link] = Reach(
            link,
            tuple(run),
            tuple(arm[: len(arm) - len(run)]),
            tuple(j for j in tree.below(run[-1].child) if j.kind in MOVING),
        )
    return found


def others_of(tree: Tree) -> list[str]:
    """Links at the ends of long chains that are no arms: wheels, feet, heads."""
    return sorted({r.link for r in _chains(tree).values() if _is_other(r)})


def _is_other(reach: Reach) -> bool:
    last = reach.arm[-1]
    return not reach.fingers and any(
        _OTHER_END.search(name) for name in (reach.link, last.name, last.child)
    )


def still_fingers(tree: Tree, reach: Reach) -> list[Joint]:
    """Joints on an arm's hand that are called fingers and do not move in the file."""
    found = tree.below(reach.arm[-1].child)
    return [
        j for j in found
        if j.kind not in MOVING and (_FINGER.search(j.name) or _FINGER.search(j.child))
    ]  # fmt: skip


def fingertips_of(reach: Reach) -> list[str]:
    """The outermost finger joints' names: so many fingers has a hand."""
    above = {j.parent for j in reach.fingers}
    return [j.name for j in reach.fingers if j.child not in above]


def _leaves(tree: Tree) -> list[Joint]:
    """Moving joints with no moving joint beyond them."""
    return [
        j
        for j in tree.joints.values()
        if j.kind in MOVING and not any(k.kind in MOVING for k in tree.below(j.child))
    ]


def _is_finger(tree: Tree, chain: Sequence[Joint], index: int) -> bool:
    joint = chain[index]
    if index < _FEWEST:
        return False
    mimicked = {j.mimic.joint for j in tree.joints.values() if j.mimic is not None}
    if joint.mimic is not None or joint.name in mimicked:
        return True
    if joint.kind == "prismatic" and joint.limited and joint.upper - joint.lower < _FINGER_WAY_M:
        return True
    # A wrist may carry a link "gripper"; a finger ends the chain.
    if joint.kind in TURNING and _WRIST.search(joint.name) and joint is not chain[-1]:
        return _DIGIT.search(joint.name) is not None
    if _FINGER.search(joint.name) or (joint is chain[-1] and _FINGER.search(joint.child)):
        return True
    # Where several joints begin on one rigid body beyond an arm, they are fingers.
    rigid = tree.fixed_to(chain[index - 1].child)
    return sum(j.kind in MOVING and j.parent in rigid for j in tree.joints.values()) > 1


def _last_turning(tree: Tree, joints: Sequence[Joint]) -> list[Joint]:
    """The turning joints next to the hand; up to where another arm or a head begins as well."""
    run: list[Joint] = []
    for joint in reversed(joints):
        if joint.kind not in TURNING or joint.mimic is not None:
            break
        if run and _forks(tree, joint, run[-1]):
            break
        run.append(joint)
    return run[::-1]


def _forks(tree: Tree, below: Joint, above: Joint) -> bool:
    """Whether something else than the arm (which goes on with `above`) moves on `below`'s body."""
    rigid = tree.fixed_to(below.child)
    return any(
        j.kind in MOVING and j.parent in rigid and j.name != above.name
        for j in tree.joints.values()
    )


def _hand(tree: Tree, last: Joint) -> str:
    """The link that carries the fingers of an arm's last joint; its last body without fingers."""
    rigid = tree.fixed_to(last.child)
    carriers = {j.parent for j in tree.joints.values() if j.kind in MOVING and j.parent in rigid}
    if not carriers:
        return last.child
    shared = [link for link in rigid if all(link in _line(tree, c) for c in carriers)]
    return max(shared, key=lambda link: len(_line(tree, link)))


def _line(tree: Tree, link: str) -> list[str]:
    return [*(j.parent for j in tree.chain(link)), link]
