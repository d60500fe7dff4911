"""What sensors make of pictures: `SensorNoise`, and the named severities of it."""

from sim.noise.sensor import SensorNoise
from sim.noise.severities import SEVERITIES, severity

__all__ = ["SEVERITIES", "SensorNoise", "severity"]
