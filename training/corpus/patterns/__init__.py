"""Sentences about patterns: stacks, rows, rings, and tasks over groups."""
