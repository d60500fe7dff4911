"""Drivers of arms that need no ROS, each behind an extra of its own.

Knows: buses and their hardware. Does not know: plans, skills, cameras.
"""
