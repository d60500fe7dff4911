"""Constants of the arms that the core can drive: names, limits, rest pose, tool point.

Knows: numbers from the maker's data sheet and the robot's URDF.
Does not know: kinematics, control, or any simulator.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ArmSpec:
    """One seven-joint arm with a parallel gripper. Angles rad, rates rad/s and rad/s^2, metres.

    tip_offset_m: from the flange (= the hand's origin) along the hand's +z to the point between
    the finger tips, which is the point every gripper pose in this project speaks of.
    finger_beyond_tip_m: how far the fingers go on past that point; with the gripper pointing
    down they touch a surface when the tip is this far above it.
    finger_width_m, finger_thickness_m: size of one finger's end, across and along the opening
    direction.
    """

    name: str
    joint_names: tuple[str, ...]
    finger_joint_names: tuple[str, ...]
    lower_rad: tuple[float, ...]
    upper_rad: tuple[float, ...]
    max_velocity_radps: tuple[float, ...]
    max_acceleration_radps2: tuple[float, ...]
    max_effort_nm: tuple[float, ...]
    home_rad: tuple[float, ...]
    tip_offset_m: float
    finger_beyond_tip_m: float
    finger_width_m: float
    finger_thickness_m: float
    max_opening_m: float
    max_grip_force_n: float
    max_tool_speed_mps: float


#: The arm rests folded back over its own base, gripper down, so that the camera over the table
#: sees the whole workspace.
PANDA = ArmSpec(
    name="panda",
    joint_names=tuple(f"panda_joint{i}" for i in range(1, 8)),
    finger_joint_names=("panda_finger_joint1", "panda_finger_joint2"),
    lower_rad=(-2.8973, -1.7628, -2.8973, -3.0718, -2.8973, -0.0175, -2.8973),
    upper_rad=(2.8973, 1.7628, 2.8973, -0.0698, 2.8973, 3.7525, 2.8973),
    max_velocity_radps=(2.175, 2.175, 2.175, 2.175, 2.61, 2.61, 2.61),
    max_acceleration_radps2=(15.0, 7.5, 10.0, 12.5, 15.0, 20.0, 20.0),
    max_effort_nm=(87.0, 87.0, 87.0, 87.0, 12.0, 12.0, 12.0),
    home_rad=(0.0, -1.1, 0.0, -2.75, 0.0, 1.65, 0.7854),
    tip_offset_m=0.105,
    finger_beyond_tip_m=0.0072,
    finger_width_m=0.0176,
    finger_thickness_m=0.0143,
    max_opening_m=0.08,
    max_grip_force_n=70.0,
    max_tool_speed_mps=1.7,
)

HOME_JOINT_POSITIONS: tuple[float, ...] = PANDA.home_rad
TIP_OFFSET_M: float = PANDA.tip_offset_m
