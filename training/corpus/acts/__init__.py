"""Sentences of one act: put, push, move, turn, so many of a set."""
