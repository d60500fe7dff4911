"""Skills: what the robot can do, one action at a time."""

from llmagentos.execution.skills.base import SkillExecutor, SkillReport, SkillStatus
from llmagentos.execution.skills.motion_skills import MotionSkills

__all__ = ["MotionSkills", "SkillExecutor", "SkillReport", "SkillStatus"]
