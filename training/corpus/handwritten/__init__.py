"""Whole commands as people say them, written by hand: commands/ and what reads it."""
