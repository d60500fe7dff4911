"""Rendered heaps with truth, and a small network that learns from them what one thing is."""
