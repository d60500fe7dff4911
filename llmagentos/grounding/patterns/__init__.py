"""Patterns: their slots (slots.py) and the room they find on the table (layout.py)."""

from llmagentos.grounding.patterns.layout import best_middle, best_ring, table_points
from llmagentos.grounding.patterns.slots import Pattern, assign, pattern, spread_slots, turned

__all__ = [
    "Pattern",
    "assign",
    "best_middle",
    "best_ring",
    "pattern",
    "spread_slots",
    "table_points",
    "turned",
]
