"""Robots as folders: the shipped ones, and those that other packages offer.

Knows: where the folder of a name is. Does not know: what is in it, but for the file that makes it one.

Another package offers its own by an entry point: the name, and a folder's path or a function that
returns it.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import EntryPoints, entry_points
from pathlib import Path

from llmagentos.errors import RobotError
from llmagentos.files import is_there, shown
from llmagentos.robots.field_errors import meant

#: The file that makes a folder a robot's.
FILE = "robot.yaml"


@dataclass(frozen=True)
class Folders:
    """Robots of one kind. kind: in words ("arm"); shipped: the folder that holds theirs; group: of
    entry points; hint: what is said where a folder holds no robot.yaml."""

    kind: str
    shipped: Path
    group: str
    hint: str = ""

    def offered(self) -> EntryPoints:
        """What other packages offer."""
        return entry_points(group=self.group)

    def names(self) -> tuple[str, ...]:
        """Every one that is known by name: shipped ones, then those of entry points."""
        shipped = sorted(p.parent.name for p in self.shipped.glob(f"*/{FILE}"))
        others = sorted(e.name for e in self.offered())
        return (*shipped, *(name for name in others if name not in shipped))

    def origin(self) -> dict[str, str]:
        """Where each of `names` comes from: "shipped", or the package that offers it."""
        found = dict.fromkeys(self.names(), "shipped")
        for entry in self.offered():
            if not (self.shipped / entry.name / FILE).is_file():
                found[entry.name] = entry.dist.name if entry.dist is not None else entry.value
        return found

    def of(self, robot: str | Path) -> Path:
        """The folder of one, by its name or its own path. Raises RobotError."""
        shipped = self.shipped / robot
        if is_there(shipped / FILE) and Path(robot).name == str(robot):
            return shipped
        if is_there(Path(robot) / FILE):
            return Path(robot)
        for entry in self.offered():
            if entry.name == str(robot):
                try:
                    found = entry.load()
                    return Path(found() if callable(found) else found)
                except Exception as exc:  # whatever a package from outside does
                    raise RobotError(
                        f"cannot load the {self.kind} of entry point {entry.name!r} "
                        f"({entry.value}): {exc}"
                    ) from exc
        if Path(robot).name == FILE and is_there(robot):
            return Path(robot).parent
        if is_there(robot):
            raise RobotError(f"expected {FILE} in the folder {shown(robot)!r}, got none{self.hint}")
        known = self.names()
        article = "an" if self.kind[0] in "aeiou" else "a"
        raise RobotError(
            f"expected {article} {self.kind} ({', '.join(known)}) or a folder with {FILE}, got "
            f"{shown(robot)!r}, which is not there{meant(shown(robot), known)}"
        )
