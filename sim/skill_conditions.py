"""What policies of skills are trained under, and what they are judged under: two tables.

Knows: ranges of hidden physics, errors of looks, kinds. Does not know: skills, drawing.

Nothing of the judged conditions is seen in training: other seeds everywhere, and in "beyond" other
kinds, and physics and errors outside of the trained ranges.
"""

from __future__ import annotations

from dataclasses import replace

from sim.skill_trials import Conditions
from sim.truth_look import PoseNoise

_PUSHED = ("block", "can", "cup", "ball", "bowl")
_PICKED = ("block", "can", "cup", "ball")
_NOISE = PoseNoise(bias_m=0.004, jitter_m=0.002, yaw_rad=0.1, size_m=0.002)
_ROUGH = PoseNoise(bias_m=0.007, jitter_m=0.004, yaw_rad=0.2, size_m=0.004)
_PUSH_PHYSICS = {
    "table": (0.06, 1.2), "things": (0.7, 1.3), "mass": (0.5, 3.0), "rolling": (0.3, 2.0)
}  # fmt: skip
_PICK_PHYSICS = {"pads": (0.08, 0.5), "table": (0.1, 1.0), "mass": (1.0, 9.0)}
#: What slides and rolls on; looks that are off by a centimetre and more.
_SLICK = {"table": (0.03, 0.3), "things": (0.7, 1.3), "mass": (0.5, 4.0), "rolling": (0.2, 1.0)}
_SLID = ("ball", "soccerball", "can", "cup", "bowl", "lego", "mug", "block")
_GRIPPED = {"pads": (0.3, 1.0), "table": (0.2, 1.0), "mass": (0.7, 4.0)}
_ASTRAY = PoseNoise(bias_m=0.012, jitter_m=0.002, yaw_rad=0.1, size_m=0.002)

#: Seeds below are for training, from here on for judging.
JUDGED_FROM = 1_000_000
TRAINING = {
    "push": Conditions("training", _PUSHED, _PUSH_PHYSICS, _NOISE, (1, 3)),
    "pick": Conditions("training", _PICKED, _PICK_PHYSICS, _ROUGH, (1, 3)),
}
NOMINAL = {
    "push": Conditions("nominal", _PUSHED, things=(3, 6)),
    "pick": Conditions("nominal", _PICKED, things=(3, 6)),
}
HARDER = {
    "push": Conditions("harder", _PUSHED, _PUSH_PHYSICS, _NOISE, (3, 6)),
    "pick": Conditions("harder", _PICKED, _PICK_PHYSICS, _ROUGH, (3, 6)),
}
BEYOND = {
    "push": Conditions(
        "beyond", ("box", "plate", "mug", "duck", "lego", "soccerball"),
        {"table": (0.03, 0.06), "mass": (3.0, 5.0)}, PoseNoise(0.006, 0.003, 0.15, 0.003), (2, 4),
    ),
    "pick": Conditions(
        "beyond", ("mug", "duck", "lego", "soccerball", "jenga"),
        {"pads": (0.05, 0.08), "mass": (3.0, 12.0)}, PoseNoise(0.01, 0.005, 0.3, 0.005), (2, 4),
    ),
}  # fmt: skip
TOUGH = {
    "push": Conditions("tough", _SLID, _SLICK, _NOISE, (3, 6)),
    "pick": Conditions("tough", _PICKED, _GRIPPED, _ASTRAY, (3, 6), (0.6, 1.0)),
}
#: For policies that are judged under TOUGH: emptier tables, and more of what goes wrong.
PRACTICE = {
    "push": Conditions("practice", ("ball", *_SLID), _SLICK, _NOISE, (1, 2)),
    "pick": Conditions(
        "practice", _PICKED, _GRIPPED, replace(_ASTRAY, bias_m=0.016), (1, 2), (0.8, 1.0)
    ),
}
SUITES = {"nominal": NOMINAL, "harder": HARDER, "tough": TOUGH, "beyond": BEYOND}
