"""Skills: what the robot can do, one action at a time."""

from llmagentos.ports.failures import Failure
from llmagentos.ports.skills import SkillExecutor, SkillReport, SkillStatus
from llmagentos.skills.catalog import register_skill, skills
from llmagentos.skills.declaration import Skill
from llmagentos.skills.physical import MotionSkills
from llmagentos.skills.symbolic import SymbolicSkills

__all__ = [
    "Failure",
    "MotionSkills",
    "Skill",
    "SkillExecutor",
    "SkillReport",
    "SkillStatus",
    "SymbolicSkills",
    "register_skill",
    "skills",
]
