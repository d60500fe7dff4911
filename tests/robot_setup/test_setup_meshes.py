"""Meshes as boxes: three formats, where files are looked for, what is not there."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from robot_setup import urdfs

from llmagentos.errors import RobotError
from llmagentos.robot_setup.body import body_of
from llmagentos.robot_setup.meshes import boxes_of, find_mesh
from llmagentos.robot_setup.tree import read_tree

#: Corners and faces of a box of 2 x 4 x 30 cm on the origin.
_SIZE = (0.02, 0.04, 0.3)
_CORNERS = [(x, y, z) for x in (-0.01, 0.01) for y in (-0.02, 0.02) for z in (0.0, 0.3)]
_FACES = [
    (0, 1, 3), (0, 3, 2), (4, 6, 7), (4, 7, 5), (0, 4, 5), (0, 5, 1),
    (2, 3, 7), (2, 7, 6), (0, 2, 6), (0, 6, 4), (1, 5, 7), (1, 7, 3),
]  # fmt: skip


def _stl(path: Path) -> None:
    data = b"\0" * 80 + struct.pack("<I", len(_FACES))
    for face in _FACES:
        data += struct.pack("<12fH", 0, 0, 0, *(v for i in face for v in _CORNERS[i]), 0)
    path.write_bytes(data)


def _obj(path: Path) -> None:
    lines = [f"v {x} {y} {z}" for x, y, z in _CORNERS]
    lines += [f"f {a + 1}//1 {b + 1}//1 {c + 1}//1" for a, b, c in _FACES]
    path.write_text("\n".join(lines))


def _dae(path: Path) -> None:
    """In millimetres, moved by its node."""
    numbers = " ".join(str(1000 * v) for c in _CORNERS for v in (c[0], c[1], c[2] - 0.1))
    order = " ".join(f"{i} 0" for face in _FACES for i in face)
    path.write_text(
        '<COLLADA xmlns="c"><asset><unit meter="0.001"/></asset><library_geometries>'
        f'<geometry id="g"><mesh><source id="s"><float_array>{numbers}</float_array></source>'
        '<vertices id="v"><input semantic="POSITION" source="#s"/></vertices>'
        '<triangles><input semantic="VERTEX" source="#v" offset="0"/>'
        f'<input semantic="NORMAL" source="#n" offset="1"/><p>{order}</p></triangles></mesh></geometry>'
        "</library_geometries><library_visual_scenes><visual_scene><node>"
        "<matrix>1 0 0 0 0 1 0 0 0 0 1 100 0 0 0 1</matrix><instance_geometry url='#g'/></node>"
        "</visual_scene></library_visual_scenes></COLLADA>"
    )


@pytest.mark.parametrize(("ending", "write"), [("stl", _stl), ("obj", _obj), ("dae", _dae)])
def test_a_long_mesh_is_several_boxes_that_fill_it(tmp_path: Path, ending, write) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / f"bar.{ending}"
    write(path)
    boxes = boxes_of(path, np.ones(3), np.eye(4), "bar")
    assert len(boxes) == 6
    for box in boxes:
        np.testing.assert_allclose(box.size, (*_SIZE[:2], 0.05), atol=1e-6)
    heights = sorted(float(box.pose[2, 3]) for box in boxes)
    np.testing.assert_allclose(heights, 0.025 + 0.05 * np.arange(6), atol=1e-6)


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("a.stl", b"solid\nvertex 1 2\n", "expected a mesh that can be read"),
        ("a.obj", b"v 0 0 0\nf 1 2 3\n", "expected a mesh that can be read"),
        ("a.dae", b"<COLLADA>", "expected a mesh that can be read"),
        ("a.obj", b"", "expected a mesh with triangles, got none"),
        ("a.step", b"", "expected a mesh in STL, OBJ or DAE, got .step"),
    ],
)
def test_a_broken_mesh_is_told(tmp_path: Path, name: str, data: bytes, why: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(RobotError, match=why):
        boxes_of(tmp_path / name, np.ones(3), np.eye(4), "bar")


@pytest.mark.parametrize(
    ("filename", "place"),
    [
        ("package://my_arm/meshes/a.stl", "my_arm/meshes/a.stl"),
        ("package://my_arm/meshes/a.stl", "my_arm/urdf/../meshes/a.stl"),
        ("meshes/a.stl", "my_arm/urdf/meshes/a.stl"),
        ("file://{}/a.stl", "a.stl"),
    ],
)
def test_where_meshes_are_looked_for(tmp_path: Path, filename: str, place: str) -> None:
    (tmp_path / "my_arm" / "urdf").mkdir(parents=True)
    target = tmp_path / place
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(b"")
    found = find_mesh(filename.replace("{}", str(tmp_path)), tmp_path / "my_arm/urdf/arm.urdf")
    assert found is not None and found.samefile(target)
    target.unlink()
    assert find_mesh(filename, tmp_path / "my_arm/urdf/arm.urdf") is None


def test_links_whose_meshes_are_missing_are_guessed_and_named(tmp_path: Path) -> None:
    text = urdfs.robot(urdfs.arm(), urdfs.fingers(boxes=False)).replace(
        '<link name="left">',
        '<link name="left"><collision><geometry><mesh filename="package://gone/a.stl"/></geometry>'
        "</collision>",
    )
    tree = read_tree(urdfs.written(tmp_path, text))
    body = body_of(tree, ("left_slide", "right_slide", "elbow"))
    assert set(body.guessed) == {"left", "right"} and body.lost == ("left (package://gone/a.stl)",)
    assert body.shapes["left"] and body.shapes["right"]
