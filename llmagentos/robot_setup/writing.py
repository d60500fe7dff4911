"""A draft as the two files of an arm's folder.

Knows: the order of the fields in robot.yaml, comments, questions. Does not know: what they mean.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from llmagentos.errors import RobotError
from llmagentos.files import is_there, make_folder, write_text
from llmagentos.robot_setup.drafts import Draft
from llmagentos.robot_setup.provisional import flow
from llmagentos.robots.folders import FILE

_ORDER = (
    "joints", "base_link", "hand_link", "tip_link", "home_rad", "range_rad", "max_velocity_radps",
    "max_effort_nm", "max_acceleration_radps2", "max_tool_speed_mps", "gripper", "work_area",
    "lean_rad", "profiles", "shapes",
)  # fmt: skip


def yaml_of(draft: Draft, source: str) -> str:
    """robot.yaml as text. source: what the folder was begun from."""
    lines = [
        f"# Begun from {source} by `llmagentos robot new`.",
        "# `# ?` is a question: write the answer after the field below it.",
        f"name: {draft.name}",
        f"urdf: {draft.name}.urdf",
    ]
    asked = {q.field: q for q in draft.questions}
    for name in _ORDER:
        if name in asked:
            lines += asked[name].lines()
        elif name in draft.values:
            lines += _field(draft, name)
        for field, question in asked.items():
            if field.startswith(f"{name}."):
                lines += question.lines("  ")
    return "\n".join(lines) + "\n"


def _field(draft: Draft, name: str) -> Iterator[str]:
    yield f"# {draft.notes[name]}"
    value = draft.values[name]
    if name not in ("gripper", "profiles") or not isinstance(value, dict):
        yield f"{name}: {flow(value)}"
        return
    yield f"{name}:"
    for key, item in value.items():
        yield f"  {key}: {flow(item)}"
    for field, more in draft.values.items():
        if field.startswith(f"{name}."):
            yield f"  # {draft.notes[field]}"
            yield f"  {field.rpartition('.')[2]}: {flow(more)}"


def free_folder(folder: Path, force: bool = False) -> Path:
    """The folder, made. Raises RobotError where an arm is there already, unless it may be written
    over (`force`); FileError."""
    if is_there(folder / FILE) and not force:
        raise RobotError(
            f"expected a folder without {FILE} to write to, got {folder}: --force writes it anew, "
            "answers in it are lost; --out names another"
        )
    return make_folder(folder, "a folder for the arm")


def write_folder(draft: Draft, folder: Path, source: str, force: bool = False) -> None:
    """Both files. Raises as `free_folder` does."""
    free_folder(folder, force)
    if draft.urdf:
        write_text(folder / f"{draft.name}.urdf", draft.urdf)
    write_text(folder / FILE, yaml_of(draft, source))
