"""A URDF of one's own for an arm's folder: the file's chain, with shapes that the folder allows.

Knows: a tree, which joints stay movable, boxes for meshes, guesses where there is nothing. Does not
know: what the arm is used for.

What is written has the links, joints, limits and masses of the file; boxes, cylinders and spheres
for shapes; a tip between the fingers; no visuals, plugins or transmissions. Joints that are
neither the arm's nor its gripper's are fixed where they rest.
"""

from __future__ import annotations

import math
import xml.etree.ElementTree as ElementTree
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import RobotError
from llmagentos.robot_setup.meshes import boxes_of, find_mesh
from llmagentos.robot_setup.tree import MOVING, Joint, Tree
from llmagentos.robots.urdf import LinkShape, masses_of, numbers_of, origin_of, shapes_of

#: A link without any shape is taken to be a bar of this half width, metres.
_BAR_M = 0.04
_FINGER_M = (0.015, 0.015, 0.05)
#: Mass of a box whose link says none, kg a cubic metre: half of it is air.
_DENSITY, _LEAST_KG = 1500.0, 0.02


@dataclass(frozen=True)
class Body:
    """shapes: by link. boxed: links whose meshes became boxes; lost: meshes that were not found,
    by link; guessed: links that move and have neither."""

    shapes: Mapping[str, tuple[LinkShape, ...]] = field(repr=False)
    boxed: tuple[str, ...]
    lost: tuple[str, ...]
    guessed: tuple[str, ...]


def body_of(tree: Tree, moving: Collection[str]) -> Body:
    """The shapes of every link. moving: joints whose links must have one."""
    own = shapes_of(tree.element, str(tree.file))
    shapes: dict[str, list[LinkShape]] = {link: [] for link in tree.links}
    for shape in own:
        shapes[shape.link].append(shape)
    boxed, lost = [], []
    for link in tree.element.findall("link"):
        name = link.get("name", "")
        for boxes, mesh in _meshes(tree, link):
            if boxes is None:
                lost.append(f"{name} ({mesh})")
            else:
                shapes[name] += boxes
                boxed.append(name)
    guessed = []
    for joint in tree.joints.values():
        bare = not any(shapes[link] for link in tree.fixed_to(joint.child))
        if joint.name in moving and bare:
            guess = _guess(tree, joint)
            if guess:
                shapes[joint.child] = guess
                guessed.append(joint.child)
    return Body(
        {k: tuple(v) for k, v in shapes.items()},
        tuple(dict.fromkeys(boxed)),
        tuple(lost),
        tuple(guessed),
    )


def _meshes(tree: Tree, link: ElementTree.Element) -> list[tuple[list[LinkShape] | None, str]]:
    """Of a link: collision meshes, or visual ones where it has no collision shape at all."""
    name, where = link.get("name", ""), f"{tree.file}: link {link.get('name', '')}"
    found: list[tuple[list[LinkShape] | None, str]] = []
    for tag in ("collision", "visual"):
        elements = link.findall(tag)
        for element in elements:
            mesh = element.find("geometry/mesh")
            if mesh is None:
                continue
            filename = mesh.get("filename", "")
            file = find_mesh(filename, tree.file)
            scale = np.array(numbers_of(mesh.get("scale", "1 1 1"), 3, where))
            pose = origin_of(element.find("origin"), where)
            try:
                boxes = None if file is None else boxes_of(file, scale, pose, name)
            except RobotError:
                boxes = None
            found.append((boxes, filename))
        if elements and any(boxes for boxes, _ in found):
            return found
        if elements and tag == "collision" and not found:
            return []  # boxes, cylinders and spheres
        if tag == "collision":
            missing, found = found, []
    return found or missing


def _guess(tree: Tree, joint: Joint) -> list[LinkShape]:
    """A bar from a joint to the next ones; nothing where they lie in one place."""
    nexts = [j for j in tree.below(joint.child) if j.parent in tree.fixed_to(joint.child)]
    rest = tree.placements({})
    here = np.linalg.inv(rest[joint.child])
    ends = [(here @ rest[j.child])[:3, 3] for j in nexts if j.kind in MOVING]
    if not ends:
        pose = np.eye(4)
        return [LinkShape(joint.child, "box", _FINGER_M, pose)]
    far = max(ends, key=lambda p: float(np.linalg.norm(p)))
    length = float(np.linalg.norm(far))
    if length < 2 * _BAR_M:
        return [LinkShape(joint.child, "sphere", (_BAR_M,), np.eye(4))]
    return [LinkShape(joint.child, "box", (2 * _BAR_M, 2 * _BAR_M, length), _towards(far))]


def _towards(end: NDArray[np.float64]) -> NDArray[np.float64]:
    """4x4 whose z axis points to `end`, half of the way there."""
    z = end / np.linalg.norm(end)
    x = np.cross([0.0, 1.0, 0.0], z)
    x = np.array([1.0, 0.0, 0.0]) if np.linalg.norm(x) < 1e-6 else x / np.linalg.norm(x)
    pose = np.eye(4)
    pose[:3, 0], pose[:3, 1], pose[:3, 2], pose[:3, 3] = x, np.cross(z, x), z, end / 2
    return pose


def urdf_text(
    tree: Tree,
    body: Body,
    moving: Collection[str],
    tip: tuple[str, str, NDArray[np.float64]] | None = None,
    fixed: tuple[str, str, Sequence[LinkShape], Sequence[LinkShape]] | None = None,
) -> tuple[str, tuple[str, ...]]:
    """The URDF as text, and links that were given a mass.

    moving: joints that stay movable. tip: a link to add, the link that it is fixed to, 4x4.
    fixed: a link to add for a finger that stands still, the hand's link, its shapes in the hand
    link's frame, and which of `body` they are.
    """
    away = {id(shape) for shape in (fixed[3] if fixed else ())}
    masses = masses_of(tree.element, str(tree.file))
    out = ElementTree.Element("robot", name=tree.name)
    out.append(ElementTree.Comment(f" From {tree.file.name}; shapes are boxes of its meshes. "))
    heavy = {tree.joints[name].child for name in moving if name in tree.joints}
    weighed = []
    for link in tree.element.findall("link"):
        name = link.get("name", "")
        made = ElementTree.SubElement(out, "link", name=name)
        inertial = link.find("inertial")
        rigid = tree.fixed_to(name)
        if masses[name] > 0 and inertial is not None and _sound(inertial):
            made.append(inertial)
        elif masses[name] > 0:
            made.append(_inertia(body.shapes[name], masses[name]))
        elif name in heavy and not any(masses[other] > 0 for other in rigid):
            made.append(_inertia(body.shapes[name]))
            weighed.append(name)
        for shape in body.shapes[name]:
            if id(shape) not in away:
                made.append(_collision(shape))
    for element in tree.element.findall("joint"):
        out.append(_joint(tree.joints[element.get("name", "")], element, moving))
    if tip is not None:
        _fix(out, *tip)
    if fixed is not None:
        finger = _fix(out, fixed[0], fixed[1], np.eye(4))
        finger.extend(_collision(shape) for shape in fixed[2])
    ElementTree.indent(out)
    return ElementTree.tostring(out, encoding="unicode") + "\n", tuple(weighed)


def _fix(
    out: ElementTree.Element, name: str, parent: str, pose: NDArray[np.float64]
) -> ElementTree.Element:
    """A link more, fixed to another one."""
    link = ElementTree.SubElement(out, "link", name=name)
    joint = ElementTree.SubElement(out, "joint", name=f"{name}_joint", type="fixed")
    ElementTree.SubElement(joint, "parent", link=parent)
    ElementTree.SubElement(joint, "child", link=name)
    joint.append(_origin(pose))
    return link


def _joint(
    joint: Joint, element: ElementTree.Element, moving: Collection[str]
) -> ElementTree.Element:
    stays = joint.name in moving
    # Endless joints turn once to either side: an arm's limits are numbers.
    kind = ("prismatic" if joint.kind == "prismatic" else "revolute") if stays else "fixed"
    made = ElementTree.Element("joint", name=joint.name, type=kind)
    ElementTree.SubElement(made, "parent", link=joint.parent)
    ElementTree.SubElement(made, "child", link=joint.child)
    made.append(_origin(joint.origin if stays else joint.motion(joint.rest)))
    if stays:
        made.append(ElementTree.Element("axis", xyz=_words(joint.axis)))
        limit = {"effort": f"{joint.effort:.6g}", "velocity": f"{joint.velocity:.6g}"}
        low, high = (joint.lower, joint.upper) if joint.limited else (-math.pi, math.pi)
        limit |= {"lower": f"{low:.9g}", "upper": f"{high:.9g}"}
        ElementTree.SubElement(made, "limit", limit)
        mimic = element.find("mimic")
        if mimic is not None:
            made.append(mimic)
    return made


def _collision(shape: LinkShape) -> ElementTree.Element:
    collision = ElementTree.Element("collision")
    collision.append(_origin(shape.pose))
    geometry = ElementTree.SubElement(collision, "geometry")
    words = {
        "box": {"size": _words(shape.size)},
        "cylinder": {"radius": f"{shape.size[0]:.6g}", "length": f"{shape.size[-1]:.6g}"},
        "sphere": {"radius": f"{shape.size[0]:.6g}"},
    }[shape.kind]
    ElementTree.SubElement(geometry, shape.kind, words)
    return collision


def _sound(inertial: ElementTree.Element) -> bool:
    """Whether a solid body can have these moments: none is more than the other two together."""
    inertia = inertial.find("inertia")
    if inertia is None:
        return False
    a, b, c, ab, ac, bc = (
        numbers_of(inertia.get(key, "0"), 1, "inertia")[0]
        for key in ("ixx", "iyy", "izz", "ixy", "ixz", "iyz")
    )
    least, middle, most = np.linalg.eigvalsh(np.array([[a, ab, ac], [ab, b, bc], [ac, bc, c]]))
    return bool(least > 0 and most <= least + middle)


def _inertia(shapes: Sequence[LinkShape], mass: float = 0.0) -> ElementTree.Element:
    """As if a link's mass were spread over its shapes; without one, by their volume."""
    volume = sum(8 * math.prod(s.half) for s in shapes)
    mass = mass or max(_DENSITY * volume, _LEAST_KG)
    size = max((max(s.half) for s in shapes), default=_BAR_M)
    middle = np.eye(4)
    if shapes:
        middle[:3, 3] = np.mean([s.pose[:3, 3] for s in shapes], axis=0)
    moment = f"{max(mass * size * size / 2, 1e-6):.3g}"
    made = ElementTree.Element("inertial")
    made.append(_origin(middle))
    ElementTree.SubElement(made, "mass", value=f"{mass:.3g}")
    diagonal = {"ixx": moment, "iyy": moment, "izz": moment}
    ElementTree.SubElement(made, "inertia", diagonal | {"ixy": "0", "ixz": "0", "iyz": "0"})
    return made


def _origin(pose: NDArray[np.float64]) -> ElementTree.Element:
    r = pose[:3, :3]
    pitch = math.asin(max(-1.0, min(1.0, -float(r[2, 0]))))
    if abs(r[2, 0]) < 1 - 1e-12:
        roll, yaw = math.atan2(r[2, 1], r[2, 2]), math.atan2(r[1, 0], r[0, 0])
    else:
        roll, yaw = 0.0, math.atan2(-r[0, 1], r[1, 1])
    return ElementTree.Element("origin", xyz=_words(pose[:3, 3]), rpy=_words((roll, pitch, yaw)))


def _words(values: Sequence[float] | NDArray[np.float64]) -> str:
    return " ".join(f"{v + 0.0:.12g}" for v in values)
