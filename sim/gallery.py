"""A picture of arms beside each other, for people: `python -m sim.gallery FILE [ARM...]`.

Knows: how to pose an arm over its table and where to look from. Does not know: commands, plans.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from llmagentos.files import written
from llmagentos.motion.kinematics import Kinematics
from llmagentos.robots import load, names
from llmagentos.types import Pose
from sim.cameras import CameraSpec, looking_at
from sim.scene import SceneSpec
from sim.world import SimWorld

#: Where the picture is taken from, and its middle, in lengths of the arm's reach over its table.
_EYE, _MIDDLE = (0.15, -2.1, 1.15), (0.37, 0.0, 0.36)
_FOCAL = 1.55


def portrait(robot: str, width: int, height: int) -> NDArray[np.uint8]:
    """One arm with a block between its open fingers, uint8 [height, width, 3].

    robot: its name or folder. Raises RobotError.
    """
    spec = load(robot)
    area = spec.workspace
    x, size = (area.x_min + area.x_max) / 2, 0.04 * area.scale
    block = {"kind": "block", "color": "red", "size": size, "position": [x, 0.0]}
    world = SimWorld(SceneSpec.from_dict({"robot": robot, "objects": [block]}), renderer="tiny")
    try:
        opening, z = min(spec.max_opening_m, 1.6 * size), max(size / 2, spec.lowest_tip_m)
        kinematics = Kinematics(spec)
        yaw = kinematics.best_yaw(Pose((x, 0.0, z), np.pi / 2))
        # The block is in the middle between the fingers, which need not be at the tip.
        across = spec.middle_m(opening) * np.array([np.sin(yaw), -np.cos(yaw)])
        tip = (x - float(across[0]), -float(across[1]), z)
        world.robot.jump(list(kinematics.solve(Pose(tip, yaw))), opening)
        camera = looking_at(_EYE, _MIDDLE, (0.0, 0.0, 1.0))
        camera[:3, 3] *= area.x_max
        shot = CameraSpec("portrait", width, height, _FOCAL * height, 0.02, 6.0, camera)
        return world.render(shot, camera, shadow=True)[0]
    finally:
        world.close()


def gallery(robots: Sequence[str], width: int = 360, height: int = 400) -> Image.Image:
    """Portraits from left to right, each with its name and joints. Raises RobotError."""
    picture = Image.new("RGB", (width * len(robots), height))
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(18)
    for i, robot in enumerate(robots):
        spec = load(robot)
        picture.paste(Image.fromarray(portrait(robot, width, height)), (i * width, 0))
        words = f"{spec.name}, {len(spec.joint_names)} joints"
        draw.text((i * width + 12, height - 30), words, fill="white", font=font)
    return picture


def main(argv: Sequence[str] | None = None) -> None:
    """Entry point of `python -m sim.gallery`. Raises FileError, RobotError."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("arms", nargs="*", metavar="ARM", help="names or folders; all without")
    args = parser.parse_args(argv)
    with written(args.file, "a picture that can be written") as part:
        gallery(args.arms or names()).quantize(128).save(part, format="PNG")


if __name__ == "__main__":
    main()
