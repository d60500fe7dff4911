"""Hearing and speaking: sound becomes sentences for an agent, and what it replies is said.

Needs the extra `speech` (packages.py says what it brings). How to use it: docs/speech.md.
"""
