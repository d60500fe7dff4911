"""Arms by name or folder: reads robot.yaml and its URDF.

Knows: the shipped arms and those of the entry points' group "llmagentos.robots". Does not know: how a
folder is found (folders.py), what the fields mean (fields.py), what must fit (fitting.py), what an
arm is used for.

A folder holds robot.yaml and the URDF it names.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from llmagentos.errors import RobotError
from llmagentos.robots.fields import read_fields
from llmagentos.robots.fitting import check_area, check_masses, check_names, spec_of, stretched_m
from llmagentos.robots.folders import FILE, Folders
from llmagentos.robots.hand import with_hand
from llmagentos.robots.specs import ArmSpec
from llmagentos.robots.urdf import joints_of, masses_of, parse, shapes_of

#: The arm where nobody names one.
DEFAULT_ROBOT = "panda"
#: The arms.
ARMS = Folders(
    "arm", Path(__file__).parent, "llmagentos.robots", ": `llmagentos robot new` begins one"
)


def names() -> tuple[str, ...]:
    """Every arm that `load` knows by name: shipped ones, then those of entry points."""
    return ARMS.names()


def origin() -> dict[str, str]:
    """Where every arm of `names` comes from: "shipped", or the package that offers it."""
    return ARMS.origin()


def load(robot: str | Path = DEFAULT_ROBOT) -> ArmSpec:
    """The arm of that name, or in that folder.

    Raises RobotError naming file and field where something is missing or does not fit.
    """
    return _read(folder_of(robot).resolve())


def folder_of(robot: str | Path) -> Path:
    """The folder of an arm, by its name or its own path. Raises RobotError."""
    return ARMS.of(robot)


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
