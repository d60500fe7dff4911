"""Answers questions: about what is there (properties.py), where (where.py), and itself (own.py)."""

from llmagentos.planning.questions.answering import answer
from llmagentos.planning.questions.common import Answered

__all__ = ["Answered", "answer"]
