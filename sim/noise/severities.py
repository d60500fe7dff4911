"""Named severities of sensor noise: what a camera over a table does on good and on bad days.

Knows: the figures. Does not know: what they do to a picture.

"typical" is a well mounted and calibrated depth camera at 1.25 m in a room with lamps, "bad" one at
its limits. The blotches' 1.3 and 2.3 mm are what robust deviations of planes came to in real
pictures of tables.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from llmagentos.errors import ConfigError
from sim.noise.sensor import SensorNoise

_DEGREE = math.pi / 180

SEVERITIES: dict[str, dict[str, Any]] = {
    "none": {},
    "mild": {
        "blotch_m": 0.0007, "baseline_m": 0.05, "smear_px": 0.4, "depth_dropout": 0.0005,
        "offset_m": 0.0015, "scale": 0.0015, "tilt_rad": 0.1 * _DEGREE, "shift_px": 0.5,
        "rgb_std": 2.5, "blur_px": 0.5, "exposure": 0.1, "balance": 0.03, "lamp": 0.06,
    },
    "typical": {
        "blotch_m": 0.0013, "baseline_m": 0.05, "smear_px": 0.8, "flying": 0.15, "hole_px": 1,
        "depth_dropout": 0.002, "offset_m": 0.003, "scale": 0.003, "tilt_rad": 0.2 * _DEGREE,
        "shift_px": 1.0, "rgb_std": 5.0, "blur_px": 0.7, "motion_px": 2.0, "exposure": 0.2,
        "balance": 0.06, "lamp": 0.15, "glare": 1, "chroma": True,
    },
    "bad": {
        "blotch_m": 0.0023, "baseline_m": 0.07, "smear_px": 1.3, "flying": 0.3, "hole_px": 2,
        "depth_dropout": 0.005, "offset_m": 0.01, "scale": 0.006, "tilt_rad": 0.5 * _DEGREE,
        "shift_px": 2.0, "rgb_std": 10.0, "blur_px": 1.0, "motion_px": 11.0, "exposure": 0.4,
        "balance": 0.12, "lamp": 0.35, "glare": 3, "chroma": True,
    },
}  # fmt: skip

#: What a time-of-flight camera does otherwise: no shadows of a second eye, more flying pixels,
#: finer blotches that grow where things are dark.
_TOF: dict[str, Any] = {"sensor": "tof", "baseline_m": 0.0, "blotch_px": 2.5}


def severity(name: str, seed: int = 0) -> SensorNoise:
    """The noise of that name: none, mild, typical or bad of a stereo camera, or as "typical-tof" of
    a time-of-flight one. ConfigError for another name."""
    plain, _, sensor = name.partition("-")
    if plain not in SEVERITIES or sensor not in ("", "stereo", "tof"):
        raise ConfigError(
            f"expected a noise of {', '.join(SEVERITIES)}, or with -tof behind it, got {name!r}"
        )
    noise = SensorNoise(**SEVERITIES[plain], seed=seed)
    if sensor == "tof" and plain != "none":
        noise = replace(noise, **_TOF, flying=min(2 * noise.flying, 0.6))
    return noise
