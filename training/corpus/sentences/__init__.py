"""Sentences of several steps: order, conditions, loops, spoken forms."""
