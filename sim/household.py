"""Things that come as mesh files: scaled to their kind's extents and set upright.

Knows: how an OBJ file's axes and bounds become a body. Does not know: which kind has which file
(llmagentos.objects.kinds), scenes.
"""

from __future__ import annotations

import math
from pathlib import Path

import pybullet_data

from llmagentos.objects.geometry import ObjectGeometry
from llmagentos.objects.kinds import KINDS

_UPRIGHT = (math.pi / 2, 0.0, 0.0)


def household_urdf(g: ObjectGeometry, pieces: str = "") -> str:
    """URDF text of a kind with a mesh file, origin in the middle of its upright box.

    pieces: collision elements instead of the model's own.
    """
    model, root = KINDS[g.kind].mesh, Path(pybullet_data.getDataPath())
    if model is None:
        raise ValueError(f"expected a kind with a mesh file, got {g.kind!r}")
    lower, upper = _bounds(root / model.visual)
    middle = [(low + high) / 2 for low, high in zip(lower, upper, strict=True)]
    spread = [high - low for low, high in zip(lower, upper, strict=True)]
    x, y, z = g.extents_m
    scale = (x / spread[0], z / spread[1], y / spread[2]) if model.y_up else (
        x / spread[0], y / spread[1], z / spread[2])  # fmt: skip
    back = [-m * s for m, s in zip(middle, scale, strict=True)]
    at = (back[0], -back[2], back[1]) if model.y_up else tuple(back)
    origin = _origin(at, _UPRIGHT if model.y_up else (0.0, 0.0, 0.0))
    sizes = " ".join(f"{s:.7f}" for s in scale)
    mesh = '{}<geometry><mesh filename="{}" scale="{}"/></geometry>'
    touch = {
        "box": f'<geometry><box size="{x:.7f} {y:.7f} {z:.7f}"/></geometry>',
        "sphere": f'<geometry><sphere radius="{x / 2:.7f}"/></geometry>',
    }.get(model.touch, mesh.format(origin, root / model.touch, sizes))
    return (
        f'<robot name="{g.kind}"><link name="body"><inertial><mass value="{g.mass_kg:.6f}"/>'
        '<inertia ixx="0" ixy="0" ixz="0" iyy="0" iyz="0" izz="0"/></inertial>'
        f"<visual>{mesh.format(origin, root / model.visual, sizes)}</visual>"
        + (pieces or f"<collision>{touch}</collision>")
        + "</link></robot>"
    )


def _origin(at: tuple[float, ...], rpy: tuple[float, ...]) -> str:
    xyz = " ".join(f"{v:.7f}" for v in at)
    return f'<origin xyz="{xyz}" rpy="' + " ".join(f"{v:.7f}" for v in rpy) + '"/>'


def _bounds(path: Path) -> tuple[list[float], list[float]]:
    """Smallest and largest corner of an OBJ file's vertices, file units."""
    lines = path.read_text(encoding="utf-8").splitlines()
    points = [[float(v) for v in line.split()[1:4]] for line in lines if line.startswith("v ")]
    columns = list(zip(*points, strict=True))
    return [min(c) for c in columns], [max(c) for c in columns]
