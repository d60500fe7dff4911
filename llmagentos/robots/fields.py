"""The fields of robot.yaml, read and checked one by one.

Knows: the file's format. Does not know: the URDF that it names, nor what follows from both (fitting.py).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from llmagentos.errors import FileError, RobotError
from llmagentos.files import read_text, read_yaml
from llmagentos.robots.field_errors import said_of
from llmagentos.robots.questions import open_questions

_Share = Annotated[float, Field(gt=0, le=1)]
_Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
_Finite = Annotated[float, Field(allow_inf_nan=False)]
_Range = tuple[_Finite, _Finite]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")


class GripperFields(_Entry):
    """Its `gripper`: how far each joint value opens it."""

    joints: list[str] = Field(min_length=1)
    joint_values: list[_Finite] = Field(min_length=2)
    opening_m: list[Annotated[float, Field(ge=0, allow_inf_nan=False)]] = Field(min_length=2)
    max_force_n: _Positive
    multipliers: list[_Finite] = []
    fixed_finger: str = ""


class _WorkArea(_Entry):
    x_m: _Range
    y_m: _Range
    table_z_m: _Finite = 0.0
    scale: Annotated[float, Field(ge=0.25, le=4.0)] = 1.0


class _Profile(_Entry):
    velocity: _Share
    acceleration: _Share
    tool_speed_mps: _Positive
    contact_n: tuple[_Positive, _Positive] = (10.0, 20.0)
    lag_rad: _Positive = 0.08


class _KeepIn(_Entry):
    x_m: _Range
    y_m: _Range
    z_m: _Range


class _Simulation(_Entry):
    urdf: str = Field("", pattern=r"^$|^[A-Za-z_][\w.]*:\S+$")
    draw: Literal["visual", "collision"] = "visual"


class RobotFields(_Entry):
    """All of it, each field as its own form asks: names and numbers are compared in fitting.py."""

    name: str = Field(min_length=1)
    urdf: str
    joints: list[str] = Field(min_length=2)
    base_link: str
    hand_link: str
    tip_link: str
    home_rad: list[_Finite]
    range_rad: dict[str, _Range] = {}
    max_acceleration_radps2: list[_Positive]
    max_velocity_radps: dict[str, _Positive] = {}
    max_effort_nm: dict[str, _Positive] = {}
    shapes: Literal["checked"] = "checked"
    max_tool_speed_mps: _Positive
    gripper: GripperFields
    work_area: _WorkArea
    keep_in: _KeepIn | None = None
    profiles: dict[str, _Profile]
    load_acceleration: list[_Share] = []
    swivel_rad: list[_Finite] = []
    restart_rad: list[_Finite] = []
    lean_rad: Annotated[float, Field(ge=0, le=1.2)] = 0.0
    simulation: _Simulation = _Simulation()


def read_fields(path: Path) -> RobotFields:
    """What the file says. RobotError naming it, and the field."""
    try:
        data, text = read_yaml(path, "an arm"), read_text(path, "an arm")
    except FileError as exc:
        raise RobotError(str(exc)) from exc
    asked = open_questions(text, data)
    if asked:
        fields = ", ".join(q.field for q in asked)
        raise RobotError(
            f"{path}: expected answers to its questions, got none for {fields}: "
            f"see `llmagentos robot check {path.parent}`"
        )
    if data is None:
        raise RobotError(f"{path}: expected an arm's fields, got an empty file")
    if not isinstance(data, dict):
        raise RobotError(f"{path}: expected a mapping, got {type(data).__name__}")
    try:
        return RobotFields.model_validate(data)
    except ValidationError as exc:
        raise RobotError(f"{path}: {said_of(exc, RobotFields)}") from exc
