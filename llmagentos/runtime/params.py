"""ROS parameter files: sections by node, as ROS reads them, and which of them a node is given.

Knows: YAML, namespaces, the wildcards of node names. Does not know: rclpy, or which parameters a
node has.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from llmagentos.errors import ConfigError, FileError
from llmagentos.files import read_yaml, shown

WHAT = "a file of ROS parameters"
#: A section for every node, whatever its name.
EVERY_NODE = "/**"
_PARAMETERS = "ros__parameters"
_TOKEN = re.compile(r"[A-Za-z_]\w*", re.ASCII)

#: {name of a node, wildcards in it: {name of a parameter, dots in it: value}}
Sections = dict[str, dict[str, Any]]


def namespace_of(text: str) -> str:
    """A namespace as ROS takes it: "" or "/robot1/left", whatever slashes came around it.

    Raises ConfigError for one that no node could have.
    """
    tokens = text.strip("/").split("/") if text.strip("/") else []
    if not all(_TOKEN.fullmatch(token) for token in tokens):
        raise ConfigError(
            "expected a namespace of letters, digits and _ (no digit first) between single "
            f"slashes, got {text!r}"
        )
    return "".join(f"/{token}" for token in tokens)


def read_params(path: Path) -> Sections:
    """A ROS parameter file, namespaces in any depth. FileError for any other content."""
    data = read_yaml(path, WHAT)
    if not isinstance(data, dict | None):
        raise FileError(f"expected {WHAT} at {shown(path)}, got {type(data).__name__}")
    out: Sections = {}
    for name, below in (data or {}).items():
        _read_section(f"/{str(name).strip('/')}", below, out, path)
    return out


def _read_section(name: str, value: Any, out: Sections, path: Path) -> None:
    if not isinstance(value, dict):
        raise FileError(
            f"expected {_PARAMETERS} for {name} in {shown(path)}, got {type(value).__name__}"
        )
    for key, below in value.items():
        if key != _PARAMETERS:
            if not isinstance(below, dict):
                raise FileError(
                    f"expected {_PARAMETERS} for {name} in {shown(path)}, got {str(key)!r}"
                )
            _read_section(f"{name}/{str(key).strip('/')}", below, out, path)
        elif isinstance(below, dict):
            out.setdefault(name, {}).update(_flat(below))
        elif below is not None:
            raise FileError(
                f"expected {_PARAMETERS} for {name} in {shown(path)}, got {type(below).__name__}"
            )


def _flat(values: Mapping[Any, Any], before: str = "") -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key, value in values.items():
        name = f"{before}{key}"
        if isinstance(value, dict):
            out.update(_flat(value, f"{name}."))
        else:
            out[name] = _even(value)
    return out


def _even(value: Any) -> Any:
    """ROS refuses a list of whole and broken numbers: all of them are broken then."""
    if not isinstance(value, list):
        return value
    numbers = all(isinstance(v, int | float) and not isinstance(v, bool) for v in value)
    mixed = numbers and any(isinstance(v, float) for v in value)
    return [float(v) for v in value] if mixed else value


def matches(section: str, node: str) -> bool:
    """Whether a section's name means a node (`/robot1/planner`); * is one name, ** any number."""
    pattern = re.escape(section).replace(r"/\*\*", "(?:/[^/]+)*").replace(r"\*", "[^/]+")
    return re.fullmatch(pattern, node) is not None


def of_node(sections: Mapping[str, Mapping[str, Any]], node: str) -> dict[str, Any]:
    """What a node is given; a later section wins over an earlier one."""
    out: dict[str, Any] = {}
    for section, values in sections.items():
        if matches(section, node):
            out.update(values)
    return out


def unmatched(sections: Iterable[str], nodes: Iterable[str]) -> list[str]:
    """Sentences about the sections that mean none of the nodes (full names)."""
    names = list(nodes)
    known = {name.rsplit("/", 1)[-1] for name in names}
    out = []
    for section in sections:
        if any(matches(section, name) for name in names):
            continue
        last = section.rsplit("/", 1)[-1]
        hint = f": /**/{last} is that node in any namespace" if last in known else ""
        out.append(f"expected a section for one of {', '.join(names)}, got {section!r}{hint}")
    return out
