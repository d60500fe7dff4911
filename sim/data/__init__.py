"""Demonstrations as data sets in LeRobot's format v3.0: written, read, checked.

Knows: nothing by itself; importing it is cheap, and pyarrow (extra `data`) is imported where a file
is read or written.
"""
