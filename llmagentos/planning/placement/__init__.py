"""From a described place to a spot: a pose that satisfies it, free, reachable and stable.

Knows: how places are resolved against a scene. Does not know: how an object gets there
(expand), nor which object is meant (grounding).
"""

from llmagentos.planning.placement.check import satisfied
from llmagentos.planning.placement.distance import said_m
from llmagentos.planning.placement.freespace import FreeSpace, Taken, riders
from llmagentos.planning.placement.locate import free_spot, locate
from llmagentos.planning.placement.marks import Marks, resolve_marks

__all__ = [
    "FreeSpace",
    "Marks",
    "Taken",
    "free_spot",
    "locate",
    "resolve_marks",
    "riders",
    "said_m",
    "satisfied",
]
