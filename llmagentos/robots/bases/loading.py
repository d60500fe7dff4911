"""Bases by name or folder: reads robot.yaml.

Knows: the shipped bases and those of the entry points' group "llmagentos.bases". Does not know: how a
folder is found (robots/folders.py), what the fields mean (spec.py), what a base is used for.
"""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from functools import lru_cache
from pathlib import Path

from pydantic import ValidationError

from llmagentos.errors import FileError, RobotError
from llmagentos.files import read_text, read_yaml
from llmagentos.robots.bases.spec import BaseSpec
from llmagentos.robots.folders import FILE, Folders

#: The base where nobody names one.
DEFAULT_BASE = "rover"
_BASES = Folders("base", Path(__file__).parent, "llmagentos.bases")


def base_names() -> tuple[str, ...]:
    """Every base that `load_base` knows by name: shipped ones, then those of entry points."""
    return _BASES.names()


def load_base(base: str | Path = DEFAULT_BASE) -> BaseSpec:
    """The base of that name, or in that folder. RobotError naming file and field."""
    return _read(_BASES.of(base).resolve())


@lru_cache(maxsize=32)
def _read(folder: Path) -> BaseSpec:
    path = folder / FILE
    try:
        data = read_yaml(path, "a base")
        if not isinstance(data, dict):
            raise RobotError(f"{path}: expected a mapping, got {type(data).__name__}")
        spec = BaseSpec.model_validate({**data, "folder": folder})
        text = read_text(folder / spec.urdf, "a base's URDF")
    except FileError as exc:
        raise RobotError(str(exc)) from exc
    except ValidationError as exc:
        first = exc.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise RobotError(f"{path}: {where}: {first['msg']}, got {first.get('input')!r}") from exc
    _check_links(spec, text, path)
    return spec


def _check_links(spec: BaseSpec, urdf: str, path: Path) -> None:
    try:
        root = ElementTree.fromstring(urdf)
    except ElementTree.ParseError as exc:
        raise RobotError(f"{path.parent / spec.urdf}: expected XML, got {exc}") from exc
    links = {link.get("name") for link in root.findall("link")}
    joints = {joint.get("name") for joint in root.findall("joint")}
    for field, name, known in (
        ("base_link", spec.base_link, links),
        ("scanner.link", spec.scanner.link, links),
        ("wheels.left", spec.wheels.left, joints),
        ("wheels.right", spec.wheels.right, joints),
        ("mount_link", spec.mount_link, links),
        ("lift.joint", spec.lift.joint if spec.lift is not None else "", joints),
    ):
        if name and name not in known:
            raise RobotError(
                f"{path}: {field}: expected a name of {spec.urdf} "
                f"({', '.join(sorted(filter(None, known)))}), got {name!r}"
            )
