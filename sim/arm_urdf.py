"""The URDF that an arm's physics and pictures are made of.

Knows: the arm's own URDF and one of another package for masses and meshes. Does not know: PyBullet.
"""

from __future__ import annotations

import importlib.util
import xml.etree.ElementTree as ElementTree
from copy import deepcopy
from pathlib import Path

from llmagentos.errors import RobotError
from llmagentos.robots import ArmSpec

#: A link that says nothing of its mass is a mark on another one; Bullet would give it 1 kg.
_WEIGHTLESS = (
    '<inertial><mass value="0"/>'
    '<inertia ixx="0.1" ixy="0" ixz="0" iyy="0.1" iyz="0" izz="0.1"/></inertial>'
)


def simulation_urdf(spec: ArmSpec) -> str:
    """The URDF that physics and pictures are made of, with absolute mesh paths.

    That is the spec's own, or one of another package (for masses and meshes) in which the fingers
    collide as in the spec's own and their contact springs are left out. Links that have no visual
    shape are drawn as they collide. Raises RobotError where a package or link is missing.
    """
    own = ElementTree.fromstring(spec.urdf)
    root = own if not spec.simulation.urdf else _foreign_urdf(spec.simulation.urdf)
    fingers = _finger_links(own, spec)
    for link in root.findall("link"):
        name = link.get("name", "")
        for contact in link.findall("contact"):
            link.remove(contact)
        if spec.simulation.draw == "collision" or link.find("visual") is None:
            _draw_as_it_collides(link)
        if link.find("inertial") is None:
            link.append(ElementTree.fromstring(_WEIGHTLESS))
        if root is not own and name in fingers:
            for collision in link.findall("collision"):
                link.remove(collision)
            link.extend(deepcopy(c) for c in fingers.pop(name).findall("collision"))
    if root is not own and fingers:
        raise RobotError(f"expected a link {min(fingers)} in {spec.simulation.urdf}, got none")
    return ElementTree.tostring(root, encoding="unicode")


def _foreign_urdf(reference: str) -> ElementTree.Element:
    """A URDF named package:path; its package:// paths become absolute."""
    package, _, path = reference.partition(":")
    found = importlib.util.find_spec(package)
    places = list(found.submodule_search_locations or ()) if found is not None else []
    file = Path(places[0]) / path if places else None
    if file is None or not file.is_file():
        raise RobotError(f"expected {reference} for the simulation, got no such file")
    text = file.read_text(encoding="utf-8")
    return ElementTree.fromstring(text.replace("package://", f"{file.parent}/"))


def _finger_links(root: ElementTree.Element, spec: ArmSpec) -> dict[str, ElementTree.Element]:
    links = {link.get("name", ""): link for link in root.findall("link")}
    children = {j.get("name"): j.find("child") for j in root.findall("joint")}
    names = [children[joint].get("link", "") for joint in spec.gripper.linkage(0.0)]  # type: ignore[union-attr]
    return {name: links[name] for name in names}


def _draw_as_it_collides(link: ElementTree.Element) -> None:
    for visual in link.findall("visual"):
        link.remove(visual)
    for collision in link.findall("collision"):
        visual = deepcopy(collision)
        visual.tag = "visual"
        link.append(visual)
