"""Any URDF as a tree of links and joints: what a file says before anybody has decided anything.

Knows: joints of all kinds, mimics, links' shapes and meshes, where links are for joint values.
Does not know: which joints are the arm's, what a gripper is.

More is taken here than an arm's folder allows (robots.urdf): floating and planar joints count as
fixed, limits may be missing, a mesh is a name that may lead nowhere.
"""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import RobotError
from llmagentos.files import read_text
from llmagentos.robots.urdf import numbers_of, origin_of

Matrix = NDArray[np.float64]
TURNING = ("revolute", "continuous")
MOVING = (*TURNING, "prismatic")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
#: A prefix of an element or an attribute.
_PREFIX = re.compile(r"""<([A-Za-z_][\w.-]*):|\s([A-Za-z_][\w.-]*):[\w.-]+\s*=""")
#: An element of xacro's, or an attribute with ${..} or $(..) in it.
_XACRO = re.compile(r"""<xacro:|=\s*(?:"[^"<]*\$[{(]|'[^'<]*\$[{(])""")


@dataclass(frozen=True)
class Mimic:
    """A joint that follows another: multiplier * joint + offset."""

    joint: str
    multiplier: float
    offset: float


@dataclass(frozen=True)
class Joint:
    """One joint as the file has it; rad or m. limited: whether it says a range at all."""

    name: str
    kind: str
    parent: str
    child: str
    origin: Matrix = field(repr=False, compare=False)
    axis: Matrix = field(repr=False, compare=False)
    lower: float = 0.0
    upper: float = 0.0
    limited: bool = True
    velocity: float = 0.0
    effort: float = 0.0
    mimic: Mimic | None = None

    def motion(self, value: float) -> Matrix:
        """4x4 from the parent link to the child link with the joint at `value`."""
        turn = np.eye(4)
        if self.kind in TURNING:
            turn[:3, :3] = _about(self.axis, value)
        elif self.kind == "prismatic":
            turn[:3, 3] = self.axis * value
        moved: Matrix = self.origin @ turn
        return moved

    @property
    def rest(self) -> float:
        """The value next to 0 that the joint can take."""
        return min(max(0.0, self.lower), self.upper) if self.limited else 0.0


def _about(axis: Matrix, angle: float) -> Matrix:
    x, y, z = axis
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    turned: Matrix = np.eye(3) + math.sin(angle) * cross + (1 - math.cos(angle)) * cross @ cross
    return turned


@dataclass(frozen=True)
class Tree:
    """A whole URDF. element: its <robot>; joints: by name, in the file's order."""

    file: Path
    element: ElementTree.Element
    root: str
    links: tuple[str, ...]
    joints: Mapping[str, Joint]

    @property
    def name(self) -> str:
        """The robot's name in the file."""
        return self.element.get("name") or self.file.stem

    def above(self, link: str) -> Joint | None:
        """The joint that carries a link; None for the root."""
        return self._above.get(link)

    @property
    def _above(self) -> dict[str, Joint]:
        return {j.child: j for j in self.joints.values()}

    def chain(self, link: str) -> list[Joint]:
        """All joints from the root to a link, fixed ones too."""
        above, found = self._above, []
        while link in above:
            found.append(above[link])
            link = above[link].parent
        return found[::-1]

    def below(self, link: str) -> Iterator[Joint]:
        """All joints further out than a link, nearest first."""
        for joint in self.joints.values():
            if joint.parent == link:
                yield joint
                yield from self.below(joint.child)

    def fixed_to(self, link: str) -> set[str]:
        """Links that move with a link as one: itself, and what is fixed to it further out."""
        found = {link}
        for joint in self.joints.values():
            if joint.parent == link and joint.kind not in MOVING:
                found |= self.fixed_to(joint.child)
        return found

    def value(self, joint: Joint, values: Mapping[str, float]) -> float:
        """Of one joint where some are given: its own, what it mimics, or its rest."""
        if joint.name in values:
            return values[joint.name]
        if joint.mimic is not None and joint.mimic.joint in self.joints:
            leader = self.joints[joint.mimic.joint]
            return joint.mimic.multiplier * self.value(leader, values) + joint.mimic.offset
        return joint.rest

    def placements(self, values: Mapping[str, float]) -> dict[str, Matrix]:
        """4x4 of every link in the root's frame; joints that are not given stand at rest."""
        found = {self.root: np.eye(4)}
        for joint in self.below(self.root):
            found[joint.child] = found[joint.parent] @ joint.motion(self.value(joint, values))
        return found


def read_tree(path: Path) -> Tree:
    """A URDF file. Raises RobotError where it is none, FileError where it cannot be read."""
    text = read_text(path, "a URDF")
    try:
        root = ElementTree.fromstring(_with_prefixes(text))
    except ElementTree.ParseError as exc:
        if _is_xacro(text):
            raise _xacro(path) from exc
        raise RobotError(f"{path}: expected a URDF, got XML that does not parse: {exc}") from exc
    if root.tag == "sdf":
        raise RobotError(
            f"{path}: expected a URDF, got SDF (Gazebo's format), which cannot be read here: take the "
            "maker's URDF or xacro of it; without one, write each <link> and <joint> of it as URDF has "
            "them, poses against the parent link"
        )
    if root.tag != "robot":
        raise RobotError(f"{path}: expected a <robot>, got <{root.tag}>")
    if _is_xacro(text):
        raise _xacro(path)
    return tree_of(root, path)


def tree_of(root: ElementTree.Element, path: Path) -> Tree:
    """A <robot> as a tree. path: where its meshes are looked for, and what errors call it."""
    root = _told_apart(root)
    links = tuple(link.get("name", "") for link in root.findall("link"))
    joints = {}
    for element in root.findall("joint"):
        joint = _joint(element, str(path))
        for end in (joint.parent, joint.child):
            if end not in links:
                raise RobotError(f"{path}: {joint.name}: expected links of the file, got {end!r}")
        joints[joint.name] = joint
    roots = sorted(set(links) - {j.child for j in joints.values()})
    if len(roots) != 1:
        raise RobotError(f"{path}: expected one root link, got {', '.join(roots) or 'none'}")
    return Tree(path, root, roots[0], links, joints)


def _with_prefixes(text: str) -> str:
    """The text with namespaces declared that it uses undeclared, as extensions of other programs
    do (drake:, gazebo's); xacro's stay as they are, since such a file is not finished."""
    found = _PREFIX.findall(_COMMENT.sub("", text))
    used = {prefix for pair in found for prefix in pair} - {"", "xml", "xmlns", "xacro"}
    missing = [p for p in sorted(used) if f"xmlns:{p}" not in text]
    declared = "".join(f' xmlns:{p}="urn:{p}"' for p in missing)
    return text.replace("<robot", f"<robot{declared}", 1) if missing else text


def _told_apart(root: ElementTree.Element) -> ElementTree.Element:
    """A copy in which a link whose name a joint has too is called `<name>_link`: placements are
    asked for by name, and joints keep theirs, which drivers know."""
    root = deepcopy(root)
    both = {e.get("name") for e in root.findall("link")} & {
        e.get("name") for e in root.findall("joint")
    }
    for element in root.findall("link"):
        if element.get("name") in both:
            element.set("name", f"{element.get('name')}_link")
    for joint in root.findall("joint"):
        for end in (*joint.findall("parent"), *joint.findall("child")):
            if end.get("link") in both:
                end.set("link", f"{end.get('link')}_link")
    return root


def _is_xacro(text: str) -> bool:
    """Whether elements or attributes are still xacro's; what comments hold does not count."""
    return _XACRO.search(_COMMENT.sub("", text)) is not None


def _xacro(path: Path) -> RobotError:
    name = path.name.split(".")[0]
    # A shell empties the file it writes to before xacro reads: never one that is there.
    out = f"{name}_expanded.urdf" if path.with_name(f"{name}.urdf").exists() else f"{name}.urdf"
    return RobotError(
        f"{path}: expected a URDF, got xacro that is not expanded yet: "
        f"run `xacro {path.name} > {out}` first"
    )


def _joint(element: ElementTree.Element, where: str) -> Joint:
    name, kind = element.get("name", ""), element.get("type", "")
    where = f"{where}: {name}"
    parent, child = element.find("parent"), element.find("child")
    if parent is None or child is None:
        raise RobotError(f"{where}: expected a joint with parent and child, got not both")
    limit, axis, mimic = element.find("limit"), element.find("axis"), element.find("mimic")
    way = np.array(numbers_of("1 0 0" if axis is None else axis.get("xyz", "1 0 0"), 3, where))
    length = float(np.linalg.norm(way))
    if length == 0 and kind in MOVING:
        raise RobotError(f"{where}: expected an axis, got 0 0 0")
    lower, upper, velocity, effort = (
        0.0 if limit is None else numbers_of(limit.get(key, "0"), 1, where)[0]
        for key in ("lower", "upper", "velocity", "effort")
    )
    limited = kind != "continuous" and upper > lower
    if kind == "continuous":
        lower, upper = -2 * math.pi, 2 * math.pi
    follows = None
    if mimic is not None:
        follows = Mimic(
            mimic.get("joint", ""),
            numbers_of(mimic.get("multiplier", "1"), 1, where)[0],
            numbers_of(mimic.get("offset", "0"), 1, where)[0],
        )
    return Joint(
        name,
        kind,
        parent.get("link", ""),
        child.get("link", ""),
        origin_of(element.find("origin"), where),
        way / (length or 1.0),
        lower,
        upper,
        limited or kind == "continuous",
        velocity,
        effort,
        follows,
    )
