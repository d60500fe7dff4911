"""All skills that there are: the robot's own in one table, and those that come from outside.

Knows: names. Does not know: what a skill does (its own file), nor how it is carried out
(physical.py, symbolic.py).

A skill from outside is a `Skill` (declaration.py) that an installed package names as an entry
point of the group "llmagentos.skills", or that a program gives to `register_skill`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points

from llmagentos.errors import SkillError
from llmagentos.ports.skills import Ways
from llmagentos.skills.builtin.driving import DRIVING
from llmagentos.skills.builtin.grip import GRIP
from llmagentos.skills.builtin.home import HOME
from llmagentos.skills.builtin.look import LOOK
from llmagentos.skills.builtin.open_gripper import OPEN_GRIPPER
from llmagentos.skills.builtin.pick import PICK
from llmagentos.skills.builtin.place import PLACE
from llmagentos.skills.builtin.point import POINT
from llmagentos.skills.builtin.push import PUSH
from llmagentos.skills.builtin.reach import REACH
from llmagentos.skills.builtin.rotate import ROTATE
from llmagentos.skills.builtin.wait import WAIT
from llmagentos.skills.declaration import NO_WAYS, Skill

#: The skills that the robot brings.
BUILTIN: tuple[Skill, ...] = (
    PICK,
    PLACE,
    PUSH,
    ROTATE,
    POINT,
    LOOK,
    HOME,
    WAIT,
    OPEN_GRIPPER,
    REACH,
    GRIP,
    *DRIVING,
)
ENTRY_POINTS = "llmagentos.skills"

_skills: dict[str, Skill] = {skill.name: skill for skill in BUILTIN}


def skills() -> Mapping[str, Skill]:
    """Every skill by name. Raises SkillError where an installed one can't be loaded."""
    load_installed()
    return _skills


def ways_of(name: str) -> Ways:
    """What an action of that name may come to; nothing for an unknown one."""
    skill = skills().get(name)
    return NO_WAYS if skill is None else skill.ways


def register_skill(skill: Skill) -> None:
    """Add a skill. Raises SkillError where its name is taken, and for what is no Skill."""
    if not isinstance(skill, Skill):
        raise SkillError(f"expected a Skill, got {type(skill).__name__}")
    known = _skills.get(skill.name)
    if known is not None and known is not skill:
        raise SkillError(f"expected a new name for a skill, got {skill.name!r} again")
    _skills[skill.name] = skill


def unregister_skill(name: str) -> None:
    """Take a skill from outside away again, as a test does. Raises SkillError for others."""
    if name not in _skills or any(skill.name == name for skill in BUILTIN):
        raise SkillError(f"expected the name of a registered skill, got {name!r}")
    del _skills[name]


@cache
def load_installed() -> None:
    """Register what installed packages name, once."""
    for point in entry_points(group=ENTRY_POINTS):
        try:
            register_skill(point.load())
        except Exception as error:  # whatever a stranger's module raises as it is imported
            raise SkillError(
                f"cannot load the skill of entry point {point.name!r} ({point.value}): {error}"
            ) from error


def doing_words(name: str, of_object: str) -> str:
    """A skill under way in words: "grasping the red block"."""
    skill = skills().get(name)
    return skill.doing.format(object=of_object) if skill is not None else name
