"""An arm's spec before its folder is finished, to try postures and reach with.

Knows: how to stand in for what is still asked. Does not know: what will be answered.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from llmagentos.files import write_text
from llmagentos.robots import ArmSpec, load
from llmagentos.robots.folders import FILE


def spec_of(
    name: str,
    urdf: str,
    known: Mapping[str, Any],
    home_rad: tuple[float, ...],
    table_z_m: float,
) -> ArmSpec:
    """The arm with this home; its work area is a placeholder, rates and forces that are still asked
    are 1. known: what robot.yaml has so far. Raises RobotError."""
    values = {k: v for k, v in known.items() if "." not in k and v is not None}
    joints = values["joints"]
    rates = {**dict.fromkeys(joints, 1.0), **values.get("max_velocity_radps", {})}
    values |= {
        "name": name,
        "urdf": f"{name}.urdf",
        "home_rad": list(home_rad),
        "gripper": {**values["gripper"], "max_force_n": 1.0},
        "work_area": {"x_m": [0.01, 0.02], "y_m": [-0.01, 0.01], "table_z_m": table_z_m},
        "max_velocity_radps": rates,
        "max_effort_nm": dict.fromkeys(joints, 1.0),
    }
    with tempfile.TemporaryDirectory() as folder:
        write_text(Path(folder) / f"{name}.urdf", urdf)
        text = "\n".join(f"{key}: {flow(value)}" for key, value in values.items())
        write_text(Path(folder) / FILE, text)
        return load(folder)


def flow(value: object) -> str:
    """A value as YAML on one line."""
    text: str = yaml.safe_dump(value, default_flow_style=True, width=10_000, sort_keys=False)
    return text.removesuffix("\n").removesuffix("\n...")
