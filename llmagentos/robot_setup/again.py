"""An arm's folder looked at once more: home and work area, after a person has written the gripper.

Knows: robot.yaml as a text with answers and open questions, which stay as they are. Does not know:
how a place is found (placing).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from llmagentos.errors import RobotError
from llmagentos.files import read_text, read_yaml, write_text
from llmagentos.robot_setup.drafts import Draft
from llmagentos.robot_setup.placing import add_place
from llmagentos.robot_setup.posture import Chain
from llmagentos.robot_setup.provisional import flow
from llmagentos.robots.loading import FILE, folder_of
from llmagentos.robots.questions import open_questions
from llmagentos.robots.urdf import joints_of, parse

#: What a place is looked for with; what is found.
_NEEDED = ("joints", "base_link", "hand_link", "tip_link", "gripper")
_FOUND = ("home_rad", "work_area")
_ALSO = ("range_rad", "lean_rad")


def look_again(robot: str | Path, table_z_m: float | None = None) -> Draft:
    """Fills in home and work area where they are still asked, and writes the file; all else in it
    stays as it is, letter by letter.

    Raises RobotError where nothing is asked of that, or where the gripper is still asked.
    """
    path = folder_of(robot) / FILE
    text, data = read_text(path, "an arm"), read_yaml(path, "an arm")
    if not isinstance(data, dict):
        raise RobotError(f"{path}: expected a mapping, got {type(data).__name__}")
    asked = {q.field: q for q in open_questions(text, data)}
    if not set(asked) & set(_FOUND):
        raise RobotError(f"{path}: expected home_rad or work_area to be asked still, got answers")
    first = [name for name in _NEEDED if data.get(name) is None]
    if first:
        raise RobotError(
            f"{path}: expected answers for {', '.join(first)} first, got none: "
            "home and work area follow from them"
        )
    made = _draft(path.parent, data, table_z_m)
    for name in _FOUND:
        if name in asked and name in made.values:
            text = _answered(text, name, made.values[name], made.notes[name])
    also = [n for n in _ALSO if n in made.notes and n not in data]
    for name in also:
        text += f"# {made.notes[name]}\n{name}: {flow(made.values[name])}\n"
    write_text(path, text)
    still = [q for q in asked.values() if q.field not in made.values]
    told = {q.field: q for q in made.questions}
    made.questions = [told.get(q.field, q) for q in still]
    return made


def _draft(folder: Path, data: dict[str, Any], table_z_m: float | None) -> Draft:
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
    add_place(made, chain, table_z_m, carried=False)
    return made


def _answered(text: str, name: str, value: object, why: str) -> str:
    """The field's empty line with a value; the question above it stays."""
    return re.sub(
        rf"^{name}:[ \t]*$", lambda _: f"# {why}\n{name}: {flow(value)}", text, flags=re.MULTILINE
    )
