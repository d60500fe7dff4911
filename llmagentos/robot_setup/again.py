"""An arm's folder looked at once more: home and work area, after a person has written the gripper.

Knows: robot.yaml as a text with answers and open questions, which stay as they are. Does not know:
how a place is found (placing).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from llmagentos.errors import RobotError
from llmagentos.files import read_text, read_yaml, write_text
from llmagentos.robot_setup.drafts import Draft
from llmagentos.robot_setup.placing import add_home, add_place
from llmagentos.robot_setup.posture import Chain
from llmagentos.robot_setup.provisional import flow
from llmagentos.robots.folders import FILE
from llmagentos.robots.loading import folder_of
from llmagentos.robots.questions import open_questions
from llmagentos.robots.urdf import joints_of, parse
from llmagentos.types import Workspace

#: What a place is looked for with; what is found.
_NEEDED = ("joints", "base_link", "hand_link", "tip_link", "gripper")
_FOUND = ("home_rad", "work_area")
#: How the reasons begin that stand above them (placing).
_REASONS = ("hand straight down", "reached hand down")
_ALSO = ("range_rad", "lean_rad")


def look_again(robot: str | Path, table_z_m: float | None = None) -> Draft:
    """Fills in home and work area where they have no value, and writes the file; all else in it
    stays as it is, letter by letter. A work area that is written stays, and home is looked for over
    it; its `table_z_m` alone is where the table is.

    Raises RobotError where nothing is asked of that, or where the gripper is still asked.
    """
    path = folder_of(robot) / FILE
    text, data = read_text(path, "an arm"), read_yaml(path, "an arm")
    if not isinstance(data, dict):
        raise RobotError(f"{path}: expected a mapping, got {type(data).__name__}")
    asked = {q.field: q for q in open_questions(text, data)}
    area = data.get("work_area")
    height = area if isinstance(area, dict) and set(area) == {"table_z_m"} else {}
    empty = [n for n in _FOUND if n in data and (data[n] is None or (n == "work_area" and height))]
    if not empty:
        raise RobotError(
            f"{path}: expected home_rad or work_area without a value, got answers: "
            "what is to be looked for once more is left empty"
        )
    table_z_m = _table(path, area, table_z_m)
    first = [name for name in _NEEDED if data.get(name) is None]
    if first:
        raise RobotError(
            f"{path}: expected answers for {', '.join(first)} first, got none: "
            "home and work area follow from them"
        )
    made = _draft(path.parent, data, table_z_m, empty)
    for name in empty:
        if name in made.values:
            text = _answered(text, name, made.values[name], made.notes[name])
    if "work_area" not in empty and "work_area" in made.notes:  # the reason is of what was found
        reason = rf"^# (?:{'|'.join(_REASONS)}|as written;)[^\n]*(?=\nwork_area:)"
        text = re.sub(reason, f"# {made.notes['work_area']}", text, flags=re.MULTILINE)
    also = [n for n in _ALSO if n in made.notes and n not in data]
    for name in also:
        text += f"# {made.notes[name]}\n{name}: {flow(made.values[name])}\n"
    write_text(path, text)
    told = {q.field: q for q in made.questions}
    still = {name: q for name, q in (asked | told).items() if name not in made.values}
    made.questions = [told.get(name, q) for name, q in still.items()]
    return made


def _table(path: Path, area: object, named_m: float | None) -> float | None:
    """How high the table is: as the file says or as it was named. Raises RobotError for two."""
    written = area.get("table_z_m") if isinstance(area, dict) else None
    if written is None or named_m is None or written == named_m:
        return named_m if written is None else float(written)
    raise RobotError(f"{path}: expected --table-z as work_area has it, {written}, got {named_m}")


def _draft(
    folder: Path, data: dict[str, Any], table_z_m: float | None, empty: Sequence[str]
) -> Draft:
    """home_rad and work_area found, or asked, as `robot new` does."""
    where = folder / str(data.get("urdf"))
    urdf = read_text(where, "a URDF")
    joints = joints_of(parse(urdf, str(where)), str(where))
    names = data["joints"]
    for name in names:
        if name not in joints:
            raise RobotError(
                f"{folder / FILE}: joints: expected joints of {where.name}, got {name!r}"
            )
    narrow = data.get("range_rad") or {}
    ranges = [tuple(narrow.get(n, (joints[n].lower, joints[n].upper))) for n in names]
    made = Draft(str(data.get("name")), urdf)
    made.values = {k: v for k, v in data.items() if v is not None and k not in _FOUND}
    chain = Chain(urdf, names, str(data["tip_link"]), ranges)
    if "work_area" in empty:
        add_place(made, chain, table_z_m, carried=False)
    else:
        add_home(made, chain, _written(folder / FILE, data["work_area"]))
    return made


def _written(path: Path, area: Any) -> Workspace:
    try:
        (x0, x1), (y0, y1) = map(float, area["x_m"]), map(float, area["y_m"])
        table, scale = float(area.get("table_z_m", 0.0)), float(area.get("scale", 1.0))
        return Workspace(x0, x1, y0, y1, table, scale)
    except (TypeError, KeyError, ValueError, AttributeError) as exc:
        raise RobotError(
            f"{path}: work_area: expected {{x_m: [near, far], y_m: [right, left]}}, got {area}"
        ) from exc


def _answered(text: str, name: str, value: object, why: str) -> str:
    """The field's line with a value. The question above it stays; the reason of an earlier value,
    which no longer holds, goes."""
    stale = rf"(?:^# (?:{'|'.join(_REASONS)})[^\n]*\n)?"
    return re.sub(
        rf"{stale}^{name}:[ \t]*(?:\{{[^}}\n]*\}})?[ \t]*$",
        lambda _: f"# {why}\n{name}: {flow(value)}",
        text,
        flags=re.MULTILINE,
    )
