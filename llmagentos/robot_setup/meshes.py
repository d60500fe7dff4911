"""Meshes of a URDF as a few boxes a link.

Knows: where a mesh may lie, STL, OBJ and COLLADA files, boxes along a mesh's longest side. Does
not know: what a link is for.

An arm's folder has boxes, cylinders and spheres alone: they are what the camera's mask, the
simulation and the room between things are made of.
"""

from __future__ import annotations

import itertools
import math
import os
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import FileError, RobotError
from llmagentos.robots.urdf import LinkShape

Points = NDArray[np.float64]

#: A box is about so long; a mesh becomes at most so many.
_PIECE_M, _MOST = 0.05, 6
#: Thinner boxes than this are made so thick.
_THIN_M = 0.002
#: Points of a triangle, as shares of its corners, that tell which slabs it passes through.
_SPREAD = (
    np.array([(a, b, 6 - a - b) for a in range(7) for b in range(7 - a)], dtype=np.float64) / 6
)


def find_mesh(filename: str, urdf: Path) -> Path | None:
    """The file of a mesh, by its name in a URDF; None where it lies nowhere near."""
    scheme, _, rest = filename.rpartition("://")
    if scheme in ("", "file"):
        path = Path(rest)
        here = path if path.is_absolute() else urdf.parent / path
        return here if here.is_file() else None
    package, _, inside = rest.partition("/")
    homes = [*urdf.resolve().parents]
    for variable in ("ROS_PACKAGE_PATH", "AMENT_PREFIX_PATH"):
        for folder in filter(None, os.environ.get(variable, "").split(os.pathsep)):
            homes += [Path(folder), Path(folder) / "share"]
    for home in homes:
        for path in (home / package / inside, home / inside):
            if path.is_file():
                return path
    return None


def boxes_of(path: Path, scale: Points, pose: Points, link: str) -> list[LinkShape]:
    """A mesh as boxes on a link; pose: 4x4, mesh in the link's frame. Raises RobotError."""
    triangles = _triangles(path) * scale
    if not len(triangles):
        raise RobotError(f"{path}: expected a mesh with triangles, got none")
    points = np.einsum("sk,tkc->tsc", _SPREAD, triangles).reshape(-1, 3)
    size = np.ptp(points, axis=0)
    axis = int(np.argmax(size))
    count = min(max(round(size[axis] / _PIECE_M), 1), _MOST)
    edges = np.linspace(points[:, axis].min(), points[:, axis].max(), count + 1)
    boxes = []
    for low, high in itertools.pairwise(edges):
        inside = points[(points[:, axis] >= low - 1e-9) & (points[:, axis] <= high + 1e-9)]
        if not len(inside):
            continue
        least, most = inside.min(axis=0), inside.max(axis=0)
        least[axis], most[axis] = low, high
        extent = np.maximum(most - least, _THIN_M)
        middle = np.eye(4)
        middle[:3, 3] = (least + most) / 2
        boxes.append(LinkShape(link, "box", tuple(map(float, extent)), pose @ middle))
    return boxes


def _triangles(path: Path) -> Points:
    """float64 [T, 3, 3], metres. RobotError for a format that is not read, or a broken file."""
    readers = {".stl": _stl, ".obj": _obj, ".dae": _dae}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise RobotError(f"{path}: expected a mesh in STL, OBJ or DAE, got {path.suffix or 'none'}")
    try:
        return reader(path.read_bytes())
    except OSError as exc:
        raise FileError(f"expected a mesh at {path}, got {exc.strerror}") from exc
    except (ValueError, IndexError, KeyError, ElementTree.ParseError) as exc:
        raise RobotError(f"{path}: expected a mesh that can be read, got {exc}") from exc


def _stl(data: bytes) -> Points:
    count = int.from_bytes(data[80:84], "little") if len(data) >= 84 else 0
    if len(data) == 84 + 50 * count:
        kind = np.dtype([("n", "<f4", 3), ("v", "<f4", (3, 3)), ("a", "<u2")])
        return np.frombuffer(data, kind, count, 84)["v"].astype(np.float64)
    lines = (line.split() for line in data.decode("utf-8", "replace").splitlines())
    corners = [[float(v) for v in w[1:4]] for w in lines if w[:1] == ["vertex"]]
    return np.array(corners).reshape(-1, 3, 3)


def _obj(data: bytes) -> Points:
    vertices, triangles = [], []
    for line in data.decode("utf-8", "replace").splitlines():
        words = line.split()
        if words[:1] == ["v"]:
            vertices.append([float(v) for v in words[1:4]])
        elif words[:1] == ["f"]:
            ids = [int(w.split("/")[0]) for w in words[1:]]
            ids = [i - 1 if i > 0 else len(vertices) + i for i in ids]
            triangles += [(ids[0], b, c) for b, c in itertools.pairwise(ids)]
    return np.array(vertices)[np.array(triangles, dtype=int)].reshape(-1, 3, 3)


def _dae(data: bytes) -> Points:
    """COLLADA: every geometry of the scene with its nodes' matrices, in the file's unit."""
    root = ElementTree.fromstring(data)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    unit = root.find("asset/unit")
    metres = float(unit.get("meter", "1")) if unit is not None else 1.0
    geometries = {g.get("id", ""): g for g in root.iter("geometry")}
    found = []
    for node, matrix in _nodes(root.find("library_visual_scenes/visual_scene"), np.eye(4)):
        for instance in node.findall("instance_geometry"):
            geometry = geometries[instance.get("url", "").lstrip("#")]
            for triangles in _dae_triangles(geometry):
                found.append(triangles @ matrix[:3, :3].T + matrix[:3, 3])
    return np.concatenate(found) * metres if found else np.zeros((0, 3, 3))


def _nodes(
    above: ElementTree.Element | None, matrix: Points
) -> Iterator[tuple[ElementTree.Element, Points]]:
    for node in [] if above is None else above.findall("node"):
        here = matrix
        for step in node:
            values = [float(v) for v in (step.text or "").split()] if len(step) == 0 else []
            move = np.eye(4)
            if step.tag == "matrix":
                move = np.array(values).reshape(4, 4)
            elif step.tag == "translate":
                move[:3, 3] = values
            elif step.tag == "scale":
                move[:3, :3] = np.diag(values)
            elif step.tag == "rotate":
                x, y, z, degrees = values
                cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
                a = math.radians(degrees)
                move[:3, :3] += math.sin(a) * cross + (1 - math.cos(a)) * cross @ cross
            here = here @ move
        yield node, here
        yield from _nodes(node, here)


def _dae_triangles(geometry: ElementTree.Element) -> Iterator[Points]:
    sources = {s.get("id", ""): s.find("float_array") for s in geometry.iter("source")}
    positions = {
        v.get("id", ""): i.get("source", "").lstrip("#")
        for v in geometry.iter("vertices")
        for i in v.findall("input")
        if i.get("semantic") == "POSITION"
    }
    for tag in ("triangles", "polylist"):
        for part in geometry.iter(tag):
            inputs = part.findall("input")
            stride = 1 + max(int(i.get("offset", "0")) for i in inputs)
            vertex = next(i for i in inputs if i.get("semantic") == "VERTEX")
            array = sources[positions[vertex.get("source", "").lstrip("#")]]
            text, order = "" if array is None else array.text or "", part.find("p")
            points = np.array(text.split(), dtype=np.float64).reshape(-1, 3)
            given = (order.text or "").split() if order is not None else []
            ids = np.array(given, dtype=int).reshape(-1, stride)[:, int(vertex.get("offset", "0"))]
            counts = part.find("vcount")
            if counts is None:
                yield points[ids].reshape(-1, 3, 3)
                continue
            corners, at = [], 0
            for count in map(int, (counts.text or "").split()):
                face = ids[at : at + count]
                at += count
                corners += [(face[0], b, c) for b, c in itertools.pairwise(face)]
            yield points[np.array(corners, dtype=int)].reshape(-1, 3, 3)
