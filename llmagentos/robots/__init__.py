"""Arms, each a folder: robot.yaml and a URDF. What limits, kinematics, self-mask, hand shape and
simulation need to know of an arm is said there and nowhere else.

`load(name_or_folder)` gives an `ArmSpec`, which is passed to whoever needs one.
"""

from llmagentos.robots.loading import DEFAULT_ROBOT, load, names, origin, reach_m
from llmagentos.robots.specs import ArmSpec, GripperSpec

__all__ = ["DEFAULT_ROBOT", "ArmSpec", "GripperSpec", "load", "names", "origin", "reach_m"]
