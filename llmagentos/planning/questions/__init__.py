"""Answers questions about the scene (scene.py) and about the robot's own doings (own.py)."""

from llmagentos.planning.questions.scene import Answered, answer

__all__ = ["Answered", "answer"]
