"""Resolves descriptions of objects against the scene as it is now; see resolve.py."""

from llmagentos.grounding.resolve import (
    choice_key,
    filter_relation,
    ground,
    ground_landmark,
    matching,
)

__all__ = ["choice_key", "filter_relation", "ground", "ground_landmark", "matching"]
