"""Skills: what the robot can do, one action at a time."""

from llmagentos.ports.skills import SkillExecutor, SkillReport, SkillStatus
from llmagentos.skills.physical import MotionSkills

__all__ = ["MotionSkills", "SkillExecutor", "SkillReport", "SkillStatus"]
