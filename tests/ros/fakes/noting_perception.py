"""A perception that sees nothing and notes which pictures it was given, in order."""

from __future__ import annotations

from llmagentos.ports.modules import PerceptionModule
from llmagentos.types import Observation, Scene, Workspace

#: Stamps of the pictures that were looked at, seconds.
looks: list[float] = []


class NotingPerception(PerceptionModule):
    """Implements the port."""

    def perceive(self, observation: Observation) -> Scene:
        stamp_s = observation.frames[0].stamp_s
        looks.append(stamp_s)
        return Scene((), stamp_s, Workspace())
