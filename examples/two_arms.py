"""Two arms at one table: who takes which block is decided by bids, and neither is ever in the other's way.

python examples/two_arms.py                  # says who does what and why, and how it went
python examples/two_arms.py two_arms.gif     # and shows it
"""

import sys

import numpy as np
from PIL import Image

from llmagentos.fleet import FleetTask, Member, divide
from llmagentos.types import Action, Pose
from sim.scene import SceneSpec
from sim.side_by_side import Halves, SideBySide
from sim.world import SimWorld

RIGHT_Y, MIDDLE_Y = -0.68, -0.34
#: Blocks and where each belongs: in a line along the middle, red nearer to the arms.
BLOCKS = [
    ("red", (0.45, 0.12)),
    ("blue", (0.60, 0.05)),
    ("red", (0.40, -0.80)),
    ("blue", (0.58, -0.76)),
]
GOALS = [(0.38, MIDDLE_Y), (0.56, MIDDLE_Y), (0.47, MIDDLE_Y), (0.65, MIDDLE_Y)]

scene = SceneSpec.from_dict(
    {
        "robots": [{"name": "left"}, {"name": "right", "position": [0.0, RIGHT_Y]}],
        "objects": [
            {"kind": "block", "color": color, "position": list(place), "id": f"{color}-{number}"}
            for number, (color, place) in enumerate(BLOCKS)
        ],
    }
)
# An arm bids the way of its hand, at 10 cm a second, and six seconds for each block.
members = [
    Member("left", ("pick",), at_m=(0.3, 0.0), speed_mps=0.1),
    Member("right", ("pick",), at_m=(0.3, RIGHT_Y), speed_mps=0.1),
]
tasks = [FleetTask(str(o.id), "sort it", ("pick",), o.position[:2], 6.0) for o in scene.objects]
found = divide(tasks, members)
jobs: dict[str, list[Action]] = {}
for name, given in found.given.items():
    base_y = RIGHT_Y if name == "right" else 0.0
    for task in given:
        x, y = GOALS[int(task[-1])]
        goal = Pose((x, y - base_y, 0.0))
        jobs.setdefault(name, []).extend(
            [Action("pick", object_id=task), Action("place", object_id=task, pose=goal)]
        )
        print(f"{name} takes {task}: {found.why[task]}")

world = SimWorld(scene)
pictures: list[Image.Image] = []
periods = 0


def watch() -> None:
    """Five pictures a simulated second, where somebody wants them."""
    global periods
    periods += 1
    if len(sys.argv) > 1 and periods % 12 == 0:
        pictures.append(Image.fromarray(np.asarray(world.render_rgb(480, 360))))


told = SideBySide(world, Halves(MIDDLE_Y, 0.17), watch).run(jobs)
world.close()
for problem in told.failed:
    print("failed:", problem)
print(f"done in {told.took_s:.0f} s, never nearer to each other than {100 * told.gap_m:.0f} cm")
if pictures:
    small = [picture.quantize(64) for picture in pictures]
    small[0].save(sys.argv[1], save_all=True, append_images=small[1:], duration=100, loop=0)
