"""Driving from place to place on a flat floor: maps, where the robot is, ways, and going them.

Knows: numbers of scans, grids, poses and velocities. Does not know: ROS, PyBullet, arms, language;
wheels and scanners are `llmagentos.ports.driving`.
"""
