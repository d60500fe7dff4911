"""Arms by name or folder: reads robot.yaml and its URDF.

Knows: where an arm's folder is: the shipped arms, the entry points of others. Does not know: what
the fields mean (fields.py), what must fit (fitting.py), what an arm is used for.

A folder holds robot.yaml and the URDF it names. Another package offers its own by an entry point
of the group "llmagentos.robots": the name, and a folder's path or a function that returns it.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.metadata import entry_points
from pathlib import Path

from llmagentos.errors import RobotError
from llmagentos.files import is_there, shown
from llmagentos.robots.field_errors import meant
from llmagentos.robots.fields import read_fields
from llmagentos.robots.fitting import check_area, check_masses, check_names, spec_of, stretched_m
from llmagentos.robots.hand import with_hand
from llmagentos.robots.specs import ArmSpec
from llmagentos.robots.urdf import joints_of, masses_of, parse, shapes_of

#: The arm where nobody names one.
DEFAULT_ROBOT = "panda"
GROUP = "llmagentos.robots"
FILE = "robot.yaml"


def names() -> tuple[str, ...]:
    """Every arm that `load` knows by name: shipped ones, then those of entry points."""
    shipped = sorted(p.parent.name for p in Path(__file__).parent.glob(f"*/{FILE}"))
    others = sorted(e.name for e in entry_points(group=GROUP))
    return (*shipped, *(name for name in others if name not in shipped))


def origin() -> dict[str, str]:
    """Where every arm of `names` comes from: "shipped", or the package that offers it."""
    found = dict.fromkeys(names(), "shipped")
    for entry in entry_points(group=GROUP):
        if not (Path(__file__).parent / entry.name / FILE).is_file():
            found[entry.name] = entry.dist.name if entry.dist is not None else entry.value
    return found


def load(robot: str | Path = DEFAULT_ROBOT) -> ArmSpec:
    """The arm of that name, or in that folder.

    Raises RobotError naming file and field where something is missing or does not fit.
    """
    return _read(folder_of(robot).resolve())


def folder_of(robot: str | Path) -> Path:
    """The folder of an arm, by its name or its own path. Raises RobotError."""
    shipped = Path(__file__).parent / robot
    if is_there(shipped / FILE) and Path(robot).name == str(robot):
        return shipped
    if is_there(Path(robot) / FILE):
        return Path(robot)
    for entry in entry_points(group=GROUP):
        if entry.name == str(robot):
            try:
                found = entry.load()
                return Path(found() if callable(found) else found)
            except Exception as exc:  # whatever a package from outside does
                raise RobotError(
                    f"cannot load the arm of entry point {entry.name!r} ({entry.value}): {exc}"
                ) from exc
    if Path(robot).name == FILE and is_there(robot):
        return Path(robot).parent
    if is_there(robot):
        raise RobotError(
            f"expected {FILE} in the folder {shown(robot)!r}, got none: `llmagentos robot new` "
            "begins one"
        )
    known = names()
    raise RobotError(
        f"expected an arm ({', '.join(known)}) or a folder with {FILE}, got {shown(robot)!r}, "
        f"which is not there{meant(shown(robot), known)}"
    )


def reach_m(spec: ArmSpec) -> float:
    """From the first joint to the tip with all links in one line: the arm cannot reach farther."""
    return stretched_m(joints_of(parse(spec.urdf, spec.name), spec.name), spec.tip_link,
                      spec.joint_names[0])  # fmt: skip


@lru_cache(maxsize=32)
def _read(folder: Path) -> ArmSpec:
    given = read_fields(folder / FILE)
    where = folder / given.urdf
    text = _text(where)
    root = parse(text, str(where))
    joints = joints_of(root, str(where))
    masses = masses_of(root, str(where))
    check_names(given, joints, masses, folder / FILE)
    spec = spec_of(given, text, joints, folder / FILE, shapes_of(root, str(where)))
    try:
        spec = with_hand(spec, joints)
    except RobotError as exc:
        raise RobotError(f"{folder / FILE}: {exc}") from exc
    check_area(given, joints, folder / FILE)
    if not given.simulation.urdf:
        moved = (*given.joints, *spec.gripper.linkage(0.0))
        check_masses(moved, joints, masses, where)
    return spec


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        reason = exc.strerror if isinstance(exc, OSError) else "no UTF-8"
        raise RobotError(f"expected to read {path}, got: {reason}") from exc
