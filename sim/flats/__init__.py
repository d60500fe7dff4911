"""Flats and workshops that a base drives in: walls, doors, furniture, people, in PyBullet.

Knows: buildings and what moves in them. Does not know: the table's world (sim.world), navigation.
"""
