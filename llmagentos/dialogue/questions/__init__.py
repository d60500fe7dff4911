"""Answers questions: about what is there (properties.py), where (where.py), and the robot itself
(about_robot.py)."""

from llmagentos.dialogue.questions.answering import answer
from llmagentos.dialogue.questions.common import Answered

__all__ = ["Answered", "answer"]
