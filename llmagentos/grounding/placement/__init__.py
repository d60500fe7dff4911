"""From a described place to a spot: a pose that satisfies it, free, reachable and stable.

Knows: how places are resolved against a scene. Does not know: how an object gets there
(expand), nor which object is meant (grounding).
"""

from llmagentos.grounding.placement.check import satisfied
from llmagentos.grounding.placement.distance import said_m
from llmagentos.grounding.placement.locate import free_spot, locate, room_for_arm
from llmagentos.grounding.placement.marks import Marks, resolve_marks
from llmagentos.world.freespace import FreeSpace, Taken, riders

__all__ = [
    "FreeSpace",
    "Marks",
    "Taken",
    "free_spot",
    "locate",
    "resolve_marks",
    "riders",
    "room_for_arm",
    "said_m",
    "satisfied",
]
